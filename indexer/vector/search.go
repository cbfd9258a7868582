package vector

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// SearchParams are the choices of one search; the zero value asks for any rows with the default effort.
type SearchParams struct {
	// Ef is the size of the graph search's candidate list before filters widen it; 0 = max(128, 2k).
	// Larger finds more and takes longer in proportion. Scans ignore it.
	Ef int
	// Allowed restricts the result to its rows; nil allows all. It is only read; numbers from Len on are
	// passed over.
	Allowed *roaring.Bitmap
	// Scan has every matching row looked at, whatever the planner thinks of it.
	Scan Scan
	// Group, if not nil, maps each row to a group (the photos of a product): each group is found once, by
	// its best row, and k counts groups. It must have Len entries.
	Group []uint32
}

// Scan is a way to look at every row that matches.
type Scan int

// The scans. Measurements ask for a certain one; where the rows are too few for it, or the index has no signs, the cheapest is taken.
const (
	NoScan   Scan = iota // the planner chooses between the graph and the cheapest scan
	AnyScan              // the cheapest scan
	SignScan             // of one bit a dimension, then of the codes of the best by them
	CodeScan             // of the codes, four bits a dimension, then of all eight and the floats of the best by them
)

// Search returns the k rows (or groups) nearest to query by cosine, best first and equal ones by row,
// and the name of the plan that found them: "graph ef=64", "exact 1-bit", "exact int8", "exact float", or
// those of plans that did not find enough and of the one that had to follow them. When at least k rows (groups) match there are k results, else
// all that match. query need not be of unit length; the error wraps ErrVector when it has the wrong size,
// is zero or not finite, and is ctx's when that ended.
func (x *Index) Search(ctx context.Context, query []float32, k int, p SearchParams) (found []Neighbour, planName string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	s, err := x.borrow(query)
	if err != nil {
		return nil, "", err
	}
	defer x.scratch.Put(s)
	if p.Group != nil && len(p.Group) != x.Len() {
		return nil, "", fmt.Errorf("groups of %d rows for an index of %d: build them from the same generation", len(p.Group), x.Len())
	}
	matching := x.matching(p.Allowed)
	k = min(k, matching)
	if k <= 0 {
		return nil, plan{method: byFloats}.String(), nil
	}
	chosen := x.planSearch(k, matching, p)
	name := chosen.String()
	if chosen.method == byGraph {
		if found, widest := x.searchGraph(s, k, matching, chosen, p); found != nil {
			return found, widest.String(), nil
		}
		chosen = x.planExact(k, matching)
		name += ", then " + chosen.String()
	}
	if chosen.method == bySigns {
		if found, err = x.searchSigns(ctx, s, k, chosen, p); found != nil || err != nil {
			return found, name, err
		}
		chosen = x.planCodes(k, matching)
		name += ", then " + chosen.String()
	}
	found, err = x.searchExact(ctx, s, k, matching, chosen, p)
	return found, name, err
}

// searchGraph widens the graph search until its list holds k groups; it gives up, with nil, when that takes too
// long, or at once when few of the rows nearest to the query are allowed.
func (x *Index) searchGraph(s *scratch, k, matching int, p plan, params SearchParams) ([]Neighbour, plan) {
	for entries := p.ef; x.affords(entries, k, matching, params); entries += p.ef {
		greedySearch(x.graph, &x.codes, s, []uint32{x.graph.entry}, p.ef, nil)
		hits := s.nearest.items
		if params.Allowed != nil {
			hits = slices.DeleteFunc(hits, func(c candidate) bool { return !params.Allowed.Contains(c.row) })
			if len(hits) < min(wideEnough*k, matching) {
				break
			}
		}
		x.refine(s, hits, 0)
		sortHits(hits)
		if found, _ := x.rank(s, hits, k, params.Group); len(found) == k {
			return found, p
		}
		p.ef *= 4
	}
	return nil, p
}

// refine replaces the scores of hits, glances, by the cosines of the whole codes. bound is what a row scores at most
// whose glance is at most least.
func (x *Index) refine(s *scratch, hits []candidate, least float32) (bound float32) {
	s.fresh = s.fresh[:0]
	for _, hit := range hits {
		s.fresh = append(s.fresh, hit.row)
	}
	var seen estimates
	for i, cosine := range s.probe.cosines(&x.codes, s.fresh) {
		seen.add(float32(hits[i].score*s.probe.scale), cosine)
		hits[i].score = cosine
	}
	return seen.bound(least*s.probe.scale, x.codes.deviation(hits, glanceStep))
}

// sortHits puts the best first, of equal ones the lower row. What a graph search has found is in order but for the error of its scores,
// which makes an insertion sort the fastest unless there are very many.
func sortHits(hits []candidate) {
	if len(hits) > 128 {
		slices.SortFunc(hits, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row))
		})
		return
	}
	for i, hit := range hits {
		at := i
		for ; at > 0 && (hits[at-1].score < hit.score || hits[at-1].score == hit.score && hits[at-1].row > hit.row); at-- {
			hits[at] = hits[at-1]
		}
		hits[at] = hit
	}
}

// searchExact looks at every matching row by its code or its floats.
func (x *Index) searchExact(ctx context.Context, s *scratch, k, matching int, p plan, params SearchParams) ([]Neighbour, error) {
	rows := blocksOf(x.Len())
	if params.Allowed != nil {
		rows = allowedBlocks(params.Allowed, x.Len())
	}
	return x.searchRows(ctx, s, k, rows, matching, p, params.Group)
}

// searchRows looks at rows, matching in number and in ascending order, until it is certain of the k best: by what is finer (the whole
// codes, then the floats) where the error is larger than what divides the k-th from the rows that the list had no room for; at the
// rows behind those of the list where these all have the k-th one's score, as copies of one photo do; with a longer list where its
// rows fell into fewer than k groups.
func (x *Index) searchRows(ctx context.Context, s *scratch, k int, rows iter.Seq[[]uint32], matching int, p plan, group []uint32) ([]Neighbour, error) {
	score := func(rows []uint32) []float32 {
		switch p.method {
		case byCodes:
			return s.probe.glances(&x.codes, rows)
		case byWholeCodes:
			return s.probe.cosines(&x.codes, rows)
		default:
			return x.floatCosines(s, rows)
		}
	}
	all := float32(math.Inf(1))
	for kept, below := max(k, p.kept), all; ; {
		if err := scan(ctx, &s.short, min(kept, matching), below, rows, score); err != nil {
			return nil, err
		}
		hits, least := s.short.items, s.short.least
		left := least // at most the cosine of a row that the list had no room for
		switch p.method {
		case byCodes:
			left = x.refine(s, hits, least)
		case byWholeCodes:
			left += float32(doubtEstimates * x.codes.deviation(hits, codeStep))
		}
		if below == all {
			s.hits = s.hits[:0]
		}
		s.hits = append(s.hits, hits...)
		sortHits(s.hits)
		found, wrong := x.rank(s, s.hits, k, group)
		switch {
		case s.short.whole(), len(found) == k && (p.method == byFloats || found[k-1].Score > left+float32(unseen*wrong)):
			return found, nil
		case len(found) < k:
			kept, below = 4*kept, all
		case kernel.dotFloats(s.unit, x.Vector(s.hits[len(s.hits)-1].row)) == found[k-1].Score && least < below:
			below = least
		default:
			p.method, below = p.method+1, all
		}
	}
}

// floatCosines are the exact cosines of the query with rows, valid until the next call.
func (x *Index) floatCosines(s *scratch, rows []uint32) []float32 {
	s.exact = s.exact[:0]
	for _, row := range rows {
		s.exact = append(s.exact, kernel.dotFloats(s.unit, x.Vector(row)))
	}
	return s.exact
}

const (
	// sureHits are scored by their floats whatever their codes say.
	sureHits = 16
	// doubt is by how many times the largest error of the codes seen so far a hit may still be underrated.
	doubt = 2
	// unseen is the same for a row that a scan had no room for: of 10,000 normal errors the largest is about 1.5
	// times that of the some 70 on the list.
	unseen = 1.5
)

// rank scores hits, best first, by their floats and returns the k best, one of each group, and by how much the
// score that a hit came with was wrong at most. It stops where the codes say that no more can be among them. (The
// conversions of products to float32, here as elsewhere, keep them from being fused with a sum, which would round differently.)
func (x *Index) rank(s *scratch, hits []candidate, k int, group []uint32) (best []Neighbour, wrong float32) {
	top := podium{best: make([]Neighbour, 0, k), group: group, groups: s.groups[:0]}
	for i, hit := range hits {
		if i >= sureHits && len(top.best) == k && hit.score+float32(doubt*wrong) < top.best[k-1].Score {
			break
		}
		if i+1 < len(hits) {
			prefetch(x.Vector(hits[i+1].row))
		}
		score := kernel.dotFloats(s.unit, x.Vector(hit.row))
		top.insert(Neighbour{Row: hit.row, Score: score})
		wrong = max(wrong, score-hit.score, hit.score-score)
	}
	s.groups = top.groups
	return top.best, wrong
}

// podium holds the best neighbours, no more than best has room for, of each group the best.
type podium struct {
	best   []Neighbour
	group  []uint32 // of each row; nil = each is one of its own
	groups []uint32 // of each of best, side by side: to look them up row by row would wait for memory
}

// insert puts n at its place.
func (p *podium) insert(n Neighbour) {
	at := len(p.best)
	for at > 0 && (p.best[at-1].Score < n.Score || p.best[at-1].Score == n.Score && p.best[at-1].Row > n.Row) {
		at--
	}
	end := len(p.best) // of what moves to make room
	if p.group != nil {
		if same := slices.Index(p.groups, p.group[n.Row]); same >= 0 {
			if same < at {
				return
			}
			end = same
		}
	}
	switch {
	case end < len(p.best): // n takes the place of its group
	case len(p.best) < cap(p.best):
		p.best = p.best[:end+1]
		if p.group != nil {
			p.groups = append(p.groups, 0)
		}
	case at == len(p.best):
		return
	default:
		end--
	}
	copy(p.best[at+1:end+1], p.best[at:end])
	p.best[at] = n
	if p.group != nil {
		copy(p.groups[at+1:end+1], p.groups[at:end])
		p.groups[at] = p.group[n.Row]
	}
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

// borrow takes scratch from the pool and aims it at query.
func (x *Index) borrow(query []float32) (*scratch, error) {
	s, ok := x.scratch.Get().(*scratch)
	if !ok {
		s = &scratch{}
	}
	var err error
	if s.unit, err = x.normalise(s.unit, query); err != nil {
		return nil, err
	}
	s.probe.aim(&x.codes, s.unit)
	return s, nil
}
