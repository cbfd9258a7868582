package retrieval

import "math"

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
	Named   float64 `json:"named"`   // the share of the words that name values of the catalogue
	NoPhoto float64 `json:"noPhoto"` // the share of the candidates without a photo

	// Trust is the power of the agreement between the keyword and the named leg by which the named leg counts: words that
	// name a value by accident are not followed by the products that have all words.
	Trust float64 `json:"trust"`
}

// DefaultWeighting was fitted on the tuning half of the judged sets (docs/decisions/0009-fusion.md).
func DefaultWeighting() Weighting {
	return Weighting{
		Kind:     map[string]float64{LegKeyword: 0.05, LegTextText: 0.09, LegTextImage: 0.14, LegNamed: 0.72},
		Certain:  map[string]float64{LegKeyword: 0.47, LegTextText: 0.30, LegTextImage: 0.01, LegNamed: 0.22},
		Composed: map[string]float64{LegKeyword: 0.05, LegTextText: 0.05, LegTextImage: 0.15, LegPhotoImage: 0.50, LegNamed: 0.25},
		Bias:     -0.4, Peak: 9, Named: -1.8, NoPhoto: 3,
		Trust: 0.8,
	}
}

// signals are what is seen of a query once its legs are back.
type signals struct {
	composed  bool    // it has words and a photo
	peak      float64 // in [0, 1]: see peakOf
	named     float64 // in [0, 1]
	noPhoto   float64 // in [0, 1]
	agreement float64 // in [0, 1]: the mean score of the named leg over the best keyword hits; 1 where either has none
}

// weights returns the weight of each leg that came back; they sum to 1.
func (w *Weighting) weights(legs []*leg, s signals) map[string]float64 {
	certain := 1 / (1 + math.Exp(-(w.Bias + w.Peak*s.peak + w.Named*s.named + w.NoPhoto*s.noPhoto)))
	weights, sum := make(map[string]float64, len(legs)), 0.0
	for _, l := range legs {
		weight := (1-certain)*w.Kind[l.name] + certain*w.Certain[l.name]
		if s.composed {
			weight = w.Composed[l.name]
		} else if l.name == LegNamed {
			weight *= math.Pow(s.agreement, w.Trust)
		}
		weights[l.name] = weight
		sum += weight
	}
	for name := range weights {
		if sum > 0 {
			weights[name] /= sum
		} else {
			weights[name] = 1 / float64(len(legs))
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
func observe(q *Query, said *understood, legs []*leg, candidates []*candidate) signals {
	s := signals{composed: q.Text != "" && len(q.Photo) > 0, named: said.share, agreement: 1}
	keyword, named, photo := -1, -1, -1
	for i, l := range legs {
		switch l.name {
		case LegKeyword:
			keyword = i
			s.peak = peakOf(l)
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
	s.noPhoto = float64(without) / float64(len(candidates))
	if best > 0 {
		s.agreement = agreeing / float64(best)
	}
	return s
}

// peakOf is how far the tenth keyword hit lies below the best one, as a share of peakFull of the best score: 0 when ten
// products fit as well, 1 when the tenth is half as good or there are fewer. 0 without any hit.
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
