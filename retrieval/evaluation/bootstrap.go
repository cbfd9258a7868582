package evaluation

import (
	"encoding/json"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Interval is a 95 % confidence interval of a mean over queries.
type Interval struct{ Low, High float64 }

// MarshalJSON writes [low, high].
func (i Interval) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{i.Low, i.High}) }

// 10,000 resamples keep the third decimal of an interval's ends steady; the seed keeps all of them.
const (
	resamples     = 10_000
	bootstrapSeed = 1
)

// bootstrap gives the percentile interval of the mean of each row of values (Efron and Tibshirani 1993,
// "An Introduction to the Bootstrap", chapter 13). All rows are over the same queries and share the
// resamples, so a run's intervals do not depend on which metrics are listed.
func bootstrap(values [][]float64) []Interval {
	queries := len(values[0])
	random := rand.New(rand.NewPCG(bootstrapSeed, uint64(queries)))
	means := make([][]float64, len(values))
	sample := make([]int, queries)
	for range resamples {
		for i := range sample {
			sample[i] = random.IntN(queries)
		}
		for row := range values {
			sum := 0.0
			for _, i := range sample {
				sum += values[row][i]
			}
			means[row] = append(means[row], sum/float64(queries))
		}
	}
	intervals := make([]Interval, len(values))
	for row := range means {
		slices.Sort(means[row])
		intervals[row] = Interval{
			Low:  stat.Quantile(0.025, stat.Empirical, means[row], nil),
			High: stat.Quantile(0.975, stat.Empirical, means[row], nil),
		}
	}
	return intervals
}
