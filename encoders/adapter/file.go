package adapter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

const (
	magic       = "VTRNADPT"
	fileVersion = 1
	maxFile     = 64 << 20 // bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Write writes the adapter as FORMAT.md describes. The same adapter gives the same bytes.
func (a *Adapter) Write(w io.Writer) error {
	order := binary.LittleEndian
	out := order.AppendUint32([]byte(magic), fileVersion)
	out = appendText(out, a.model)
	out = order.AppendUint32(out, uint32(a.dim))
	out = order.AppendUint32(out, uint32(len(a.parts)))
	for _, name := range a.Parts() {
		p := a.parts[name]
		out = appendText(out, name)
		out = order.AppendUint32(out, uint32(p.Rank))
		for _, matrix := range [][]float32{p.A, p.B} {
			for _, value := range matrix {
				out = order.AppendUint32(out, math.Float32bits(value))
			}
		}
	}
	out = order.AppendUint32(out, crc32.Checksum(out, castagnoli))
	if len(out) > maxFile {
		return fmt.Errorf("%w: %d bytes, the limit is %d: choose a lower rank", ErrFile, len(out), maxFile)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	return nil
}

func appendText(out []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(text))), text...)
}

// Read reads what Write has written. Its errors wrap ErrFile where the file is no adapter, is of another version
// or is damaged.
func Read(r io.Reader) (*Adapter, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	a, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return a, nil
}

func parse(data []byte) (*Adapter, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return nil, errors.New("this is no adapter")
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	if len(rest) < 8 {
		return nil, errShort
	}
	if version := binary.LittleEndian.Uint32(rest); version != fileVersion {
		return nil, fmt.Errorf("version %d, this program reads %d: train it again, or use the program that made it", version, fileVersion)
	}
	body := len(data) - 4
	if crc32.Checksum(data[:body], castagnoli) != binary.LittleEndian.Uint32(data[body:]) {
		return nil, errors.New("it is damaged: its checksum does not fit")
	}
	f := fields{rest: rest[4 : len(rest)-4]}
	a := &Adapter{model: f.text(maxFingerprint), parts: map[string]*Projection{}}
	dim := f.number(MaxDim)
	for range f.number(maxParts) {
		name, p := f.text(maxName), &Projection{Dim: dim, Rank: f.number(MaxRank)}
		p.A, p.B = f.floats(p.Rank*dim), f.floats(p.Rank*dim)
		if _, twice := a.parts[name]; twice {
			return nil, fmt.Errorf("the projection %q is there twice", name)
		}
		a.parts[name] = p
	}
	switch {
	case f.err != nil:
		return nil, f.err
	case len(f.rest) > 0:
		return nil, fmt.Errorf("there are %d bytes too many", len(f.rest))
	}
	return a, a.check()
}

var errShort = errors.New("it ends too early")

// fields reads the body of a file; after the first error everything is zero.
type fields struct {
	rest []byte
	err  error
}

func (f *fields) take(n int) []byte {
	if f.err == nil && len(f.rest) < n {
		f.err, f.rest = errShort, nil
	}
	if f.err != nil {
		return nil
	}
	taken := f.rest[:n]
	f.rest = f.rest[n:]
	return taken
}

func (f *fields) number(most int) int {
	bytes := f.take(4)
	if bytes == nil {
		return 0
	}
	n := binary.LittleEndian.Uint32(bytes)
	if uint64(n) > uint64(most) {
		f.err = fmt.Errorf("it has a count of %d, the limit is %d", n, most)
		return 0
	}
	return int(n)
}

func (f *fields) text(most int) string { return string(f.take(f.number(most))) }

func (f *fields) floats(n int) []float32 {
	bytes := f.take(4 * n)
	if bytes == nil {
		return nil
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
	}
	return values
}
