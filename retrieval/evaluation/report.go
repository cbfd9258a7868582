package evaluation

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat"
)

// Report is the result of evaluating one or more modes on the same queries.
type Report struct {
	Modes []ModeReport `json:"modes"`
}

// ModeReport is the result of one mode.
type ModeReport struct {
	Mode     string
	K        int      // depth of NDCG and precision
	Queries  int      // queries that were measured
	Unjudged int      // queries left out because nothing was judged for them
	Metrics  []Metric // ndcg@k, mrr, recall@1, recall@10, recall@100, p@k
}

// Metric is the mean of one metric over the measured queries.
type Metric struct {
	Name     string
	Mean     float64  // in [0, 1]
	Interval Interval // of the mean, 95 %
}

func summarise(k int, measures []measure, values [][]float64, unjudged int) ModeReport {
	report := ModeReport{K: k, Queries: len(values[0]), Unjudged: unjudged}
	for i, interval := range bootstrap(values) {
		report.Metrics = append(report.Metrics, Metric{measures[i].name, stat.Mean(values[i], nil), interval})
	}
	return report
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
	intervals := map[string][2]float64{}
	for _, metric := range m.Metrics {
		fields = append(fields, field{metric.Name, metric.Mean})
		intervals[metric.Name] = [2]float64{metric.Interval.Low, metric.Interval.High}
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

// WriteTable writes one line a mode for people to read, each mean with its interval.
func (r Report) WriteTable(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for i, m := range r.Modes {
		if i == 0 {
			fmt.Fprint(table, "mode\tqueries")
			for _, metric := range m.Metrics {
				fmt.Fprintf(table, "\t%s", metric.Name)
			}
			fmt.Fprintln(table)
		}
		fmt.Fprintf(table, "%s\t%d", m.Mode, m.Queries)
		for _, metric := range m.Metrics {
			fmt.Fprintf(table, "\t%.3f [%.3f, %.3f]", metric.Mean, metric.Interval.Low, metric.Interval.High)
		}
		fmt.Fprintln(table)
	}
	if len(r.Modes) > 0 && r.Modes[0].Unjudged > 0 {
		fmt.Fprintf(table, "%d queries without judgements were left out\n", r.Modes[0].Unjudged)
	}
	return table.Flush()
}
