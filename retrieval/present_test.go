package retrieval

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer/indexertest"
)

// randomPresentation gives q an order, a group and a diversity, or some of them.
func randomPresentation(rng *rand.Rand, q Query) Query {
	q.Sort = sorts[rng.IntN(len(sorts))]
	q.Group = []string{"", "", FieldBrand, FieldCategory, "attribute.material", "attribute.family"}[rng.IntN(6)]
	if rng.IntN(2) == 0 {
		q.Diversity = float64(rng.IntN(11)) / 10
	}
	return q
}

// groupIn is the group of a hit, or its id where it has none.
func groupIn(field string, h *Hit) string {
	p := &h.Product
	value := ""
	switch field {
	case FieldBrand:
		value = p.Brand
	case FieldCategory:
		value = slices.Min(p.Category)
	case "attribute.material":
		value = p.Attributes["Material"]
	case "attribute.family":
		value = p.Attributes["Family"]
	}
	return cmp.Or(value, p.ID)
}

// The invariants of every list, whatever the query, its order and its rules.
func TestSortGroupAndDiversityKeepTheSetAndTheRules(t *testing.T) {
	engine := New(openIndex(t, withMaterials(makeProducts(t, 400))), &indexertest.Encoder{}, wordRanker{}, Options{Window: 60})
	rng := rand.New(rand.NewPCG(25, 26))
	for range 200 {
		plain := randomQuery(rng)
		rules := fixedRules(nil)
		if rng.IntN(2) == 0 {
			rules = randomRules(rng)
		}
		engine.SetRules(rules)
		q := randomPresentation(rng, plain)
		name := fmt.Sprintf("%q, photo %v, mode %s, filters %v, sort %s, group %s, diversity %v, rules %+v",
			q.Text, len(q.Photos) > 0, q.Mode, q.Filters, q.Sort, q.Group, q.Diversity, rules)
		hits, first := searchAll(t, engine, q)
		all, unordered := searchAll(t, engine, plain)

		whole := q
		whole.Limit = MaxDepth
		if page := search(t, engine, whole); len(hits) > 0 && !reflect.DeepEqual(page.Hits, hits) {
			t.Fatalf("%s: the pages differ from one large page", name)
		}
		if first.Total != len(hits) {
			t.Errorf("%s: the total is %d of %d hits", name, first.Total, len(hits))
		}
		if !reflect.DeepEqual(first.Facets, unordered.Facets) {
			t.Errorf("%s: the facets are not those of the list by relevance", name)
		}
		sizes, seen := map[string]int{}, map[string]bool{}
		for i := range all {
			sizes[groupIn(q.Group, &all[i])]++
		}
		for i := range hits {
			group := groupIn(q.Group, &hits[i])
			if seen[group] || hits[i].Others != sizes[group]-1 {
				t.Errorf("%s: group %q stands at rank %d with %d others, it has %d products", name, group, i+1, hits[i].Others, sizes[group])
			}
			seen[group] = true
		}
		if len(seen) != len(sizes) {
			t.Errorf("%s: %d of %d groups are listed", name, len(seen), len(sizes))
		}
		// A pinned product stands in the ungrouped list where it stands by relevance.
		if q.Group == "" {
			at := make(map[string]int)
			for i := range hits {
				at[hits[i].Product.ID] = i
			}
			for i := range all {
				if pinnedIn(rules, all[i].Product.ID) && at[all[i].Product.ID] != i {
					t.Errorf("%s: %s is pinned to rank %d and stands at %d", name, all[i].Product.ID, i+1, at[all[i].Product.ID]+1)
				}
			}
		}
	}
}

func pinnedIn(rules fixedRules, id string) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return r.Action == ActionPin && slices.Contains(r.Products, id) })
}

func TestWhatFitsIsSortedAndWhatHardlyFitsFollows(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, nil, Options{})
	orders := map[Sort]func(a, b Hit) int{
		SortPriceAsc: func(a, b Hit) int {
			return cmp.Compare(cmp.Or(a.Product.PriceCents, 1<<40), cmp.Or(b.Product.PriceCents, 1<<40))
		},
		SortPriceDesc: func(a, b Hit) int { return cmp.Compare(b.Product.PriceCents, a.Product.PriceCents) },
		SortNewest:    newestFirst,
	}
	for by, order := range orders {
		for _, q := range []Query{{}, {Text: "red shoe"}, {Photos: photos(indexertest.Photo(shopPaints["blue"]))}, {Filters: []Filter{{Field: FieldBrand, Values: []string{"Bolt"}}}}} {
			q.Mode, q.Sort = ModeHybrid, by
			q.Explain = true
			hits, _ := searchAll(t, engine, q)
			candidates := make([]*candidate, len(hits))
			for i, hit := range hits {
				candidates[i] = &candidate{legs: hit.Ledger.Legs}
			}
			fit, n := fits(candidates), 0
			floor := sortFloor * slices.Max(fit)
			for n < len(hits) && fit[n] >= floor {
				n++
			}
			fitting := hits[:n]
			if len(fitting) < 10 || slices.ContainsFunc(fit[n:], func(share float64) bool { return share >= floor }) {
				t.Errorf("%s of %q: %d hits fit and are followed by more that do", by, q.Text, len(fitting))
			}
			if !slices.IsSortedFunc(fitting, order) {
				t.Errorf("%s of %q is not sorted", by, q.Text)
			}
			if !slices.IsSortedFunc(hits[n:], bestFirst) {
				t.Errorf("%s of %q: what hardly fits does not stand by relevance", by, q.Text)
			}
		}
	}
}

func TestDiversityMixesBrandsAndCategories(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, wordRanker{}, Options{})
	distinct := func(diversity float64) int {
		seen := make(map[string]bool)
		for _, hit := range search(t, engine, Query{Text: "bolt shoe", Diversity: diversity, Limit: 12}).Hits {
			seen[hit.Product.Brand+strings.Join(hit.Product.Category, "/")] = true
		}
		return len(seen)
	}
	if none, some, all := distinct(0), distinct(0.5), distinct(1); none > some || some > all || none == all {
		t.Errorf("of 12 hits %d differ in brand or category without diversity, %d with some, %d with all", none, some, all)
	}
	if first := search(t, engine, Query{Text: "bolt shoe", Diversity: 1}).Hits[0]; first.Product.Brand != "Bolt" || first.Product.Category[1] != "shoe" {
		t.Errorf("the best hit gave way to %q", first.Product.Title)
	}
}
