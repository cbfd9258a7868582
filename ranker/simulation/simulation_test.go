package simulation

import (
	"context"
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// record keeps all that happens.
type record struct {
	pages  []*Page
	events []Event
	times  []time.Time // of both, as they came
}

func (r *record) Page(p *Page) error {
	r.pages = append(r.pages, p)
	r.times = append(r.times, p.Query.Time)
	return nil
}

func (r *record) Event(e *Event) error {
	r.events = append(r.events, *e)
	r.times = append(r.times, e.Time)
	return nil
}

func run(t testing.TB, s *Shop, search Search) *record {
	t.Helper()
	var r record
	if err := s.Run(t.Context(), search, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// happenings is what a shop sees, in a form that can be compared.
func (r *record) happenings() (queries []catalog.ShopperQuery, events []catalog.Event) {
	for _, p := range r.pages {
		queries = append(queries, p.Query)
	}
	for _, e := range r.events {
		events = append(events, e.Event)
	}
	return queries, events
}

func TestTheSeedDecidesEverythingWhateverTheBatch(t *testing.T) {
	queries, events := run(t, newShop(t, small()), sampleSearch()).happenings()
	for name, try := range map[string]struct {
		batch  time.Duration
		search Search
	}{
		"again":           {0, sampleSearch()},
		"one by one":      {1, sampleSearch()},
		"a day at a time": {24 * time.Hour, sampleSearch()},
		"remembered":      {0, Cached(sampleSearch())},
	} {
		t.Run(name, func(t *testing.T) {
			options := small()
			options.Batch = try.batch
			againQueries, againEvents := run(t, newShop(t, options), try.search).happenings()
			if !reflect.DeepEqual(queries, againQueries) || !reflect.DeepEqual(events, againEvents) {
				t.Errorf("%d queries and %d events, then %d and %d that differ", len(queries), len(events), len(againQueries), len(againEvents))
			}
		})
	}
	options := small()
	options.Seed = 2
	if otherQueries, _ := run(t, newShop(t, options), sampleSearch()).happenings(); reflect.DeepEqual(queries, otherQueries) {
		t.Error("another seed gives the same queries")
	}
}

func TestEventsAreWhatAShopRecords(t *testing.T) {
	options := small()
	options.Bots = &Bots{}
	r := run(t, newShop(t, options), sampleSearch())
	limits := catalog.EventLimits{Now: options.WithDefaults().Start.AddDate(0, 1, 0)}
	shown := map[string][]string{} // by query
	ids := map[string]bool{}
	for _, p := range r.pages {
		if err := p.Query.Validate(limits); err != nil {
			t.Fatal(err)
		}
		if shown[p.Query.ID] != nil || p.Asked.Shopper.Visitor != p.Query.ClientID || !p.Asked.Shopper.At.Equal(p.Query.Time) {
			t.Fatalf("query %+v of %+v", p.Query, p.Asked.Shopper)
		}
		shown[p.Query.ID] = append([]string{}, p.Query.HitIDs...)
	}
	count := map[string]int{}
	for i := range r.events {
		e := &r.events[i]
		if err := e.Validate(limits); err != nil {
			t.Fatal(err)
		}
		page, at := shown[e.QueryID], e.Attributes.Position.Ordinal
		if ids[e.ID] || at > len(page) || page[at-1] != string(e.Attributes.Object.ID) || e.ClientID != e.Page.Query.ClientID {
			t.Fatalf("event %+v at %d of %v", e.Event, at, page)
		}
		ids[e.ID] = true
		count[e.Action]++
	}
	for i := 1; i < len(r.times); i++ {
		if r.times[i].Before(r.times[i-1]) {
			t.Fatalf("%s after %s", r.times[i], r.times[i-1])
		}
	}
	if count[catalog.ActionImpression] < 20*len(r.pages)/2 || count[catalog.ActionClick] <= count[catalog.ActionAddToCart] || count[catalog.ActionAddToCart] <= count[catalog.ActionPurchase] || count[catalog.ActionPurchase] == 0 {
		t.Errorf("%d pages, %v", len(r.pages), count)
	}
}

func TestASinkHasWhatAVisitorDidBeforeTheirNextSearch(t *testing.T) {
	s := newShop(t, small())
	search := sampleSearch()
	type asked struct {
		visitor string
		at      time.Time
		had     int // events of the visitor
	}
	var mu sync.Mutex
	var all []asked
	var r record
	err := s.Run(t.Context(), func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		had := 0
		for _, e := range r.events {
			if e.ClientID == q.Shopper.Visitor {
				had++
			}
			if e.Time.After(q.Shopper.At) {
				t.Errorf("an event of %s came before the search at %s", e.Time, q.Shopper.At)
			}
		}
		mu.Lock()
		all = append(all, asked{q.Shopper.Visitor, q.Shopper.At, had})
		mu.Unlock()
		return search(ctx, q)
	}, &r)
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	for _, a := range all {
		want := 0
		for _, e := range r.events {
			if e.ClientID == a.visitor && e.Time.Before(a.at) {
				want++
			}
		}
		if want > 0 {
			again++
		}
		if a.had != want {
			t.Errorf("before the search of %s at %s came %d of %d events", a.visitor, a.at, a.had, want)
		}
	}
	if again < len(all)/3 {
		t.Errorf("%d of %d searches follow another", again, len(all))
	}
}

// alike is a model under which the first products of a page are as relevant as the last.
func alike() *Model {
	m := DefaultModel()
	m.Trust, m.Doubt = 0, 0
	m.AskedFits, m.AskedMisses, m.WrongGender, m.PriceWeight, m.QualitySpread = 0, 0, 0, 0, 0
	m.LikedBrand, m.DislikedBrand, m.LikedColour, m.DislikedHue, m.LikedStyle = 0, 0, 0, 0, 0
	m.SoldOut, m.Base = 1, 1
	return &m
}

func TestClicksFallWithThePositionAsTheExaminationSays(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws, which share nothing between goroutines")
	}
	options := Options{Model: alike()}
	s := newShop(t, options)
	in := &Intent{kind: 0, Type: s.types[0].name}
	var page []string
	for _, i := range s.types[0].items {
		page = append(page, s.items[i].id)
	}
	const n = 40_000
	for device, decay := range map[retrieval.Device]float64{retrieval.DeviceDesktop: s.model.DesktopDecay, retrieval.DeviceMobile: s.model.MobileDecay} {
		v := &Visitor{Device: device}
		clicks := make([]int, len(page))
		for i := range n {
			deeds, _ := s.deedsOn(source(5, forVisit, i), v, in, page)
			for _, d := range deeds {
				if d.action == catalog.ActionClick {
					clicks[d.position-1]++
				}
			}
		}
		appeal := s.model.clicked(sigmoid(s.model.Base), 1)
		for i, c := range clicks {
			want := appeal * math.Pow(float64(i+1), -decay)
			if deviation := math.Abs(float64(c)/n-want) / math.Sqrt(want*(1-want)/n); deviation > 4.5 {
				t.Errorf("%s: %d clicks at position %d, want %.0f", device, c, i+1, want*n)
			}
		}
	}
}

func TestTruthGrowsWithTheFit(t *testing.T) {
	s := newShop(t, Options{})
	for number := range 200 {
		v := s.Visitor(number)
		rng := source(9, forVisit, number)
		in := s.intent(rng, v)
		it := s.items[s.types[in.kind].items[rng.IntN(len(s.types[in.kind].items))]]
		before := s.relevance(v, in, &it)
		for name, improve := range map[string]func(*item){
			"shape":    func(it *item) { it.shape = in.Shape },
			"colour":   func(it *item) { it.colour = in.Colour },
			"pattern":  func(it *item) { it.pattern = in.Pattern },
			"material": func(it *item) { it.material = in.Material },
			"brand":    func(it *item) { it.brand = in.Brand },
			"gender":   func(it *item) { it.gender = in.Gender },
			"price":    func(it *item) { it.price = (it.price + v.price) / 2 },
			"stock":    func(it *item) { it.inStock = true },
			"quality":  func(it *item) { it.quality++ },
			"taste": func(it *item) {
				if in.Brand == "" {
					it.brand = v.likedBrands[0]
				}
				if in.Colour == "" {
					it.colour = v.likedColours[0]
				}
				it.style = v.likedStyle
			},
		} {
			better := it
			improve(&better)
			asked := map[string]string{"shape": in.Shape, "colour": in.Colour, "pattern": in.Pattern, "material": in.Material, "brand": in.Brand}
			if value, named := asked[name]; named && value == "" {
				continue // not asked for, so that the change is one of taste
			}
			if after := s.relevance(v, in, &better); after < before || graded(after).Grade < graded(before).Grade {
				t.Errorf("with a better %s %v of %+v for %+v becomes %v", name, before, it, in, after)
			}
		}
		other := it
		other.kind++
		if r := s.relevance(v, in, &other); r != 0 {
			t.Errorf("another type is worth %v", r)
		}
	}
}

func TestClicksTellTheTruthOnceThePositionIsTakenOut(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws, which share nothing between goroutines")
	}
	s := newShop(t, Options{Visitors: 4000})
	r := run(t, s, Cached(sampleSearch()))
	// Clicks over expected clicks, by product, against its mean relevance where it was shown.
	type counts struct{ clicks, examined, relevance, shown float64 }
	products := map[string]*counts{}
	for i := range r.events {
		e := &r.events[i]
		id := string(e.Attributes.Object.ID)
		c := products[id]
		if c == nil {
			c = &counts{}
			products[id] = c
		}
		switch e.Action {
		case catalog.ActionImpression:
			examined := s.model.examined(e.Page.Visitor.Device, e.Attributes.Position.Ordinal)
			c.examined += examined
			c.relevance += examined * s.Truth(e.Page.Visitor, e.Page.Intent, id).Probability
			c.shown++
		case catalog.ActionClick:
			c.clicks++
		}
	}
	var corrected, raw, truth []float64
	for _, c := range products {
		if c.shown >= 100 {
			corrected = append(corrected, c.clicks/c.examined)
			raw = append(raw, c.clicks/c.shown)
			truth = append(truth, c.relevance/c.examined)
		}
	}
	if got := stat.Correlation(corrected, truth, nil); len(truth) < 300 || got < 0.8 || got <= stat.Correlation(raw, truth, nil) {
		t.Errorf("%d products: correlation %.3f, uncorrected %.3f", len(truth), got, stat.Correlation(raw, truth, nil))
	}
}

func TestBotsClickTheirTargetAlone(t *testing.T) {
	for shape, clients := range map[BotShape]func(n, visits int) bool{
		BotsOne:   func(n, _ int) bool { return n == 1 },
		BotsMany:  func(n, visits int) bool { return n > 1 && n <= 20 },
		BotsFresh: func(n, visits int) bool { return n == visits },
	} {
		t.Run(string(shape), func(t *testing.T) {
			options := small()
			options.Bots = &Bots{Shape: shape, Many: 20}
			s := newShop(t, options)
			r := run(t, s, sampleSearch())
			ids, humans, bots, clicks := map[string]bool{}, map[string]bool{}, 0, 0
			for _, p := range r.pages {
				if p.Bot {
					bots++
					ids[p.Query.ClientID] = true
				} else {
					humans[p.Query.ClientID] = true
				}
			}
			for _, e := range r.events {
				if !e.Page.Bot || e.Action == catalog.ActionImpression {
					continue
				}
				if clicks++; e.Action != catalog.ActionClick || string(e.Attributes.Object.ID) != s.Target() {
					t.Fatalf("a bot's %s on %s, the target is %s", e.Action, e.Attributes.Object.ID, s.Target())
				}
			}
			if got := float64(bots) / float64(len(r.pages)); math.Abs(got-0.1) > 0.01 || clicks < bots/3 || !clients(len(ids), bots) {
				t.Errorf("%d searches of bots of %d, %d clicks, %d clients", bots, len(r.pages), clicks, len(ids))
			}
			for id := range ids {
				if humans[id] {
					t.Errorf("%s is a bot and a human", id)
				}
			}
		})
	}
}

func TestShareOfVisitsByNewVisitorsIsWhatWasAskedFor(t *testing.T) {
	options := Options{Visitors: 5000}
	s := newShop(t, options)
	once, all := 0, 0
	for _, v := range s.visits() {
		if all++; v.client >= s.returner {
			once++
		}
	}
	if got := float64(once) / float64(all); math.Abs(got-s.model.NewShare) > 0.02 {
		t.Errorf("%d of %d visits: %v, want %v", once, all, got, s.model.NewShare)
	}
}

func TestARunEndsWithItsContextOrAnError(t *testing.T) {
	s := newShop(t, small())
	ctx, cancel := context.WithCancel(t.Context())
	searches := 0
	err := s.Run(ctx, func(ctx context.Context, q retrieval.Query) (*retrieval.Response, error) {
		if searches++; searches == 5 {
			cancel()
		}
		return &retrieval.Response{}, ctx.Err()
	}, &Tally{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v after %d searches", err, searches)
	}
	broken := errors.New("index is gone")
	failing := func(context.Context, retrieval.Query) (*retrieval.Response, error) { return nil, broken }
	if err := s.Run(t.Context(), failing, &Tally{}); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
	if err := s.Run(t.Context(), sampleSearch(), full{broken}); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
}

// full is a sink that takes nothing.
type full struct{ err error }

func (f full) Page(*Page) error   { return f.err }
func (f full) Event(*Event) error { return f.err }

func TestShopsThatCannotBeSimulatedAreRefused(t *testing.T) {
	products := []catalog.Product{{ID: "a", Title: "A"}}
	for name, try := range map[string]struct {
		products []catalog.Product
		options  Options
	}{
		"no products":        {nil, Options{}},
		"one visitor":        {products, Options{Visitors: 1}},
		"no time":            {products, Options{Days: -1}},
		"endless pages":      {products, Options{Limit: 1001}},
		"unknown bots":       {products, Options{Bots: &Bots{Shape: "botnet"}}},
		"bots alone":         {products, Options{Bots: &Bots{Share: 1}}},
		"unknown target":     {products, Options{Bots: &Bots{Target: "b"}}},
		"nothing to push up": {products, Options{Bots: &Bots{}}},
		"a negative batch":   {products, Options{Batch: -1}},
	} {
		if _, err := New(try.products, try.options); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
	// A catalogue that says little can be.
	s, err := New(products, small())
	if err != nil {
		t.Fatal(err)
	}
	if r := run(t, s, matching(products)); len(r.pages) == 0 {
		t.Error("nobody searched")
	}
}
