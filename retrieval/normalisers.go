package retrieval

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Fusion is a way of joining the scores of the legs to one.
type Fusion string

// The ways of fusing. They differ in how a leg's scores are brought to a common scale, and FusionConvex also
// in that the weights of the legs depend on the query (Weighting).
const (
	FusionConvex   Fusion = "convex"
	FusionRRF      Fusion = "rrf"
	FusionRelative Fusion = "relative"
	FusionDBSF     Fusion = "dbsf"
)

// Fusions are all ways of fusing, the default first.
var Fusions = []Fusion{FusionConvex, FusionRRF, FusionRelative, FusionDBSF}

// normaliser brings what one leg says of all candidates to a scale on which legs can be added.
type normaliser func(entries []*LegEntry)

func (o *Options) normaliser() normaliser {
	switch o.Fusion {
	case FusionRRF:
		return reciprocalRank(o.RankConstant)
	case FusionRelative:
		return relativeScore
	case FusionDBSF:
		return distributionBased
	}
	return shareOfBest
}

// reciprocalRank is 1/(constant + rank), rank from 1, and 0 of what the leg did not find: Cormack, Clarke,
// Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
func reciprocalRank(constant float64) normaliser {
	return func(entries []*LegEntry) {
		for _, entry := range entries {
			if entry.Rank > 0 {
				entry.Normalised = 1 / (constant + float64(entry.Rank))
			}
		}
	}
}

// shareOfBest divides by the highest score, with 0 for the least that a score can be: the theoretical
// minimum of Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023. A cosine
// below 0 counts as 0.
func shareOfBest(entries []*LegEntry) {
	best := 0.0
	for _, entry := range entries {
		best = max(best, entry.Score)
	}
	scale(entries, 0, best)
}

// relativeScore is 0 for the least score that the leg found and 1 for the best.
func relativeScore(entries []*LegEntry) {
	least, best := math.Inf(1), math.Inf(-1)
	for _, entry := range entries {
		if entry.Rank > 0 {
			least, best = min(least, entry.Score), max(best, entry.Score)
		}
	}
	if least == best { // all found are as good
		least = 0
	}
	scale(entries, least, best)
}

// distributionBased is 0 three standard deviations below the mean of what the leg found and 1 as far above
// it (distribution-based score fusion, Mazzeschi 2023).
func distributionBased(entries []*LegEntry) {
	var found []float64
	for _, entry := range entries {
		if entry.Rank > 0 {
			found = append(found, entry.Score)
		}
	}
	if len(found) == 0 {
		return
	}
	mean, deviation := stat.PopMeanStdDev(found, nil)
	if deviation == 0 {
		scale(entries, 0, 2*mean)
		return
	}
	scale(entries, mean-3*deviation, mean+3*deviation)
}

// scale maps scores from [low, high] to [0, 1] and cuts off what lies outside. A candidate that the leg has
// nothing to score of stays at 0, and so do all where the interval is empty.
func scale(entries []*LegEntry, low, high float64) {
	if !(high > low) {
		return
	}
	for _, entry := range entries {
		if entry.Rank > 0 || entry.Backfilled {
			entry.Normalised = min(1, max(0, (entry.Score-low)/(high-low)))
		}
	}
}
