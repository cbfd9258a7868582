package indexer

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// columnsWriter gathers the columns of products in the order of their numbers.
type columnsWriter struct {
	fields map[string]*columnBuilder
	prices []int64
	stock  docSet
	days   []int32
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
	doc := len(w.prices)
	w.prices = append(w.prices, row.price)
	if doc%64 == 0 {
		w.stock = append(w.stock, 0)
	}
	if row.inStock {
		w.stock[doc/64] |= 1 << (doc % 64)
	}
	w.days = append(w.days, releaseDay(row.released))
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
	var prices, stock, days []byte
	for _, price := range w.prices {
		prices = binary.LittleEndian.AppendUint64(prices, uint64(price))
	}
	for _, word := range w.stock {
		stock = binary.LittleEndian.AppendUint64(stock, word)
	}
	for _, day := range w.days {
		days = binary.LittleEndian.AppendUint32(days, uint32(day))
	}
	out.section("price", prices)
	out.section("in-stock", stock[:(len(w.prices)+7)/8])
	out.section("released", days)
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

// set returns the columns of what was added, in memory, with the attributes of these names alone.
func (w *columnsWriter) set(attributes map[string]bool) *columnSet {
	s := &columnSet{
		count:   len(w.prices),
		fields:  make(map[string]*column),
		prices:  w.prices,
		inStock: w.stock.bitmap(),
		days:    w.days,
		newest:  newestFirst(w.days),
	}
	for _, field := range columnFields {
		col := w.fields[field].finish()
		if field == FieldAttributes {
			kept := make([]bool, len(col.values))
			for code, value := range col.values {
				name, _ := CutAttribute(value)
				kept[code] = attributes[name]
			}
			col = col.only(kept)
		}
		col.derive()
		s.fields[field] = col
	}
	return s
}
