package ctr

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of a file of sparse rows, which becomes a dense table.
const (
	maxLine   = 1 << 20 // bytes
	maxValues = 1 << 28 // rows × features: 2 GiB
)

// ReadLibSVM reads rows of the form "label qid:7 1:0.5 3:2 # comment", as LibSVM, SVMrank and the LETOR
// collections have them: the label is a whole number from 0 to 4, qid the id of the query, and what follows
// are numbers of features, from 1, with their values; features that are left out are 0. Where queries is
// given, it says on each line how many rows the next query has, as LightGBM takes them, and rows have no qid.
// Features are named f1, f2 and so on, width of them; 0 = as many as the highest number. An error wraps
// ErrData and names the line.
func ReadLibSVM(rows, queries io.Reader, width int) (*Dataset, error) {
	sparse, err := readSparse(rows, width)
	if err == nil && queries != nil {
		err = sparse.group(queries)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	d, err := sparse.dense()
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	return d, nil
}

// sparseRows are rows of which only some features are there.
type sparseRows struct {
	labels  []float64
	groups  []string // empty, or one a row
	ends    []int    // of each row's features
	columns []int    // numbers of features, from 0
	values  []float64
	width   int
}

func readSparse(r io.Reader, width int) (*sparseRows, error) {
	fixed := width > 0
	s := &sparseRows{width: width}
	lines := bufio.NewScanner(withoutBOM(r))
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		line, _, _ := strings.Cut(lines.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := s.take(strings.Fields(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if fixed && s.width > width {
			return nil, fmt.Errorf("line %d: it has feature %d, and the model was trained on %d", number, s.width, width)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d is longer than %d bytes", number+1, maxLine)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	switch {
	case len(s.labels) == 0:
		return nil, errors.New("there is no row")
	case s.width == 0:
		return nil, errors.New("no row has a feature")
	case len(s.groups) != 0 && len(s.groups) != len(s.labels):
		return nil, fmt.Errorf("%d of %d rows have a qid: give one to each row, or to none", len(s.groups), len(s.labels))
	}
	return s, nil
}

// take adds a row.
func (s *sparseRows) take(fields []string) error {
	if err := takeLabel(fields[0], maxGrade, &s.labels); err != nil {
		return err
	}
	fields = fields[1:]
	if len(fields) > 0 {
		if id, ok := strings.CutPrefix(fields[0], "qid:"); ok {
			if err := takeID(id, &s.groups); err != nil {
				return fmt.Errorf("qid: %w", err)
			}
			fields = fields[1:]
		}
	}
	last := 0
	for _, field := range fields {
		index, value, _ := strings.Cut(field, ":")
		feature, err := strconv.Atoi(index)
		if err != nil || feature <= last || feature > maxFeatures {
			return fmt.Errorf("%.40q: a feature is a number from 1 to %d, a colon and a value, and the numbers of a row rise", field, maxFeatures)
		}
		if err := takeNumber(value, &s.values); err != nil {
			return fmt.Errorf("feature %d: %w", feature, err)
		}
		s.columns = append(s.columns, feature-1)
		s.width = max(s.width, feature)
		last = feature
	}
	s.ends = append(s.ends, len(s.values))
	return nil
}

// group takes how many rows each query has.
func (s *sparseRows) group(queries io.Reader) error {
	if len(s.groups) > 0 {
		return errors.New("rows have a qid and there is a file of queries as well: leave one out")
	}
	lines := bufio.NewScanner(withoutBOM(queries))
	for query := 1; lines.Scan(); query++ {
		size, err := strconv.Atoi(strings.TrimSpace(lines.Text()))
		if left := len(s.labels) - len(s.groups); err != nil || size < 1 || size > left {
			return fmt.Errorf("queries, line %d: %.40q is no number of rows: %d rows are left to share out", query, lines.Text(), left)
		}
		id := strconv.Itoa(query)
		for range size {
			s.groups = append(s.groups, id)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("queries: %w", err)
	}
	if len(s.groups) != len(s.labels) {
		return fmt.Errorf("queries: they have %d rows, and there are %d", len(s.groups), len(s.labels))
	}
	return nil
}

// dense returns the table.
func (s *sparseRows) dense() (*Dataset, error) {
	if len(s.labels) > maxValues/s.width {
		return nil, fmt.Errorf("%d rows of %d features are more than %d values: bring fewer rows", len(s.labels), s.width, maxValues)
	}
	d := &Dataset{Label: "label", Values: make([]float64, len(s.labels)*s.width), Labels: s.labels, Groups: s.groups}
	for i := range s.width {
		d.Features = append(d.Features, "f"+strconv.Itoa(i+1))
	}
	begin := 0
	for row, end := range s.ends {
		for k := begin; k < end; k++ {
			d.Values[row*s.width+s.columns[k]] = s.values[k]
		}
		begin = end
	}
	return d, nil
}
