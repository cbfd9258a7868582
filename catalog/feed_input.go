package catalog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

const (
	maxLineBytes = 1 << 20
	// maxRatio bounds what a compressed feed may unpack to; the first ratioFreeBytes are not counted,
	// because a short file of equal rows does compress so well.
	maxRatio       = 100
	ratioFreeBytes = 4 << 20
)

// line is one line of text without its line end.
type line struct {
	number  int
	text    string
	tooLong bool // longer than maxLineBytes; text is then empty
}

// lineReader reads lines and takes them back.
type lineReader struct {
	in     *bufio.Reader
	number int
	back   []line // read again first
}

// newLineReader unpacks gzip, skips a byte order mark and refuses what is not text.
func newLineReader(r io.Reader) (*lineReader, error) {
	raw := bufio.NewReaderSize(r, 64<<10)
	magic, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var text io.Reader = raw
	if bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		packed := &countingReader{in: raw}
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("%w: unpack it: %w", ErrFeedFormat, err)
		}
		text = &ratioReader{packed: packed, unpacked: unpacked}
	}
	// Large enough that the sample for a mapping can hold a longest line.
	in := bufio.NewReaderSize(text, maxLineBytes+2)
	start, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrFeedFormat, err)
	}
	switch {
	case bytes.HasPrefix(start, []byte{0xef, 0xbb, 0xbf}):
		_, _ = in.Discard(3)
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, fmt.Errorf("%w: it is UTF-16: save it as UTF-8", ErrFeedFormat)
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return nil, fmt.Errorf("%w: it is a ZIP file or a spreadsheet: unpack it, or save the sheet as CSV", ErrFeedFormat)
	}
	return &lineReader{in: in}, nil
}

// sample returns the first bytes, up to a longest line, without reading on.
func (r *lineReader) sample() []byte {
	start, _ := r.in.Peek(maxLineBytes) // an error comes again when the lines are read
	return start
}

// next returns the next line or io.EOF.
func (r *lineReader) next() (line, error) {
	if len(r.back) > 0 {
		l := r.back[0]
		r.back = r.back[1:]
		return l, nil
	}
	text, err := r.in.ReadSlice('\n')
	if len(text) == 0 && err != nil {
		return line{number: r.number + 1}, err
	}
	r.number++
	l := line{number: r.number}
	if len(text) > 0 && err == nil {
		text = text[:len(text)-1]
	}
	if errors.Is(err, bufio.ErrBufferFull) || len(text) > maxLineBytes {
		l.tooLong = true
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.in.ReadSlice('\n')
		}
	} else {
		l.text = string(bytes.TrimSuffix(text, []byte("\r")))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return line{number: r.number}, err
	}
	return l, nil
}

// unread puts lines before what is read next.
func (r *lineReader) unread(lines []line) {
	if len(lines) > 0 {
		r.back = append(append([]line(nil), lines...), r.back...)
	}
}

// countingReader counts what is read through it. It is a ByteReader, so gzip reads no more than it uses.
type countingReader struct {
	in *bufio.Reader
	n  int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.in.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// ratioReader stops a decompression bomb.
type ratioReader struct {
	packed   *countingReader
	unpacked io.Reader
	n        int64
}

func (r *ratioReader) Read(p []byte) (int, error) {
	n, err := r.unpacked.Read(p)
	r.n += int64(n)
	if r.n > ratioFreeBytes && r.n > maxRatio*r.packed.n {
		return 0, errCompression
	}
	return n, err
}
