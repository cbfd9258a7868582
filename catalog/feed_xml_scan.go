package catalog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// xmlScanner cuts the items out of an XML file by their tags, without parsing what is in them. It knows just as much
// of XML as it takes not to be misled: comments, CDATA sections and processing instructions are passed over.
type xmlScanner struct {
	in         *bufio.Reader
	line       int
	root, name string // elements: the file's and an item's

	item    []byte // what was read of the item
	within  bool   // an item
	tooLong bool
	start   int    // line of the item
	tail    []byte // of through
	closed  bool   // the root has ended
}

func newXMLScanner(in io.Reader, root, name string) *xmlScanner {
	return &xmlScanner{in: bufio.NewReader(in), line: 1, root: root, name: name}
}

// next returns the text of the next item, valid until the next call, and the line where it begins. Errors that wrap
// ErrBrokenRow concern the item only; io.EOF comes after the end of the root alone.
func (s *xmlScanner) next() (text []byte, line int, err error) {
	for {
		if err := s.through("<"); err != nil {
			return nil, s.line, s.end(err)
		}
		ahead, _ := s.in.Peek(len("![CDATA["))
		switch {
		case bytes.HasPrefix(ahead, []byte("!--")):
			err = s.through("-->")
		case bytes.HasPrefix(ahead, []byte("![CDATA[")):
			err = s.through("]]>")
		case bytes.HasPrefix(ahead, []byte("?")):
			err = s.through("?>")
		case s.tag("/" + s.root):
			s.closed = true
			if s.within {
				s.within = false
				return nil, s.start, s.unclosed()
			}
		case s.tag(s.name):
			if s.within {
				return nil, s.open(), s.unclosed()
			}
			s.open()
			if err = s.through(">"); err == nil && bytes.HasSuffix(s.item, []byte("/>")) {
				return s.close()
			}
		case s.within && s.tag("/"+s.name):
			if err = s.through(">"); err == nil {
				return s.close()
			}
		}
		if err != nil {
			return nil, s.line, s.end(err)
		}
	}
}

// tag reports whether the name of the tag that follows is name.
func (s *xmlScanner) tag(name string) bool {
	ahead, _ := s.in.Peek(len(name) + 1)
	return len(ahead) > len(name) && string(ahead[:len(name)]) == name && bytes.IndexByte([]byte(" \t\r\n/>"), ahead[len(name)]) >= 0
}

// open begins an item whose "<" was read, and returns the line where the item before it began.
func (s *xmlScanner) open() (before int) {
	before, s.start = s.start, s.line
	s.within, s.tooLong = true, false
	s.item = append(s.item[:0], '<')
	return before
}

// close ends an item.
func (s *xmlScanner) close() ([]byte, int, error) {
	s.within = false
	if s.tooLong {
		return nil, s.start, errTooLong()
	}
	return s.item, s.start, nil
}

func (s *xmlScanner) unclosed() error {
	return fmt.Errorf("%w: its <%s> has no end: write </%s> before what follows", ErrBrokenRow, s.name, s.name)
}

// end says what the end of the file means.
func (s *xmlScanner) end(err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case s.closed:
		return io.EOF
	}
	return fmt.Errorf("it ends before </%s>, as a file that was cut off: export it again: %w", s.root, io.ErrUnexpectedEOF)
}

// through reads up to and with a delimiter, and keeps what belongs to an item.
func (s *xmlScanner) through(delimiter string) error {
	s.tail = s.tail[:0]
	for {
		part, err := s.in.ReadSlice(delimiter[len(delimiter)-1])
		s.line += bytes.Count(part, []byte("\n"))
		if s.within {
			if s.tooLong = s.tooLong || len(s.item)+len(part) > maxLineBytes; !s.tooLong {
				s.item = append(s.item, part...)
			}
		}
		s.tail = append(s.tail, part...)
		s.tail = append(s.tail[:0], s.tail[max(0, len(s.tail)-len(delimiter)):]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return err
		case string(s.tail) == delimiter:
			return nil
		}
	}
}
