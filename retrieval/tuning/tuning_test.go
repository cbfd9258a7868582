package tuning

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

// drawn is a group in which the text-text leg is right and the keyword leg is wrong, where useful; for the default weights the
// keyword leg counts more.
func drawn(queries int, useful bool) Group {
	var group Group
	for i := range queries {
		o := &Observation{
			Query: fmt.Sprint("q", i), legs: []string{retrieval.LegKeyword, retrieval.LegTextText},
			signals: retrieval.Signals{Peak: 1, Agreement: 1}, ideal: 1, alone: []float64{0, 1},
		}
		for c := range 30 {
			right := c == i%30
			row := []float64{float64((c*7+i)%30) / 30, 0.4}
			gain := 0.0
			if right {
				gain = 1
				if useful {
					row = []float64{0.3, 1}
				}
			}
			o.normalised, o.gains = append(o.normalised, row), append(o.gains, gain)
		}
		group = append(group, o)
	}
	return group
}

func TestFitFindsTheLegThatIsRightAlsoOnUnseenQueries(t *testing.T) {
	group, start := drawn(60, true), retrieval.DefaultWeighting()
	fitted, err := Fit(t.Context(), []Group{group}, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := group.Mean(&start), group.Mean(&fitted); after < before+0.1 {
		t.Errorf("NDCG@10 %v becomes %v", before, after)
	}
	if err := fitted.Validate(); err != nil {
		t.Error(err)
	}
	for leg, weight := range fitted.Certain {
		if was := start.Certain[leg]; was > 0 && (weight/was > maxFactor*maxFactor || was/weight > maxFactor*maxFactor) {
			t.Errorf("the weight of %s goes from %v to %v", leg, was, weight)
		}
	}
	unseen, err := CrossValidate(t.Context(), group, start, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, value := range unseen {
		sum += value
	}
	if len(unseen) != len(group) || sum/float64(len(group)) < group.Mean(&start)+0.1 {
		t.Errorf("%d unseen queries reach %v", len(unseen), sum/float64(len(group)))
	}
	again, err := Fit(t.Context(), []Group{group}, start, nil)
	if err != nil || !reflect.DeepEqual(again, fitted) {
		t.Errorf("another fit gives %+v, %v", again, err)
	}
}

func TestFitKeepsWhatNothingImproves(t *testing.T) {
	group, start := drawn(40, false), retrieval.DefaultWeighting()
	fitted, err := Fit(t.Context(), []Group{group}, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := group.Mean(&start), group.Mean(&fitted); after < before {
		t.Errorf("NDCG@10 %v becomes %v", before, after)
	}
}

func TestFitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(ctx, []Group{drawn(5, true)}, retrieval.DefaultWeighting(), nil); err == nil {
		t.Error("no error")
	}
}

func TestParametersAreTurnedIntoTheSameWeighting(t *testing.T) {
	start := retrieval.DefaultWeighting()
	back := weightingOf(&start, parameters(&start))
	legs := []string{retrieval.LegKeyword, retrieval.LegTextText, retrieval.LegTextImage, retrieval.LegNamed}
	for _, s := range []retrieval.Signals{{Named: 1, Agreement: 0.5}, {Peak: 1, Agreement: 1}, {Composed: true}} {
		was, is := start.Weights(legs, s), back.Weights(legs, s)
		for i := range legs {
			if math.Abs(was[i]-is[i]) > 2*leastWeight {
				t.Errorf("%+v: %s has %v, had %v", s, legs[i], is[i], was[i])
			}
		}
	}
}

func TestNDCGIsThatOfTheEvaluation(t *testing.T) {
	grades := map[string]int{"p00": 1, "p03": 3, "p07": 2, "p99": 3}
	o := &Observation{legs: []string{retrieval.LegKeyword}, ideal: idealGain(grades)}
	var ranked []string
	for i := range 15 {
		id := fmt.Sprintf("p%02d", i)
		ranked = append(ranked, id)
		o.normalised = append(o.normalised, []float64{1 - float64(i/2)/10}) // pairs are equal
		o.gains = append(o.gains, gain(grades[id]))
	}
	w := retrieval.DefaultWeighting()
	if got, want := o.ndcg(&w), evaluation.NDCG(ranked, grades, Depth); math.Abs(got-want) > 1e-12 {
		t.Errorf("NDCG %v, want %v", got, want)
	}
}
