package learning

import (
	"cmp"
	"math"
	"slices"
)

// depth is how many places count in NDCG.
const depth = 10

// examination estimates how likely a place is looked at, as a share of the place that is looked at most: the clicks
// there over those that the model, which does not know places, expects there. What the model gives wrongly to features
// that go with the place makes the estimate flatter, so that replay rather favours the order that was shown.
type examination []float64 // of places from 1; the last one also stands for those below

// Bounds of the estimate.
const (
	examinedPlaces = 50
	examinedPrior  = 10   // clicks by which a place with few is drawn to the average
	leastExamined  = 0.10 // so that no click weighs more than ten
)

// estimateExamination learns it from rows and the chances that a model gives them.
func (l *Log) estimateExamination(begin, end int, chances []float64) examination {
	got, expected := make([]float64, examinedPlaces), make([]float64, examinedPlaces)
	for i := begin; i < end; i++ {
		place := min(int(l.positions[i]), examinedPlaces) - 1
		expected[place] += chances[i-begin]
		if l.actions[i].has(clicked) {
			got[place]++
		}
	}
	e := make(examination, examinedPlaces)
	for k := range e {
		e[k] = (got[k] + examinedPrior) / (expected[k] + examinedPrior)
	}
	most := slices.Max(e)
	for k := range e {
		e[k] = max(e[k]/most, leastExamined)
	}
	return e
}

// weight is what a click at a position counts: the inverse of how likely the place is looked at (Joachims et al. 2017,
// "Unbiased Learning-to-Rank with Biased Feedback").
func (e examination) weight(position int32) float64 {
	return 1 / e[min(int(position), len(e))-1]
}

// replayed are the figures of one ranking of what a search showed.
type replayed struct {
	ndcg       float64 // gain 1 a click
	debiased   float64 // gain weight a click
	reciprocal float64 // 1 / rank of the first click
}

// replay puts the rows of a search in the order of scores, ties by product id, and compares that with the clicks, of
// which there must be one.
func (l *Log) replay(s *Search, scores []float64, e examination) replayed {
	order := make([]int, s.end-s.begin)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(l.names[l.products[s.begin+a]], l.names[l.products[s.begin+b]]))
	})
	var r replayed
	var plain, weighted float64
	var weights []float64
	for rank, i := range order {
		row := s.begin + i
		if !l.actions[row].has(clicked) {
			continue
		}
		if r.reciprocal == 0 {
			r.reciprocal = 1 / float64(rank+1)
		}
		weight := e.weight(l.positions[row])
		weights = append(weights, weight)
		if rank < depth {
			plain += discount(rank)
			weighted += weight * discount(rank)
		}
	}
	slices.SortFunc(weights, func(a, b float64) int { return cmp.Compare(b, a) })
	var best, bestWeighted float64
	for rank, weight := range weights[:min(len(weights), depth)] {
		best += discount(rank)
		bestWeighted += weight * discount(rank)
	}
	r.ndcg, r.debiased = plain/best, weighted/bestWeighted
	return r
}

// clickWeight is what a search counts in the debiased mean: the sum over its clicks. A search with one click has the
// same NDCG whatever the click weighs, so it is here that the weight tells.
func (l *Log) clickWeight(s *Search, e examination) float64 {
	sum := 0.0
	for i := s.begin; i < s.end; i++ {
		if l.actions[i].has(clicked) {
			sum += e.weight(l.positions[i])
		}
	}
	return sum
}

// discount of a rank from 0 (Järvelin and Kekäläinen 2002).
func discount(rank int) float64 { return 1 / math.Log2(float64(rank+2)) }

// replayable reports whether an order of the search can be told from another: it has a click and a row without one.
func (l *Log) replayable(s *Search) bool {
	clicks := l.count(s.begin, s.end, clicked)
	return clicks > 0 && clicks < s.end-s.begin
}
