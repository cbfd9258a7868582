package vector

import (
	"math"
	"math/rand/v2"
	"testing"

	"vitrine/indexer/vector/sets"
)

func TestKernelsAgreeOnCodes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{1, 31, 32, 33, 63, 64, 65, 96, 256, 257, 512, 1000, maxDim} {
		c := newCodes(50, dim)
		for i := range c.bytes {
			c.bytes[i] = byte(random.IntN(256))
		}
		query := make([]byte, c.stride)
		for i := range query {
			query[i] = byte(random.IntN(256))
		}
		for i := range c.stride { // the largest products there are
			c.row(0)[i], c.row(1)[i] = 0x80, 0x7f
		}
		for _, query := range [][]byte{query, c.row(0), c.row(1)} {
			for _, rows := range [][]uint32{nil, {0}, {1, 0}, {49, 3, 3, 0, 1, 7, 12}} {
				want := make([]int32, len(rows))
				portable.dotRows(want, &c, rows, query)
				for _, k := range everyKernel() {
					got := make([]int32, len(rows)+1)
					got[len(rows)] = 4711
					k.dotRows(got[:len(rows)], &c, rows, query)
					for i := range want {
						if got[i] != want[i] {
							t.Errorf("%s, dim %d, rows %v: product %d is %d, want %d", k.name, dim, rows, i, got[i], want[i])
						}
					}
					if got[len(rows)] != 4711 {
						t.Errorf("%s, dim %d, rows %v: wrote past the end", k.name, dim, rows)
					}
				}
			}
		}
	}
}

func TestKernelsAgreeOnFloatsToTheBit(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{0, 1, 15, 16, 17, 31, 32, 48, 255, 256, 1000} {
		a, b := sets.Gaussian(random, n), sets.Gaussian(random, n)
		want := portable.dotFloats(a, b)
		for _, k := range everyKernel() {
			if got := k.dotFloats(a, b); math.Float32bits(got) != math.Float32bits(want) {
				t.Errorf("%s, %d values: %v, want %v", k.name, n, got, want)
			}
		}
	}
}

func TestKernelsRefuseRowsThatAreNotThere(t *testing.T) {
	c := newCodes(3, 64)
	for _, k := range everyKernel() {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s reads row 3 of 3", k.name)
				}
			}()
			k.dotRows(make([]int32, 1), &c, []uint32{3}, make([]byte, c.stride))
		}()
	}
}

func BenchmarkDotRows(b *testing.B) {
	const rows, dim = 100_000, 256
	c := newCodes(rows, dim)
	random := rand.New(rand.NewPCG(3, 3))
	for i := range c.bytes {
		c.bytes[i] = byte(random.IntN(255) - 127)
	}
	near, far := make([]uint32, 32), make([]uint32, 32*1024)
	for i := range near {
		near[i] = uint32(i)
	}
	for i := range far {
		far[i] = uint32(random.IntN(rows))
	}
	out := make([]int32, 32)
	for _, k := range everyKernel() {
		b.Run("kernel="+k.name+"/rows=cached", func(b *testing.B) {
			for range b.N {
				k.dotRows(out, &c, near, c.row(0))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(near)), "ns/row")
		})
		b.Run("kernel="+k.name+"/rows=anywhere", func(b *testing.B) {
			for n := range b.N {
				at := n % 1024 * 32
				k.dotRows(out, &c, far[at:at+32], c.row(0))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*32), "ns/row")
		})
	}
}
