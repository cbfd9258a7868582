package retrieval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// replaced is an Index that can be replaced by another.
type replaced struct{ *indexer.Index }

// byCursor returns all hits of q by cursors, calling between after each page.
func byCursor(t testing.TB, e *Engine, q Query, between func()) []Hit {
	t.Helper()
	var hits []Hit
	for q.Cursor = CursorStart; q.Cursor != ""; {
		page := search(t, e, q)
		if len(page.Hits) < q.Limit && page.Cursor != "" {
			t.Fatalf("a page that is not the last has %d of %d hits", len(page.Hits), q.Limit)
		}
		hits, q.Cursor = append(hits, page.Hits...), page.Cursor
		between()
	}
	return hits
}

func TestPagesByCursorAreThoseByOffset(t *testing.T) {
	engine := New(openIndex(t, withMaterials(makeProducts(t, 400))), &indexertest.Encoder{}, wordRanker{}, Options{Window: 60})
	rng := rand.New(rand.NewPCG(27, 28))
	for range 60 {
		q := randomPresentation(rng, randomQuery(rng))
		want, _ := searchAll(t, engine, q)
		q.Limit = 1 + rng.IntN(40)
		got := byCursor(t, engine, q, func() {})
		if !slices.EqualFunc(got, want, func(a, b Hit) bool {
			return a.Rank == b.Rank && a.Score == b.Score && a.Product.ID == b.Product.ID && a.Others == b.Others
		}) {
			t.Fatalf("%+v: by cursor %v, by offset %v", q, idsOf(got), idsOf(want))
		}
	}
}

func TestPagesByCursorHaveNoProductTwiceWhileTheIndexChanges(t *testing.T) {
	products := makeProducts(t, 300)
	var changed []catalog.Product
	for i, p := range products { // every seventh goes, others come, and all prices change
		if i%7 == 0 {
			continue
		}
		p.PriceCents = 100 + int64(i*37%997)
		changed = append(changed, p)
		p.ID, p.Released = p.ID+"-new", time.Now()
		changed = append(changed, p)
	}
	before, after := openIndex(t, products), openIndex(t, changed)
	index := &replaced{before}
	engine := New(index, &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, q := range []Query{{Limit: 24}, {Text: "red shoe", Limit: 10}, {Sort: SortPriceAsc, Limit: 17}} {
		index.Index = before
		want, _ := searchAll(t, engine, q)
		hits := byCursor(t, engine, q, func() { index.Index = after })
		gone := func(h Hit) bool {
			var n int
			if _, err := fmt.Sscanf(h.Product.ID, "item-%d", &n); err != nil {
				t.Fatal(err)
			}
			return h.Rank > q.Limit && n%7 == 0
		}
		want = slices.DeleteFunc(want, gone)
		if !slices.EqualFunc(hits, want, func(a, b Hit) bool { return a.Rank == b.Rank && a.Product.ID == b.Product.ID }) {
			t.Errorf("%q: the pages have %v, the list that was frozen is %v", q.Text, idsOf(hits), idsOf(want))
		}
	}
}

func TestWhatRulesHideByNowIsNotOnAPageByCursor(t *testing.T) {
	engine := New(openShop(t, 100), &indexertest.Encoder{}, wordRanker{}, Options{})
	first := search(t, engine, Query{Limit: 10, Cursor: CursorStart})
	second := search(t, engine, Query{Limit: 10, Cursor: first.Cursor})
	engine.SetRules(fixedRules{{Name: "recall", Action: ActionHide, Products: []string{second.Hits[0].Product.ID}}})
	again := search(t, engine, Query{Limit: 10, Cursor: first.Cursor})
	if again.Hits[0].Rank != 12 || again.Hits[0].Product.ID != second.Hits[1].Product.ID || len(again.Hits) != 10 {
		t.Errorf("the page begins with rank %d", again.Hits[0].Rank)
	}
}

func TestCursorsThatAreNotKeptAreRefused(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	for cursor, want := range map[string]error{"x": ErrBadQuery, "x.": ErrBadQuery, "x.-1": ErrBadQuery, "x.7": ErrCursorGone, ".7": ErrCursorGone, "x.70000": ErrBadQuery} {
		if _, err := engine.Search(context.Background(), Query{Cursor: cursor}); !errors.Is(err, want) {
			t.Errorf("cursor %q: %v, want %v", cursor, err, want)
		}
	}
	if _, err := engine.Search(context.Background(), Query{Cursor: CursorStart, Offset: 5}); !errors.Is(err, ErrBadQuery) {
		t.Errorf("a cursor with an offset: %v", err)
	}
	if last := search(t, engine, Query{Cursor: CursorStart, Limit: 60}); last.Cursor != "" {
		t.Error("the only page has a cursor for the next")
	}
}

func TestListsOfCursorsAreForgottenByAgeAndSize(t *testing.T) {
	c, now := newCursors(), time.Now()
	keep := func(key string, bytes int) { c.keep(&frozen{key: key, bytes: bytes}, now) }
	kept := func() string {
		var keys []string
		for _, key := range []string{"a", "b", "c", "d"} {
			if _, ok := c.byKey[key]; ok {
				keys = append(keys, key)
			}
		}
		return strings.Join(keys, "")
	}
	keep("a", maxCursorBytes/2)
	keep("b", maxCursorBytes/2)
	if _, err := c.get("a", now); err != nil {
		t.Fatal(err)
	}
	keep("c", 1) // b was unused for longest
	if got := kept(); got != "ac" || c.held != maxCursorBytes/2+1 {
		t.Errorf("%q are kept with %d bytes", got, c.held)
	}
	now = now.Add(cursorLife)
	if _, err := c.get("a", now); !errors.Is(err, ErrCursorGone) {
		t.Errorf("an old list is still there: %v", err)
	}
	keep("d", 1)
	if got := kept(); got != "d" || c.held != 1 {
		t.Errorf("%q are kept with %d bytes", got, c.held)
	}
}
