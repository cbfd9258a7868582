package retrieval

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

func TestRoundBoundsFollowThePricesInRoundSteps(t *testing.T) {
	for name, c := range map[string]struct{ prices, want []float64 }{
		"one price":              {[]float64{25, 25, 25}, nil},
		"two prices":             {[]float64{19.99, 49.99}, []float64{20}},
		"spread over magnitudes": {[]float64{3, 8, 12, 19, 22, 35, 48, 110, 180, 900}, []float64{10, 20, 50, 200}},
		"narrow":                 {[]float64{81, 82, 83, 84, 85, 86, 87}, []float64{82, 83, 85, 86}},
		"cents":                  {[]float64{0.05, 0.07, 0.12, 0.31, 0.44}, []float64{0.07, 0.1, 0.3, 0.4}},
		"a cent apart":           {[]float64{9.99, 10}, []float64{10}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := roundBounds(c.prices); !slices.Equal(got, c.want) {
				t.Errorf("bounds %v, want %v", got, c.want)
			}
		})
	}
}

func TestRoundBoundsLieBetweenThePrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		prices := make([]float64, 1+rng.IntN(30))
		most := 1 + rng.IntN(1_000_000)
		for i := range prices {
			prices[i] = float64(1+rng.IntN(most)) / 100
		}
		slices.Sort(prices)
		bounds := roundBounds(prices)
		if prices[0] != prices[len(prices)-1] && len(bounds) == 0 {
			t.Fatalf("no bounds within %v", prices)
		}
		for i, bound := range bounds {
			if bound <= prices[0] || bound > prices[len(prices)-1] || i > 0 && bound <= bounds[i-1] {
				t.Fatalf("bounds %v of %v", bounds, prices)
			}
		}
	}
}

// choose is q with a value as the only one of its field.
func choose(q Query, field string, value FacetValue) Query {
	q.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(f Filter) bool { return f.Field == field && !f.Not })
	f := Filter{Field: field, Min: value.Min, Max: value.Max}
	if field != FieldPrice {
		f.Values = []string{value.Value}
	}
	q.Filters = append(q.Filters, f)
	return q
}

func TestACountIsTheTotalOfTheSearchWithThatValueChosen(t *testing.T) {
	engine := New(openIndex(t, withMaterials(makeProducts(t, 400))), &indexertest.Encoder{}, wordRanker{}, Options{Window: 500})
	rng := rand.New(rand.NewPCG(21, 22))
	checked, next := 0, 0
	for range 60 {
		q := randomQuery(rng)
		if rng.IntN(3) == 0 {
			q.Filters = append(q.Filters, Filter{Field: AttributePrefix + "material", Values: []string{"wool"}})
		}
		unfiltered := q
		unfiltered.Filters = nil
		fitting, _ := searchAll(t, engine, unfiltered)
		for _, facet := range search(t, engine, q).Facets {
			// Does anything that fits pass the filters on other fields?
			some := slices.ContainsFunc(fitting, func(h Hit) bool {
				return !slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.Field != facet.Field && !passes(f, &h.Product) })
			})
			for _, value := range facet.Values[:min(6, len(facet.Values))] {
				total := search(t, engine, choose(q, facet.Field, value)).Total
				checked++
				if !some {
					next++
				}
				if total != value.Count && (some || total < value.Count) {
					t.Errorf("%q, photo %v, mode %s, filters %v: %s %s counts %d, chosen it has %d",
						q.Text, len(q.Photos) > 0, q.Mode, q.Filters, facet.Field, value.Value, value.Count, total)
				}
			}
		}
	}
	if checked < 500 || next == checked {
		t.Errorf("%d counts were checked, %d of them of lists of what comes next", checked, next)
	}
}

// With windows that the legs fill, a narrower search reaches further down.
func TestACountIsNeverTooHigh(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, wordRanker{}, Options{Window: 40})
	rng := rand.New(rand.NewPCG(23, 24))
	counted, found := 0, 0
	for range 60 {
		q := randomQuery(rng)
		for _, facet := range search(t, engine, q).Facets {
			for _, value := range facet.Values[:min(4, len(facet.Values))] {
				total := search(t, engine, choose(q, facet.Field, value)).Total
				counted, found = counted+value.Count, found+total
				if total < value.Count {
					t.Errorf("%q, photo %v, mode %s, filters %v: %s %s counts %d, chosen it has %d",
						q.Text, len(q.Photos) > 0, q.Mode, q.Filters, facet.Field, value.Value, value.Count, total)
				}
			}
		}
	}
	t.Logf("the counts add up to %d, the totals to %d", counted, found)
}

func TestAChosenValueHidesNoOtherAndADeniedOneStaysAway(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, q := range []Query{{}, {Text: "red shoe"}, {Photos: photos(indexertest.Photo(shopPaints["red"]))}} {
		q.Filters = []Filter{{Field: FieldBrand, Values: []string{"Bolt"}}, {Field: FieldColour, Values: []string{"black"}, Not: true}}
		brands, colours := facetOf(search(t, engine, q), FieldBrand), facetOf(search(t, engine, q), FieldColour)
		if len(brands.Values) != len(shopBrands) {
			t.Errorf("%q: with one brand chosen there are the brands %v", q.Text, brands.Values)
		}
		if slices.ContainsFunc(colours.Values, func(v FacetValue) bool { return v.Value == "black" }) {
			t.Errorf("%q: the denied colour is offered in %v", q.Text, colours.Values)
		}
	}
}

func TestAFilterBringsNothingInUnlessNothingElseIsLeft(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, nil, Options{Window: 500})
	rng := rand.New(rand.NewPCG(29, 30))
	closest := 0
	for range 100 {
		q := randomQuery(rng)
		plain := q
		plain.Filters = nil
		all, _ := searchAll(t, engine, plain)
		fits := make(map[string]bool)
		for _, hit := range all {
			fits[hit.Product.ID] = !slices.ContainsFunc(q.Filters, func(f Filter) bool { return !passes(f, &hit.Product) })
		}
		hits, first := searchAll(t, engine, q)
		some := false
		for _, fit := range fits {
			some = some || fit
		}
		if first.Closest != (!some && len(hits) > 0) {
			t.Errorf("%q with %v: closest is %v of %d hits", q.Text, q.Filters, first.Closest, len(hits))
		}
		for _, hit := range hits {
			if some && !fits[hit.Product.ID] {
				t.Errorf("%q with %v: %s is found by the filters' doing", q.Text, q.Filters, hit.Product.ID)
			}
		}
		if first.Closest {
			closest++
		}
	}
	if closest == 0 {
		t.Error("no list was of what comes closest")
	}
}

func TestAChosenRangeOfPricesStaysAmongTheBuckets(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	low, high := 33.0, 77.7
	response := search(t, engine, Query{Text: "shoe", Filters: []Filter{{Field: FieldPrice, Min: &low, Max: &high}}})
	prices := facetOf(response, FieldPrice).Values
	at := slices.IndexFunc(prices, func(v FacetValue) bool { return v.Value == "33..77.7" })
	if at < 1 || len(prices) < 3 || prices[at].Count != response.Total {
		t.Errorf("of %d hits the prices are %+v", response.Total, prices)
	}
	for i := 2; i < len(prices); i++ {
		if *prices[i].Min < *prices[i-1].Min {
			t.Errorf("%s follows %s", prices[i].Value, prices[i-1].Value)
		}
	}
}

func facetOf(r *Response, field string) Facet {
	for _, facet := range r.Facets {
		if facet.Field == field {
			return facet
		}
	}
	return Facet{}
}

// withMaterials gives products three attributes: a material that two of three have, a care that is always
// the same, and a lining that hardly any has.
func withMaterials(products []catalog.Product) []catalog.Product {
	for i := range products {
		products[i].Attributes = map[string]string{"Care": "by hand", "Family": fmt.Sprintf("F%d", i/3)}
		if i%3 > 0 {
			products[i].Attributes["Material"] = []string{"wool", "steel", "oak", "felt"}[i%4]
		}
		if i%50 < 2 {
			products[i].Attributes["Lining"] = []string{"silk", "fleece"}[i%50]
		}
	}
	return products
}

func TestAttributesThatChooseAreFacets(t *testing.T) {
	engine := New(openIndex(t, withMaterials(makeProducts(t, 300))), &indexertest.Encoder{}, wordRanker{}, Options{})
	names := func(q Query) (names []string) {
		for _, facet := range search(t, engine, q).Facets {
			if name, ok := strings.CutPrefix(facet.Field, AttributePrefix); ok {
				names = append(names, name)
			}
		}
		return names
	}
	if got := names(Query{}); !slices.Equal(got, []string{"material"}) {
		t.Errorf("the attributes are %v, want material: care has one value and lining is rare", got)
	}
	chosen := Query{Filters: []Filter{{Field: "attribute.lining", Values: []string{"silk"}}}}
	if got := names(chosen); len(got) == 0 || got[0] != "lining" {
		t.Errorf("with a lining chosen the attributes are %v", got)
	}
	if values := facetOf(search(t, engine, chosen), "attribute.lining").Values; len(values) != 2 {
		t.Errorf("with one lining chosen there are %v", values)
	}
}

func BenchmarkSearchWithFilters(b *testing.B) {
	engine := New(openShop(b, 5000), &indexertest.Encoder{}, wordRanker{}, Options{})
	filters := []Filter{
		{Field: FieldBrand, Values: []string{"Bolt"}}, {Field: FieldColour, Values: []string{"red", "blue"}}, {Field: FieldInStock, Values: []string{"true"}},
	}
	for n := range len(filters) + 1 {
		b.Run(fmt.Sprintf("filters=%d", n), func(b *testing.B) {
			for b.Loop() {
				search(b, engine, Query{Text: "red canvas shoe", Filters: filters[:n]})
			}
		})
	}
}
