package behaviour

import "math"

// What is expected of a place in the list before clicks teach it: the first place is clicked once in ten impressions,
// place k by k^-0.7 of that (the eye-tracking and click logs of web search lie between 0.5 and 1). The strengths are in
// impressions.
const (
	examinationDecay = 0.7
	topRate          = 0.1
	topStrength      = 200
	placeStrength    = 100
	places           = 200 // deeper ones are as the last
)

// examination is the click-through rate by place: the chance that an impression there is clicked, whatever the product.
type examination struct {
	shown, clicked [places]float64 // decayed, of the long span
	shownAll       float64         // Σ shown · prior of the place
	clickedAll     float64
}

func placePrior(place int) float64 { return placePriors[place] }

var placePriors = func() (priors [places]float64) {
	for i := range priors {
		priors[i] = math.Pow(float64(i+1), -examinationDecay)
	}
	return priors
}()

// placeOf is the index of an ordinal, from 1.
func placeOf(ordinal int) int { return min(max(ordinal, 1), places) - 1 }

func (e *examination) add(a action, place int, weight float64) {
	switch a {
	case impression:
		e.shown[place] = max(0, e.shown[place]+weight)
		e.shownAll = max(0, e.shownAll+weight*placePrior(place))
	case click:
		e.clicked[place] = max(0, e.clicked[place]+weight)
		e.clickedAll = max(0, e.clickedAll+weight)
	}
}

// expected is the chance of a click at a place. The factor brings the sums to the present.
func (e *examination) expected(place int, factor float64) float64 {
	top := (e.clickedAll*factor + topRate*topStrength) / (e.shownAll*factor + topStrength)
	return (e.clicked[place]*factor + top*placePrior(place)*placeStrength) / (e.shown[place]*factor + placeStrength)
}

func (e *examination) scale(factor float64) {
	for i := range e.shown {
		e.shown[i] *= factor
		e.clicked[i] *= factor
	}
	e.shownAll *= factor
	e.clickedAll *= factor
}
