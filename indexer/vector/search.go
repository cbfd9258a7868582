package vector

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// SearchParams are the choices of one search; the zero value asks for any rows with the default effort.
type SearchParams struct {
	// Ef is the size of the graph search's candidate list before filters widen it; 0 = max(64, 2k).
	// Larger finds more and takes longer in proportion. Scans ignore it.
	Ef int
	// Allowed restricts the result to its rows; nil allows all. It is only read; numbers from Len on are
	// passed over.
	Allowed *roaring.Bitmap
	// Group, if not nil, maps each row to a group (the photos of a product): each group is found once, by
	// its best row, and k counts groups. It must have Len entries.
	Group []uint32
}

// Search returns the k rows (or groups) nearest to query by cosine, best first and equal ones by row,
// and the name of the plan that found them: "graph ef=64", "exact int8", "exact float", or a graph plan
// and the exact one that had to follow it. When at least k rows (groups) match there are k results, else
// all that match. query need not be of unit length; the error wraps ErrVector when it has the wrong size,
// is zero or not finite, and is ctx's when that ended.
func (x *Index) Search(ctx context.Context, query []float32, k int, p SearchParams) (found []Neighbour, planName string, err error) {
	unit, err := x.normalise(query)
	if err != nil {
		return nil, "", err
	}
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	if p.Group != nil && len(p.Group) != x.Len() {
		return nil, "", fmt.Errorf("groups of %d rows for an index of %d: build them from the same generation", len(p.Group), x.Len())
	}
	matching := x.matching(p.Allowed)
	k = min(k, matching)
	if k <= 0 {
		return nil, plan{method: byFloats}.String(), nil
	}
	s := x.borrow(unit)
	defer x.scratch.Put(s)

	chosen := x.planSearch(k, p.Ef, matching)
	name := chosen.String()
	if chosen.method == byGraph {
		if found, widest := x.searchGraph(s, unit, k, matching, chosen, p); found != nil {
			return found, widest.String(), nil
		}
		chosen = planExact(k, matching)
		name += ", then " + chosen.String()
	}
	found, err = x.searchExact(ctx, s, unit, k, matching, chosen, p)
	return found, name, err
}

// searchGraph widens the graph search until it holds enough matching rows; it gives up, with nil, when a
// scan would be cheaper.
func (x *Index) searchGraph(s *scratch, unit []float32, k, matching int, p plan, params SearchParams) ([]Neighbour, plan) {
	for ; x.worthwhile(p, matching); p.ef *= 4 {
		greedySearch(x.graph, &x.codes, s, []uint32{x.graph.entry}, p.ef, nil)
		hits := s.nearest.items
		if params.Allowed != nil {
			hits = slices.DeleteFunc(hits, func(c candidate) bool { return !params.Allowed.Contains(c.row) })
			if len(hits) < min(wideEnough*k, matching) {
				continue
			}
		}
		for i := range hits {
			hits[i].score *= s.probe.scale
		}
		if found, _ := x.rank(unit, hits, sureHits*k, k, params.Group); len(found) == k {
			return found, p
		}
	}
	return nil, p
}

// searchExact looks at every matching row, and does so again with a longer list when the first was too
// short: because its rows fell into fewer than k groups, or because the codes' error is larger than what
// divides the k-th result from the rows that the list had no room for.
func (x *Index) searchExact(ctx context.Context, s *scratch, unit []float32, k, matching int, p plan, params SearchParams) ([]Neighbour, error) {
	score := func(rows []uint32) []float32 { return s.probe.cosines(&x.codes, rows) }
	if p.method == byFloats {
		score = func(rows []uint32) []float32 { return x.floatCosines(s, unit, rows) }
	}
	for kept := max(k, p.kept); ; kept *= 4 {
		if kept > longestList {
			kept = matching
		}
		if err := scan(ctx, &s.nearest, min(kept, matching), matching, x.Len(), params.Allowed, score); err != nil {
			return nil, err
		}
		hits := s.nearest.items
		if kept >= matching {
			found, _ := x.rank(unit, hits, len(hits), k, params.Group)
			return found, nil
		}
		found, wrong := x.rank(unit, hits, sureHits*k, k, params.Group)
		if len(found) == k && (p.method == byFloats || found[k-1].Score > hits[len(hits)-1].score+wrong) {
			return found, nil
		}
	}
}

// floatCosines are the exact cosines of unit with rows, valid until the next call.
func (x *Index) floatCosines(s *scratch, unit []float32, rows []uint32) []float32 {
	s.exact = s.exact[:0]
	for _, row := range rows {
		s.exact = append(s.exact, kernel.dotFloats(unit, x.Vector(row)))
	}
	return s.exact
}

// sureHits: for each result wanted so many hits are scored by their floats whatever their codes say.
const sureHits = 2

// doubt is by how many times the largest error of the codes seen so far a hit may still be underrated.
const doubt = 2

// rank scores hits by their floats and returns the k best, one of each group, and by how much the score
// that a hit came with was wrong at most. It looks at the first sure hits in any case; those after them, which must be
// in order, only until their codes say that none can be among the k best.
func (x *Index) rank(unit []float32, hits []candidate, sure, k int, group []uint32) (found []Neighbour, wrong float32) {
	found = make([]Neighbour, 0, min(len(hits), 2*sure))
	least := float32(math.Inf(-1))
	for i, hit := range hits {
		if i == sure {
			if best := bestOf(slices.Clone(found), k, group); len(best) == k {
				least = best[k-1].Score
			}
		}
		if hit.score+doubt*wrong < least {
			break
		}
		score := kernel.dotFloats(unit, x.Vector(hit.row))
		found = append(found, Neighbour{Row: hit.row, Score: score})
		wrong = max(wrong, score-hit.score, hit.score-score)
	}
	return bestOf(found, k, group), wrong
}

// bestOf sorts found and returns its first k, one of each group.
func bestOf(found []Neighbour, k int, group []uint32) []Neighbour {
	slices.SortFunc(found, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row))
	})
	if group != nil {
		seen := make(map[uint32]bool, k)
		found = slices.DeleteFunc(found, func(n Neighbour) bool {
			repeated := seen[group[n.Row]]
			seen[group[n.Row]] = true
			return repeated
		})
	}
	return found[:min(k, len(found))]
}

// matching counts the rows that allowed lets pass.
func (x *Index) matching(allowed *roaring.Bitmap) int {
	switch {
	case allowed == nil || x.Len() == 0:
		return x.Len()
	default:
		return int(allowed.Rank(uint32(x.Len() - 1)))
	}
}

// borrow takes scratch from the pool and aims it at the unit vector.
func (x *Index) borrow(unit []float32) *scratch {
	s, ok := x.scratch.Get().(*scratch)
	if !ok {
		s = &scratch{code: make([]byte, x.codes.stride)}
	}
	s.probe.aim(s.code, encode(s.code, unit))
	return s
}
