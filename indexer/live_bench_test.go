package indexer

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"vitrine/catalog"
)

func changedProduct(i int) *catalog.Product {
	return &catalog.Product{
		ID: fmt.Sprintf("p%06d", i), Title: fmt.Sprintf("Blue cotton shirt number %d with long sleeves", i), Brand: "Vitrine",
		Category: []string{"Clothes", "Shirts"}, Colour: "blue", PriceCents: int64(100 + i), InStock: true,
		Description: "A shirt of soft cotton for every day, with a collar and buttons of mother-of-pearl.",
	}
}

// One product is added to a delta of so many, and a term that all have is read: in keywordDelta and, beside it, in a
// Bleve index in memory.
func BenchmarkDelta(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprintf("vitrine/products=%d", n), func(b *testing.B) {
			d := newKeywordDelta()
			for i := range n {
				d.add(uint32(i), changedProduct(i))
			}
			for i := n; b.Loop(); i++ {
				d.add(uint32(i), changedProduct(i))
				if len(d.postings("title", "shirt", uint32(n))) != n {
					b.Fatal("postings are missing")
				}
			}
		})
		b.Run(fmt.Sprintf("bleve/products=%d", n), func(b *testing.B) { benchmarkBleve(b, n) })
	}
}

func benchmarkBleve(b *testing.B, n int) {
	ctx := context.Background()
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{"path": ""}, index.NewAnalysisQueue(2))
	if err != nil {
		b.Fatal(err)
	}
	if err := idx.Open(); err != nil {
		b.Fatal(err)
	}
	defer idx.Close()
	add := func(i int) {
		doc := document.NewDocument(strconv.Itoa(i))
		for _, field := range keywordFieldsOf(changedProduct(i)) {
			doc.AddField(document.NewTextFieldCustom(field.name, nil, []byte(field.text), index.IndexField, field.analysis))
		}
		batch := index.NewBatch()
		batch.Update(doc)
		if err := idx.Batch(batch); err != nil {
			b.Fatal(err)
		}
	}
	for i := range n {
		add(i)
	}
	for i := n; b.Loop(); i++ {
		add(i)
		reader, err := idx.Reader()
		if err != nil {
			b.Fatal(err)
		}
		terms, err := reader.TermFieldReader(ctx, []byte("shirt"), "title", true, true, false)
		if err != nil {
			b.Fatal(err)
		}
		found := 0
		for {
			posting, err := terms.Next(nil)
			if err != nil {
				b.Fatal(err)
			}
			if posting == nil {
				break
			}
			found++
		}
		if found < n {
			b.Fatalf("%d postings", found)
		}
		_, _ = terms.Close(), reader.Close()
	}
}
