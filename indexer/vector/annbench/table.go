package annbench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the figures of each set for people to read, by threads and then by k, and below them
// the searches under filters and the ratios to the peers.
func WriteTable(w io.Writer, all []*Results) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "set\trows\tmethod\tsetting\tthreads\tk\trecall@10\trecall@100\tqueries/s\tp50 µs\tp99 µs\tbuild s\tbytes/vector")
	for _, r := range all {
		rows := slices.Concat(r.Measurements, r.Peers)
		slices.SortStableFunc(rows, func(a, b Measurement) int {
			return cmp.Or(cmp.Compare(a.Threads, b.Threads), cmp.Compare(a.K, b.K))
		})
		for _, m := range rows {
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%d\t%d\t%.4f\t%s\t%.0f\t%s\t%s\t%.2f\t%.0f\n", r.Set, r.Rows, m.Method, m.Setting, m.Threads, m.K,
				m.Recall10, orDash("%.4f", m.Recall100), m.Rate, orDash("%.1f", m.P50), orDash("%.1f", m.P99), m.BuildSeconds, m.Bytes)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := writeFiltered(w, all); err != nil {
		return err
	}
	return writeRatios(w, all)
}

func orDash(format string, value float64) string {
	if value == 0 {
		return "-"
	}
	return fmt.Sprintf(format, value)
}

// writeFiltered writes how searches under filters fared.
func writeFiltered(w io.Writer, all []*Results) error {
	if !slices.ContainsFunc(all, func(r *Results) bool { return len(r.Filters) > 0 }) {
		return nil
	}
	fmt.Fprintf(w, "\nSearches under a filter, k = %d: rows drawn at random, or those farthest from each query. Planned: as the planner sees fit; scan:\n"+
		"all rows that match. recall@10: of the planned search against exact search of the floats; results: the fewest of any query; µs: means.\n"+
		"Targets: recall@10 of %.2f, all the results that there are, at most %.1f times the scan's time.\n\n",
		filterK, MinFilteredRecall, MaxTimesScan)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "set\trows\tfilter\tmatching\tthreads\tplan\trecall@10\tresults\tplanned µs\tp50\tp99\tscan µs\tp50\tp99\ttimes the scan")
	for _, r := range all {
		for _, f := range r.Filters {
			fmt.Fprintf(table, "%s\t%d\t%s\t%d\t%d\t%s\t%.4f\t%d of %d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\n",
				r.Set, r.Rows, f.Filter, f.Matching, f.Threads, strings.Join(f.Plans, " / "), f.Recall10, f.Fewest, f.Due,
				f.Planned.Mean, f.Planned.P50, f.Planned.P99, f.Scan.Mean, f.Scan.P50, f.Scan.P99, f.TimesScan)
		}
	}
	return table.Flush()
}

func writeRatios(w io.Writer, all []*Results) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range all {
		for _, ratio := range r.Ratios() {
			fmt.Fprintf(table, "%s\t%d\t%s / %s\tthreads %d\trecall@10 %v\t%s\n", r.Set, r.Rows, Ours, ratio.Peer, ratio.Threads, ratio.Recall, ratio.text())
		}
	}
	if slices.ContainsFunc(all, func(r *Results) bool { return len(r.Peers) > 0 }) {
		fmt.Fprint(w, "\nQueries a second at equal recall@10, k = 10. Between two settings of a method the logarithm of the rate is taken as linear\n"+
			"in the recall; settings that another one of the method beats in both are left out. A method whose fastest setting already\n"+
			"finds more counts with the rate of that one, marked ≥; the ratio is then a bound, or with two of them (~)\n"+
			"not even that. p50 and p99 of the peers: single calls from Python, on one thread.\n\n")
	}
	return table.Flush()
}

// text is the ratio with both rates, or who does not reach the recall.
func (r Ratio) text() string {
	switch {
	case r.Ours == 0 && r.Theirs == 0:
		return "not reached by either"
	case r.Ours == 0:
		return "not reached by " + Ours
	case r.Theirs == 0:
		return "not reached by " + r.Peer
	default:
		return fmt.Sprintf("%s%.2f (%s%.0f / %s%.0f)", r.bound(), r.Times(), atLeast(r.OursAtLeast), r.Ours, atLeast(r.TheirsAtLeast), r.Theirs)
	}
}

// bound is the sign before a ratio that is not known exactly.
func (r Ratio) bound() string {
	switch {
	case r.OursAtLeast && r.TheirsAtLeast:
		return "~"
	case r.TheirsAtLeast:
		return "≤"
	default:
		return atLeast(r.OursAtLeast)
	}
}

func atLeast(only bool) string {
	if only {
		return "≥"
	}
	return ""
}
