package behaviour

import (
	"math"

	"vitrine/catalog"
)

// dimension is one respect in which shoppers have a taste.
type dimension uint8

const (
	brand       dimension = iota
	colour                // as the catalogue spells it
	category              // the levels of the path, each a dimension of its own
	style       = category + maxCategoryLevels
	dimensions0 = int(style)
)

// styles are the attributes that say for whom and for what a product is made; each is a dimension of its own.
var styles = [...]string{"gender", "style", "pattern", "material", "season", "occasion", "usage"}

const dimensions = dimensions0 + len(styles)

// label is a value that a product has in a dimension. Values are numbered over all dimensions, from 0; -1 is one
// that nobody chose yet.
type label struct {
	dimension dimension
	value     int32
}

// name is what a value is called.
type name struct {
	dimension dimension
	value     string
}

// labels appends those of p. The number of a value is what number says.
func labels(into []label, p *catalog.Product, number func(name) int32) []label {
	add := func(d dimension, value string) {
		if value != "" {
			into = append(into, label{d, number(name{d, value})})
		}
	}
	add(brand, p.Brand)
	add(colour, p.Colour)
	for level, value := range p.Category[:min(len(p.Category), maxCategoryLevels)] {
		add(category+dimension(level), value)
	}
	if len(p.Attributes) > 0 {
		for i, attribute := range styles {
			add(style+dimension(i), p.Attributes[attribute])
		}
	}
	return into
}

// top and leaf are the ends of a product's path; "" without one.
func top(p *catalog.Product) name {
	if len(p.Category) == 0 {
		return name{dimension: category}
	}
	return name{category, p.Category[0]}
}

func leaf(p *catalog.Product) string {
	if len(p.Category) == 0 {
		return ""
	}
	return p.Category[len(p.Category)-1]
}

// logPrice is 0 where the price is unknown.
func logPrice(p *catalog.Product) float64 {
	if p.PriceCents <= 0 {
		return 0
	}
	return math.Log(float64(p.PriceCents))
}

// spread is a weighed sum of logarithms of prices.
type spread struct {
	weight, sum, squares float64
}

func (s *spread) add(weight, x float64) {
	s.weight += weight
	s.sum += weight * x
	s.squares += weight * x * x
}

func (s spread) plus(more spread) spread {
	return spread{s.weight + more.weight, s.sum + more.sum, s.squares + more.squares}
}

func (s spread) scale(factor float64) spread {
	return spread{s.weight * factor, s.sum * factor, s.squares * factor}
}

// normal is a normal distribution of logarithms of prices.
type normal struct {
	mean, deviation, logDeviation float64
}

// fit fits one to the sums and to a strength of what was thought before.
func (s spread) fit(before normal, strength float64) normal {
	weight := s.weight + strength
	mean := (s.sum + strength*before.mean) / weight
	apart := before.mean - mean
	variance := s.squares - 2*mean*s.sum + mean*mean*s.weight + strength*(before.deviation*before.deviation+apart*apart)
	deviation := math.Sqrt(max(variance/weight, leastDeviation*leastDeviation))
	return normal{mean, deviation, math.Log(deviation)}
}

// leastDeviation keeps those who bought twice at one price from disliking all others: prices 10 % apart are alike.
const leastDeviation = 0.1

// logDensity is without the constant.
func (n normal) logDensity(x float64) float64 {
	z := (x - n.mean) / n.deviation
	return -z*z/2 - n.logDeviation
}
