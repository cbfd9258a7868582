package simulation

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"vitrine/catalog/sample"
	"vitrine/retrieval"
)

func TestAnOracleIsBestAndFiguresAreOfGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws, which share nothing between goroutines")
	}
	s := newShop(t, Options{Visitors: 100, Model: manyKinds(), Chinese: sample.Chinese()})
	search := Cached(sampleSearch())
	tasks := s.Tasks(80, 7)
	contenders := []Contender{
		Ranking("first", search),
		Ranking("same", search),
		s.Oracle("oracle", search, 200),
		{"backwards", func(ctx context.Context, task *Task) ([]string, error) {
			ids, err := s.Oracle("", search, 200).Rank(ctx, task)
			for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
				ids[i], ids[j] = ids[j], ids[i]
			}
			return ids, err
		}},
	}
	figures, err := s.Evaluate(t.Context(), tasks, contenders)
	if err != nil {
		t.Fatal(err)
	}
	queries := map[string]int{}
	for i := 0; i < len(figures); i += len(contenders) {
		first, same, oracle, backwards := figures[i], figures[i+1], figures[i+2], figures[i+3]
		queries[first.Group] = first.Queries
		if first.Against != nil || same.Against.Difference != 0 || !(oracle.NDCG >= first.NDCG && first.NDCG >= backwards.NDCG) {
			t.Errorf("%+v, %+v, %+v, %+v", first, same, oracle, backwards)
		}
		if gain := oracle.Against.Gain; math.Abs(gain*first.NDCG-(oracle.NDCG-first.NDCG)) > 1e-9 && first.NDCG > 0 || oracle.Against.Interval.Low > oracle.Against.Difference {
			t.Errorf("%s: a gain of %v of %v over %v", first.Group, gain, oracle.NDCG, first.NDCG)
		}
	}
	all := queries["all"]
	kinds := 0
	for _, kind := range QueryKinds {
		kinds += queries[string(kind)]
	}
	if all < 75 || queries["new"]+queries["returning"] != all || queries["desktop"]+queries["mobile"] != all || kinds != all || queries["returning"] < 35 || len(queries) != 10 {
		t.Errorf("queries by group: %v", queries)
	}
}

// manyKinds has enough of every kind of query.
func manyKinds() *Model {
	m := DefaultModel()
	m.ChineseShare, m.VagueShare, m.AsksBrand = 0.3, 0.3, 0.3
	return &m
}

func TestTasksAreNotOfTheRun(t *testing.T) {
	s := newShop(t, small())
	took := map[string]bool{}
	for _, p := range run(t, s, sampleSearch()).pages {
		took[p.Query.ClientID] = true
	}
	tasks := s.Tasks(300, 1)
	end := s.opts.Start.AddDate(0, 0, s.opts.Days)
	for _, task := range tasks {
		if took[task.Query.Shopper.Visitor] != task.Returning || task.Query.Shopper.At.Before(end) {
			t.Fatalf("%+v", task)
		}
	}
	if other := s.Tasks(300, 2); reflect.DeepEqual(tasks, other) {
		t.Error("another seed gives the same tasks")
	}
}

func TestEvaluateSaysWhoFailedOnWhat(t *testing.T) {
	s := newShop(t, small())
	broken := errors.New("index is gone")
	failing := func(context.Context, retrieval.Query) (*retrieval.Response, error) { return nil, broken }
	if _, err := s.Evaluate(t.Context(), s.Tasks(3, 1), []Contender{Ranking("bad", failing)}); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
}

func TestCachedAsksOnceForTheSameWordsAndAgainAfterAnError(t *testing.T) {
	calls, broken := 0, errors.New("later")
	search := Cached(func(context.Context, retrieval.Query) (*retrieval.Response, error) {
		if calls++; calls == 1 {
			return nil, broken
		}
		return &retrieval.Response{Total: calls}, nil
	})
	ask := func(text string, limit int) (*retrieval.Response, error) {
		return search(t.Context(), retrieval.Query{Text: text, Limit: limit})
	}
	if _, err := ask("red", 24); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
	for _, test := range []struct {
		text  string
		limit int
		want  int
	}{{"red", 24, 2}, {"red", 24, 2}, {"red", 10, 3}, {"blue", 24, 4}, {"red", 24, 2}} {
		if response, err := ask(test.text, test.limit); err != nil || response.Total != test.want {
			t.Errorf("%s, %d: %+v, %v; want call %d", test.text, test.limit, response, err, test.want)
		}
	}
}
