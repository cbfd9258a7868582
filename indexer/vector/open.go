package vector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// Open maps the file at path read-only and checks all of it. The error wraps ErrDamaged, and names the
// file, when it is not a whole vector index of a version this program knows. The index must be closed.
func Open(path string) (*Index, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("open vector index: %w", err)
	}
	x, err := parse(data)
	if err != nil {
		err = fmt.Errorf("open vector index %s: %w: build the index again", path, err)
		return nil, errors.Join(err, unmap())
	}
	x.unmap = unmap
	return x, nil
}

// parse makes an index whose slices lie in data, wherever the machine can read them there.
func parse(data []byte) (*Index, error) {
	if len(data) < headerSize || string(data[:len(fileMagic)]) != fileMagic {
		return nil, damaged("it does not begin like one")
	}
	if crc32.Checksum(data[:checksumAt], castagnoli) != binary.LittleEndian.Uint32(data[checksumAt:]) {
		return nil, damaged("the header's checksum is wrong")
	}
	version := binary.LittleEndian.Uint32(data[8:])
	if version != formatVersion && version != wideLinksVersion {
		return nil, damaged("format version %d, this program reads %d and %d", version, wideLinksVersion, formatVersion)
	}
	dim := uint64(binary.LittleEndian.Uint32(data[12:]))
	rows := binary.LittleEndian.Uint64(data[16:])
	stride := uint64(binary.LittleEndian.Uint32(data[24:]))
	entry := binary.LittleEndian.Uint32(data[28:])
	if dim < 1 || dim > maxDim || rows > maxRows || stride != uint64(strideOf(int(dim))) {
		return nil, damaged("%d rows of %d dimensions, %d bytes apart, cannot be", rows, dim, stride)
	}
	links := uint64(0)
	if entry != noEntry {
		links = linkSize * rows * width
		if version == wideLinksVersion {
			links = wideLinkSize * rows * width
		}
	}
	want := [sections]uint64{4 * rows * dim, rows * stride, rows * stride, 4 * rows, links}
	bodies, err := readSections(data, want)
	if err != nil {
		return nil, err
	}
	x := &Index{
		vectors: sliceOf(bodies[sectionVectors]),
		codes: codes{
			dim: int(dim), stride: int(stride),
			high: bodies[sectionHigh], low: bodies[sectionLow], scales: sliceOf(bodies[sectionScales]),
		},
	}
	if err := x.codes.check(); err != nil {
		return x, err
	}
	x.codes.derive()
	x.signs = signsOf(&x.codes)
	if entry == noEntry {
		return x, nil
	}
	slots := bodies[sectionLinks]
	if version == wideLinksVersion {
		if slots, err = packLinks(slots); err != nil {
			return x, err
		}
	}
	x.graph = &graph{entry: entry, width: width, slots: slots}
	return x, x.graph.check(int(rows))
}

// packLinks makes slots of what version 2 has in their place: links of four bytes.
func packLinks(wide []byte) ([]byte, error) {
	slots := make([]byte, 0, len(wide)/wideLinkSize*linkSize)
	for link := range slices.Chunk(wide, wideLinkSize) {
		if link[linkSize] != 0 {
			return nil, damaged("a link to row %d", binary.LittleEndian.Uint32(link))
		}
		slots = append(slots, link[:linkSize]...)
	}
	return slots, nil
}

// readSections cuts data into its sections and checks where they lie, how long they are (want) and their
// checksums.
func readSections(data []byte, want [sections]uint64) ([sections][]byte, error) {
	var bodies [sections][]byte
	at, end := uint64(headerSize), uint64(headerSize)
	for i := range bodies {
		row := data[prefixSize+i*sectionSize:]
		offset, length := binary.LittleEndian.Uint64(row), binary.LittleEndian.Uint64(row[8:])
		if offset != at || length != want[i] || offset > uint64(len(data)) || length > uint64(len(data))-offset {
			return bodies, damaged("section %d at %d of %d bytes does not fit into %d bytes", i, offset, length, len(data))
		}
		if slices.ContainsFunc(data[end:offset], func(b byte) bool { return b != 0 }) {
			return bodies, damaged("the gap before section %d is not empty", i)
		}
		bodies[i] = data[offset : offset+length : offset+length]
		if crc32.Checksum(bodies[i], castagnoli) != binary.LittleEndian.Uint32(row[16:]) {
			return bodies, damaged("the checksum of section %d is wrong", i)
		}
		end = offset + length
		at = roundUp(end, sectionUnit)
	}
	if end != uint64(len(data)) {
		return bodies, damaged("%d bytes follow the last section", uint64(len(data))-end)
	}
	return bodies, nil
}

// check sees to it that every comparison of codes has a result. The largest code of a row is 127, which bounds
// the length of its codes.
func (c *codes) check() error {
	least := float32(1 / math.Sqrt(127*127*float64(c.dim)))
	for row, scale := range c.scales {
		if !(scale >= least && scale <= 1.0/127) { // also when it is not a number
			return damaged("row %d has scale %v", row, scale)
		}
	}
	return nil
}

// check sees to it that no search can leave the graph's slices.
func (g *graph) check(rows int) error {
	if int64(g.entry) >= int64(rows) {
		return damaged("entry row %d of %d", g.entry, rows)
	}
	for slots := range slices.Chunk(g.slots, linkSize) {
		if link := linkOf(slots); int64(link) >= int64(rows) {
			return damaged("a link to row %d of %d", link, rows)
		}
	}
	return nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}
