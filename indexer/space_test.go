package indexer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// spaceOf has the given number of rows for each product.
func spaceOf(rows []uint32) *vectorSpace {
	s := &vectorSpace{first: []uint32{0}}
	for _, n := range rows {
		s.first = append(s.first, s.first[len(s.first)-1]+n)
	}
	return s
}

func TestRowsOfProducts(t *testing.T) {
	s := spaceOf([]uint32{2, 0, 1, 70, 3})
	for _, test := range []struct {
		docs []uint32
		want []uint32
	}{
		{nil, nil},
		{[]uint32{0}, []uint32{0, 1}},
		{[]uint32{1}, nil},
		{[]uint32{0, 1, 2, 4}, []uint32{0, 1, 2, 73, 74, 75}},
		{[]uint32{2, 5, 99}, []uint32{2}}, // 5 and 99 are not there
	} {
		if got := s.rows(roaring.BitmapOf(test.docs...)).ToArray(); !slices.Equal(got, test.want) {
			t.Errorf("rows of %v: %v, want %v", test.docs, got, test.want)
		}
	}
	if got := s.rows(roaring.BitmapOf(3)); got.GetCardinality() != 70 || got.Minimum() != 3 || got.Maximum() != 72 {
		t.Errorf("rows of a product with 70: %v", got)
	}
	if got := spaceOf([]uint32{0, 0}).rows(roaring.BitmapOf(0, 1)); !got.IsEmpty() {
		t.Errorf("rows of a space without any: %v", got)
	}
}

func TestRowsOfRandomProductsAreThoseOfEach(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		counts := make([]uint32, rng.IntN(60_000))
		for doc := range counts {
			counts[doc] = rng.Uint32N(4)
		}
		s := spaceOf(counts)
		docs, want := roaring.New(), roaring.New()
		share := rng.Float64()
		for doc := range counts {
			if rng.Float64() < share {
				docs.Add(uint32(doc))
				for row := s.first[doc]; row < s.first[doc+1]; row++ {
					want.Add(row)
				}
			}
		}
		if !s.rows(docs).Equals(want) {
			t.Fatalf("rows of %d of %d products are not theirs", docs.GetCardinality(), len(counts))
		}
	}
}

// A filter that every second of n products passes; each has two rows.
func BenchmarkRows(b *testing.B) {
	for name, n := range map[string]uint32{"9k": 9_000, "100k": 100_000} {
		s := spaceOf(slices.Repeat([]uint32{2}, int(n)))
		docs := roaring.New()
		for doc := uint32(0); doc < n; doc += 2 {
			docs.Add(doc)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.rows(docs)
			}
		})
	}
}
