package online

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

const (
	streamMagic  = "VTRSTRM\n"
	offsetFormat = 2 // from which on an entry has its offset
)

// Write writes the stream and its model, both of one moment, as FORMAT.md describes it.
func (s *Stream) Write(w io.Writer) error {
	s.mu.Lock()
	s.model.learning.Lock()
	data, err := s.model.appendTo([]byte(streamMagic))
	s.model.learning.Unlock()
	data = appendTime(data, s.now)
	for _, entries := range [][]*entry{s.waiting.all(), s.closed.all()} {
		data = binary.AppendUvarint(data, uint64(len(entries)))
		for _, e := range entries {
			data = e.appendTo(data)
		}
	}
	s.mu.Unlock()
	if err == nil {
		_, err = w.Write(sealed(data))
	}
	if err != nil {
		return fmt.Errorf("write the stream: %w", err)
	}
	return nil
}

// ReadStream reads what Write has written. Fed again with the events that came before that moment, as far
// back as it remembers, and then with those that came after, it learns what a stream without a restart had
// learnt, bit for bit. Its errors wrap ErrFile where the file is no such stream or is damaged, and
// ErrOptions. Where the options allow fewer entries than the file has, the oldest go.
func ReadStream(r io.Reader, o StreamOptions) (*Stream, error) {
	in, err := open(r, streamMagic)
	if err != nil {
		return nil, err
	}
	model, err := in.model()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	s, err := NewStream(model, o)
	if err != nil {
		return nil, err
	}
	s.now = in.time()
	waiting, closed := in.entries(), in.entries()
	if err := in.end(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if err := s.restore(waiting, closed); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return s, nil
}

// restore fills an empty stream.
func (s *Stream) restore(waiting, closed []*entry) error {
	for i, e := range append(append([]*entry{}, closed...), waiting...) {
		waits := i >= len(closed)
		switch {
		case s.entries[e.key] != nil:
			return fmt.Errorf("the key %.40q is there twice", e.key)
		case waits && e.state != shown && e.state != clicked, !waits && e.state == shown:
			return fmt.Errorf("the key %.40q is in the wrong place", e.key)
		case e.state == shown || e.state == passed:
			if err := s.model.check(e.example); err != nil {
				return err
			}
		}
		if !waits {
			s.remember(e)
			continue
		}
		s.entries[e.key] = e
		s.waiting.push(e)
	}
	for s.waiting.len() > s.options.Waiting {
		s.close()
	}
	return nil
}

func (e *entry) appendTo(data []byte) []byte {
	data = append(appendString(data, e.key), byte(e.state))
	data = appendTime(data, e.until)
	data = binary.AppendUvarint(data, uint64(len(e.example.Dense)))
	for _, value := range e.example.Dense {
		data = appendNumber(data, value)
	}
	data = binary.AppendUvarint(data, uint64(len(e.example.Fields)))
	for _, field := range e.example.Fields {
		data = appendString(data, field)
	}
	data = binary.AppendUvarint(data, uint64(e.example.Position))
	return appendNumber(appendNumber(data, e.example.Weight), e.example.Offset)
}

func (in *input) entries() []*entry {
	var entries []*entry
	for range in.count(maxEntries) {
		e := &entry{key: in.text(maxKey), state: state(in.take(1)[0]), until: in.time()}
		for range in.count(maxDense) {
			e.example.Dense = append(e.example.Dense, in.number())
		}
		for range in.count(maxFields) {
			e.example.Fields = append(e.example.Fields, in.text(maxFile))
		}
		e.example.Position = in.count(1 << 62)
		e.example.Weight = in.number()
		if in.format >= offsetFormat {
			e.example.Offset = in.number()
		}
		if e.state >= states || e.key == "" {
			in.fail("an entry has no key or an unknown state")
		}
		if in.err != nil {
			return nil
		}
		entries = append(entries, e)
	}
	return entries
}

// appendTime writes seconds and nanoseconds since 1970, in UTC; the zero time is what it is.
func appendTime(data []byte, t time.Time) []byte {
	data = binary.LittleEndian.AppendUint64(data, uint64(t.Unix()))
	return binary.LittleEndian.AppendUint32(data, uint32(t.Nanosecond()))
}

func (in *input) time() time.Time {
	seconds := int64(binary.LittleEndian.Uint64(in.take(8)))
	return time.Unix(seconds, int64(binary.LittleEndian.Uint32(in.take(4)))).UTC()
}
