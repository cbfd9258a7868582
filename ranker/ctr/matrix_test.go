package ctr

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// scattered returns a matrix of chance whose padding is full of numbers that would show.
func scattered(random *rand.Rand, rows, cols int) *matrix {
	m := new(matrix)
	m.reshape(rows, cols)
	for i := range m.data {
		m.data[i] = 1e9
	}
	for i := range rows {
		for j := range cols {
			m.row(i)[j] = random.NormFloat64()
		}
	}
	return m
}

func general(m *matrix) blas64.General {
	return blas64.General{Rows: m.rows, Cols: m.cols, Stride: m.stride, Data: append([]float64(nil), m.data...)}
}

func TestProductsAreThoseOfBLAS(t *testing.T) {
	property := func(rows, terms, cols uint8, seed uint64, transposed bool) bool {
		random := rand.New(rand.NewPCG(seed, 1))
		m, k, n := 1+int(rows)%20, 1+int(terms)%50, 1+int(cols)%30
		a, trans, product := scattered(random, m, k), blas.NoTrans, addProduct
		if transposed {
			a, trans, product = scattered(random, k, m), blas.Trans, addTransposedProduct
		}
		b, c := scattered(random, k, n), scattered(random, m, n)
		want := general(c)
		blas64.Gemm(trans, blas.NoTrans, 1, general(a), general(b), 1, want)
		product(a, b, c)
		for i := range m {
			for j, got := range c.row(i) {
				if math.Abs(got-want.Data[i*want.Stride+j]) > 1e-12 {
					return false
				}
			}
		}
		return true
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 300}); err != nil {
		t.Error(err)
	}
}

// TestTheKernelIsItsDescription: what runs on this processor, and what runs where it has no kernel.
func TestTheKernelIsItsDescription(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	a, b := scattered(random, tileRows, 45), scattered(random, 45, tileCols)
	fast, plain := scattered(random, tileRows, tileCols), new(matrix)
	plain.reshape(tileRows, tileCols)
	copy(plain.data, fast.data)
	addTile(45, &a.data[0], a.stride, 1, &b.data[0], b.stride, &fast.data[0], fast.stride)
	addTileAt(45, &a.data[0], a.stride, 1, &b.data[0], b.stride, &plain.data[0], plain.stride)
	for i, got := range fast.data {
		if math.Abs(got-plain.data[i]) > 1e-12 {
			t.Fatalf("number %d: %v, described %v", i, got, plain.data[i])
		}
	}
}
