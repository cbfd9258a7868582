package ranker

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// networkFunc is a network of one function of a row.
type networkFunc struct {
	of    func(row []float32) float32
	logit bool
	err   error
}

func (n networkFunc) Run(_ context.Context, rows, into []float32) error {
	width := len(rows) / max(len(into), 1)
	for i := range into {
		into[i] = n.of(rows[i*width : (i+1)*width])
	}
	return n.err
}

func (n networkFunc) Logit() bool { return n.logit }

func TestShapleyValuesOfAnExternalModelAddUpToItsScore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, network := range map[string]networkFunc{
		"linear":      {of: func(row []float32) float32 { return 2*row[0] - row[2] + 1 }, logit: true},
		"interaction": {of: func(row []float32) float32 { return row[0]*row[2] - row[1]*row[1] }, logit: true},
		"probability": {of: func(row []float32) float32 { return float32(Probability(float64(row[0] + 3*row[2]))) }},
		"certain":     {of: func(row []float32) float32 { return min(1, float32(math.Ceil(float64(row[11])))) }},
	} {
		baseline := make([]float64, len(features))
		for j := range baseline {
			baseline[j] = random.Float64()
		}
		model, err := NewExternal("made-elsewhere", network, baseline)
		if err != nil {
			t.Fatal(err)
		}
		ranked, err := New(model, Objective{}, nil).Rank(t.Context(), redDress, randomCandidates(random, 10))
		if err != nil {
			t.Fatal(err)
		}
		for i, score := range ranked.Scores {
			entries, sum := ranked.Explain(i), 0.0
			for _, e := range entries {
				sum += e.Contribution
			}
			if sum != score {
				t.Errorf("%s: the ledger adds up to %v, the score is %v", name, sum, score)
			}
			if !reflect.DeepEqual(entries, ranked.Explain(i)) {
				t.Errorf("%s: a second explanation differs", name)
			}
			if name != "linear" {
				continue
			}
			row := ranked.Values[i*len(features) : (i+1)*len(features)]
			for j, weight := range map[int]float64{0: 2, 2: -1, 5: 0} {
				if want := weight * (row[j] - baseline[j]); math.Abs(entries[j+1].Contribution-want) > 1e-5 {
					t.Errorf("%s of a linear model: %v, want %v", entries[j+1].Name, entries[j+1].Contribution, want)
				}
			}
		}
	}
}

// Features that do the same have the same Shapley value; the orders are estimates, the more the closer.
func TestShapleyValuesShareAnInteraction(t *testing.T) {
	network := networkFunc{of: func(row []float32) float32 { return 4 * row[0] * row[1] }, logit: true}
	model, err := NewExternal("product", network, nil)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float64, len(features))
	row[0], row[1] = 1, 0.5
	ledger := model.Explain(row)
	// An order and its reverse give each of the two the whole once.
	if a, b := ledger[1].Contribution, ledger[2].Contribution; a != 1 || b != 1 {
		t.Errorf("shares %v and %v of 2, want 1 and 1", a, b)
	}
}

func TestAnExternalModelThatFailsIsAnError(t *testing.T) {
	for want, network := range map[string]networkFunc{
		"no memory":  {of: func([]float32) float32 { return 0 }, logit: true, err: errors.New("no memory")},
		"gives NaN":  {of: func([]float32) float32 { return float32(math.NaN()) }, logit: true},
		"gives +Inf": {of: func([]float32) float32 { return float32(math.Inf(1)) }, logit: true},
	} {
		model, err := NewExternal("broken", network, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(model, Objective{}, nil).Rank(t.Context(), redDress, randomCandidates(rand.New(rand.NewPCG(1, 1)), 3))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "broken") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
