package annbench

import (
	"context"
	"runtime"
	"slices"
	"sort"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat"

	"vitrine/indexer/vector"
)

// truth is, for each query, the rows of highest cosine, as many as the deepest search wants.
func (r *runner) truth(ctx context.Context) ([][]vector.Neighbour, error) {
	exact := make([][]vector.Neighbour, r.set.queries())
	err := r.each(ctx, "truth", len(exact), func(i int) (err error) {
		exact[i], err = exactSearch(ctx, r.flat, r.set.query(i), slices.Max(depths), nil)
		return err
	})
	return exact, err
}

// exactSearch scans the floats for the k rows nearest to query, best first and equal ones by row, among those that
// allowed holds; nil allows all.
func exactSearch(ctx context.Context, index *vector.Index, query []float32, k int, allowed *roaring.Bitmap) ([]vector.Neighbour, error) {
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
		if allowed != nil && !allowed.Contains(row) {
			continue
		}
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

// recalls is for each method the mean recall@k of each depth k up to that which it searches for.
func (r *runner) recalls(ctx context.Context, family string, methods []method) ([]map[int]float64, error) {
	queries := r.set.queries()
	shares := make([]map[int][]float64, len(methods))
	for i, m := range methods {
		shares[i] = make(map[int][]float64)
		for _, k := range depths {
			if k <= m.k {
				shares[i][k] = make([]float64, queries)
			}
		}
	}
	err := r.each(ctx, "recall "+family, len(methods)*queries, func(i int) error {
		i, query := i/queries, i%queries
		found, err := methods[i].search(ctx, r.set.query(query))
		if err != nil {
			return err
		}
		score, err := r.flat.Scorer(r.set.query(query))
		if err != nil {
			return err
		}
		for k := range shares[i] {
			shares[i][k][query] = recall(found, r.exact[query], k, score)
		}
		return nil
	})
	means := make([]map[int]float64, len(methods))
	for i := range shares {
		means[i] = make(map[int]float64)
		for k := range shares[i] {
			means[i][k] = stat.Mean(shares[i][k], nil)
		}
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

// each calls work for each number below n, on all cores, and reports the stage.
func (r *runner) each(ctx context.Context, stage string, n int, work func(i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	done := 0
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := work(i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			r.report(stage, done, n)
			return nil
		})
	}
	return group.Wait()
}
