package indexer_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

func wardrobe(t *testing.T) *indexer.Snapshot {
	t.Helper()
	s := newShop(t)
	s.dir = indexertest.Build(t, []catalog.Product{
		{ID: "dress", Title: "Red summer dress", Titles: map[string]string{"zh": "红色连衣裙"}, Brand: "Acme", Colour: "Red", Category: []string{"Clothes", "Dresses"}},
		{ID: "skirt", Title: "Red skirt", Titles: map[string]string{"zh": "红色裙子"}, Brand: "Bolt", Colour: "Red", Category: []string{"Clothes", "Skirts"}},
		{ID: "tee-blue", Title: "Blue T-shirt", Titles: map[string]string{"zh": "蓝色T恤"}, Brand: "Acme", Colour: "Blue", SKU: "TS-0001", Variants: []catalog.Variant{{SKU: "TS-0001-XL", Size: "XL", Colour: "Navy"}}},
		{ID: "tee-red", Title: "Red T-shirt", Titles: map[string]string{"zh": "红色T恤"}, Brand: "Acme", Colour: "Red", EAN: []string{"4006381333931"}},
		{ID: "boots", Title: "Hiking boots", Description: "For long walks. Goes with a red shirt.", Attributes: map[string]string{"waterproof": "yes", "lined": "no", "gender": "Women"}},
		{ID: "cafe", Title: "Crème brûlée set for the Café", Brand: "Adidas"},
	})
	return s.open()
}

func TestKeywordSearchFinds(t *testing.T) {
	index := wardrobe(t)
	for _, c := range []struct {
		why, terms string
		want       []string // the first ones, in order
	}{
		{"other forms of a word", "dresses", []string{"dress"}},
		{"whatever the case", "SKIRT", []string{"skirt"}},
		{"the title before the description", "red shirt", []string{"tee-red"}},
		{"without accents", "creme brulee", []string{"cafe"}},
		{"Chinese words", "红色连衣裙", []string{"dress"}},
		{"Chinese words in another order", "连衣裙 红色", []string{"dress"}},
		{"one Chinese character", "裙", []string{"skirt", "dress"}},
		{"Chinese and English together", "T恤 red", []string{"tee-red"}},
		{"a misspelt word", "skrit", []string{"skirt"}},
		{"a misspelt brand", "adiddas", []string{"cafe"}},
		{"what is true of a product", "waterproof boots", []string{"boots"}},
		{"a colour of a variant", "navy shirt", []string{"tee-blue"}},
		{"an id", "tee-blue", []string{"tee-blue"}},
		{"a SKU, however written", "ts0001", []string{"tee-blue"}},
		{"a variant's SKU among words", "red dress TS-0001-XL", []string{"tee-blue"}},
		{"an EAN", "4006381333931", []string{"tee-red"}},
		{"most of the words when none has all", "red summer dress acme xyzzy", []string{"dress"}},
		{"one of the words when none has most", "skirt hiking blue", []string{"boots", "skirt", "tee-blue"}},
	} {
		got := found(t, index, c.terms)
		if len(got) < len(c.want) || !slices.Equal(sorted(got[:len(c.want)]), sorted(c.want)) || len(c.want) <= 2 && got[0] != c.want[0] {
			t.Errorf("%s: %q finds %v, want %v first", c.why, c.terms, got, c.want)
		}
	}
}

func TestKeywordSearchDoesNotFind(t *testing.T) {
	index := wardrobe(t)
	for why, terms := range map[string]string{
		"products without the word":              "lawnmower",
		"what is false of a product":             "lined",
		"anything for no words":                  "",
		"anything for stop words":                "the of and",
		"everything for a star":                  "*",
		"anything for Bleve's syntax":            "title:* +brand:*",
		"a model number that is nearly the same": "ts0002",
	} {
		if got := found(t, index, terms); len(got) > 0 && terms != "title:* +brand:*" {
			t.Errorf("%s: %q finds %v", why, terms, got)
		}
	}
	if got := found(t, index, "red dress"); slices.Contains(got, "cafe") || slices.Contains(got, "tee-blue") {
		t.Errorf("red dress finds %v: products with neither word", got)
	}
}

func TestMisspeltWordCountsLessThanTheWordItself(t *testing.T) {
	index := wardrobe(t)
	score := func(terms string) float64 {
		hits, err := index.Keyword(context.Background(), indexer.KeywordQuery{Terms: terms, K: 1})
		if err != nil || len(hits) != 1 {
			t.Fatalf("%q: %v, %v", terms, hits, err)
		}
		return hits[0].Score
	}
	if right, wrong := score("boots"), score("boost"); wrong >= right || wrong <= 0 {
		t.Errorf("boots scores %g, boost %g", right, wrong)
	}
}

func TestKeywordSearchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := wardrobe(t).Keyword(ctx, indexer.KeywordQuery{Terms: "red", K: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestKeywordSearchReturnsTheBestKWhateverKIs(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(500)...)
	index := s.open()
	all := keyword(t, index, "red shoe", 500, nil)
	for _, k := range []int{0, 1, 7, 50, 499} {
		if got := keyword(t, index, "red shoe", k, nil); len(got) != min(k, len(all)) || len(got) > 0 && !reflect.DeepEqual(got, all[:len(got)]) {
			t.Errorf("k %d: %v, want the first of %v", k, got, all)
		}
	}
	for i := 1; i < len(all); i++ {
		if a, b := all[i-1], all[i]; a.Score < b.Score || a.Score == b.Score && a.Doc >= b.Doc {
			t.Errorf("hits %d and %d are out of order: %v %v", i-1, i, a, b)
		}
	}
}

// A filtered search must give what filtering an exhaustive one gives, and k hits whenever k match.
func TestFilteredSearchesEqualFilteringExhaustiveOnes(t *testing.T) {
	s := newShop(t)
	const n = 700
	lines := numbered(n)
	for i := 0; i < n; i += 7 { // products with several rows in the text space
		lines[i] = strings.Replace(lines[i], `"colour"`, `"titles":{"de":"rot ding","fr":"chose rouge"},"colour"`, 1)
	}
	s.mustIndex(lines...)
	index := s.open()
	random := rand.New(rand.NewPCG(7, 7))
	for round := range 60 {
		filter := randomFilter(random, n)
		k := 1 + random.IntN(40)

		terms := []string{"red", "blue shoe", "green lamp chair", "number5"}[round%4]
		kept := within(keyword(t, index, terms, n, nil), filter)
		got := keyword(t, index, terms, k, filter)
		if len(kept) > 0 && !reflect.DeepEqual(got, kept[:min(k, len(kept))]) {
			t.Errorf("keyword %q, k %d, %d docs allowed: %v, want %v", terms, k, filter.GetCardinality(), got, kept)
		}

		vector, err := s.fake.EmbedText(context.Background(), []string{"red shoe", "rouge", "ding"}[round%3])
		if err != nil {
			t.Fatal(err)
		}
		near := nearest(t, index, vector, k, filter)
		kept = within(nearest(t, index, vector, n, nil), filter)
		if want := min(k, int(filter.GetCardinality())); len(near) != want || !reflect.DeepEqual(near, kept[:want]) {
			t.Errorf("nearest, k %d, %d docs allowed: %v, want %v", k, filter.GetCardinality(), near, kept[:want])
		}
	}
}

func randomFilter(random *rand.Rand, n int) *roaring.Bitmap {
	filter := roaring.New()
	share := []float64{0, 0.01, 0.3, 0.9, 1}[random.IntN(5)]
	for doc := range n {
		if random.Float64() < share {
			filter.Add(uint32(doc))
		}
	}
	return filter
}

func keyword(t *testing.T, s *indexer.Snapshot, terms string, k int, filter *roaring.Bitmap) []indexer.Hit {
	t.Helper()
	hits, err := s.Keyword(context.Background(), indexer.KeywordQuery{Terms: terms, K: k, Filter: filter})
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func nearest(t *testing.T, s *indexer.Snapshot, vector []float32, k int, filter *roaring.Bitmap) []indexer.Hit {
	t.Helper()
	hits, _, err := s.Nearest(context.Background(), indexer.SpaceText, vector, k, filter)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func within(hits []indexer.Hit, filter *roaring.Bitmap) []indexer.Hit {
	kept := []indexer.Hit{}
	for _, hit := range hits {
		if filter.Contains(hit.Doc) {
			kept = append(kept, hit)
		}
	}
	return kept
}

func sorted(names []string) []string {
	return slices.Sorted(slices.Values(names))
}
