package sets

import (
	"math"
	"slices"
	"testing"
)

func TestSetsAreUnitRowsThatDependOnTheSeedAlone(t *testing.T) {
	const rows, dim = 200, 24
	for name, draw := range map[string]func(seed uint64) []float32{
		"clustered":   func(seed uint64) []float32 { return Clustered(rows, dim, 5, seed) },
		"unclustered": func(seed uint64) []float32 { return Unclustered(rows, dim, 12, seed) },
	} {
		vectors := draw(1)
		if len(vectors) != rows*dim {
			t.Fatalf("%s: %d values", name, len(vectors))
		}
		for v := range slices.Chunk(vectors, dim) {
			var squares float64
			for _, x := range v {
				squares += float64(x) * float64(x)
			}
			if math.Abs(squares-1) > 1e-5 {
				t.Fatalf("%s: a row of squared length %v", name, squares)
			}
		}
		if !slices.Equal(vectors, draw(1)) || slices.Equal(vectors, draw(2)) {
			t.Errorf("%s: the seed does not decide", name)
		}
	}
}

func TestHoldOutCutsTheLastRowsOff(t *testing.T) {
	vectors := []float32{1, 2, 3, 4, 5, 6}
	base, held := HoldOut(vectors, 2, 1)
	if !slices.Equal(base, vectors[:4]) || !slices.Equal(held, vectors[4:]) {
		t.Errorf("%v and %v", base, held)
	}
	if _ = append(base, 0); held[0] != 5 {
		t.Error("appending to the base changes what was held out")
	}
}
