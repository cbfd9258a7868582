package indexer_test

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

func TestLackingNamesTheWordsThatAProductHasNot(t *testing.T) {
	index := wardrobe(t)
	for _, c := range []struct {
		why, terms, id string
		want           []string
	}{
		{"a word of another product", "red summer boots", "dress", []string{"boots"}},
		{"as typed, and not as it is stemmed", "Hiking dresses", "skirt", []string{"Hiking", "dresses"}},
		{"words that are never searched for do not count", "a set for the café", "cafe", nil},
		{"a description counts", "long walks", "boots", nil},
		{"a misspelt word that stands for one it has", "skrit", "skirt", nil},
		{"of Chinese words the pairs", "红色连衣裙", "skirt", []string{"色连", "连衣", "衣裙"}},
	} {
		doc, ok := index.Doc(c.id)
		if !ok {
			t.Fatal(c.id)
		}
		got, err := index.Lacking(context.Background(), indexer.KeywordQuery{Terms: c.terms}, doc)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: of %q %s lacks %q, %v, want %q", c.why, c.terms, c.id, got, err, c.want)
		}
	}
}

func TestKeywordAllIsTheHitsAndAllThatFollowThem(t *testing.T) {
	index := wardrobe(t)
	for _, terms := range []string{"red", "red shirt", "clothes dress", "xyzzy", "skirt hiking blue", ""} {
		for _, filter := range []*roaring.Bitmap{nil, roaring.BitmapOf(1, 3, 4)} {
			all := keyword(t, index, terms, index.Len(), filter)
			for k := 1; k <= index.Len(); k++ {
				hits, others, err := index.KeywordAll(context.Background(), indexer.KeywordQuery{Terms: terms, K: k, Filter: filter})
				if err != nil {
					t.Fatal(err)
				}
				slices.SortFunc(others, func(a, b indexer.Hit) int {
					return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
				})
				if len(hits) != min(k, len(all)) || !slices.Equal(slices.Concat(hits, others), all) {
					t.Errorf("%q, k %d: %v and then %v, want %v", terms, k, hits, others, all)
				}
			}
		}
	}
}
