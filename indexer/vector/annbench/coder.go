package annbench

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"runtime"
	"slices"

	"github.com/coder/hnsw"

	"vitrine/indexer/vector"
)

// coderSetting is how coder/hnsw is used. Its results come in no order, so asking for more of them than
// are wanted, and keeping the best, finds more.
type coderSetting struct {
	m, ef int
	ask   int // results to ask for; 0 = k
}

func (c coderSetting) String() string {
	if c.ask > 0 {
		return fmt.Sprintf("M=%d ef=%d k=%d", c.m, c.ef, c.ask)
	}
	return fmt.Sprintf("M=%d ef=%d", c.m, c.ef)
}

// coderSettings are the library's defaults, and those with which it found most at 100,000 rows.
var coderSettings = []coderSetting{{m: 16, ef: 20}, {m: 64, ef: 800, ask: 800}}

// coder is coder/hnsw as it is, with the vectors themselves: what this program would be without a graph of its own.
func (r *runner) coder(ctx context.Context) ([]method, error) {
	if r.set.Rows() > r.CoderRows {
		return nil, nil
	}
	var methods []method
	for _, setting := range coderSettings {
		before := heapBytes()
		graph, seconds, err := r.buildCoder(ctx, setting)
		if err != nil {
			return nil, err
		}
		bytes := float64(heapBytes()-before) / float64(r.set.Rows())
		for _, k := range depths {
			methods = append(methods, method{
				name: "coder/hnsw", setting: setting.String(), k: k, buildSeconds: seconds, bytes: bytes,
				search: func(_ context.Context, query []float32) ([]vector.Neighbour, error) {
					return r.searchCoder(graph, query, k, max(k, setting.ask))
				},
			})
		}
	}
	return methods, nil
}

// buildCoder adds row after row, for the library does not let two goroutines add.
func (r *runner) buildCoder(ctx context.Context, setting coderSetting) (*hnsw.Graph[uint32], map[int]float64, error) {
	graph := hnsw.NewGraph[uint32]()
	graph.M, graph.EfSearch = setting.m, setting.ef
	graph.Rng = rand.New(rand.NewSource(int64(r.Seed)))
	once, err := timed(1, func() error {
		for row := range r.set.Rows() {
			if err := ctx.Err(); err != nil {
				return err
			}
			graph.Add(hnsw.MakeNode(uint32(row), r.set.vector(row)))
			r.report("build coder/hnsw "+setting.String(), row+1, r.set.Rows())
		}
		return nil
	})
	seconds := make(map[int]float64)
	for _, threads := range r.Threads {
		seconds[threads] = once
	}
	return graph, seconds, err
}

func (r *runner) searchCoder(graph *hnsw.Graph[uint32], query []float32, k, ask int) ([]vector.Neighbour, error) {
	score, err := r.flat.Scorer(query)
	if err != nil {
		return nil, err
	}
	var found []vector.Neighbour
	for _, node := range graph.Search(query, ask) {
		found = append(found, vector.Neighbour{Row: node.Key, Score: score(node.Key)})
	}
	slices.SortFunc(found, func(a, b vector.Neighbour) int { return cmp.Compare(b.Score, a.Score) })
	return found[:min(k, len(found))], nil
}

// heapBytes is what is in use on the heap once nothing else is.
func heapBytes() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
