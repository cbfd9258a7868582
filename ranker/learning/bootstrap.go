package learning

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Estimate is a mean over searches with its 95 % interval.
type Estimate struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// 2,000 resamples keep the third decimal; the seed keeps all of them.
const (
	resamples     = 2000
	bootstrapSeed = 1
)

// estimate gives the weighted mean of each column of values over searches, with the percentile interval of the
// bootstrap (Efron and Tibshirani 1993, chapter 13). Weights nil = all alike. Columns share the resamples, so that
// the interval of a column of differences is that of a paired comparison.
func estimate(weights []float64, columns ...[]float64) []Estimate {
	n := len(columns[0])
	estimates := make([]Estimate, len(columns))
	if n == 0 {
		return estimates
	}
	if weights == nil {
		weights = slices.Repeat([]float64{1}, n)
	}
	whole := make([]int, n)
	for i := range whole {
		whole[i] = i
	}
	for c, mean := range weightedMeans(weights, columns, whole) {
		estimates[c].Mean = mean
	}
	random := rand.New(rand.NewPCG(bootstrapSeed, uint64(n)))
	means := make([][]float64, len(columns))
	sample := make([]int, n)
	for range resamples {
		for i := range sample {
			sample[i] = random.IntN(n)
		}
		for c, mean := range weightedMeans(weights, columns, sample) {
			means[c] = append(means[c], mean)
		}
	}
	for c := range columns {
		slices.Sort(means[c])
		estimates[c].Low = stat.Quantile(0.025, stat.Empirical, means[c], nil)
		estimates[c].High = stat.Quantile(0.975, stat.Empirical, means[c], nil)
	}
	return estimates
}

func weightedMeans(weights []float64, columns [][]float64, sample []int) []float64 {
	total := 0.0
	for _, i := range sample {
		total += weights[i]
	}
	means := make([]float64, len(columns))
	for c, column := range columns {
		sum := 0.0
		for _, i := range sample {
			sum += weights[i] * column[i]
		}
		means[c] = sum / total
	}
	return means
}
