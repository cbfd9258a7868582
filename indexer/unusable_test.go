package indexer_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// brokenEncoder spoils what the fake returns.
type brokenEncoder struct{ spoilText, spoilPhoto func([]float32) []float32 }

func (e brokenEncoder) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := new(indexertest.Encoder).EmbedTexts(ctx, texts)
	for i, text := range texts {
		if e.spoilText != nil && strings.Contains(text, "Odd") {
			vectors[i] = e.spoilText(vectors[i])
		}
	}
	return vectors, err
}

func (e brokenEncoder) EmbedPhotos(ctx context.Context, photos [][]byte) ([][]float32, []error, error) {
	vectors, broken, err := new(indexertest.Encoder).EmbedPhotos(ctx, photos)
	for i := range photos {
		if e.spoilPhoto != nil && broken[i] == nil {
			vectors[i] = e.spoilPhoto(vectors[i])
		}
	}
	return vectors, broken, err
}

// spoilt are the ways in which a vector cannot be used, and what an error says of them.
var spoilt = map[string]struct {
	spoil func([]float32) []float32
	says  string
}{
	"none":         {func([]float32) []float32 { return nil }, "a vector has 0 dimensions and the model 64"},
	"too short":    {func(v []float32) []float32 { return v[:5] }, "a vector has 5 dimensions and the model 64"},
	"too long":     {func(v []float32) []float32 { return append(v, 0) }, "a vector has 65 dimensions and the model 64"},
	"zero":         {func(v []float32) []float32 { clear(v); return v }, "a vector has length 0 and not 1"},
	"not a number": {func(v []float32) []float32 { v[7] = float32(math.NaN()); return v }, "a vector has length NaN and not 1"},
	"infinite":     {func(v []float32) []float32 { v[0] = float32(math.Inf(-1)); return v }, "a vector has length +Inf and not 1"},
	"not of unit":  {func(v []float32) []float32 { v[0] += 3; return v }, "and not 1"},
}

func TestUnusableVectorIsRefusedByProduct(t *testing.T) {
	for name, test := range spoilt {
		for where, encoder := range map[string]brokenEncoder{
			`product "p3", text "Odd one": `:  {spoilText: test.spoil},
			`product "p3", photo "red.png": `: {spoilPhoto: test.spoil},
		} {
			t.Run(name+" "+where, func(t *testing.T) {
				s := newShop(t)
				s.mustIndex(numbered(3)...)
				s.encoder = encoder
				s.photo("red.png", indexertest.Photo(red))
				_, err := s.index(context.Background(), nil, append(numbered(3), `{"id":"p3","title":"Odd one","photos":["red.png"]}`)...)
				if !errors.Is(err, indexer.ErrEncoder) || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("error %v, want %s…%s", err, where, test.says)
				}
				if got := s.open().Generation(); got != "gen-000001" {
					t.Errorf("live generation %s", got)
				}
				s.encoder = s.fake // nothing unusable is in the cache
				if got := s.mustIndex(); got.Products != 4 {
					t.Errorf("with a sound encoder: %+v", got)
				}
			})
		}
	}
}

func TestUnusableVectorInTheCacheIsMadeAgain(t *testing.T) {
	for _, name := range []string{"too short", "too long", "zero", "not of unit"} { // the cache takes no others
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			lines := []string{`{"id":"a","title":"Red","photos":["red.png"]}`, `{"id":"b","title":"Blue"}`}
			s.photo("red.png", indexertest.Photo(red))
			ctx := context.Background()
			spoil := func(o *indexer.BuildOptions) {
				vectors := make(map[string][]float32)
				for _, content := range [][]byte{[]byte("Red"), indexertest.Photo(red)} {
					sound, _ := s.fake.EmbedText(ctx, "red")
					vectors[fmt.Sprintf("%x", sha256.Sum256(content))] = spoilt[name].spoil(sound)
				}
				if err := o.Cache.Put(ctx, o.Model.Fingerprint, vectors); err != nil {
					t.Fatal(err)
				}
			}
			summary, err := s.index(ctx, spoil, lines...)
			if err != nil || summary.TextsEmbedded != 2 || summary.PhotosEmbedded != 1 {
				t.Errorf("%+v, %v", summary, err)
			}
			s.sound()
		})
	}
}

func TestDuplicatesAreRefusedOrFoldedBeforeTheyAreRows(t *testing.T) {
	s := newShop(t)
	for _, name := range []string{"red.png", "also-red.png"} {
		s.photo(name, indexertest.Photo(red))
	}
	summary := s.mustIndex(
		`{"id":"a","title":"Red shoe","titles":{"de":"Red shoe"},"photos":["red.png","red.png"," red.png"]}`,
		`{"id":"b","title":"Red shoe","photos":["red.png","also-red.png"]}`, // as a shop may have them
		`{"id":"a","title":"Another shoe"}`,
	)
	if len(summary.Rejected) != 1 || summary.Rejected[0].Line != 3 || summary.Rejected[0].ID != "a" || !strings.Contains(summary.Rejected[0].Reason, `id "a" is on line 1`) {
		t.Errorf("rejected: %+v", summary.Rejected)
	}
	rows := func() [2]int {
		m := s.open().Manifest()
		return [2]int{m.Rows[indexer.SpaceText], m.Rows[indexer.SpacePhoto]}
	}
	if got := rows(); got != [2]int{2, 3} {
		t.Errorf("rows of texts and photos: %v", got)
	}
	vector, _ := s.fake.EmbedText(context.Background(), "red")
	hits, _, err := s.open().Nearest(context.Background(), indexer.SpacePhoto, vector, 5, nil)
	if err != nil || !slices.Equal(ids(t, s.open(), hits), []string{"a", "b"}) {
		t.Errorf("nearest to red: %v, %v; each product once, by its number", hits, err)
	}

	again := s.mustIndex(`{"id":"a","title":"Red shoe of leather","photos":["red.png"]}`) // a later feed replaces
	if got := rows(); again.Changed != 1 || again.Products != 2 || got != [2]int{2, 3} {
		t.Errorf("rows of texts and photos %v after %+v", got, again)
	}

	photo := catalog.Photo{Ref: "red.png", Root: s.files}
	twice := []catalog.Product{{ID: "c", Title: "C", Photos: []catalog.Photo{photo, photo}}} // not from a feed
	if _, err := s.index(context.Background(), func(o *indexer.BuildOptions) {
		if _, err := o.Store.Apply(context.Background(), twice); err != nil {
			t.Fatal(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if got := rows(); got != [2]int{3, 4} {
		t.Errorf("rows of texts and photos: %v", got)
	}
	s.sound()
}
