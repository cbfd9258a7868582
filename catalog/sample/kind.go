package sample

import "math/rand/v2"

// kind is one sort of product: its words, what it may be made of, and how it is drawn.
type kind struct {
	slug     string   // part of the ids, e.g. "sneaker"
	category []string // path from general to special
	variants []name   // shapes; look.variant counts them from 0
	about    string   // one sentence of the description
	gender   bool     // whether it is made for women, men or everyone
	min, max int      // price in whole euros

	offer
	except  map[int]offer // variants that are offered otherwise, by number
	colours []string      // names of dyes; nil = all
	size    float64       // repeat of the pattern in drawing units; 0 = 7

	draw func(*canvas, look)
}

// offer is what a shape comes in. In an exception nil means as the kind does.
type offer struct {
	patterns  []pattern
	materials []material
}

// of returns what a variant comes in.
func (k kind) of(variant int) offer {
	offered := k.except[variant]
	if offered.patterns == nil {
		offered.patterns = k.patterns
	}
	if offered.materials == nil {
		offered.materials = k.materials
	}
	return offered
}

// name is a word in the two languages of the catalogue.
type name struct{ en, zh string }

// material is what a product is made of.
type material struct {
	name
	texture texture
}

// look is everything that a draw function needs to know about one product.
type look struct {
	base, accent rgb
	main         paint // pattern and texture
	variant      int
	texture      texture
	rng          *rand.Rand
}

// tone is the product's plain material, lighter (k > 1) or darker (k < 1).
func (l look) tone(k float64) paint { return l.dyed(l.base.scale(k)) }

// trim is a plain part in the second colour.
func (l look) trim() paint { return l.dyed(l.accent) }

func (l look) dyed(c rgb) paint { return textured(plain(c), l.texture) }

// kinds lists every kind, in the order of the feed.
func kinds() []kind {
	var all []kind
	for _, family := range [][]kind{tops, bottoms, accessories, shoes, bags, seats, furniture, kitchen, tableware, lamps, toys, home, leisure} {
		all = append(all, family...)
	}
	return all
}
