package retrieval

import (
	"context"
	"slices"
	"testing"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

func spokenShop(t testing.TB) *Engine {
	products := []catalog.Product{
		{ID: "a", Title: "Black shoe", Colour: "Black", Category: []string{"Shoes"}, PriceCents: 4000, Brand: "Bolt", Attributes: map[string]string{"material": "leather"}},
		{ID: "b", Title: "Red shoe", Colour: "Red", Category: []string{"Shoes"}, PriceCents: 6000, Brand: "Arden", Attributes: map[string]string{"material": "canvas"}},
		{ID: "c", Title: "Shoe in two colours", Colour: "Black", Category: []string{"Shoes"}, PriceCents: 9000, Brand: "Bolt", Attributes: map[string]string{"material": "canvas"},
			Variants: []catalog.Variant{{SKU: "c1", Colour: "Black"}, {SKU: "c2", Colour: "Navy Blue"}}},
		{ID: "d", Title: "Shoe with buckle", Category: []string{"Shoes"}, Brand: "Arden", Attributes: map[string]string{"material": "leather"}},
		{ID: "e", Title: "Maroon hat 帽子", Colour: "Maroon", Category: []string{"Hats"}, PriceCents: 2000, Brand: "Bolt"},
	}
	return New(openIndex(t, products), &indexertest.Encoder{}, nil, Options{})
}

func foundBy(t *testing.T, engine *Engine, q Query) []string {
	t.Helper()
	var ids []string
	for _, hit := range search(t, engine, q).Hits {
		ids = append(ids, hit.Product.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestWhatTheWordsSayHoldsInEveryMode(t *testing.T) {
	engine := spokenShop(t)
	for _, test := range []struct {
		text    string
		never   []string // must not be found
		surely  []string // must be found
		because string
	}{
		{"shoe not black", []string{"a"}, []string{"b", "c", "d"}, "c is also to be had in navy, d has no colour"},
		{"shoe -black", []string{"a"}, []string{"b"}, "a dash denies"},
		{"shoe 不要黑色", []string{"a"}, []string{"b"}, "Chinese denies colours of an English catalogue"},
		{"shoe without buckle", []string{"d"}, []string{"a", "b", "c"}, "words of a title are denied"},
		{"shoe not bolt", []string{"a", "c"}, []string{"b", "d"}, "brands are denied"},
		{"shoe no leather", []string{"a", "d"}, []string{"b", "c"}, "attributes are denied"},
		{"shoe not red", []string{"b"}, []string{"a"}, "a shade counts as its colour"},
		{"shoe under 50", []string{"b", "c", "d"}, []string{"a"}, "d has no price"},
		{"shoe 50元以下", []string{"b", "c", "d"}, []string{"a"}, "Chinese prices"},
		{"shoe between 50 and 70", []string{"a", "c", "d"}, []string{"b"}, "a range"},
	} {
		for _, mode := range modes {
			ids := foundBy(t, engine, Query{Text: test.text, Mode: mode})
			for _, id := range test.never {
				if slices.Contains(ids, id) {
					t.Errorf("%q in mode %s finds %v: %s", test.text, mode, ids, test.because)
				}
			}
			if mode == ModeVector { // finds what is near, and nothing else is promised
				continue
			}
			for _, id := range test.surely {
				if !slices.Contains(ids, id) {
					t.Errorf("%q in mode %s finds %v and lacks %s: %s", test.text, mode, ids, id, test.because)
				}
			}
		}
	}
}

func TestTheShopperMayMeanSomethingElse(t *testing.T) {
	engine := spokenShop(t)
	said := search(t, engine, Query{Text: "shoe not black under 50", Mode: ModeKeyword})
	if len(said.Understood) != 3 || said.Query != "shoe not black under 50" { // the shoe names a category
		t.Fatalf("understood %+v", said.Understood)
	}
	for _, u := range said.Understood {
		if u.Kind == UnderstoodNamed {
			continue
		}
		without := search(t, engine, Query{Text: said.Query, Mode: ModeKeyword, Ignore: []string{u.Filter.String()}})
		if slices.ContainsFunc(without.Understood, func(other Understood) bool { return other.Filter.String() == u.Filter.String() }) {
			t.Errorf("%s is understood although it was to be ignored", u.Filter)
		}
	}
	if literal := search(t, engine, Query{Text: said.Query, Mode: ModeKeyword, Literal: true}); len(literal.Understood) > 0 {
		t.Errorf("words taken literally are understood as %+v", literal.Understood)
	}
	own := 100.0
	chosen := search(t, engine, Query{Text: "shoe under 50", Filters: []Filter{{Field: FieldPrice, Max: &own}}, Mode: ModeKeyword})
	if slices.ContainsFunc(chosen.Understood, func(u Understood) bool { return u.Kind == UnderstoodPrice }) {
		t.Error("a price in the words goes before the filter that the shopper chose")
	}
}

func TestOnlyADenialListsTheRest(t *testing.T) {
	engine := spokenShop(t)
	if ids := foundBy(t, engine, Query{Text: "not black"}); !slices.Equal(ids, []string{"b", "c", "d", "e"}) {
		t.Errorf("%v", ids)
	}
}

func TestAMisspeltWordGetsASuggestion(t *testing.T) {
	engine := spokenShop(t)
	if got := search(t, engine, Query{Text: "bukcle"}).Suggestion; got != "buckle" {
		t.Errorf("suggested %q", got)
	}
	if got := search(t, engine, Query{Text: "buckle"}).Suggestion; got != "" {
		t.Errorf("suggested %q for a word that is right", got)
	}
}

func TestWhatIsNamedIsPreferredAndNotRequired(t *testing.T) {
	engine := spokenShop(t)
	response := search(t, engine, Query{Text: "bolt shoe canvas", Mode: ModeHybrid})
	if response.Hits[0].Product.ID != "c" {
		t.Errorf("first is %s, which has not all that is named", response.Hits[0].Product.ID)
	}
	if len(response.Hits) < 3 {
		t.Errorf("only %d products are left: what has some of it is found too", len(response.Hits))
	}
}

func TestWordsThatNoProductHasDoNotHideThatAllOthersAreNamed(t *testing.T) {
	engine := spokenShop(t)
	snapshot := engine.index.Acquire()
	defer snapshot.Release()
	for text, want := range map[string]float64{"bolt shoes": 1, "bolt shoes zebra": 1, "bolt shoes buckle": 2.0 / 3, "buckle": 0, "zebra": 0, "男士黑色": 1} {
		q := Query{Text: text}
		said, err := engine.understand(context.Background(), &q, &scope{snapshot: snapshot})
		if err != nil {
			t.Fatal(err)
		}
		if said.share != want {
			t.Errorf("%q: %v of it is named, want %v", text, said.share, want)
		}
	}
}

func TestASizeIsNamedByItsNumberBehindItsName(t *testing.T) {
	sized := func(id string, sizes ...string) catalog.Product {
		p := catalog.Product{ID: id, Title: "Red shoe", Colour: "Red"}
		for _, size := range sizes {
			p.Variants = append(p.Variants, catalog.Variant{SKU: id + size, Size: size})
		}
		return p
	}
	engine := New(openIndex(t, []catalog.Product{sized("a", "40", "41"), sized("b", "41", "42"), sized("c", "40", "41"), sized("d", "41", "42")}), &indexertest.Encoder{}, nil, Options{})
	for _, text := range []string{"red shoe size 42", "red shoe eu 42", "red shoe 尺码42"} {
		response := search(t, engine, Query{Text: text, Mode: ModeHybrid})
		at := slices.IndexFunc(response.Understood, func(u Understood) bool { return u.Filter.String() == "attribute.size=42" })
		if at < 0 || response.Understood[at].Kind != UnderstoodNamed {
			t.Errorf("%q is understood as %+v", text, response.Understood)
			continue
		}
		if first := response.Hits[0].Product.ID; first != "b" || len(response.Hits) < 4 {
			t.Errorf("%q finds %d products, first %s", text, len(response.Hits), first)
		}
		ignoring := search(t, engine, Query{Text: text, Mode: ModeHybrid, Ignore: []string{"attribute.size=42"}})
		if slices.ContainsFunc(ignoring.Understood, func(u Understood) bool { return u.Filter.Field == "attribute.size" }) {
			t.Errorf("%q: the size is understood although it was to be ignored", text)
		}
	}
	if said := search(t, engine, Query{Text: "red shoe 42"}).Understood; slices.ContainsFunc(said, func(u Understood) bool { return u.Filter.Field == "attribute.size" }) {
		t.Errorf("a bare 42 is understood as %+v", said)
	}
}
