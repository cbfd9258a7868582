package simulation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"unicode"

	"vitrine/catalog"
	"vitrine/catalog/sample"
	"vitrine/retrieval"
)

// small is a shop of few visitors, fast enough for every test.
func small() Options { return Options{Visitors: 300, Days: 3, Chinese: sample.Chinese()} }

func newShop(t testing.TB, options Options) *Shop {
	t.Helper()
	s, err := New(sample.Products(sample.Options{}), options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// matching is a search by the number of words and Chinese characters that titles and categories have; among equals it goes by id.
func matching(products []catalog.Product) Search {
	texts := make([]string, len(products))
	for i, p := range products {
		texts[i] = strings.ToLower(strings.Join(append([]string{p.Title, p.Titles["zh"]}, p.Category...), " "))
	}
	return func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		words := strings.Fields(strings.ToLower(q.Text))
		for _, r := range q.Text {
			if unicode.Is(unicode.Han, r) {
				words = append(words, string(r))
			}
		}
		response := &retrieval.Response{Query: q.Text}
		for i, p := range products {
			score := 0
			for _, word := range words {
				if strings.Contains(texts[i], word) {
					score++
				}
			}
			if score > 0 {
				response.Hits = append(response.Hits, retrieval.Hit{Score: float64(score), Product: p})
			}
		}
		slices.SortStableFunc(response.Hits, func(a, b retrieval.Hit) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Product.ID, b.Product.ID))
		})
		response.Hits = response.Hits[:min(q.Limit, len(response.Hits))]
		return response, nil
	}
}

func sampleSearch() Search { return matching(sample.Products(sample.Options{})) }
