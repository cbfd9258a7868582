package ctr

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Limits of a table's chosen columns, and so of a model's inputs.
const (
	maxFeatures = 4096
	maxName     = 256 // bytes of a feature's or a label's name
)

// ReadCSV reads the chosen columns of a comma-separated table with a header, in the order chosen.
// Features are finite numbers, labels 0 or 1. The first row that breaks this is an error that wraps
// ErrData and names line and column.
func ReadCSV(r io.Reader, features []string, label string) (*Dataset, error) {
	if err := checkNames(features, label); err != nil {
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
	columns, err := find(header, append(slices.Clone(features), label))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	d := &Dataset{Features: slices.Clone(features), Label: label}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, tableError(err)
		}
		if at, err := d.take(row, columns); err != nil {
			line, _ := table.FieldPos(columns[at])
			return nil, fmt.Errorf("%w: line %d, column %q: %w", ErrData, line, append(features, label)[at], err)
		}
	}
	if d.Rows() == 0 {
		return nil, fmt.Errorf("%w: there is no row below the header", ErrData)
	}
	return d, nil
}

// checkNames checks the names of the features and of the label.
func checkNames(features []string, label string) error {
	if len(features) == 0 || len(features) > maxFeatures {
		return fmt.Errorf("%d features: name 1 to %d", len(features), maxFeatures)
	}
	seen := map[string]bool{}
	for _, name := range append(slices.Clone(features), label) {
		switch {
		case name == "":
			return errors.New("a feature or the label has no name")
		case len(name) > maxName:
			return fmt.Errorf("the name %.20q… is longer than %d bytes: shorten it", name, maxName)
		case seen[name]:
			return fmt.Errorf("%q is named twice: each column is a feature once, and the label is no feature", name)
		}
		seen[name] = true
	}
	return nil
}

// find returns where the named columns stand in the header.
func find(header, names []string) ([]int, error) {
	columns := make([]int, len(names))
	for i, name := range names {
		columns[i] = slices.Index(header, name)
		if columns[i] < 0 {
			return nil, fmt.Errorf("there is no column %q: the header has %s", name, listed(header))
		}
		if slices.Contains(header[columns[i]+1:], name) {
			return nil, fmt.Errorf("the header has two columns %q: rename one", name)
		}
	}
	return columns, nil
}

// listed shows some names.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// take adds a row, whose label is the last of the columns. With an error comes the column that it is about.
func (d *Dataset) take(row []string, columns []int) (at int, err error) {
	for at, column := range columns {
		cell := strings.TrimSpace(row[column])
		if cell == "" {
			return at, errors.New("the value is missing: fill it in, or leave the row out")
		}
		value, err := strconv.ParseFloat(cell, 64)
		isLabel := at == len(columns)-1
		switch {
		case isLabel && (err != nil || value != 0 && value != 1):
			return at, fmt.Errorf("%.40q is no label: a label is 0 or 1", cell)
		case err != nil:
			return at, fmt.Errorf("%.40q is no number: turn words into numbers, or leave the column out", cell)
		case !finite(value):
			return at, fmt.Errorf("%.40q is not finite: leave the row out", cell)
		case isLabel:
			d.Labels = append(d.Labels, value)
		default:
			d.Values = append(d.Values, value)
		}
	}
	return 0, nil
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
