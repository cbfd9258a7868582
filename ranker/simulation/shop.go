package simulation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"vitrine/catalog"
)

// Shop is a catalogue with what its shoppers know and the search does not. It does not change after it is made and is
// safe for concurrent use.
type Shop struct {
	opts  Options
	model Model

	types    []productType
	items    []item
	byID     map[string]int // index in items
	brands   []string
	colours  []string
	styles   []string
	popular  []float64 // how often a type is asked for, by type
	liking   []float64 // how often a brand is liked, by brand
	returner int       // visitors below this number come more than once
	target   string    // of the bots
}

// productType is one leaf of the category tree.
type productType struct {
	name     string // the leaf, "Table Lamps"
	items    []int
	shapes   []string // what titles call them, where there are several
	gendered bool
}

// item is a product with what its utility depends on.
type item struct {
	id                                                     string
	kind                                                   int // index in Shop.types
	shape, brand, colour, material, pattern, style, gender string
	price                                                  float64 // natural logarithm of the price over its type's median
	inStock                                                bool
	quality                                                float64 // hidden, in logits, mean 0 over a large catalogue
}

// New makes a shop of products. What is hidden of them depends on the seed and their ids alone.
func New(products []catalog.Product, options Options) (*Shop, error) {
	options = options.WithDefaults()
	if err := options.validate(); err != nil {
		return nil, err
	}
	if len(products) == 0 {
		return nil, fmt.Errorf("%w: there are no products", ErrOptions)
	}
	s := &Shop{opts: options, model: *options.Model, byID: make(map[string]int, len(products))}
	products = slices.Clone(products)
	slices.SortFunc(products, func(a, b catalog.Product) int { return cmp.Compare(a.ID, b.ID) })
	s.stock(products)
	s.appraise(products)
	s.popular = zipf(source(options.Seed, forTypes, 0), len(s.types), s.model.TypeExponent)
	s.liking = zipf(source(options.Seed, forBrands, 0), len(s.brands), s.model.BrandExponent)
	s.returner = s.returning()
	var err error
	if s.target, err = s.chooseTarget(); err != nil {
		return nil, err
	}
	return s, nil
}

// stock makes items of products, which are in order of their ids, and sorts them into types.
func (s *Shop) stock(products []catalog.Product) {
	kinds := map[string]int{}
	for i := range products {
		p := &products[i]
		path := strings.Join(p.Category, " > ")
		kind, known := kinds[path]
		if !known {
			kind = len(s.types)
			kinds[path] = kind
			leaf := "product"
			if len(p.Category) > 0 {
				leaf = p.Category[len(p.Category)-1]
			}
			s.types = append(s.types, productType{name: leaf})
		}
		it := item{
			id: p.ID, kind: kind, shape: shapeOf(p), brand: p.Brand, colour: p.Colour, material: p.Attributes["material"],
			pattern: p.Attributes["pattern"], style: p.Attributes["style"], gender: p.Attributes["gender"], inStock: p.InStock,
		}
		t := &s.types[kind]
		t.items = append(t.items, len(s.items))
		t.shapes = with(t.shapes, it.shape)
		t.gendered = t.gendered || it.gender == women || it.gender == men
		s.brands, s.colours, s.styles = with(s.brands, it.brand), with(s.colours, it.colour), with(s.styles, it.style)
		s.byID[p.ID] = len(s.items)
		s.items = append(s.items, it)
	}
	slices.Sort(s.brands)
	slices.Sort(s.colours)
	slices.Sort(s.styles)
}

// appraise gives every item its price level and its hidden quality. The logarithm of what is Zipf-distributed over
// random ranks is exponential, its mean the exponent.
func (s *Shop) appraise(products []catalog.Product) {
	for _, t := range s.types {
		slices.Sort(t.shapes)
		var prices []int64
		for _, i := range t.items {
			if cents := products[i].PriceCents; cents > 0 {
				prices = append(prices, cents)
			}
		}
		slices.Sort(prices)
		for _, i := range t.items {
			if cents := products[i].PriceCents; cents > 0 {
				s.items[i].price = math.Log(float64(cents) / float64(prices[len(prices)/2]))
			}
		}
	}
	for i := range s.items {
		rng := source(s.opts.Seed, forQuality, hashed(s.items[i].id))
		s.items[i].quality = s.model.QualitySpread * (rng.ExpFloat64() - 1)
	}
}

// shapeOf is what the title calls the product behind its material, such as "tall boots"; empty where that is not said.
func shapeOf(p *catalog.Product) string {
	material := p.Attributes["material"]
	_, shape, found := strings.Cut(p.Title, " "+material+" ")
	if material == "" || !found {
		return ""
	}
	shape, _, _ = strings.Cut(shape, " for ")
	return shape
}

// with adds a value to a set unless it is empty or there.
func with(set []string, value string) []string {
	if value == "" || slices.Contains(set, value) {
		return set
	}
	return append(set, value)
}
