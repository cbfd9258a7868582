package retrieval

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/indexer"
)

func TestFuseAddsWeightedReciprocalRanksAndBreaksTiesByDocument(t *testing.T) {
	legs := []*leg{
		{name: "a", hits: []indexer.Hit{{Doc: 7, Score: 9}, {Doc: 3, Score: 8}}},
		{name: "b", hits: []indexer.Hit{{Doc: 3, Score: 0.5}}},
		{name: "c", hits: []indexer.Hit{{Doc: 1, Score: 0.4}}},
	}
	candidates := collect(legs)
	fuse(legs, candidates, reciprocalRank(60), map[string]float64{"a": 1, "b": 2, "c": 1})
	var got []string
	for _, c := range candidates {
		got = append(got, fmt.Sprintf("%d:%d:%.6f", c.fusedRank, c.doc, c.score))
	}
	// 3: 1/62 + 2/61; 1 and 7 tie at 1/61.
	if want := []string{"1:3:0.048916", "2:1:0.016393", "3:7:0.016393"}; !slices.Equal(got, want) {
		t.Errorf("fused to %v, want %v", got, want)
	}
	if entry := candidates[1].legs[0]; entry != (LegEntry{Leg: "a", Weight: 1}) {
		t.Errorf("the entry of a leg that did not find the product is %+v", entry)
	}
}

func TestFuseOfOneLegKeepsItsOrder(t *testing.T) {
	hits := randomHits(rand.New(rand.NewPCG(1, 2)), 200)
	for _, legs := range [][]*leg{
		{{name: "a", hits: hits}},
		{{name: "empty"}, {name: "a", hits: hits}},
	} {
		candidates := collect(legs)
		fuse(legs, candidates, reciprocalRank(60), map[string]float64{"a": 1})
		for i, c := range candidates {
			if c.doc != hits[i].Doc {
				t.Fatalf("place %d has document %d, the leg has %d there", i+1, c.doc, hits[i].Doc)
			}
		}
	}
}

func TestFuseGivesEqualScoresTheSameRank(t *testing.T) {
	legs := []*leg{
		{name: "a", hits: []indexer.Hit{{Doc: 9, Score: 4}, {Doc: 2, Score: 3}, {Doc: 5, Score: 3}, {Doc: 6, Score: 1}}},
		{name: "b", hits: []indexer.Hit{{Doc: 5, Score: 0.9}}},
	}
	ranks := make(map[uint32]int)
	candidates := collect(legs)
	fuse(legs, candidates, reciprocalRank(60), map[string]float64{"a": 1, "b": 1})
	for _, c := range candidates {
		ranks[c.doc] = c.legs[0].Rank
	}
	if want := map[uint32]int{9: 1, 2: 2, 5: 2, 6: 4}; !maps.Equal(ranks, want) {
		t.Errorf("ranks %v, want %v", ranks, want)
	}
	if candidates[0].doc != 5 {
		t.Errorf("the other leg prefers 5, but %d is first", candidates[0].doc)
	}
}

func TestNearKeepsAShareOfTheTenthCosine(t *testing.T) {
	hits := []indexer.Hit{{Score: 1}} // the photo's own product
	for range nearReference - 1 {
		hits = append(hits, indexer.Hit{Score: 0.8})
	}
	hits = append(hits, indexer.Hit{Score: 0.6}, indexer.Hit{Score: 0.4}, indexer.Hit{Score: 0.1}, indexer.Hit{Score: 0}, indexer.Hit{Score: -0.2})
	for share, want := range map[float64]int{1: 10, 0.7: 11, 0.5: 12, 0.01: 13, -1: 15} {
		if got := len(near(hits, share)); got != want {
			t.Errorf("share %v keeps %d hits, want %d", share, got, want)
		}
	}
	if got := len(near(hits[10:13], 0.9)); got != 3 {
		t.Errorf("of three hits %d are kept: there is no tenth to compare with", got)
	}
	if got := near([]indexer.Hit{{Score: -0.1}, {Score: -0.2}}, 0.7); len(got) != 0 {
		t.Errorf("products that point away from the query are kept: %v", got)
	}
	if got := near(nil, 0.7); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
}

// randomHits returns n hits of distinct documents, best first.
func randomHits(rng *rand.Rand, n int) []indexer.Hit {
	docs := rng.Perm(4 * n)
	hits := make([]indexer.Hit, n)
	for i := range hits {
		hits[i] = indexer.Hit{Doc: uint32(docs[i]), Score: 1 - float64(i)/float64(n)}
	}
	return hits
}

func BenchmarkFuse(b *testing.B) {
	for _, window := range []int{100, 300, 1000} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var legs []*leg
			for _, name := range []string{LegKeyword, LegTextText, LegTextImage, LegPhotoImage} {
				legs = append(legs, &leg{name: name, hits: randomHits(rng, window)})
			}
			b.ReportAllocs()
			for b.Loop() {
				fuse(legs, collect(legs), shareOfBest, Options{}.WithDefaults().Weights)
			}
		})
	}
}
