package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// live leaves changes beside the live generation.
func live(o *indexer.BuildOptions) { o.Live = true }

// change indexes lines beside the live generation and deletes products.
func (s *shop) change(deleted []string, lines ...string) *indexer.Summary {
	s.t.Helper()
	ctx := context.Background()
	if len(deleted) > 0 {
		store, err := catalog.Open(ctx, s.dir)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := store.Delete(ctx, deleted...); err != nil {
			s.t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	summary, err := s.index(ctx, live, lines...)
	if err != nil {
		s.t.Fatal(err)
	}
	return summary
}

// openBoth opens the index and the catalogue for as long as the test runs.
func (s *shop) openBoth() (*indexer.Index, *catalog.Store) {
	s.t.Helper()
	index, err := indexer.Open(context.Background(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	store, err := catalog.Open(context.Background(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := errors.Join(index.Close(), store.Close()); err != nil {
			s.t.Error(err)
		}
	})
	return index, store
}

func TestWhatChangesIsSeenByTheNextSearch(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(30)...)
	ctx := t.Context()
	index, err := indexer.Open(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	before := index.Acquire()
	defer before.Release()

	summary := s.change([]string{"p000002"},
		`{"id":"p000000","title":"violet teapot","colour":"Violet","category":["Things","teapot"],"price_cents":900,"in_stock":true}`,
		`{"id":"new","title":"violet lamp","colour":"violet","category":["things","Lamp"],"released":"2026-01-02T00:00:00Z"}`)
	if summary.Generation != "gen-000001" || summary.Beside != 3 || summary.Products != 30 {
		t.Errorf("summary %+v", summary)
	}
	if err := index.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	now := index.Acquire()
	defer now.Release()

	if got := found(t, now, "violet"); !slices.Equal(got, []string{"p000000", "new"}) && !slices.Equal(got, []string{"new", "p000000"}) {
		t.Errorf("violet: %q", got)
	}
	if got := found(t, now, "number0"); len(got) != 0 {
		t.Errorf("the title of before is found still: %q", got)
	}
	if got := found(t, now, "number2"); len(got) != 0 {
		t.Errorf("a deleted product is found still: %q", got)
	}
	if got := found(t, before, "number2"); !slices.Equal(got, []string{"p000002"}) {
		t.Errorf("the snapshot of before has changed: %q", got)
	}
	if got := found(t, now, "vilet teapt"); !slices.Contains(got, "p000000") { // both words are the delta's alone
		t.Errorf("a misspelt new word: %q", got)
	}
	doc, ok := now.Doc("p000000")
	if price, known := now.Columns().Price(doc); !ok || !known || price != 9 {
		t.Errorf("price of the changed product: %g, %t, %t", price, known, ok)
	}
	if _, ok := now.Doc("p000002"); ok {
		t.Error("a deleted product has a doc")
	}
	if now.Len() != 30 || now.All().GetCardinality() != 30 || now.Changed() != 3 {
		t.Errorf("%d products, docs of %d, %d changed", now.Len(), now.All().GetCardinality(), now.Changed())
	}
	counts := now.Columns().Count("category", nil)
	if counts["Things"] != 30 || counts["lamp"] != before.Columns().Count("category", nil)["lamp"] || counts["teapot"] != 1 {
		t.Errorf("categories: %v", counts) // "Lamp" is spelt as the generation does, and one lamp was deleted
	}
	if newest := ids(t, now, hitsOf(now.Columns().Newest(nil, 0, 1))); newest[0] != "new" {
		t.Errorf("newest: %q", newest)
	}
	query := vectorOf(t, "violet lamp")
	hits, plan, err := now.Nearest(ctx, indexer.SpaceText, query, 1, nil)
	if err != nil || ids(t, now, hits)[0] != "new" || !strings.Contains(plan, "changed") {
		t.Errorf("nearest: %v by %s, %v", hits, plan, err)
	}
	if again, err := s.index(ctx, live, `{"id":"p000005","title":"white lamp number5"}`); err != nil || again.Generation != "gen-000001" {
		t.Errorf("a further change: %+v, %v", again, err)
	}
}

func hitsOf(docs []uint32) []indexer.Hit {
	hits := make([]indexer.Hit, len(docs))
	for i, doc := range docs {
		hits[i].Doc = doc
	}
	return hits
}

func vectorOf(t *testing.T, text string) []float32 {
	t.Helper()
	vectors, err := new(indexertest.Encoder).EmbedTexts(t.Context(), []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return vectors[0]
}

// A generation and a delta that hold the same product twice give it the same score, whatever the query.
func TestAProductScoresTheSameBesideTheGenerationAndInIt(t *testing.T) {
	s := newShop(t)
	lines := []string{
		`{"id":"old","title":"blue enamel teapot","brand":"Kettle & Co","description":"a teapot of blue enamel that holds two litres","colour":"blue","sku":"KT-200B"}`,
	}
	s.mustIndex(append(lines, numbered(50)...)...)
	s.change(nil, strings.Replace(lines[0], `"old"`, `"twin"`, 1))
	snapshot := s.open()
	for _, terms := range []string{"teapot", "blue teapot", "enamel tepot", "kettle", "two litres", "KT-200B", "blue ename", "blue enamel teapot"} {
		hits, err := snapshot.Keyword(t.Context(), indexer.KeywordQuery{Terms: terms, K: 2})
		if err != nil || len(hits) != 2 {
			t.Fatalf("%s: %v, %v", terms, hits, err)
		}
		if names := ids(t, snapshot, hits); !slices.Equal(names, []string{"old", "twin"}) || hits[0].Score != hits[1].Score {
			t.Errorf("%s: %q score %v", terms, names, hits)
		}
	}
}

// Random changes, one batch after another, give what an index of the same products gives that was built anew: the same
// hits with the same scores, the same values and counts. All titles have as many words, so that the average lengths
// of fields, which stay those of the generation, are the same too.
func TestChangesGiveWhatABuildGives(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := newShop(t)
	products := make(map[string]string) // line by id
	for i, line := range numbered(120) {
		products[fmt.Sprintf("p%06d", i)] = line
	}
	s.mustIndex(slices.Collect(maps.Values(products))...)
	index, err := indexer.Open(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	spare := numbered(400)
	for round := range 25 {
		var deleted []string
		changed := make(map[string]string)
		for _, id := range slices.Sorted(maps.Keys(products)) {
			if random.IntN(25) == 0 {
				deleted = append(deleted, id)
				delete(products, id)
			}
		}
		for range random.IntN(12) {
			id := fmt.Sprintf("p%06d", random.IntN(300))
			_, fields, _ := strings.Cut(spare[random.IntN(len(spare))], ",")
			products[id] = fmt.Sprintf(`{"id":%q,%s`, id, fields)
			changed[id] = products[id]
		}
		s.change(deleted, slices.Collect(maps.Values(changed))...)
		if err := index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if round%6 > 0 { // to build anew takes its time
			continue
		}
		fresh := newShop(t)
		fresh.mustIndex(slices.Collect(maps.Values(products))...)
		snapshot := index.Acquire()
		compareSnapshots(t, snapshot, fresh.open())
		snapshot.Release()
		if t.Failed() {
			t.Fatalf("after round %d", round)
		}
	}
}

// compareSnapshots fails the test where two snapshots with the same products give different answers.
func compareSnapshots(t *testing.T, got, want *indexer.Snapshot) {
	t.Helper()
	ctx := t.Context()
	if got.Len() != want.Len() {
		t.Errorf("%d products, want %d", got.Len(), want.Len())
	}
	for _, field := range []string{"category", "colour", "brand", "in_stock", "currency", indexer.FieldAttributes} {
		if a, b := got.Columns().Count(field, nil), want.Columns().Count(field, nil); !maps.Equal(a, b) {
			t.Errorf("counts of %s: %v, want %v", field, a, b)
		}
		if a, b := got.Columns().Values(field), want.Columns().Values(field); !slices.Equal(a, b) {
			t.Errorf("values of %s: %q, want %q", field, a, b)
		}
	}
	low, high := 1.2, 2.5
	filters := map[string]func(*indexer.Snapshot) *roaring.Bitmap{
		"everything": func(*indexer.Snapshot) *roaring.Bitmap { return nil },
		"red":        func(s *indexer.Snapshot) *roaring.Bitmap { return s.Columns().Match("colour", []string{"RED"}) },
		"only lamps": func(s *indexer.Snapshot) *roaring.Bitmap {
			return s.Columns().MatchOnly("category", []string{"things", "lamp"})
		},
		"not in stock": func(s *indexer.Snapshot) *roaring.Bitmap { return s.Columns().Match("in_stock", []string{"false"}) },
		"by price":     func(s *indexer.Snapshot) *roaring.Bitmap { return s.Columns().PriceRange(&low, &high) },
	}
	for name, filter := range filters {
		for _, terms := range []string{"red shoe", "lamp", "number17", "blue number3 dress", "gren", "wat", "p000007", "nothing"} {
			q := indexer.KeywordQuery{Terms: terms, K: 400}
			compareHits(t, name+", "+terms, got, want, func(s *indexer.Snapshot) ([]indexer.Hit, error) {
				q.Filter = filter(s)
				return s.Keyword(ctx, q)
			})
			compareHits(t, name+", near "+terms, got, want, func(s *indexer.Snapshot) ([]indexer.Hit, error) {
				hits, _, err := s.Nearest(ctx, indexer.SpaceText, vectorOf(t, terms+" thing"), 400, filter(s))
				return hits, err
			})
		}
		if set := filter(got); set != nil && set.GetCardinality() != filter(want).GetCardinality() {
			t.Errorf("%s: %d products, want %d", name, set.GetCardinality(), filter(want).GetCardinality())
		}
	}
}

// compareHits compares what two snapshots find by the ids and scores of products.
func compareHits(t *testing.T, what string, got, want *indexer.Snapshot, search func(*indexer.Snapshot) ([]indexer.Hit, error)) {
	t.Helper()
	a, b := scoresByID(t, got, search), scoresByID(t, want, search)
	if len(a) != len(b) {
		t.Errorf("%s: %d hits, want %d", what, len(a), len(b))
	}
	for id, score := range a {
		if wanted, ok := b[id]; !ok || math.Abs(score-wanted) > 1e-6 {
			t.Errorf("%s: %s has the score %g, want %g, %t", what, id, score, wanted, ok)
			return
		}
	}
}

// Half of the products are replaced. What is found beside the generation is what a build finds, but for ties and for
// the average lengths of fields.
func TestAfterHalfOfTheCatalogueHasChangedTheOrderIsThatOfABuild(t *testing.T) {
	const count = 2000
	s := newShop(t)
	lines := numbered(count)
	s.mustIndex(lines...)
	var changed []string
	for i := 0; i < count; i += 2 {
		line := strings.Replace(lines[i], " number", " quite new number9", 1)
		changed, lines[i] = append(changed, line), line
	}
	if summary := s.change(nil, changed...); summary.Generation != "gen-000001" {
		t.Fatalf("%+v", summary)
	}
	fresh := newShop(t)
	fresh.mustIndex(lines...)
	got, want := s.open(), fresh.open()
	same, all := 0, 0
	for _, terms := range []string{"red shoe", "blue lamp", "new green bag", "white watch quite new", "number91234", "number77", "mug"} {
		searches := []func(*indexer.Snapshot) ([]indexer.Hit, error){
			func(s *indexer.Snapshot) ([]indexer.Hit, error) {
				return s.Keyword(t.Context(), indexer.KeywordQuery{Terms: terms, K: count})
			},
			func(s *indexer.Snapshot) ([]indexer.Hit, error) {
				hits, _, err := s.Nearest(t.Context(), indexer.SpaceText, vectorOf(t, terms), count, nil)
				return hits, err
			},
		}
		for _, search := range searches {
			of := scoresByID(t, want, search)
			threshold := nth(of, 10)
			for i, id := range ids(t, got, mustSearch(t, got, search)) {
				if i == 10 {
					break
				}
				all++
				if of[id] >= threshold-1e-9 { // among the ten of a build, or as good as the last of them
					same++
				}
			}
		}
	}
	if overlap := float64(same) / float64(all); overlap < 0.98 {
		t.Errorf("overlap@10 %.3f", overlap)
	} else {
		t.Logf("overlap@10 %.3f of %d places", overlap, all)
	}
}

func mustSearch(t *testing.T, s *indexer.Snapshot, search func(*indexer.Snapshot) ([]indexer.Hit, error)) []indexer.Hit {
	t.Helper()
	hits, err := search(s)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func scoresByID(t *testing.T, s *indexer.Snapshot, search func(*indexer.Snapshot) ([]indexer.Hit, error)) map[string]float64 {
	t.Helper()
	hits := mustSearch(t, s, search)
	scores := make(map[string]float64, len(hits))
	for i, id := range ids(t, s, hits) {
		scores[id] = hits[i].Score
	}
	return scores
}

// nth returns the n-th best of scores, or the worst where there are fewer.
func nth(scores map[string]float64, n int) float64 {
	sorted := slices.Sorted(maps.Values(scores))
	return sorted[max(0, len(sorted)-n)]
}

// One goroutine writes, others catch up and search, and a build folds what has changed. Each search that begins after a
// write was acknowledged sees it, and no search fails.
func TestSearchesSeeEachWriteWhileTheIndexIsFolded(t *testing.T) {
	s := newShop(t)
	s.mustIndex(numbered(80)...)
	ctx := t.Context()
	index, store := s.openBoth()

	var written atomic.Int64 // the last price that was acknowledged
	var work sync.WaitGroup
	stop := make(chan struct{})
	work.Go(func() {
		for price := int64(1); ; price++ {
			select {
			case <-stop:
				return
			default:
			}
			p := catalog.Product{ID: "p000007", Title: "violet teapot", PriceCents: price, Currency: "EUR"}
			if _, err := store.Apply(ctx, []catalog.Product{p}); err != nil {
				t.Error(err)
				return
			}
			written.Store(price)
		}
	})
	for range 3 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := seesPrice(ctx, index, written.Load()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		summary := s.mustIndex() // of the catalogue alone: a new generation, if anything was written since the last
		if changed, err := index.Refresh(ctx); err != nil || changed == summary.UpToDate {
			t.Errorf("refresh: %t, %v after %+v", changed, err, summary)
		}
	}
	close(stop)
	work.Wait()
	if err := index.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	snapshot := index.Acquire()
	defer snapshot.Release()
	if snapshot.Changed() > 1 || snapshot.Len() != 80 {
		t.Errorf("%d products, %d of them changed", snapshot.Len(), snapshot.Changed())
	}
}

// seesPrice searches for the teapot, whose price in cents must be at least least.
func seesPrice(ctx context.Context, index *indexer.Index, least int64) error {
	if err := index.CatchUp(ctx); err != nil {
		return err
	}
	s := index.Acquire()
	defer s.Release()
	hits, err := s.Keyword(ctx, indexer.KeywordQuery{Terms: "violet teapot", K: 3})
	if err != nil {
		return err
	}
	if least == 0 {
		return nil
	}
	if len(hits) != 1 {
		return fmt.Errorf("%d violet teapots", len(hits))
	}
	products, err := s.Products(ctx, []uint32{hits[0].Doc})
	if err != nil {
		return err
	}
	price, _ := s.Columns().Price(hits[0].Doc)
	if got := products[0].PriceCents; got < least || price != float64(got)/100 {
		return fmt.Errorf("price %d, in the columns %g, after %d was acknowledged", got, price, least)
	}
	return nil
}

func TestSoManyChangesWaitForTheNextGeneration(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes twenty thousand products")
	}
	s := newShop(t)
	s.mustIndex(numbered(3)...)
	ctx := t.Context()
	index, store := s.openBoth()
	products := make([]catalog.Product, 20_001)
	for i := range products {
		products[i] = catalog.Product{ID: fmt.Sprint("more", i), Title: "violet teapot"}
	}
	if _, err := store.Apply(ctx, products); err != nil {
		t.Fatal(err)
	}
	if err := index.CatchUp(ctx); !errors.Is(err, indexer.ErrBehind) {
		t.Fatalf("error %v", err)
	}
	if snapshot := s.open(); snapshot.Len() != 3 || len(found(t, snapshot, "red shoe")) == 0 { // opened anew it is behind as well
		t.Errorf("%d products", snapshot.Len())
	}
	s.mustIndex()
	if changed, err := index.Refresh(ctx); err != nil || !changed {
		t.Fatalf("refresh: %t, %v", changed, err)
	}
	if err := index.CatchUp(ctx); err != nil {
		t.Errorf("after the build: %v", err)
	}
	snapshot := index.Acquire()
	defer snapshot.Release()
	if snapshot.Len() != 20_004 || snapshot.Changed() != 0 {
		t.Errorf("%d products, %d changed", snapshot.Len(), snapshot.Changed())
	}
}
