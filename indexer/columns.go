package indexer

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

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

// Columns are the fields of one generation that filters, facets and lists use: category (every level of
// the path), brand, colour (of the product and of its variants), currency, in_stock, the attributes that
// choose among products (attributes.go), the price and the order of release.
// Bitmaps hold doc numbers and belong to the caller.
type Columns struct {
	count   int
	fields  map[string]*column
	prices  []int64 // minor units; 0 = unknown
	inStock *roaring.Bitmap
	newest  []uint32 // all products, in the order of Newest
}

// column is one field: the dictionary of its values and each product's codes.
type column struct {
	values  []string // distinct also when case is ignored, ascending
	offsets []uint32 // of each product's codes; count + 1 of them
	codes   []uint32 // ascending within a product
	docs    []*roaring.Bitmap
	folded  map[string]uint32
}

// Values returns the distinct values of a field, ascending. Spellings that differ in case alone are
// one value, written as most products write it. An unknown field has none.
func (c *Columns) Values(field string) []string {
	if col, ok := c.fields[field]; ok {
		return slices.Clone(col.values)
	}
	if field == fieldInStock {
		return []string{"false", "true"}
	}
	return nil
}

// Match returns the products that have any of the values, whatever their case. The field in_stock has
// the values "true" and "false", the field "attribute" those of AttributeValue. An unknown field or value
// matches nothing.
func (c *Columns) Match(field string, values []string) *roaring.Bitmap {
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

// MatchOnly returns the products that have values of a field and none but these.
func (c *Columns) MatchOnly(field string, values []string) *roaring.Bitmap {
	matching := c.Match(field, values)
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

func (c *Columns) matchStock(value string) *roaring.Bitmap {
	switch value {
	case "true":
		return c.inStock
	case "false":
		return roaring.Flip(c.inStock, 0, uint64(c.count))
	}
	return roaring.New()
}

// PriceRange returns the products whose price lies within [min, max], in currency units; a nil bound
// is open. Products without a price never match. Prices are compared whatever their currency.
func (c *Columns) PriceRange(min, max *float64) *roaring.Bitmap {
	matching := roaring.New()
	for doc := range c.prices {
		price, ok := c.Price(uint32(doc))
		if ok && (min == nil || price >= *min) && (max == nil || price <= *max) {
			matching.Add(uint32(doc))
		}
	}
	return matching
}

// Count returns how many of docs have each value of a field; values that none has are left out. A nil
// docs means all products.
func (c *Columns) Count(field string, docs *roaring.Bitmap) map[string]int {
	if docs == nil {
		docs = roaring.New()
		docs.AddRange(0, uint64(c.count))
	}
	if field == fieldInStock {
		return c.countStock(docs)
	}
	if col, ok := c.fields[field]; ok {
		return col.count(docs)
	}
	return make(map[string]int)
}

func (c *Columns) countStock(docs *roaring.Bitmap) map[string]int {
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

// Price returns a product's price in currency units, or false when it is unknown.
func (c *Columns) Price(doc uint32) (units float64, ok bool) {
	if int(doc) >= c.count || c.prices[doc] == 0 {
		return 0, false
	}
	return float64(c.prices[doc]) / 100, true
}

// HasPrices says whether any product has a price.
func (c *Columns) HasPrices() bool {
	return slices.ContainsFunc(c.prices, func(price int64) bool { return price > 0 })
}

// ValuesOf returns what a product has of a dictionary-coded field, ascending.
func (c *Columns) ValuesOf(field string, doc uint32) []string {
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

// InStock reports whether a product can be bought.
func (c *Columns) InStock(doc uint32) bool { return c.inStock.Contains(doc) }

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

// The columns file (FORMAT.md, "columns").
const (
	columnsFile    = "columns"
	columnsMagic   = "VTRNCOLS"
	columnsVersion = 1
)

func openColumns(path string) (*Columns, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	columns, err := readColumns(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return columns, nil
}

func readColumns(source io.ReaderAt, size int64) (*Columns, error) {
	file, err := readSections(source, size, columnsMagic, columnsVersion)
	if err != nil {
		return nil, err
	}
	prices, err := file.read("price")
	if err != nil {
		return nil, err
	}
	if len(prices)%8 != 0 {
		return nil, fmt.Errorf("%w: section %q has %d bytes", ErrDamaged, "price", len(prices))
	}
	c := &Columns{count: len(prices) / 8, fields: make(map[string]*column), inStock: roaring.New()}
	c.prices = make([]int64, c.count)
	for doc := range c.prices {
		c.prices[doc] = int64(binary.LittleEndian.Uint64(prices[8*doc:]))
	}
	stock, err := file.read("in-stock")
	if err != nil {
		return nil, err
	}
	if len(stock) != (c.count+7)/8 {
		return nil, fmt.Errorf("%w: section %q has %d bytes", ErrDamaged, "in-stock", len(stock))
	}
	for doc := range c.count {
		if stock[doc/8]>>(doc%8)&1 == 1 {
			c.inStock.Add(uint32(doc))
		}
	}
	c.inStock.RunOptimize()
	days, err := readReleased(file, c.count)
	if err != nil {
		return nil, err
	}
	c.newest = newestFirst(days)
	for _, field := range columnFields {
		if c.fields[field], err = readColumn(file, field, c.count); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func readColumn(file *sections, field string, count int) (*column, error) {
	if field == FieldAttributes && !file.has(field+"/text") { // written before there were any
		return newColumnBuilder(count).finish(), nil
	}
	text, err := file.read(field + "/text")
	if err != nil {
		return nil, err
	}
	ends, err := file.uint32s(field + "/ends")
	if err != nil {
		return nil, err
	}
	if len(ends) == 0 {
		return nil, fmt.Errorf("%w: section %q is empty", ErrDamaged, field+"/ends")
	}
	if ends, err = file.readOffsets(field+"/ends", len(ends)-1, len(text)); err != nil {
		return nil, err
	}
	col := &column{values: make([]string, len(ends)-1)}
	for i := range col.values {
		col.values[i] = string(text[ends[i]:ends[i+1]])
	}
	if col.codes, err = file.uint32s(field + "/codes"); err != nil {
		return nil, err
	}
	if col.offsets, err = file.readOffsets(field+"/rows", count, len(col.codes)); err != nil {
		return nil, err
	}
	for _, code := range col.codes {
		if int(code) >= len(col.values) {
			return nil, fmt.Errorf("%w: a product has a %s that is not in the dictionary", ErrDamaged, field)
		}
	}
	col.derive()
	return col, nil
}

// columnsWriter gathers the columns of products in the order of their numbers.
type columnsWriter struct {
	fields map[string]*columnBuilder
	prices []byte
	stock  []byte
	days   []uint32
	count  int
}

// columnBuilder gathers one field. Codes are given in the order of appearance until finish sorts them.
type columnBuilder struct {
	codes     map[string]uint32 // by folded value
	spellings []map[string]int  // by code: how often each spelling occurs
	rows      []uint32
	offsets   []uint32
}

func newColumnsWriter() *columnsWriter {
	w := &columnsWriter{fields: make(map[string]*columnBuilder)}
	for _, field := range columnFields {
		w.fields[field] = newColumnBuilder(0)
	}
	return w
}

// newColumnBuilder begins with so many products that have no value.
func newColumnBuilder(products int) *columnBuilder {
	return &columnBuilder{codes: make(map[string]uint32), offsets: make([]uint32, products+1)}
}

func (w *columnsWriter) add(row columnRow) {
	w.fields[fieldCategory].add(row.category)
	w.fields[fieldBrand].add(row.brand)
	w.fields[fieldColour].add(row.colour)
	w.fields[fieldCurrency].add(row.currency)
	w.fields[FieldAttributes].add(row.attributes)
	w.prices = binary.LittleEndian.AppendUint64(w.prices, uint64(row.price))
	if w.count%8 == 0 {
		w.stock = append(w.stock, 0)
	}
	if row.inStock {
		w.stock[w.count/8] |= 1 << (w.count % 8)
	}
	w.days = append(w.days, uint32(releaseDay(row.released)))
	w.count++
}

// columnRow is what one product adds to the columns.
type columnRow struct {
	category, brand, colour, currency, attributes []string
	price                                         int64
	inStock                                       bool
	released                                      time.Time
}

func (b *columnBuilder) add(values []string) {
	begin := len(b.rows)
	for _, value := range values {
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		code, known := b.codes[fold(value)]
		if !known {
			code = uint32(len(b.spellings))
			b.codes[fold(value)] = code
			b.spellings = append(b.spellings, make(map[string]int))
		}
		b.spellings[code][value]++
		b.rows = append(b.rows, code)
	}
	// Not looked up one by one: a hostile product can have a hundred thousand values.
	slices.Sort(b.rows[begin:])
	b.rows = b.rows[:begin+len(slices.Compact(b.rows[begin:]))]
	b.offsets = append(b.offsets, uint32(len(b.rows)))
}

// finish returns the column with its dictionary in ascending order.
func (b *columnBuilder) finish() *column {
	type entry struct {
		value string
		code  uint32
	}
	entries := make([]entry, len(b.spellings))
	for code, spellings := range b.spellings {
		entries[code] = entry{commonest(spellings), uint32(code)}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.value, b.value) })
	col := &column{offsets: b.offsets, codes: make([]uint32, len(b.rows))}
	sorted := make([]uint32, len(entries))
	for i, e := range entries {
		col.values = append(col.values, e.value)
		sorted[e.code] = uint32(i)
	}
	for i, code := range b.rows {
		col.codes[i] = sorted[code]
	}
	for doc := range len(b.offsets) - 1 {
		slices.Sort(col.codes[b.offsets[doc]:b.offsets[doc+1]])
	}
	return col
}

// only returns the column without the values whose codes are not to be kept.
func (col *column) only(keep []bool) *column {
	kept := &column{offsets: []uint32{0}}
	codes := make([]uint32, len(col.values))
	for code, value := range col.values {
		if keep[code] {
			codes[code] = uint32(len(kept.values))
			kept.values = append(kept.values, value)
		}
	}
	for doc := range len(col.offsets) - 1 {
		for _, code := range col.of(uint32(doc)) {
			if keep[code] {
				kept.codes = append(kept.codes, codes[code])
			}
		}
		kept.offsets = append(kept.offsets, uint32(len(kept.codes)))
	}
	return kept
}

func commonest(spellings map[string]int) string {
	best := ""
	for spelling, n := range spellings {
		if best == "" || n > spellings[best] || n == spellings[best] && spelling < best {
			best = spelling
		}
	}
	return best
}

func (w *columnsWriter) write(path string) error {
	out, err := createSections(path, columnsMagic, columnsVersion)
	if err != nil {
		return err
	}
	out.section("price", w.prices)
	out.section("in-stock", w.stock)
	out.section("released", uint32Bytes(w.days))
	for _, field := range columnFields {
		col := w.fields[field].finish()
		if field == FieldAttributes {
			col = col.only(choosing(col))
		}
		var text []byte
		ends := []uint32{0}
		for _, value := range col.values {
			text = append(text, value...)
			ends = append(ends, uint32(len(text)))
		}
		out.section(field+"/text", text)
		out.section(field+"/ends", uint32Bytes(ends))
		out.section(field+"/rows", uint32Bytes(col.offsets))
		out.section(field+"/codes", uint32Bytes(col.codes))
	}
	return out.close()
}
