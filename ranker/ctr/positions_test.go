package ctr

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBandsOfPositions(t *testing.T) {
	for _, c := range []struct{ position, want int }{
		{1, 0}, {2, 1}, {20, 19}, {21, 20}, {32, 20}, {33, 21}, {64, 21}, {65, 22}, {16384, 29}, {16385, 30}, {math.MaxInt32, 30},
	} {
		if got := band(c.position); got != c.want {
			t.Errorf("position %d is in band %d, want %d", c.position, got, c.want)
		}
	}
}

// biasedLog returns what shoppers click who examine the product at position k with the chance 1/k (a
// position-based click model, Craswell et al. 2008): lists of ten are in the order of a feature that attracts
// the old ranker and nobody else. relevance is what they click by where they look, and the truth.
func biasedLog(lists int, seed uint64) (log *Dataset, relevance []float64) {
	random := rand.New(rand.NewPCG(seed, 9))
	log = &Dataset{Features: []string{"quality", "glamour"}, Label: "click"}
	for list := range lists {
		rows := make([][3]float64, 10) // quality, glamour, and the old score: glamour and some noise
		for i := range rows {
			glamour := random.NormFloat64()
			rows[i] = [3]float64{random.NormFloat64(), glamour, glamour + 0.3*random.NormFloat64()}
		}
		slices.SortFunc(rows, func(a, b [3]float64) int { return cmp.Compare(b[2], a[2]) })
		for i, row := range rows {
			chance := sigmoid(1.5*row[0] - 1)
			click := 0.0
			if random.Float64() < chance/float64(i+1) {
				click = 1
			}
			log.Values = append(log.Values, row[0], row[1])
			log.Labels = append(log.Labels, click)
			log.Groups = append(log.Groups, fmt.Sprint(list))
			log.Positions = append(log.Positions, i+1)
			relevance = append(relevance, chance)
		}
	}
	return log, relevance
}

// kendall is the rank correlation within each query, from -1 to 1 (Kendall 1938).
func kendall(d *Dataset, scores, truth []float64) float64 {
	sum, pairs := 0.0, 0.0
	for _, g := range d.groupSpans() {
		for i := g.begin; i < g.end; i++ {
			for j := i + 1; j < g.end; j++ {
				pairs++
				sum += math.Copysign(1, (scores[i]-scores[j])*(truth[i]-truth[j]))
			}
		}
	}
	return sum / pairs
}

func TestPositionsTakeTheOldOrderOutOfClicks(t *testing.T) {
	log, _ := biasedLog(2500, 1)
	naive := log.without("positions")
	test, truth := biasedLog(300, 2)
	for name, o := range map[string]Options{
		"logistic":   {},
		"mlp":        {Hidden: []int{16}},
		"softmax":    {Objective: Softmax},
		"lambdarank": {Objective: LambdaRank},
	} {
		t.Run(name, func(t *testing.T) {
			o.Rate, o.Epochs, o.Seed = 0.01, 8, 1
			tau := func(rows *Dataset) float64 {
				m, _ := train(t, rows, none(rows), o)
				return kendall(test, m.Scores(test.Values, nil), truth)
			}
			misled, corrected := tau(naive), tau(log)
			t.Logf("Kendall's tau with the true order: %.3f without positions, %.3f with them", misled, corrected)
			if corrected < 0.85 || corrected < misled+0.15 {
				t.Errorf("tau %v without positions, %v with them", misled, corrected)
			}
		})
	}
}

func TestPositionsAreNeutralWhenTheModelIsUsed(t *testing.T) {
	log, _ := biasedLog(2000, 1)
	m, _ := train(t, log, none(log), Options{Rate: 0.01, Epochs: 10, PositionL2: 1e-6})
	bias := m.tower.values
	// Under examination 1/k the odds of rare clicks fall by k, and by more where clicks are not so rare.
	if got := bias[0] - bias[4]; got < math.Log(5) || got > math.Log(12) {
		t.Errorf("position 1 adds %v more than position 5", got)
	}
	moved := *log
	moved.Positions = make([]int, log.Rows())
	one, err := m.Evaluate(log)
	if err != nil {
		t.Fatal(err)
	}
	two, err := m.Evaluate(&moved)
	if err != nil || one.LogLoss != two.LogLoss {
		t.Errorf("log loss %v, of other positions %v, %v", one.LogLoss, two.LogLoss, err)
	}
	raw := logitsOf(m.network, m.standard.apply(log.Values))
	mean := 0.0
	for _, k := range log.Positions {
		mean += bias[k-1] / float64(log.Rows())
	}
	if got := m.Scores(log.Values[:2], nil)[0]; math.Abs(got-raw[0]-mean) > 1e-12 {
		t.Errorf("score %v, want the logit %v and the mean of the training rows %v", got, raw[0], mean)
	}
}

func TestLayoutsHavePositionsOfTheirOwn(t *testing.T) {
	// Nobody scrolls on a phone; on a desk every place is as good.
	random := rand.New(rand.NewPCG(4, 4))
	d := &Dataset{Features: []string{"x"}, Label: "click"}
	for i := range 6000 {
		layout, position := []string{"desk", "phone"}[i%2], 1+i/2%3
		chance := 0.3
		if layout == "phone" && position > 1 {
			chance = 0.03
		}
		label := 0.0
		if random.Float64() < chance {
			label = 1
		}
		d.Values, d.Labels = append(d.Values, random.NormFloat64()), append(d.Labels, label)
		d.Positions, d.Layouts = append(d.Positions, position), append(d.Layouts, layout)
	}
	m, _ := train(t, d, none(d), Options{Rate: 0.02, Epochs: 10})
	desk, phone := m.tower.values[:bands], m.tower.values[bands:]
	if fall := desk[0] - desk[2]; math.Abs(fall) > 0.3 {
		t.Errorf("on a desk position 1 adds %v more than position 3", fall)
	}
	if fall := phone[0] - phone[2]; fall < 1.5 {
		t.Errorf("on a phone position 1 adds only %v more than position 3", fall)
	}
	if got := m.tower.places(&Dataset{Positions: []int{1, 1, 0}, Layouts: []string{"phone", "watch", "phone"}}); !slices.Equal(got, []int32{bands, -1, -1}) {
		t.Errorf("places %v: what is unknown has none", got)
	}
}

func TestTheTrueOrderComesOutWhereTheChanceOfALookIsKnown(t *testing.T) {
	log, relevance := biasedLog(2000, 5)
	bare := &Dataset{Features: log.Features}
	for i := range log.Positions {
		log.Examined = append(log.Examined, 1/float64(log.Positions[i]))
	}
	log.Positions = nil
	for _, objective := range []Objective{LogLoss, Softmax} {
		m, err := Train(t.Context(), log, bare, Options{Objective: objective, Epochs: 8, Batch: 256, Rate: 0.01, Seed: 1}, func(Epoch) {})
		if err != nil {
			t.Fatal(err)
		}
		scores, err := m.Logits(log)
		if err != nil {
			t.Fatal(err)
		}
		if tau := kendall(log, scores, relevance); tau < 0.9 {
			t.Errorf("%s: Kendall's tau with the true order is %.3f", objective, tau)
		}
		if objective != LogLoss {
			continue
		}
		// Its chances are those of a click once a row is looked at.
		sum, truth := 0.0, 0.0
		for i, score := range scores {
			sum += sigmoid(score)
			truth += relevance[i]
		}
		if math.Abs(sum/truth-1) > 0.05 {
			t.Errorf("the chances add up to %.0f, those of the shoppers to %.0f", sum, truth)
		}
	}
}

func TestLookMultipliesChancesAndKnowsItsSlope(t *testing.T) {
	for _, examined := range []float64{1, 0.5, 0.06} {
		for _, f := range []float64{-30, -3, -0.2, 0, 2, 30} {
			e := examples{examined: []float64{examined}}
			at := func(f float64) (logit, slope float64) {
				logits, slopes := []float64{f}, []float64{0}
				e.look(1, false, logits, slopes)
				return logits[0], slopes[0]
			}
			logit, slope := at(f)
			if got, want := sigmoid(logit), examined*sigmoid(f); math.Abs(got-want) > 1e-12 {
				t.Errorf("looked at %v, logit %v: chance %v, want %v", examined, f, got, want)
			}
			const h = 1e-5
			above, _ := at(f + h)
			below, _ := at(f - h)
			if want := (above - below) / (2 * h); math.Abs(slope-want) > 1e-5 {
				t.Errorf("looked at %v, logit %v: slope %v, want %v", examined, f, slope, want)
			}
		}
	}
}
