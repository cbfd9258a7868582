package simulation

import (
	"math"
	"math/rand/v2"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// examined is the probability that the product at a position, from 1, is looked at: 1 / position^η.
func (m *Model) examined(device retrieval.Device, position int) float64 {
	decay := m.DesktopDecay
	if device == retrieval.DeviceMobile {
		decay = m.MobileDecay
	}
	return math.Pow(float64(position), -decay)
}

// clicked is the probability of a click on what is examined and seems attractive to a degree in [0, 1].
func (m *Model) clicked(attractive float64, position int) float64 {
	anyway := min(m.Keen, m.Noise+m.Trust/float64(position))
	return anyway + (m.Keen-anyway)*attractive
}

// seeming is the relevance as a visitor judges it from a list.
func (m *Model) seeming(rng *rand.Rand, relevance float64) float64 {
	mistake := m.Doubt * rng.NormFloat64()
	if relevance <= 0 {
		return 0
	}
	return sigmoid(logit(min(relevance, 1-1e-9)) + mistake)
}

// deed is what a visitor does about one product of a page.
type deed struct {
	position int // from 1
	product  string
	action   string
	after    time.Duration // since the search
}

// deedsOn draws what a visitor does on a page, from top to bottom. It takes the same random numbers whatever comes of
// them, so that a page that differs in one product differs in what is done about that product alone.
func (s *Shop) deedsOn(rng *rand.Rand, v *Visitor, in *Intent, products []string) (deeds []deed, length time.Duration) {
	m := &s.model
	at := seconds(2 + 3*rng.Float64())
	for i, product := range products {
		position := i + 1
		var it *item
		relevance := 0.0
		if number, found := s.byID[product]; found {
			it = &s.items[number]
			relevance = s.relevance(v, in, it)
		}
		seeming := m.seeming(rng, relevance)
		chance, cart, purchase := rng.Float64(), rng.Float64(), rng.Float64()
		pause, dwell, decision := rng.ExpFloat64(), rng.ExpFloat64(), rng.ExpFloat64()
		if chance >= m.examined(v.Device, position)*m.clicked(seeming, position) {
			continue
		}
		at += seconds(1 + 4*pause)
		deeds = append(deeds, deed{position, product, catalog.ActionClick, at})
		at += seconds(3 + 20*dwell)
		if it == nil || !it.inStock || cart >= m.Cart*relevance {
			continue
		}
		deeds = append(deeds, deed{position, product, catalog.ActionAddToCart, at})
		distance := it.price - v.price
		if purchase < m.Purchase*math.Exp(-m.PriceWeight*distance*distance) {
			deeds = append(deeds, deed{position, product, catalog.ActionPurchase, at + seconds(60+120*decision)})
		}
	}
	return deeds, at
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
