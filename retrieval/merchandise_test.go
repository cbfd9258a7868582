package retrieval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

// fixedRules hold for every query.
type fixedRules []Rule

func (r fixedRules) For(*Query, time.Time) []Rule { return r }

func idsOf(hits []Hit) []string {
	ids := make([]string, len(hits))
	for i, hit := range hits {
		ids[i] = hit.Product.ID
	}
	return ids
}

// randomRules draws up to six rules over 400 products and a few ids that are of none.
func randomRules(rng *rand.Rand) fixedRules {
	rules := make(fixedRules, rng.IntN(7))
	for i := range rules {
		r := Rule{Name: fmt.Sprintf("rule %d", i), Action: []Action{ActionPin, ActionPin, ActionHide, ActionBoost, ActionBury}[rng.IntN(5)]}
		r.Place, r.Strength = 1+rng.IntN(70), 3*rng.Float64()
		if r.Action != ActionPin && rng.IntN(2) == 0 {
			high := float64(50 + rng.IntN(200))
			r.Filters = [][]Filter{
				{{Field: FieldBrand, Values: []string{shopBrands[rng.IntN(len(shopBrands))]}}},
				{{Field: FieldColour, Values: []string{"red", "white"}}, {Field: FieldPrice, Max: &high}},
			}[rng.IntN(2)]
		} else {
			for range 1 + rng.IntN(8) {
				r.Products = append(r.Products, fmt.Sprintf("item-%05d", rng.IntN(420)))
			}
		}
		rules[i] = r
	}
	return rules
}

// about says whether r is about p, as its author would look it up.
func about(r *Rule, p *catalog.Product) bool {
	for _, f := range r.Filters {
		if !passes(f, p) {
			return false
		}
	}
	return len(r.Filters) > 0 || slices.Contains(r.Products, p.ID)
}

// placed returns the place that each pinned product must have among n hits.
func placed(rules fixedRules, products map[string]*catalog.Product, q *Query, n int) map[string]int {
	places, wanted := map[string]int{}, map[int]string{}
	for _, r := range rules {
		for i, id := range r.Products {
			p := products[id]
			if r.Action != ActionPin || p == nil || places[id] > 0 || hiddenIn(rules, p) ||
				slices.ContainsFunc(q.Filters, func(f Filter) bool { return !passes(f, p) }) {
				continue
			}
			place := r.Place + i
			for wanted[place] != "" {
				place++
			}
			places[id], wanted[place] = place, id
		}
	}
	// Those beyond the end of the list close up, in their order.
	last := n
	for place := range slices.Backward(make([]int, MaxDepth+1)) {
		if id := wanted[place]; id != "" {
			places[id] = min(place, last)
			last = places[id] - 1
		}
	}
	return places
}

func hiddenIn(rules fixedRules, p *catalog.Product) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return r.Action == ActionHide && about(&r, p) })
}

// The invariants of every answer under rules, whatever the query and whatever the rules.
func TestRulesHoldInEveryAnswer(t *testing.T) {
	made := makeProducts(t, 400)
	products := make(map[string]*catalog.Product)
	for i := range made {
		products[made[i].ID] = &made[i]
	}
	engine := New(openIndex(t, made), &indexertest.Encoder{}, wordRanker{}, Options{Window: 60})
	rng := rand.New(rand.NewPCG(13, 14))
	pins, broughtIn, boosts := 0, 0, 0
	for range 200 {
		rules, q := randomRules(rng), randomQuery(rng)
		engine.SetRules(rules)
		q.Explain = true
		name := fmt.Sprintf("%q, photo %v, mode %s, filters %v, rules %+v", q.Text, q.Photos != nil, q.Mode, q.Filters, rules)
		hits, first := searchAll(t, engine, q)

		whole := q
		whole.Limit = MaxDepth
		if page := search(t, engine, whole); len(hits) > 0 && !reflect.DeepEqual(page.Hits, hits) {
			t.Fatalf("%s: the pages give %v, one large page %v", name, idsOf(hits), idsOf(page.Hits))
		}
		if first.Total != len(hits) || len(first.Rules) != len(rules) {
			t.Errorf("%s: the total is %d of %d hits, the rules are %v", name, first.Total, len(hits), first.Rules)
		}
		for _, facet := range first.Facets {
			if q.chooses(facet.Field) { // counted over more than the hits
				continue
			}
			for _, value := range facet.Values {
				if got := countPassing(facet.Field, value, hits); got != value.Count {
					t.Errorf("%s: facet %s says %d for %q, the hits %d", name, facet.Field, value.Count, value.Value, got)
				}
			}
		}

		places := placed(rules, products, &q, len(hits))
		var others []Hit
		for i, hit := range hits {
			p := &hit.Product
			if hiddenIn(rules, p) || slices.ContainsFunc(q.Filters, func(f Filter) bool { return !passes(f, p) }) {
				t.Errorf("%s: %s is hidden or does not pass", name, p.ID)
			}
			if i > 0 && hit.Score > hits[i-1].Score {
				t.Errorf("%s: the score rises from %v to %v at rank %d", name, hits[i-1].Score, hit.Score, hit.Rank)
			}
			if got := sum(hit.Ledger); got != hit.Score {
				t.Errorf("%s: the ledger of %s adds up to %v and not %v", name, p.ID, got, hit.Score)
			}
			if place, ok := places[p.ID]; !ok {
				others = append(others, hit)
				boosts += len(hit.Ledger.Rules)
			} else if pins++; place != hit.Rank || len(hit.Ledger.Rules) == 0 {
				t.Errorf("%s: %s is pinned to %d and stands at %d, by the rules %v", name, p.ID, place, hit.Rank, hit.Ledger.Rules)
			} else if !slices.ContainsFunc(hit.Ledger.Legs, func(l LegEntry) bool { return l.Rank > 0 }) {
				broughtIn++
			}
		}
		if len(hits)-len(others) != len(places) {
			t.Errorf("%s: %d of %d pinned products are there", name, len(hits)-len(others), len(places))
		}
		order := bestFirst
		if q.browses() {
			order = func(a, b Hit) int {
				if a.Score != b.Score {
					return bestFirst(a, b)
				}
				return newestFirst(a, b)
			}
		}
		if !slices.IsSortedFunc(others, order) {
			t.Errorf("%s: what is not pinned is out of order", name)
		}

		if similar, err := engine.Similar(context.Background(), made[rng.IntN(len(made))].ID, "", 50); err != nil {
			t.Error(err)
		} else {
			for i := range similar {
				if hiddenIn(rules, &similar[i].Product) {
					t.Errorf("%s: %s is hidden and among the similar ones", name, similar[i].Product.ID)
				}
			}
		}
	}
	if pins < 100 || broughtIn < 100 || boosts < 100 {
		t.Errorf("only %d pins, %d products brought in and %d boosts were seen", pins, broughtIn, boosts)
	}
}

// sum adds up a ledger in the order that Ledger promises.
func sum(l *Ledger) (score float64) {
	for _, feature := range l.Features {
		score += feature.Contribution
	}
	if len(l.Features) == 0 {
		for _, entry := range l.Legs {
			score += entry.Contribution
		}
	}
	for _, rule := range l.Rules {
		score += rule.Contribution
	}
	return score
}

func TestAStrengthOfOneCarriesTheBetterHalfToTheTop(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, mode := range modes {
		q := Query{Text: "red shoe", Mode: mode, Limit: 200}
		engine.SetRules(fixedRules{})
		plain := search(t, engine, q)
		upper, lower := plain.Hits[plain.Total/2-2], plain.Hits[1]
		engine.SetRules(fixedRules{{Name: "up", Action: ActionBoost, Products: []string{upper.Product.ID}, Strength: 1}})
		if hit := search(t, engine, q).Hits[0]; hit.Product.ID != upper.Product.ID && hit.Score != plain.Hits[0].Score {
			t.Errorf("mode %s: rank %d was boosted, and %s still stands first with %v", mode, upper.Rank, hit.Product.ID, hit.Score)
		}
		engine.SetRules(fixedRules{{Name: "down", Action: ActionBury, Products: []string{lower.Product.ID}, Strength: 1}})
		buried := search(t, engine, q).Hits
		at := slices.IndexFunc(buried, func(h Hit) bool { return h.Product.ID == lower.Product.ID })
		if median := plain.Hits[plain.Total/2].Score; buried[at].Score > median+1e-12 {
			t.Errorf("mode %s: rank %d was buried and has the score %v, the median is %v", mode, lower.Rank, buried[at].Score, median)
		}
	}
}

func TestBoostsPartAListThatNothingScores(t *testing.T) {
	engine := New(openShop(t, 120), &indexertest.Encoder{}, nil, Options{})
	engine.SetRules(fixedRules{
		{Name: "red", Action: ActionBoost, Filters: []Filter{{Field: FieldColour, Values: []string{"red"}}}, Strength: 0.5},
		{Name: "lamps", Action: ActionBoost, Filters: []Filter{{Field: FieldCategory, Values: []string{"lamp"}}}, Strength: 0.25},
		{Name: "bolt", Action: ActionBury, Filters: []Filter{{Field: FieldBrand, Values: []string{"Bolt"}}}, Strength: 2},
	})
	hits, _ := searchAll(t, engine, Query{})
	if first, last := hits[0].Product, hits[119].Product; first.Colour != "red" || first.Category[1] != "lamp" || last.Brand != "Bolt" {
		t.Errorf("first stands %q, last %q", first.Title, last.Title)
	}
}

func TestAPinnedProductIsBroughtInAndCounted(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, mode := range modes {
		q := Query{Text: "red shoe", Mode: mode, Explain: true, Limit: 200}
		engine.SetRules(fixedRules{})
		plain := search(t, engine, q)
		lamp := "item-00000"
		for _, p := range makeProducts(t, 300) {
			if p.Category[1] == "lamp" && !slices.Contains(idsOf(plain.Hits), p.ID) {
				lamp = p.ID
			}
		}
		engine.SetRules(fixedRules{{Name: "lamp", Action: ActionPin, Products: []string{lamp}, Place: 3}})
		got := search(t, engine, q)
		want := slices.Insert(idsOf(plain.Hits), 2, lamp)
		if got.Total != plain.Total+1 || !slices.Equal(idsOf(got.Hits), want[:min(len(want), q.Limit)]) {
			t.Errorf("mode %s: %d products, the first are %v, want %v", mode, got.Total, idsOf(got.Hits)[:5], want[:5])
		}
		ledger := got.Hits[2].Ledger
		if len(ledger.Rules) == 0 || ledger.Rules[0].Rule != "lamp" || !ledger.Legs[0].Backfilled || mode == ModeRanked && len(ledger.Features) == 0 {
			t.Errorf("mode %s: the ledger is %+v", mode, ledger)
		}
	}
}

func TestRulesThatAreAtOddsAreSettledByTheirOrder(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	pin := func(place int, ids ...string) Rule {
		return Rule{Name: "pin", Action: ActionPin, Products: ids, Place: place}
	}
	a, b, c, d := "item-00001", "item-00002", "item-00003", "item-00004"
	for name, test := range map[string]struct {
		rules fixedRules
		first []string
	}{
		"the first rule has the place, the next one the place after it": {fixedRules{pin(1, a), pin(1, b, c)}, []string{a, b, c}},
		"a place in between is kept":                                    {fixedRules{pin(2, a), pin(1, b, c)}, []string{b, a, c}},
		"a product stays where the first rule pins it":                  {fixedRules{pin(2, a, b), pin(1, b, c)}, []string{"", a, b, c}},
		"what is hidden leaves its place to what is found": {
			fixedRules{pin(1, a, b), {Name: "hide", Action: ActionHide, Products: []string{a}}, pin(1, c)}, []string{c, b}},
		"a pinned product is not buried": {
			fixedRules{{Name: "bury", Action: ActionBury, Products: []string{d}, Strength: 9}, pin(1, d)}, []string{d}},
		"what does not exist has no place": {fixedRules{pin(1, "nothing", a)}, []string{"", a}},
	} {
		engine.SetRules(test.rules)
		for _, q := range []Query{{}, {Text: "red", Mode: ModeHybrid}} {
			ids := idsOf(search(t, engine, q).Hits)
			for i, want := range test.first {
				if want != "" && ids[i] != want {
					t.Errorf("%s: %q begins with %v, want %v", name, q.Text, ids[:4], test.first)
				}
			}
		}
	}
}

func TestTheFirstRedirectCounts(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	engine.SetRules(fixedRules{{Name: "a", Action: ActionRedirect, URL: "/a"}, {Name: "b", Action: ActionRedirect, URL: "/b"}})
	got := search(t, engine, Query{Text: "red"})
	want := []FiredRule{{"a", ActionRedirect}, {"b", ActionRedirect}}
	if got.Redirect != "/a" || !slices.Equal(got.Rules, want) || got.Total == 0 {
		t.Errorf("redirect %q, rules %v, %d hits", got.Redirect, got.Rules, got.Total)
	}
}

func TestAHiddenProductKeepsItsAddress(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	rule := Rule{Name: "hide", Action: ActionHide, Products: []string{"item-00007", "item-x"}}
	engine.SetRules(fixedRules{rule})
	if _, err := engine.Product(context.Background(), "item-00007"); err != nil {
		t.Error(err)
	}
	if got := search(t, engine, Query{Text: "item-00007", Mode: ModeKeyword}).Hits; slices.Contains(idsOf(got), "item-00007") {
		t.Error("its id finds it")
	}
	if products, unknown, err := engine.Covers(context.Background(), &rule); err != nil || products != 1 || !slices.Equal(unknown, []string{"item-x"}) {
		t.Errorf("the rule covers %d products, unknown are %v", products, unknown)
	}
}

func TestRulesChangeUnderRunningSearches(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for n := range 25 {
				if i == 0 {
					engine.SetRules(fixedRules{{Name: "pin", Action: ActionPin, Products: []string{fmt.Sprintf("item-%05d", n)}, Place: 2}})
				} else if _, err := engine.Search(context.Background(), Query{Text: "red"}); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkSearchUnderRules(b *testing.B) {
	engine := New(openShop(b, 10_000), &indexertest.Encoder{}, wordRanker{}, Options{})
	var ids []string
	for i := range 1000 {
		ids = append(ids, fmt.Sprintf("item-%05d", 7*i))
	}
	for _, c := range []struct {
		name  string
		rules fixedRules
	}{
		{"none", nil},
		{"hide=1000", fixedRules{{Name: "hide", Action: ActionHide, Products: ids}}},
		{"boost", fixedRules{{Name: "boost", Action: ActionBoost, Filters: []Filter{{Field: FieldBrand, Values: []string{"Bolt"}}}, Strength: 1}}},
		{"pin=10", fixedRules{{Name: "pin", Action: ActionPin, Products: ids[:10], Place: 1}}},
	} {
		engine.SetRules(c.rules)
		for name, q := range map[string]Query{"hybrid": {Text: "red canvas shoe", Mode: ModeHybrid}, "browse": {}} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					search(b, engine, q)
				}
			})
		}
	}
}
