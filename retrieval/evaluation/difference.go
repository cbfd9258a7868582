package evaluation

import (
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Difference is how much better one run is than another on the same queries: the mean of NDCG@k of run
// minus that of base, query by query, in [−1, 1], with the interval of that mean. An interval that
// excludes 0 says more than two intervals of the runs that overlap. Only judged queries that both runs
// answer count; the error wraps ErrNoJudgements where there is none.
func Difference(run, base Run, qrels Qrels, k int) (Metric, error) {
	if k < 1 || k > MaxK {
		return Metric{}, fmt.Errorf("compare at k = %d: k must be from 1 to %d", k, MaxK)
	}
	var values []float64
	for _, query := range slices.Sorted(maps.Keys(run)) {
		other, answered := base[query]
		if grades := qrels[query]; answered && len(grades) > 0 {
			values = append(values, NDCG(run[query], grades, k)-NDCG(other, grades, k))
		}
	}
	if len(values) == 0 {
		return Metric{}, fmt.Errorf("compare two runs: %w", ErrNoJudgements)
	}
	return Metric{
		Name: fmt.Sprintf("ndcg@%d", k), Mean: stat.Mean(values, nil),
		Interval: bootstrap([][]float64{values})[0],
	}, nil
}
