package catalog

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkReadFeed reads 10,000 products of each format; the figure is rows a second.
func BenchmarkReadFeed(b *testing.B) {
	products := offered(rand.New(rand.NewPCG(1, 5)), 10_000)
	for i := range products {
		products[i].Description = "<p>" + strings.Repeat("An account of what it is. ", 15) + "</p>"
	}
	google, shopify := googleRows(products), shopifyRows(products)
	for _, bench := range []struct {
		file, text string
		rows       int
	}{
		{"google.xml", rssOf(b, google), len(google)},
		{"google.tsv", tableOf(b, google, '\t'), len(google)},
		{"shopify.csv", tableOf(b, shopify, ','), len(shopify)},
	} {
		b.Run("format="+bench.file, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), bench.file)
			if err := os.WriteFile(path, []byte(bench.text), 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(bench.text)))
			for b.Loop() {
				feed, err := OpenFeed(path, FeedOptions{})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for row := range feed.Rows() {
					if row.Err != nil {
						b.Fatal(row.Err)
					}
					n++
				}
				if n != len(products) {
					b.Fatalf("%d products", n)
				}
				if err := feed.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(bench.rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
