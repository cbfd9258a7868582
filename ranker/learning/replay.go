package learning

import (
	"cmp"
	"math"
	"slices"
)

// depth is how many places count in NDCG.
const depth = 10

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
		weight := e.weight(s.Device, l.positions[row])
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
			sum += e.weight(s.Device, l.positions[i])
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
