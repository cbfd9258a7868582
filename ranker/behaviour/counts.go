package behaviour

import (
	"math"

	"vitrine/catalog"
)

// action is something that counts.
type action int

const (
	impression action = iota
	click
	cart
	purchase
	actions
)

// actionOf returns the action of an event. A view is a click without a search, and says only what its visitor likes.
func actionOf(name string) (action, bool) {
	switch name {
	case catalog.ActionImpression:
		return impression, true
	case catalog.ActionClick, catalog.ActionView:
		return click, true
	case catalog.ActionAddToCart:
		return cart, true
	case catalog.ActionPurchase:
		return purchase, true
	}
	return 0, false
}

// likings are what an action says of the visitor's taste, and of the shop's: the rarer one is among shoppers, the more.
// Of a hundred clicks of a shop about fifteen end in a cart and four in a purchase; full odds would drown what is
// merely looked at, so the weights grow by about the logarithm.
var likings = [actions]float64{
	click:    1, // interest, or curiosity
	cart:     3, // meant to buy
	purchase: 6, // paid for it
}

// smoothings say how a rate of actions per expected click begins and how slowly it moves. The strength is in expected
// clicks: so many at the rate of the category stand before the product's own. Rare actions need more.
var smoothings = [actions]struct{ rate, strength float64 }{
	click:    {1, 20},
	cart:     {0.15, 60},
	purchase: {0.04, 120},
}

// pool parts visitors by how well they are known (trust.go).
type pool int

const (
	established pool = iota
	newcomers
	crowds // newcomers whose search led to a product that only they click (crowd.go); nothing but that rule reads it
	pools
)

// sums are decayed counts.
type sums struct {
	expected float64 // clicks, from where the impressions stood
	of       [actions]float64
}

func (s sums) times(factor float64) sums {
	s.expected *= factor
	for a := range s.of {
		s.of[a] *= factor
	}
	return s
}

func (s sums) plus(other sums) sums {
	s.expected += other.expected
	for a := range s.of {
		s.of[a] += other.of[a]
	}
	return s
}

// counts are the sums of a product, of a product under a query's words, of a category, or of the shop.
type counts [pools][spans]sums

// add adds an action of a weight a span. Of an impression, expected is its chance of a click.
func (c *counts) add(p pool, a action, weights [spans]float64, expected float64) {
	for s, weight := range weights {
		sums := &c[p][s]
		sums.of[a] = max(0, sums.of[a]+weight)
		if a == impression {
			sums.expected = max(0, sums.expected+weight*expected)
		}
	}
}

func (c *counts) scale(factors [spans]float64) {
	for p := range c {
		for s := range c[p] {
			c[p][s] = c[p][s].times(factors[s])
		}
	}
}

// What newcomers may do to a rate. Many clients that each click once cannot be told from many shoppers, so newcomers
// refine what established visitors say and never overrule it: together they count at most as much as a share of the
// established, and as a rate not farther from theirs than a factor. A product's rate so moves by at most
// (1 + newcomerShare · newcomerFactor) / (1 + newcomerShare), 5 %, however many they are.
const (
	newcomerShare  = 0.15
	newcomerFactor = 1.35
)

// rate is actions per expected click: clicks over expected clicks (COEC: Zhang, Jones: Comparing click logs and editorial
// labels for training query rewriting, 2007) and likewise carts and purchases. It is smoothed towards the rate before, by
// the mean of a Beta prior of a strength in expected clicks. The factor brings the sums to the present. Where a crowd is
// among them, newcomers are not heard.
func (c *counts) rate(a action, s span, factor, before, strength float64, crowded bool) float64 {
	own := &c[established][s]
	acted, expected := own.of[a]*factor+before*strength, own.expected*factor+strength
	if more := &c[newcomers][s]; more.expected > 0 && !crowded {
		rate := acted / expected
		weight := min(more.expected*factor, newcomerShare*expected)
		acted += weight * min(max(more.of[a]/more.expected, rate/newcomerFactor), rate*newcomerFactor)
		expected += weight
	}
	return acted / expected
}

// empty says that nothing was counted.
func (c *counts) empty() bool {
	return c[established][long].expected == 0 && c[newcomers][long].expected == 0
}

// impressions is their decayed number.
func (c *counts) impressions(factor float64) float64 {
	return (c[established][long].of[impression] + c[newcomers][long].of[impression]) * factor
}

// shopRate is the rate of the shop as a whole, before which there is nothing but the smoothing's own.
func (c *counts) shopRate(a action, factor float64) float64 {
	before := smoothings[a]
	return c.rate(a, long, factor, before.rate, before.strength, false)
}

// logRatio compares two positive rates.
func logRatio(rate, with float64) float64 { return math.Log(rate / with) }
