package ctr

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of a table's chosen columns, and so of a model's inputs.
const (
	maxFeatures = 4096
	maxName     = 256 // bytes of a feature's or a label's name
)

// Columns name what is read of a table. What is "" is not read.
type Columns struct {
	Features []string
	Label    string
	Graded   bool     // labels are whole numbers from 0 to 4 in the place of 0 and 1
	Funnel   []string // further labels, 0 or 1: what may follow the label, in order

	Group    string // id of the query
	Position string // place in the list, from 1; 0 or empty = unknown
	Layout   string // what the effect of the position depends on
	Time     string // Unix milliseconds
	Weight   string // 0 or more
}

// ReadCSV reads the chosen columns of a comma-separated table with a header, in the order chosen.
// Features are finite numbers. The first row that breaks the rules of a Dataset is an error that wraps
// ErrData; where one cell is wrong, it names line and column.
func ReadCSV(r io.Reader, c Columns) (*Dataset, error) {
	if err := checkNames(c.Features, append([]string{c.Label}, c.Funnel...)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	table := csv.NewReader(withoutBOM(r))
	table.ReuseRecord = true
	header, err := table.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: the table is empty: its first line must name the columns", ErrData)
	}
	if err != nil {
		return nil, tableError(err)
	}
	d := &Dataset{Features: slices.Clone(c.Features), Label: c.Label}
	columns := d.columns(c)
	if err := find(header, columns); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, tableError(err)
		}
		for _, column := range columns {
			if err := column.take(strings.TrimSpace(row[column.at])); err != nil {
				line, _ := table.FieldPos(column.at)
				return nil, fmt.Errorf("%w: line %d, column %q: %w", ErrData, line, column.name, err)
			}
		}
	}
	if d.Rows() == 0 {
		return nil, fmt.Errorf("%w: there is no row below the header", ErrData)
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	return d, nil
}

// checkNames checks the names of the features and of the labels.
func checkNames(features, labels []string) error {
	if len(features) == 0 || len(features) > maxFeatures {
		return fmt.Errorf("%d features: name 1 to %d", len(features), maxFeatures)
	}
	seen := map[string]bool{}
	for _, name := range slices.Concat(features, labels) {
		switch {
		case name == "":
			return errors.New("a feature or a label has no name")
		case len(name) > maxName:
			return fmt.Errorf("the name %.20q… is longer than %d bytes: shorten it", name, maxName)
		case seen[name]:
			return fmt.Errorf("%q is named twice: each column is a feature once, and a label is no feature", name)
		}
		seen[name] = true
	}
	return nil
}

// column is a chosen column of a table.
type column struct {
	name string
	at   int                     // where it stands in a row
	take func(cell string) error // adds a cell to the dataset
}

// columns returns the columns that fill d.
func (d *Dataset) columns(c Columns) []column {
	var columns []column
	add := func(name string, take func(cell string) error) {
		if name != "" {
			columns = append(columns, column{name: name, take: take})
		}
	}
	for _, name := range c.Features {
		add(name, func(cell string) error { return takeNumber(cell, &d.Values) })
	}
	grades := 1.0
	if c.Graded {
		grades = maxGrade
	}
	add(c.Label, func(cell string) error { return takeLabel(cell, grades, &d.Labels) })
	for i, name := range c.Funnel {
		d.Funnel = append(d.Funnel, Step{Name: name})
		add(name, func(cell string) error { return takeLabel(cell, 1, &d.Funnel[i].Labels) })
	}
	add(c.Group, func(cell string) error { return takeID(cell, &d.Groups) })
	add(c.Position, func(cell string) error { return takePosition(cell, &d.Positions) })
	add(c.Layout, func(cell string) error { d.Layouts = append(d.Layouts, strings.Clone(cell)); return nil })
	add(c.Time, func(cell string) error { return takeTime(cell, &d.Times) })
	add(c.Weight, func(cell string) error { return takeNumber(cell, &d.Weights) })
	return columns
}

var errMissing = errors.New("the value is missing: fill it in, or leave the row out")

func takeNumber(cell string, into *[]float64) error {
	value, err := strconv.ParseFloat(cell, 64)
	switch {
	case cell == "":
		return errMissing
	case err != nil:
		return fmt.Errorf("%.40q is no number: turn words into numbers, or leave the column out", cell)
	case !finite(value):
		return fmt.Errorf("%.40q is not finite: leave the row out", cell)
	}
	*into = append(*into, value)
	return nil
}

// takeLabel takes a whole number from 0 to highest.
func takeLabel(cell string, highest float64, into *[]float64) error {
	value, err := strconv.ParseFloat(cell, 64)
	switch {
	case cell == "":
		return errMissing
	case err != nil || !(value >= 0 && value <= highest) || value != math.Trunc(value):
		if highest == 1 {
			return fmt.Errorf("%.40q is no label: a label is 0 or 1", cell)
		}
		return fmt.Errorf("%.40q is no label: a label is a whole number from 0 to %v", cell, highest)
	}
	*into = append(*into, value)
	return nil
}

// takeID takes the id of a query; rows of one query share the string.
func takeID(cell string, into *[]string) error {
	if cell == "" {
		return errMissing
	}
	if last := len(*into) - 1; last >= 0 && (*into)[last] == cell {
		cell = (*into)[last]
	} else {
		cell = strings.Clone(cell)
	}
	*into = append(*into, cell)
	return nil
}

func takePosition(cell string, into *[]int) error {
	if cell == "" {
		cell = "0"
	}
	position, err := strconv.ParseInt(cell, 10, 32)
	if err != nil || position < 0 {
		return fmt.Errorf("%.40q is no position: positions are whole numbers from 1, and 0 where it is unknown", cell)
	}
	*into = append(*into, int(position))
	return nil
}

func takeTime(cell string, into *[]int64) error {
	if cell == "" {
		return errMissing
	}
	time, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return fmt.Errorf("%.40q is no time: a time is a whole number of milliseconds since 1970, in UTC", cell)
	}
	*into = append(*into, time)
	return nil
}

// find sets where the columns stand in the header.
func find(header []string, columns []column) error {
	for i := range columns {
		c := &columns[i]
		c.at = slices.Index(header, c.name)
		if c.at < 0 {
			return fmt.Errorf("there is no column %q: the header has %s", c.name, listed(header))
		}
		if slices.Contains(header[c.at+1:], c.name) {
			return fmt.Errorf("the header has two columns %q: rename one", c.name)
		}
	}
	return nil
}

// listed shows some names.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func tableError(err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong) && errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("%w: line %d has more or fewer cells than the header: quote a cell that has a comma in it", ErrData, wrong.Line)
	case errors.As(err, &wrong):
		return fmt.Errorf("%w: line %d, byte %d: %w: close each quoted cell, and double the quotes within it", ErrData, wrong.Line, wrong.Column, wrong.Err)
	}
	return fmt.Errorf("read the table: %w", err)
}

// withoutBOM skips the byte order mark that spreadsheets put first.
func withoutBOM(r io.Reader) io.Reader {
	const bom = "\ufeff"
	buffered := bufio.NewReader(r)
	if start, err := buffered.Peek(len(bom)); err == nil && string(start) == bom {
		_, _ = buffered.Discard(len(bom)) // they are in the buffer
	}
	return buffered
}
