package retrieval

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// level is a set of listed products that the boosts give the same score.
type level struct {
	score float64
	docs  *roaring.Bitmap
}

// browse lists what the filters allow, the newest release first and by id within a
// day: there is nothing to score but by rules.
func browse(ctx context.Context, q *Query, found *results) (page []*candidate, total int, err error) {
	if q.Sort == SortRelevance && q.Group == "" && q.Diversity == 0 {
		return found.rules.list(found.allowed, q.Offset, q.Limit), int(found.set.GetCardinality()), nil
	}
	list, total, err := found.rules.rearranged(ctx, q, found.set)
	if err != nil {
		return nil, 0, err
	}
	return pageOf(q, list), total, nil
}

// rearranged returns as much of the list of docs as can be paged through, as present would order it, and how
// long all of it is. A catalogue may be long, so only what is shown becomes candidates.
func (m *merchandise) rearranged(ctx context.Context, q *Query, docs *roaring.Bitmap) (list []*candidate, total int, err error) {
	columns := m.snapshot.Columns()
	pinned := make(map[uint32]*candidate, len(m.pins))
	unpinned := docs.Clone()
	for _, p := range m.pins {
		pinned[p.doc] = &candidate{doc: p.doc}
		unpinned.Remove(p.doc)
	}
	var order []uint32
	for _, l := range m.levels(unpinned) {
		order = append(order, columns.Newest(l.docs, 0, int(l.docs.GetCardinality()))...)
	}
	order = sortDocs(q.Sort, columns, order)
	var others map[uint32]int
	if q.Group != "" {
		if order, others, err = m.grouped(ctx, q.Group, order); err != nil {
			return nil, 0, err
		}
	}
	total = len(order) + len(m.pins)
	for _, doc := range order[:min(len(order), MaxDepth)] {
		c := &candidate{doc: doc, others: others[doc]}
		m.boost(c, 1)
		list = append(list, c)
	}
	for doc, c := range pinned {
		c.others = others[doc]
	}
	if q.Sort == SortRelevance {
		diversify(q.Diversity, columns, list)
	}
	return m.arrange(pinned, list), total, nil
}

// list returns a page of the allowed products (nil = all) when nothing is asked for: what is boosted
// first and what is buried last, each by its strengths, and within the same the newest first.
func (m *merchandise) list(allowed *roaring.Bitmap, offset, limit int) []*candidate {
	if len(m.pins)+len(m.boosts) == 0 {
		return m.newest(allowed, offset, limit)
	}
	others := cmp.Or(allowed, m.snapshot.All()).Clone()
	for _, p := range m.pins {
		others.Remove(p.doc)
	}
	levels := m.levels(others)
	m.settle(int(others.GetCardinality()), func(i int) float64 {
		for _, l := range levels {
			if i -= int(l.docs.GetCardinality()); i < 0 {
				return l.score
			}
		}
		panic("unreachable: the levels hold all others")
	})

	// Pins of earlier pages take the places of as many others.
	skip := offset
	for _, p := range m.pins {
		if p.place <= offset {
			skip--
		}
	}
	var page []*candidate
	for _, l := range levels {
		page = append(page, m.newest(l.docs, skip, limit-len(page))...)
		skip = max(0, skip-int(l.docs.GetCardinality()))
	}
	for _, p := range m.pins {
		if at := p.place - 1 - offset; at >= 0 && at < limit {
			c := &candidate{doc: p.doc}
			c.lift(p.rule, p.score)
			page = slices.Insert(page, at, c)
		}
	}
	return page[:min(limit, len(page))]
}

// newest returns a page of docs (nil = all), the newest first, scored by the boosts alone.
func (m *merchandise) newest(docs *roaring.Bitmap, offset, limit int) []*candidate {
	var page []*candidate
	for _, doc := range m.snapshot.Columns().Newest(docs, offset, limit) {
		c := &candidate{doc: doc}
		m.boost(c, 1)
		page = append(page, c)
	}
	return page
}

// levels parts docs by the score that the boosts give, the highest first.
func (m *merchandise) levels(docs *roaring.Bitmap) []level {
	byScore := map[float64]*roaring.Bitmap{0: docs}
	for _, b := range m.boosts {
		next := make(map[float64]*roaring.Bitmap)
		add := func(score float64, docs *roaring.Bitmap) {
			if same, ok := next[score]; ok {
				same.Or(docs)
			} else if !docs.IsEmpty() { // or the levels would double with each boost
				next[score] = docs
			}
		}
		for score, docs := range byScore {
			add(score+b.strength, roaring.And(docs, b.docs))
			add(score, roaring.AndNot(docs, b.docs))
		}
		byScore = next
	}
	var levels []level
	for _, score := range slices.Backward(slices.Sorted(maps.Keys(byScore))) {
		levels = append(levels, level{score, byScore[score]})
	}
	return levels
}
