package calibration

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// drawn are logits of chance and the labels of a model whose true log odds are slope · logit + intercept.
func drawn(rows int, slope, intercept float64, seed uint64) (logits, labels []float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for range rows {
		logit := 2 * random.NormFloat64()
		logits = append(logits, logit)
		label := 0.0
		if random.Float64() < sigmoid(slope*logit+intercept) {
			label = 1
		}
		labels = append(labels, label)
	}
	return logits, labels
}

func chances(logits []float64, of func(float64) float64) []float64 {
	out := make([]float64, len(logits))
	for i, logit := range logits {
		out[i] = of(logit)
	}
	return out
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %v, want %v within %v", what, got, want, within)
	}
}

func TestPlattFindsTheSlopeAndTheIntercept(t *testing.T) {
	for _, want := range []Platt{{1, 0}, {0.5, -2}, {2, 1}, {-1, 0.5}} {
		logits, labels := drawn(50_000, want.Slope, want.Intercept, 1)
		got, err := FitPlatt(logits, labels, nil)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "slope", got.Slope, want.Slope, 0.08)
		near(t, "intercept", got.Intercept, want.Intercept, 0.08)
	}
}

// Where one logit had k clicks of n rows and another k' of n', two parameters meet the smoothed targets'
// means exactly: that is the closed form the search must find.
func TestPlattOnTwoLogitsIsTheClosedForm(t *testing.T) {
	logits := []float64{-1, -1, -1, -1, 2, 2, 2, 2}
	labels := []float64{0, 0, 0, 1, 0, 1, 1, 1}
	got, err := FitPlatt(logits, labels, nil)
	if err != nil {
		t.Fatal(err)
	}
	clicked, unclicked := 5.0/6, 1.0/6 // of four rows each
	near(t, "low", got.Chance(-1), (3*unclicked+clicked)/4, 1e-6)
	near(t, "high", got.Chance(2), (unclicked+3*clicked)/4, 1e-6)
}

func TestPlattStaysFiniteOnSeparableRows(t *testing.T) {
	got, err := FitPlatt([]float64{-700, -600, 600, 700}, []float64{0, 0, 1, 1}, nil)
	if err != nil || math.IsNaN(got.Chance(0)) || !(got.Slope > 0 && got.Slope < 1) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAWeightIsThatManyRows(t *testing.T) {
	logits, labels := drawn(200, 0.7, -1, 2)
	weights := make([]float64, len(logits))
	var manyLogits, manyLabels []float64
	for i := range weights {
		weights[i] = float64(1 + i%3)
		for range 1 + i%3 {
			manyLogits, manyLabels = append(manyLogits, logits[i]), append(manyLabels, labels[i])
		}
	}
	a, errA := FitPlatt(logits, labels, weights)
	b, errB := FitPlatt(manyLogits, manyLabels, nil)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	near(t, "slope", a.Slope, b.Slope, 1e-6)
	near(t, "intercept", a.Intercept, b.Intercept, 1e-6)

	c, errC := FitIsotonic(logits, labels, weights)
	d, errD := FitIsotonic(manyLogits, manyLabels, nil)
	if errC != nil || errD != nil {
		t.Fatal(errC, errD)
	}
	for _, logit := range logits {
		near(t, "isotonic chance", c.Chance(logit), d.Chance(logit), 1e-12)
	}
}

func TestIsotonicIsMonotoneAndKeepsTheMean(t *testing.T) {
	for seed := range uint64(30) {
		logits, labels := drawn(int(20+20*seed), 1, -1, seed)
		for i := range logits {
			logits[i] = math.Round(4*logits[i]) / 4 // ties
		}
		weights := make([]float64, len(logits))
		random := rand.New(rand.NewPCG(seed, 2))
		for i := range weights {
			weights[i] = 0.1 + random.Float64()
		}
		c, err := FitIsotonic(logits, labels, weights)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(c.Chances) || !slices.IsSorted(c.Logits) || len(slices.Compact(slices.Clone(c.Logits))) != len(c.Logits) {
			t.Errorf("seed %d: knots %v, %v", seed, c.Logits, c.Chances)
		}
		var given, clicked float64
		for i, logit := range logits {
			given += weights[i] * c.Chance(logit)
			clicked += weights[i] * labels[i]
		}
		near(t, "weighted sum", given, clicked, 1e-9)
		last := 0.0
		for logit := -9.0; logit < 9; logit += 0.01 {
			chance := c.Chance(logit)
			if chance < last || chance > 1 {
				t.Fatalf("seed %d: %v at %v after %v", seed, chance, logit, last)
			}
			last = chance
		}
	}
}

func TestIsotonicPoolsWhatFalls(t *testing.T) {
	c, err := FitIsotonic([]float64{1, 2, 3, 4, 5, 6}, []float64{0, 1, 0, 0, 1, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for logit, want := range map[float64]float64{0: 0, 1: 0, 2: 1. / 3, 3: 1. / 3, 4: 1. / 3, 4.5: 2. / 3, 5: 1, 6: 1, 9: 1, 1.5: 1. / 6} {
		near(t, "chance", c.Chance(logit), want, 1e-12)
	}
	if got := c.Chance(math.NaN()); got != 0 {
		t.Errorf("NaN has the chance %v", got)
	}
}

func TestReliabilityOfKnownRows(t *testing.T) {
	table, err := Reliability([]float64{.1, .1, .1, .9, .9, .9}, []float64{0, 0, 1, 1, 1, 1}, 2)
	if err != nil || len(table) != 2 {
		t.Fatal(table, err)
	}
	near(t, "predicted", table[0].Predicted, .1, 1e-12)
	near(t, "observed", table[0].Observed, 1./3, 1e-12)
	near(t, "low of 1 in 3", table[0].Low, 0.0615, 5e-5) // Wilson's, as statsmodels has it
	near(t, "high of 1 in 3", table[0].High, 0.7923, 5e-5)
	near(t, "ECE", ECE(table), (3*(1./3-.1)+3*.1)/6, 1e-12)
}

func TestBinsHoldEveryRowOnceAndTiesStayTogether(t *testing.T) {
	for seed := range uint64(20) {
		logits, labels := drawn(int(1+13*seed), 1, 0, seed)
		for i := range logits {
			logits[i] = sigmoid(math.Round(logits[i]))
		}
		table, err := Reliability(logits, labels, 10)
		if err != nil {
			t.Fatal(err)
		}
		rows, last := 0, -1.0
		for _, b := range table {
			rows += b.Rows
			if b.Predicted <= last+1e-12 || b.Low > b.Observed || b.High < b.Observed {
				t.Errorf("seed %d: %+v after %v", seed, b, last)
			}
			last = b.Predicted
		}
		if rows != len(logits) || len(table) > 10 {
			t.Errorf("seed %d: %d rows in %d bins", seed, rows, len(table))
		}
	}
}

func TestCalibrationLowersErrorAndLossOfAnOversureModel(t *testing.T) {
	logits, labels := drawn(20_000, 0.4, -2, 3)
	fresh, freshLabels := drawn(20_000, 0.4, -2, 4)
	platt, err := FitPlatt(logits, labels, nil)
	if err != nil {
		t.Fatal(err)
	}
	isotonic, err := FitIsotonic(logits, labels, nil)
	if err != nil {
		t.Fatal(err)
	}
	measure := func(of func(float64) float64) (ece, loss float64) {
		table, err := Reliability(chances(fresh, of), freshLabels, 10)
		if err != nil {
			t.Fatal(err)
		}
		loss, err = LogLoss(chances(fresh, of), freshLabels)
		if err != nil {
			t.Fatal(err)
		}
		return ECE(table), loss
	}
	before, lossBefore := measure(sigmoid)
	for name, of := range map[string]func(float64) float64{"Platt": platt.Chance, "isotonic": isotonic.Chance} {
		after, loss := measure(of)
		if after > 0.02 || before < 0.2 || loss >= lossBefore {
			t.Errorf("%s: error %v after %v, loss %v after %v", name, after, before, loss, lossBefore)
		}
	}
}

func TestLogLossOfAChanceOfZeroIsFinite(t *testing.T) {
	loss, err := LogLoss([]float64{0, 1, .5}, []float64{1, 1, 0})
	near(t, "loss", loss, (52*math.Ln2+math.Ln2)/3, 1e-9)
	if err != nil {
		t.Error(err)
	}
}

func TestUnusableRowsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name                    string
		logits, labels, weights []float64
		want                    string
	}{
		{"none", nil, nil, nil, "0 scores"},
		{"another number of labels", []float64{1, 2}, []float64{1}, nil, "2 scores, 1 labels"},
		{"another number of weights", []float64{1, 2}, []float64{1, 0}, []float64{1}, "1 weights"},
		{"not finite", []float64{1, math.Inf(1)}, []float64{1, 0}, nil, "the score of row 1 is +Inf"},
		{"a label between", []float64{1, 2}, []float64{1, .5}, nil, "the label of row 1 is 0.5"},
		{"a weight of 0", []float64{1, 2}, []float64{1, 0}, []float64{1, 0}, "the weight of row 1 is 0"},
		{"labels all the same", []float64{1, 2}, []float64{1, 1}, nil, "all 2 labels are 1: bring rows of both"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, platt := FitPlatt(c.logits, c.labels, c.weights)
			_, isotonic := FitIsotonic(c.logits, c.labels, c.weights)
			for _, err := range []error{platt, isotonic} {
				if !errors.Is(err, ErrRows) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			}
		})
	}
	if _, err := Reliability([]float64{1}, []float64{1}, 0); !errors.Is(err, ErrRows) {
		t.Errorf("no bins: %v", err)
	}
}
