package indexer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer/vector"
)

// Space is one set of vectors that a query's vector may be compared with.
type Space string

// The spaces. A model embeds texts and photos alike, so that a vector of either kind fits both.
const (
	SpaceText  Space = "text"  // a row for each title of a product
	SpacePhoto Space = "photo" // a row for each photo of a product
)

var spaces = []Space{SpaceText, SpacePhoto}

func (s Space) file() string { return "vectors-" + string(s) }

// VectorFile is the path of a space's vectors in the live generation, for vector.Open. A later build
// removes the file; who has it open keeps it. An error wraps ErrNoIndex when nothing was built yet.
func VectorFile(dataDir string, space Space) (string, error) {
	name, err := currentGeneration(dataDir)
	if err != nil {
		return "", fmt.Errorf("find the %s vectors: %w", space, err)
	}
	return indexPath(dataDir, name, space.file()), nil
}

// vectorSpace joins a vector index, which knows rows alone, to the products. The rows of a product lie
// side by side and the products' in the order of their numbers.
type vectorSpace struct {
	index *vector.Index
	first []uint32 // row at which each product begins, and the number of rows
	docs  []uint32 // the product of each row
	one   bool     // no product has more than one

	photos   []uint32 // of the photo space: the number of each row's photo among those of its product
	numbered bool     // the rows file has these numbers
}

func openSpace(dir string, space Space, of *rowTable) (*vectorSpace, error) {
	first := of.first[space]
	idx, err := vector.Open(filepath.Join(dir, space.file()))
	if err != nil {
		return nil, err
	}
	count := len(first) - 1
	if rows := int(first[count]); idx.Len() != rows {
		_ = idx.Close()
		return nil, fmt.Errorf("%w: the %s space has %d rows and not %d", ErrDamaged, space, idx.Len(), rows)
	}
	s := &vectorSpace{index: idx, first: first, docs: make([]uint32, idx.Len())}
	s.one = true
	for doc := range uint32(count) {
		s.one = s.one && first[doc+1]-first[doc] <= 1
		for row := first[doc]; row < first[doc+1]; row++ {
			s.docs[row] = doc
		}
	}
	if space == SpacePhoto {
		s.numberPhotos(of.photos)
	}
	return s, nil
}

// nearest returns the k products with the rows of the highest cosine, one hit a product, best first.
func (s *vectorSpace) nearest(ctx context.Context, query []float32, k int, filter *roaring.Bitmap) ([]Hit, string, error) {
	var params vector.SearchParams
	if !s.one {
		params.Group = s.docs
	}
	if filter != nil {
		params.Allowed = s.rows(filter)
	}
	rows, plan, err := s.index.Search(ctx, query, k, params)
	if err != nil {
		return nil, plan, err
	}
	hits := make([]Hit, len(rows))
	for i, row := range rows {
		hits[i] = Hit{Doc: s.docs[row.Row], Score: float64(row.Score)}
	}
	return hits, plan, nil
}

// rows returns the rows of docs.
func (s *vectorSpace) rows(docs *roaring.Bitmap) *roaring.Bitmap {
	// Bit by bit, because each range added to a Roaring bitmap copies the container that it falls into.
	count := len(s.first) - 1
	dense := make([]uint64, (s.first[count]+63)/64)
	for it := docs.Iterator(); it.HasNext(); {
		doc := int(it.Next())
		if doc >= count {
			break
		}
		for row := s.first[doc]; row < s.first[doc+1]; row++ {
			dense[row/64] |= 1 << (row % 64)
		}
	}
	return roaring.FromDense(dense, false)
}

// similarity returns the cosine with the best row of each of docs; false where a product has none.
func (s *vectorSpace) similarity(query []float32, docs []uint32) ([]float64, []bool) {
	scores, has := make([]float64, len(docs)), make([]bool, len(docs))
	scoreOf, err := s.index.Scorer(query)
	if err != nil {
		return scores, has // a query that cannot be compared with any row
	}
	for i, doc := range docs {
		if ahead := i + 2; ahead < len(docs) { // while those between are scored its vector is on its way
			if first, end := s.rowsOf(docs[ahead]); first < end {
				s.index.Prefetch(first)
			}
		}
		for row, end := s.rowsOf(doc); row < end; row++ {
			if score := float64(scoreOf(row)); !has[i] || score > scores[i] {
				scores[i], has[i] = score, true
			}
		}
	}
	return scores, has
}

// rowsOf are the rows of a product from first up to, but without, end.
func (s *vectorSpace) rowsOf(doc uint32) (first, end uint32) {
	if int(doc)+1 >= len(s.first) {
		return 0, 0
	}
	return s.first[doc], s.first[doc+1]
}

// vector returns a copy of the first row of a product.
func (s *vectorSpace) vector(doc uint32) ([]float32, bool) {
	first, end := s.rowsOf(doc)
	if first == end {
		return nil, false
	}
	return append([]float32(nil), s.index.Vector(first)...), true
}

var errUnknownSpace = errors.New(`no such space: there are "text" and "photo"`)
