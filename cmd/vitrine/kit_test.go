package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/retrieval"
)

// kitFolder is the folder of published data that is not part of the repository.
const kitFolder = repository + "/../shared/data"

// openFashion indexes the fashion kit's 9,002 real products with their photos, or skips where it is missing.
func openFashion(tb testing.TB) *shop {
	tb.Helper()
	feed := filepath.Join(kitFolder, "fashion", "products.csv")
	if _, err := os.Stat(feed); err != nil {
		tb.Skipf("the data kit is not in ../shared/data beside the repository: %v", err)
	}
	t := newTerminal(tb.Output(), tb.Output())
	index := indexCmd{Data: tb.TempDir(), Feed: feed}
	summary, err := index.index(tb.Context(), t, "")
	if err != nil {
		tb.Fatal(err)
	}
	if summary.Products != 9002 || len(summary.Rejected) > 0 || len(summary.PhotoProblems) > 0 {
		tb.Errorf("%d products, rejected %v, photos %v", summary.Products, summary.Rejected, summary.PhotoProblems)
	}
	shop, err := openShop(tb.Context(), index.Data, "", t)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = shop.close() })
	return shop
}

func TestRealProductsAreFoundByWordsAndByStreetPhotos(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 9,002 photos: not run with -short")
	}
	shop := openFashion(t)

	response, err := shop.engine.Search(t.Context(), retrieval.Query{Text: "red casual shoes for women", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, hit := range response.Hits {
		p := hit.Product
		if slices.Contains(p.Category, "Shoes") && p.Colour == "Red" {
			right++
		}
	}
	if right < 8 {
		t.Errorf("%d of the first 10 are red shoes", right)
	}

	// What people photographed at home finds its kind among the catalogue's pictures.
	kinds := map[string]string{"Shoes": "Footwear", "T-Shirt": "Topwear", "Shirt": "Topwear", "Pants": "Bottomwear"}
	found, asked := 0, 0
	for _, row := range streetPhotos(t, 100) {
		category, known := kinds[row.label]
		if !known {
			continue
		}
		response, err := shop.engine.Search(t.Context(), retrieval.Query{Photos: []retrieval.PhotoQuery{{Data: row.photo}}, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range response.Hits {
			asked++
			if slices.Contains(hit.Product.Category, category) {
				found++
			}
		}
	}
	if share := float64(found) / float64(asked); share < 0.6 {
		t.Errorf("%.2f of the %d first results are of the photographed kind", share, asked)
	}
	t.Run("liked and unliked products move the results", func(t *testing.T) { testExamples(t, shop) })
}

// streetPhoto is a photo and what its owner says it shows.
type streetPhoto struct {
	label string
	photo []byte
}

func streetPhotos(tb testing.TB, count int) []streetPhoto {
	tb.Helper()
	file, err := os.Open(filepath.Join(kitFolder, "street", "labels.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var photos []streetPhoto
	for _, row := range rows[1 : 1+count] {
		data, err := os.ReadFile(filepath.Join(kitFolder, "street", filepath.FromSlash(row[0])))
		if err != nil {
			tb.Fatal(err)
		}
		photos = append(photos, streetPhoto{row[1], data})
	}
	return photos
}
