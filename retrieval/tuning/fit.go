package tuning

import (
	"context"
	"math"
	"math/rand/v2"

	"vitrine/retrieval"
)

// Group holds the queries of one set of judgements. Groups count alike, however many queries they have.
type Group []*Observation

const (
	steps     = 600
	fitSeed   = 1
	changed   = 0.35 // chance that a step changes a parameter
	firstStep = 0.4  // in natural logarithms of a weight
	leastStep = 0.03
	mostStep  = 0.6
	grow      = 1.3 // after a step that helped
	shrink    = 0.985

	// No weight leaves [start/maxFactor, start·maxFactor]: judgements shift the balance and never switch a leg off.
	maxFactor = 8
)

// Fit returns the weighting near start with the highest mean NDCG@10, less what a group falls short of its best leg alone, that a (1+1) evolution strategy with
// success-driven step size finds (Rechenberg 1973, "Evolutionsstrategie"). It is deterministic. Progress may be nil.
func Fit(ctx context.Context, groups []Group, start retrieval.Weighting, progress func(done, total int)) (retrieval.Weighting, error) {
	rng := rand.New(rand.NewPCG(fitSeed, steps))
	origin := parameters(&start)
	best := append([]float64(nil), origin...)
	floors := make([]float64, len(groups))
	for g, group := range groups {
		floors[g] = group.BestLeg()
	}
	bestValue := objective(groups, floors, &start)
	step := firstStep
	for i := range steps {
		if err := ctx.Err(); err != nil {
			return start, err
		}
		tried := append([]float64(nil), best...)
		for p := range tried {
			if rng.Float64() < changed {
				tried[p] += step * rng.NormFloat64() * reach[min(p, len(reach)-1)]
				limit := math.Log(maxFactor) * reach[min(p, len(reach)-1)]
				tried[p] = min(max(tried[p], origin[p]-limit), origin[p]+limit)
			}
		}
		weighting := weightingOf(&start, tried)
		if value := objective(groups, floors, &weighting); value > bestValue {
			best, bestValue = tried, value
			step = min(mostStep, step*grow)
		} else {
			step = max(leastStep, step*shrink)
		}
		if progress != nil {
			progress(i+1, steps)
		}
	}
	return weightingOf(&start, best), nil
}

// objective is the mean over the groups of their mean NDCG@10. A group that is below its best leg counts more for what it lacks:
// joining legs must do no harm.
func objective(groups []Group, floors []float64, w *retrieval.Weighting) float64 {
	sum := 0.0
	for g, group := range groups {
		own := group.Mean(w)
		sum += own + harm*min(0, own-floors[g])
	}
	return sum / float64(max(1, len(groups)))
}

// harm is how much more a loss against the best leg counts.
const harm = 10

// Mean is the mean NDCG@10 that a weighting reaches; 0 of no query.
func (g Group) Mean(w *retrieval.Weighting) float64 {
	sum := 0.0
	for _, o := range g {
		sum += o.ndcg(w)
	}
	return sum / float64(max(1, len(g)))
}

// BestLeg is the mean NDCG@10 of the leg that is best by itself.
func (g Group) BestLeg() float64 {
	sums := map[string]float64{}
	best := 0.0
	for _, o := range g {
		for i, leg := range o.legs {
			if len(o.alone) > 0 {
				sums[leg] += o.alone[i]
			}
		}
	}
	for _, sum := range sums {
		best = max(best, sum/float64(len(g)))
	}
	return best
}

// reach is how far a step goes along each of the first parameters, beside those of weights, which come last.
var reach = []float64{2, 4, 3, 3, 1, 1}

// tunable are the weights that are fitted, as logarithms.
var tunable = struct{ kind, certain, composed []string }{
	kind:     []string{retrieval.LegKeyword, retrieval.LegTextText, retrieval.LegTextImage, retrieval.LegNamed},
	certain:  []string{retrieval.LegKeyword, retrieval.LegTextText, retrieval.LegTextImage, retrieval.LegNamed},
	composed: []string{retrieval.LegKeyword, retrieval.LegTextText, retrieval.LegTextImage, retrieval.LegPhotoImage, retrieval.LegNamed},
}

const leastWeight = 1e-3 // a weight of 0 would have no logarithm

func parameters(w *retrieval.Weighting) []float64 {
	p := []float64{w.Bias, w.Peak, w.Named, w.NoPhoto, w.Trust}
	add := func(weights map[string]float64, legs []string) {
		for _, leg := range legs {
			p = append(p, math.Log(max(leastWeight, weights[leg])))
		}
	}
	add(w.Kind, tunable.kind)
	add(w.Certain, tunable.certain)
	add(w.Composed, tunable.composed)
	return p
}

// weightingOf is the inverse of parameters. The weights of each sort of query sum to 1.
func weightingOf(start *retrieval.Weighting, p []float64) retrieval.Weighting {
	w := retrieval.Weighting{Bias: p[0], Peak: p[1], Named: p[2], NoPhoto: p[3], Trust: max(0, p[4])}
	p = p[5:]
	take := func(legs []string) map[string]float64 {
		weights, sum := make(map[string]float64, len(legs)), 0.0
		for i, leg := range legs {
			weights[leg] = math.Exp(p[i])
			sum += weights[leg]
		}
		for leg := range weights {
			weights[leg] /= sum
		}
		p = p[len(legs):]
		return weights
	}
	w.Kind, w.Certain, w.Composed = take(tunable.kind), take(tunable.certain), take(tunable.composed)
	return w
}
