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

// scoredBy is a model of a network.
func scoredBy(t *testing.T, n networkFunc) *Trained {
	t.Helper()
	model, err := NewTrained(Manifest{Version: "made-elsewhere", Kind: KindNetwork, Schema: schemaHash}, NewNetworkScorer(n, nil))
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func TestShapleyValuesOfANetworkAddUpToItsScore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, network := range map[string]networkFunc{
		"linear":      {of: func(row []float32) float32 { return 2*row[0] - row[2] + 1 }, logit: true},
		"interaction": {of: func(row []float32) float32 { return row[0]*row[2] - row[1]*row[1] }, logit: true},
		"probability": {of: func(row []float32) float32 { return float32(Probability(float64(row[0] + 3*row[2]))) }},
		"certain":     {of: func(row []float32) float32 { return min(1, float32(math.Ceil(float64(row[11])))) }},
	} {
		ranked, err := New(scoredBy(t, network), Objective{}, nil).Rank(t.Context(), redDress, randomCandidates(random, 10))
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
				if want := weight * row[j]; math.Abs(entries[j+1].Contribution-want) > 1e-5 {
					t.Errorf("%s of a linear model: %v, want %v", entries[j+1].Name, entries[j+1].Contribution, want)
				}
			}
		}
	}
}

func TestShapleyValuesShareAnInteraction(t *testing.T) {
	row := make([]float64, len(features))
	row[0], row[1] = 1, 0.5
	network := networkFunc{of: func(row []float32) float32 { return 4 * row[0] * row[1] }, logit: true}
	// An order and its reverse give each of the two the whole once.
	base, parts, err := NewNetworkScorer(network, nil).Contributions(row)
	if base != 0 || parts[0] != 1 || parts[1] != 1 || err != nil {
		t.Errorf("base %v, shares %v and %v of 2, want 1 and 1; %v", base, parts[0], parts[1], err)
	}
}

func TestANetworkThatFailsIsAnError(t *testing.T) {
	for want, network := range map[string]networkFunc{
		"NaN":    {of: func([]float32) float32 { return float32(math.NaN()) }, logit: true},
		"+Inf":   {of: func([]float32) float32 { return float32(math.Inf(1)) }, logit: true},
		"score ": {of: func([]float32) float32 { return 0 }, logit: true, err: errors.New("no memory")},
	} {
		_, err := New(scoredBy(t, network), Objective{}, nil).Rank(t.Context(), redDress, randomCandidates(rand.New(rand.NewPCG(1, 1)), 3))
		if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "made-elsewhere") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestANetworkIsSavedAndLoadedAsItIs(t *testing.T) {
	dir, file := t.TempDir(), []byte("some network")
	model, err := NewTrained(Manifest{Version: "made-elsewhere", Kind: KindNetwork, Schema: schemaHash}, NewNetworkScorer(networkFunc{}, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := OpenStore(dir).Save(model, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(dir).Load("made-elsewhere"); !errors.Is(err, ErrModel) {
		t.Errorf("without a runtime: error %v", err)
	}
	var asked []string
	open := func(got []byte, features []string) (Network, error) {
		if asked = features; string(got) != string(file) {
			t.Errorf("the file is %q", got)
		}
		return networkFunc{of: func(row []float32) float32 { return row[0] }, logit: true}, nil
	}
	loaded, err := OpenStore(dir).WithNetworks(open).Load("made-elsewhere")
	if err != nil || !reflect.DeepEqual(asked, FeatureNames()) {
		t.Fatalf("loaded %v with the features %v, %v", loaded, asked, err)
	}
	refuse := func([]byte, []string) (Network, error) { return nil, errors.New("brand_match is missing") }
	if _, err := OpenStore(dir).WithNetworks(refuse).Load("made-elsewhere"); !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), "brand_match is missing") {
		t.Errorf("error %v", err)
	}
}
