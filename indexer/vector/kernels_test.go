package vector

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/indexer/vector/sets"
)

func TestKernelsAgreeOnCodes(t *testing.T) {
	const rows = 50
	random := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{1, 128, 129, 256, 512, 1000, maxDim} {
		stride := strideOf(dim)
		half, query := make([]byte, rows*stride), make([]int8, 2*stride)
		for i := range half {
			half[i] = byte(random.IntN(256))
		}
		for i := range query {
			query[i] = int8(random.IntN(255) - 127)
		}
		most, least := make([]int8, 2*stride), make([]int8, 2*stride) // the largest products there are
		for i := range most {
			most[i], least[i] = 127, -127
		}
		for i := range stride {
			half[i] = 0xff
		}
		for _, query := range [][]int8{query, most, least} {
			for _, rows := range [][]uint32{nil, {0}, {1, 0}, {49, 3, 3, 0, 1, 7, 12}, {8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 49}} {
				want := make([]int32, len(rows))
				portable.dotNibbles(want, half, stride, rows, query)
				for _, k := range everyKernel() {
					got := make([]int32, len(rows)+1)
					got[len(rows)] = 4711
					k.dotNibbles(got[:len(rows)], half, stride, rows, query)
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

func TestKernelsAgreeOnSigns(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for _, dim := range []int{64, 128, 129, 256, 512, 1000, maxSignDim} {
		for _, n := range []int{0, 1, 2, 7} {
			steps := strideOf(dim) / 4
			blocks, table := make([]byte, n*signBlock*steps), make([]byte, 64*steps)
			for i := range blocks {
				blocks[i] = byte(random.IntN(256))
			}
			for at := 0; at < len(table); at += 32 { // each sixteen twice; two of them fit into a byte
				for i := range 16 {
					table[at+i] = byte(random.IntN(125))
					if n == 7 {
						table[at+i] = 124
					}
				}
				copy(table[at+16:], table[at:at+16])
			}
			scales := sets.Gaussian(random, n*signBlock)
			weight := int32(random.IntN(64 * steps))
			for _, least := range []float32{float32(math.Inf(-1)), -3, 0, 1, float32(math.Inf(1))} {
				wantAbove, wantSums := make([]uint32, n), make([]uint16, n*signBlock)
				portable.weighSigns(wantAbove, wantSums, blocks, scales, table, weight, least)
				for _, k := range everyKernel() {
					above, sums := make([]uint32, n), make([]uint16, n*signBlock+1)
					sums[n*signBlock] = 4711
					k.weighSigns(above, sums[:n*signBlock], blocks, scales, table, weight, least)
					if !slices.Equal(above, wantAbove) || !slices.Equal(sums, append(slices.Clone(wantSums), 4711)) {
						t.Fatalf("%s, dim %d, %d blocks: %x and %d above %v, want %x and %d", k.name, dim, n, above, sums, least, wantAbove, wantSums)
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
			k.dotNibbles(make([]int32, 1), c.high, c.stride, []uint32{3}, make([]int8, 2*c.stride))
		}()
	}
}

func BenchmarkDotNibbles(b *testing.B) {
	const rows, dim = 100_000, 256
	c := newCodes(rows, dim)
	random := rand.New(rand.NewPCG(3, 3))
	for i := range c.high {
		c.high[i] = byte(random.IntN(256))
	}
	query := make([]int8, 2*c.stride)
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
				k.dotNibbles(out, c.high, c.stride, near, query)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(near)), "ns/row")
		})
		b.Run("kernel="+k.name+"/rows=anywhere", func(b *testing.B) {
			for n := range b.N {
				at := n % 1024 * 32
				k.dotNibbles(out, c.high, c.stride, far[at:at+32], query)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*32), "ns/row")
		})
	}
}
