package indexer

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/RoaringBitmap/roaring/v2"
)

// The columns file (FORMAT.md, "columns").
const (
	columnsFile    = "columns"
	columnsMagic   = "VTRNCOLS"
	columnsVersion = 1
)

func openColumns(path string) (*columnSet, error) {
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

func readColumns(source io.ReaderAt, size int64) (*columnSet, error) {
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
	c := &columnSet{count: len(prices) / 8, fields: make(map[string]*column), inStock: roaring.New()}
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
	if c.days, err = readReleased(file, c.count); err != nil {
		return nil, err
	}
	c.newest = newestFirst(c.days)
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
