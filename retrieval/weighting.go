package retrieval

import (
	"fmt"
	"math"
)

// Weighting gives the legs of a query their weights in FusionConvex. It knows three sorts of queries: by a photo and
// words; after a certain thing, of which few products fit the words ("nike air citius white"); and after a kind of
// thing, which many fit about equally ("red casual shoes"). A query by words lies between the last two, and so do its weights.
type Weighting struct {
	Kind     map[string]float64 `json:"kind"` // by leg, each at least 0
	Certain  map[string]float64 `json:"certain"`
	Composed map[string]float64 `json:"composed"`

	// How certain a query is: the logistic function of Bias plus these times what is seen of it.
	Bias    float64 `json:"bias"`
	Peak    float64 `json:"peak"`    // how few keyword hits are nearly as good as the best
	Named   float64 `json:"named"`   // the share of the known words that name values of the catalogue
	NoPhoto float64 `json:"noPhoto"` // the share of the candidates without a photo

	// Trust is the power of the agreement between the keyword and the named leg by which the named leg counts: words that
	// name a value by accident are not followed by the products that have all words.
	Trust float64 `json:"trust"`
}

// DefaultWeighting was fitted on the tuning half of the judged sets (docs/decisions/0009-fusion.md).
func DefaultWeighting() Weighting {
	return Weighting{
		Kind:     map[string]float64{LegKeyword: 0.03, LegTextText: 0.05, LegTextImage: 0.03, LegNamed: 0.89},
		Certain:  map[string]float64{LegKeyword: 0.6, LegTextText: 0.2, LegTextImage: 0, LegNamed: 0.2},
		Composed: map[string]float64{LegKeyword: 0.03, LegTextText: 0.13, LegTextImage: 0.09, LegPhotoImage: 0.55, LegNamed: 0.20},
		Bias:     2.2, Peak: 5, Named: -4.7, NoPhoto: 1.8,
		Trust: 1.3,
	}
}

// Validate says whether w can weigh legs: all of it finite, no weight below 0, and some weight in each sort of query.
func (w *Weighting) Validate() error {
	for _, x := range []float64{w.Bias, w.Peak, w.Named, w.NoPhoto, w.Trust} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%v is not a finite number", x)
		}
	}
	for name, weights := range map[string]map[string]float64{"kind": w.Kind, "certain": w.Certain, "composed": w.Composed} {
		sum := 0.0
		for leg, weight := range weights {
			if !(weight >= 0) {
				return fmt.Errorf("the weight of %s in %q is %v and must be at least 0", leg, name, weight)
			}
			sum += weight
		}
		if !(sum > 0) || math.IsInf(sum, 0) {
			return fmt.Errorf("the weights in %q sum to %v", name, sum)
		}
	}
	return nil
}

// Signals are what is seen of a query once its legs are back.
type Signals struct {
	Composed  bool    `json:"composed"`  // it has words, and photos or liked products
	Peak      float64 `json:"peak"`      // in [0, 1]: 0 when ten products fit the keywords as well as the best, 1 when the tenth fits half as well
	Named     float64 `json:"named"`     // in [0, 1]: share of the known words that name values of the catalogue
	NoPhoto   float64 `json:"noPhoto"`   // in [0, 1]: share of the candidates without a photo
	Agreement float64 `json:"agreement"` // in [0, 1]: mean score of the named leg over the best keyword hits; 1 where either has none
}

// certain says how much a query is after a certain thing, in (0, 1).
func (w *Weighting) certain(s Signals) float64 {
	return 1 / (1 + math.Exp(-(w.Bias + w.Peak*s.Peak + w.Named*s.Named + w.NoPhoto*s.NoPhoto)))
}

// composed is the weight of a leg beside words. The legs of what is shown, photos and liked products, share the weight
// that was fitted for a photo.
func (w *Weighting) composed(leg string, legs []string) float64 {
	if !isShown(leg) {
		return w.Composed[leg]
	}
	sharing := 0
	for _, other := range legs {
		if isShown(other) {
			sharing++
		}
	}
	return w.Composed[LegPhotoImage] / float64(sharing)
}

// Weights returns the weight of each leg of a query; they sum to 1.
func (w *Weighting) Weights(legs []string, s Signals) []float64 {
	certain := w.certain(s)
	weights, sum := make([]float64, len(legs)), 0.0
	for i, leg := range legs {
		weights[i] = (1-certain)*w.Kind[leg] + certain*w.Certain[leg]
		if s.Composed {
			weights[i] = w.composed(leg, legs)
		} else if leg == LegNamed {
			weights[i] *= math.Pow(s.Agreement, w.Trust)
		}
		sum += weights[i]
	}
	for i := range weights {
		if sum > 0 {
			weights[i] /= sum
		} else { // a leg that no weight was thought of for, alone
			weights[i] = 1 / float64(len(legs))
		}
	}
	return weights
}

const (
	peakDepth      = 10  // the keyword hit that is compared with the best
	peakFull       = 0.5 // by how much of the best score it falls short when a query is as peaked as counts
	agreementDepth = 10  // keyword hits
)

// observe sees what there is to see of a query.
func observe(q *Query, said *understood, legs []*leg, candidates []*candidate) Signals {
	s := Signals{Composed: q.Text != "" && q.shows(), Named: said.share, Agreement: 1}
	keyword, named, photo := -1, -1, -1
	for i, l := range legs {
		switch l.name {
		case LegKeyword:
			keyword = i
			s.Peak = peakOf(l)
		case LegNamed:
			named = i
		case LegTextImage:
			photo = i
		}
	}
	if len(candidates) == 0 {
		return s
	}
	without, agreeing, best := 0, 0.0, 0
	for _, c := range candidates {
		if photo < 0 || c.legs[photo].Rank == 0 && !c.legs[photo].Backfilled {
			without++
		}
		if keyword >= 0 && named >= 0 && c.legs[keyword].Rank > 0 && c.legs[keyword].Rank <= agreementDepth {
			agreeing += c.legs[named].Score
			best++
		}
	}
	s.NoPhoto = float64(without) / float64(len(candidates))
	if best > 0 {
		s.Agreement = agreeing / float64(best)
	}
	return s
}

// peakOf is how far the tenth keyword hit lies below the best one, as a share of peakFull of the best score; 1 when there are
// fewer, 0 without any.
func peakOf(keyword *leg) float64 {
	if len(keyword.hits) == 0 {
		return 0
	}
	tenth := 0.0
	if len(keyword.hits) >= peakDepth {
		tenth = keyword.hits[peakDepth-1].Score
	}
	return min(1, (1-tenth/keyword.hits[0].Score)/peakFull)
}
