package behaviour

import (
	"cmp"
	"math"
	"slices"
)

// How a visitor's share of a value is smoothed: with so much liking (a click is 1) spread as the shop's is; loyalty.go says
// how much it is in the long term, but for prices. A session is short and about one wish, so less of it says more. The
// shop's own shares begin with a twentieth for any value.
const (
	priceStrength   = 5
	sessionStrength = 3
	shopStrength    = 20
	shopShare       = 1. / shopStrength
)

// taste is how one visitor's likings differ from the shop's, as of a moment.
type taste struct {
	lifts   []lift // ascending by value
	others  [dimensions]lifted
	prices  []priceTaste
	touched []touch
}

// lifted are logarithms of a smoothed share of a visitor over that of the shop: 0 = as everybody.
type lifted struct {
	long, session float64
}

type lift struct {
	value int32
	lifted
}

// priceTaste compares what a visitor pays in a top category with what everybody does.
type priceTaste struct {
	top                 int32
	shop, long, session normal
	inSession           bool
}

// tasteOf reads p, which may be nil, as of a time. factor brings sums to the present; counted says that what p likes is
// among what everybody likes.
func (s *State) tasteOf(p *profile, at int64, factor float64, counted bool) *taste {
	if p == nil {
		return nil
	}
	t := &taste{lifts: make([]lift, len(p.values)), touched: p.touched}
	current := at-p.last <= sessionGap.Milliseconds()
	session := func(x float32) float64 {
		if !current {
			return 0
		}
		return float64(x)
	}
	for d, total := range p.totals {
		// A value that was not chosen has a share of the smoothing alone, whatever the shop's.
		strength := s.loyalties[d].strength
		t.others[d] = lifted{
			long:    math.Log(strength / (float64(total.before(current))*factor + strength)),
			session: math.Log(sessionStrength / (session(total.session) + sessionStrength)),
		}
	}
	for i, v := range p.values {
		total := p.totals[v.dimension]
		own, ownAll := float64(v.before(current))*factor, float64(total.before(current))*factor
		liked, all := s.liked[v.value]*factor, s.totals[v.dimension]*factor
		if counted { // what the visitor likes is no taste of the others
			liked = max(0, liked-float64(v.all())*factor)
			all = max(liked, all-float64(total.all())*factor)
		}
		strength := s.loyalties[v.dimension].strength
		share := (liked + shopStrength*shopShare) / (all + shopStrength)
		t.lifts[i] = lift{v.value, lifted{
			long:    math.Log((own + strength*share) / ((ownAll + strength) * share)),
			session: math.Log((session(v.session) + sessionStrength*share) / ((session(total.session) + sessionStrength) * share)),
		}}
	}
	slices.SortFunc(t.lifts, func(a, b lift) int { return cmp.Compare(a.value, b.value) })
	for _, p := range p.prices {
		if p.all().weight > 0 {
			t.prices = append(t.prices, s.priceTaste(p, factor, current))
		}
	}
	return t
}

func (s *State) priceTaste(p priced, factor float64, current bool) priceTaste {
	all := p.all()
	// Before others bought, a price e times as high or low is one deviation from what this visitor pays.
	everybody := normal{mean: all.sum / all.weight, deviation: 1}
	if s.prices[p.top] != nil {
		everybody = s.prices[p.top].scale(factor).fit(everybody, 1)
	}
	own := all
	if current {
		own = p.long
	}
	t := priceTaste{top: p.top, shop: everybody, long: own.scale(factor).fit(everybody, priceStrength)}
	if t.inSession = current && p.session.weight > 0; t.inSession {
		t.session = p.session.fit(everybody, sessionStrength)
	}
	return t
}

// of is the taste for a label.
func (t *taste) of(l label) lifted {
	low, high := 0, len(t.lifts)
	for low < high {
		if middle := (low + high) / 2; t.lifts[middle].value < l.value {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(t.lifts) && t.lifts[low].value == l.value {
		return t.lifts[low].lifted
	}
	return t.others[l.dimension]
}

// weigh writes what t says of a product into f.
func (t *taste) weigh(f *Facts, labels []label, top int32, logPrice float64) {
	var categories, styles lifted
	var levels, attributes float64
	for _, l := range labels {
		lift := t.of(l)
		switch {
		case l.dimension == brand:
			f.BrandAffinity, f.SessionBrand = lift.long, lift.session
		case l.dimension == colour:
			f.ColourAffinity, f.SessionColour = lift.long, lift.session
		case l.dimension < style:
			categories.long += lift.long
			categories.session += lift.session
			levels++
		default:
			styles.long += lift.long
			attributes++
		}
	}
	if levels > 0 {
		f.CategoryAffinity, f.SessionCategory = categories.long/levels, categories.session/levels
	}
	if attributes > 0 {
		f.StyleAffinity = styles.long / attributes
	}
	if logPrice == 0 || top < 0 {
		return
	}
	for i := range t.prices {
		if p := &t.prices[i]; p.top == top {
			everybody := p.shop.logDensity(logPrice)
			f.PriceAffinity = p.long.logDensity(logPrice) - everybody
			if p.inSession {
				f.SessionPrice = p.session.logDensity(logPrice) - everybody
			}
		}
	}
}

// remember writes into f what the visitor did with the product before.
func (t *taste) remember(f *Facts, item int32) {
	for i := range t.touched {
		if t.touched[i].item == item {
			f.Seen, f.Bought = true, t.touched[i].bought
			return
		}
	}
}
