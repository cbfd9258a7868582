package ctr

import (
	"cmp"
	"math"
	"slices"
)

// gain of a label in DCG and in the softmax: 1 of a click, up to 15 of the highest grade.
func gain(label float64) float64 { return math.Exp2(label) - 1 }

// softmax is the cross-entropy between the softmax of a query's scores and the shares that its rows have in
// the gain of them all (ListNet, Cao et al. 2007, with the softmax of Bruch et al. 2019). A query without a
// label above 0 has no loss. Weights are of the rows' gains.
type softmax struct{}

func (softmax) slopes(e *examples, logits, into []float64) {
	for _, g := range e.groups {
		scores, slopes := logits[g.begin:g.end], into[g.begin:g.end]
		clear(slopes)
		gains := totalGain(e, g)
		if gains == 0 {
			continue
		}
		top := slices.Max(scores)
		sum, weight := 0.0, 0.0
		for i, score := range scores {
			slopes[i] = math.Exp(score - top)
			sum += slopes[i]
			weight += e.weight(g.begin+i) * gain(e.labels[0][g.begin+i]) / gains
		}
		for i := range slopes {
			slopes[i] = weight*slopes[i]/sum - e.weight(g.begin+i)*gain(e.labels[0][g.begin+i])/gains
		}
	}
}

func (softmax) mean(e *examples, logits []float64) float64 {
	sum, queries := 0.0, 0
	for _, g := range e.groups {
		gains := totalGain(e, g)
		if gains == 0 {
			continue
		}
		queries++
		scores := logits[g.begin:g.end]
		top, total := slices.Max(scores), 0.0
		for _, score := range scores {
			total += math.Exp(score - top)
		}
		for i, score := range scores {
			sum += e.weight(g.begin+i) * gain(e.labels[0][g.begin+i]) / gains * (top + math.Log(total) - score)
		}
	}
	return sum / float64(queries)
}

// totalGain is the gain of a query's rows.
func totalGain(e *examples, g span) float64 {
	sum := 0.0
	for _, label := range e.labels[0][g.begin:g.end] {
		sum += gain(label)
	}
	return sum
}

// lambdaRank is the logistic loss of each pair of a query's rows with different labels, weighed by how much
// NDCG@at changes where the two swap places (Burges 2010, section 4). That weight is no part of the gradient.
// A pair has the weight of its better row.
type lambdaRank struct{ at int }

func (l lambdaRank) slopes(e *examples, logits, into []float64) {
	clear(into)
	l.pairs(e, logits, func(better, worse int, weight float64) {
		slope := weight * sigmoid(logits[worse]-logits[better])
		into[better] -= slope
		into[worse] += slope
	})
}

func (l lambdaRank) mean(e *examples, logits []float64) float64 {
	sum, queries := 0.0, 0
	for _, g := range e.groups {
		if totalGain(e, g) > 0 {
			queries++
		}
	}
	l.pairs(e, logits, func(better, worse int, weight float64) {
		sum += weight * crossEntropy(1, logits[better]-logits[worse])
	})
	return sum / float64(queries)
}

// pairs calls visit for each pair that matters to NDCG@at.
func (l lambdaRank) pairs(e *examples, logits []float64, visit func(better, worse int, weight float64)) {
	discounts := discountsTo(l.at)
	var order []int
	var gains, sorted []float64
	for _, g := range e.groups {
		order, gains = ranked(logits, g, order), gains[:0]
		for _, i := range order {
			gains = append(gains, gain(e.labels[0][i]))
		}
		sorted = append(sorted[:0], gains...)
		ideal := idealDCG(sorted, discounts)
		if ideal == 0 {
			continue
		}
		for a := range min(l.at, len(order)) {
			for b := a + 1; b < len(order); b++ {
				if gains[a] == gains[b] {
					continue
				}
				change := discounts[a]
				if b < len(discounts) {
					change -= discounts[b]
				}
				change *= math.Abs(gains[a]-gains[b]) / ideal
				better, worse := order[a], order[b]
				if gains[a] < gains[b] {
					better, worse = worse, better
				}
				visit(better, worse, change*e.weight(better))
			}
		}
	}
}

// ranked returns the rows of a query by falling score, in the memory of order; ties stand as in the table.
func ranked(scores []float64, g span, order []int) []int {
	order = order[:0]
	for i := g.begin; i < g.end; i++ {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order
}

// discountsTo returns what a gain counts at each rank, from the first to the k-th (Järvelin and Kekäläinen
// 2002, in the form of Burges et al. 2005).
func discountsTo(k int) []float64 {
	discounts := make([]float64, k)
	for rank := range discounts {
		discounts[rank] = 1 / math.Log2(float64(rank)+2)
	}
	return discounts
}

// idealDCG is the highest DCG that the gains have in any order. It sorts them.
func idealDCG(gains, discounts []float64) float64 {
	slices.Sort(gains)
	sum := 0.0
	for rank := range min(len(gains), len(discounts)) {
		sum += gains[len(gains)-1-rank] * discounts[rank]
	}
	return sum
}

// ndcg is the mean of NDCG@k over the queries that have a label above 0, and how many these are. Rows of one
// score share their ranks: the figure is the expectation over their orders (McSherry and Najork 2008), so
// that a model that tells nothing apart does not profit from the order of the table.
func ndcg(e *examples, scores []float64, k int) (mean float64, queries int) {
	discounts := discountsTo(k)
	var order []int
	var gains []float64
	for _, g := range e.groups {
		if totalGain(e, g) == 0 {
			continue
		}
		queries++
		order, gains = ranked(scores, g, order), gains[:0]
		dcg := 0.0
		for begin := 0; begin < len(order); {
			end, tied, discount := begin, 0.0, 0.0
			for ; end < len(order) && scores[order[end]] == scores[order[begin]]; end++ {
				gains = append(gains, gain(e.labels[0][order[end]]))
				tied += gains[end]
				if end < k {
					discount += discounts[end]
				}
			}
			if end == begin { // not a number
				return math.NaN(), queries
			}
			dcg += tied * discount / float64(end-begin)
			begin = end
		}
		mean += dcg / idealDCG(gains, discounts)
	}
	return mean / float64(queries), queries
}
