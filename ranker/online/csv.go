package online

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrTable is wrapped by every reason why a table cannot be used.
var ErrTable = errors.New("unusable table of examples")

// Columns name the columns of a table.
type Columns struct {
	Dense    []string
	Fields   []string
	Clicked  string // 1 where there was a click, 0 where there was none
	Position string // "" = none
}

// ReadCSV reads the chosen columns of a comma-separated table with a header; all others are skipped. An
// error wraps ErrTable and names line and column.
func ReadCSV(r io.Reader, c Columns) ([]Example, error) {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	header, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: the first line must name the columns: %w", ErrTable, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // which spreadsheets put first
	names := append(slices.Concat(c.Dense, c.Fields), c.Clicked)
	if c.Position != "" {
		names = append(names, c.Position)
	}
	places := make([]int, len(names))
	for i, name := range names {
		if places[i] = slices.Index(header, name); places[i] < 0 {
			return nil, fmt.Errorf("%w: there is no column %q: the header has %.400s", ErrTable, name, strings.Join(header, ", "))
		}
	}
	var examples []Example
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTable, err)
		}
		e, at, err := c.example(row, places)
		if err != nil {
			line, _ := table.FieldPos(places[at])
			return nil, fmt.Errorf("%w: line %d, column %q: %w", ErrTable, line, names[at], err)
		}
		examples = append(examples, e)
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("%w: there is no row below the header", ErrTable)
	}
	return examples, nil
}

// example makes an example of a row. With an error comes the column that it is about.
func (c Columns) example(row []string, places []int) (e Example, at int, err error) {
	for at, place := range places {
		cell := strings.TrimSpace(row[place])
		words := at - len(c.Dense)
		switch {
		case words < 0:
			value, err := strconv.ParseFloat(cell, 64)
			if err != nil || !finite(value) {
				return e, at, fmt.Errorf("%.40q is no finite number: make it a field, or leave the row out", cell)
			}
			e.Dense = append(e.Dense, value)
		case words < len(c.Fields):
			e.Fields = append(e.Fields, strings.Clone(cell))
		case words == len(c.Fields):
			if cell != "0" && cell != "1" {
				return e, at, fmt.Errorf("%.40q is no label: a label is 0 or 1", cell)
			}
			e.Clicked = cell == "1"
		default:
			if e.Position, err = strconv.Atoi(cell); err != nil || e.Position < 0 {
				return e, at, fmt.Errorf("%.40q is no position: positions count from 1, 0 is unknown", cell)
			}
		}
	}
	return e, 0, nil
}

// Standard returns the features of the names with the mean and the standard deviation that the examples
// have. The names are one a number of the examples.
func Standard(names []string, examples []Example) []Feature {
	features := make([]Feature, len(names))
	rows := float64(len(examples))
	for j, name := range names {
		var mean, square float64
		for _, e := range examples {
			mean += e.Dense[j] / rows
		}
		for _, e := range examples {
			square += (e.Dense[j] - mean) * (e.Dense[j] - mean) / rows
		}
		features[j] = Feature{Name: name, Mean: mean, Scale: math.Sqrt(square)}
		if features[j].Scale <= 1e-12*math.Abs(mean) { // constant, but for rounding
			features[j].Scale = 1
		}
	}
	return features
}
