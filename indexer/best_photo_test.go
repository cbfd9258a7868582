package indexer_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

const photosGeneration = "testdata/generation-v1-photos"

// photoLines are products with several photos, of which some cannot be used.
var photoLines = []string{
	`{"id":"bag","title":"Bag","photos":["missing.png","red.png","red.png","blue.png"]}`,
	`{"id":"cap","title":"Cap","photos":["blue.png"]}`,
	`{"id":"hat","title":"Hat","photos":["missing.png"]}`,
	`{"id":"mug","title":"Mug"}`,
	`{"id":"tie","title":"Tie","photos":["blue.png","red.png"]}`,
}

func photoShop(t *testing.T) *shop {
	s := newShop(t)
	s.photo("red.png", indexertest.Photo(red))
	s.photo("blue.png", indexertest.Photo(blue))
	s.mustIndex(photoLines...)
	return s
}

func bestPhotos(t *testing.T, s *indexer.Snapshot, words string) []int {
	t.Helper()
	var vector []float32
	if words != "" {
		var err error
		if vector, err = new(indexertest.Encoder).EmbedText(context.Background(), words); err != nil {
			t.Fatal(err)
		}
	}
	return s.BestPhotos(vector, []uint32{4, 0, 1, 2, 3, 99})
}

func checkBestPhotos(t *testing.T, s *indexer.Snapshot) {
	t.Helper()
	for words, want := range map[string][]int{
		"red":  {1, 1, 0, indexer.NoPhoto, indexer.NoPhoto, indexer.NoPhoto},
		"blue": {0, 2, 0, indexer.NoPhoto, indexer.NoPhoto, indexer.NoPhoto},
		"":     {0, 1, 0, indexer.NoPhoto, indexer.NoPhoto, indexer.NoPhoto},
	} {
		if got := bestPhotos(t, s, words); !slices.Equal(got, want) {
			t.Errorf("best photos for %q: %v, want %v", words, got, want)
		}
	}
}

func TestBestPhotoIsCountedAmongAllPhotosOfItsProduct(t *testing.T) {
	checkBestPhotos(t, photoShop(t).open())
}

// testdata/generation-v1-photos was written by the first program that notes which photo a vector is of, and is never
// written again.
func TestGenerationWithPhotoNumbersIsReadAsItWasWritten(t *testing.T) {
	if *update {
		live := filepath.Join(photoShop(t).dir, "index", "gen-000001")
		if err := os.RemoveAll(photosGeneration); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(photosGeneration, os.DirFS(live)); err != nil {
			t.Fatal(err)
		}
	}
	frozen := newShop(t)
	thaw(t, frozen, photosGeneration)
	checkBestPhotos(t, frozen.open())
}

func TestGenerationWithoutPhotoNumbersCountsThePhotosThatHaveAVector(t *testing.T) {
	frozen := newShop(t)
	thaw(t, frozen, frozenGeneration)
	vector, _ := frozen.open().Vector(indexer.SpacePhoto, 0)
	if got := frozen.open().BestPhotos(vector, []uint32{0, 1}); !slices.Equal(got, []int{0, indexer.NoPhoto}) {
		t.Errorf("best photos: %v", got)
	}
}
