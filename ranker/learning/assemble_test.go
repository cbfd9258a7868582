package learning

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
)

// shown is a search of a visitor that showed p1, p2 and p3.
func shown(id, client string, at time.Time) catalog.Served {
	s := catalog.Served{QueryID: id, ClientID: client, Time: at, Schema: ranker.Features().Hash()}
	for i := range 3 {
		s.Rows = append(s.Rows, catalog.ServedRow{Product: fmt.Sprint("p", i+1), Position: i + 1, Features: make([]float32, len(ranker.Features()))})
	}
	return s
}

// did is what the visitor of a search did with one of its products.
func did(w *world, s catalog.Served, product, action string, after time.Duration) *catalog.Event {
	w.act(&s, catalog.ServedRow{Product: product, Position: 1}, action, after)
	return &w.events[len(w.events)-1]
}

func TestOnlyWhatWasSeenByWhoSearchedCounts(t *testing.T) {
	const impression, click, cart, purchase = catalog.ActionImpression, catalog.ActionClick, catalog.ActionAddToCart, catalog.ActionPurchase
	for _, test := range []struct {
		name string
		do   func(w *world, s catalog.Served)
		want Tally // without what was never seen
	}{
		{"seen and clicked twice", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p2", impression, time.Second)
			did(w, s, "p2", click, 5*time.Second)
			did(w, s, "p2", click, 9*time.Second)
		}, Tally{Searches: 1, Impressions: 2, Clicks: 1}},
		{"a click that comes in before its impression", func(w *world, s catalog.Served) {
			did(w, s, "p1", click, time.Second)
			did(w, s, "p1", impression, 2*time.Second)
		}, Tally{Searches: 1, Impressions: 1, Clicks: 1}},
		{"a purchase is a click and a cart", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p1", purchase, 23*time.Hour)
		}, Tally{Searches: 1, Impressions: 1, Clicks: 1, Carts: 1, Purchases: 1}},
		{"too late", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p1", cart, 25*time.Hour)
		}, Tally{Searches: 1, Impressions: 1, LeftOut: []LeftOut{{reasonTexts[tooLate], 1}}}},
		{"without an impression", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p2", click, time.Second)
		}, Tally{Searches: 1, Impressions: 1, LeftOut: []LeftOut{{reasonTexts[withoutImpression], 1}}}},
		{"in doubt", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p1", click, time.Second).Doubt = "forged token"
		}, Tally{Searches: 1, Impressions: 1, LeftOut: []LeftOut{{reasonTexts[doubted], 1}}}},
		{"of somebody else", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p1", click, time.Second).ClientID = "other"
		}, Tally{Searches: 1, Impressions: 1, LeftOut: []LeftOut{{reasonTexts[otherVisitor], 1}}}},
		{"of another search, and of a product that was not shown", func(w *world, s catalog.Served) {
			did(w, s, "p1", impression, time.Second)
			did(w, s, "p1", click, time.Second).QueryID = "elsewhere"
			did(w, s, "p9", click, time.Second)
		}, Tally{Searches: 1, Impressions: 1, LeftOut: []LeftOut{{reasonTexts[unknownSearch], 1}, {reasonTexts[notShown], 1}}}},
		{"nothing seen", func(*world, catalog.Served) {}, Tally{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{served: []catalog.Served{shown("q1", "c1", worldStart)}}
			test.do(w, w.served[0])
			log, err := Assemble(t.Context(), w, Window{})
			if err != nil {
				t.Fatal(err)
			}
			got := log.Tally
			got.LeftOut = nil
			for _, left := range log.Tally.LeftOut {
				if left.Reason != reasonTexts[neverSeen] {
					got.LeftOut = append(got.LeftOut, left)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

type distrusted string

func (d distrusted) Trusted(client string, _ time.Time) bool { return client != string(d) }
func (d distrusted) Established(string) bool                 { return false }
func (d distrusted) Crowded(string) bool                     { return false }

func TestSearchesThatCannotBeUsedAreCounted(t *testing.T) {
	w := &world{}
	for i, client := range []string{"bot", "c1", "c1", "c2"} {
		s := shown(fmt.Sprint("q", i), client, worldStart.Add(time.Duration(i)*time.Minute))
		did(w, s, "p1", catalog.ActionImpression, time.Second)
		switch i {
		case 1:
			s.Schema = "sha256:older"
		case 2:
			s.Schema = ""
		}
		w.served = append(w.served, s)
	}
	log, err := Assemble(t.Context(), w, Window{Trust: distrusted("bot")})
	want := []LeftOut{
		{reasonTexts[otherSchema], 1}, {reasonTexts[noFeatures], 1}, {reasonTexts[untrustedSearch], 1}, {reasonTexts[neverSeen], 2}, {reasonTexts[unknownSearch], 3},
	}
	if err != nil || log.Tally.Searches != 1 || !reflect.DeepEqual(log.Tally.LeftOut, want) {
		t.Errorf("got %+v, %v", log.Tally, err)
	}
}

// crowdOf is one product that a crowd clicks; the client "known" is established.
type crowdOf string

func (crowdOf) Trusted(string, time.Time) bool { return true }
func (crowdOf) Established(client string) bool { return client == "known" }
func (c crowdOf) Crowded(product string) bool  { return product == string(c) }

func TestACrowdIsLeftOutAndNobodyElse(t *testing.T) {
	w := &world{}
	for i, visit := range []struct{ client, clicked string }{{"known", "p2"}, {"c1", "p2"}, {"c2", "p3"}, {"c3", ""}, {"c4", "p2"}} {
		s := shown(fmt.Sprint("q", i), visit.client, worldStart.Add(time.Duration(i)*time.Minute))
		w.served = append(w.served, s)
		for _, row := range s.Rows {
			did(w, s, row.Product, catalog.ActionImpression, time.Second)
		}
		if visit.clicked != "" {
			did(w, s, visit.clicked, catalog.ActionClick, 2*time.Second)
		}
	}
	log, err := Assemble(t.Context(), w, Window{Trust: crowdOf("p2")})
	// Of the known visitor all three rows count, of c2 and c3 two each.
	want := Tally{Searches: 3, Impressions: 7, Clicks: 2, LeftOut: []LeftOut{{reasonTexts[crowded], 2}}}
	if err != nil || !reflect.DeepEqual(log.Tally, want) {
		t.Errorf("got %+v, want %+v, %v", log.Tally, want, err)
	}
}

func TestOneVisitorCountsForSoMuchADay(t *testing.T) {
	w := &world{}
	for i := range 100 {
		s := shown(fmt.Sprint("q", i), "c1", worldStart.Add(time.Duration(i)*time.Minute))
		w.served = append(w.served, s)
		for _, row := range s.Rows {
			did(w, s, row.Product, catalog.ActionImpression, time.Second)
		}
	}
	log, err := Assemble(t.Context(), w, Window{})
	if err != nil || log.Tally.Impressions != mostSeenADay || !reflect.DeepEqual(log.Tally.LeftOut, []LeftOut{{reasonTexts[beyondCap], 100}}) {
		t.Errorf("got %+v, %v", log.Tally, err)
	}
}

func TestMemoryIsBoundedAndTheNewestStay(t *testing.T) {
	w := newWorld(400, 5, cheapLovers)
	whole, err := Assemble(t.Context(), w, Window{})
	if err != nil {
		t.Fatal(err)
	}
	bounded, err := Assemble(t.Context(), w, Window{MaxRows: 12 * 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(bounded.Searches) != 100 || !bounded.Searches[0].Time.Equal(whole.Searches[300].Time) {
		t.Fatalf("%d searches from %v on", len(bounded.Searches), bounded.Searches[0].Time)
	}
	from := whole.Searches[300].begin
	if !reflect.DeepEqual(bounded.row(0), whole.row(from)) || !reflect.DeepEqual(bounded.actions, whole.actions[from:]) {
		t.Error("the rows are not those of the newest searches")
	}
}

func TestASplitNeverCutsASearch(t *testing.T) {
	log, err := Assemble(t.Context(), newWorld(200, 5, cheapLovers), Window{})
	if err != nil {
		t.Fatal(err)
	}
	p := log.Split()
	if (p != Parts{Part{0, 140}, Part{140, 170}, Part{170, 200}}) {
		t.Errorf("parts %+v", p)
	}
	_, end := log.rows(p.Training)
	if begin, _ := log.rows(p.Validation); begin != end || end != 1400 {
		t.Errorf("training ends at row %d, validation begins at %d", end, begin)
	}
}

// movingLog is a log of few products that stand at a chance place, each liked in its own way.
func movingLog(searches int) *Log {
	random := rand.New(rand.NewPCG(3, 3))
	l := &Log{}
	for n := range 30 {
		l.names = append(l.names, fmt.Sprint("p", n))
	}
	for range searches {
		s := Search{Words: true, begin: l.Rows(), end: l.Rows() + 10}
		for place, product := range random.Perm(30)[:10] {
			a := seen
			if random.Float64() < looked(place+1)*(0.1+0.02*float64(product)) {
				a |= clicked
			}
			l.actions, l.positions, l.products = append(l.actions, a), append(l.positions, int32(place+1)), append(l.products, uint32(product))
		}
		l.Searches = append(l.Searches, s)
	}
	return l
}

func TestHowLikelyAPlaceIsLookedAtIsFound(t *testing.T) {
	l := movingLog(6000)
	e := l.estimateExamination(Part{0, len(l.Searches)})
	for place := 1; place <= 10; place++ {
		if want := looked(place); math.Abs(e[""][place-1]-want) > 0.06 {
			t.Errorf("place %d: %.3f, want %.3f", place, e[""][place-1], want)
		}
	}
}

func TestReplayOfKnownClicks(t *testing.T) {
	l := &Log{
		actions: []action{seen, seen | clicked, seen}, positions: []int32{1, 2, 3}, products: []uint32{0, 1, 2}, names: []string{"a", "b", "c"},
	}
	s := &Search{end: 3}
	flat := examination{"": {1}}
	for _, test := range []struct {
		scores []float64
		rank   float64
	}{{[]float64{0, 9, 1}, 1}, {[]float64{3, 2, 1}, 2}, {[]float64{3, 1, 2}, 3}, {[]float64{0, 0, 0}, 2}} {
		got := l.replay(s, test.scores, flat)
		if want := 1 / math.Log2(1+test.rank); math.Abs(got.ndcg-want) > 1e-12 || got.debiased != got.ndcg || got.reciprocal != 1/test.rank {
			t.Errorf("%v: got %+v, want rank %v", test.scores, got, test.rank)
		}
	}
	if w := l.clickWeight(s, examination{"": {1, 0.25}}); w != 4 {
		t.Errorf("a click where one in four looks weighs %v", w)
	}
}

func TestDriftIsNoneOnTheSameRowsAndLargeOnOthers(t *testing.T) {
	log, err := Assemble(t.Context(), newWorld(600, 5, cheapLovers), Window{})
	if err != nil {
		t.Fatal(err)
	}
	sample := log.Distributions(Part{0, 300})
	for _, d := range DriftOf(log, sample) {
		if d.Index > 0.02 {
			t.Errorf("%s has moved by %v", d.Feature, d.Index)
		}
	}
	for i := range log.Rows() {
		log.row(i)[0] = 1
	}
	if d := DriftOf(log, sample); d[0].Index < 1 {
		t.Errorf("a feature that became constant has moved by %v", d[0].Index)
	}
	ratio, err := CalibrationRatio(t.Context(), &Log{Features: log.Features}, ranker.Prior())
	if err != nil || !math.IsNaN(ratio) {
		t.Errorf("of nothing the ratio is %v, %v", ratio, err)
	}
}
