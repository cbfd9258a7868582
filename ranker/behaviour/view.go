package behaviour

import (
	"math"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// Facts are what is known of one product for one query of one visitor. Rates are natural logarithms: of actions per expected
// click, smoothed, over the same of the shop. Affinities are natural logarithms of the visitor's smoothed share of a
// value over the shop's, so that what everybody likes is no taste. All are 0 where nothing is known.
type Facts struct {
	Clicks, Carts, Purchases      float64 // of the product, smoothed towards its category
	Trend                         float64 // logarithm of the clicks' rate of the last days over that of the last weeks
	QueryClicks, QueryPurchases   float64 // logarithm of the rate under these words over the product's own
	CategoryClicks                float64
	Impressions                   float64 // their decayed number
	BrandAffinity, SessionBrand   float64
	CategoryAffinity              float64 // mean over the levels
	SessionCategory               float64
	ColourAffinity, SessionColour float64
	StyleAffinity                 float64 // mean over the attributes
	PriceAffinity, SessionPrice   float64 // logarithm of how much likelier the price is of this visitor than of anybody
	Seen, Bought                  bool    // the visitor looked at the product, or bought it, lately
}

// View is what a state says for one query. The zero View knows nothing.
type View struct {
	state        *State
	text         uint64
	user, client key
	at           time.Time
	deeds        []deed // that the visitor is supposed to have done as well
}

// For returns the view of a query as of its time; s may be nil. It is read by Facts.
func (s *State) For(q *retrieval.Query) View {
	v := View{state: s, text: textHash(q.AsTyped()), at: q.Shopper.At}
	if v.at.IsZero() {
		v.at = time.Now()
	}
	if q.Shopper.User != "" {
		v.user = personKey("", q.Shopper.User)
	}
	if q.Shopper.Visitor != "" {
		v.client = personKey(q.Shopper.Visitor, "")
	}
	return v
}

// Facts reads what is known of the candidates, in their order and all at one moment; nil when nothing is.
func (v View) Facts(candidates []retrieval.Candidate) []Facts {
	s := v.state
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.items) == 0 {
		return nil
	}
	r := s.read(v)
	facts := make([]Facts, len(candidates))
	for i := range candidates {
		r.fill(&facts[i], candidates[i].Product)
	}
	return facts
}

// categoryRates are those of a category, smoothed towards the shop's, and their logarithms over the shop's.
type categoryRates struct {
	of, logs [actions]float64
}

// reading is one walk over the candidates of a query, under the lock of the state.
type reading struct {
	*State
	text       uint64
	factors    [spans]float64
	shop       [actions]float64 // rates
	categories map[*counts]categoryRates
	taste      *taste // nil = nothing is known of the visitor
	labels     []label
}

func (s *State) read(v View) *reading {
	// Rates fade by the day, as ages do, so that the pages of one search agree.
	r := &reading{State: s, text: v.text, factors: s.clock.factors(v.at.UTC().Truncate(day).UnixMilli()), categories: map[*counts]categoryRates{}}
	for a := click; a < actions; a++ {
		r.shop[a] = s.shop.shopRate(a, r.factors[long])
	}
	p, known := s.profiles.Peek(v.user)
	if !known {
		p, _ = s.profiles.Peek(v.client)
	}
	p = s.after(p, v.deeds)
	at := v.at.UnixMilli()
	visitor, known := s.visitors.Peek(v.client)
	r.taste = s.tasteOf(p, at, s.clock.factors(at)[long], known && visitor.pool == established)
	return r
}

func (r *reading) fill(f *Facts, p *catalog.Product) {
	index, known := r.known[p.ID]
	if !known {
		r.ofStranger(f, p)
		return
	}
	it := r.items[index]
	before := r.category(it.category)
	f.CategoryClicks = before.logs[click]
	clicks, purchases := r.ofProduct(f, it, before)
	if r.text != 0 {
		r.ofPair(f, pair{r.text, index}, clicks, purchases, it.crowded)
	}
	if r.taste != nil {
		r.taste.weigh(f, it.labels, it.top, it.logPrice)
		r.taste.remember(f, index)
	}
}

// ofProduct writes the rates of a product that shoppers touched and returns two of them.
func (r *reading) ofProduct(f *Facts, it *item, before categoryRates) (clicks, purchases float64) {
	if it.empty() {
		f.Clicks, f.Carts, f.Purchases = before.logs[click], before.logs[cart], before.logs[purchase]
		return before.of[click], before.of[purchase]
	}
	var rates [actions]float64
	for a := click; a < actions; a++ {
		rates[a] = it.rate(a, long, r.factors[long], before.of[a], smoothings[a].strength, it.crowded)
	}
	f.Clicks, f.Carts, f.Purchases = logRatio(rates[click], r.shop[click]), logRatio(rates[cart], r.shop[cart]), logRatio(rates[purchase], r.shop[purchase])
	f.Trend = logRatio(it.rate(click, recent, r.factors[recent], rates[click], smoothings[click].strength, it.crowded), rates[click])
	f.Impressions = it.impressions(r.factors[long])
	return rates[click], rates[purchase]
}

func (r *reading) ofPair(f *Facts, p pair, clicks, purchases float64, crowded bool) {
	if c, ok := r.pairs.Peek(p); ok && !c.empty() {
		f.QueryClicks = logRatio(c.rate(click, long, r.factors[long], clicks, smoothings[click].strength, crowded), clicks)
		f.QueryPurchases = logRatio(c.rate(purchase, long, r.factors[long], purchases, smoothings[purchase].strength, crowded), purchases)
	}
}

// ofStranger is for a product that nobody touched: what is known of its category, and of the visitor's taste.
func (r *reading) ofStranger(f *Facts, p *catalog.Product) {
	if c := r.State.categories[leaf(p)]; c != nil {
		before := r.category(c)
		f.CategoryClicks = before.logs[click]
		f.Clicks, f.Carts, f.Purchases = before.logs[click], before.logs[cart], before.logs[purchase]
	}
	if r.taste != nil {
		r.labels = labels(r.labels[:0], p, r.valueOf)
		r.taste.weigh(f, r.labels, r.valueOf(top(p)), logPrice(p))
	}
}

func (r *reading) valueOf(n name) int32 {
	if value, ok := r.values[n]; ok {
		return value
	}
	return -1
}

func (r *reading) category(c *counts) categoryRates {
	rates, known := r.categories[c]
	if !known {
		for a := click; a < actions; a++ {
			rates.of[a] = c.rate(a, long, r.factors[long], r.shop[a], smoothings[a].strength, false)
			rates.logs[a] = logRatio(rates.of[a], r.shop[a])
		}
		r.categories[c] = rates
	}
	return rates
}

// Confidence is how much the impressions of a product say of it, in [0, 1]: 0 without any, 1 from ten thousand on.
func (f *Facts) Confidence() float64 { return min(1, math.Log1p(f.Impressions)/logManyImpressions) }

var logManyImpressions = math.Log1p(10_000)
