package retrieval

import (
	"context"
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

var (
	shopBrands   = []string{"Arden", "Bolt", "Cirrus", "Dune"}
	shopColours  = []string{"red", "blue", "green", "black", "white"}
	shopKinds    = []string{"shoe", "dress", "lamp", "chair", "bag", "mug"}
	shopAisles   = map[string]string{"shoe": "Fashion", "dress": "Fashion", "bag": "Fashion", "lamp": "Home", "chair": "Home", "mug": "Home"}
	shopPaints   = map[string]color.RGBA{"red": {220, 20, 20, 255}, "blue": {20, 20, 220, 255}, "green": {25, 150, 25, 255}, "black": {0, 0, 0, 255}, "white": {255, 255, 255, 255}}
	shopWords    = append(append([]string{"canvas", "soft", "nothing", "椅子"}, shopColours...), append(shopKinds, shopBrands...)...)
	shopMaterial = []string{"canvas", "soft leather", "steel"}
)

// makeProducts draws n products whose ids ascend; one in four has no photo, one in six no price.
func makeProducts(t testing.TB, n int) []catalog.Product {
	photos := t.TempDir()
	for colour, paint := range shopPaints {
		if err := os.WriteFile(filepath.Join(photos, colour+".png"), indexertest.Photo(paint), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	products := make([]catalog.Product, n)
	for i := range products {
		kind, colour, brand := pick(shopKinds), pick(shopColours), pick(shopBrands)
		products[i] = catalog.Product{
			ID:          fmt.Sprintf("item-%05d", i),
			Title:       fmt.Sprintf("%s %s %s", brand, colour, kind),
			Description: fmt.Sprintf("A %s of %s, model %d.", kind, pick(shopMaterial), i%40),
			Brand:       brand,
			Category:    []string{shopAisles[kind], kind},
			Colour:      colour,
			Currency:    "EUR",
			InStock:     rng.IntN(5) > 0,
			SKU:         fmt.Sprintf("SKU%05d", 7*i),
			EAN:         []string{fmt.Sprintf("40%011d", 13*i)},
			Released:    time.Date(2024, 1, 1+i%300, 0, 0, 0, 0, time.UTC),
		}
		if kind == "chair" {
			products[i].Titles = map[string]string{"zh": "椅子"}
		}
		if rng.IntN(6) > 0 {
			products[i].PriceCents = int64(99 + rng.IntN(30_000))
		}
		if rng.IntN(4) > 0 {
			products[i].Photos = []catalog.Photo{{Ref: colour + ".png", Root: photos}}
		}
	}
	return products
}

// openShop indexes n products and returns what to search them with.
func openShop(t testing.TB, n int) *indexer.Index {
	t.Helper()
	return openIndex(t, makeProducts(t, n))
}

func openIndex(t testing.TB, products []catalog.Product) *indexer.Index {
	t.Helper()
	index, err := indexer.Open(context.Background(), indexertest.Build(t, products))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	return index
}

func readSynonyms(t testing.TB, rules string) *indexer.Synonyms {
	t.Helper()
	synonyms, err := indexer.ReadSynonyms(strings.NewReader(rules))
	if err != nil {
		t.Fatal(err)
	}
	return synonyms
}

// wordRanker is a ranker of two features: the fused score, and the share of the query's words that
// the title has.
type wordRanker struct{}

func (wordRanker) Rank(_ context.Context, q *Query, candidates []Candidate) (*Ranked, error) {
	ranked := &Ranked{Model: "words", Scores: make([]float64, len(candidates))}
	explained := make([][]FeatureEntry, len(candidates))
	for i, c := range candidates {
		words, found := strings.Fields(q.Text), 0
		for _, word := range words {
			if strings.Contains(strings.ToLower(c.Product.Title), word) {
				found++
			}
		}
		share := float64(found) / float64(max(len(words), 1))
		ranked.Values = append(ranked.Values, c.Fused, share)
		explained[i] = []FeatureEntry{
			{Name: "fused", Value: c.Fused, Weight: 30, Contribution: 30 * c.Fused},
			{Name: "title words", Value: share, Weight: 0.7, Contribution: 0.7 * share},
		}
		ranked.Scores[i] = explained[i][0].Contribution + explained[i][1].Contribution
	}
	ranked.Explain = func(i int) []FeatureEntry { return explained[i] }
	return ranked, nil
}

// randomQuery draws a query with words, a photo, both or neither, any mode that goes with it, and up to
// two filters.
func randomQuery(rng *rand.Rand) Query {
	var q Query
	if rng.IntN(4) > 0 {
		words := make([]string, 1+rng.IntN(3))
		for i := range words {
			words[i] = shopWords[rng.IntN(len(shopWords))]
		}
		q.Text = strings.Join(words, " ")
	}
	if rng.IntN(3) == 0 {
		q.Photos = photos(indexertest.Photo(shopPaints[shopColours[rng.IntN(len(shopColours))]]))
	}
	q.Mode = modes[rng.IntN(len(modes))]
	if q.Mode == ModeKeyword {
		q.Photos = nil
	}
	for range rng.IntN(3) {
		low, high := float64(rng.IntN(100)), float64(100+rng.IntN(200))
		q.Filters = append(q.Filters, []Filter{
			{Field: FieldBrand, Values: []string{"bolt", shopBrands[rng.IntN(len(shopBrands))]}},
			{Field: FieldColour, Values: []string{shopColours[rng.IntN(len(shopColours))]}},
			{Field: FieldCategory, Values: []string{[]string{"Fashion", "home", "shoe", "nowhere"}[rng.IntN(4)]}},
			{Field: FieldInStock, Values: []string{"true"}},
			{Field: FieldPrice, Min: &low, Max: &high},
			{Field: FieldPrice, Max: &high},
		}[rng.IntN(6)])
	}
	return q
}
