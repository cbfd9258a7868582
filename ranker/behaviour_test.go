package ranker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// productsOf are those of candidates.
type productsOf []retrieval.Candidate

func (all productsOf) Product(_ context.Context, id string) (catalog.Product, error) {
	for i := range all {
		if all[i].Product.ID == id {
			return *all[i].Product, nil
		}
	}
	return catalog.Product{}, catalog.ErrNotFound
}

// happening is a search or an event.
type happening struct {
	search *retrieval.Query
	query  *catalog.ShopperQuery
	event  *catalog.Event
}

func (h happening) tell(s *behaviour.State) {
	if h.query != nil {
		s.Observe(*h.query)
	}
	if h.event != nil {
		s.Apply(*h.event)
	}
}

// stream is what a few shoppers do with the candidates: searches, and what they look at, click and buy.
func stream(random *rand.Rand, candidates []retrieval.Candidate, searches int) []happening {
	var all []happening
	for i := range searches {
		at := today.Add(time.Duration(i) * 3 * time.Minute)
		client, id, text := fmt.Sprint("visitor", random.IntN(9)), fmt.Sprint("q", i), []string{"red dress", "laptop bag", ""}[random.IntN(3)]
		all = append(all,
			happening{search: &retrieval.Query{Text: text, Shopper: retrieval.Shopper{Visitor: client, At: at}}},
			happening{query: &catalog.ShopperQuery{ID: id, ClientID: client, UserQuery: text, Time: at}})
		act := func(action, product string, place int) {
			e := &catalog.Event{Action: action, ClientID: client, QueryID: id, Time: at}
			e.Attributes = catalog.EventAttributes{Object: &catalog.EventObject{ID: catalog.ObjectID(product)}, Position: &catalog.EventPosition{Ordinal: place}}
			all = append(all, happening{event: e})
		}
		for place, j := range random.Perm(len(candidates))[:8] {
			product := candidates[j].Product.ID
			act(catalog.ActionImpression, product, place+1)
			for _, action := range []string{catalog.ActionClick, catalog.ActionAddToCart, catalog.ActionPurchase} {
				if random.IntN(4) > 0 {
					break
				}
				act(action, product, place+1)
			}
		}
	}
	return all
}

func TestFeaturesAreThoseOfTheMomentOfTheSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	candidates := randomCandidates(random, 30)
	all := stream(random, candidates, 60)
	state := behaviour.New(productsOf(candidates), behaviour.Options{})
	live := New(Prior(), Objective{}, state)
	type logged struct {
		after  int // happenings
		query  *retrieval.Query
		values []float64
		copied []float64
	}
	var log []logged
	known := map[string]bool{}
	for i, h := range all {
		if h.search == nil {
			h.tell(state)
			continue
		}
		ranked, err := live.Rank(t.Context(), h.search, candidates)
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, logged{i, h.search, ranked.Values, slices.Clone(ranked.Values)})
		for _, f := range slices.Concat(popularity, taste) {
			column := slices.IndexFunc(features, func(g Feature) bool { return g.Name == f.Name })
			for row := range candidates {
				known[f.Name] = known[f.Name] || ranked.Values[row*len(features)+column] != 0
			}
		}
	}
	for _, f := range slices.Concat(popularity, taste) {
		if !known[f.Name] && f.Name != "style_affinity" { // these products have no attributes
			t.Errorf("%s was 0 in all searches", f.Name)
		}
	}
	for _, entry := range log {
		if !slices.Equal(entry.values, entry.copied) {
			t.Fatalf("what happened after search %v changed what was logged", entry.query)
		}
		fresh := behaviour.New(productsOf(candidates), behaviour.Options{})
		for _, h := range all[:entry.after] {
			h.tell(fresh)
		}
		again, err := New(Prior(), Objective{}, fresh).Rank(t.Context(), entry.query, candidates)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.Values, entry.values) {
			t.Fatalf("search %+v was logged with other features than are computed of what came before", entry.query)
		}
	}
}

func TestUnknownVisitorsHaveNoTasteAndTheOrderOfAllOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	candidates := randomCandidates(random, 30)
	state := behaviour.New(productsOf(candidates), behaviour.Options{})
	search := func(r *Ranker, visitor string) *retrieval.Ranked {
		ranked, err := r.Rank(t.Context(), &retrieval.Query{Text: "red dress", Shopper: retrieval.Shopper{Visitor: visitor, At: today.Add(2 * time.Hour)}}, candidates)
		if err != nil {
			t.Fatal(err)
		}
		return ranked
	}
	bare, empty := search(New(Prior(), Objective{}, nil), "stranger"), search(New(Prior(), Objective{}, state), "stranger")
	if !reflect.DeepEqual(bare.Values, empty.Values) || !reflect.DeepEqual(bare.Scores, empty.Scores) {
		t.Error("an empty state changes features or scores")
	}

	for _, h := range stream(random, candidates, 40) {
		h.tell(state)
	}
	live := New(Prior(), Objective{}, state)
	nobody, stranger, known := search(live, ""), search(live, "stranger"), search(live, "visitor1")
	if !reflect.DeepEqual(nobody.Values, stranger.Values) || !reflect.DeepEqual(nobody.Scores, stranger.Scores) {
		t.Error("an unknown visitor has other features or scores than nobody")
	}
	first := slices.IndexFunc(features, func(f Feature) bool { return f.Name == taste[0].Name })
	differs := false
	for i := range candidates {
		for j := range taste {
			column := i*len(features) + first + j
			if stranger.Values[column] != 0 {
				t.Errorf("%s of an unknown visitor is %v", taste[j].Name, stranger.Values[column])
			}
			differs = differs || known.Values[column] != 0
		}
	}
	if !differs || reflect.DeepEqual(known.Scores, nobody.Scores) {
		t.Error("a known visitor has no taste, or it changes no score")
	}
}

func TestCompanyAndCircumstances(t *testing.T) {
	candidate := func(rank int, brand, category string, cents int64) retrieval.Candidate {
		return retrieval.Candidate{FusedRank: rank, Product: &catalog.Product{
			ID: fmt.Sprint(rank), Brand: brand, Category: []string{"All", category}, PriceCents: cents, Currency: "EUR",
		}}
	}
	set := []retrieval.Candidate{candidate(4, "Halden", "Shoes", 4000), candidate(1, "Halden", "Bags", 1000), candidate(3, "Norvik", "Shoes", 2000), candidate(2, "Halden", "Bags", 1000)}
	q := &retrieval.Query{Text: "red shoes for women", Shopper: retrieval.Shopper{Device: retrieval.DeviceMobile}}
	m := Extract(q, set, today.Add(6*time.Hour), behaviour.View{})
	for name, want := range map[string][]float64{
		"brand_repeats":    {2. / 3, 0, 0, 1},
		"category_repeats": {1. / 3, 0, 0, 1},
		"price_share":      {1, 0, 2. / 3, 0},
		"mobile":           {1, 1, 1, 1},
		"hour_sin":         {1, 1, 1, 1},
		"query_length":     {1.386, 1.386, 1.386, 1.386},
		"mobile_price":     {0.981, -0.405, 0.288, -0.405},
	} {
		column := slices.IndexFunc(features, func(f Feature) bool { return f.Name == name })
		for i := range set {
			if got := m.Row(i)[column]; got < want[i]-1e-3 || got > want[i]+1e-3 {
				t.Errorf("%s of candidate %d is %v, want %v", name, i, got, want[i])
			}
		}
	}
}

func TestReadingsAreRememberedWithinBounds(t *testing.T) {
	var r readings
	candidate := func(i int) retrieval.Candidate {
		return retrieval.Candidate{Product: &catalog.Product{ID: fmt.Sprint(i), Title: fmt.Sprint("Red shoe ", i)}}
	}
	first := []retrieval.Candidate{candidate(0)}
	reading := r.of(first)[0]
	for i := range 3 * keptReadings {
		r.of([]retrieval.Candidate{candidate(i + 1)})
		if i%1000 == 0 && r.of(first)[0] != reading {
			t.Fatal("what is found again and again is read again")
		}
	}
	if n := len(r.young) + len(r.old); n > 2*keptReadings {
		t.Errorf("%d products are remembered", n)
	}
}
