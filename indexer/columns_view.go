package indexer

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// Columns are the fields of one snapshot that filters, facets and lists use: category (every level of
// the path), brand, colour (of the product and of its variants), currency, in_stock, the attributes that
// choose among products (attributes.go), the price and the order of release.
// Bitmaps hold doc numbers and belong to the caller; those that it gives are of products of the snapshot.
type Columns struct {
	base   *columnSet
	delta  *columnSet      // of the docs from base.count on; nil = nothing has changed since the generation
	gone   *roaring.Bitmap // docs that are no products any more
	newest func() []uint32
}

func newColumns(base, delta *columnSet, gone docSet) *Columns {
	if delta == nil {
		return &Columns{base: base, newest: func() []uint32 { return base.newest }}
	}
	return &Columns{
		base: base, delta: delta, gone: gone.bitmap(),
		newest: sync.OnceValue(func() []uint32 { return newestOfBoth(base, delta, gone) }),
	}
}

// All returns the docs of all products.
func (c *Columns) All() *roaring.Bitmap {
	all := roaring.New()
	all.AddRange(0, uint64(c.base.count))
	if c.delta != nil {
		all.AddRange(uint64(c.base.count), uint64(c.base.count+c.delta.count))
		all.AndNot(c.gone)
	}
	return all
}

// Values returns the distinct values of a field, ascending. Spellings that differ in case alone are
// one value, written as most products write it. An unknown field has none.
func (c *Columns) Values(field string) []string {
	values := c.base.values(field)
	if c.delta == nil || field == fieldInStock {
		return values
	}
	counts := c.Count(field, nil)
	return slices.SortedFunc(maps.Keys(counts), cmp.Compare[string])
}

// Match returns the products that have any of the values, whatever their case. The field in_stock has
// the values "true" and "false", the field "attribute" those of AttributeValue. An unknown field or value
// matches nothing.
func (c *Columns) Match(field string, values []string) *roaring.Bitmap {
	return c.both(func(s *columnSet) *roaring.Bitmap { return s.match(field, values) })
}

// MatchOnly returns the products that have values of a field and none but these.
func (c *Columns) MatchOnly(field string, values []string) *roaring.Bitmap {
	return c.both(func(s *columnSet) *roaring.Bitmap { return s.matchOnly(field, values) })
}

// PriceRange returns the products whose price lies within [min, max], in currency units; a nil bound
// is open. Products without a price never match. Prices are compared whatever their currency.
func (c *Columns) PriceRange(min, max *float64) *roaring.Bitmap {
	return c.both(func(s *columnSet) *roaring.Bitmap { return s.priceRange(min, max) })
}

func (c *Columns) both(of func(*columnSet) *roaring.Bitmap) *roaring.Bitmap {
	docs := of(c.base)
	if c.delta != nil {
		docs.Or(roaring.AddOffset(of(c.delta), uint32(c.base.count)))
		docs.AndNot(c.gone)
	}
	return docs
}

// CountPrices is how many of docs PriceRange would return.
func (c *Columns) CountPrices(docs *roaring.Bitmap, min, max *float64) int {
	count := c.base.countPrices(docs, min, max)
	if c.delta != nil {
		count += c.delta.countPrices(c.ofDelta(docs), min, max)
	}
	return count
}

// Count returns how many of docs have each value of a field; values that none has are left out. A nil
// docs means all products.
func (c *Columns) Count(field string, docs *roaring.Bitmap) map[string]int {
	if docs == nil {
		docs = c.All()
	}
	counts := c.base.counts(field, docs)
	if c.delta != nil {
		for value, n := range c.delta.counts(field, c.ofDelta(docs)) {
			counts[value] += n
		}
	}
	return counts
}

// ofDelta returns the docs that are the delta's, as that numbers them.
func (c *Columns) ofDelta(docs *roaring.Bitmap) *roaring.Bitmap {
	return roaring.AddOffset64(docs, -int64(c.base.count))
}

// Price returns a product's price in currency units, or false when it is unknown.
func (c *Columns) Price(doc uint32) (units float64, ok bool) {
	set, doc := c.of(doc)
	return set.price(doc)
}

// HasPrices says whether any product has a price.
func (c *Columns) HasPrices() bool {
	return c.base.hasPrices() || c.delta != nil && c.delta.hasPrices()
}

// ValuesOf returns what a product has of a dictionary-coded field, ascending.
func (c *Columns) ValuesOf(field string, doc uint32) []string {
	set, doc := c.of(doc)
	return set.valuesOf(field, doc)
}

// InStock reports whether a product can be bought.
func (c *Columns) InStock(doc uint32) bool {
	set, doc := c.of(doc)
	return set.inStock.Contains(doc)
}

// of returns the columns that a product is in, and its number there.
func (c *Columns) of(doc uint32) (*columnSet, uint32) {
	if base := uint32(c.base.count); c.delta != nil && doc >= base {
		return c.delta, doc - base
	}
	return c.base, doc
}
