package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"vitrine/retrieval/evaluation"
)

// print writes the report for people to read.
func (r *adapterReport) print(w io.Writer) {
	for _, made := range r.Legs {
		if made.Gain == nil {
			fmt.Fprintf(w, "%s: %s\n", made.Leg, made.Reason)
			continue
		}
		fmt.Fprintf(w, "%s, %d queries held out, among all products:\n", made.Leg, made.Before.Queries)
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  ADAPTER\tRECALL@1\tRECALL@10\tMRR\t")
		for _, mode := range []*evaluation.ModeReport{made.Before, made.After} {
			at1, _ := mode.Value("recall@1")
			at10, _ := mode.Value("recall@10")
			mrr, _ := mode.Value("mrr")
			fmt.Fprintf(table, "  %s\t%.4f\t%.4f\t%.4f\t\n", mode.Mode, at1, at10, mrr)
		}
		_ = table.Flush() // to where everything is written
		fmt.Fprintf(w, "  MRR %+.4f [%+.4f, %+.4f]: %s\n", made.Gain.Difference, made.Gain.Interval.Low, made.Gain.Interval.High, made.Reason)
	}
	if r.Version == "" {
		fmt.Fprintln(w, r.Reason)
		return
	}
	fmt.Fprintf(w, "adapter %s: %s\n", r.Version, r.Reason)
}
