package retrieval

import (
	"context"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// present turns the candidates, which stand by relevance, into the list that is shown: sorted, one of each
// group, varied, and what is pinned at its place.
func present(ctx context.Context, q *Query, candidates []*candidate, rules *merchandise) ([]*candidate, error) {
	columns := rules.snapshot.Columns()
	pinned, list := rules.split(candidates)
	list = sorted(q, columns, list)
	if q.Group != "" {
		left, others, err := rules.grouped(ctx, q.Group, docsOf(list))
		if err != nil {
			return nil, err
		}
		list = among(roaring.BitmapOf(left...), list)
		for _, c := range slices.Concat(list, slices.Collect(maps.Values(pinned))) {
			c.others = others[c.doc]
		}
	}
	if q.Sort == SortRelevance {
		diversify(q.Diversity, columns, list)
	}
	return rules.arrange(pinned, list), nil
}

func docsOf(candidates []*candidate) []uint32 {
	docs := make([]uint32, len(candidates))
	for i, c := range candidates {
		docs[i] = c.doc
	}
	return docs
}
