package indexer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"
	"sort"
	"sync"

	fastjson "github.com/go-json-experiment/json"

	"vitrine/catalog"
)

// The products file holds each product as it was when it was indexed (FORMAT.md, "products").
const (
	productsFile    = "products"
	productsMagic   = "VTRNPROD"
	productsVersion = 1
	recordEntrySize = 16
)

// productsWriter appends products in ascending order of their ids.
type productsWriter struct {
	out     *sectionWriter
	table   []byte
	ids     []byte
	offsets []uint32
	written uint64
}

func createProducts(path string) (*productsWriter, error) {
	out, err := createSections(path, productsMagic, productsVersion)
	if err != nil {
		return nil, err
	}
	out.begin("records")
	return &productsWriter{out: out, offsets: []uint32{0}}, nil
}

func (w *productsWriter) add(p *catalog.Product) error {
	record, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if len(w.ids)+len(p.ID) > math.MaxUint32 {
		return errors.New("the ids of the catalogue are longer than 4 GB together")
	}
	w.table = binary.LittleEndian.AppendUint64(w.table, w.written)
	w.table = binary.LittleEndian.AppendUint32(w.table, uint32(len(record)))
	w.table = binary.LittleEndian.AppendUint32(w.table, crc32.Checksum(record, castagnoli))
	w.ids = append(w.ids, p.ID...)
	w.offsets = append(w.offsets, uint32(len(w.ids)))
	w.written += uint64(len(record))
	_, err = w.out.Write(record)
	return err
}

func (w *productsWriter) close() error {
	w.out.section("table", w.table)
	w.out.section("ids", w.ids)
	w.out.section("id-offsets", uint32Bytes(w.offsets))
	return w.out.close()
}

// products reads a products file. Only the ids and the table are kept in memory.
type products struct {
	close   func() error
	file    *sections
	table   []byte
	ids     []byte
	offsets []uint32
	records sectionEntry
	recent  *recentProducts
}

func openProducts(path string) (*products, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		var p *products
		if p, err = readProducts(file, info.Size()); err == nil {
			p.close = file.Close
			return p, nil
		}
	}
	_ = file.Close()
	return nil, fmt.Errorf("%s: %w", path, err)
}

func readProducts(source io.ReaderAt, size int64) (*products, error) {
	file, err := readSections(source, size, productsMagic, productsVersion)
	if err != nil {
		return nil, err
	}
	p := &products{file: file}
	var ok bool
	if p.records, ok = file.entries["records"]; !ok {
		return nil, fmt.Errorf("%w: section %q is missing", ErrDamaged, "records")
	}
	if p.table, err = file.read("table"); err != nil {
		return nil, err
	}
	if len(p.table)%recordEntrySize != 0 {
		return nil, fmt.Errorf("%w: the table of products has %d bytes", ErrDamaged, len(p.table))
	}
	if p.ids, err = file.read("ids"); err != nil {
		return nil, err
	}
	if p.offsets, err = file.readOffsets("id-offsets", p.len(), len(p.ids)); err != nil {
		return nil, err
	}
	for doc := 1; doc < p.len(); doc++ {
		if p.id(doc-1) >= p.id(doc) {
			return nil, fmt.Errorf("%w: the ids of products do not ascend", ErrDamaged)
		}
	}
	p.recent = newRecentProducts(p.len())
	return p, nil
}

func (p *products) len() int { return len(p.table) / recordEntrySize }

func (p *products) id(doc int) string { return string(p.ids[p.offsets[doc]:p.offsets[doc+1]]) }

func (p *products) find(id string) (uint32, bool) {
	doc, found := sort.Find(p.len(), func(doc int) int {
		switch at := p.id(doc); {
		case id < at:
			return -1
		case id > at:
			return 1
		}
		return 0
	})
	return uint32(doc), found
}

// readAll reads the products of docs, in the same order. They may be those of other callers: nobody may change them.
func (p *products) readAll(ctx context.Context, docs []uint32) ([]*catalog.Product, error) {
	found := make([]*catalog.Product, len(docs))
	missing := p.recent.get(docs, found)
	for _, i := range missing {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		product, err := p.read(docs[i])
		if err != nil {
			return nil, err
		}
		found[i] = &product
	}
	if len(docs) <= maxRecentAtOnce {
		p.recent.put(docs, found, missing, p.recordSize)
	}
	return found, nil
}

// recordSize is the bytes of a product's record.
func (p *products) recordSize(doc uint32) int {
	return int(binary.LittleEndian.Uint32(p.table[int(doc)*recordEntrySize+8:]))
}

// recordBuffers hold the records while they are decoded.
var recordBuffers = sync.Pool{New: func() any { return new([]byte) }}

func (p *products) read(doc uint32) (catalog.Product, error) {
	if int(doc) >= p.len() {
		return catalog.Product{}, fmt.Errorf("product number %d of %d", doc, p.len())
	}
	entry := p.table[int(doc)*recordEntrySize:]
	offset := binary.LittleEndian.Uint64(entry)
	length := binary.LittleEndian.Uint32(entry[8:])
	if offset > uint64(p.records.length) || uint64(length) > uint64(p.records.length)-offset {
		return catalog.Product{}, fmt.Errorf("%w: product %q lies outside of the file", ErrDamaged, p.id(int(doc)))
	}
	buffer := recordBuffers.Get().(*[]byte)
	defer recordBuffers.Put(buffer)
	*buffer = slices.Grow((*buffer)[:0], int(length))
	record := (*buffer)[:length] // nothing of it is kept: decoding copies
	if err := readAt(p.file.source, record, p.records.offset+int64(offset)); err != nil {
		return catalog.Product{}, err
	}
	if crc32.Checksum(record, castagnoli) != binary.LittleEndian.Uint32(entry[12:]) {
		return catalog.Product{}, fmt.Errorf("%w: the checksum of product %q is wrong", ErrDamaged, p.id(int(doc)))
	}
	// A query with words reads several hundred products: this decoder takes a third of encoding/json's time
	// and allocations.
	var product catalog.Product
	if err := fastjson.Unmarshal(record, &product); err != nil {
		return catalog.Product{}, fmt.Errorf("%w: product %q: %w", ErrDamaged, p.id(int(doc)), err)
	}
	return product, nil
}
