package behaviour

import "time"

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

// weights are sums of likings: over all time, decayed and relative to the landmark of the clock, and of the session.
type weights struct {
	long, session float32
}

type liking struct {
	label
	weights
}

type priced struct {
	top           int32
	long, session spread
}

// touch is a product that was looked at, or more.
type touch struct {
	item   int32
	at     int64   // Unix milliseconds of the last time
	weight float64 // the liking of its strongest action in that session
	bought bool
}

// act adds an action. A product counts by its strongest action in a session: a click, the view of its page, the cart
// and the purchase are one interest that grows. weight is that of the time, by the clock.
func (p *profile) act(index int32, it *item, a action, at int64, weight float64) {
	gap := sessionGap.Milliseconds()
	if at > p.last+gap {
		p.endSession()
	}
	inSession := at >= p.last-gap
	p.last = max(p.last, at)

	gain := p.touch(index, a, at)
	if gain == 0 {
		return
	}
	add := weights{long: float32(gain * weight)}
	if inSession {
		add.session = float32(gain)
	}
	for _, l := range it.labels {
		p.like(l, add)
	}
	if it.logPrice != 0 && it.top >= 0 {
		p.paid(it, gain*weight, float64(add.session))
	}
}

func (p *profile) endSession() {
	for i := range p.values {
		p.values[i].session = 0
	}
	for i := range p.totals {
		p.totals[i].session = 0
	}
	for i := range p.prices {
		p.prices[i].session = spread{}
	}
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

// like adds to a value and, when there are too many, drops the weakest.
func (p *profile) like(l label, add weights) {
	p.totals[l.dimension].long += add.long
	p.totals[l.dimension].session += add.session
	weakest := 0
	for i := range p.values {
		v := &p.values[i]
		if v.value == l.value {
			v.long += add.long
			v.session += add.session
			return
		}
		if v.long+v.session < p.values[weakest].long+p.values[weakest].session {
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
func (p *profile) paid(it *item, long, session float64) {
	least := 0
	for i := range p.prices {
		if p.prices[i].top == it.top {
			p.prices[i].long.add(long, it.logPrice)
			p.prices[i].session.add(session, it.logPrice)
			return
		}
		if p.prices[i].long.weight < p.prices[least].long.weight {
			least = i
		}
	}
	if len(p.prices) < maxPriced {
		least = len(p.prices)
		p.prices = append(p.prices, priced{})
	}
	p.prices[least] = priced{top: it.top}
	p.prices[least].long.add(long, it.logPrice)
	p.prices[least].session.add(session, it.logPrice)
}

// scale follows a new landmark of the clock.
func (p *profile) scale(factor float64) {
	for i := range p.values {
		p.values[i].long *= float32(factor)
	}
	for i := range p.totals {
		p.totals[i].long *= float32(factor)
	}
	for i := range p.prices {
		p.prices[i].long = p.prices[i].long.scale(factor)
	}
}
