package retrieval

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// keywordFinder finds products by BM25.
type keywordFinder struct {
	snapshot *indexer.Snapshot
	words    indexer.KeywordQuery // without K and Filter
	allowed  *roaring.Bitmap

	hits, others []indexer.Hit // within the limit and beyond it
}

func (f *keywordFinder) find(ctx context.Context, limit int) ([]indexer.Hit, string, error) {
	words := f.words
	words.K, words.Filter = limit, f.allowed
	var err error
	f.hits, f.others, err = f.snapshot.KeywordAll(ctx, words)
	return f.hits, "bm25", err
}

// score gives 0 to a product that the search would not take. To search again for a few products costs as
// much as for all, so that find keeps what it does not return.
func (f *keywordFinder) score(_ context.Context, docs []uint32) ([]float64, []bool, error) {
	scores, has := make([]float64, len(docs)), make([]bool, len(docs))
	places := make(map[uint32]int, len(docs))
	for i, doc := range docs {
		places[doc], has[i] = i, true
	}
	for _, some := range [][]indexer.Hit{f.hits, f.others} {
		for _, hit := range some {
			if i, ok := places[hit.Doc]; ok {
				scores[i] = hit.Score
			}
		}
	}
	return scores, has, nil
}

// vectorFinder finds products by the cosine of a vector.
type vectorFinder struct {
	snapshot  *indexer.Snapshot
	space     indexer.Space
	vector    *queryVector
	allowed   *roaring.Bitmap
	nearShare float64 // Options.NearShare
}

func (f *vectorFinder) find(ctx context.Context, limit int) ([]indexer.Hit, string, error) {
	vector, err := f.vector.get()
	if err != nil {
		return nil, "", err
	}
	hits, plan, err := f.snapshot.Nearest(ctx, f.space, vector, limit, f.allowed)
	return near(hits, f.nearShare), plan, err
}

func (f *vectorFinder) score(_ context.Context, docs []uint32) ([]float64, []bool, error) {
	vector, err := f.vector.get()
	if err != nil {
		return nil, nil, err
	}
	scores, has := f.snapshot.Similarity(f.space, vector, docs)
	return scores, has, nil
}

// nearReference is the rank of the hit that near compares with. It is not the first: the photo of a
// product of the catalogue finds itself with cosine 1, and nothing else is nearly so close.
const nearReference = 10

// near keeps the leading hits whose cosine is at least share of the reference's (Options.NearShare).
func near(hits []indexer.Hit, share float64) []indexer.Hit {
	if share < 0 || len(hits) == 0 {
		return hits
	}
	floor := nearFloor(hits, share)
	for i, hit := range hits {
		if hit.Score < floor || hit.Score <= 0 {
			return hits[:i]
		}
	}
	return hits
}

// nearFloor is the least cosine that near keeps; hits are not empty.
func nearFloor(hits []indexer.Hit, share float64) float64 {
	return max(0, share*hits[min(nearReference, len(hits))-1].Score)
}

// namedFinder finds the products that have all values which the words name. A product's score is the
// share of them that it has, by weight.
type namedFinder struct {
	named   []preference
	allowed *roaring.Bitmap
}

// find returns nothing when more products than the limit have everything: which of them are the best is
// for the other legs to say.
func (f *namedFinder) find(_ context.Context, limit int) ([]indexer.Hit, string, error) {
	having := f.named[0].products.Clone()
	for _, other := range f.named[1:] {
		having.And(other.products)
	}
	if f.allowed != nil {
		having.And(f.allowed)
	}
	if having.GetCardinality() > uint64(limit) {
		return nil, "columns", nil
	}
	hits := make([]indexer.Hit, 0, having.GetCardinality())
	for docs := having.Iterator(); docs.HasNext(); {
		doc := docs.Next()
		hits = append(hits, indexer.Hit{Doc: doc, Score: f.share(doc)})
	}
	return hits, "columns", nil
}

func (f *namedFinder) score(_ context.Context, docs []uint32) ([]float64, []bool, error) {
	scores, has := make([]float64, len(docs)), make([]bool, len(docs))
	for i, doc := range docs {
		scores[i], has[i] = f.share(doc), true
	}
	return scores, has, nil
}

func (f *namedFinder) share(doc uint32) float64 {
	share := 0.0
	for _, n := range f.named {
		if n.products.Contains(doc) {
			share += n.weight
		}
	}
	return share
}
