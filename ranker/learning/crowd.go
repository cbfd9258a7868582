package learning

import "math"

// What newcomers may do to a product. A crowd of clients that each click once cannot be told from shoppers one by one, but
// together: they are after one product, and visitors of whom more is known are not.
const (
	crowdFactor     = 2   // newcomers may click a product so many times as often as the known
	crowdStrength   = 5   // expected clicks at the usual rate that stand before those of the known
	crowdDeviations = 3   // of chance, on both sides
	leastKnown      = 100 // clicks of known visitors, without which there is nothing to compare with
)

// clicksOf compares clicks with what the places let expect, in units of the chance of a look.
type clicksOf struct{ clicks, looks float64 }

// crowd is what known visitors and newcomers did with one product, or with all.
type crowd struct{ known, newcomers clicksOf }

// dismissCrowds leaves out what newcomers did with products that they click far more often than known visitors do:
// the searches from which they clicked them, and that they saw them in others.
func (a *assembly) dismissCrowds() {
	if a.Trust == nil {
		return
	}
	known := a.knownSearches()
	of, all := a.crowds(known)
	if all.known.clicks < leastKnown {
		return
	}
	for i, s := range a.log.Searches {
		if known[i] {
			continue
		}
		followed := false
		for row := s.begin; row < s.end; row++ {
			if of[a.log.products[row]].suspicious(all) {
				followed = followed || a.log.actions[row].has(clicked)
				a.log.actions[row] = 0
			}
		}
		if followed {
			clear(a.log.actions[s.begin:s.end])
			a.leftOut[crowded]++
		}
	}
}

// knownSearches says which searches are of known visitors.
func (a *assembly) knownSearches() []bool {
	known := make([]bool, len(a.queries))
	for i, q := range a.queries {
		known[i] = a.Trust.Established(q.client)
	}
	return known
}

// crowds counts by product and over all.
func (a *assembly) crowds(known []bool) (of []crowd, all crowd) {
	l := a.log
	of = make([]crowd, len(l.names))
	for i, s := range l.Searches {
		for row := s.begin; row < s.end; row++ {
			if !l.actions[row].has(seen) {
				continue
			}
			one, sum := &of[l.products[row]].newcomers, &all.newcomers
			if known[i] {
				one, sum = &of[l.products[row]].known, &all.known
			}
			look, click := math.Pow(float64(l.positions[row]), -examinedDecay), 0.0
			if l.actions[row].has(clicked) {
				click = 1
			}
			one.looks, one.clicks = one.looks+look, one.clicks+click
			sum.looks, sum.clicks = sum.looks+look, sum.clicks+click
		}
	}
	return of, all
}

// suspicious compares the newcomers' clicks with those that the known let expect at most, chance included.
func (c crowd) suspicious(all crowd) bool {
	if c.newcomers.clicks == 0 {
		return false
	}
	usual := all.known.clicks / all.known.looks
	liked := c.known.clicks + crowdStrength
	most := (liked + crowdDeviations*math.Sqrt(liked)) / (c.known.looks*usual + crowdStrength) // over the usual
	expected := crowdFactor * most * c.newcomers.looks * min(usual, all.newcomers.clicks/all.newcomers.looks)
	return c.newcomers.clicks > expected+crowdDeviations*math.Sqrt(expected)+1
}
