package evaluation

import (
	"cmp"
	"math"
	"slices"
)

// In all metrics below ranked holds distinct product ids, best first, and grades the judgements of the
// query; a product without a judgement counts as grade 0. k is at least 1. Results lie in [0, 1], and are
// 0 for a query that has no relevant product.

// NDCG is the normalised discounted cumulative gain of the first k products, with the gain 2^grade − 1
// (Burges et al. 2005, "Learning to rank using gradient descent") and the discount
// 1 / log2(rank + 1) (Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques").
// The ideal order is taken over all judged products, found or not.
func NDCG(ranked []string, grades map[string]int, k int) float64 {
	found := make([]float64, 0, k)
	for _, product := range ranked[:min(k, len(ranked))] {
		found = append(found, gain(grades[product]))
	}
	ideal := make([]float64, 0, len(grades))
	for _, grade := range grades {
		ideal = append(ideal, gain(grade))
	}
	slices.SortFunc(ideal, func(a, b float64) int { return cmp.Compare(b, a) })
	best := discounted(ideal[:min(k, len(ideal))])
	if best == 0 {
		return 0
	}
	return discounted(found) / best
}

func gain(grade int) float64 {
	if grade <= 0 {
		return 0
	}
	return math.Exp2(float64(grade)) - 1
}

// discounted is DCG: the gains weighted by 1 / log2(rank + 1), rank from 1.
func discounted(gains []float64) float64 {
	sum := 0.0
	for i, g := range gains {
		sum += g / math.Log2(float64(i+2))
	}
	return sum
}

// ERR is the expected reciprocal rank over the first k products (Chapelle et al. 2009, "Expected reciprocal
// rank for graded relevance", section 4): a reader goes down the list and stops at a product of grade g with
// the probability (2^g − 1) / 2^top; the metric is the mean of 1 / the rank where that happens, 0 for a
// reader who never stops. top is the highest grade that any product of the collection may have, at least
// that of every grade here. Even an ideal order stays below 1.
func ERR(ranked []string, grades map[string]int, k, top int) float64 {
	sum, goesOn := 0.0, 1.0
	for i, product := range ranked[:min(k, len(ranked))] {
		stops := gain(grades[product]) / math.Exp2(float64(top))
		sum += goesOn * stops / float64(i+1)
		goesOn *= 1 - stops
	}
	return sum
}

// ReciprocalRank is 1 / the rank of the first relevant product (grade ≥ 1), 0 when there is none in
// ranked. Its mean over queries is MRR (Voorhees 1999, "The TREC-8 question answering track report").
func ReciprocalRank(ranked []string, grades map[string]int) float64 {
	for i, product := range ranked {
		if grades[product] >= 1 {
			return 1 / float64(i+1)
		}
	}
	return 0
}

// Recall is the share of all relevant products (grade ≥ 1) that are among the first k.
func Recall(ranked []string, grades map[string]int, k int) float64 {
	relevant := 0
	for _, grade := range grades {
		if grade >= 1 {
			relevant++
		}
	}
	if relevant == 0 {
		return 0
	}
	return float64(relevantIn(ranked, grades, k)) / float64(relevant)
}

// Precision is the number of relevant products (grade ≥ 1) among the first k, divided by k even when fewer
// were returned.
func Precision(ranked []string, grades map[string]int, k int) float64 {
	return float64(relevantIn(ranked, grades, k)) / float64(k)
}

func relevantIn(ranked []string, grades map[string]int, k int) int {
	count := 0
	for _, product := range ranked[:min(k, len(ranked))] {
		if grades[product] >= 1 {
			count++
		}
	}
	return count
}
