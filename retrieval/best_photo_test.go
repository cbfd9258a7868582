package retrieval

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

// colourful are products with photos of several colours, the first of them of one that is missing.
func colourful(t *testing.T) []catalog.Product {
	dir := t.TempDir()
	for _, colour := range []string{"red", "blue"} {
		if err := os.WriteFile(filepath.Join(dir, colour+".png"), indexertest.Photo(shopPaints[colour]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	photos := func(colours ...string) (list []catalog.Photo) {
		for _, colour := range colours {
			list = append(list, catalog.Photo{Ref: colour + ".png", Root: dir})
		}
		return list
	}
	products := []catalog.Product{
		{ID: "bag", Title: "Canvas bag", Photos: photos("missing", "red", "blue")},
		{ID: "cap", Title: "Canvas cap", Photos: photos("blue", "red")},
		{ID: "hat", Title: "Canvas hat", Photos: photos("missing")},
		{ID: "mug", Title: "Canvas mug"},
	}
	for i := range 40 { // so that there are pages
		products = append(products, catalog.Product{ID: fmt.Sprintf("tie%02d", i), Title: "A tie", Photos: photos("red", "blue")})
	}
	return products
}

// shownPhotos says of each of some hits which photo it shows.
func shownPhotos(hits []Hit) map[string]string {
	shown := make(map[string]string)
	for _, hit := range hits {
		switch {
		case hit.ImagePending:
			shown[hit.Product.ID] = fmt.Sprintf("%d pending", hit.Photo.Index)
		case hit.Photo == nil:
			shown[hit.Product.ID] = "none"
		default:
			shown[hit.Product.ID] = fmt.Sprintf("%d %s", hit.Photo.Index, hit.Photo.Ref)
		}
	}
	return shown
}

func TestHitShowsThePhotoThatMatchesBest(t *testing.T) {
	engine := New(openIndex(t, colourful(t)), &indexertest.Encoder{}, nil, Options{NearShare: -1})
	red, blue := photos(indexertest.Photo(shopPaints["red"])), photos(indexertest.Photo(shopPaints["blue"]))
	for name, test := range map[string]struct {
		query    Query
		bag, cap string
	}{
		"words":                {Query{Text: "canvas blue", Mode: ModeVector}, "2 blue.png", "0 blue.png"},
		"a photo":              {Query{Photos: red}, "1 red.png", "1 red.png"},
		"a photo before words": {Query{Photos: blue, Text: "canvas red", Mode: ModeVector}, "2 blue.png", "0 blue.png"},
		"no vector":            {Query{Text: "canvas", Mode: ModeKeyword}, "1 red.png", "0 blue.png"},
		"nothing":              {Query{}, "1 red.png", "0 blue.png"},
	} {
		test.query.Limit = 100
		shown := shownPhotos(search(t, engine, test.query).Hits)
		if shown["bag"] != test.bag || shown["cap"] != test.cap {
			t.Errorf("%s: the bag shows %q and the cap %q", name, shown["bag"], shown["cap"])
		}
		if test.query.Mode == ModeKeyword || name == "nothing" {
			if shown["hat"] != "0 pending" || shown["mug"] != "none" {
				t.Errorf("%s: the hat shows %q and the mug %q", name, shown["hat"], shown["mug"])
			}
		}
	}
	similar, err := engine.Similar(t.Context(), "tie00", AspectLook, 100) // whose first photo is red
	if shown := shownPhotos(similar); err != nil || shown["bag"] != "1 red.png" || shown["cap"] != "1 red.png" {
		t.Errorf("similar: %v, %v", shown, err)
	}
}

func TestPagesByCursorShowThePhotosOfTheirSearch(t *testing.T) {
	engine := New(openIndex(t, colourful(t)), &indexertest.Encoder{}, nil, Options{NearShare: -1})
	query := Query{Text: "a blue tie", Mode: ModeVector, Limit: 10, Cursor: CursorStart}
	for page := range 4 {
		response := search(t, engine, query)
		for _, hit := range response.Hits {
			if hit.Photo == nil || hit.Photo.Ref != "blue.png" || hit.Product.Photos[hit.Photo.Index].Ref != "blue.png" {
				if len(hit.Product.Photos) > 1 {
					t.Errorf("page %d: %s shows %+v", page, hit.Product.ID, hit.Photo)
				}
			}
		}
		query = Query{Limit: 10, Cursor: response.Cursor}
	}
}
