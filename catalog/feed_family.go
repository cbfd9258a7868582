package catalog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	maxVariants = 2048 // of a product; it is what Shopify allows
	// maxFoldedPhotos bounds the photos of a product that are sorted by position before all but MaxPhotos are cut off.
	maxFoldedPhotos = 20 * MaxPhotos
	// maxFoldedValues bounds the values of an attribute that are joined from a product's rows.
	maxFoldedValues = 20
)

// family is a product as far as its rows are read.
type family struct {
	product Product // what rows have in common: of each field the first that is stated
	photos  []placedPhoto
	refs    map[string]int // index of photos
	eans    map[string]bool
	values  map[string][]string // of attributes, by name
	best    offer
	bytes   int // kept, about
	rows    int
}

type placedPhoto struct {
	Photo
	position int
}

// offer is what a product with variants is shown to cost.
type offer struct {
	priceCents, marginCents int64
	inStock                 bool
}

// before prefers what can be bought, then what has a price, then what is cheap.
func (o offer) before(other offer) bool {
	if o.inStock != other.inStock {
		return o.inStock
	}
	unknownLast := func(cents int64) int64 {
		if cents == 0 {
			return math.MaxInt64
		}
		return cents
	}
	return unknownLast(o.priceCents) < unknownLast(other.priceCents)
}

func newFamily(group string) *family {
	return &family{product: Product{ID: group}, refs: make(map[string]int), eans: make(map[string]bool), values: make(map[string][]string)}
}

// add takes in a row, whole or, on an error, not at all.
func (f *family) add(it item) error {
	p := it.product
	if p.Currency != "" && f.product.Currency != "" && p.Currency != f.product.Currency {
		return &valueError{field: fieldPrice, column: string(fieldPrice), reason: fmt.Sprintf("it is in %s, and other rows of the product have %s: give all variants one currency", p.Currency, f.product.Currency)}
	}
	o := offer{p.PriceCents, p.MarginCents, p.InStock}
	if it.variant {
		if err := f.addVariant(p, o); err != nil {
			return err
		}
	}
	if f.rows++; f.rows == 1 && !it.variant {
		f.best = o
	}
	f.merge(p)
	f.addPhotos(p.Photos, it.position)
	for name, value := range p.Attributes {
		values, known := f.values[name]
		if !known {
			name = f.keep(name)
		}
		if len(values) < maxFoldedValues && !slices.Contains(values, value) {
			f.values[name] = append(values, f.keep(value))
		}
	}
	return nil
}

// addPhotos adds those of a row, of which the first is at the position if it has one.
func (f *family) addPhotos(photos []Photo, position int) {
	for _, photo := range photos {
		at := cmp.Or(position, math.MaxInt)
		position = 0
		if i, known := f.refs[photo.Ref]; known {
			f.photos[i].position = min(f.photos[i].position, at)
		} else if len(f.photos) < maxFoldedPhotos {
			photo.Ref = f.keep(photo.Ref)
			f.refs[photo.Ref] = len(f.photos)
			f.photos = append(f.photos, placedPhoto{photo, at})
		}
	}
}

// addVariant makes a variant of a row, and takes from it what is the variant's alone.
func (f *family) addVariant(p Product, o offer) error {
	variants := p.Variants
	if len(variants) == 0 {
		name, size := sizeOf(p.Attributes)
		delete(p.Attributes, name)
		variants = []Variant{{SKU: cmp.Or(p.SKU, p.ID), Colour: p.Colour, Size: size, PriceCents: p.PriceCents, InStock: p.InStock}}
	}
	if len(f.product.Variants)+len(variants) > maxVariants {
		return fmt.Errorf("%w: split it, or leave the rest out", ErrTooManyVariants)
	}
	if len(f.product.Variants) == 0 || o.before(f.best) {
		f.best = o
	}
	for _, v := range variants {
		v.SKU, v.Colour, v.Size = f.keep(v.SKU), f.keep(v.Colour), f.keep(v.Size)
		f.product.Variants = append(f.product.Variants, v)
	}
	return nil
}

// merge fills what no row before has stated.
func (f *family) merge(p Product) {
	own := &f.product
	for _, text := range []struct {
		own    *string
		stated string
	}{
		{&own.Title, p.Title}, {&own.Description, p.Description}, {&own.Brand, p.Brand}, {&own.Colour, p.Colour}, {&own.Currency, p.Currency},
	} {
		if *text.own == "" {
			*text.own = f.keep(text.stated)
		}
	}
	if own.Titles == nil {
		own.Titles = p.Titles
		for tag, title := range p.Titles {
			own.Titles[tag] = f.keep(title)
		}
	}
	if own.Category == nil {
		for _, level := range p.Category {
			own.Category = append(own.Category, f.keep(level))
		}
	}
	if own.Released.IsZero() {
		own.Released = p.Released
	}
	for _, ean := range p.EAN {
		if !f.eans[ean] {
			ean = f.keep(ean)
			f.eans[ean] = true
			own.EAN = append(own.EAN, ean)
		}
	}
}

// keep counts a text that stays, and copies it, so that the row it is a part of does not.
func (f *family) keep(text string) string {
	const header = 32 // bytes of a string and of the place that it takes in its list or map, about
	f.bytes += header + len(text)
	return strings.Clone(text)
}

// fold returns the product.
func (f *family) fold() Product {
	p := f.product
	p.PriceCents, p.MarginCents, p.InStock = f.best.priceCents, f.best.marginCents, f.best.inStock
	if len(p.Variants) == 1 && p.Variants[0].Colour == "" && p.Variants[0].Size == "" {
		p.SKU, p.Variants = p.Variants[0].SKU, nil // nothing to choose from
	}
	slices.SortStableFunc(f.photos, func(a, b placedPhoto) int { return cmp.Compare(a.position, b.position) })
	for _, photo := range f.photos {
		p.Photos = append(p.Photos, photo.Photo)
	}
	for name, values := range f.values {
		if p.Attributes == nil {
			p.Attributes = make(map[string]string, len(f.values))
		}
		p.Attributes[name] = strings.Join(values, ", ")
	}
	return p
}
