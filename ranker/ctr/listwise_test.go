package ctr

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestNDCGOfKnownExamples(t *testing.T) {
	log2 := math.Log2
	for _, c := range []struct {
		name   string
		labels []float64
		scores []float64
		at     int
		want   float64
	}{
		{"the right order", []float64{3, 2, 0}, []float64{3, 2, 1}, 3, 1},
		{"the wrong order", []float64{0, 2, 3}, []float64{3, 2, 1}, 3, (3/log2(3) + 7/log2(4)) / (7 + 3/log2(3))},
		{"the click is below k", []float64{0, 0, 1}, []float64{3, 2, 1}, 2, 0},
		{"the click is third", []float64{0, 0, 1, 0}, []float64{4, 3, 2, 1}, 10, 1 / log2(4)},
		{"all tied: the mean over the orders", []float64{1, 0}, []float64{5, 5}, 10, (1 + 1/log2(3)) / 2},
		{"a tie across k", []float64{1, 0, 0}, []float64{5, 5, 9}, 2, 1 / log2(3) / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := &examples{labels: [][]float64{c.labels}, groups: []span{{0, len(c.labels)}}}
			if got, queries := ndcg(e, c.scores, c.at); math.Abs(got-c.want) > 1e-12 || queries != 1 {
				t.Errorf("%v of %d queries, want %v", got, queries, c.want)
			}
		})
	}
	e := &examples{labels: [][]float64{{0, 0, 1, 0, 0}}, groups: []span{{0, 2}, {2, 4}, {4, 5}}}
	if got, queries := ndcg(e, []float64{1, 2, 2, 1, 1}, 5); got != 1 || queries != 1 {
		t.Errorf("%v of %d queries: those without a click do not count", got, queries)
	}
}

// queries returns rows of queries in each of which the row with the highest x is clicked; a feature that is
// the same for the whole query has by far the larger values and decides on clicks nowhere.
func queries(count int, seed uint64) *Dataset {
	random := rand.New(rand.NewPCG(seed, 3))
	d := &Dataset{Features: []string{"x", "query"}, Label: "click"}
	for q := range count {
		level, best := 10*random.NormFloat64(), d.Rows()
		for range 5 {
			x := random.NormFloat64()
			d.Values = append(d.Values, x+level/4, level)
			d.Labels = append(d.Labels, 0)
			d.Groups = append(d.Groups, fmt.Sprint(q))
			if row := d.Rows() - 1; d.Values[2*row] > d.Values[2*best] {
				best = row
			}
		}
		d.Labels[best] = 1
	}
	return d
}

func TestListwiseObjectivesLearnTheOrderWithinQueries(t *testing.T) {
	training, validation := queries(300, 1), queries(60, 2)
	for _, objective := range []Objective{Softmax, LambdaRank} {
		for name, o := range map[string]Options{
			"linear": {},
			"mlp":    {Hidden: []int{8}},
			"deepfm": {Hidden: []int{8}, Factors: 2},
		} {
			o.Objective, o.Rate, o.Epochs, o.Seed = objective, 0.02, 30, 1
			m, epochs := train(t, training, validation, o)
			got := evaluate(t, m, queries(100, 3))
			if got.Queries != 100 || got.NDCG10 < 0.97 || got.NDCG5 < 0.97 {
				t.Errorf("%s %s: NDCG@10 %v of %d queries", objective, name, got.NDCG10, got.Queries)
			}
			if last := epochs[len(epochs)-1].Training.Loss; last > epochs[0].Training.Loss {
				t.Errorf("%s %s: the loss rose from %v to %v", objective, name, epochs[0].Training.Loss, last)
			}
		}
	}
}

func TestListwiseObjectivesRankTheLearningToRankSet(t *testing.T) {
	training, validation, err := readKit(t).Split(0.25, 1)
	if err != nil {
		t.Fatal(err)
	}
	chance, _ := ndcg(examplesOf(validation), make([]float64, validation.Rows()), 10)
	for _, objective := range []Objective{Softmax, LambdaRank} {
		m, epochs := train(t, training, validation, Options{Objective: objective, Epochs: 20, L2: 0.5, Seed: 1})
		got := evaluate(t, m, validation)
		t.Logf("%s: NDCG@5 %.4f, NDCG@10 %.4f after %d epochs, NDCG@10 by chance %.4f", objective, got.NDCG5, got.NDCG10, len(epochs), chance)
		if got.NDCG10 < chance+0.08 {
			t.Errorf("%s: NDCG@10 %v, by chance %v", objective, got.NDCG10, chance)
		}
	}
}

func TestTheBestEpochOfAListwiseObjectiveHasTheHighestNDCG(t *testing.T) {
	training, validation := queries(30, 1), queries(40, 2)
	for i := range training.Labels { // hard to learn: the figures go up and down
		if i%7 == 0 {
			training.Labels[i] = 1 - training.Labels[i]
		}
	}
	m, epochs := train(t, training, validation, Options{Objective: LambdaRank, Hidden: []int{16}, Rate: 0.05, Epochs: 25, Seed: 1})
	best := epochs[0]
	for i, e := range epochs {
		if better := i == 0 || e.Validation.NDCG10 > best.Validation.NDCG10; better != e.Best {
			t.Fatalf("epoch %d of NDCG@10 %v is best: %v", e.Number, e.Validation.NDCG10, e.Best)
		}
		if e.Best {
			best = e
		}
	}
	if got := evaluate(t, m, validation).NDCG10; got != best.Validation.NDCG10 {
		t.Errorf("the model has NDCG@10 %v, the best epoch %v", got, best.Validation.NDCG10)
	}
}

func TestListwiseObjectivesRefuseRowsWithoutAnOrder(t *testing.T) {
	good := queries(20, 1)
	loose := queries(20, 1)
	loose.Groups = nil
	alike := queries(20, 1)
	clear(alike.Labels)
	funnel := queries(20, 1)
	funnel.Funnel = []Step{{"cart", make([]float64, funnel.Rows())}}
	for _, c := range []struct {
		name                 string
		training, validation *Dataset
		options              Options
		want                 error
		text                 string
	}{
		{"rows without queries", loose, none(loose), Options{Objective: Softmax}, ErrData, "name the query of each row"},
		{"validation without queries", good, loose, Options{Objective: Softmax}, ErrData, "name the query of each row"},
		{"no clicks", alike, none(good), Options{Objective: LambdaRank}, ErrData, "no query of 100 rows"},
		{"no clicks to validate on", good, alike, Options{Objective: LambdaRank}, ErrData, "no query of 100 rows"},
		{"a funnel", funnel, none(funnel), Options{Objective: Softmax}, ErrData, "leave the steps of the funnel out"},
		{"weights of clicks", good, none(good), Options{Objective: Softmax, PositiveWeight: 2}, ErrOptions, "leave it out"},
		{"NDCG at -1", good, none(good), Options{Objective: Softmax, NDCGAt: -1}, ErrOptions, "NDCG at -1"},
		{"an unknown objective", good, none(good), Options{Objective: "hinge"}, ErrOptions, `objective "hinge"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Train(t.Context(), c.training, c.validation, c.options, func(Epoch) {})
			if m != nil || !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("model %v, error %v, want %s", m, err, c.text)
			}
		})
	}
}

func TestGradesAreForListwiseObjectives(t *testing.T) {
	d := queries(20, 1)
	d.Labels[3] = 2
	if _, err := Train(t.Context(), d, none(d), Options{}, func(Epoch) {}); !errors.Is(err, ErrData) || !strings.Contains(err.Error(), "a row has the label 2") {
		t.Errorf("logloss: %v", err)
	}
	if _, err := Train(t.Context(), d, none(d), Options{Objective: Softmax, Epochs: 1}, func(Epoch) {}); err != nil {
		t.Errorf("softmax: %v", err)
	}
}
