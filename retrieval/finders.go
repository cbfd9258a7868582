package retrieval

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// relativeFinder is a finder that takes what is good enough beside the best that it searches: under filters
// it lowers its standard.
type relativeFinder interface {
	// hold says which of the hits of find are good enough beside the best of all products; nil = all.
	hold(ctx context.Context, hits []indexer.Hit) ([]bool, error)
}

// foundSet returns the products that the legs found and, of those, only what is found without filters too:
// a filter takes products away and never brings worse ones in. Where it takes all away, the set is what comes
// closest within it.
func foundSet(legs []*leg) (set *roaring.Bitmap, closest bool) {
	var docs, held []uint32
	for _, l := range legs {
		for i, hit := range l.hits {
			docs = append(docs, hit.Doc)
			if l.hold == nil || l.hold[i] {
				held = append(held, hit.Doc)
			}
		}
	}
	all, holding := setOf(docs), setOf(held)
	if holding.IsEmpty() {
		return all, !all.IsEmpty()
	}
	return holding, false
}

// setOf is the set of docs, whose order it changes: one by one in any order they would take many times as long.
func setOf(docs []uint32) *roaring.Bitmap {
	slices.Sort(docs)
	return roaring.BitmapOf(docs...)
}

// among keeps the candidates that are in set.
func among(set *roaring.Bitmap, candidates []*candidate) []*candidate {
	return slices.DeleteFunc(candidates, func(c *candidate) bool { return !set.Contains(c.doc) })
}

// accountable is a finder that says why it misses products.
type accountable interface {
	// missed says why doc, which stands at its score, is not among the hits of find, and adds to at what
	// else it knows. An empty text means that the limit alone kept doc out.
	missed(ctx context.Context, doc uint32, hits []indexer.Hit, at *Standing) (ReasonKind, string, error)
}

// keywordFinder finds products by BM25.
type keywordFinder struct {
	snapshot *indexer.Snapshot
	words    indexer.KeywordQuery // without K and Filter
	allowed  *roaring.Bitmap

	hits, others []indexer.Hit // within the limit and beyond it
}

func (f *keywordFinder) find(ctx context.Context, limit int) ([]indexer.Hit, string, error) {
	var err error
	f.hits, f.others, err = f.snapshot.KeywordAll(ctx, f.query(limit, f.allowed))
	return f.hits, "bm25", err
}

func (f *keywordFinder) query(k int, filter *roaring.Bitmap) indexer.KeywordQuery {
	words := f.words
	words.K, words.Filter = k, filter
	return words
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

func (f *keywordFinder) within(allowed *roaring.Bitmap) finder {
	return &keywordFinder{snapshot: f.snapshot, words: f.words, allowed: allowed}
}

// hold compares the hits with the best product of all.
func (f *keywordFinder) hold(ctx context.Context, hits []indexer.Hit) ([]bool, error) {
	if f.allowed == nil || len(hits) == 0 {
		return nil, nil
	}
	best, err := f.snapshot.Keyword(ctx, f.query(1, nil))
	if err != nil || len(best) == 0 || f.allowed.Contains(best[0].Doc) { // find has compared with it
		return nil, err
	}
	docs := []uint32{best[0].Doc}
	for _, hit := range hits {
		docs = append(docs, hit.Doc)
	}
	filter := setOf(docs)
	holding, err := f.snapshot.Keyword(ctx, f.query(len(hits)+1, filter))
	if err != nil {
		return nil, err
	}
	filter.Clear()
	for _, hit := range holding {
		filter.Add(hit.Doc)
	}
	hold := make([]bool, len(hits))
	for i, hit := range hits {
		hold[i] = filter.Contains(hit.Doc)
	}
	return hold, nil
}

// vectorFinder finds products by the cosine of a vector.
type vectorFinder struct {
	leg       string
	adapter   *Adapter // of the engine; nil = none
	snapshot  *indexer.Snapshot
	space     indexer.Space
	vector    *queryVector
	examples  *examples // whose unliked products the vector is turned away from
	allowed   *roaring.Bitmap
	nearShare float64 // Options.NearShare
}

func (f *vectorFinder) find(ctx context.Context, limit int) ([]indexer.Hit, string, error) {
	vector, err := f.turned()
	if err != nil {
		return nil, "", err
	}
	hits, plan, err := f.snapshot.Nearest(ctx, f.space, vector, limit, f.allowed)
	return near(hits, f.nearShare), plan, err
}

func (f *vectorFinder) score(_ context.Context, docs []uint32) ([]float64, []bool, error) {
	vector, err := f.turned()
	if err != nil {
		return nil, nil, err
	}
	scores, has := f.snapshot.Similarity(f.space, vector, docs)
	return scores, has, nil
}

func (f *vectorFinder) within(allowed *roaring.Bitmap) finder {
	other := *f
	other.allowed = allowed
	return &other
}

// hold compares the hits with what is near among all products.
func (f *vectorFinder) hold(ctx context.Context, hits []indexer.Hit) ([]bool, error) {
	if f.allowed == nil || f.nearShare < 0 {
		return nil, nil
	}
	vector, err := f.turned()
	if err != nil {
		return nil, err
	}
	nearest, _, err := f.snapshot.Nearest(ctx, f.space, vector, nearReference, nil)
	if err != nil || len(nearest) == 0 {
		return nil, err
	}
	floor := f.nearShare * nearest[len(nearest)-1].Score
	hold := make([]bool, len(hits))
	for i, hit := range hits {
		hold[i] = hit.Score >= floor
	}
	return hold, nil
}

// turned is the vector as the leg's adapter moves it, turned away from the unliked examples.
func (f *vectorFinder) turned() ([]float32, error) {
	vector, err := f.vector.get()
	if err != nil {
		return nil, err
	}
	if f.adapter != nil {
		vector = (*f.adapter).Adapt(f.leg, vector)
	}
	return f.examples.turnedAway(f.space, vector), nil
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

func (f *namedFinder) within(allowed *roaring.Bitmap) finder {
	return &namedFinder{named: f.named, allowed: allowed}
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
