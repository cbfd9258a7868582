package behaviour

// loyalty is how much one choice of a visitor says of the next, in one dimension, learnt from all visitors who come back.
//
// Were the tastes of visitors drawn from a Dirichlet distribution around the shop's shares with a strength a, a choice would
// be the same value as an earlier one of the same visitor with the probability (a·e + 1) / (a + 1), where e is that of two
// visitors who have nothing to do with each other (Minka 2000, "Estimating a Dirichlet distribution"). That is solved for a.
// It is also the liking, a click being 1, that the shop's shares count for when a visitor's are smoothed: large where
// everybody likes the same, so that a few choices say little.
type loyalty struct {
	again, choices float64 // sums over choices: the visitor's share of the value in the sessions before, and 1
	strength       float64
}

const (
	firstStrength   = 25 // before anything is known
	loyaltyPrior    = 200
	leastStrength   = 3
	mostStrength    = 1000
	loyaltyEvery    = 500    // choices between two estimates
	loyaltyRemember = 50_000 // choices, of which then the half is forgotten
)

// add takes note of a choice.
func (l *loyalty) add(share float64) {
	l.again += share
	if l.choices++; l.choices > loyaltyRemember {
		l.again, l.choices = l.again/2, l.choices/2
	}
}

// estimate sets the strength, given e.
func (l *loyalty) estimate(e float64) {
	first := (firstStrength*e + 1) / (firstStrength + 1)
	again := (l.again + loyaltyPrior*first) / (l.choices + loyaltyPrior)
	l.strength = mostStrength
	if again > e {
		l.strength = min(max((1-again)/(again-e), leastStrength), mostStrength)
	}
}

// chosen takes note that a visitor of a profile chose a product with a label.
func (s *State) chosen(p *profile, l label) {
	total := p.totals[l.dimension].long
	if total <= 0 {
		return // nothing is known of sessions before
	}
	s.loyalties[l.dimension].add(float64(p.longOf(l) / total))
	if s.choices++; s.choices%loyaltyEvery == 0 {
		s.estimateLoyalties()
	}
}

// estimateLoyalties sets the strength of each dimension.
func (s *State) estimateLoyalties() {
	var alike [dimensions]float64
	for name, value := range s.values {
		if all := s.totals[name.dimension]; all > 0 {
			share := s.liked[value] / all
			alike[name.dimension] += share * share
		}
	}
	for d := range s.loyalties {
		s.loyalties[d].estimate(alike[d])
	}
}
