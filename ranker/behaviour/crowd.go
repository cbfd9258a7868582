package behaviour

import "math"

// When newcomers are a crowd rather than shoppers: one by one they cannot be told apart, but together they click a product
// far more often than established visitors do, chance included.
const (
	crowdFactor     = 2   // times as often
	crowdStrength   = 5   // expected clicks at the usual rate that stand before those of the established
	crowdDeviations = 3   // of chance, on both sides
	leastCompared   = 100 // clicks of established visitors in the shop, without which there is nothing to compare with
)

// isCrowded says whether a crowd clicks the product of c, in a shop. The factor brings the sums to the present.
func (c *counts) isCrowded(shop *counts, factor float64) bool {
	known := shop[established][long].times(factor)
	all := shop[newcomers][long].plus(shop[crowds][long]).times(factor)
	own, fresh := c[established][long].times(factor), c[newcomers][long].plus(c[crowds][long]).times(factor)
	if fresh.of[click] == 0 || known.of[click] < leastCompared {
		return false
	}
	usual := known.of[click] / known.expected
	liked := own.of[click] + crowdStrength
	most := (liked + crowdDeviations*math.Sqrt(liked)) / (own.expected*usual + crowdStrength) // times the usual
	expected := crowdFactor * most * fresh.expected * min(usual, all.of[click]/all.expected)
	return fresh.of[click] > expected+crowdDeviations*math.Sqrt(expected)+1
}

// follow puts a newcomer's search that led to a crowded product aside; once a product is found to be crowded, all of the
// remembered ones.
func (s *State) follow(q *search, x *shown) {
	it := s.items[x.item]
	before := it.crowded
	it.crowded = it.isCrowded(&s.shop, s.clock.factors(x.at[click])[long])
	switch {
	case !it.crowded:
	case before:
		s.setAside(q)
	default:
		for _, other := range s.searches.Values() {
			for i := range other.shown {
				if y := &other.shown[i]; y.item == x.item && y.newcomer.has(click) {
					s.setAside(other)
					break
				}
			}
		}
	}
}

// setAside moves what a newcomer's search counted to where it is not heard.
func (s *State) setAside(q *search) {
	q.each(func(x *shown, a action) { s.add(q, x, a, -1) })
	q.aside = true
	q.each(func(x *shown, a action) { s.add(q, x, a, 1) })
}

// Established says whether a visitor counts in full: whether it is known for long enough, and for wishes of its own.
func (s *State) Established(clientID string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, known := s.visitors.Peek(clientKey(clientID))
	return known && v.pool == established
}

// Crowded says whether newcomers click a product out of all proportion to established visitors: what they do with it, and
// their searches that lead to it, do not count.
func (s *State) Crowded(product string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	index, known := s.known[product]
	return known && s.items[index].crowded
}
