package retrieval

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/indexer/indexertest"
)

func TestTheRankerScoresTheBestOfTheFusionAndTheOthersFollow(t *testing.T) {
	index := openShop(t, 400)
	q := Query{Text: "soft red shoe", Explain: true, Limit: 400}
	fused := search(t, New(index, &indexertest.Encoder{}, nil, Options{}), q).Hits
	ranked := search(t, New(index, &indexertest.Encoder{}, wordRanker{}, Options{RankDepth: 30}), q).Hits
	if len(ranked) != len(fused) || len(ranked) < 60 {
		t.Fatalf("%d hits, by the fusion %d", len(ranked), len(fused))
	}
	best := map[string]bool{}
	for _, hit := range fused[:30] {
		best[hit.Product.ID] = true
	}
	for i, hit := range ranked {
		if scored := len(hit.Ledger.Features) > 0; scored != (i < 30) || scored != best[hit.Product.ID] {
			t.Errorf("place %d: %s has %d features, and is among the best 30 of the fusion: %t", i+1, hit.Product.ID, len(hit.Ledger.Features), best[hit.Product.ID])
		}
		if i >= 30 && hit.Product.ID != fused[i].Product.ID {
			t.Errorf("place %d has %s, the fusion %s", i+1, hit.Product.ID, fused[i].Product.ID)
		}
		if i > 0 && hit.Score > ranked[i-1].Score {
			t.Errorf("place %d has the score %v, the one above %v", i+1, hit.Score, ranked[i-1].Score)
		}
	}
}

// rankerFunc is a ranker of one function.
type rankerFunc func(ctx context.Context, candidates []Candidate) (*Ranked, error)

func (f rankerFunc) Rank(ctx context.Context, _ *Query, candidates []Candidate) (*Ranked, error) {
	return f(ctx, candidates)
}

func TestARankerThatFailsOrIsLateLeavesTheOrderOfTheFusionAndTheResponseSaysSo(t *testing.T) {
	index := openShop(t, 200)
	q := Query{Text: "soft red shoe", Explain: true}
	want := idsOf(search(t, New(index, &indexertest.Encoder{}, nil, Options{}), q).Hits)
	letGo := make(chan struct{})
	defer close(letGo)
	for name, test := range map[string]struct {
		ranker rankerFunc
		reason string
	}{
		"fails":              {func(context.Context, []Candidate) (*Ranked, error) { return nil, errors.New("no weights") }, "no weights"},
		"panics":             {func(context.Context, []Candidate) (*Ranked, error) { panic("no model") }, "no model"},
		"scores some":        {func(context.Context, []Candidate) (*Ranked, error) { return &Ranked{Scores: []float64{1}}, nil }, "scored 1 of"},
		"late":               {func(context.Context, []Candidate) (*Ranked, error) { <-letGo; return nil, nil }, "not done within 30ms"},
		"heeds its deadline": {func(ctx context.Context, _ []Candidate) (*Ranked, error) { <-ctx.Done(); return nil, ctx.Err() }, ""},
	} {
		response := search(t, New(index, &indexertest.Encoder{}, test.ranker, Options{RankDeadline: 30 * time.Millisecond}), q)
		if got := idsOf(response.Hits); !slices.Equal(got, want) {
			t.Errorf("%s: %q, by the fusion %q", name, got, want)
		}
		if r := response.Ranker; r == nil || r.Model != "" || r.Error == "" || !strings.Contains(r.Error, test.reason) {
			t.Errorf("%s: the report is %+v", name, r)
		}
		for _, hit := range response.Hits {
			if hit.Features != nil || hit.Ledger.Features != nil || hit.Score != hit.Ledger.Fused {
				t.Errorf("%s: %s has the score %v and the ledger %+v", name, hit.Product.ID, hit.Score, hit.Ledger)
			}
		}
	}
}

func TestACallerWhoWaitsNoLongerGetsNoFusedOrder(t *testing.T) {
	index := openShop(t, 60)
	letGo := make(chan struct{})
	defer close(letGo)
	ctx, cancel := context.WithCancel(t.Context())
	engine := New(index, &indexertest.Encoder{}, rankerFunc(func(context.Context, []Candidate) (*Ranked, error) {
		cancel()
		<-letGo
		return nil, nil
	}), Options{RankDeadline: time.Minute})
	if _, err := engine.Search(ctx, Query{Text: "red"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestHitsCarryWhatTheRankerSaw(t *testing.T) {
	engine := New(openShop(t, 200), &indexertest.Encoder{}, wordRanker{}, Options{})
	response := search(t, engine, Query{Text: "soft red shoe", Explain: true})
	if response.Ranker == nil || response.Ranker.Model != "words" {
		t.Errorf("the report is %+v", response.Ranker)
	}
	for _, hit := range response.Hits {
		var values []float64
		for _, f := range hit.Ledger.Features {
			values = append(values, f.Value)
		}
		if !slices.Equal(hit.Features, values) || hit.Fused != hit.Ledger.Fused {
			t.Errorf("%s: features %v and fused %v, the ledger has %v and %v", hit.Product.ID, hit.Features, hit.Fused, values, hit.Ledger.Fused)
		}
	}
}

// askedRanker remembers what it was asked.
type askedRanker struct {
	wordRanker
	asked *Query
}

func (a *askedRanker) Rank(ctx context.Context, q *Query, candidates []Candidate) (*Ranked, error) {
	a.asked = q
	return a.wordRanker.Rank(ctx, q, candidates)
}

func TestTheRankerSeesTheWordsAsTypedBesideThoseThatAreSearchedFor(t *testing.T) {
	ranker := &askedRanker{}
	search(t, New(openShop(t, 120), &indexertest.Encoder{}, ranker, Options{}), Query{Text: "Red  shoe under 500"})
	if text, typed := ranker.asked.Text, ranker.asked.AsTyped(); text != "red shoe" || typed != "red shoe under 500" {
		t.Errorf("the words are %q, typed were %q", text, typed)
	}
}
