package indexer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/catalog"
)

// Snapshot is one generation, open for searching. It is safe for concurrent use between
// Index.Acquire and Release; docs are the numbers 0 to Len-1 in ascending byte order of ids.
type Snapshot struct {
	manifest Manifest
	products *products
	columns  *Columns
	keyword  *keywordIndex
	spaces   map[Space]*vectorSpace

	references atomic.Int64 // the holders; the last one to go closes the files
}

// openSnapshot opens the generation in dir with one reference, the caller's.
func openSnapshot(dir string) (_ *Snapshot, err error) {
	s := &Snapshot{spaces: make(map[Space]*vectorSpace)}
	s.references.Store(1)
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	if s.manifest, err = readManifest(dir); err != nil {
		return nil, err
	}
	if err := s.manifest.checkSizes(dir); err != nil {
		return nil, err
	}
	if s.products, err = openProducts(filepath.Join(dir, productsFile)); err != nil {
		return nil, err
	}
	if s.columns, err = openColumns(filepath.Join(dir, columnsFile)); err != nil {
		return nil, err
	}
	if s.products.len() != s.manifest.Products || s.columns.count != s.manifest.Products {
		return nil, fmt.Errorf("%w: %s: the manifest counts %d products, %s has %d and %s %d", ErrDamaged, dir,
			s.manifest.Products, productsFile, s.products.len(), columnsFile, s.columns.count)
	}
	if s.keyword, err = openKeyword(dir, &s.manifest); err != nil {
		return nil, err
	}
	of, err := openRows(filepath.Join(dir, rowsFile), s.Len())
	if err != nil {
		return nil, err
	}
	for _, space := range spaces {
		if s.spaces[space], err = openSpace(dir, space, of); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Retain takes the snapshot once more, for somebody who may outlast its holder.
func (s *Snapshot) Retain() { s.references.Add(1) }

// Release gives the snapshot back. It must be called once for each Acquire and Retain, and the snapshot, and what
// Columns returned, not be used after it.
func (s *Snapshot) Release() {
	if s.references.Add(-1) == 0 {
		// Files that were only read: an error of closing them concerns nobody any more.
		_ = s.close()
	}
}

func (s *Snapshot) close() error {
	var errs []error
	if s.products != nil {
		errs = append(errs, s.products.close())
	}
	if s.keyword != nil {
		errs = append(errs, s.keyword.close())
	}
	for _, space := range s.spaces {
		if space != nil {
			errs = append(errs, space.index.Close())
		}
	}
	return errors.Join(errs...)
}

// Generation returns the generation's name, like "gen-000012".
func (s *Snapshot) Generation() string { return s.manifest.Generation }

// Manifest describes the generation. Its maps are not to be changed.
func (s *Snapshot) Manifest() Manifest { return s.manifest }

// Len returns the number of products.
func (s *Snapshot) Len() int { return s.products.len() }

// Doc returns the number of the product of id, or false when it is not in this generation.
func (s *Snapshot) Doc(id string) (doc uint32, ok bool) {
	doc, ok = s.products.find(id)
	return doc, ok
}

// Products returns the products of docs, in the same order, as they were when they were indexed. They are shared with
// other callers and must not be changed.
func (s *Snapshot) Products(ctx context.Context, docs []uint32) ([]*catalog.Product, error) {
	found, err := s.products.readAll(ctx, docs)
	if err != nil {
		return nil, fmt.Errorf("read products from %s: %w", s.Generation(), err)
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
