package indexer_test

import (
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/blevesearch/bleve/v2/search"
	index "github.com/blevesearch/bleve_index_api"

	"vitrine/indexer"
	"vitrine/retrieval/evaluation"
)

// electronicsQrels are the judgements of electronicsQueries; 8 of those have no relevant product.
const electronicsQrels = "../../shared/data/electronics/qrels.dev.txt"

// weightSets is how many sets of field weights are tried, so that each search gets weights that suit it:
// the product's own, equal ones, and random ones.
const weightSets = 252

// BenchmarkKeywordQuality reports mean NDCG@10 over the electronics queries, with one pass whatever b.N:
//
//   - set: with the product's weights, which were set for ours on these very queries
//   - equal: with every weight 1
//   - random: the mean over all sets of weights
//   - best: with the best of these sets
//   - held-out: each query with the set that is best on three quarters of the queries, itself not among them
//   - short-of-ours, low, high: how much is missing to ours on held-out queries, with its 95 % interval
//     (bootstrap over queries)
func BenchmarkKeywordQuality(b *testing.B) {
	snapshot, reader, queries := openElectronics(b)
	qrels, err := evaluation.OpenQrels(electronicsQrels)
	if err != nil {
		b.Fatal(err)
	}
	names := productIDs(b, snapshot)
	sets := randomWeights()
	b.Cleanup(func() { indexer.SetKeywordWeights(sets[0]) })

	var ours []float64
	for _, s := range []struct {
		name   string
		search func(ctx context.Context, weights map[string]float64, terms string) ([]uint32, error)
	}{
		{"ours", func(ctx context.Context, weights map[string]float64, terms string) ([]uint32, error) {
			indexer.SetKeywordWeights(weights)
			hits, err := snapshot.Keyword(ctx, indexer.KeywordQuery{Terms: terms, K: 10})
			docs := make([]uint32, len(hits))
			for i, hit := range hits {
				docs[i] = hit.Doc
			}
			return docs, err
		}},
		{"bleve-tfidf", bleve{reader: reader, model: index.TFIDFScoring}.searchWith},
		{"bleve-bm25", bleve{reader: reader, model: index.BM25Scoring}.searchWith},
		{"bleve-bm25-true-lengths", bleve{reader: reader, model: index.BM25Scoring, stats: trueStats(snapshot)}.searchWith},
		{"bleve-bm25-true-lengths-idf-once", bleve{reader: reader, model: index.BM25Scoring, stats: trueStats(snapshot), onceIDF: true}.searchWith},
	} {
		ndcg := make([][]float64, len(sets)) // by set, then query
		for i, weights := range sets {
			for _, query := range queries {
				docs, err := s.search(context.Background(), weights, query.Text)
				if err != nil {
					b.Fatal(err)
				}
				ranked := make([]string, len(docs))
				for rank, doc := range docs {
					ranked[rank] = names[doc]
				}
				ndcg[i] = append(ndcg[i], evaluation.NDCG(ranked, qrels[query.ID], 10))
			}
		}
		held := heldOut(ndcg)
		if ours == nil {
			ours = held
		}
		b.Run(s.name, func(b *testing.B) {
			b.ReportMetric(0, "ns/op") // leaves it out
			b.ReportMetric(mean(ndcg[0]), "set")
			b.ReportMetric(mean(ndcg[1]), "equal")
			b.ReportMetric(mean(slices.Concat(ndcg...)), "random")
			b.ReportMetric(mean(slices.MaxFunc(ndcg, byMean)), "best")
			b.ReportMetric(mean(held), "held-out")
			short, low, high := difference(ours, held)
			b.ReportMetric(short, "short-of-ours")
			b.ReportMetric(low, "low")
			b.ReportMetric(high, "high")
		})
	}
}

func (b bleve) searchWith(ctx context.Context, weights map[string]float64, terms string) ([]uint32, error) {
	b.weights = weights
	return b.search(ctx, terms, 10)
}

// trueStats give Bleve's bm25 model what it should divide lengths by: all terms of a field, and not the
// distinct ones.
func trueStats(s *indexer.Snapshot) *search.BM25Stats {
	stats := &search.BM25Stats{DocCount: float64(s.Len()), FieldCardinality: make(map[string]int)}
	for field, length := range s.Manifest().Lengths {
		stats.FieldCardinality[field] = int(length)
	}
	stats.FieldCardinality[indexer.CodeField] = s.Len()
	return stats
}

// randomWeights returns weightSets sets, of which the first is the product's and the second has equal weights.
func randomWeights() []map[string]float64 {
	sets := []map[string]float64{indexer.KeywordWeights(), {}}
	fields := slices.Sorted(maps.Keys(sets[0]))
	for _, field := range fields {
		sets[1][field] = 1
	}
	random := rand.New(rand.NewPCG(7, 7))
	values := []float64{0.25, 0.5, 1, 1.5, 2, 3, 5, 8}
	for len(sets) < weightSets {
		set := make(map[string]float64)
		for _, field := range fields {
			set[field] = values[random.IntN(len(values))]
		}
		sets = append(sets, set)
	}
	return sets
}

// heldOut returns each query's mean NDCG with weights chosen without it: by four folds, drawn 100 times.
func heldOut(ndcg [][]float64) []float64 {
	const draws, folds = 100, 4
	queries := len(ndcg[0])
	held := make([]float64, queries)
	random := rand.New(rand.NewPCG(1, 1))
	for range draws {
		for fold := range slices.Chunk(random.Perm(queries), queries/folds) {
			best := slices.MaxFunc(ndcg, func(a, b []float64) int { return byMean(without(a, fold), without(b, fold)) })
			for _, query := range fold {
				held[query] += best[query] / draws
			}
		}
	}
	return held
}

func without(values []float64, fold []int) []float64 {
	rest := slices.Clone(values)
	for _, query := range fold {
		rest[query] = 0
	}
	return rest
}

func productIDs(t testing.TB, s *indexer.Snapshot) []string {
	t.Helper()
	hits := make([]indexer.Hit, s.Len())
	for doc := range hits {
		hits[doc].Doc = uint32(doc)
	}
	return ids(t, s, hits)
}

// difference returns the mean of a − b and its 95 % percentile interval over 10,000 resamples of the pairs.
func difference(a, b []float64) (of, low, high float64) {
	random := rand.New(rand.NewPCG(1, 2))
	means := make([]float64, 10_000)
	for i := range means {
		for range a {
			j := random.IntN(len(a))
			means[i] += (a[j] - b[j]) / float64(len(a))
		}
	}
	slices.Sort(means)
	return mean(a) - mean(b), means[len(means)/40], means[len(means)-len(means)/40]
}

func byMean(a, b []float64) int { return cmp.Compare(mean(a), mean(b)) }

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
