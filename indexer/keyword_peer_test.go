package indexer_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/collector"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"

	"vitrine/indexer"
	"vitrine/retrieval/evaluation"
)

// docs/decisions/0007-keyword-scoring.md says what is compared here, and has the figures.

// electronicsQueries are 72 queries for the electronics catalogue.
const electronicsQueries = "../../shared/data/electronics/queries.dev.tsv"

// bleve searches a generation's keyword index with Bleve's searchers and scorers. It asks for what
// keywordIndex asks: the same terms and codes, the same fields, the same part of the terms, and words at
// edit distance 1 for a word that no product has.
type bleve struct {
	reader  index.IndexReader
	model   string             // index.BM25Scoring or index.TFIDFScoring
	weights map[string]float64 // of each field
	stats   *search.BM25Stats  // nil: Bleve's own
	onceIDF bool               // boosts are divided by the inverse document frequency, which Bleve squares
}

// openBleve opens the files that snapshot searches.
func openBleve(t testing.TB, dir string, snapshot *indexer.Snapshot) index.IndexReader {
	t.Helper()
	opened, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path":      filepath.Join(dir, "index", snapshot.Generation(), indexer.KeywordDir),
		"read_only": true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.Open(); err != nil {
		t.Fatal(err)
	}
	reader, err := opened.Reader()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmp.Or(reader.Close(), opened.Close()); err != nil {
			t.Error(err)
		}
	})
	return reader
}

// search returns the k best products. Where none has enough of the terms, fewer are enough.
func (b *bleve) search(ctx context.Context, query string, k int) ([]uint32, error) {
	ctx = context.WithValue(ctx, search.GetScoringModelCallbackKey,
		search.GetScoringModelCallbackFn(func() string { return b.model }))
	if b.stats != nil {
		ctx = context.WithValue(ctx, search.BM25StatsKey, b.stats)
	}
	terms := indexer.KeywordTerms(query)
	for need := float64(indexer.TermsNeeded(len(terms), false)); ; need-- {
		docs, err := b.searchFor(ctx, query, terms, need, k)
		if err != nil || len(docs) > 0 || need <= 1 {
			return docs, err
		}
	}
}

func (b *bleve) searchFor(ctx context.Context, query string, terms []string, need float64, k int) ([]uint32, error) {
	var words []search.Searcher
	for _, term := range terms {
		word, err := b.word(ctx, term)
		if err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	enough, err := searcher.NewDisjunctionSearcher(ctx, b.reader, words, need, search.SearcherOptions{})
	if err != nil {
		return nil, err
	}
	parts := []search.Searcher{enough}
	for _, code := range indexer.KeywordCodes(query) {
		found, err := searcher.NewTermSearcher(ctx, b.reader, code, indexer.CodeField, indexer.CodeScore, search.SearcherOptions{})
		if err != nil {
			return nil, err
		}
		if found.Count() > 0 {
			parts = append(parts, found)
		} else if err := found.Close(); err != nil {
			return nil, err
		}
	}
	all, err := searcher.NewDisjunctionSearcher(ctx, b.reader, parts, 0, search.SearcherOptions{})
	if err != nil {
		return nil, err
	}
	defer all.Close()
	top := collector.NewTopNCollector(k, 0, search.SortOrder{&search.SortScore{Desc: true}})
	if err := top.Collect(ctx, all, b.reader); err != nil {
		return nil, err
	}
	docs := make([]uint32, len(top.Results()))
	for i, match := range top.Results() {
		doc, err := strconv.ParseUint(match.ID, 10, 32)
		if err != nil {
			return nil, err
		}
		docs[i] = uint32(doc)
	}
	return docs, nil
}

// word finds the products with a term in any field or, when none has it, with one that is near it.
func (b *bleve) word(ctx context.Context, term string) (search.Searcher, error) {
	var fields []search.Searcher
	known := false
	for _, field := range slices.Sorted(maps.Keys(b.weights)) {
		boost, err := b.boost(ctx, term, field)
		if err != nil {
			return nil, err
		}
		found, err := searcher.NewTermSearcher(ctx, b.reader, term, field, boost, search.SearcherOptions{})
		if err != nil {
			return nil, err
		}
		known = known || found.Count() > 0
		fields = append(fields, found)
	}
	if !known && len(term) >= 4 && indexer.OnlyLetters(term) {
		for _, field := range []string{"title", "titles", "brand", "category", "colour"} {
			near, err := searcher.NewFuzzySearcher(ctx, b.reader, term, 1, 1, field, indexer.FuzzyWeight*b.weights[field], search.SearcherOptions{})
			if err != nil {
				return nil, err
			}
			fields = append(fields, near)
		}
	}
	return searcher.NewDisjunctionSearcher(ctx, b.reader, fields, 0, search.SearcherOptions{})
}

func (b *bleve) boost(ctx context.Context, term, field string) (float64, error) {
	if !b.onceIDF {
		return b.weights[field], nil
	}
	postings, err := b.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return 0, err
	}
	defer postings.Close()
	documents, err := b.reader.DocCount()
	if err != nil {
		return 0, err
	}
	n, df := float64(documents), float64(postings.Count())
	return b.weights[field] / math.Log(1+(n-df+0.5)/(df+0.5)), nil
}

// openElectronics indexes the electronics catalogue and opens it with its queries.
func openElectronics(t testing.TB) (snapshot *indexer.Snapshot, reader index.IndexReader, queries []evaluation.Query) {
	t.Helper()
	dir := t.TempDir()
	buildElectronics(t, dir)
	s := newShop(t)
	s.dir = dir
	snapshot = s.open()
	queries, err := evaluation.OpenQueries(electronicsQueries)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot, openBleve(t, dir, snapshot), queries
}

func BenchmarkKeyword(b *testing.B) {
	snapshot, reader, queries := openElectronics(b)
	ctx, weights := context.Background(), indexer.KeywordWeights()
	for _, k := range []int{10, 300} {
		run := func(name string, search func(terms string) error) {
			b.Run(fmt.Sprintf("%s/k=%d", name, k), func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					if err := search(queries[i%len(queries)].Text); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N), "µs/query")
			})
		}
		run("ours", func(terms string) error {
			_, err := snapshot.Keyword(ctx, indexer.KeywordQuery{Terms: terms, K: k})
			return err
		})
		for _, peer := range []struct{ name, model string }{{"bleve-bm25", index.BM25Scoring}, {"bleve-tfidf", index.TFIDFScoring}} {
			bleve := &bleve{reader: reader, model: peer.model, weights: weights}
			run(peer.name, func(terms string) error {
				_, err := bleve.search(ctx, terms, k)
				return err
			})
		}
	}
}
