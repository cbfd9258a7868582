package tuning

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"vitrine/retrieval"
)

// Depth is k of the NDCG@k that is fitted.
const Depth = 10

// Observation is what a fusion needs to know of one judged query.
type Observation struct {
	Query      string // its id
	legs       []string
	signals    retrieval.Signals
	normalised [][]float64 // by candidate in the order of their ids, then by leg
	gains      []float64   // of each candidate
	ideal      float64     // DCG of the best order; 0 when nothing is relevant
	alone      []float64   // NDCG@10 of each leg by itself
}

// Observe searches q in mode hybrid and notes what its legs say. The engine must fuse by FusionConvex.
// Grades are the judgements of the query by product id.
func Observe(ctx context.Context, engine *retrieval.Engine, id string, q retrieval.Query, grades map[string]int) (*Observation, error) {
	q.Mode, q.Explain, q.Offset, q.Limit = retrieval.ModeHybrid, true, 0, retrieval.MaxDepth
	response, err := engine.Search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", id, err)
	}
	o := &Observation{Query: id, ideal: idealGain(grades)}
	if response.Fusion == nil || len(response.Hits) == 0 { // a list, or nothing found
		return o, nil
	}
	o.signals = *response.Fusion.Signals
	for _, entry := range response.Hits[0].Ledger.Legs {
		o.legs = append(o.legs, entry.Leg)
	}
	hits := slices.Clone(response.Hits)
	slices.SortFunc(hits, func(a, b retrieval.Hit) int { return cmp.Compare(a.Product.ID, b.Product.ID) })
	for _, hit := range hits {
		row := make([]float64, len(o.legs))
		for i, entry := range hit.Ledger.Legs {
			row[i] = entry.Normalised
		}
		o.normalised = append(o.normalised, row)
		o.gains = append(o.gains, gain(grades[hit.Product.ID]))
	}
	for leg := range o.legs {
		o.alone = append(o.alone, o.ndcgBy(func(i int) float64 {
			if entry := hits[i].Ledger.Legs[leg]; entry.Rank > 0 {
				return entry.Score
			}
			return math.Inf(-1)
		}))
	}
	return o, nil
}

func gain(grade int) float64 { return math.Exp2(float64(max(0, grade))) - 1 }

func discount(place int) float64 { return 1 / math.Log2(float64(place+2)) } // place from 0

func idealGain(grades map[string]int) float64 {
	gains := make([]float64, 0, len(grades))
	for _, grade := range grades {
		gains = append(gains, gain(grade))
	}
	slices.SortFunc(gains, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := 0.0
	for place, g := range gains[:min(Depth, len(gains))] {
		sum += g * discount(place)
	}
	return sum
}

// ndcg is NDCG@10 of the order that a weighting gives.
func (o *Observation) ndcg(w *retrieval.Weighting) float64 {
	weights := w.Weights(o.legs, o.signals)
	return o.ndcgBy(func(i int) float64 {
		score := 0.0
		for l, value := range o.normalised[i] {
			score += weights[l] * value
		}
		return score
	})
}

// ndcgBy is NDCG@10 of the order by a score, ties by id, as of evaluation.NDCG; 0 when nothing is relevant. A candidate
// with the score -Inf is not in the order.
func (o *Observation) ndcgBy(score func(i int) float64) float64 {
	if o.ideal == 0 {
		return 0
	}
	var best [Depth]int
	var scores [Depth]float64
	found := 0
	for i := range o.normalised {
		s := score(i)
		place := found
		for place > 0 && s > scores[place-1] { // equal ones keep the order of their ids
			place--
		}
		if place == Depth || math.IsInf(s, -1) {
			continue
		}
		found = min(found+1, Depth)
		copy(scores[place+1:found], scores[place:])
		copy(best[place+1:found], best[place:])
		scores[place], best[place] = s, i
	}
	sum := 0.0
	for place, i := range best[:found] {
		sum += o.gains[i] * discount(place)
	}
	return sum / o.ideal
}
