package vector

import (
	"errors"
	"sync"
)

// MinRecall is the recall@10 against exact search below which an index should not go live: the gate
// that whoever builds one applies to [Index.Recall].
const MinRecall = 0.95

var (
	// ErrDamaged is wrapped by Open's error when the file is not a whole, sound vector index.
	ErrDamaged = errors.New("vector index file is damaged")
	// ErrVector is wrapped when a vector is zero, not finite, not of unit length (in Build) or of the
	// wrong size.
	ErrVector = errors.New("vector cannot be used")
)

// Index holds n unit vectors and answers nearest-neighbour searches over them.
type Index struct {
	vectors []float32 // n·dim, row after row
	codes   codes     // the same rows, eight bits a dimension
	signs   signs     // the same, one bit a dimension
	graph   *graph    // nil: too few rows to be worth one
	scratch sync.Pool // *scratch

	unmap func() error // set when the slices above lie in a mapped file
}

// Neighbour is a row that was found and the cosine of its float vector with the query, in [-1, 1] up
// to rounding.
type Neighbour struct {
	Row   uint32
	Score float32
}

// Len is the number of rows.
func (x *Index) Len() int { return x.codes.rows() }

// Dim is the number of dimensions of each row.
func (x *Index) Dim() int { return x.codes.dim }

// Vector is the unit vector of row, which must be below Len: a view, not to be written to, and valid
// until Close.
func (x *Index) Vector(row uint32) []float32 {
	start := int(row) * x.codes.dim
	return x.vectors[start : start+x.codes.dim : start+x.codes.dim]
}

// Scorer returns a function for the exact cosine of query, of any length but zero, with a row, which must
// be below Len. The error wraps ErrVector when the query has the wrong size, is zero or not finite.
func (x *Index) Scorer(query []float32) (func(row uint32) float32, error) {
	unit, err := x.normalise(nil, query)
	if err != nil {
		return nil, err
	}
	return func(row uint32) float32 { return kernel.dotFloats(unit, x.Vector(row)) }, nil
}

// Cosine is Scorer for unit vectors of Dim numbers that are not rows.
func (x *Index) Cosine(query []float32) (func(unit []float32) float32, error) {
	of, err := x.normalise(nil, query)
	if err != nil {
		return nil, err
	}
	return func(unit []float32) float32 { return kernel.dotFloats(of, unit) }, nil
}

// Prefetch has the vector of row, which must be below Len, brought from memory for a Scorer that will soon want it.
func (x *Index) Prefetch(row uint32) { prefetch(x.Vector(row)) }

// DerivedBytes is how much memory the index takes beside its file: what it derives from the codes, for scans and
// glances.
func (x *Index) DerivedBytes() int {
	return len(x.signs.blocks) + 4*(len(x.signs.scales)+len(x.codes.glanceScales))
}

// Close releases the file of an index that came from Open. No search may be under way or follow, and
// no view that Vector returned may be used any more. Closing twice, or closing a built index, does nothing.
func (x *Index) Close() error {
	if x.unmap == nil {
		return nil
	}
	unmap := x.unmap
	x.unmap = nil
	x.vectors, x.codes, x.signs, x.graph = nil, codes{dim: x.codes.dim, stride: x.codes.stride}, signs{}, nil
	return unmap()
}
