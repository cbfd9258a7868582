package online

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/go-json-experiment/json"
)

// ErrFile is wrapped by every reason why a file cannot be used.
var ErrFile = errors.New("unusable file of an online model")

const (
	fileFormat = 2       // all before are read too
	maxFile    = 1 << 30 // bytes
	modelMagic = "VTRFTRL\n"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Write writes the model as FORMAT.md describes it. It waits for a Learn in progress.
func (m *Model) Write(w io.Writer) error {
	m.learning.Lock()
	data, err := m.appendTo([]byte(modelMagic))
	m.learning.Unlock()
	if err == nil {
		_, err = w.Write(sealed(data))
	}
	if err != nil {
		return fmt.Errorf("write the online model: %w", err)
	}
	return nil
}

// Read reads what Write has written. Its errors wrap ErrFile where the file is no such model or is damaged.
func Read(r io.Reader) (*Model, error) {
	in, err := open(r, modelMagic)
	if err != nil {
		return nil, err
	}
	m, err := in.model()
	if err == nil {
		err = in.end()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}

func (m *Model) appendTo(data []byte) ([]byte, error) {
	options, err := json.Marshal(m.options)
	if err != nil {
		return nil, err
	}
	data = binary.LittleEndian.AppendUint32(data, fileFormat)
	data = appendString(data, string(options))
	data = binary.AppendUvarint(data, m.learnt)
	known := 0
	for _, squares := range m.n {
		if squares > 0 {
			known++
		}
	}
	data = binary.AppendUvarint(data, uint64(known))
	last := -1
	for i, squares := range m.n {
		if squares > 0 {
			data = binary.AppendUvarint(data, uint64(i-last-1))
			data = appendNumber(appendNumber(data, m.z[i]), squares)
			last = i
		}
	}
	return data, nil
}

func appendString(data []byte, s string) []byte {
	return append(binary.AppendUvarint(data, uint64(len(s))), s...)
}

func appendNumber(data []byte, value float64) []byte {
	return binary.LittleEndian.AppendUint64(data, math.Float64bits(value))
}

// sealed appends the checksum.
func sealed(data []byte) []byte {
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
}

// input is a file that is read from its beginning; after the first error everything is zero.
type input struct {
	rest   []byte
	err    error
	format uint32 // once the model is read
}

// open checks the magic and the checksum.
func open(r io.Reader, magic string) (*input, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the online model: %w", err)
	}
	body := len(data) - crc32.Size
	switch {
	case len(data) > maxFile:
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrFile, maxFile)
	case body < len(magic) || string(data[:len(magic)]) != magic:
		return nil, fmt.Errorf("%w: it does not begin with %q: it is another kind of file", ErrFile, magic)
	case binary.LittleEndian.Uint32(data[body:]) != crc32.Checksum(data[:body], castagnoli):
		return nil, fmt.Errorf("%w: the checksum does not match: the file is damaged, take a copy or learn again", ErrFile)
	}
	return &input{rest: data[len(magic):body]}, nil
}

func (in *input) take(count int) []byte {
	if in.err != nil || count < 0 || count > len(in.rest) {
		in.fail("it ends too early")
		return make([]byte, min(max(count, 0), 8))
	}
	taken := in.rest[:count]
	in.rest = in.rest[count:]
	return taken
}

func (in *input) fail(why string) {
	if in.err == nil {
		in.err, in.rest = errors.New(why), nil
	}
}

// count reads a number that is at most the given one.
func (in *input) count(most uint64) int {
	value, size := binary.Uvarint(in.rest)
	if size <= 0 || value > most {
		in.fail("a count is out of range")
		return 0
	}
	in.rest = in.rest[size:]
	return int(value)
}

func (in *input) text(most uint64) string {
	length := in.count(most)
	if length > len(in.rest) {
		in.fail("it ends too early")
		return ""
	}
	return string(in.take(length))
}

func (in *input) number() float64 {
	value := math.Float64frombits(binary.LittleEndian.Uint64(in.take(8)))
	if !finite(value) {
		in.fail("a number is not finite")
		return 0
	}
	return value
}

func (in *input) end() error {
	if len(in.rest) > 0 {
		in.fail("something is behind its end")
	}
	return in.err
}

func (in *input) model() (*Model, error) {
	in.format = binary.LittleEndian.Uint32(in.take(4))
	if in.err == nil && (in.format < 1 || in.format > fileFormat) {
		return nil, fmt.Errorf("format %d, this program reads 1 to %d: learn again, or use the program that made it", in.format, fileFormat)
	}
	var options Options
	text := in.text(1 << 20)
	if in.err != nil {
		return nil, in.err
	}
	if err := json.Unmarshal([]byte(text), &options, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	if err := options.Validate(); err != nil { // before New, whose defaults would hide a number that is missing
		return nil, err
	}
	m, err := New(options)
	if err != nil {
		return nil, err
	}
	m.learnt = uint64(in.count(1 << 62))
	at := -1
	for range in.count(uint64(len(m.n))) {
		at += 1 + in.count(uint64(len(m.n)))
		z, squares := in.number(), in.number()
		if in.err != nil || at >= len(m.n) || !(squares > 0) {
			in.fail("a weight is out of range")
			break
		}
		m.z[at], m.n[at] = z, squares
		m.settle(at)
		if !finite(m.weight(at)) {
			in.fail("a weight is out of range")
		}
	}
	return m, in.err
}
