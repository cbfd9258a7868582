package evaluation

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoJudgements is returned when no query can be measured.
var ErrNoJudgements = errors.New("no query has a judgement")

// MaxK bounds k: an engine is never asked for more results of one query.
const MaxK = 1000

// Depth is how many results of a query a search must give for the metrics of k: recall looks at 100.
func Depth(k int) int { return max(k, 100) }

// Evaluate asks search for the ranked product ids of each query, one after the other, and measures them
// against the judgements. The search should give Depth(k) ids, where it finds as many; MRR counts over all
// that it gives. Queries without any judgement are not searched: ModeReport.Unjudged counts them. The
// caller names the report's Mode. The first error of search ends the evaluation.
func Evaluate(ctx context.Context, queries []Query, qrels Qrels, k int, search func(ctx context.Context, query Query) ([]string, error)) (ModeReport, Run, error) {
	if k < 1 || k > MaxK {
		return ModeReport{}, nil, fmt.Errorf("evaluate at k = %d: k must be from 1 to %d", k, MaxK)
	}
	measures := measuresAt(k, qrels.TopGrade())
	report := ModeReport{K: k}
	run := Run{}
	for _, query := range queries {
		grades := qrels[query.ID]
		if len(grades) == 0 {
			report.Unjudged++
			continue
		}
		if err := ctx.Err(); err != nil {
			return ModeReport{}, nil, err
		}
		ranked, err := search(ctx, query)
		if err != nil {
			return ModeReport{}, nil, fmt.Errorf("evaluate query %s: %w", query.ID, err)
		}
		if twice, found := repeated(ranked); found {
			return ModeReport{}, nil, fmt.Errorf("evaluate query %s: the search gave product %s twice", query.ID, twice)
		}
		run[query.ID] = ranked
		figures := make([]float64, len(measures))
		for i, m := range measures {
			figures[i] = m.of(ranked, grades)
		}
		report.PerQuery = append(report.PerQuery, QueryFigures{Query: query, Figures: figures})
	}
	if len(run) == 0 {
		return ModeReport{}, nil, fmt.Errorf("%w: queries and qrels must use the same query ids", ErrNoJudgements)
	}
	report.summarise(measures)
	return report, run, nil
}

// measure is one metric at its depth, under the name that reports use.
type measure struct {
	name string
	of   func(ranked []string, grades map[string]int) float64
}

// measuresAt lists what is reported, in the order of reports; top is the highest grade of the judgements.
func measuresAt(k, top int) []measure {
	at := func(metric func([]string, map[string]int, int) float64, k int) func([]string, map[string]int) float64 {
		return func(ranked []string, grades map[string]int) float64 { return metric(ranked, grades, k) }
	}
	return []measure{
		{fmt.Sprintf("ndcg@%d", k), at(NDCG, k)},
		{"mrr", ReciprocalRank},
		{"recall@1", at(Recall, 1)},
		{"recall@10", at(Recall, 10)},
		{"recall@100", at(Recall, 100)},
		{fmt.Sprintf("p@%d", k), at(Precision, k)},
		{fmt.Sprintf("err@%d", k), func(ranked []string, grades map[string]int) float64 { return ERR(ranked, grades, k, top) }},
	}
}

func repeated(ids []string) (string, bool) {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return id, true
		}
		seen[id] = true
	}
	return "", false
}
