package indexer_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
)

var update = flag.Bool("update", false, "write the frozen generation of a test anew: only before what it holds has landed")

const (
	frozenGeneration  = "testdata/generation-v1-vectors-v2"
	phrasesGeneration = "testdata/generation-v1-phrases"
	endsIndex         = "testdata/index-v1-ends" // the folder above, with CURRENT
)

// testdata/generation-v1-vectors-v2 was written by the first program that writes vector files of version 2, and is never written again:
// later versions must open it or, with a new format version, ask for a rebuild.
func TestGenerationWithVectorsOfVersion2IsReadAsItWasWritten(t *testing.T) {
	ctx := context.Background()
	frozen := newShop(t)
	thaw(t, frozen, frozenGeneration)
	s := frozen.open()
	products, err := s.Products(ctx, []uint32{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := products[0]; p.ID != "dress" || p.Titles["zh"] != "红色连衣裙" || p.PriceCents != 4500 || len(p.Photos) != 2 {
		t.Errorf("first product: %+v", p)
	}
	for terms, want := range map[string][]string{"red dress": {"dress"}, "l100": {"lamp"}, "T恤": {"shirt"}, "clothes": {"dress", "shirt"}} {
		if got := found(t, s, terms); !slices.Equal(got, want) {
			t.Errorf("%q finds %v", terms, got)
		}
	}
	photo, ok := s.Vector(indexer.SpacePhoto, 0)
	if _, none := s.Vector(indexer.SpacePhoto, 1); !ok || none || len(photo) != 64 {
		t.Fatalf("photo vector of %d dimensions, %t", len(photo), ok)
	}
	hits, _, err := s.Nearest(ctx, indexer.SpaceText, photo, 3, nil)
	if err != nil || len(hits) != 3 || hits[0].Doc != 0 {
		t.Errorf("nearest texts to the red photo: %v, %v", hits, err)
	}
	if got := s.Columns().Count("brand", nil); !reflect.DeepEqual(got, map[string]int{"ACME": 2, "Bolt": 1}) {
		t.Errorf("brands: %v", got)
	}
	if got := s.Columns().PriceRange(nil, nil).ToArray(); !slices.Equal(got, []uint32{0, 2}) {
		t.Errorf("products with a price: %v", got)
	}
	if got := s.Columns().Newest(nil, 0, 3); !slices.Equal(got, []uint32{2, 0, 1}) {
		t.Errorf("products by release: %v", got)
	}

	// It was written before phrases, model numbers and spellings were indexed: these are not found.
	for _, terms := range []string{"summerdress", "deskk", "summ"} {
		if got := found(t, s, terms); len(got) > 0 {
			t.Errorf("%q finds %v", terms, got)
		}
	}
	if corrected, changed, err := s.Correct(ctx, "drss", nil); changed || err != nil {
		t.Errorf("drss is corrected to %q: %v", corrected, err)
	}

	// With the catalogue that it was made from, every byte is as it should be.
	store, err := catalog.Open(ctx, frozen.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var shown []catalog.Product
	for _, p := range products {
		shown = append(shown, *p)
	}
	if _, err := store.Apply(ctx, shown); err != nil {
		t.Fatal(err)
	}
	frozen.sound()

	// The next build adds what is missing, although no product has changed.
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if summary := frozen.mustIndex(); summary.UpToDate {
		t.Error("the generation of an earlier program is up to date")
	}
	if got := found(t, frozen.open(), "summerdress"); !slices.Equal(got, []string{"dress"}) {
		t.Errorf("summerdress finds %v", got)
	}
	if summary := frozen.mustIndex(); !summary.UpToDate {
		t.Error("the generation of this program is not up to date")
	}
}

// testdata/generation-v1-phrases was written by the first program that indexes phrases, model numbers and words as
// they are written, and is never written again.
func TestGenerationWithPhrasesIsSearchedAsItWasWritten(t *testing.T) {
	frozen := newShop(t)
	thaw(t, frozen, phrasesGeneration)
	s := frozen.open()
	for terms, want := range map[string][]string{
		"summerdress": {"dress"}, "desk lamp": {"lamp"}, "l100": {"lamp"}, "x 200 b": {"shirt"}, "27 inch": {"lamp"},
		"sumer": {"dress"}, "summ": {"dress"}, "size 42": {"shirt"}, "T恤": {"shirt"},
	} {
		if got := found(t, s, terms); !slices.Equal(got, want) {
			t.Errorf("%q finds %v", terms, got)
		}
	}
	if corrected, _, err := s.Correct(context.Background(), "drss", nil); corrected != "dress" || err != nil {
		t.Errorf("drss is corrected to %q: %v", corrected, err)
	}
}

// testdata/index-v1-ends was written by the first program that writes the checksum in CURRENT and the ends of files in the
// manifest, and is never written again.
func TestIndexWithChecksumsOfEndsIsReadAsItWasWritten(t *testing.T) {
	if *update {
		freeze(t)
	}
	frozen := newShop(t)
	if err := os.CopyFS(filepath.Join(frozen.dir, "index"), os.DirFS(endsIndex)); err != nil {
		t.Fatal(err)
	}
	for terms, want := range map[string][]string{"summerdress": {"dress"}, "l100": {"lamp"}, "T恤": {"shirt"}} {
		if got := found(t, frozen.open(), terms); !slices.Equal(got, want) {
			t.Errorf("%q finds %v", terms, got)
		}
	}
	report, err := indexer.Check(context.Background(), frozen.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range report.Problems {
		if problem.Part != indexer.PartCatalogue { // there is none
			t.Error(problem)
		}
	}
}

func TestGenerationWithVectorsOfVersion1AsksForANewOneAndGivesWayToIt(t *testing.T) {
	s := newShop(t)
	thaw(t, s, "testdata/generation-v1")
	_, err := indexer.Open(context.Background(), s.dir)
	if err == nil || !strings.Contains(err.Error(), "format version 1") || !strings.Contains(err.Error(), "index the feed again") {
		t.Errorf("error %v", err)
	}
	// The catalogue is enough for that.
	apply(t, s.dir, catalog.Product{ID: "lamp", Title: "Desk lamp"})
	s.mustIndex()
	if got := found(t, s.open(), "lamp"); !slices.Equal(got, []string{"lamp"}) {
		t.Errorf("found %v", got)
	}
}

// thaw makes a frozen generation the live one.
func thaw(t *testing.T, s *shop, generation string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(s.dir, "index", "gen-000001"), os.DirFS(generation)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "index", "CURRENT"), []byte("gen-000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// freeze writes testdata/index-v1-ends.
func freeze(t *testing.T) {
	s := newShop(t)
	s.mustIndex(
		`{"id":"dress","title":"Red summer dress","titles":{"zh":"红色连衣裙"},"brand":"Acme","category":["Clothes","Dresses"],"colour":"Red"}`,
		`{"id":"lamp","title":"Desk lamp of 27\"","brand":"Bolt","category":["Lamps"],"sku":"L-100"}`,
		`{"id":"shirt","title":"Blue T-shirt X-200B","titles":{"zh":"蓝色T恤"},"category":["Clothes","Shirts"],"attributes":{"size":"42"}}`,
	)
	if err := os.RemoveAll(endsIndex); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(endsIndex, os.DirFS(filepath.Join(s.dir, "index"))); err != nil {
		t.Fatal(err)
	}
}
