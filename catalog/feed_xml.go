package catalog

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// googleNamespace is within the addresses of Merchant Center's namespaces, of which there are several.
const googleNamespace = "base.google.com/"

// maxXMLDepth bounds how deep elements of an item lie in one another; Merchant Center's lie two deep.
const maxXMLDepth = 16

// xmlSource reads the items of RSS 2.0 or the entries of Atom, one a product. An item is cut out before it is parsed,
// because encoding/xml stops for good at the first error, and here it costs that item only. Entities that the file
// declares are not known, so that there is nothing to expand.
type xmlSource struct {
	items    *xmlScanner
	roles    *roles
	prefixes map[string]bool // of Merchant Center's namespaces
}

// openXML finds the root element and checks the mapping against the first items.
func openXML(lines *lineReader, mapping map[string]string) (recordSource, string, error) {
	sample := lines.sample()
	root, err := xmlRoot(sample)
	if err != nil {
		return nil, "", err
	}
	s := &xmlSource{prefixes: map[string]bool{"g": true}}
	for _, a := range root.Attr {
		if a.Name.Space == "xmlns" && strings.Contains(a.Value, googleNamespace) {
			s.prefixes[a.Name.Local] = true
		}
	}
	format, element := "Google Merchant XML (RSS 2.0)", "item"
	switch root.Name.Local {
	case "rss":
	case "feed":
		format, element = "Google Merchant XML (Atom)", "entry"
	default:
		return nil, "", fmt.Errorf("%w: it is XML whose root is <%s>: RSS 2.0 (<rss>) and Atom (<feed>) are read, as for Google Merchant Center; or save it as JSONL, CSV or TSV", ErrFeedFormat, root.Name.Local)
	}
	if s.roles, err = newRoles(nil, nil, googleRole); err != nil {
		return nil, "", err
	}
	names := s.names(newXMLScanner(bytes.NewReader(sample), root.Name.Local, element))
	if s.roles, err = newRoles(names, mapping, googleRole); err != nil {
		return nil, "", err
	}
	s.items = newXMLScanner(lines.in, root.Name.Local, element)
	return s, format, nil
}

var xmlEncoding = regexp.MustCompile(`encoding\s*=\s*["']([^"']*)["']`)

// xmlRoot returns the start of the root element, its names with prefixes as they are written.
func xmlRoot(sample []byte) (xml.StartElement, error) {
	decoder := xml.NewDecoder(bytes.NewReader(sample))
	decoder.Strict = false
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return xml.StartElement{}, fmt.Errorf("%w: it begins like XML and has no root element: %w", ErrFeedFormat, err)
		}
		switch t := token.(type) {
		case xml.ProcInst:
			if declared := xmlEncoding.FindSubmatch(t.Inst); declared != nil {
				if name := strings.ToLower(string(declared[1])); name != "utf-8" && name != "us-ascii" {
					return xml.StartElement{}, fmt.Errorf("%w: it is XML in %s: save it as UTF-8", ErrFeedFormat, name)
				}
			}
		case xml.StartElement:
			return t.Copy(), nil
		}
	}
}

// names lists the elements of the items that a sample holds.
func (s *xmlSource) names(items *xmlScanner) []string {
	seen := make(map[string]bool)
	var names []string
	for {
		text, _, err := items.next()
		if err != nil && !errors.Is(err, ErrBrokenRow) {
			return names
		}
		cells, _ := s.cells(text)
		for _, c := range cells {
			if !seen[c.column] {
				seen[c.column] = true
				names = append(names, c.column)
			}
		}
	}
}

func (s *xmlSource) next() (record, error) {
	text, line, err := s.items.next()
	if errors.Is(err, ErrBrokenRow) {
		return record{line: line, err: err}, nil
	}
	if err != nil {
		return record{line: line}, err
	}
	cells, err := s.cells(text)
	return record{line: line, size: len(text), cells: cells, err: err}, nil
}

// foreignRank puts elements of other namespaces behind all of Merchant Center's.
const foreignRank = 1000

// cells reads the elements of an item. Those of Merchant Center's namespace stand for others of the same name.
func (s *xmlSource) cells(item []byte) ([]cell, error) {
	if !utf8.Valid(item) {
		return nil, errNotUTF8()
	}
	decoder := xml.NewDecoder(bytes.NewReader(item))
	decoder.Entity = xml.HTMLEntity
	var cells []cell
	own := make(map[string]bool)
	depth := 0
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return slices.DeleteFunc(cells, func(c cell) bool { return c.role.rank >= foreignRank && own[c.column] }), nil
		case err != nil:
			return nil, fmt.Errorf("%w: broken XML: %w", ErrBrokenRow, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				continue // the item itself
			}
			e, err := readElement(decoder, t, depth)
			if err != nil {
				return nil, err
			}
			depth--
			c := s.cell(e)
			own[c.column] = own[c.column] || c.role.rank < foreignRank
			cells = appendCell(cells, c)
		case xml.EndElement:
			depth--
		}
	}
}

// appendCell adds a cell; of an attribute that is there already it makes a list.
func appendCell(cells []cell, c cell) []cell {
	if last := len(cells) - 1; last >= 0 && c.role.field == fieldAttribute && cells[last].column == c.column && cells[last].role == c.role {
		list, isList := cells[last].value.([]any)
		if !isList {
			list = []any{cells[last].value}
		}
		cells[last].value = append(list, c.value)
		return cells
	}
	return append(cells, c)
}

// cell tells what an element is.
func (s *xmlSource) cell(e element) cell {
	name := e.name.Local
	own := s.prefixes[e.name.Space] || strings.Contains(e.name.Space, googleNamespace)
	switch {
	case own:
	case e.name.Space == "" && (name == "summary" || name == "content"):
		name = "description" // of Atom
	case strings.Contains(e.name.Space, "/"):
	case e.name.Space != "":
		name = e.name.Space + ":" + name
	}
	c := cell{column: name, role: s.roles.table(name), value: e.value()}
	switch {
	case name == "product_detail" && e.member("attribute_name") != "":
		c.column, c.role = e.member("attribute_name"), role{derived: true}
		c.value = e.member("attribute_value")
	case c.role.field == fieldDescription:
		c.value = e.text
	}
	if !own {
		c.role.rank += foreignRank
	}
	return c
}

// element is one element of an item, with those within it.
type element struct {
	name    xml.Name
	text    string // all of it, without tags
	members []element
}

// readElement reads to the end of an element.
func readElement(decoder *xml.Decoder, start xml.StartElement, depth int) (element, error) {
	e := element{name: start.Name}
	if depth > maxXMLDepth {
		return e, fmt.Errorf("%w: its elements lie more than %d deep in one another", ErrBrokenRow, maxXMLDepth)
	}
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if err != nil {
			return e, fmt.Errorf("%w: broken XML: %w", ErrBrokenRow, err)
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			member, err := readElement(decoder, t, depth+1)
			if err != nil {
				return e, err
			}
			e.members = append(e.members, member)
			text.WriteString(" " + member.text + " ")
		case xml.EndElement:
			if e.text = strings.TrimSpace(text.String()); len(e.members) > 0 {
				e.text = strings.Join(strings.Fields(e.text), " ")
			}
			return e, nil
		}
	}
}

// value is the text of an element without members, else an object of them.
func (e element) value() any {
	if len(e.members) == 0 {
		return e.text
	}
	object := make(map[string]any, len(e.members))
	for _, member := range e.members {
		object[member.name.Local] = member.value()
	}
	return object
}

func (e element) member(name string) string {
	for _, member := range e.members {
		if member.name.Local == name {
			return member.text
		}
	}
	return ""
}
