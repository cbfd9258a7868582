package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// benchQueries are drawn from the products themselves, so that any catalogue can be measured.
type benchQueries struct {
	products int // of the catalogue
	texts    []string
	photos   [][]byte
}

func (q *benchQueries) text(i int) string { return q.texts[i%len(q.texts)] }

const (
	benchTexts  = 1000
	benchPhotos = 64
)

// draftQueries makes queries of what the newest products are called and look like.
func draftQueries(ctx context.Context, engine *retrieval.Engine, seed uint64) (*benchQueries, error) {
	list, err := engine.Search(ctx, retrieval.Query{Limit: retrieval.MaxDepth})
	if err != nil {
		return nil, err
	}
	drawn := &benchQueries{products: list.Total}
	rng := rand.New(rand.NewPCG(seed, 2))
	for range benchTexts {
		p := list.Hits[rng.IntN(len(list.Hits))].Product
		if text := shopperWords(rng, &p); text != "" {
			drawn.texts = append(drawn.texts, text)
		}
	}
	if len(drawn.texts) == 0 {
		return nil, errors.New("no product has a title to draw queries from: index a catalogue that has titles")
	}
	for _, hit := range list.Hits {
		if len(hit.Product.Photos) == 0 || len(drawn.photos) == benchPhotos {
			continue
		}
		if photo := hit.Product.Photos[0]; !photo.Remote() {
			if data, err := catalog.ReadPhoto(ctx, photo); err == nil { // others will do
				drawn.photos = append(drawn.photos, data)
			}
		}
	}
	return drawn, nil
}

// shopperWords is what somebody who wants a product like p may type: words of its title, often with its
// brand, colour, category or price.
func shopperWords(rng *rand.Rand, p *catalog.Product) string {
	title := strings.Fields(p.Title)
	if len(title) == 0 {
		return ""
	}
	some := min(len(title), 1+rng.IntN(4))
	from := rng.IntN(len(title) - some + 1)
	parts := []string{strings.Join(title[from:from+some], " ")}
	switch kind := last(p.Category); rng.IntN(6) {
	case 0:
		parts = []string{p.Brand, kind}
	case 1:
		parts = []string{p.Colour, kind}
	case 2:
		if p.PriceCents > 0 {
			parts = append(parts, fmt.Sprintf("under %d", p.PriceCents/50)) // twice its price
		}
	}
	text := strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
	if runes := []rune(text); len(runes) > retrieval.MaxTextRunes {
		return string(runes[:retrieval.MaxTextRunes])
	}
	return text
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}
