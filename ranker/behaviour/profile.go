package behaviour

import (
	"slices"
	"time"
)

// sessionGap is the pause after which a visit is a new one, as web analytics has it.
const sessionGap = 30 * time.Minute

// profile is what one person likes.
type profile struct {
	last    int64 // Unix milliseconds of the last action
	values  []liking
	totals  [dimensions]weights
	prices  []priced
	touched []touch // the last first
}

// weights are sums of likings. long and latest are decayed and relative to the landmark of the clock: long of the
// sessions before, latest of the present one, which becomes a part of long when the next one begins. A visit is about one
// wish, and what it says is in session; were it in long too, a model would take the one for the other.
type weights struct {
	long, latest, session float32
}

type liking struct {
	label
	weights
}

type priced struct {
	top                   int32
	long, latest, session spread
}

// touch is a product that was looked at, or more.
type touch struct {
	item   int32
	at     int64   // Unix milliseconds of the last time
	weight float64 // the liking of its strongest action in that session
	bought bool
}

// act adds an action. A product counts by its strongest action in a session: a click, the view of its page, the cart
// and the purchase are one interest that grows. weight is that of the time, by the clock. What the words of the search
// asked for is no taste: of it, only the session is told. chosen hears of the labels that were not asked for, before they
// are added, of products that are new to the person: who comes back for the same product shows no taste in others.
func (p *profile) act(index int32, it *item, a action, at int64, weight float64, asked func(label) bool, chosen func(*profile, label)) {
	gap := sessionGap.Milliseconds()
	if at > p.last+gap {
		p.endSession()
	}
	inSession := at >= p.last-gap
	p.last = max(p.last, at)

	known := slices.ContainsFunc(p.touched, func(t touch) bool { return t.item == index })
	gain := p.touch(index, a, at)
	if gain == 0 {
		return
	}
	add := weights{long: float32(gain * weight)}
	if inSession {
		add = weights{latest: add.long, session: float32(gain)}
	}
	for _, l := range it.labels {
		if asked(l) {
			p.like(l, weights{session: add.session})
			continue
		}
		if !known {
			chosen(p, l)
		}
		p.like(l, add)
	}
	if it.logPrice != 0 && it.top >= 0 {
		p.paid(it, add)
	}
}

func (p *profile) endSession() {
	for i := range p.values {
		p.values[i].endSession()
	}
	for i := range p.totals {
		p.totals[i].endSession()
	}
	for i := range p.prices {
		price := &p.prices[i]
		price.long = price.long.plus(price.latest)
		price.latest, price.session = spread{}, spread{}
	}
}

func (w *weights) endSession() { *w = weights{long: w.long + w.latest} }

func (w *weights) add(more weights) {
	w.long += more.long
	w.latest += more.latest
	w.session += more.session
}

// all is of all sessions.
func (w weights) all() float32 { return w.long + w.latest }

// before is of the sessions before the present one, if it still goes on.
func (w weights) before(current bool) float32 {
	if current {
		return w.long
	}
	return w.all()
}

// touch notes the product and returns by how much it is liked more than in the session so far.
func (p *profile) touch(index int32, a action, at int64) (gain float64) {
	t, place := touch{item: index, at: at}, len(p.touched)
	for i, old := range p.touched {
		if old.item != index {
			continue
		}
		t.bought, place = old.bought, i
		if apart := at - old.at; apart <= sessionGap.Milliseconds() && -apart <= sessionGap.Milliseconds() {
			t.weight = old.weight
		}
		t.at = max(t.at, old.at)
		break
	}
	gain = max(0, likings[a]-t.weight)
	t.weight += gain
	t.bought = t.bought || a == purchase
	switch {
	case place == maxTouched:
		place--
	case place == len(p.touched):
		p.touched = append(p.touched, touch{})
	}
	copy(p.touched[1:place+1], p.touched[:place])
	p.touched[0] = t
	return gain
}

// longOf is the liking of a label in the sessions before.
func (p *profile) longOf(l label) float32 {
	for i := range p.values {
		if p.values[i].value == l.value {
			return p.values[i].long
		}
	}
	return 0
}

// like adds to a value and, when there are too many, drops the weakest.
func (p *profile) like(l label, add weights) {
	p.totals[l.dimension].add(add)
	weakest := 0
	for i := range p.values {
		v := &p.values[i]
		if v.value == l.value {
			v.add(add)
			return
		}
		if v.all()+v.session < p.values[weakest].all()+p.values[weakest].session {
			weakest = i
		}
	}
	if len(p.values) < maxValues {
		p.values = append(p.values, liking{l, add})
		return
	}
	p.values[weakest] = liking{l, add}
}

// paid adds to the price level of a top category; the one that was paid for least gives way.
func (p *profile) paid(it *item, by weights) {
	least := 0
	for i := range p.prices {
		if p.prices[i].top == it.top {
			p.prices[i].add(by, it.logPrice)
			return
		}
		if p.prices[i].all().weight < p.prices[least].all().weight {
			least = i
		}
	}
	if len(p.prices) < maxPriced {
		least = len(p.prices)
		p.prices = append(p.prices, priced{})
	}
	p.prices[least] = priced{top: it.top}
	p.prices[least].add(by, it.logPrice)
}

func (p *priced) add(by weights, logPrice float64) {
	p.long.add(float64(by.long), logPrice)
	p.latest.add(float64(by.latest), logPrice)
	p.session.add(float64(by.session), logPrice)
}

func (p *priced) all() spread { return p.long.plus(p.latest) }

// scale follows a new landmark of the clock.
func (p *profile) scale(factor float64) {
	for i := range p.values {
		p.values[i].scale(factor)
	}
	for i := range p.totals {
		p.totals[i].scale(factor)
	}
	for i := range p.prices {
		p.prices[i].long, p.prices[i].latest = p.prices[i].long.scale(factor), p.prices[i].latest.scale(factor)
	}
}

func (w *weights) scale(factor float64) {
	w.long *= float32(factor)
	w.latest *= float32(factor)
}
