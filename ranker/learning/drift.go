package learning

import (
	"context"
	"math"
	"slices"

	"vitrine/ranker"
)

// Distributions says how the features of a part are spread: over ten bins of about as many rows each, fewer where
// values repeat.
func (l *Log) Distributions(p Part) []ranker.Distribution {
	const bins, sampled = 10, 50_000
	begin, end := l.rows(p)
	rows := min(end-begin, sampled)
	all := make([]ranker.Distribution, len(l.Features))
	column := make([]float64, rows)
	for j, name := range l.Features {
		for n := range rows {
			column[n] = float64(l.row(begin + n*(end-begin)/rows)[j])
		}
		slices.Sort(column)
		d := ranker.Distribution{Feature: name}
		for b := 1; b < bins && rows > 0; b++ {
			edge := column[b*(rows-1)/bins]
			if last := len(d.Edges) - 1; (last < 0 || edge > d.Edges[last]) && edge < column[rows-1] {
				d.Edges = append(d.Edges, edge)
			}
		}
		d.Shares = shares(d.Edges, slices.Values(column))
		all[j] = d
	}
	return all
}

// shares counts values in the bins between edges.
func shares(edges []float64, values func(yield func(float64) bool)) []float64 {
	counts, total := make([]float64, len(edges)+1), 0.0
	for value := range values {
		bin, _ := slices.BinarySearch(edges, value) // of the first edge that is not below the value
		counts[bin]++
		total++
	}
	for i := range counts {
		counts[i] /= max(total, 1)
	}
	return counts
}

// Drift is the population stability index of one feature, log against training sample: 0 = as then; above 0.1 it has
// moved, above 0.25 a lot (Siddiqi 2006, "Credit Risk Scorecards", chapter 8).
type Drift struct {
	Feature string
	Index   float64
}

// DriftOf compares a log with the distributions of a training sample. Features that the log lacks are left out, and
// there is nothing to tell of a log without rows.
func DriftOf(l *Log, sample []ranker.Distribution) []Drift {
	const least = 1e-4 // share of a bin, so that an empty one does not count without end
	var all []Drift
	for _, d := range sample {
		j := slices.Index(l.Features, d.Feature)
		if j < 0 || l.Rows() == 0 || len(d.Shares) != len(d.Edges)+1 {
			continue
		}
		now := shares(d.Edges, func(yield func(float64) bool) {
			for i := range l.Rows() {
				if !yield(float64(l.row(i)[j])) {
					return
				}
			}
		})
		index := 0.0
		for b, share := range now {
			actual, expected := max(share, least), max(d.Shares[b], least)
			index += (actual - expected) * math.Log(actual/expected)
		}
		all = append(all, Drift{d.Feature, index})
	}
	return all
}

// CalibrationRatio is how many clicks a log has for each that a model predicts for it; 1 = as predicted. It is NaN for
// a log without rows.
func CalibrationRatio(ctx context.Context, l *Log, m ranker.Model) (float64, error) {
	scores, err := l.scores(ctx, Part{0, len(l.Searches)}, m)
	if err != nil {
		return 0, err
	}
	predicted := 0.0
	for _, score := range scores {
		predicted += ranker.Probability(score)
	}
	return float64(l.count(0, l.Rows(), clicked)) / predicted, nil
}
