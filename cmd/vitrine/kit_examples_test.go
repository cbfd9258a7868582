package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

// exampleTask is a wish made from the catalogue: a kind of thing in one colour, shown by two products, and not in
// another colour, shown by two others.
type exampleTask struct{ like, unlike []string }

// exampleTasks makes tasks from the kinds of one half. Liked grades what has the liked colour 3 and other colours
// but the unliked one 1; unliked grades 1 whatever does not have the unliked colour. The unlike share was chosen on the other half.
func exampleTasks(products []*catalog.Product) (tasks map[string]exampleTask, queries []evaluation.Query, liked, unliked evaluation.Qrels) {
	byKind := map[string]map[string][]string{} // ids by kind and colour
	for _, p := range products {
		if len(p.Category) < 2 || p.Colour == "" || len(p.Photos) == 0 {
			continue
		}
		kind := p.Category[len(p.Category)-1]
		if byKind[kind] == nil {
			byKind[kind] = map[string][]string{}
		}
		byKind[kind][p.Colour] = append(byKind[kind][p.Colour], p.ID)
	}
	tasks, liked, unliked = map[string]exampleTask{}, evaluation.Qrels{}, evaluation.Qrels{}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(kind)) // it never fails
		colours := slices.DeleteFunc(slices.Sorted(maps.Keys(byKind[kind])), func(c string) bool { return len(byKind[kind][c]) < 6 })
		if hash.Sum32()%2 == 0 || len(colours) < 2 {
			continue
		}
		for n := range 6 {
			id := fmt.Sprint(kind, n)
			pick := rng.Perm(len(colours))
			task := exampleTask{like: two(rng, byKind[kind][colours[pick[0]]]), unlike: two(rng, byKind[kind][colours[pick[1]]])}
			tasks[id], liked[id], unliked[id] = task, map[string]int{}, map[string]int{}
			queries = append(queries, evaluation.Query{ID: id, Text: kind})
			for colour, ids := range byKind[kind] {
				for _, product := range ids {
					if colour == colours[pick[1]] || slices.Contains(task.like, product) {
						continue
					}
					liked[id][product], unliked[id][product] = 1, 1
					if colour == colours[pick[0]] {
						liked[id][product] = 3
					}
				}
			}
		}
	}
	return tasks, queries, liked, unliked
}

func two(rng *rand.Rand, ids []string) []string {
	at := rng.Perm(len(ids))
	return []string{ids[at[0]], ids[at[1]]}
}

// testExamples measures what liked and unliked products do to searches of the fashion kit.
func testExamples(t *testing.T, shop *shop) {
	snapshot := shop.index.Acquire()
	products, err := snapshot.Products(t.Context(), snapshot.All().ToArray())
	snapshot.Release()
	if err != nil {
		t.Fatal(err)
	}
	tasks, queries, liked, unliked := exampleTasks(products)
	for _, mode := range []retrieval.Mode{retrieval.ModeHybrid, retrieval.ModeRanked} {
		measure := func(name string, qrels evaluation.Qrels, ask func(words string, task exampleTask) retrieval.Query) evaluation.ModeReport {
			report, _, err := evaluation.Evaluate(t.Context(), queries, qrels, qualityK, func(ctx context.Context, q evaluation.Query) ([]string, error) {
				query := ask(q.Text, tasks[q.ID])
				query.Mode, query.Limit = mode, evaluation.Depth(qualityK)
				response, err := shop.engine.Search(ctx, query)
				if err != nil {
					return nil, err
				}
				var ids []string
				for _, hit := range response.Hits {
					ids = append(ids, hit.Product.ID)
				}
				return ids, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			report.Mode = name
			for _, metric := range report.Metrics {
				if metric.Name == "ndcg@10" {
					t.Logf("%s, %d queries, %s: NDCG@10 %.3f [%.3f, %.3f]", mode, len(queries), name, metric.Mean, metric.Interval.Low, metric.Interval.High)
				}
			}
			return report
		}
		better := func(baseline evaluation.ModeReport, with ...evaluation.ModeReport) {
			gains, err := evaluation.Compare(append(with, baseline), baseline.Mode)
			if err != nil {
				t.Fatal(err)
			}
			for _, gain := range gains {
				t.Logf("%s, %s − %s: %+.3f [%+.3f, %+.3f]", mode, gain.Mode, gain.Baseline, gain.Difference, gain.Interval.Low, gain.Interval.High)
				if gain.Difference <= 0 {
					t.Errorf("mode %s: %s is no better than %s", mode, gain.Mode, gain.Baseline)
				}
			}
		}
		one := measure("one liked", liked, func(_ string, task exampleTask) retrieval.Query { return retrieval.Query{Like: task.like[:1]} })
		both := measure("two liked", liked, func(_ string, task exampleTask) retrieval.Query { return retrieval.Query{Like: task.like} })
		turned := measure("two liked, two unliked", liked, func(_ string, task exampleTask) retrieval.Query {
			return retrieval.Query{Like: task.like, Unlike: task.unlike}
		})
		words := measure("words", unliked, func(words string, _ exampleTask) retrieval.Query { return retrieval.Query{Text: words} })
		less := measure("words, two unliked", unliked, func(words string, task exampleTask) retrieval.Query {
			return retrieval.Query{Text: words, Unlike: task.unlike}
		})
		better(one, both)
		better(both, turned)
		better(words, less)
	}
}
