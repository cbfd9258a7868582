package retrieval

import (
	"slices"
	"sync"
	"testing"

	"vitrine/indexer/indexertest"
)

// opposite turns the vectors of one leg round and notes what it was asked for.
type opposite struct {
	leg string

	mu    sync.Mutex
	asked map[string]bool
}

func (o *opposite) Adapt(leg string, vector []float32) []float32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked[leg] = true
	if leg != o.leg {
		return vector
	}
	turned := slices.Clone(vector)
	for i := range turned {
		turned[i] = -turned[i]
	}
	return turned
}

// Each vector leg searches by what the adapter makes of the vector for it; the others, and the caller's photo, are left alone.
func TestEachLegIsAdaptedByItself(t *testing.T) {
	index := openShop(t, 200)
	engine := New(index, &indexertest.Encoder{}, nil, Options{NearShare: -1})
	cosine := func() map[string]float64 {
		t.Helper()
		response, err := engine.Search(t.Context(), Query{Text: "red shoe", Mode: ModeVector, Limit: 200, Explain: true})
		if err != nil {
			t.Fatal(err)
		}
		best := map[string]float64{}
		for _, report := range response.Legs {
			if report.Error != "" {
				t.Fatalf("%s: %s", report.Leg, report.Error)
			}
		}
		for _, hit := range response.Hits {
			for _, leg := range hit.Ledger.Legs {
				best[leg.Leg] = max(best[leg.Leg], leg.Score)
			}
		}
		return best
	}
	before := cosine()
	adapter := &opposite{leg: LegTextText, asked: map[string]bool{}}
	engine.SetAdapter(adapter)
	with := cosine()
	if with[LegTextText] >= before[LegTextText] || with[LegTextImage] != before[LegTextImage] {
		t.Errorf("the best cosines were %v and are %v", before, with)
	}
	if !adapter.asked[LegTextText] || !adapter.asked[LegTextImage] || len(adapter.asked) != 2 {
		t.Errorf("asked for %v", adapter.asked)
	}
	engine.SetAdapter(nil)
	if after := cosine(); after[LegTextText] != before[LegTextText] {
		t.Errorf("without it again the best cosine is %v, and was %v", after, before)
	}
}
