package retrieval

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// Sort is an order of hits.
type Sort string

// The orders. Of a query with words or a photo only the candidates whose fused score is at least sortFloor
// of the best one's are sorted; the others follow by relevance, so that a cheap thing that hardly fits is not
// the first. Products without a price or date come last of the sorted ones. Pinned products keep their places; boosts and burials, like the ranker, count for relevance
// alone. Scores are those of relevance in every order.
const (
	SortRelevance Sort = "relevance"
	SortPriceAsc  Sort = "price_asc"
	SortPriceDesc Sort = "price_desc"
	SortNewest    Sort = "newest"
)

var sorts = []Sort{SortRelevance, SortPriceAsc, SortPriceDesc, SortNewest}

const sortFloor = 0.3

// sorted puts candidates, which stand by relevance, in the order of q.
func sorted(q *Query, columns *indexer.Columns, candidates []*candidate) []*candidate {
	if q.Sort == SortRelevance {
		return candidates
	}
	best := 0.0
	for _, c := range candidates {
		best = max(best, c.fused)
	}
	var fitting, others []*candidate
	for _, c := range candidates {
		if c.fused >= sortFloor*best {
			fitting = append(fitting, c)
		} else {
			others = append(others, c)
		}
	}
	docs := make([]uint32, len(fitting))
	byDoc := make(map[uint32]*candidate, len(fitting))
	for i, c := range fitting {
		docs[i], byDoc[c.doc] = c.doc, c
	}
	for i, doc := range sortDocs(q.Sort, columns, docs) {
		fitting[i] = byDoc[doc]
	}
	return append(fitting, others...)
}

// sortDocs sorts docs, which are its own from then on. Those of one price keep their order, those of one day
// stand by product id.
func sortDocs(by Sort, columns *indexer.Columns, docs []uint32) []uint32 {
	sign := 1
	switch by {
	case SortRelevance:
		return docs
	case SortNewest:
		return columns.Newest(roaring.BitmapOf(docs...), 0, len(docs))
	case SortPriceDesc:
		sign = -1
	}
	slices.SortStableFunc(docs, func(a, b uint32) int {
		priceA, hasA := columns.Price(a)
		priceB, hasB := columns.Price(b)
		switch {
		case hasA != hasB && hasA:
			return -1
		case hasA != hasB:
			return 1
		}
		return sign * cmp.Compare(priceA, priceB)
	})
	return docs
}
