package retrieval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

func explain(t testing.TB, e *Engine, q Query, id string) *Account {
	t.Helper()
	account, err := e.Explain(context.Background(), q, id)
	if err != nil {
		t.Fatalf("explain %s for %q in mode %q with %v: %v", id, q.Text, q.Mode, q.Filters, err)
	}
	return account
}

// rankOf is the rank at which Search has a product, 0 = nowhere.
func rankOf(hits []Hit, id string) int {
	return 1 + slices.IndexFunc(hits, func(h Hit) bool { return h.Product.ID == id })
}

func TestAnAccountAgreesWithSearch(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, wordRanker{}, Options{Window: 40})
	rng := rand.New(rand.NewPCG(17, 18))
	for range 60 {
		q := randomQuery(rng)
		if q.Text != "" {
			q.Text += []string{"", "", " under 150", " not red"}[rng.IntN(4)]
		}
		engine.SetRules(randomRules(rng))
		hits, first := searchAll(t, engine, q)
		for range 8 {
			id := fmt.Sprintf("item-%05d", rng.IntN(400))
			name := fmt.Sprintf("%s for %q, photo %v, mode %s, filters %v", id, q.Text, len(q.Photos) > 0, q.Mode, q.Filters)
			account := explain(t, engine, q, id)
			rank := rankOf(hits, id)
			if account.Rank != rank || account.Total != first.Total || account.Product.ID != id {
				t.Fatalf("%s: the account says rank %d of %d, the search %d of %d", name, account.Rank, account.Total, rank, first.Total)
			}
			if rank > 0 {
				checkFound(t, name, account, hits)
			} else {
				checkMissing(t, name, engine, q, account)
			}
		}
	}
}

func checkFound(t *testing.T, name string, account *Account, hits []Hit) {
	t.Helper()
	hit := hits[account.Rank-1]
	if account.Score != hit.Score || account.Ledger == nil || sum(account.Ledger) != hit.Score {
		t.Errorf("%s: score %v, ledger %+v, the search has %v", name, account.Score, account.Ledger, hit.Score)
	}
	if len(account.Reasons) > 0 || account.Without != nil {
		t.Errorf("%s: it is found, and yet has the reasons %+v", name, account.Reasons)
	}
	if account.Rank == 1 {
		if account.Above != nil {
			t.Errorf("%s: %+v stands above the first", name, account.Above)
		}
		return
	}
	above, parts := hits[account.Rank-2], 0.0
	for i, part := range account.Above.Parts {
		parts += part.Difference
		if i > 0 && math.Abs(part.Difference) > math.Abs(account.Above.Parts[i-1].Difference) {
			t.Errorf("%s: parts %+v are not in order", name, account.Above.Parts)
		}
	}
	if account.Above.ID != above.Product.ID || account.Above.Difference != above.Score-hit.Score || math.Abs(parts-account.Above.Difference) > 1e-9 {
		t.Errorf("%s: %+v, above stands %s with %v more", name, account.Above, above.Product.ID, above.Score-hit.Score)
	}
}

func checkMissing(t *testing.T, name string, engine *Engine, q Query, account *Account) {
	t.Helper()
	if len(account.Reasons) == 0 || account.Ledger != nil || account.Above != nil {
		t.Errorf("%s: it is not found, and the account is %+v", name, account)
	}
	filters := 0
	for _, reason := range account.Reasons {
		if reason.Text == "" {
			t.Errorf("%s: a reason without words: %+v", name, reason)
		}
		if reason.Kind == ReasonFilter {
			filters++
		}
		if leg := reason.Leg; leg != nil && reason.Kind == ReasonWindow && (leg.Rank <= leg.Kept || leg.Score > leg.Last || leg.Kept == 0) {
			t.Errorf("%s: beyond the window, and yet %+v", name, leg)
		}
	}
	if (account.Without != nil) != (filters > 0) {
		t.Fatalf("%s: %d filters take it out, without them: %+v", name, filters, account.Without)
	}
	if filters == 0 {
		return
	}
	// What the account says of the search without the filters, that search itself says.
	less, names := withoutFilters(q, account.Reasons)
	hits, _ := searchAll(t, engine, less)
	if rank := rankOf(hits, account.Product.ID); rank != account.Without.Rank || (rank == 0) != (len(account.Without.Reasons) > 0) {
		t.Errorf("%s: without %v the search has rank %d, the account %+v", name, names, rank, account.Without)
	}
}

func TestAnAccountNamesTheFilterAndWhoseItIs(t *testing.T) {
	products := []catalog.Product{
		{ID: "cheap", Title: "red shoe", Brand: "Bolt", Colour: "red", PriceCents: 1990, Currency: "EUR", InStock: true},
		{ID: "dear", Title: "red shoe of leather", Brand: "Arden", Colour: "red", PriceCents: 7990, Currency: "EUR", InStock: true},
	}
	engine := New(openIndex(t, products), &indexertest.Encoder{}, wordRanker{}, Options{})
	bolt := Filter{Field: FieldBrand, Values: []string{"Bolt"}}
	account := explain(t, engine, Query{Text: "red shoe under 50", Filters: []Filter{bolt}}, "dear")
	want := []string{"the filter brand=Bolt: its brand is Arden", `"under 50" was read as the filter price=..50: its price is 79.90 EUR`}
	for i, reason := range account.Reasons {
		if i >= len(want) || reason.Text != want[i] {
			t.Errorf("reason %d: %q, want %q", i, reason.Text, want)
		}
	}
	if len(account.Reasons) != len(want) || account.Without == nil || account.Without.Rank == 0 {
		t.Errorf("account %+v, without %+v", account, account.Without)
	}
	if own, read := account.Reasons[0], account.Reasons[1]; own.Words != "" || own.Filter != "brand=Bolt" || read.Words != "under 50" {
		t.Errorf("reasons %+v", account.Reasons)
	}
}

func TestAnAccountNamesWhatEachLegMisses(t *testing.T) {
	var products []catalog.Product
	for i := range 30 {
		products = append(products, catalog.Product{ID: fmt.Sprintf("shoe-%02d", i), Title: "canvas running shoe", InStock: true})
	}
	products = append(products,
		catalog.Product{ID: "lamp", Title: "standard lamp", InStock: true},
		catalog.Product{ID: "hidden", Title: "canvas running shoe", InStock: true},
	)
	engine := New(openIndex(t, products), &indexertest.Encoder{}, wordRanker{}, Options{Window: 20})
	engine.SetRules(fixedRules{{Name: "recall", Action: ActionHide, Products: []string{"hidden"}}})

	kinds := func(id string) (all []string) {
		for _, r := range explain(t, engine, Query{Text: "canvas running shoe"}, id).Reasons {
			kind := string(r.Kind)
			if r.Leg != nil {
				kind = r.Leg.Leg + " " + kind
			}
			all = append(all, kind)
		}
		return all
	}
	for id, want := range map[string][]string{
		"lamp":    {"keyword words", "text-text far", "text-image vector"},
		"shoe-29": {"keyword window", "text-text window", "text-image vector"},
		"hidden":  {"rule"},
	} {
		if got := kinds(id); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	account := explain(t, engine, Query{Text: "canvas running shoe"}, "lamp")
	if lacks := account.Reasons[0].Leg.Lacks; !slices.Equal(lacks, []string{"canvas", "running", "shoe"}) {
		t.Errorf("the lamp lacks %q", lacks)
	}
	if account = explain(t, engine, Query{}, "hidden"); len(account.Reasons) != 1 || account.Reasons[0].Rule != "recall" {
		t.Errorf("in the list: %+v", account.Reasons)
	}
}

func TestAnAccountOfALegThatFailedOrOfAnUnknownProduct(t *testing.T) {
	engine := New(openShop(t, 60), failingText{&indexertest.Encoder{}}, nil, Options{})
	account := explain(t, engine, Query{Text: "zebra"}, "item-00001")
	failed := 0
	for _, reason := range account.Reasons {
		if reason.Kind == ReasonFailed && strings.Contains(reason.Text, "out of order") {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("two legs failed, the account has %+v", account.Reasons)
	}
	if _, err := engine.Explain(context.Background(), Query{Text: "red"}, "nobody"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("an unknown id gives %v", err)
	}
	if _, err := engine.Explain(context.Background(), Query{Mode: "best"}, "item-00001"); !errors.Is(err, ErrBadQuery) {
		t.Errorf("an unknown mode gives %v", err)
	}
}

func TestAnAccountOfAProductThatAnotherOneOfItsGroupStandsFor(t *testing.T) {
	engine := New(openShop(t, 200), &indexertest.Encoder{}, wordRanker{}, Options{})
	q := Query{Text: "shoe", Mode: ModeKeyword, Group: FieldBrand}
	all, _ := searchAll(t, engine, Query{Text: "shoe", Mode: ModeKeyword})
	groups, first := searchAll(t, engine, q)
	for _, hit := range all {
		account := explain(t, engine, q, hit.Product.ID)
		rank := rankOf(groups, hit.Product.ID)
		if account.Rank != rank || account.Total != first.Total {
			t.Errorf("%s: rank %d of %d, want %d of %d", hit.Product.ID, account.Rank, account.Total, rank, first.Total)
		}
		if rank == 0 && (len(account.Reasons) != 1 || account.Reasons[0].Kind != ReasonLeft || !strings.Contains(account.Reasons[0].Text, "brand")) {
			t.Errorf("%s: %+v", hit.Product.ID, account.Reasons)
		}
	}
}
