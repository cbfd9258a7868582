package indexer

import (
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// The fields that filters and facets know besides the price.
const (
	fieldCategory = "category"
	fieldBrand    = "brand"
	fieldColour   = "colour"
	fieldCurrency = "currency"
	fieldInStock  = "in_stock"

	// FieldAttributes holds the values of all attributes, written by AttributeValue.
	FieldAttributes = "attribute"
)

// columnFields are the dictionary-coded ones, in the order in which they are written.
var columnFields = []string{fieldCategory, fieldBrand, fieldColour, fieldCurrency, FieldAttributes}

// columnSet are the columns of the products of one generation, or of one delta, numbered from 0. Bitmaps that its
// methods return belong to the caller.
type columnSet struct {
	count   int
	fields  map[string]*column
	prices  []int64 // minor units; 0 = unknown
	inStock *roaring.Bitmap
	days    []int32  // of release
	newest  []uint32 // all products, in the order of Columns.Newest
}

// column is one field: the dictionary of its values and each product's codes.
type column struct {
	values  []string // distinct also when case is ignored, ascending
	offsets []uint32 // of each product's codes; count + 1 of them
	codes   []uint32 // ascending within a product
	docs    []*roaring.Bitmap
	folded  map[string]uint32
}

// values are those of Columns.Values.
func (c *columnSet) values(field string) []string {
	if col, ok := c.fields[field]; ok {
		return slices.Clone(col.values)
	}
	if field == fieldInStock {
		return []string{"false", "true"}
	}
	return nil
}

// match returns the products of Columns.Match.
func (c *columnSet) match(field string, values []string) *roaring.Bitmap {
	matching := roaring.New()
	for _, value := range values {
		if field == fieldInStock {
			matching.Or(c.matchStock(fold(value)))
		} else if col, ok := c.fields[field]; ok {
			if code, ok := col.folded[fold(value)]; ok {
				matching.Or(col.docs[code])
			}
		}
	}
	return matching
}

// matchOnly returns the products of Columns.MatchOnly.
func (c *columnSet) matchOnly(field string, values []string) *roaring.Bitmap {
	matching := c.match(field, values)
	if col, ok := c.fields[field]; ok {
		denied := make(map[uint32]bool, len(values))
		for _, value := range values {
			if code, ok := col.folded[fold(value)]; ok {
				denied[code] = true
			}
		}
		for _, doc := range matching.ToArray() {
			if slices.ContainsFunc(col.of(doc), func(code uint32) bool { return !denied[code] }) {
				matching.Remove(doc)
			}
		}
	}
	return matching
}

func (c *columnSet) matchStock(value string) *roaring.Bitmap {
	switch value {
	case "true":
		return c.inStock
	case "false":
		return roaring.Flip(c.inStock, 0, uint64(c.count))
	}
	return roaring.New()
}

// priceRange returns the products of Columns.PriceRange.
func (c *columnSet) priceRange(min, max *float64) *roaring.Bitmap {
	low, high := priceBounds(min, max)
	dense := make([]uint64, (len(c.prices)+63)/64) // to add to a Roaring bitmap one by one takes many times as long
	for doc, price := range c.prices {
		if price >= low && price <= high {
			dense[doc/64] |= 1 << (doc % 64)
		}
	}
	return roaring.FromDense(dense, false)
}

// countPrices is how many of docs priceRange would return.
func (c *columnSet) countPrices(docs *roaring.Bitmap, min, max *float64) int {
	low, high := priceBounds(min, max)
	count := 0
	for it := docs.Iterator(); it.HasNext(); {
		if doc := int(it.Next()); doc < c.count && c.prices[doc] >= low && c.prices[doc] <= high {
			count++
		}
	}
	return count
}

// priceBounds are the least and the largest number of hundredths within [min, max], found by what PriceRange promises of
// units; 0 is no price.
func priceBounds(min, max *float64) (low, high int64) {
	low, high = 1, math.MaxInt64
	if min != nil {
		low = int64(sort.Search(math.MaxInt64, func(p int) bool { return p > 0 && unitsOf(int64(p)) >= *min }))
	}
	if max != nil {
		high = int64(sort.Search(math.MaxInt64, func(p int) bool { return !(unitsOf(int64(p)) <= *max) })) - 1
	}
	return low, high
}

func unitsOf(hundredths int64) float64 { return float64(hundredths) / 100 }

// counts returns how many of docs have each value of a field; values that none has are left out.
func (c *columnSet) counts(field string, docs *roaring.Bitmap) map[string]int {
	if field == fieldInStock {
		return c.countStock(docs)
	}
	if col, ok := c.fields[field]; ok {
		return col.count(docs)
	}
	return make(map[string]int)
}

func (c *columnSet) countStock(docs *roaring.Bitmap) map[string]int {
	all := docs.CardinalityInRange(0, uint64(c.count))
	in := docs.AndCardinality(c.inStock)
	counts := make(map[string]int)
	if in > 0 {
		counts["true"] = int(in)
	}
	if in < all {
		counts["false"] = int(all - in)
	}
	return counts
}

// count counts by code, so that a value is hashed once and not for each product.
func (col *column) count(docs *roaring.Bitmap) map[string]int {
	tally, distinct := make([]int, len(col.values)), 0
	docs.Iterate(func(doc uint32) bool {
		if int(doc)+1 >= len(col.offsets) {
			return false
		}
		for _, code := range col.of(doc) {
			if tally[code] == 0 {
				distinct++
			}
			tally[code]++
		}
		return true
	})
	counts := make(map[string]int, distinct)
	for code, n := range tally {
		if n > 0 {
			counts[col.values[code]] = n
		}
	}
	return counts
}

// price is that of Columns.Price.
func (c *columnSet) price(doc uint32) (units float64, ok bool) {
	if int(doc) >= c.count || c.prices[doc] == 0 {
		return 0, false
	}
	return unitsOf(c.prices[doc]), true
}

func (c *columnSet) hasPrices() bool {
	return slices.ContainsFunc(c.prices, func(price int64) bool { return price > 0 })
}

// valuesOf are those of Columns.ValuesOf.
func (c *columnSet) valuesOf(field string, doc uint32) []string {
	col, ok := c.fields[field]
	if !ok || int(doc) >= c.count {
		return nil
	}
	var values []string
	for _, code := range col.of(doc) {
		values = append(values, col.values[code])
	}
	return values
}

// spell writes values as they are written here.
func (c *columnSet) spell(field string, values []string) {
	col := c.fields[field]
	for i, value := range values {
		if code, known := col.folded[fold(value)]; known {
			values[i] = col.values[code]
		}
	}
}

// attributes are the names of the attributes that some product has.
func (c *columnSet) attributes() map[string]bool {
	names := make(map[string]bool)
	for _, value := range c.fields[FieldAttributes].values {
		name, _ := CutAttribute(value)
		names[name] = true
	}
	return names
}

func (col *column) of(doc uint32) []uint32 { return col.codes[col.offsets[doc]:col.offsets[doc+1]] }

// derive makes what is not stored because it follows from the codes.
func (col *column) derive() {
	col.docs = make([]*roaring.Bitmap, len(col.values))
	col.folded = make(map[string]uint32, len(col.values))
	for code, value := range col.values {
		col.docs[code] = roaring.New()
		col.folded[fold(value)] = uint32(code)
	}
	for doc := range uint32(len(col.offsets) - 1) {
		for _, code := range col.of(doc) {
			col.docs[code].Add(doc)
		}
	}
	for _, docs := range col.docs {
		docs.RunOptimize()
	}
}

func fold(value string) string { return strings.ToLower(strings.TrimSpace(value)) }
