package behaviour

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// monday is the beginning of all streams.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// shelf is a shop of a few products.
type shelf map[string]catalog.Product

func (s shelf) Product(_ context.Context, id string) (catalog.Product, error) {
	p, ok := s[id]
	if !ok {
		return p, fmt.Errorf("%w: %q", catalog.ErrNotFound, id)
	}
	return p, nil
}

// newShelf has n products p0, p1…, of four brands, three colours and two categories, the dearer the higher the number.
func newShelf(n int) shelf {
	s := shelf{}
	for i := range n {
		id := "p" + strconv.Itoa(i)
		s[id] = catalog.Product{
			ID: id, Title: "Product " + id, Brand: []string{"Halden", "Norvik", "Kibo", "Orsa"}[i%4], Colour: []string{"red", "blue", "black"}[i%3],
			Category: []string{"Apparel", []string{"Shoes", "Dresses"}[i%2]}, PriceCents: int64(1000 + 500*i), Currency: "EUR",
			Attributes: map[string]string{"gender": []string{"women", "men"}[i/2%2]},
		}
	}
	return s
}

func (s shelf) candidates() []retrieval.Candidate {
	candidates := make([]retrieval.Candidate, len(s))
	for i := range candidates {
		p := s["p"+strconv.Itoa(i)]
		candidates[i].Product = &p
	}
	return candidates
}

// facts are those of the shelf's products, by number, for a visitor's search.
func (s shelf) facts(state *State, visitor, text string, at time.Time) []Facts {
	q := &retrieval.Query{Text: text, Shopper: retrieval.Shopper{Visitor: visitor, At: at}}
	facts := state.For(q).Facts(s.candidates())
	if facts == nil {
		facts = make([]Facts, len(s))
	}
	return facts
}

func query(id, client, text string, at time.Time) catalog.ShopperQuery {
	return catalog.ShopperQuery{ID: id, ClientID: client, UserQuery: text, Time: at}
}

func event(action, client, query, product string, at time.Time) catalog.Event {
	e := catalog.Event{Action: action, ClientID: client, QueryID: query, Time: at}
	e.Attributes.Object = &catalog.EventObject{ID: catalog.ObjectID(product)}
	return e
}

func shownAt(place int, e catalog.Event) catalog.Event {
	e.Attributes.Position = &catalog.EventPosition{Ordinal: place}
	return e
}

// searched tells a state of a search that shows products from the top, and of clicks on some of them.
func searched(s *State, id, client, text string, at time.Time, products, clicked []string) {
	s.Observe(query(id, client, text, at))
	for i, product := range products {
		s.Apply(shownAt(i+1, event(catalog.ActionImpression, client, id, product, at)))
	}
	for _, product := range clicked {
		s.Apply(event(catalog.ActionClick, client, id, product, at.Add(time.Second)))
	}
}

func sameFacts(t *testing.T, what string, got, want []Facts) {
	t.Helper()
	for i := range want {
		if !near(numbers(got[i]), numbers(want[i])) {
			t.Errorf("%s: product %d has %+v, want %+v", what, i, got[i], want[i])
		}
	}
}

// rates come first among the numbers of Facts.
const rates = 8

func numbers(f Facts) []float64 {
	bit := map[bool]float64{true: 1}
	return []float64{
		f.Clicks, f.Carts, f.Purchases, f.Trend, f.QueryClicks, f.QueryPurchases, f.CategoryClicks, f.Impressions,
		f.BrandAffinity, f.SessionBrand, f.CategoryAffinity, f.SessionCategory, f.ColourAffinity, f.SessionColour,
		f.StyleAffinity, f.PriceAffinity, f.SessionPrice, bit[f.Seen], bit[f.Bought],
	}
}

// near leaves tastes room for single precision, and for actions of one session that fade by the minutes between them.
func near(a, b []float64) bool {
	for i := range a {
		room := 1e-4
		if i < rates {
			room = 1e-9
		}
		if math.Abs(a[i]-b[i]) > room {
			return false
		}
	}
	return true
}

// crowd makes established visitors search and click for some days: of a product as often as its place lets expect, times
// its appeal.
func crowd(s *State, shop shelf, days int) {
	ids := make([]string, len(shop))
	for i := range ids {
		ids[i] = "p" + strconv.Itoa(i)
	}
	n := 0
	for d := range days {
		for v := range 20 {
			at := monday.Add(time.Duration(d)*day + time.Duration(v)*10*minute)
			id := fmt.Sprintf("crowd-%d-%d", d, v)
			n++
			searched(s, id, fmt.Sprint("crowd", v), "shoes "+strconv.Itoa(d%3), at, ids, []string{ids[n%len(ids)]})
		}
	}
}

func TestWithoutEventsNothingIsKnown(t *testing.T) {
	shop := newShelf(4)
	for name, facts := range map[string][]Facts{
		"zero view":    View{}.Facts(shop.candidates()),
		"no state":     (*State)(nil).For(&retrieval.Query{Text: "shoes"}).Facts(shop.candidates()),
		"empty state":  New(shop, Options{}).For(&retrieval.Query{Text: "shoes"}).Facts(shop.candidates()),
		"other events": shop.facts(stateWith(shop, event("scroll", "a", "q", "p0", monday), event(catalog.ActionClick, "a", "q", "nowhere", monday)), "a", "shoes", monday),
	} {
		for i, f := range facts {
			if f != (Facts{}) {
				t.Errorf("%s: product %d has %+v", name, i, f)
			}
		}
	}
}

func stateWith(shop shelf, events ...catalog.Event) *State {
	s := New(shop, Options{})
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

func TestClicksCountForWhereTheProductStood(t *testing.T) {
	shop := newShelf(12)
	s := New(shop, Options{})
	crowd(s, shop, 20)
	facts := shop.facts(s, "", "", monday.Add(20*day))
	for i := 1; i < len(facts); i++ {
		if facts[i].Impressions == 0 || facts[i].Clicks < facts[0].Clicks-0.3 {
			t.Errorf("product %d, clicked as often from place %d, has %v, the first has %v", i, i+1, facts[i].Clicks, facts[0].Clicks)
		}
	}

	// Clicked twice as often as its neighbour at about the same place.
	for i := range 100 {
		id := fmt.Sprint("more", i)
		searched(s, id, fmt.Sprint("crowd", i%20), "hats "+fmt.Sprint(i), monday.Add(20*day+time.Duration(i)*minute), []string{"p0", "p4", "p5", "p6"}, []string{"p5"})
	}
	facts = shop.facts(s, "", "", monday.Add(20*day))
	if facts[5].Clicks < facts[4].Clicks+0.5 || facts[5].Clicks < facts[6].Clicks+0.5 {
		t.Errorf("clicked alone: %v, beside it %v and %v", facts[5].Clicks, facts[4].Clicks, facts[6].Clicks)
	}
	if facts[5].Trend < 0.1 || facts[4].Trend > -0.02 {
		t.Errorf("clicked lately: trend %v, not clicked lately: %v", facts[5].Trend, facts[4].Trend)
	}
}

func TestArrivalInAnyOrderComesToTheSame(t *testing.T) {
	shop := newShelf(4)
	at := monday
	steps := []func(s *State){
		func(s *State) { s.Observe(query("q", "a", "Red  Shoes", at)) },
		func(s *State) { s.Apply(shownAt(3, event(catalog.ActionImpression, "a", "q", "p1", at))) },
		func(s *State) { s.Apply(event(catalog.ActionClick, "a", "q", "p1", at.Add(time.Second))) },
		func(s *State) { s.Apply(event(catalog.ActionAddToCart, "a", "q", "p1", at.Add(time.Minute))) },
		func(s *State) { s.Apply(event(catalog.ActionPurchase, "a", "q", "p1", at.Add(2*time.Minute))) },
	}
	var want []Facts
	permute(steps, func(order []func(*State)) {
		s := New(shop, Options{})
		for _, step := range order {
			step(s)
		}
		got := shop.facts(s, "a", "red shoes", at.Add(time.Hour))
		if want == nil {
			want = got
			if f := want[1]; f.Purchases <= 0 || f.QueryClicks <= 0 || f.QueryPurchases <= 0 || !f.Bought || want[0].Bought {
				t.Fatalf("%+v", want)
			}
		}
		sameFacts(t, "another order", got, want)
	})
}

func permute[T any](list []T, visit func([]T)) {
	var step func(n int)
	step = func(n int) {
		if n == len(list) {
			visit(list)
			return
		}
		for i := n; i < len(list); i++ {
			list[n], list[i] = list[i], list[n]
			step(n + 1)
			list[n], list[i] = list[i], list[n]
		}
	}
	step(0)
}

func TestWhatIsSentAgainOrWithoutAnImpressionDoesNotCount(t *testing.T) {
	shop := newShelf(6)
	base := New(shop, Options{})
	crowd(base, shop, 3)
	want := shop.facts(base, "", "shoes 1", monday.Add(3*day))

	s := New(shop, Options{})
	crowd(s, shop, 3)
	at := monday.Add(2*day + time.Hour)
	s.Apply(event(catalog.ActionClick, "lurker", "", "p1", at))             // without a search
	s.Apply(event(catalog.ActionView, "lurker", "", "p1", at))              // the same
	s.Apply(event(catalog.ActionClick, "lurker", "nowhere", "p1", at))      // of a search that showed nothing
	s.Apply(event(catalog.ActionPurchase, "lurker", "crowd-1-1", "p1", at)) // of another's search
	doubtful := shownAt(1, event(catalog.ActionImpression, "lurker", "forged", "p1", at))
	doubtful.Doubt = "no impression token"
	s.Apply(doubtful)
	s.Apply(event(catalog.ActionClick, "lurker", "forged", "p1", at))
	// The same words on the same day, in another search of the same visitor.
	s.Observe(query("again", "crowd1", "SHOES 1", monday.Add(day+10*minute+time.Second)))
	s.Apply(shownAt(1, event(catalog.ActionImpression, "crowd1", "again", "p0", monday.Add(day+11*minute))))
	sameFacts(t, "rates", shop.facts(s, "", "shoes 1", monday.Add(3*day)), want)
	now, later := shop.facts(s, "lurker", "", at)[1], shop.facts(s, "lurker", "", at.Add(time.Hour))[1]
	if later.BrandAffinity <= 0 || !later.Bought || now.SessionBrand <= 0 {
		t.Errorf("the lurker's own profile has %+v, an hour later %+v", now, later)
	}
}

func TestAVisitorCountsOnceADayAndSoOftenADay(t *testing.T) {
	shop := newShelf(60)
	clicks := func(s *State) float64 {
		total := 0.0
		for p := range s.shop {
			total += s.shop[p][long].of[click]
		}
		return total * s.clock.factors(monday.UnixMilli())[long]
	}
	s := New(shop, Options{})
	for i := range 3 {
		searched(s, fmt.Sprint("q", i), "a", "shoes", monday.Add(time.Duration(i)*minute), []string{"p0", "p1", "p2", "p3"}, []string{"p1"})
	}
	if got := clicks(s); math.Abs(got-1) > 1e-3 {
		t.Errorf("three clicks on one product for the same words count %v", got)
	}
	searched(s, "next", "a", "shoes", monday.Add(day), []string{"p0", "p1", "p2", "p3"}, []string{"p1"})
	if got := clicks(s); math.Abs(got-2) > 0.1 {
		t.Errorf("with the next day's they count %v", got)
	}

	s = New(shop, Options{DailyClicks: 5})
	for i := range 12 {
		searched(s, fmt.Sprint("q", i), "a", fmt.Sprint("words ", i), monday.Add(time.Duration(i)*10*minute), []string{"p0", "p" + fmt.Sprint(2+i), "p1"}, []string{"p" + fmt.Sprint(2+i)})
	}
	if got := clicks(s); math.Abs(got-5) > 1e-2 {
		t.Errorf("with a limit of 5 a day 12 clicks count %v", got)
	}
}

func TestForgetTakesBackWhatTheClientDid(t *testing.T) {
	shop := newShelf(6)
	s, never := New(shop, Options{}), New(shop, Options{})
	crowd(s, shop, 3)
	crowd(never, shop, 3)
	at := monday.Add(3 * day)
	searched(s, "mine", "me", "shoes 1", at, []string{"p0", "p1", "p2"}, []string{"p1"})
	s.Apply(event(catalog.ActionPurchase, "me", "mine", "p1", at))
	signedIn := event(catalog.ActionClick, "me", "", "p2", at)
	signedIn.UserID = "user"
	s.Apply(signedIn)
	if shop.facts(s, "me", "shoes 1", at)[1].Clicks < shop.facts(never, "me", "shoes 1", at)[1].Clicks+1e-6 {
		t.Fatal("the click did not count")
	}
	s.Forget("me")
	s.Forget("nobody")
	sameFacts(t, "forgotten", shop.facts(s, "me", "shoes 1", at), shop.facts(never, "me", "shoes 1", at))
	if got, want := s.Stats(), never.Stats(); got.Visitors != want.Visitors || got.Profiles != want.Profiles || got.Searches != want.Searches {
		t.Errorf("remembered %+v, want %+v", got, want)
	}
}

func TestTheClocksLandmarkMovesUnseen(t *testing.T) {
	shop := newShelf(6)
	s := New(shop, Options{})
	crowd(s, shop, 3)
	at := monday.Add(4 * day)
	before := shop.facts(s, "crowd1", "shoes 1", at)
	s.mu.Lock()
	factors := s.clock.factors(at.UnixMilli())
	s.clock.landmark = at.UnixMilli()
	s.scale(factors)
	s.mu.Unlock()
	after := shop.facts(s, "crowd1", "shoes 1", at)
	sameFacts(t, "moved", after, before)

	s.Apply(event(catalog.ActionClick, "a", "", "p0", monday.AddDate(24, 0, 0)))
	for i, f := range shop.facts(s, "crowd1", "shoes 1", monday.AddDate(24, 0, 1)) {
		f.Seen = false
		for _, x := range numbers(f) {
			if math.IsNaN(x) || math.Abs(x) > 1e-6 {
				t.Errorf("after 24 years product %d has %+v", i, f)
			}
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	shop := newShelf(300)
	s := New(shop, Options{Visitors: 50, Pairs: 70, Searches: 30})
	for i := range 2000 {
		client := fmt.Sprint("client", i%500)
		searched(s, fmt.Sprint("q", i), client, fmt.Sprint("words ", i), monday.Add(time.Duration(i)*minute), []string{"p" + fmt.Sprint(i%300), "p1", "p2"}, []string{"p1"})
	}
	for i := range 1000 {
		s.Apply(event(catalog.ActionPurchase, "one", "", "p"+fmt.Sprint(i%300), monday.Add(time.Duration(i)*minute)))
		s.Apply(shownAt(i+1, event(catalog.ActionImpression, "one", "deep", "p"+fmt.Sprint(i%300), monday)))
		s.Apply(event(catalog.ActionClick, "one", fmt.Sprint("q", i), "made up "+fmt.Sprint(i), monday))
	}
	stats := s.Stats()
	if stats.Visitors > 50 || stats.Profiles > 50 || stats.Pairs > 70 || stats.Searches > 30 || stats.Products != 300 {
		t.Errorf("remembered: %+v", stats)
	}
	p, _ := s.profiles.Peek(clientKey("one"))
	if len(p.touched) != maxTouched || len(p.values) > maxValues || len(p.prices) > maxPriced {
		t.Errorf("a profile has %d products, %d values and %d prices", len(p.touched), len(p.values), len(p.prices))
	}
	if q, ok := s.searches.Peek(searchKey("one", "deep")); !ok || len(q.shown) != maxShown {
		t.Errorf("a search has %d products", len(q.shown))
	}
	v, _ := s.visitors.Peek(clientKey("one"))
	if len(v.searches) > maxVisitorQueries {
		t.Errorf("a visitor has %d searches", len(v.searches))
	}
}

func TestReadersAndWritersDoNotDisturbEachOther(t *testing.T) {
	shop := newShelf(20)
	s := New(shop, Options{Visitors: 8, Searches: 8, Pairs: 8})
	done := make(chan struct{})
	for w := range 3 {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := range 200 {
				client := fmt.Sprint("c", (w+i)%12)
				searched(s, fmt.Sprint("q", w, i), client, "shoes", monday.Add(time.Duration(i)*minute), []string{"p" + fmt.Sprint(i%20), "p1"}, []string{"p1"})
				if i%17 == 0 {
					s.Forget(client)
				}
				shop.facts(s, client, "shoes", monday.Add(time.Duration(i)*minute))
				s.Stats()
			}
		}()
	}
	for range 3 {
		<-done
	}
}

func BenchmarkFacts(b *testing.B) {
	for _, n := range []int{200, 1000} {
		b.Run(fmt.Sprintf("candidates=%d", n), func(b *testing.B) {
			shop := newShelf(n)
			s := New(shop, Options{})
			crowd(s, shop, 1)
			for i := range 60 {
				s.Apply(event(catalog.ActionPurchase, "me", "", "p"+fmt.Sprint(i*7%n), monday))
			}
			candidates := shop.candidates()
			q := &retrieval.Query{Text: "shoes 0", Shopper: retrieval.Shopper{Visitor: "me", At: monday.Add(time.Hour)}}
			b.ReportAllocs()
			for b.Loop() {
				s.For(q).Facts(candidates)
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	shop := newShelf(1000)
	s := New(shop, Options{})
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		at := monday.Add(time.Duration(i) * time.Second)
		s.Apply(shownAt(1+i%24, event(catalog.ActionImpression, fmt.Sprint("c", i/240), fmt.Sprint("q", i/24), "p"+fmt.Sprint(i%1000), at)))
		i++
	}
}

func TestProductsAreLookedUpAgainInANewEdition(t *testing.T) {
	shop := newShelf(4)
	s := New(shop, Options{})
	s.Apply(event(catalog.ActionPurchase, "a", "", "p0", monday))
	p := shop["p0"]
	p.Brand = "Orsa" // that of p3
	shop["p0"] = p
	liked := func() bool { return shop.facts(s, "a", "", monday.Add(day))[3].BrandAffinity > 0 }
	s.Apply(event(catalog.ActionPurchase, "a", "", "p0", monday.Add(time.Hour)))
	if liked() {
		t.Error("a product was looked up again in the same edition")
	}
	s.Renew()
	s.Apply(event(catalog.ActionPurchase, "a", "", "p0", monday.Add(2*time.Hour)))
	if !liked() {
		t.Error("a product keeps its old brand")
	}
}
