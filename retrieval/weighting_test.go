package retrieval

import (
	"math"
	"math/rand/v2"
	"testing"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

func TestWeightsSumToOneAndFollowTheSortOfQuery(t *testing.T) {
	w := DefaultWeighting()
	if err := w.Validate(); err != nil {
		t.Fatal(err)
	}
	legs := []string{LegKeyword, LegTextText, LegTextImage, LegNamed}
	kind := w.Weights(legs, Signals{Named: 1, Agreement: 1})
	certain := w.Weights(legs, Signals{Peak: 1, Agreement: 1})
	if kind[3] < kind[0] || certain[0] < certain[3] {
		t.Errorf("after a kind of thing %v, after a certain thing %v", kind, certain)
	}
	if doubted := w.Weights(legs, Signals{Named: 1, Agreement: 0.1}); doubted[3] >= kind[3] {
		t.Errorf("the named leg counts %v where the keywords disagree and %v where they agree", doubted[3], kind[3])
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		s := Signals{Composed: rng.IntN(3) == 0, Peak: rng.Float64(), Named: rng.Float64(), NoPhoto: rng.Float64(), Agreement: rng.Float64()}
		some := []string{}
		for _, leg := range []string{LegKeyword, LegTextText, LegTextImage, LegPhotoImage, LegNamed, "another"} {
			if rng.IntN(2) == 0 {
				some = append(some, leg)
			}
		}
		sum := 0.0
		for _, weight := range w.Weights(some, s) {
			if weight < 0 {
				t.Fatalf("weight %v", weight)
			}
			sum += weight
		}
		if len(some) > 0 && math.Abs(sum-1) > 1e-12 {
			t.Fatalf("%v of %+v sum to %v", some, s, sum)
		}
	}
}

func TestABrokenWeightingIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Weighting){
		"not a number": func(w *Weighting) { w.Peak = math.NaN() },
		"infinite":     func(w *Weighting) { w.Bias = math.Inf(1) },
		"negative":     func(w *Weighting) { w.Kind[LegKeyword] = -1 },
		"no weight":    func(w *Weighting) { w.Certain = nil },
		"too much":     func(w *Weighting) { w.Composed[LegNamed] = math.Inf(1) },
	} {
		w := DefaultWeighting()
		spoil(&w)
		if w.Validate() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestPeakComparesTheTenthKeywordHitWithTheBest(t *testing.T) {
	hits := func(scores ...float64) *leg {
		l := &leg{name: LegKeyword}
		for i, score := range scores {
			l.hits = append(l.hits, indexer.Hit{Doc: uint32(i), Score: score})
		}
		return l
	}
	for _, test := range []struct {
		leg  *leg
		want float64
	}{
		{hits(), 0},
		{hits(7), 1},
		{hits(8, 8, 8, 8, 8, 8, 8, 8, 8, 8), 0},
		{hits(8, 8, 8, 8, 8, 8, 8, 8, 8, 6, 1), 0.5},
		{hits(8, 1, 1, 1, 1, 1, 1, 1, 1, 1), 1},
	} {
		if got := peakOf(test.leg); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%v: peak %v, want %v", test.leg.hits, got, test.want)
		}
	}
}

func TestNormalisersBringScoresIntoTheUnitInterval(t *testing.T) {
	entries := func() []*LegEntry {
		return []*LegEntry{{Score: 8, Rank: 1}, {Score: 6, Rank: 2}, {Score: 4, Rank: 3}, {Score: 2, Backfilled: true}, {Score: -1, Backfilled: true}, {}}
	}
	deviation := math.Sqrt(8.0 / 3) // of 8, 6, 4
	for fusion, want := range map[Fusion][]float64{
		FusionConvex:   {1, 0.75, 0.5, 0.25, 0, 0},
		FusionRelative: {1, 0.5, 0, 0, 0, 0},
		FusionRRF:      {1.0 / 61, 1.0 / 62, 1.0 / 63, 0, 0, 0},
		FusionDBSF:     {0.5 + 2/(6*deviation), 0.5, 0.5 - 2/(6*deviation), 0.5 - 4/(6*deviation), 0, 0},
	} {
		got := entries()
		options := Options{Fusion: fusion}.WithDefaults()
		options.normaliser()(got)
		for i, entry := range got {
			if math.Abs(entry.Normalised-want[i]) > 1e-12 {
				t.Errorf("%s: entry %d becomes %v, want %v", fusion, i, entry.Normalised, want[i])
			}
		}
	}
	for _, fusion := range Fusions { // nothing found, and all alike
		options := Options{Fusion: fusion}.WithDefaults()
		for _, entries := range [][]*LegEntry{{}, {{}}, {{Score: 3, Rank: 1}, {Score: 3, Rank: 1}}, {{Score: 0, Rank: 1}}} {
			options.normaliser()(entries)
			for _, entry := range entries {
				if !(entry.Normalised >= 0 && entry.Normalised <= 1) {
					t.Errorf("%s: %+v", fusion, entry)
				}
			}
		}
	}
}

func TestEveryFusionAnswersAndSaysHow(t *testing.T) {
	index := openShop(t, 120)
	for _, fusion := range Fusions {
		engine := New(index, &indexertest.Encoder{}, nil, Options{Fusion: fusion})
		response := search(t, engine, Query{Text: "red shoe", Explain: true})
		if len(response.Hits) == 0 || response.Hits[0].Product.Colour != "red" || response.Fusion.Method != fusion {
			t.Errorf("%s: %d hits, %+v", fusion, len(response.Hits), response.Fusion)
		}
		if weighed := response.Fusion.Signals != nil; weighed != (fusion == FusionConvex) {
			t.Errorf("%s reports the signals %+v", fusion, response.Fusion.Signals)
		}
	}
}
