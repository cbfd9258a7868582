package indexer_test

import (
	"errors"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

func TestWhatIsEmbeddedAheadIsNotEmbeddedAgainByABuild(t *testing.T) {
	s := newShop(t)
	s.photo("red.png", indexertest.Photo(red))
	s.photo("broken.png", []byte("no photo"))
	products := []catalog.Product{
		{ID: "a", Title: "Red lamp", Titles: map[string]string{"zh": "红灯"}, Photos: []catalog.Photo{{Ref: "red.png", Root: s.files}}},
		{ID: "b", Title: "Red lamp", Photos: []catalog.Photo{
			{Ref: "broken.png", Root: s.files}, {Ref: "missing.png", Root: s.files}, {Ref: "https://shop.invalid/1.jpg"}, {Ref: "../red.png", Root: s.files},
		}},
	}
	cache, err := catalog.OpenEmbeddings(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	for range 2 {
		if err := indexer.EmbedProducts(t.Context(), cache, s.encoder, indexertest.Model, products); err != nil {
			t.Fatal(err)
		}
	}
	store, err := catalog.Open(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Apply(t.Context(), products); err != nil {
		t.Fatal(err)
	}
	if _, err := indexer.LiveManifest(s.dir); !errors.Is(err, indexer.ErrNoIndex) {
		t.Errorf("before the first build there is a manifest, or %v", err)
	}
	summary := s.mustIndex()
	if summary.TextsEmbedded+summary.PhotosEmbedded != 0 || summary.FromCache != 4 || len(summary.PhotoProblems) != 4 {
		t.Errorf("the build says %+v", summary)
	}
	if m, err := indexer.LiveManifest(s.dir); err != nil || m.Generation != summary.Generation || m.Products != 2 || m.Model != indexertest.Model {
		t.Errorf("the manifest is %+v, %v", m, err)
	}
}
