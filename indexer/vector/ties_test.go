package vector

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer/vector/sets"
)

// Thousands of copies of one photo, more than any list has room for, stand before, among and behind the others. The copies of
// lowest number are found, and what is better than they are, however near.
func TestScansSeePastCopies(t *testing.T) {
	const rows, dim, k = 12_000, 64, 30
	random := rand.New(rand.NewPCG(21, 21))
	vectors := sets.Unclustered(rows, dim, 24, 21)
	popular := slices.Clone(vectors[:dim])
	for row := range rows {
		if random.IntN(4) > 0 {
			copy(vectors[row*dim:], popular)
		}
	}
	x := build(t, vectors, dim, Options{})
	half := roaring.New()
	for row := range uint32(rows) {
		if random.IntN(2) == 0 {
			half.Add(row)
		}
	}
	for range 20 {
		query := sets.Gaussian(random, dim)
		for i := range query { // some are near to the popular photo and some are not
			query[i] += float32(random.IntN(3)) * 4 * popular[i]
		}
		for _, scan := range []Scan{SignScan, CodeScan} {
			for _, allowed := range []*roaring.Bitmap{nil, half} {
				p := SearchParams{Scan: scan, Allowed: allowed}
				found, plan := search(t, x, query, k, p)
				if want := bruteForce(t, x, query, k, p); !slices.Equal(found, want) {
					t.Errorf("%s: %v, want %v", plan, found, want)
				}
			}
		}
	}
}
