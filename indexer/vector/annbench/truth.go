package annbench

import (
	"context"
	"runtime"
	"slices"
	"sort"
	"sync"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat"

	"vitrine/indexer/vector"
)

// truth is, for each query, the rows of highest cosine, as many as the deepest search wants.
func (r *runner) truth(ctx context.Context) ([][]vector.Neighbour, error) {
	exact := make([][]vector.Neighbour, r.set.queries())
	var mu sync.Mutex
	done := 0
	err := r.eachQuery(ctx, func(i int) (err error) {
		exact[i], err = exactSearch(ctx, r.flat, r.set.query(i), slices.Max(depths))
		mu.Lock()
		defer mu.Unlock()
		done++
		r.report("truth", done, len(exact))
		return err
	})
	return exact, err
}

// exactSearch scans the floats for the k rows nearest to query, best first and equal ones by row.
func exactSearch(ctx context.Context, index *vector.Index, query []float32, k int) ([]vector.Neighbour, error) {
	score, err := index.Scorer(query)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k = min(k, index.Len())
	best := make([]vector.Neighbour, 0, k)
	for row := range uint32(index.Len()) {
		n := vector.Neighbour{Row: row, Score: score(row)}
		if len(best) == k {
			if n.Score <= best[k-1].Score {
				continue
			}
			best = best[:k-1]
		}
		at := sort.Search(len(best), func(i int) bool { return best[i].Score < n.Score })
		best = slices.Insert(best, at, n)
	}
	return best, nil
}

// recalls is the mean recall@k of a method for each depth k up to that which it searches for.
func (r *runner) recalls(ctx context.Context, m method) (map[int]float64, error) {
	shares := make(map[int][]float64)
	for _, k := range depths {
		if k <= m.k {
			shares[k] = make([]float64, r.set.queries())
		}
	}
	err := r.eachQuery(ctx, func(i int) error {
		found, err := m.search(ctx, r.set.query(i))
		if err != nil {
			return err
		}
		score, err := r.flat.Scorer(r.set.query(i))
		if err != nil {
			return err
		}
		for k := range shares {
			shares[k][i] = recall(found, r.exact[i], k, score)
		}
		return nil
	})
	means := make(map[int]float64)
	for k := range shares {
		means[k] = stat.Mean(shares[k], nil)
	}
	return means, err
}

// recall is the share of the k exact results that found's first k make up for. As in vector.Index.Recall
// one counts as right when its score reaches that of the k-th exact one, so equal vectors stand for each
// other.
func recall(found, exact []vector.Neighbour, k int, score func(row uint32) float32) float64 {
	k = min(k, len(exact))
	right := 0
	for _, n := range found[:min(k, len(found))] {
		if score(n.Row) >= exact[k-1].Score {
			right++
		}
	}
	return float64(right) / float64(k)
}

// eachQuery calls work for the number of each query, on all cores.
func (r *runner) eachQuery(ctx context.Context, work func(i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.set.queries() {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return work(i)
		})
	}
	return group.Wait()
}
