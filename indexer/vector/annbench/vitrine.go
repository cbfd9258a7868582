package annbench

import (
	"context"
	"fmt"
	"io"
	"math"

	"vitrine/indexer/vector"
)

// graph is package vector's graph with each Ef. It leaves out what Search would not do: a list shorter
// than k, and one so long that the planner prefers the scan, which has rows of its own. The index stays for what is
// measured after it.
func (r *runner) graph(ctx context.Context) ([]method, error) {
	index, seconds, err := r.build(ctx, 1)
	if err != nil {
		return nil, err
	}
	r.index = index
	bytes, err := bytesBesideFloats(index)
	if err != nil {
		return nil, err
	}
	var methods []method
	for _, k := range depths {
		for _, ef := range r.Ef {
			params := vector.SearchParams{Ef: ef}
			_, plan, err := index.Search(ctx, r.set.query(0), k, params)
			if err != nil {
				return nil, err
			}
			if plan != fmt.Sprintf("graph ef=%d", ef) {
				continue
			}
			methods = append(methods, method{
				name: Ours, setting: fmt.Sprintf("ef=%d", ef), k: k, buildSeconds: seconds, bytes: bytes,
				search: func(ctx context.Context, query []float32) ([]vector.Neighbour, error) {
					found, _, err := index.Search(ctx, query, k, params)
					return found, err
				},
			})
		}
	}
	return methods, nil
}

// scans are what package vector does without a graph, and the plainest exact search.
func (r *runner) scans(ctx context.Context) ([]method, error) {
	index, seconds, err := r.build(ctx, math.MaxInt)
	if err != nil {
		return nil, err
	}
	bytes, err := bytesBesideFloats(index)
	if err != nil {
		return nil, err
	}
	var methods []method
	for _, k := range depths {
		plans := map[string]bool{}
		for _, scan := range []vector.Scan{vector.SignScan, vector.CodeScan} {
			params := vector.SearchParams{Scan: scan}
			_, plan, err := index.Search(ctx, r.set.query(0), k, params)
			if err != nil {
				return nil, err
			}
			if plans[plan] {
				continue
			}
			plans[plan] = true
			methods = append(methods, method{
				name: Ours + " scan", setting: plan, k: k, buildSeconds: seconds, bytes: bytes,
				search: func(ctx context.Context, query []float32) ([]vector.Neighbour, error) {
					found, _, err := index.Search(ctx, query, k, params)
					return found, err
				},
			})
		}
		methods = append(methods, method{
			name: "float scan", k: k,
			search: func(ctx context.Context, query []float32) ([]vector.Neighbour, error) {
				return exactSearch(ctx, index, query, k, nil)
			},
		})
	}
	return methods, nil
}

// build builds the index once for each thread count and returns the last: they are all equal.
func (r *runner) build(ctx context.Context, graphFrom int) (index *vector.Index, seconds map[int]float64, err error) {
	seconds = make(map[int]float64)
	for _, threads := range r.Threads {
		opts := vector.Options{GraphFrom: graphFrom, Seed: r.Seed, Workers: threads, Progress: func(done, total int) {
			r.report(fmt.Sprintf("build, threads %d", threads), done, total)
		}}
		seconds[threads], err = timed(threads, func() (err error) {
			index, err = vector.Build(ctx, r.set.Base, r.set.Dim, opts)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return index, seconds, nil
}

// bytesBesideFloats is what an index holds for each row but its floats: its file, which is mapped into
// memory, and what it derives from that.
func bytesBesideFloats(index *vector.Index) (float64, error) {
	size, err := index.WriteTo(io.Discard)
	return float64(int(size)+index.DerivedBytes())/float64(index.Len()) - 4*float64(index.Dim()), err
}
