package indexer

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// vectorView compares a query with the vectors of one snapshot: those of its generation but for what is gone, and
// those of its delta, of which there are few, one by one.
type vectorView struct {
	base  *vectorSpace
	delta deltaRows
	gone  docSet // docs that are no products any more
	count uint32 // products of the generation
}

// deltaRows are the vectors of a delta in one space: rows[i] belongs to docs[i]. docs ascends. Rows are only added, so
// that those of an earlier snapshot stay as they are.
type deltaRows struct {
	docs []uint32
	rows []deltaRow
}

type deltaRow struct {
	vector []float32 // of unit length
	photo  uint32    // its number among those of the product, in the photo space
}

// with has the rows of a further product too.
func (d deltaRows) with(doc uint32, rows []deltaRow) deltaRows {
	for _, row := range rows {
		d.docs, d.rows = append(d.docs, doc), append(d.rows, row)
	}
	return d
}

// of returns the rows of a product.
func (d deltaRows) of(doc uint32) []deltaRow {
	first, _ := slices.BinarySearch(d.docs, doc)
	end, _ := slices.BinarySearch(d.docs, doc+1)
	return d.rows[first:end]
}

// nearest returns the k products with the rows of the highest cosine, one hit a product, best first.
func (v *vectorView) nearest(ctx context.Context, query []float32, k int, filter *roaring.Bitmap) ([]Hit, string, error) {
	hits, plan, err := v.nearestOfBase(ctx, query, k, filter)
	if err != nil || len(v.delta.docs) == 0 {
		return hits, plan, err
	}
	least := math.Inf(-1) // no worse product can be among the best k
	if k > 0 && len(hits) == k {
		least = hits[k-1].Score
	}
	changed, err := v.nearestOfDelta(query, filter, least)
	if err != nil {
		return nil, plan, err
	}
	hits = append(hits, changed...)
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return hits[:min(k, len(hits))], fmt.Sprintf("%s, and %d rows that changed since", plan, len(v.delta.docs)), nil
}

// nearestOfBase asks for some more than k, so that k are left without those that are gone. Where that is not enough, or
// many are gone, they are kept out by the filter.
func (v *vectorView) nearestOfBase(ctx context.Context, query []float32, k int, filter *roaring.Bitmap) ([]Hit, string, error) {
	gone := v.gone.len(v.count)
	if gone == 0 {
		return v.base.nearest(ctx, query, k, filter)
	}
	if filter == nil && gone < int(v.count)/4 {
		more := min(gone, 8+2*k*gone/int(v.count))
		hits, plan, err := v.base.nearest(ctx, query, k+more, nil)
		all := len(hits) < k+more
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return v.gone.has(h.Doc) })
		if err != nil || all || len(hits) >= k {
			return hits[:min(k, len(hits))], plan, err
		}
	}
	if filter == nil {
		filter = roaring.New()
		filter.AddRange(0, uint64(v.count))
	}
	return v.base.nearest(ctx, query, k, roaring.AndNot(filter, v.gone.bitmap()))
}

// nearestOfDelta returns the products of the delta that the filter lets through and that have at least a score, one hit a
// product, in no order.
func (v *vectorView) nearestOfDelta(query []float32, filter *roaring.Bitmap, least float64) ([]Hit, error) {
	cosine, err := v.base.index.Cosine(query)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for i, doc := range v.delta.docs {
		if v.gone.has(doc) {
			continue
		}
		score := float64(cosine(v.delta.rows[i].vector))
		if score < least || filter != nil && !filter.Contains(doc) {
			continue
		}
		if last := len(hits) - 1; last >= 0 && hits[last].Doc == doc {
			hits[last].Score = max(hits[last].Score, score)
		} else {
			hits = append(hits, Hit{doc, score})
		}
	}
	return hits, nil
}

// similarity returns the cosine with the best row of each of docs; false where a product has none.
func (v *vectorView) similarity(query []float32, docs []uint32) ([]float64, []bool) {
	scores, has := v.base.similarity(query, docs)
	cosine, err := v.base.index.Cosine(query)
	if len(v.delta.docs) == 0 || err != nil {
		return scores, has
	}
	for i, doc := range docs {
		if doc < v.count {
			continue
		}
		for _, row := range v.delta.of(doc) {
			if score := float64(cosine(row.vector)); !has[i] || score > scores[i] {
				scores[i], has[i] = score, true
			}
		}
	}
	return scores, has
}

// vector returns a copy of the first row of a product.
func (v *vectorView) vector(doc uint32) ([]float32, bool) {
	if doc < v.count {
		return v.base.vector(doc)
	}
	rows := v.delta.of(doc)
	if len(rows) == 0 {
		return nil, false
	}
	return slices.Clone(rows[0].vector), true
}
