package learning

import (
	"cmp"
	"math"
	"slices"
)

// depth is how many places count in NDCG.
const depth = 10

// examination is how likely a place is looked at, as a share of the place that is looked at most: of places from 1; the
// last one also stands for those below.
type examination []float64

// Bounds of the estimate.
const (
	examinedPlaces = 50
	examinedSteps  = 100
	examinedPrior  = 10   // clicks by which a place with few is drawn to the one above
	leastExamined  = 0.10 // so that no click weighs more than ten
)

// estimateExamination learns it from products that stood at several places for the same words: a click at place k is as
// likely as the place is looked at, times how much the product is liked for the words (the position-based model of
// Craswell et al. 2008). Both factors are found by maximum likelihood of Poisson counts, alternating; as in
// intervention harvesting (Agarwal et al. 2019) no model of relevance has a say, and so none of those that are judged.
// Where nothing moved, nothing is learnt, and all places stay alike.
func (l *Log) estimateExamination(p Part) examination {
	type pair struct {
		words   uint64
		product uint32
	}
	items := map[pair]int{}
	var itemOf []int // of each row; -1 = it tells nothing
	for i := p.Begin; i < p.End; i++ {
		s := &l.Searches[i]
		for row := s.begin; row < s.end; row++ {
			key := pair{s.words, l.products[row]}
			item, known := items[key]
			switch {
			case !s.Words || s.Photo: // what was asked for cannot be compared
				item = -1
			case !known:
				item = len(items)
				items[key] = item
			}
			itemOf = append(itemOf, item)
		}
	}
	first, _ := l.rows(p)
	place := func(i int) int { return min(int(l.positions[first+i]), examinedPlaces) - 1 }
	clicks, got := make([]float64, len(items)), make([]float64, examinedPlaces)
	for i, item := range itemOf {
		if item >= 0 && l.actions[first+i].has(clicked) {
			clicks[item]++
			got[place(i)]++
		}
	}
	e := examination(slices.Repeat([]float64{1}, examinedPlaces))
	for range examinedSteps {
		looks, expected := make([]float64, len(items)), make([]float64, examinedPlaces)
		for i, item := range itemOf {
			if item >= 0 {
				looks[item] += e[place(i)]
			}
		}
		for i, item := range itemOf {
			if item >= 0 && clicks[item] > 0 {
				expected[place(i)] += clicks[item] / looks[item]
			}
		}
		for k := range e {
			above := e[max(k-1, 0)]
			e[k] = (got[k] + examinedPrior*above) / (expected[k] + examinedPrior)
		}
		most := slices.Max(e)
		for k := range e {
			e[k] /= most
		}
	}
	for k := range e {
		e[k] = max(e[k], leastExamined)
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
