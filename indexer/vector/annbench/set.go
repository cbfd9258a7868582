package annbench

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"vitrine/indexer/vector"
	"vitrine/indexer/vector/sets"
)

// ErrSet is wrapped when there is no set of that name or it would be too small to measure.
var ErrSet = errors.New("set cannot be measured")

const (
	// clusterRows is how many rows a cluster has on average.
	clusterRows = 100
	// intrinsicDim is the intrinsic dimension of the set without clusters.
	intrinsicDim = 24
)

// Set is what is searched and what is searched for.
type Set struct {
	Name    string
	Dim     int
	Base    []float32 // unit rows of Dim values, one after the other
	Queries []float32 // the same; none of them is one of the base's rows
}

// Synthetic draws a set by name, with queries of the same distribution: "clustered", like the embeddings
// of a catalogue, or "unclustered", of intrinsic dimension 24 (or dim, if that is less).
func Synthetic(name string, rows, queries, dim int, seed uint64) (*Set, error) {
	if rows < 1 || queries < 1 || dim < 1 {
		return nil, fmt.Errorf("%w: %d rows and %d queries of %d dimensions: each must be at least 1", ErrSet, rows, queries, dim)
	}
	all := rows + queries
	var vectors []float32
	switch name {
	case "clustered":
		vectors = sets.Clustered(all, dim, max(1, rows/clusterRows), seed)
	case "unclustered":
		vectors = sets.Unclustered(all, dim, min(intrinsicDim, dim), seed)
	default:
		return nil, fmt.Errorf("%w: %q: name clustered or unclustered", ErrSet, name)
	}
	s := &Set{Name: name, Dim: dim}
	s.Base, s.Queries = sets.HoldOut(vectors, dim, queries)
	return s, nil
}

// HoldOut makes a set of an index's rows, which it copies: queries of them, or a tenth where that is less,
// are drawn with seed and taken out of the base.
func HoldOut(name string, index *vector.Index, queries int, seed uint64) (*Set, error) {
	queries = min(queries, index.Len()/10)
	if queries < 1 {
		return nil, fmt.Errorf("%w: %s has %d vectors: index at least 10 products", ErrSet, name, index.Len())
	}
	vectors := make([]float32, 0, index.Len()*index.Dim())
	for _, row := range rand.New(rand.NewPCG(seed, 3)).Perm(index.Len()) {
		vectors = append(vectors, index.Vector(uint32(row))...)
	}
	s := &Set{Name: name, Dim: index.Dim()}
	s.Base, s.Queries = sets.HoldOut(vectors, s.Dim, queries)
	return s, nil
}

// Rows is the number of base vectors.
func (s *Set) Rows() int { return len(s.Base) / s.Dim }

// Folder names the set among others: "clustered-10000x256".
func (s *Set) Folder() string { return fmt.Sprintf("%s-%dx%d", s.Name, s.Rows(), s.Dim) }

func (s *Set) vector(row int) []float32 { return s.Base[row*s.Dim : (row+1)*s.Dim : (row+1)*s.Dim] }

func (s *Set) queries() int { return len(s.Queries) / s.Dim }

func (s *Set) query(i int) []float32 { return s.Queries[i*s.Dim : (i+1)*s.Dim : (i+1)*s.Dim] }
