package indexer

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
)

// Snapshot is one generation and what has changed in the catalogue since, as of one moment. It is safe for
// concurrent use between Index.Acquire and Release. Docs are numbers below Bound: those of the generation first, in
// ascending byte order of ids, then those of products that were added or changed, in the order in which that happened.
// A product has one doc; numbers of products that were changed or deleted are used no more.
type Snapshot struct {
	generation *generation
	delta      *delta
	columns    *Columns
	keyword    *keywordView
	spaces     map[Space]*vectorView
}

func newSnapshot(g *generation, d *delta) *Snapshot {
	s := &Snapshot{
		generation: g,
		delta:      d,
		columns:    newColumns(g.columns, d.columns, d.gone),
		keyword:    &keywordView{base: g.keyword, delta: d.keyword, weights: d.weights, gone: d.gone, bound: d.bound(g), live: d.live},
		spaces:     make(map[Space]*vectorView),
	}
	for space, base := range g.spaces {
		s.spaces[space] = &vectorView{base: base, delta: d.rows[space], gone: d.gone, count: uint32(g.len())}
	}
	return s
}

// Retain takes the snapshot once more, for somebody who may outlast its holder.
func (s *Snapshot) Retain() { s.generation.retain() }

// Release gives the snapshot back. It must be called once for each Acquire and Retain, and the snapshot, and what
// Columns returned, not be used after it.
func (s *Snapshot) Release() { s.generation.release() }

// Generation returns the generation's name, like "gen-000012".
func (s *Snapshot) Generation() string { return s.generation.name() }

// Manifest describes the generation. Its maps are not to be changed.
func (s *Snapshot) Manifest() Manifest { return s.generation.manifest }

// Sequence returns the number of the last change of the catalogue that the snapshot has.
func (s *Snapshot) Sequence() int64 { return s.delta.sequence }

// Changed returns how many products have been added, changed or deleted since the generation was built.
func (s *Snapshot) Changed() int { return len(s.delta.changed) }

// Len returns the number of products.
func (s *Snapshot) Len() int { return s.delta.live }

// Bound is above every doc.
func (s *Snapshot) Bound() uint32 { return s.delta.bound(s.generation) }

// All returns the docs of all products.
func (s *Snapshot) All() *roaring.Bitmap { return s.columns.All() }

// Doc returns the number of the product of id, or false when there is none.
func (s *Snapshot) Doc(id string) (doc uint32, ok bool) {
	if doc, changed := s.delta.changed[id]; changed {
		return doc, doc != noDoc
	}
	return s.generation.products.find(id)
}

// Products returns the products of docs, in the same order, as they were when they were indexed. They are shared with
// other callers and must not be changed.
func (s *Snapshot) Products(ctx context.Context, docs []uint32) ([]*catalog.Product, error) {
	base := uint32(s.generation.len())
	found := make([]*catalog.Product, len(docs))
	var inBase []uint32
	var places []int
	for i, doc := range docs {
		if doc >= base && doc < s.Bound() {
			found[i] = s.delta.products[doc-base]
		} else {
			inBase, places = append(inBase, doc), append(places, i)
		}
	}
	read, err := s.generation.products.readAll(ctx, inBase)
	if err != nil {
		return nil, fmt.Errorf("read products from %s: %w", s.Generation(), err)
	}
	for n, i := range places {
		found[i] = read[n]
	}
	return found, nil
}

// Keyword returns the products that have the words of the query, best first, ties by doc: K of them
// when K match within the filter. Scores are BM25 over weighted fields.
func (s *Snapshot) Keyword(ctx context.Context, q KeywordQuery) ([]Hit, error) {
	return s.keyword.search(ctx, q)
}

// KeywordAll is Keyword and, beside the hits, all further products that have as many of the words, in no order.
func (s *Snapshot) KeywordAll(ctx context.Context, q KeywordQuery) (hits, others []Hit, err error) {
	return s.keyword.searchAll(ctx, q)
}

// Correct returns text with a nearby word of the catalogue for each word that no product has: a spelling
// to suggest to the shopper. Words with digits, and those that synonyms (nil = none) stand for, stay as
// they are. When nothing changes it returns text itself and false.
func (s *Snapshot) Correct(ctx context.Context, text string, synonyms *Synonyms) (corrected string, changed bool, err error) {
	corrected, err = s.keyword.correct(ctx, text, synonyms)
	return corrected, err == nil && corrected != text, err
}

// Nearest returns the products whose vectors in a space have the highest cosine with a vector of any
// length but zero, best first, ties by doc: k of them when k have a vector and are within the filter
// (nil = all). A product with several rows stands once, with its best. The plan says how it was searched.
func (s *Snapshot) Nearest(ctx context.Context, space Space, vector []float32, k int, filter *roaring.Bitmap) (hits []Hit, plan string, err error) {
	in, ok := s.spaces[space]
	if !ok {
		return nil, "", fmt.Errorf("space %q: %w", space, errUnknownSpace)
	}
	return in.nearest(ctx, vector, k, filter)
}

// Similarity returns the exact cosine of a vector with each of docs in a space, the best of a
// product's rows; false where a product has none.
func (s *Snapshot) Similarity(space Space, vector []float32, docs []uint32) ([]float64, []bool) {
	in, ok := s.spaces[space]
	if !ok {
		return make([]float64, len(docs)), make([]bool, len(docs))
	}
	return in.similarity(vector, docs)
}

// Vector returns the first vector of a product in a space: of its main title, of its first usable
// photo. False when it has none.
func (s *Snapshot) Vector(space Space, doc uint32) ([]float32, bool) {
	in, ok := s.spaces[space]
	if !ok {
		return nil, false
	}
	return in.vector(doc)
}

// Columns returns the fields for filters, facets and lists. They may be used until Release.
func (s *Snapshot) Columns() *Columns { return s.columns }
