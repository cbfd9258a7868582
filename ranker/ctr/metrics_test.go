package ctr

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMetricsOfKnownExamples(t *testing.T) {
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	for _, c := range []struct {
		name     string
		labels   []float64
		chances  []float64 // of a click
		weight   float64
		loss     float64
		logLoss  float64
		accuracy float64
		auc      float64
	}{
		// The example of scikit-learn's roc_auc_score; its log loss is (ln 1/.9 + ln 1/.6 + ln 1/.35 + ln 1/.8) / 4.
		{"four rows", []float64{0, 0, 1, 1}, []float64{.1, .4, .35, .8}, 1, 0.472288, 0.472288, .75, .75},
		// The example of scikit-learn's log_loss.
		{"ham and spam", []float64{1, 0, 0, 1}, []float64{.9, .1, .2, .65}, 1, 0.216162, 0.216162, 1, 1},
		{"clicks weigh three times", []float64{1, 0}, []float64{.5, .5}, 3, 2 * math.Ln2, math.Ln2, .5, .5},
		{"all tied", []float64{1, 0, 1, 0}, []float64{.2, .2, .2, .2}, 1, (2*math.Log(5) + 2*math.Log(1.25)) / 4, (2*math.Log(5) + 2*math.Log(1.25)) / 4, .5, .5},
		{"one pair of four tied", []float64{0, 1, 0, 1}, []float64{.3, .3, .1, .6}, 1, 0.544209, 0.544209, .75, .875},
		{"the wrong way round", []float64{1, 0}, []float64{.1, .9}, 1, math.Log(10), math.Log(10), 0, 0},
		{"one kind only", []float64{0, 0}, []float64{.5, .5}, 1, math.Ln2, math.Ln2, 1, math.NaN()},
	} {
		t.Run(c.name, func(t *testing.T) {
			logits := make([]float64, len(c.chances))
			for i, p := range c.chances {
				logits[i] = logit(p)
			}
			got := measure(&examples{labels: [][]float64{c.labels}}, logits, logLoss{c.weight})
			for _, f := range []struct {
				name      string
				got, want float64
			}{{"loss", got.Loss, c.loss}, {"log loss", got.LogLoss, c.logLoss}, {"accuracy", got.Accuracy, c.accuracy}, {"AUC", got.AUC, c.auc}} {
				if math.IsNaN(f.want) != math.IsNaN(f.got) || math.Abs(f.got-f.want) > 1e-6 {
					t.Errorf("%s %v, want %v", f.name, f.got, f.want)
				}
			}
			if got.Rows != len(c.labels) {
				t.Errorf("%d rows", got.Rows)
			}
		})
	}
}

func TestAUCIsTheShareOfPairsInTheRightOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		labels, scores := make([]float64, 2+random.IntN(40)), []float64{}
		for i := range labels {
			labels[i] = float64(random.IntN(2))
			scores = append(scores, float64(random.IntN(8))) // many ties
		}
		var right, pairs float64
		for i, a := range labels {
			for j, b := range labels {
				if a == 1 && b == 0 {
					pairs++
					switch {
					case scores[i] > scores[j]:
						right++
					case scores[i] == scores[j]:
						right += 0.5
					}
				}
			}
		}
		if got := auc(labels, scores); pairs == 0 != math.IsNaN(got) || math.Abs(got-right/pairs) > 1e-12 {
			t.Fatalf("labels %v, scores %v: AUC %v, want %v", labels, scores, got, right/pairs)
		}
	}
}

func TestCrossEntropyOfFarLogitsIsFinite(t *testing.T) {
	for _, c := range []struct{ label, logit, want float64 }{{1, 1000, 0}, {1, -1000, 1000}, {0, 1000, 1000}, {0, -1000, 0}, {1, 0, math.Ln2}} {
		if got := crossEntropy(c.label, c.logit); got != c.want {
			t.Errorf("label %v, logit %v: %v, want %v", c.label, c.logit, got, c.want)
		}
	}
	if sigmoid(1000) != 1 || sigmoid(-1000) != 0 || sigmoid(0) != 0.5 {
		t.Error("the sigmoid of a far logit is wrong")
	}
}

func TestMetricsOfUnusableScoresAreNotNumbers(t *testing.T) {
	if got := measure(&examples{labels: [][]float64{{0, 1}}}, []float64{math.NaN(), math.NaN()}, logLoss{1}); !math.IsNaN(got.Loss) {
		t.Errorf("the loss of NaN is %v", got.Loss)
	}
}
