package indexer

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// testdata/generation-v1 was written by the first version of this program and is never written again:
// later versions must open it or, with a new format version, ask for a rebuild.
func TestGenerationOfVersion1IsReadAsItWasWritten(t *testing.T) {
	s, err := openSnapshot(filepath.Join("testdata", "generation-v1"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	ctx := context.Background()
	products, err := s.Products(ctx, []uint32{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := products[0]; p.ID != "dress" || p.Titles["zh"] != "红色连衣裙" || p.PriceCents != 4500 || len(p.Photos) != 2 {
		t.Errorf("first product: %+v", p)
	}
	for terms, want := range map[string][]uint32{"red dress": {0}, "l100": {1}, "T恤": {2}, "clothes": {0, 2}} {
		hits, err := s.Keyword(ctx, KeywordQuery{Terms: terms, K: 9})
		var docs []uint32
		for _, hit := range hits {
			docs = append(docs, hit.Doc)
		}
		if err != nil || !slices.Equal(docs, want) {
			t.Errorf("%q finds %v, %v", terms, docs, err)
		}
	}
	photo, ok := s.Vector(SpacePhoto, 0)
	if _, none := s.Vector(SpacePhoto, 1); !ok || none || len(photo) != 64 {
		t.Fatalf("photo vector of %d dimensions, %t", len(photo), ok)
	}
	hits, _, err := s.Nearest(ctx, SpaceText, photo, 3, nil)
	if err != nil || len(hits) != 3 || hits[0].Doc != 0 {
		t.Errorf("nearest texts to the red photo: %v, %v", hits, err)
	}
	if got := s.Columns().Count("brand", nil); !reflect.DeepEqual(got, map[string]int{"ACME": 2, "Bolt": 1}) {
		t.Errorf("brands: %v", got)
	}
	if got := s.Columns().PriceRange(nil, nil).ToArray(); !slices.Equal(got, []uint32{0, 2}) {
		t.Errorf("products with a price: %v", got)
	}
	for name := range s.manifest.Files {
		if err := s.manifest.checkDigest(filepath.Join("testdata", "generation-v1"), name); err != nil {
			t.Error(err)
		}
	}
}
