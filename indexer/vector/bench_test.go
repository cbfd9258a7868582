package vector

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"vitrine/indexer/vector/sets"
)

// benchmarkSets are the sets of the benchmarks: one like a catalogue's embeddings, and one without
// clusters, which is harder.
var benchmarkSets = map[string]func(rows int) []float32{
	"clustered":   func(rows int) []float32 { return sets.Clustered(rows, testDim, rows/100, 1) },
	"unclustered": func(rows int) []float32 { return sets.Unclustered(rows, testDim, 24, 2) },
}

// benchmarkIndex builds each index once a run.
func benchmarkIndex(b *testing.B, set string, rows int) *Index {
	key := fmt.Sprint(set, rows)
	once, _ := builtOnce.LoadOrStore(key, sync.OnceValue(func() *Index {
		return build(b, benchmarkSets[set](rows), testDim, Options{GraphFrom: 1})
	}))
	return once.(func() *Index)()
}

var builtOnce sync.Map

func BenchmarkBuild(b *testing.B) {
	for _, set := range []string{"clustered", "unclustered"} {
		for _, rows := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("set=%s/n=%d", set, rows), func(b *testing.B) {
				vectors := benchmarkSets[set](rows)
				b.ResetTimer()
				var x *Index
				for range b.N {
					x = build(b, vectors, testDim, Options{GraphFrom: 1})
				}
				memory := 2*len(x.codes.high) + len(x.signs.blocks) + len(x.graph.slots) + 4*(len(x.codes.scales)+len(x.codes.glanceScales)+len(x.signs.scales))
				b.ReportMetric(float64(memory)/float64(rows), "bytes/vector")
			})
		}
	}
}

// measureRecall reports the mean recall@10 of find over the queries.
func measureRecall(b *testing.B, x *Index, queries [][]float32, find func(query []float32) []Neighbour) {
	var sum float64
	for _, query := range queries {
		sum += recall(find(query), bruteForce(b, x, query, 10, SearchParams{}))
	}
	b.ReportMetric(sum/float64(len(queries)), "recall@10")
}

func benchmarkQueries(x *Index, n int) [][]float32 {
	random := rand.New(rand.NewPCG(3, 3))
	queries := make([][]float32, n)
	for i := range queries {
		queries[i] = x.nearby(random)
	}
	return queries
}

func BenchmarkSearch(b *testing.B) {
	for _, set := range []string{"clustered", "unclustered"} {
		for _, rows := range []int{10_000, 100_000} {
			x := func(b *testing.B) *Index { return benchmarkIndex(b, set, rows) }
			for _, ef := range []int{16, 32, 64, 128, 256} {
				b.Run(fmt.Sprintf("set=%s/n=%d/ef=%d", set, rows, ef), func(b *testing.B) {
					benchmarkSearch(b, x(b), SearchParams{Ef: ef})
				})
			}
			b.Run(fmt.Sprintf("set=%s/n=%d/scan=1-bit", set, rows), func(b *testing.B) {
				benchmarkSearch(b, x(b), SearchParams{Scan: SignScan})
			})
			b.Run(fmt.Sprintf("set=%s/n=%d/scan=int8", set, rows), func(b *testing.B) {
				benchmarkSearch(b, x(b), SearchParams{Scan: CodeScan})
			})
		}
	}
}

func benchmarkSearch(b *testing.B, x *Index, p SearchParams) {
	queries := benchmarkQueries(x, 200)
	find := func(query []float32) []Neighbour {
		found, _, err := x.Search(context.Background(), query, 10, p)
		if err != nil {
			b.Fatal(err)
		}
		return found
	}
	b.ResetTimer()
	for i := range b.N {
		find(queries[i%len(queries)])
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
	measureRecall(b, x, queries, find)
}
