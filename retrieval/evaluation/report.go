package evaluation

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"gonum.org/v1/gonum/stat"
)

// Report is the result of evaluating one or more modes on the same queries.
type Report struct {
	Modes       []ModeReport `json:"modes"`
	Comparisons []Comparison `json:"comparisons,omitempty"` // see [Compare]
	PerQuery    []QueryRow   `json:"per_query,omitempty"`   // see [PerQuery]
}

// ModeReport is the result of one mode.
type ModeReport struct {
	Mode     string
	K        int            // depth of NDCG, precision and ERR
	Queries  int            // queries that were measured
	Unjudged int            // queries left out because nothing was judged for them
	Metrics  []Metric       // ndcg@k, mrr, recall@1, recall@10, recall@100, p@k, err@k
	PerQuery []QueryFigures // the measured queries, in their order
}

// Metric is the mean of one metric over the measured queries.
type Metric struct {
	Name     string
	Mean     float64  // in [0, 1]
	Interval Interval // of the mean, 95 %
}

// QueryFigures is what one query measured.
type QueryFigures struct {
	Query   Query
	Figures []float64 // in the order of ModeReport.Metrics, each in [0, 1]
}

// summarise fills the means from the figures of the queries.
func (m *ModeReport) summarise(measures []measure) {
	m.Queries = len(m.PerQuery)
	values := make([][]float64, len(measures))
	for i := range measures {
		values[i] = m.column(i)
	}
	for i, interval := range bootstrap(values) {
		m.Metrics = append(m.Metrics, Metric{measures[i].name, stat.Mean(values[i], nil), interval})
	}
}

// column is the metric at i of each query.
func (m *ModeReport) column(i int) []float64 {
	values := make([]float64, len(m.PerQuery))
	for q := range m.PerQuery {
		values[q] = m.PerQuery[q].Figures[i]
	}
	return values
}

// Value returns the mean of the metric called name.
func (m ModeReport) Value(name string) (float64, bool) {
	for _, metric := range m.Metrics {
		if metric.Name == name {
			return metric.Mean, true
		}
	}
	return 0, false
}

// MarshalJSON writes the metrics as fields beside mode and queries, in order, and then their intervals:
// {"mode":"hybrid","queries":72,"unjudged":0,"ndcg@10":0.5,…,"intervals":{"ndcg@10":[0.4,0.6],…}}.
func (m ModeReport) MarshalJSON() ([]byte, error) {
	type field struct {
		name  string
		value any
	}
	fields := []field{{"mode", m.Mode}, {"queries", m.Queries}, {"unjudged", m.Unjudged}}
	intervals := map[string]Interval{}
	for _, metric := range m.Metrics {
		fields = append(fields, field{metric.Name, metric.Mean})
		intervals[metric.Name] = metric.Interval
	}
	fields = append(fields, field{"intervals", intervals})

	out := []byte{'{'}
	for i, f := range fields {
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:%s", f.name, value)
	}
	return append(out, '}'), nil
}

// WriteTables writes the report for people to read: one line a mode, each mean with its interval; then the
// comparisons and the queries, where the report has them.
func (r Report) WriteTables(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	r.writeModes(table)
	r.writeComparisons(table)
	r.writePerQuery(table)
	return table.Flush()
}

func (r Report) writeModes(w io.Writer) {
	for i, m := range r.Modes {
		if i == 0 {
			fmt.Fprint(w, "mode\tqueries")
			for _, metric := range m.Metrics {
				fmt.Fprintf(w, "\t%s", metric.Name)
			}
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\t%d", oneLine(m.Mode), m.Queries)
		for _, metric := range m.Metrics {
			fmt.Fprintf(w, "\t%.3f [%.3f, %.3f]", metric.Mean, metric.Interval.Low, metric.Interval.High)
		}
		fmt.Fprintln(w)
	}
	if len(r.Modes) > 0 && r.Modes[0].Unjudged > 0 {
		fmt.Fprintf(w, "%d queries without judgements were left out\n", r.Modes[0].Unjudged)
	}
}

func (r Report) writeComparisons(w io.Writer) {
	for i, c := range r.Comparisons {
		if i == 0 {
			fmt.Fprintf(w, "\nagainst %s\t%s\t95%% interval\tp\tp (Holm)\tbetter\tworse\tequal\n", oneLine(c.Baseline), c.Metric)
		}
		fmt.Fprintf(w, "%s\t%+.3f\t[%+.3f, %+.3f]\t%s\t%s\t%d\t%d\t%d\n",
			oneLine(c.Mode), c.Difference, c.Interval.Low, c.Interval.High, c.P, c.Holm, c.Better, c.Worse, c.Equal)
	}
}

func (r Report) writePerQuery(w io.Writer) {
	for i, row := range r.PerQuery {
		if i == 0 {
			fmt.Fprintf(w, "\n%s", r.Modes[0].Metrics[0].Name)
			for _, m := range r.Modes {
				fmt.Fprintf(w, "\t%s", oneLine(m.Mode))
			}
			fmt.Fprintln(w, "\tdifference\ttext")
		}
		fmt.Fprint(w, row.Query.ID)
		for _, figures := range row.Figures {
			fmt.Fprintf(w, "\t%.3f", figures[0])
		}
		fmt.Fprintf(w, "\t%+.3f\t%s\n", row.Difference, oneLine(row.Query.Label()))
	}
}

// oneLine keeps what a stranger's file says from moving the cursor or breaking the table.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
