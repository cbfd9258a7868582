package annbench

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/stat"

	"vitrine/indexer/vector"
)

// What a search under any filter is to keep.
const (
	MinFilteredRecall = 0.98 // recall@10 against exact search of the rows that match
	MaxTimesScan      = 1.5  // times what the exact scan of the rows that match takes
)

// filterK is how many results are asked for under a filter.
const filterK = 10

// Filtered is how searches for the ten nearest fare under one filter: planned, and told to scan all that matches.
type Filtered struct {
	Filter    string   `json:"filter"`   // "10 %", "1 row": drawn at random; "far 10 %": those farthest from each query
	Matching  int      `json:"matching"` // rows that pass
	Queries   int      `json:"queries"`  // different ones that were searched for
	Threads   int      `json:"threads"`
	Plans     []string `json:"plans"`          // of the planned searches, each once, sorted
	Recall10  float64  `json:"recall@10"`      // of the planned searches against exact search of the floats, 0 to 1
	Fewest    int      `json:"fewest_results"` // of any planned search
	Due       int      `json:"due_results"`    // min(10, Matching): what each is to give
	Planned   Latency  `json:"planned"`
	Scan      Latency  `json:"scan"`
	TimesScan float64  `json:"times_scan"` // Planned.Mean over Scan.Mean
}

// filters measures the index with its graph under every filter.
func (r *runner) filters(ctx context.Context) ([]Filtered, error) {
	filters, err := r.drawFilters(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Filtered, len(filters))
	for i, f := range filters {
		if all[i], err = r.checkFilter(ctx, f); err != nil {
			return nil, err
		}
	}
	for i, f := range filters {
		if err := r.timeFilter(ctx, f, &all[i]); err != nil {
			return nil, err
		}
		r.report("measure filters", i+1, len(filters))
	}
	return all, nil
}

// checkFilter finds out what planned searches find. A row that the filter does not let pass counts as not found.
func (r *runner) checkFilter(ctx context.Context, f filter) (Filtered, error) {
	queries := len(f.allowed)
	plans, recalls, counts := make([]string, queries), make([]float64, queries), make([]int, queries)
	err := r.each(ctx, "recall, filter "+f.name, queries, func(i int) error {
		query, allowed := r.set.query(i), f.allowed[i]
		found, plan, err := r.index.Search(ctx, query, filterK, vector.SearchParams{Allowed: allowed})
		if err != nil {
			return err
		}
		exact, err := exactSearch(ctx, r.flat, query, filterK, allowed)
		if err != nil {
			return err
		}
		score, err := r.flat.Scorer(query)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(n vector.Neighbour) bool { return !allowed.Contains(n.Row) })
		plans[i], recalls[i], counts[i] = plan, recall(found, exact, filterK, score), len(found)
		return nil
	})
	if err != nil {
		return Filtered{}, err
	}
	slices.Sort(plans)
	return Filtered{
		Filter: f.name, Matching: f.matching, Queries: queries, Threads: r.Threads[0],
		Plans: slices.Compact(plans), Recall10: stat.Mean(recalls, nil),
		Fewest: slices.Min(counts), Due: min(filterK, f.matching),
	}, nil
}

// timeFilter times planned searches and scans in turn.
func (r *runner) timeFilter(ctx context.Context, f filter, result *Filtered) error {
	with := func(scan vector.Scan) search {
		return func(ctx context.Context, query int) error {
			_, _, err := r.index.Search(ctx, r.set.query(query), filterK, vector.SearchParams{Allowed: f.allowed[query], Scan: scan})
			return err
		}
	}
	best, err := r.fastest(ctx, r.Threads[0], len(f.allowed), with(vector.NoScan), with(vector.AnyScan))
	if err != nil {
		return err
	}
	result.Planned, result.Scan = best[0].latency(), best[1].latency()
	result.TimesScan = result.Planned.Mean / result.Scan.Mean
	return nil
}
