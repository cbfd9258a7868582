package retrieval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

type queryCounts []QueryCount

func (q queryCounts) PopularQueries(context.Context) ([]QueryCount, error) { return q, nil }

func suggestions(t testing.TB, e *Engine, text string, limit int) []Suggestion {
	t.Helper()
	found, err := e.Suggest(t.Context(), text, limit)
	if err != nil {
		t.Fatalf("suggest %q: %v", text, err)
	}
	return found.Suggestions
}

func TestSuggestOffersQueriesCategoriesBrandsAndProducts(t *testing.T) {
	products := []catalog.Product{
		{ID: "a", Title: "Bolt red shoe", Titles: map[string]string{"zh": "红色跑鞋"}, Brand: "Bolt", Category: []string{"Fashion", "Shoe|Boot"}, InStock: true,
			Photos: []catalog.Photo{{Ref: "https://shop.example/a.jpg"}}},
		{ID: "b", Title: "Shoe horn", Brand: "Shoehorn & Sons", Category: []string{"Home"}},
	}
	engine := New(openIndex(t, products), &indexertest.Encoder{}, nil, Options{Suggestions: SuggestionOptions{
		Popular: queryCounts{{"Red  SHOES", 3}, {"red shoes", 4}, {"", 9}, {strings.Repeat("shoe ", 99), 9}},
	}})
	got := suggestions(t, engine, "Shoe", 0)
	want := []Suggestion{
		{Kind: SuggestQuery, Text: "red shoes", Highlights: [][2]int{{4, 8}}, Query: "red shoes", Count: 7},
		{Kind: SuggestCategory, Text: "Shoe|Boot", Highlights: [][2]int{{0, 4}}, Filter: `category=Shoe\|Boot`, Count: 1},
		{Kind: SuggestBrand, Text: "Shoehorn & Sons", Highlights: [][2]int{{0, 4}}, Filter: "brand=Shoehorn & Sons", Count: 1},
		{Kind: SuggestProduct, Text: "Shoe horn", Highlights: [][2]int{{0, 4}}, ID: "b"},
		{Kind: SuggestProduct, Text: "Bolt red shoe", Highlights: [][2]int{{9, 13}}, ID: "a", Photo: &products[0].Photos[0]},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range got {
		if s.Filter == "" {
			continue
		}
		filter, err := ParseFilter(s.Filter)
		if err != nil || search(t, engine, Query{Filters: []Filter{filter}}).Total != s.Count {
			t.Errorf("choosing %s does not find its %d products: %v", s.Filter, s.Count, err)
		}
	}
	if got := suggestions(t, engine, "跑", 0); len(got) != 1 || got[0].ID != "a" || got[0].Text != "红色跑鞋" {
		t.Errorf("Chinese: %+v", got)
	}
}

func TestSuggestRefusesWhatIsTooLong(t *testing.T) {
	engine := New(openShop(t, 5), &indexertest.Encoder{}, nil, Options{})
	for name, ask := range map[string]func() (*Suggestions, error){
		"a long text": func() (*Suggestions, error) {
			return engine.Suggest(t.Context(), strings.Repeat("a", MaxTextRunes+1), 0)
		},
		"a high limit":     func() (*Suggestions, error) { return engine.Suggest(t.Context(), "a", MaxSuggestions+1) },
		"a negative limit": func() (*Suggestions, error) { return engine.Suggest(t.Context(), "a", -1) },
		"no UTF-8":         func() (*Suggestions, error) { return engine.Suggest(t.Context(), "\xff", 0) },
	} {
		if _, err := ask(); !errors.Is(err, ErrBadQuery) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := suggestions(t, engine, " ,", 0); got == nil || len(got) > 0 {
		t.Errorf("nothing typed: %+v", got)
	}
}

func TestHiddenProductsAreNotSuggestedNorWhatOnlyTheyHave(t *testing.T) {
	products := []catalog.Product{
		{ID: "a", Title: "Secret shoe", Titles: map[string]string{"zh": "秘密"}, Brand: "Secretive", Category: []string{"Fashion", "Secrets"}},
		{ID: "b", Title: "Fashion shoe", Brand: "Bolt", Category: []string{"Fashion"}},
	}
	engine := New(openIndex(t, products), &indexertest.Encoder{}, nil, Options{})
	if got := suggestions(t, engine, "secret", 0); len(got) != 3 {
		t.Fatalf("before it is hidden: %+v", got)
	}
	engine.SetRules(fixedRules{{Name: "recall", Action: ActionHide, Products: []string{"a"}}})
	if got := suggestions(t, engine, "secret", 0); slices.ContainsFunc(got, func(s Suggestion) bool { return s.ID == "a" }) {
		t.Errorf("hidden since the suggestions were made: %+v", got)
	}
	if err := engine.RefreshSuggestions(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"secret", "secrte", "秘密"} {
		if got := suggestions(t, engine, typed, 0); len(got) > 0 {
			t.Errorf("%q suggests %+v", typed, got)
		}
	}
	if got := suggestions(t, engine, "fash", 0); len(got) != 2 || got[0].Kind != SuggestCategory || got[0].Count != 1 || got[1].ID != "b" {
		t.Errorf("what remains: %+v", got)
	}
}

func TestSuggestionsFollowTheGeneration(t *testing.T) {
	dataDir := indexertest.Build(t, makeProducts(t, 20))
	index, err := indexer.Open(t.Context(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	engine := New(index, &indexertest.Encoder{}, nil, Options{})
	if got := suggestions(t, engine, "zebra", 0); len(got) > 0 {
		t.Fatalf("suggested already: %+v", got)
	}
	indexertest.Rebuild(t, dataDir, []catalog.Product{{ID: "a-first", Title: "Zebra rug"}}) // the first: all doc numbers change

	// Shoppers type on while the generation changes: each answer is wholly of one.
	var typing sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		typing.Go(func() {
			for {
				found, err := engine.Suggest(t.Context(), "item zebra bolt", 0)
				if err != nil {
					t.Errorf("while it changes: %v", err)
					return
				}
				for _, s := range found.Suggestions {
					t.Errorf("%q in %s", s.Text, found.Generation)
				}
				for _, typed := range []string{"bolt re", "zebra"} {
					found, err := engine.Suggest(t.Context(), typed, 0)
					if err != nil {
						t.Error(err)
						return
					}
					for _, s := range found.Suggestions {
						product, err := engine.Product(t.Context(), s.ID)
						if s.Kind == SuggestProduct && (err != nil || product.Title != s.Text) {
							t.Errorf("%s is %q, suggested as %q: %v", s.ID, product.Title, s.Text, err)
						}
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	if changed, err := index.Refresh(t.Context()); !changed || err != nil {
		t.Fatalf("refresh: %v, %v", changed, err)
	}
	if got := suggestions(t, engine, "zebra", 0); len(got) != 1 || got[0].ID != "a-first" {
		t.Errorf("after the change: %+v", got)
	}
	close(stop)
	typing.Wait()
}

// blockedQueries keeps whoever makes suggestions until it is released.
type blockedQueries struct{ entered, release chan struct{} }

func (b blockedQueries) PopularQueries(context.Context) ([]QueryCount, error) {
	b.entered <- struct{}{}
	<-b.release
	return nil, nil
}

func TestSearchesGoOnWhileSuggestionsAreMade(t *testing.T) {
	blocked := blockedQueries{make(chan struct{}, 1), make(chan struct{})}
	engine := New(openShop(t, 30), &indexertest.Encoder{}, nil, Options{Suggestions: SuggestionOptions{Popular: blocked}})
	var first sync.WaitGroup
	impatient, leave := context.WithCancel(t.Context())
	first.Go(func() {
		if _, err := engine.Suggest(impatient, "bolt", 0); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the first shopper gets %v", err)
		}
	})
	<-blocked.entered
	leave() // this shopper types on; the work is done for the next
	if got := search(t, engine, Query{Text: "red shoe"}); len(got.Hits) == 0 {
		t.Error("the search found nothing")
	}
	waiting, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := engine.Suggest(waiting, "bolt", 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a shopper whose time is up gets %v", err)
	}
	close(blocked.release)
	if got := suggestions(t, engine, "bolt", 0); len(got) == 0 {
		t.Error("nothing is suggested")
	}
	first.Wait()
	if len(blocked.entered) > 0 {
		t.Error("suggestions were made twice")
	}
}

func TestAFailingSourceOfQueriesIsAnError(t *testing.T) {
	engine := New(openShop(t, 5), &indexertest.Encoder{}, nil, Options{Suggestions: SuggestionOptions{Popular: brokenQueries{}}})
	if _, err := engine.Suggest(t.Context(), "bolt", 0); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

var errBroken = errors.New("the file is broken")

type brokenQueries struct{}

func (brokenQueries) PopularQueries(context.Context) ([]QueryCount, error) { return nil, errBroken }

// BenchmarkMakeSuggestions reads the products of a snapshot, whose titles have 4 to 12 words of some 20,000, half of
// them with a Chinese one, and makes suggestions of them.
func BenchmarkMakeSuggestions(b *testing.B) {
	const n = 19_000 // below the size from which vectors get a graph, which takes minutes to build
	rng := rand.New(rand.NewPCG(9, 10))
	frequent := rand.NewZipf(rng, 1.1, 8, 19_999)
	words := make([]string, 20_000)
	for i := range words {
		for range 2 + rng.IntN(3) {
			words[i] += string("bcdfghklmnprstvwz"[rng.IntN(17)]) + string("aeiou"[rng.IntN(5)])
		}
	}
	text := func(count int) string {
		chosen := make([]string, count)
		for i := range chosen {
			chosen[i] = words[frequent.Uint64()]
		}
		return strings.Join(chosen, " ")
	}
	products, titles := make([]catalog.Product, n), 0
	for i := range products {
		p := catalog.Product{ID: fmt.Sprintf("p-%06d", i), Title: text(4 + rng.IntN(9)), Description: text(40), Brand: words[rng.IntN(2_000)],
			Category: []string{words[rng.IntN(20)], words[rng.IntN(500)]}, InStock: rng.IntN(9) > 0}
		if i%2 == 0 {
			var title strings.Builder
			for range 3 + rng.IntN(5) { // Chinese words of two characters
				word := rng.Uint64N(1 + frequent.Uint64())
				title.WriteRune(rune(0x4e00 + word%2_000))
				title.WriteRune(rune(0x4e00 + word/7))
			}
			p.Titles = map[string]string{"zh": title.String()}
		}
		titles += len(p.Title) + len(p.Titles["zh"])
		products[i] = p
	}
	index := openIndex(b, products)
	engine := New(index, &indexertest.Encoder{}, nil, Options{})
	snapshot := index.Acquire()
	defer snapshot.Release()
	products = nil
	b.Run(fmt.Sprintf("products=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for b.Loop() {
			index, err := makeSuggestions(b.Context(), engine, snapshot)
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.StartTimer()
			runtime.KeepAlive(index)
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc-uint64(titles))/(1<<20), "MB-beside-titles")
	})
}
