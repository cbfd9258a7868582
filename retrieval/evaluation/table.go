package evaluation

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readTable reads the rows below a recognised header.
func readTable(r io.Reader, h header) (Judgements, error) {
	budget := &meter{r: r}
	rows := csv.NewReader(budget)
	rows.Comma = h.comma
	rows.FieldsPerRecord = -1 // Quepid writes a query without judgements as a row of one cell
	rows.ReuseRecord = true
	rows.LazyQuotes = h.comma == '\t' // a TSV has inch signs, mostly unquoted

	judgements := Judgements{Qrels: Qrels{}}
	var queries queryList
	for first := true; ; first = false {
		budget.left = maxLine
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Judgements{}, tableError(err)
		}
		if first {
			continue // the header
		}
		if err := h.take(row, &queries, judgements.Qrels); err != nil {
			line, _ := rows.FieldPos(0)
			return Judgements{}, fmt.Errorf("%w: judgements line %d %w", ErrFormat, line, err)
		}
	}
	if len(queries.list) == 0 {
		return Judgements{}, fmt.Errorf("%w: there is no query below the header", ErrFormat)
	}
	judgements.Queries = queries.list
	return judgements, nil
}

// take notes one row.
func (h header) take(row []string, queries *queryList, qrels Qrels) error {
	if len(row) > h.width {
		return fmt.Errorf("has %d cells and the header %d: quote a cell that has a comma in it", len(row), h.width)
	}
	for _, cell := range row {
		if !utf8.ValidString(cell) {
			return errors.New("is not UTF-8: save the file as UTF-8")
		}
	}
	cell := func(column int) string {
		if column < 0 || column >= len(row) {
			return ""
		}
		return strings.Join(strings.Fields(row[column]), " ")
	}
	query := Query{ID: cell(h.queryID), Text: cell(h.query)}
	if query.Text == "" {
		return errors.New("has no query")
	}
	if h.queryID < 0 {
		query.Text = unprotected(query.Text)
		query.ID = textID(query.Text)
	}
	if err := checkID("query", query.ID); err != nil {
		return err
	}
	if known, seen := queries.find(query.ID); !seen {
		queries.add(query)
	} else if known.Text != query.Text {
		return fmt.Errorf("gives query %q the text %q, an earlier line %q", query.ID, query.Text, known.Text)
	}

	product, label := cell(h.product), cell(h.label)
	if h.queryID < 0 && (product == "" || label == "") {
		return nil // Quepid's way to list a query, or a document, that nobody has rated
	}
	if err := checkID("product", product); err != nil {
		return err
	}
	grade, err := h.grade(label)
	if err != nil {
		return err
	}
	return qrels.add(query.ID, product, grade)
}

// unprotected drops the apostrophe that Quepid puts before what a spreadsheet would take for a formula.
func unprotected(text string) string {
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune("=+-@", rune(text[1])) {
		return text[1:]
	}
	return text
}

// parseRating takes whole numbers, also written as Quepid does where its scale has fractions: "3.0".
func parseRating(label string) (int, error) {
	rating, err := strconv.ParseFloat(label, 64)
	if grade := int(rating); err == nil && float64(grade) == rating {
		return grade, nil
	}
	return 0, fmt.Errorf("has the rating %q: it must be a whole number", label)
}

func parseESCI(label string) (int, error) {
	switch strings.ToLower(label) {
	case "e", "exact":
		return 3, nil
	case "s", "substitute":
		return 2, nil
	case "c", "complement":
		return 1, nil
	case "i", "irrelevant":
		return 0, nil
	}
	return 0, fmt.Errorf("has the label %q: it must be E, S, C or I (Exact, Substitute, Complement, Irrelevant)", label)
}

func tableError(err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%w: judgements line %d: %w: close each quoted cell, and double the quotes within it", ErrFormat, wrong.Line, wrong.Err)
	case errors.Is(err, errRowTooLong):
		return fmt.Errorf("%w: judgements: %w: is a quoted cell never closed?", ErrFormat, err)
	}
	return fmt.Errorf("read judgements: %w", err)
}

var errRowTooLong = fmt.Errorf("a row is longer than %d bytes", maxLine)

// meter stops a row that never ends before it fills the memory: csv.Reader, which reads ahead by 4 kB at
// most, gets as many bytes for each row as its reader says.
type meter struct {
	r    io.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := m.r.Read(p)
	m.left -= n
	return n, err
}
