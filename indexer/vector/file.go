package vector

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// The layout of a file; FORMAT.md draws it. All numbers are little-endian.
const (
	fileMagic     = "VITRVEC\n"
	formatVersion = 3

	wideLinksVersion = 2 // is read too: its links have four bytes
	wideLinkSize     = 4

	prefixSize  = 32 // magic … entry row
	sectionSize = 24 // one row of the section table
	sections    = 5
	headerSize  = 192 // prefix, table, zeros, checksum of all that
	checksumAt  = headerSize - 4
	sectionUnit = 64 // sections begin at multiples of it, so that rows of codes lie in whole cache lines

	noEntry = ^uint32(0) // entry row of an index without a graph
)

// The sections, in the order of the file.
const (
	sectionVectors = iota // float32, rows·dim
	sectionHigh           // four-bit pairs, rows·stride
	sectionLow            // the same
	sectionScales         // float32, rows
	sectionLinks          // uint24, rows·width, or none without a graph
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// section is a row of the section table.
type section struct {
	offset, length uint64
	checksum       uint32
}

// WriteFile writes the index to a new file at path, or over an old one, and returns once it is on the
// disk. A crash leaves half a file: the caller writes to a temporary name and renames.
func (x *Index) WriteFile(path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write vector index: %w", err)
	}
	defer func() {
		if closeErr := file.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("write vector index: %w", closeErr)
		}
	}()
	if _, err := x.WriteTo(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write vector index: %w", err)
	}
	return nil
}

// WriteTo writes the file's bytes to w and returns their number: the same bytes for the same index.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	bodies := x.bodies()
	header, table := x.header(bodies)
	out := countingWriter{w: bufio.NewWriterSize(w, 1<<20)}
	out.write(header)
	for i, body := range bodies {
		out.pad(int64(table[i].offset))
		out.write(body)
	}
	out.flush()
	if out.err != nil {
		return out.n - int64(out.w.Buffered()), fmt.Errorf("write vector index: %w", out.err)
	}
	return out.n, nil
}

// bodies are the sections' bytes.
func (x *Index) bodies() [sections][]byte {
	var bodies [sections][]byte
	bodies[sectionVectors] = bytesOf(x.vectors)
	bodies[sectionHigh] = x.codes.high
	bodies[sectionLow] = x.codes.low
	bodies[sectionScales] = bytesOf(x.codes.scales)
	if x.graph != nil {
		bodies[sectionLinks] = x.graph.slots
	}
	return bodies
}

func (x *Index) header(bodies [sections][]byte) ([]byte, [sections]section) {
	entry := noEntry
	if x.graph != nil {
		entry = x.graph.entry
	}
	header := make([]byte, headerSize)
	copy(header, fileMagic)
	binary.LittleEndian.PutUint32(header[8:], formatVersion)
	binary.LittleEndian.PutUint32(header[12:], uint32(x.codes.dim))
	binary.LittleEndian.PutUint64(header[16:], uint64(x.Len()))
	binary.LittleEndian.PutUint32(header[24:], uint32(x.codes.stride))
	binary.LittleEndian.PutUint32(header[28:], entry)

	var table [sections]section
	at := uint64(headerSize)
	for i, body := range bodies {
		table[i] = section{offset: at, length: uint64(len(body)), checksum: crc32.Checksum(body, castagnoli)}
		row := header[prefixSize+i*sectionSize:]
		binary.LittleEndian.PutUint64(row, table[i].offset)
		binary.LittleEndian.PutUint64(row[8:], table[i].length)
		binary.LittleEndian.PutUint32(row[16:], table[i].checksum)
		at = roundUp(at+table[i].length, sectionUnit)
	}
	binary.LittleEndian.PutUint32(header[checksumAt:], crc32.Checksum(header[:checksumAt], castagnoli))
	return header, table
}

func roundUp(n, unit uint64) uint64 { return (n + unit - 1) / unit * unit }

// countingWriter keeps the first error and the number of bytes.
type countingWriter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *countingWriter) write(p []byte) {
	if c.err != nil {
		return
	}
	var n int
	n, c.err = c.w.Write(p)
	c.n += int64(n)
}

func (c *countingWriter) pad(offset int64) { c.write(make([]byte, offset-c.n)) }

func (c *countingWriter) flush() {
	if c.err == nil {
		c.err = c.w.Flush()
	}
}
