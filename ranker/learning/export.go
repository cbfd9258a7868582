package learning

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
)

// exportColumns are those of WriteCSV behind the features.
var exportColumns = []string{"click", "add_to_cart", "purchase", "query", "position", "device", "time", "examined", "part"}

// WriteCSV writes the log as a table for training elsewhere: a row for each product that was seen, with its features,
// what the shopper did (0 or 1), the search by a number of its own, the place, the kind of screen, the Unix time in
// milliseconds, the estimated chance that the place was looked at, and the part that Learn would have it in: training,
// validation or test.
func (l *Log) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(slices.Concat(l.Features, exportColumns)); err != nil {
		return err
	}
	parts := l.Split()
	e := l.estimateExamination(Part{parts.Training.Begin, parts.Validation.End})
	record := make([]string, 0, len(l.Features)+len(exportColumns))
	flag := func(set bool) string {
		if set {
			return "1"
		}
		return "0"
	}
	for i := range l.Searches {
		s, part := &l.Searches[i], parts.name(i)
		for row := s.begin; row < s.end; row++ {
			record = record[:0]
			for _, value := range l.row(row) {
				record = append(record, strconv.FormatFloat(float64(value), 'g', -1, 32))
			}
			did := l.actions[row]
			record = append(record, flag(did.has(clicked)), flag(did.has(carted)), flag(did.has(bought)),
				strconv.Itoa(i), strconv.Itoa(int(l.positions[row])), s.Device, strconv.FormatInt(s.Time.UnixMilli(), 10),
				strconv.FormatFloat(1/e.weight(s.Device, l.positions[row]), 'g', 6, 64), part)
			if err := out.Write(record); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// name is that of the part which search i is in.
func (p Parts) name(i int) string {
	switch {
	case i < p.Training.End:
		return "training"
	case i < p.Validation.End:
		return "validation"
	}
	return "test"
}
