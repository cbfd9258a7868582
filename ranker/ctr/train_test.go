package ctr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"testing/quick"

	"github.com/google/go-cmp/cmp"
)

// xor returns rows of two signs, clicked where they differ, with a little noise.
func xor(rows int) *Dataset {
	d := &Dataset{Features: []string{"a", "b"}, Label: "differ"}
	random := rand.New(rand.NewPCG(7, 7))
	for i := range rows {
		a, b := i%2, i/2%2
		d.Values = append(d.Values, float64(2*a-1)+0.2*random.NormFloat64(), float64(2*b-1)+0.2*random.NormFloat64())
		d.Labels = append(d.Labels, float64(a^b))
	}
	return d
}

// noisy returns rows in which the second of three features raises the odds and the others say nothing.
func noisy(rows int, seed uint64) *Dataset {
	d := &Dataset{Features: []string{"a", "b", "c"}, Label: "y"}
	random := rand.New(rand.NewPCG(seed, 8))
	for range rows {
		a, b, c := random.NormFloat64(), 5+2*random.NormFloat64(), random.NormFloat64()
		label := 0.0
		if random.Float64() < sigmoid(b-6) {
			label = 1
		}
		d.Values = append(d.Values, a, b, c)
		d.Labels = append(d.Labels, label)
	}
	return d
}

// none has no rows, of the features of d.
func none(d *Dataset) *Dataset { return d.pick(nil, nil) }

func train(t *testing.T, training, validation *Dataset, o Options) (*Model, []Epoch) {
	t.Helper()
	var epochs []Epoch
	m, err := Train(t.Context(), training, validation, o, func(e Epoch) { epochs = append(epochs, e) })
	if err != nil {
		t.Fatal(err)
	}
	return m, epochs
}

func evaluate(t *testing.T, m *Model, d *Dataset) Metrics {
	t.Helper()
	metrics, err := m.Evaluate(d)
	if err != nil {
		t.Fatal(err)
	}
	return metrics
}

func TestAPerceptronLearnsXORAndALogisticRegressionDoesNot(t *testing.T) {
	for _, optimiser := range []Optimiser{AdamW, SGD} {
		o := Options{Optimiser: optimiser, Rate: 0.02, Epochs: 30, Seed: 1}
		m, _ := train(t, xor(400), none(xor(1)), o)
		if got := evaluate(t, m, xor(400)); got.Accuracy > 0.75 {
			t.Errorf("%s: the logistic regression has accuracy %v: no line parts the rows", optimiser, got.Accuracy)
		}
		o.Hidden = []int{8}
		m, _ = train(t, xor(400), none(xor(1)), o)
		if got := evaluate(t, m, xor(400)); got.Accuracy < 0.99 || got.AUC < 0.999 {
			t.Errorf("%s: the perceptron has accuracy %v, AUC %v", optimiser, got.Accuracy, got.AUC)
		}
	}
}

// TestALogisticRegressionFindsTheOdds: with one feature of two values the likeliest logits are the log odds
// of the two groups of rows.
func TestALogisticRegressionFindsTheOdds(t *testing.T) {
	d := &Dataset{Features: []string{"x"}, Label: "y"}
	for i := range 100 { // 10 of 40 are clicked at 3, 45 of 60 at 8
		x, label := 3.0, 0.0
		if i >= 40 {
			x = 8
		}
		if i < 10 || i >= 55 {
			label = 1
		}
		d.Values, d.Labels = append(d.Values, x), append(d.Labels, label)
	}
	for _, c := range []struct {
		options Options
		shift   float64
	}{
		{Options{Optimiser: SGD, Rate: 0.5, Epochs: 200, Batch: 100}, 0},
		{Options{Optimiser: AdamW, Rate: 0.05, Epochs: 500, Batch: 100}, 0},
		{Options{Optimiser: SGD, Rate: 0.5, Epochs: 200, Batch: 100, PositiveWeight: 4}, math.Log(4)}, // the odds count four times
	} {
		m, _ := train(t, d, none(d), c.options)
		logits, err := m.Logits(d)
		if err != nil {
			t.Fatal(err)
		}
		if want := math.Log(1./3) + c.shift; math.Abs(logits[0]-want) > 1e-4 {
			t.Errorf("%+v: logit %v, want %v", c.options, logits[0], want)
		}
		if want := math.Log(3) + c.shift; math.Abs(logits[99]-want) > 1e-4 {
			t.Errorf("%+v: logit %v, want %v", c.options, logits[99], want)
		}
	}
}

func TestAPenaltyShrinksTheWeights(t *testing.T) {
	d := noisy(500, 1)
	for _, optimiser := range []Optimiser{AdamW, SGD} {
		norm := func(l2 float64) (sum float64) {
			m, _ := train(t, d, none(d), Options{Optimiser: optimiser, Rate: 0.02, Epochs: 20, L2: l2})
			weights, _ := parameterCounts(m.network.sizes, 0)
			for _, w := range m.network.values[:weights] {
				sum += w * w
			}
			return sum
		}
		if free, penalised := norm(0), norm(0.5); penalised > free/2 {
			t.Errorf("%s: |w|² is %v without a penalty, %v with one", optimiser, free, penalised)
		}
	}
}

func TestTrainingIsReproducible(t *testing.T) {
	d, held := noisy(150, 1), noisy(60, 2)
	property := func(seed uint64, hidden, dropout, batch uint8, sgd bool) bool {
		o := Options{Epochs: 3, Batch: 1 + int(batch)%50, Dropout: float64(dropout%5) / 10, Seed: seed}
		if hidden%4 > 0 {
			o.Hidden = []int{int(hidden%4) * 3, 4}
		}
		if sgd {
			o.Optimiser = SGD
		}
		one, oneEpochs := train(t, d, held, o)
		two, twoEpochs := train(t, d, held, o)
		return slices.Equal(one.network.values, two.network.values) && cmp.Equal(oneEpochs, twoEpochs)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 20}); err != nil {
		t.Error(err)
	}
}

func TestTrainingDoesNotDependOnTheNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	d := noisy(1500, 1)
	var models []*Model
	for _, processors := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(processors)
		m, _ := train(t, d, noisy(300, 2), Options{Hidden: []int{6}, Dropout: 0.2, Batch: 700, Epochs: 3})
		models = append(models, m)
	}
	for _, m := range models[1:] {
		if !slices.Equal(m.network.values, models[0].network.values) {
			t.Error("more processors train another model")
		}
	}
}

func TestAnotherSeedTrainsAnotherPerceptron(t *testing.T) {
	d := noisy(100, 1)
	one, _ := train(t, d, none(d), Options{Hidden: []int{4}, Epochs: 1, Seed: 1})
	two, _ := train(t, d, none(d), Options{Hidden: []int{4}, Epochs: 1, Seed: 2})
	if slices.Equal(one.network.values, two.network.values) {
		t.Error("the seeds 1 and 2 give one model")
	}
}

func TestTrainingEndsEarlyAndKeepsTheBestEpoch(t *testing.T) {
	training, validation := noisy(60, 1), noisy(400, 2) // few rows and many units: it overfits
	m, epochs := train(t, training, validation, Options{Hidden: []int{64, 32}, Rate: 0.01, Epochs: 200, Patience: 4})
	if len(epochs) == 200 {
		t.Fatal("200 epochs passed")
	}
	best := 0
	for i, e := range epochs {
		better := i == 0 || e.Validation.Loss < epochs[best].Validation.Loss
		if e.Best != better || e.Number != i+1 {
			t.Errorf("epoch %d of number %d: best %v, want %v", i+1, e.Number, e.Best, better)
		}
		if better {
			best = i
		}
	}
	if got := len(epochs) - 1 - best; got != 4 {
		t.Errorf("training ended %d epochs behind the best", got)
	}
	if diff := cmp.Diff(epochs[best].Validation, evaluate(t, m, validation)); diff != "" {
		t.Errorf("the model is not that of epoch %d: %s", best+1, diff)
	}
	if diff := cmp.Diff(epochs[best].Training, evaluate(t, m, training)); diff != "" {
		t.Errorf("the model is not that of epoch %d: %s", best+1, diff)
	}
}

func TestAnInterruptedTrainingReturnsTheBestModelSoFar(t *testing.T) {
	d := noisy(300, 1)
	ctx, cancel := context.WithCancel(t.Context())
	m, err := Train(ctx, d, none(d), Options{Epochs: 1000}, func(e Epoch) {
		if e.Number == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || m == nil {
		t.Fatalf("model %v, error %v", m, err)
	}
	if got, start := evaluate(t, m, d).AUC, 0.5; got <= start {
		t.Errorf("three epochs of training have AUC %v", got)
	}
	if m, err := Train(ctx, d, none(d), Options{}, func(Epoch) {}); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("before the first epoch: model %v, error %v", m, err)
	}
}

func TestTrainRefusesWhatItCannotLearnFrom(t *testing.T) {
	good := noisy(50, 1)
	unclicked := noisy(50, 1)
	clear(unclicked.Labels)
	large := noisy(50, 1)
	large.Values[3], large.Values[6] = math.MaxFloat64, -math.MaxFloat64
	other := noisy(50, 1)
	other.Features = []string{"a", "b", "d"}
	for _, c := range []struct {
		name                 string
		training, validation *Dataset
		options              Options
		want                 error
	}{
		{"labels of one kind", unclicked, good, Options{}, ErrData},
		{"values whose variance overflows", large, good, Options{}, ErrData},
		{"validation on other features", good, other, Options{}, ErrData},
		{"a rate at which the loss overflows", good, good, Options{Hidden: []int{8, 8}, Optimiser: SGD, Rate: 1e200}, ErrDiverged},
		{"a layer without units", good, good, Options{Hidden: []int{0}}, ErrOptions},
		{"too wide a layer", good, good, Options{Hidden: []int{1e6}}, ErrOptions},
		{"too many parameters", good, good, Options{Hidden: []int{4096, 4096}}, ErrOptions},
		{"too many layers", good, good, Options{Hidden: make([]int, 9)}, ErrOptions},
		{"dropout of everything", good, good, Options{Dropout: 1}, ErrOptions},
		{"a negative rate", good, good, Options{Rate: -1}, ErrOptions},
		{"a rate of NaN", good, good, Options{Rate: math.NaN()}, ErrOptions},
		{"a negative penalty", good, good, Options{L2: -1}, ErrOptions},
		{"a negative weight", good, good, Options{PositiveWeight: -1}, ErrOptions},
		{"an unknown optimiser", good, good, Options{Optimiser: "newton"}, ErrOptions},
		{"momentum of 1", good, good, Options{Momentum: 1}, ErrOptions},
		{"negative epochs", good, good, Options{Epochs: -1}, ErrOptions},
		{"a negative batch", good, good, Options{Batch: -1}, ErrOptions},
		{"negative patience", good, good, Options{Patience: -1}, ErrOptions},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Train(t.Context(), c.training, c.validation, c.options, func(Epoch) {})
			if !errors.Is(err, c.want) || m != nil {
				t.Errorf("model %v, error %v, want %v", m, err, c.want)
			}
		})
	}
}

func TestAModelRefusesOtherFeatures(t *testing.T) {
	d := noisy(50, 1)
	m, _ := train(t, d, none(d), Options{Epochs: 1})
	d.Features = []string{"b", "a", "c"}
	if _, err := m.Evaluate(d); !errors.Is(err, ErrData) {
		t.Errorf("features in another order: %v", err)
	}
}

func BenchmarkTrain(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	d := &Dataset{Label: "y"}
	for j := range 45 {
		d.Features = append(d.Features, fmt.Sprint("f", j))
	}
	for row := range 20_000 { // queries of 20 rows, one in ten clicked
		for range d.Features {
			d.Values = append(d.Values, random.NormFloat64())
		}
		label := 0.0
		if random.Float64() < 0.1 {
			label = 1
		}
		d.Labels, d.Groups = append(d.Labels, label), append(d.Groups, fmt.Sprint(row/20))
	}
	for _, o := range []Options{
		{Batch: 256},
		{Batch: 32, Hidden: []int{64}},
		{Batch: 256, Hidden: []int{64}},
		{Batch: 1024, Hidden: []int{64}},
		{Batch: 256, Hidden: []int{128, 64}},
		{Batch: 256, Hidden: []int{64}, Factors: 8},
		{Batch: 256, Hidden: []int{64}, Objective: Softmax},
		{Batch: 256, Hidden: []int{64}, Objective: LambdaRank},
	} {
		o.Epochs = 1
		b.Run(fmt.Sprintf("objective=%s/hidden=%v/factors=%d/batch=%d", o.WithDefaults().Objective, o.Hidden, o.Factors, o.Batch), func(b *testing.B) {
			for b.Loop() {
				if _, err := Train(b.Context(), d, none(d), o, func(Epoch) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Rows()*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
