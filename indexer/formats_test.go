package indexer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"vitrine/catalog"
)

var twoProducts = []catalog.Product{
	{ID: "a", Title: "Red shoe", Brand: "Acme", Category: []string{"Shoes"}, Released: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	{ID: "b/ü", Title: "蓝色衬衫", PriceCents: 1999, Currency: "EUR", Attributes: map[string]string{"size": "XL"}},
}

// writeSample writes one of each of this room's own files and returns their bytes.
func writeSample(t testing.TB) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	w, err := createProducts(filepath.Join(dir, productsFile))
	if err != nil {
		t.Fatal(err)
	}
	columns := newColumnsWriter()
	for i := range twoProducts {
		if err := w.add(&twoProducts[i]); err != nil {
			t.Fatal(err)
		}
		columns.add(columnsOf(&twoProducts[i]))
	}
	of := rowTable{first: map[Space][]uint32{SpaceText: {0, 1, 3}, SpacePhoto: {0, 0, 2}}, photos: []uint32{0, 2}}
	err = errors.Join(w.close(), columns.write(filepath.Join(dir, columnsFile)), writeRows(filepath.Join(dir, rowsFile), of))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, name := range []string{productsFile, columnsFile, rowsFile} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// readFile opens a file of the given name and uses all that it holds.
func readFile(name string, data []byte) error {
	source, size := bytes.NewReader(data), int64(len(data))
	switch name {
	case productsFile:
		p, err := readProducts(source, size)
		if err != nil {
			return err
		}
		for doc := range p.len() {
			if _, err := p.read(uint32(doc)); err != nil {
				return err
			}
			if at, ok := p.find(p.id(doc)); !ok || int(at) != doc {
				return errors.New("an id is not found")
			}
		}
	case columnsFile:
		set, err := readColumns(source, size)
		if err != nil {
			return err
		}
		c := newColumns(set, nil, nil)
		for _, field := range append(columnFields, fieldInStock) {
			c.Match(field, c.Values(field))
			c.Count(field, nil)
		}
		c.PriceRange(nil, nil)
		if n := len(c.Newest(nil, 0, set.count)); n != set.count {
			return fmt.Errorf("%d of %d products by release", n, set.count)
		}
	case rowsFile:
		if _, err := readRows(source, size, 2); err != nil {
			return err
		}
	}
	return nil
}

func TestFilesOfTheSameProductsAreTheSameBytes(t *testing.T) {
	first, second := writeSample(t), writeSample(t)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs from run to run", name)
		}
	}
}

func TestEveryFlippedBitOfAFileIsAnErrorOrHarmless(t *testing.T) {
	for name, whole := range writeSample(t) {
		if err := readFile(name, whole); err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(whole) {
			damaged := slices.Clone(whole)
			damaged[bit/8] ^= 1 << (bit % 8)
			if err := readFile(name, damaged); err == nil && !padding(whole, bit/8) {
				t.Errorf("%s: bit %d of byte %d flipped and nobody noticed", name, bit%8, bit/8)
			} else if err != nil && !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: byte %d: %v", name, bit/8, err)
			}
		}
	}
}

// padding reports whether a byte lies between sections; only the manifest's checksum covers those.
func padding(data []byte, at int) bool {
	directory := int(binary.LittleEndian.Uint64(data[len(data)-sectionFooterSize:]))
	if at < sectionHeaderSize || at >= directory {
		return false
	}
	for entry := directory; entry < len(data)-sectionFooterSize; entry += sectionEntrySize {
		begin := int(binary.LittleEndian.Uint64(data[entry+16:]))
		if at >= begin && at < begin+int(binary.LittleEndian.Uint64(data[entry+24:])) {
			return false
		}
	}
	return true
}

func TestCutFilesAreErrors(t *testing.T) {
	for name, whole := range writeSample(t) {
		for size := range whole {
			if err := readFile(name, whole[:size]); !errors.Is(err, ErrDamaged) {
				t.Fatalf("%s cut to %d bytes: %v", name, size, err)
			}
		}
	}
}

func TestNewerFileVersionIsRefused(t *testing.T) {
	for name, data := range writeSample(t) {
		data[8] = 2
		if err := readFile(name, reseal(data)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s of version 2: %v", name, err)
		}
	}
}

// reseal makes the checksums right again, so that damage reaches what lies behind them.
func reseal(data []byte) []byte {
	data = slices.Clone(data)
	if len(data) < sectionHeaderSize+sectionFooterSize {
		return data
	}
	footer := data[len(data)-sectionFooterSize:]
	offset, count := binary.LittleEndian.Uint64(footer), uint64(binary.LittleEndian.Uint32(footer[8:]))
	if count > maxSections || offset != uint64(len(data))-sectionFooterSize-count*sectionEntrySize {
		return data
	}
	directory := data[offset : len(data)-sectionFooterSize]
	for entry := directory; len(entry) > 0; entry = entry[sectionEntrySize:] {
		begin, length := binary.LittleEndian.Uint64(entry[16:]), binary.LittleEndian.Uint64(entry[24:])
		if begin <= offset && length <= offset-begin {
			binary.LittleEndian.PutUint32(entry[32:], crc32.Checksum(data[begin:begin+length], castagnoli))
		}
	}
	binary.LittleEndian.PutUint32(footer[12:], directoryChecksum(data[:sectionHeaderSize], directory, footer))
	return data
}

func FuzzOwnFiles(f *testing.F) {
	names := []string{productsFile, columnsFile, rowsFile}
	for name, data := range writeSample(f) {
		f.Add(uint8(slices.Index(names, name)), data)
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		name := names[int(which)%len(names)]
		for _, data := range [][]byte{data, reseal(data)} {
			if err := readFile(name, data); err != nil && !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func FuzzQueryAnalysis(f *testing.F) {
	for _, query := range []string{"red dress", "红色连衣裙", "T恤 red", "*", "title:* ~2", "\xff\xfe", "ＡＢＣ　ｱｲｳ", "İ", "006-R90321"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if terms := queryTerms(query); len(terms) > maxQueryTerms || slices.Contains(terms, "") {
			t.Errorf("%d terms: %q", len(terms), terms)
		}
		if codes := queryCodes(query); len(codes) > maxQueryTerms || slices.Contains(codes, "") {
			t.Errorf("%d codes: %q", len(codes), codes)
		}
	})
}

func TestQueryTerms(t *testing.T) {
	for query, want := range map[string][]string{
		"Red dresses":   {"red", "dress"},
		"red red RED":   {"red"},
		"women's shoes": {"women", "shoe"},
		"红色连衣裙":         {"红色", "色连", "连衣", "衣裙"},
		"T恤 red":        {"t", "恤", "red"},
		"the":           nil,
		"ＡＣＭＥ":          {"acm"}, // full-width letters, and the stem of acme
	} {
		if got := queryTerms(query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	long := ""
	for i := range 100 {
		long += " w" + strconv.Itoa(i)
	}
	if got := queryTerms(long); len(got) != maxQueryTerms {
		t.Errorf("100 words give %d terms", len(got))
	}
}
