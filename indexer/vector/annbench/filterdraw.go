package annbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// The shares of the rows, in per cent, that filters let pass; at least one row.
var (
	randomShares = []float64{50, 10, 1, 0.1, 0}
	farShares    = []float64{99, 50, 10}
)

// How many queries are searched for under a filter; where the set has fewer, all.
const (
	randomQueries = 200
	farQueries    = 20 // few, because each has its own rows
)

// filter is a set of allowed rows for each of the first queries.
type filter struct {
	name     string
	matching int               // rows that pass
	allowed  []*roaring.Bitmap // by query
}

// drawFilters draws rows at random, the same for all queries, and takes for each query those farthest from it: the filter
// under which a graph, which leads to the nearest rows, finds nothing that matches.
func (r *runner) drawFilters(ctx context.Context) ([]filter, error) {
	var filters []filter
	random := rand.New(rand.NewPCG(r.Seed, 5))
	for _, share := range randomShares {
		f := r.newFilter("", share, randomQueries)
		rows := rowSet(random.Perm(r.set.Rows())[:f.matching])
		for i := range f.allowed {
			f.allowed[i] = rows
		}
		filters = append(filters, f)
	}
	far := len(filters)
	for _, share := range farShares {
		filters = append(filters, r.newFilter("far ", share, farQueries))
	}
	err := r.each(ctx, "draw filters", len(filters[far].allowed), func(i int) error {
		rows, err := r.farthest(i)
		if err != nil {
			return err
		}
		for _, f := range filters[far:] {
			f.allowed[i] = rowSet(rows[:f.matching])
		}
		return nil
	})
	return filters, err
}

func (r *runner) newFilter(prefix string, share float64, queries int) filter {
	f := filter{
		name:     fmt.Sprintf("%s%v %%", prefix, share),
		matching: int(math.Round(share / 100 * float64(r.set.Rows()))),
		allowed:  make([]*roaring.Bitmap, min(queries, r.set.queries())),
	}
	if share == 0 {
		f.name = "1 row"
	}
	f.matching = max(f.matching, 1)
	return f
}

// farthest are all rows by ascending cosine with a query.
func (r *runner) farthest(query int) ([]int, error) {
	score, err := r.flat.Scorer(r.set.query(query))
	if err != nil {
		return nil, err
	}
	rows, scores := make([]int, r.set.Rows()), make([]float32, r.set.Rows())
	for row := range rows {
		rows[row], scores[row] = row, score(uint32(row))
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Or(cmp.Compare(scores[a], scores[b]), cmp.Compare(a, b)) })
	return rows, nil
}

func rowSet(rows []int) *roaring.Bitmap {
	set := roaring.New()
	for _, row := range rows {
		set.Add(uint32(row))
	}
	return set
}
