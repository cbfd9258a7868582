package catalog

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxRecordLines = 1000 // of a value that contains line ends
	// maxWasted bounds the text that is read ahead in vain after quotes that never close; beyond it
	// such quotes are errors at once, so that a hostile file cannot cost quadratic time.
	maxWasted = 64 << 20
)

// tableSource reads CSV and TSV. encoding/csv is not used because after a quote that is never closed
// it takes the rest of the file for one value; here only that row is lost.
type tableSource struct {
	lines     *lineReader
	separator string
	names     []string
	columns   []cell // of the header, without values
	wasted    int
}

// newTableSource reads the header; what its columns mean is still to be assigned.
func newTableSource(lines *lineReader, separator string) (*tableSource, error) {
	s := &tableSource{lines: lines, separator: separator}
	_, names, err := s.read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: the file is empty", ErrEmptyFeed)
	case err != nil:
		return nil, fmt.Errorf("%w: its header: %w", ErrFeedFormat, err)
	}
	for _, name := range names {
		s.names = append(s.names, strings.TrimSpace(name))
	}
	return s, nil
}

// assign gives the columns the roles of a mapping and those that known tells by their names.
func (s *tableSource) assign(mapping map[string]string, known func(name string) role) error {
	roles, err := newRoles(s.names, mapping, known)
	if err != nil {
		return err
	}
	for _, name := range s.names {
		s.columns = append(s.columns, cell{column: name, role: roles.table(name)})
	}
	return roles.usable(s.columns)
}

func (s *tableSource) next() (record, error) {
	number, values, err := s.read()
	if errors.Is(err, ErrBrokenRow) {
		return record{line: number, err: err}, nil
	}
	if err != nil {
		return record{line: number}, err
	}
	rec := record{line: number, cells: make([]cell, len(s.columns))}
	for i, c := range s.columns {
		c.value = values[i]
		rec.cells[i] = c
		rec.size += len(values[i])
	}
	return rec, nil
}

// read returns the next row's values, one a column. A row that is broken costs its first line only:
// the lines that it seemed to go on in are read again as rows.
func (s *tableSource) read() (int, []string, error) {
	first, err := s.firstLine()
	if err != nil {
		return first.number, nil, err
	}
	if first.tooLong {
		return first.number, nil, errTooLong()
	}
	values, more, err := s.split(first)
	if err == nil {
		values, err = s.fit(values)
	}
	if err != nil && s.separator == separatorTab {
		// TSV is often written without quoting, and then a quote is only a quote.
		if plain, plainErr := s.fit(strings.Split(first.text, s.separator)); plainErr == nil {
			values, err = plain, nil
			s.lines.unread(more)
			more = nil
		}
	}
	if err == nil {
		for _, v := range values {
			if !utf8.ValidString(v) {
				err = errNotUTF8()
			}
		}
	}
	if err != nil {
		s.lines.unread(more)
		for _, l := range more {
			s.wasted += len(l.text) + 1
		}
		return first.number, nil, err
	}
	return first.number, values, nil
}

// firstLine skips empty lines.
func (s *tableSource) firstLine() (line, error) {
	for {
		l, err := s.lines.next()
		if err != nil || l.tooLong || strings.TrimSpace(l.text) != "" {
			return l, err
		}
	}
}

// split cuts a row into values and returns the further lines that it took.
func (s *tableSource) split(first line) (values []string, more []line, err error) {
	p := rowParser{separator: s.separator[0]}
	size := len(first.text)
	state := p.parse(first.text)
	for state == rowOpen {
		if s.wasted > maxWasted || len(more) >= maxRecordLines {
			return nil, more, errOpenQuote()
		}
		l, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			return nil, more, errOpenQuote()
		}
		if err != nil {
			return nil, more, err
		}
		more = append(more, l)
		if size += len(l.text) + 1; l.tooLong || size > maxLineBytes {
			return nil, more, errOpenQuote()
		}
		state = p.parse(l.text)
	}
	if state == rowBroken {
		return nil, more, errOpenQuote()
	}
	return p.values, more, nil
}

// fit compares the number of values with the header's. Spreadsheets add empty columns at the end.
func (s *tableSource) fit(values []string) ([]string, error) {
	want := len(s.columns)
	if want == 0 { // this is the header
		return values, nil
	}
	for len(values) > want && strings.TrimSpace(values[len(values)-1]) == "" {
		values = values[:len(values)-1]
	}
	if len(values) != want {
		return nil, fmt.Errorf("%w: it has %d columns and the header has %d: put values that contain %q or quotes between double quotes", ErrBrokenRow, len(values), want, s.separator)
	}
	return values, nil
}

func errOpenQuote() error {
	return fmt.Errorf("%w: a double quote is opened and not closed: close it, or write quotes inside a value twice", ErrBrokenRow)
}

func errTooLong() error {
	return fmt.Errorf("%w: it is longer than %d bytes", ErrBrokenRow, maxLineBytes)
}

func errNotUTF8() error {
	return fmt.Errorf("%w: its text is not UTF-8: save the feed as UTF-8", ErrBrokenRow)
}

// rowState is where a row stands at the end of a line.
type rowState int

const (
	rowDone   rowState = iota
	rowOpen            // within quotes: it goes on in the next line
	rowBroken          // quotes that closed neither on their line nor, as they must, at a value's end
)

// rowParser cuts a row into values (RFC 4180). On one line it is lenient: quotes within a value are
// part of it. Once a value has crossed a line end, a quote amid text means that the opening one was
// never closed.
type rowParser struct {
	separator byte
	values    []string

	quoted  bool
	crossed bool
	value   strings.Builder
}

func (p *rowParser) parse(text string) rowState {
	i := 0
	for {
		if !p.quoted {
			if i < len(text) && text[i] == '"' {
				p.quoted, p.crossed = true, false
				i++
				continue
			}
			end := strings.IndexByte(text[i:], p.separator)
			if end < 0 {
				p.values = append(p.values, text[i:])
				return rowDone
			}
			p.values = append(p.values, text[i:i+end])
			i += end + 1
			continue
		}
		quote := strings.IndexByte(text[i:], '"')
		if quote < 0 {
			p.value.WriteString(text[i:])
			p.value.WriteByte('\n')
			p.crossed = true
			return rowOpen
		}
		p.value.WriteString(text[i : i+quote])
		i += quote + 1
		switch {
		case i == len(text):
			p.endQuoted()
			return rowDone
		case text[i] == p.separator:
			p.endQuoted()
			i++
		case text[i] == '"':
			p.value.WriteByte('"')
			i++
		case p.crossed:
			return rowBroken
		default:
			p.value.WriteByte('"')
		}
	}
}

func (p *rowParser) endQuoted() {
	p.values = append(p.values, p.value.String())
	p.value.Reset()
	p.quoted = false
}
