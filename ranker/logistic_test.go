package ranker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var _ retrieval.Ranker = (*Ranker)(nil)

var redDress = &retrieval.Query{Text: "red dresses from halden 红色连衣裙"}

func TestContributionsSumExactlyToTheScore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		weights := make([]Weight, len(features))
		for i := range weights {
			weights[i] = Weight{Feature: features[i].Name, Value: random.NormFloat64() * 3}
		}
		model, err := NewLogistic("random", random.NormFloat64(), weights)
		if err != nil {
			t.Fatal(err)
		}
		ranked, err := New(model, Objective{}, nil).Rank(t.Context(), redDress, randomCandidates(random, 40))
		if err != nil {
			t.Fatal(err)
		}
		for i, score := range ranked.Scores {
			sum := 0.0
			for _, f := range ranked.Explain(i) {
				if f.Contribution != f.Weight*f.Value {
					t.Errorf("%s: contribution %v of weight %v and value %v", f.Name, f.Contribution, f.Weight, f.Value)
				}
				sum += f.Contribution
			}
			if sum != score {
				t.Errorf("contributions sum to %v, the score is %v", sum, score)
			}
		}
	}
}

func TestScoresDoNotDependOnTheOrderOfTheCandidates(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	candidates := randomCandidates(random, 101)
	ranked := rank(t, redDress, candidates)
	order := random.Perm(len(candidates))
	shuffled := make([]retrieval.Candidate, len(candidates))
	for to, from := range order {
		shuffled[to] = candidates[from]
	}
	again := rank(t, redDress, shuffled)
	for to, from := range order {
		if got, want := again.Explain(to), ranked.Explain(from); again.Scores[to] != ranked.Scores[from] || !reflect.DeepEqual(got, want) {
			t.Fatalf("candidate %d: %+v, before the shuffle %+v", from, got, want)
		}
	}
}

func TestOneSearchScoresAlikeAllDay(t *testing.T) {
	candidates := randomCandidates(rand.New(rand.NewPCG(3, 4)), 20)
	morning, _ := at(today.Add(time.Hour)).Rank(t.Context(), redDress, candidates)
	night, _ := at(today.Add(23*time.Hour)).Rank(t.Context(), redDress, candidates)
	if !reflect.DeepEqual(morning.Scores, night.Scores) {
		t.Error("the scores changed within a day")
	}
}

func TestASoldOutProductFallsBehindItsTwinButKeepsItsRelevance(t *testing.T) {
	candidates := randomCandidates(rand.New(rand.NewPCG(5, 6)), 300)
	for i := range candidates {
		candidates[i].Product = &catalog.Product{ID: fmt.Sprint(i), Title: "Red dress", InStock: true}
		candidates[i].Legs = nil
	}
	soldOut := *candidates[0].Product
	soldOut.InStock = false
	candidates[0].Product = &soldOut
	scores := rank(t, redDress, candidates).Scores
	if scores[0] >= scores[9] {
		t.Errorf("sold out at fused rank 1: %v, its twin at rank 10: %v", scores[0], scores[9])
	}
	if scores[0] <= scores[100] {
		t.Errorf("sold out at fused rank 1: %v, its twin at rank 101: %v", scores[0], scores[100])
	}
}

func TestTheShopsWishesWeighLessThanRelevance(t *testing.T) {
	shop, relevance := 0.0, 0.0
	for _, w := range prior {
		switch w.Feature {
		case "price_log_ratio", "in_stock", "freshness", "has_photo":
			shop += w.Value
		case "fused_score", "keyword_score", "title_coverage":
			relevance += w.Value
		}
	}
	if shop*3 > relevance {
		t.Errorf("the shop's features span %v logits, relevance %v", shop, relevance)
	}
}

func TestEveryHandSetWeightHasItsReason(t *testing.T) {
	for _, w := range prior {
		if w.Reason == "" {
			t.Errorf("%s has none", w.Feature)
		}
	}
}

func TestRankOfNothingIsNothing(t *testing.T) {
	if got := rank(t, redDress, nil).Scores; len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestRankEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(Prior(), Objective{}, nil).Rank(ctx, redDress, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestProbabilityIsTheLogisticFunction(t *testing.T) {
	for score, want := range map[float64]float64{0: 0.5, math.Log(3): 0.75, -math.Log(3): 0.25, 800: 1, -800: 0} {
		if got := Probability(score); math.Abs(got-want) > 1e-15 {
			t.Errorf("Probability(%v) = %v, want %v", score, got, want)
		}
	}
}

// A change here without a change of the schema's hash (TestSchemaHashIsFrozen) means that a feature is
// computed anew under its old documentation: stored models would silently score wrongly.
func TestLedgerEqualsTheGoldenFile(t *testing.T) {
	candidates := []retrieval.Candidate{
		{
			Product: &catalog.Product{
				ID: "dress", Title: "Halden Summer Dress", Titles: map[string]string{"zh": "连衣裙 红色"}, Brand: "Halden", Colour: "Maroon",
				Category: []string{"Apparel", "Dresses"}, PriceCents: 3000, Currency: "EUR", InStock: true, Released: today.AddDate(-1, 0, 0), Photos: []catalog.Photo{{Ref: "d.jpg"}},
			},
			Legs:  []retrieval.LegEntry{{Leg: retrieval.LegKeyword, Score: 8, Rank: 1}, {Leg: retrieval.LegTextText, Score: 0.5, Rank: 2}, {Leg: retrieval.LegTextImage, Score: 0.25, Rank: 1}},
			Fused: 0.05, FusedRank: 1,
		},
		{
			Product: &catalog.Product{ID: "shirt", Title: "Blue shirt", Category: []string{"Apparel", "Shirts"}, PriceCents: 1000, Currency: "EUR"},
			Legs:    []retrieval.LegEntry{{Leg: retrieval.LegKeyword}, {Leg: retrieval.LegTextText, Score: 0.25, Rank: 1}, {Leg: retrieval.LegTextImage}},
			Fused:   0.02, FusedRank: 2,
		},
	}
	type explained struct {
		Score    float64
		Features []retrieval.FeatureEntry
	}
	var all []explained
	ranked := rank(t, redDress, candidates)
	for i, score := range ranked.Scores {
		all = append(all, explained{score, ranked.Explain(i)})
	}
	got, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	compareWithGolden(t, "testdata/ledger.golden", append(got, '\n'))
}

func rank(t *testing.T, q *retrieval.Query, candidates []retrieval.Candidate) *retrieval.Ranked {
	t.Helper()
	ranked, err := at(today).Rank(t.Context(), q, candidates)
	if err != nil {
		t.Fatal(err)
	}
	if len(ranked.Scores) != len(candidates) {
		t.Fatalf("%d scores of %d candidates", len(ranked.Scores), len(candidates))
	}
	return ranked
}

func compareWithGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; if that is meant, run go test -update and read the diff. Got:\n%s", path, got)
	}
}

func BenchmarkRank(b *testing.B) {
	bench := func(b *testing.B, model *Ranker, candidates []retrieval.Candidate, before func()) {
		q := *redDress
		q.Shopper = retrieval.Shopper{Visitor: "visitor1", At: today.Add(2 * time.Hour)}
		b.ReportAllocs()
		for b.Loop() {
			before()
			if _, err := model.Rank(b.Context(), &q, candidates); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, n := range []int{100, 500, 1000} {
		candidates := randomCandidates(rand.New(rand.NewPCG(1, 1)), n)
		b.Run(fmt.Sprintf("candidates=%d", n), func(b *testing.B) {
			bench(b, at(today), candidates, func() {})
		})
		b.Run(fmt.Sprintf("candidates=%d/unread", n), func(b *testing.B) {
			bench(b, at(today), candidates, func() { remembered = readings{} })
		})
		b.Run(fmt.Sprintf("candidates=%d/known", n), func(b *testing.B) {
			state := behaviour.New(productsOf(candidates), behaviour.Options{})
			for _, h := range stream(rand.New(rand.NewPCG(2, 2)), candidates, 400) {
				h.tell(state)
			}
			bench(b, New(Prior(), Objective{}, state), candidates, func() {})
		})
	}
}
