package vector

import (
	"math"
	"slices"
	"testing"

	"vitrine/indexer/vector/sets"
)

func TestCodesKeepTheCosine(t *testing.T) {
	const rows, dim = 200, 256
	vectors := sets.Unclustered(rows, dim, 24, 8)
	c := newCodes(rows, dim)
	for row := range uint32(rows) {
		c.set(row, vectors[int(row)*dim:int(row+1)*dim], make([]int8, 2*c.stride))
	}
	var p probe
	p.aimAt(&c, 0)
	all := slices.Collect(func(yield func(uint32) bool) {
		for row := range uint32(rows) {
			yield(row)
		}
	})
	cosines := p.cosines(&c, all)
	if got := cosines[0]; math.Abs(float64(got)-1) > 1e-6 {
		t.Errorf("cosine of a row with itself is %v", got)
	}
	for row := range uint32(rows) {
		exact := kernel.dotFloats(vectors[:dim], vectors[int(row)*dim:int(row+1)*dim])
		if got := cosines[row]; math.Abs(float64(got-exact)) > 0.01 {
			t.Errorf("row %d: %v by codes, %v exactly", row, got, exact)
		}
	}
}

// The upper halves of a row and of itself make the cosine 1, whatever the padding, and glances tell cosines
// apart that differ by a few hundredths.
func TestGlancesAreScaledByWhatTheUpperHalvesStandFor(t *testing.T) {
	for _, dim := range []int{3, 100, 128, 256, 300} {
		const rows = 50
		vectors := sets.Unclustered(rows, dim, min(dim, 24), 8)
		c := newCodes(rows, dim)
		buffer := make([]int8, 2*c.stride)
		for row := range uint32(rows) {
			c.set(row, vectors[int(row)*dim:int(row+1)*dim], buffer)
			c.decode(buffer, row)
			squares := 0.0
			for _, code := range buffer[:dim] {
				middle := float64((int(code)+128)/16*16 + 8 - 128)
				squares += middle * middle
			}
			if got := float64(c.glanceScales[row]); math.Abs(got*math.Sqrt(squares)-1) > 1e-6 {
				t.Fatalf("%d dimensions: row %d has scale %v, want 1/√%v", dim, row, got, squares)
			}
		}
		stored := slices.Clone(c.glanceScales)
		if c.derive(); !slices.Equal(c.glanceScales, stored) {
			t.Errorf("%d dimensions: a file that is opened has other scales than one that is built", dim)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(float32(1), float32(-1), float32(1e-38))
	f.Fuzz(func(t *testing.T, a, b, c float32) {
		vector := []float32{a, b, c}
		if length := norm(vector); !(length > 0) || math.IsInf(length, 0) {
			t.Skip("never reaches encode")
		}
		code := make([]int8, codeBlock)
		scale := encode(code, vector)
		if !(scale > 0 && scale <= 1.0/127) {
			t.Errorf("%v: scale %v", vector, scale)
		}
	})
}
