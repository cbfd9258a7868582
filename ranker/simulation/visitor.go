package simulation

import (
	"math"
	"slices"

	"vitrine/retrieval"
)

// The values of the attribute gender, and of whom a visitor shops for.
const (
	women = "women"
	men   = "men"
)

// Visitor is a shopper with a taste that only clicks tell.
type Visitor struct {
	ID      string // client_id
	Number  int    // those below Options.Visitors take part in the run
	Device  retrieval.Device
	Chinese bool // searches in Chinese

	gender                      string
	likedBrands, dislikedBrands []string
	likedColours, dislikedHues  []string
	likedStyle                  string
	price                       float64 // natural logarithm of the right price over the median of its type
}

// Visitor returns the visitor of a number, from 0; the same number is the same visitor.
func (s *Shop) Visitor(number int) *Visitor {
	m := &s.model
	rng := source(s.opts.Seed, forVisitor, number)
	v := &Visitor{ID: name("v", s.opts.Seed, number), Number: number, Device: retrieval.DeviceDesktop, gender: women}
	if rng.Float64() < m.MobileShare {
		v.Device = retrieval.DeviceMobile
	}
	v.Chinese = rng.Float64() < m.ChineseShare && s.opts.Chinese != nil
	if rng.IntN(2) == 0 {
		v.gender = men
	}
	v.price = m.PriceSpread * rng.NormFloat64()
	brands := some(rng, s.liking, m.LikedBrands+m.DislikedBrands)
	v.likedBrands, v.dislikedBrands = parted(s.brands, brands, m.LikedBrands)
	colours := some(rng, even(len(s.colours)), m.LikedColours+m.DislikedHues)
	v.likedColours, v.dislikedHues = parted(s.colours, colours, m.LikedColours)
	if len(s.styles) > 0 {
		v.likedStyle = s.styles[rng.IntN(len(s.styles))]
	}
	return v
}

// parted names the drawn values, the first n apart.
func parted(values []string, drawn []int, n int) (first, rest []string) {
	for i, at := range drawn {
		if i < n {
			first = append(first, values[at])
		} else {
			rest = append(rest, values[at])
		}
	}
	return first, rest
}

func even(n int) []float64 {
	return slices.Repeat([]float64{1}, n)
}

// returning is the number of visitors who come more than once, so that NewShare of all visits are by the others. With
// R of N visitors returning a mean of m times, (N − R) / (N − R + m·R) is that share.
func (s *Shop) returning() int {
	mean := 2 + s.model.MoreVisits
	once, n := s.model.NewShare, float64(s.opts.Visitors)
	return int(math.Round(n * (1 - once) / (1 - once + once*mean)))
}

// Returns reports whether the visitor comes more than once during the run.
func (s *Shop) Returns(v *Visitor) bool { return v.Number < s.returner }
