package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// jsonSource reads one JSON object a line.
type jsonSource struct {
	lines *lineReader
	roles *roles
}

func newJSONSource(lines *lineReader, mapping map[string]string) (*jsonSource, error) {
	roles, err := newRoles(sampleKeys(lines.sample()), mapping, recognise)
	if err != nil {
		return nil, err
	}
	return &jsonSource{lines: lines, roles: roles}, nil
}

// sampleKeys returns the keys of the first rows, against which a mapping is checked.
func sampleKeys(sample []byte) []string {
	keys := make(map[string]bool)
	for text := range bytes.Lines(sample) {
		if object, err := decodeObject(text); err == nil {
			for key := range object {
				keys[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

func (s *jsonSource) next() (record, error) {
	for {
		l, err := s.lines.next()
		if err != nil {
			return record{line: l.number}, err
		}
		if l.tooLong {
			return record{line: l.number, err: errTooLong()}, nil
		}
		text := strings.TrimSpace(l.text)
		if text == "" {
			continue
		}
		return s.record(l.number, text), nil
	}
}

func (s *jsonSource) record(number int, text string) record {
	if !utf8.ValidString(text) {
		return record{line: number, err: errNotUTF8()}
	}
	object, err := decodeObject([]byte(text))
	if err != nil {
		return record{line: number, err: err}
	}
	return record{line: number, size: len(text), cells: objectCells(object, s.roles.json)}
}

// objectCells lists the members of an object by their keys.
func objectCells(object map[string]any, roleOf func(key string) role) []cell {
	cells := make([]cell, 0, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		cells = append(cells, cell{column: key, role: roleOf(key), value: object[key]})
	}
	return cells
}

// decodeObject decodes the JSON object of a row.
func decodeObject(text []byte) (map[string]any, error) {
	value, err := decodeValue(text)
	if err != nil {
		return nil, err
	}
	object, isObject := value.(map[string]any)
	if !isObject {
		return nil, fmt.Errorf("%w: it is JSON, but not an object: write {…} on each line", ErrBrokenRow)
	}
	return object, nil
}

// decodeValue decodes one JSON value and keeps numbers as they are written.
func decodeValue(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("%w: broken JSON: %w", ErrBrokenRow, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: text follows the JSON value: write one object a line", ErrBrokenRow)
	}
	return value, nil
}
