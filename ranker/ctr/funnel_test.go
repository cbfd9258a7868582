package ctr

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// funnel returns rows that are clicked, put into the cart and bought by chances of their own: those who click
// do so by x, and of them those with a high x put less into the cart, by z they buy. So among clicked rows x
// is seen at its high end.
func funnel(rows int, seed uint64) (d *Dataset, chances [3][]float64) {
	random := rand.New(rand.NewPCG(seed, 11))
	d = &Dataset{Features: []string{"x", "z"}, Label: "click", Funnel: []Step{{Name: "add_to_cart"}, {Name: "purchase"}}}
	for range rows {
		x, z := random.NormFloat64(), random.NormFloat64()
		labels, came := [3]float64{}, true
		for t, logit := range []float64{1.5*x - 1.5, -x + z/2 - 0.5, z} {
			chance := sigmoid(logit)
			chances[t] = append(chances[t], chance)
			if came = came && random.Float64() < chance; came {
				labels[t] = 1
			}
		}
		d.Values = append(d.Values, x, z)
		d.Labels = append(d.Labels, labels[0])
		d.Funnel[0].Labels = append(d.Funnel[0].Labels, labels[1])
		d.Funnel[1].Labels = append(d.Funnel[1].Labels, labels[2])
	}
	return d, chances
}

func TestTasksRecoverTheConditionalRatesOfAFunnel(t *testing.T) {
	training, _ := funnel(40_000, 1)
	validation, _ := funnel(10_000, 2)
	test, chances := funnel(20_000, 3)
	for name, hidden := range map[string][]int{"linear": nil, "shared bottom": {16}} {
		t.Run(name, func(t *testing.T) {
			m, _ := train(t, training, validation, Options{Hidden: hidden, Rate: 0.005, Batch: 256, Epochs: 12, Patience: 3, Seed: 1})
			if want := []string{"click", "add_to_cart", "purchase"}; !slices.Equal(m.Tasks(), want) {
				t.Fatalf("tasks %v", m.Tasks())
			}
			scores := m.TaskScores(test.Values, nil)
			for task, name := range m.Tasks() {
				var gap, chance, got, want float64
				rate := mean(chances[task])
				for i, truth := range chances[task] {
					estimate := sigmoid(scores[i*3+task])
					gap += math.Abs(estimate - truth)
					chance += math.Abs(rate - truth)
					got, want = got+estimate, want+truth
				}
				t.Logf("%s: off by %.4f on average, the mean rate by %.4f; %.4f on average, truly %.4f", name, gap/20_000, chance/20_000, got/20_000, want/20_000)
				if gap > chance/3 {
					t.Errorf("%s: off by %v on average, where the mean rate is off by %v", name, gap/20_000, chance/20_000)
				}
				if math.Abs(got-want) > 0.02*20_000 { // over all rows, not over those that came so far
					t.Errorf("%s: %v on average, truly %v", name, got/20_000, want/20_000)
				}
			}
			steps := evaluate(t, m, test).Steps
			if len(steps) != 2 || steps[1].Name != "purchase" || steps[1].Positives == 0 || steps[1].AUC < 0.6 || steps[0].AUC < 0.6 {
				t.Errorf("figures of the steps: %+v", steps)
			}
		})
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}

func TestTheFirstTaskIsTheClick(t *testing.T) {
	d, _ := funnel(500, 1)
	m, _ := train(t, d, none(d), Options{Hidden: []int{4}, Epochs: 1})
	all, first := m.TaskScores(d.Values, nil), m.Scores(d.Values, nil)
	for i, score := range first {
		if score != all[i*3] {
			t.Fatalf("row %d: score %v, of the first task %v", i, score, all[i*3])
		}
	}
}

func TestAFunnelOfFarLogitsHasFiniteLosses(t *testing.T) {
	e := &examples{labels: [][]float64{{0, 1, 1, 1}, {0, 0, 1, 1}, {0, 0, 0, 1}}}
	for _, logit := range []float64{-800, -40, 0, 40, 800} {
		logits, slopes := make([]float64, 12), make([]float64, 12)
		for i := range logits {
			logits[i] = logit
		}
		logLoss{1}.slopes(e, logits, slopes)
		if loss := (logLoss{1}).mean(e, logits); !finite(loss) || !finite(slopes...) {
			t.Errorf("logits of %v: loss %v, slopes %v", logit, loss, slopes)
		}
	}
}

func TestAModelOfAFunnelRefusesRowsWithoutIt(t *testing.T) {
	d, _ := funnel(200, 1)
	m, _ := train(t, d, none(d), Options{Epochs: 1})
	if _, err := m.Evaluate(d.without("funnel")); !errors.Is(err, ErrData) {
		t.Errorf("evaluated without the steps: %v", err)
	}
	click, _ := train(t, d.without("funnel"), none(d.without("funnel")), Options{Epochs: 1})
	if got := evaluate(t, click, d); len(got.Steps) != 0 || got.Rows != 200 {
		t.Errorf("a model of the click alone, evaluated along the funnel: %+v", got)
	}
	if _, err := Train(t.Context(), d, d.without("funnel"), Options{}, func(Epoch) {}); !errors.Is(err, ErrData) {
		t.Errorf("validated without the steps: %v", err)
	}
	if _, err := Train(t.Context(), d, none(d), Options{Factors: 3}, func(Epoch) {}); !errors.Is(err, ErrOptions) {
		t.Errorf("a factorisation machine of three tasks: %v", err)
	}
}
