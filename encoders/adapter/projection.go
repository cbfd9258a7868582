package adapter

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Limits of what is trained and read.
const (
	MaxDim  = 1 << 14
	MaxRank = 1 << 10
)

// Projection is a low-rank residual: q' = normalise(q + B·A·q). It is LoRA (Hu et al. 2022, section 4.1) on an
// identity behind the encoder instead of on the encoder's own weights.
type Projection struct {
	Dim, Rank int
	A         []float32 // Rank × Dim, row by row
	B         []float32 // Dim × Rank, row by row
}

// Apply returns the unit vector for a vector of Dim numbers, which stays as it is. The result depends on the
// direction alone; a vector of nothing stays one.
func (p *Projection) Apply(vector []float32) []float32 {
	hidden := make([]float32, p.Rank)
	moved := slices.Clone(vector)
	blas32.Gemv(blas.NoTrans, 1, blas32.General{Rows: p.Rank, Cols: p.Dim, Stride: p.Dim, Data: p.A}, vec(vector), 0, vec(hidden))
	blas32.Gemv(blas.NoTrans, 1, blas32.General{Rows: p.Dim, Cols: p.Rank, Stride: p.Rank, Data: p.B}, vec(hidden), 1, vec(moved))
	if length := blas32.Nrm2(vec(moved)); length > 0 {
		blas32.Scal(1/length, vec(moved))
	}
	return moved
}

// IsIdentity reports whether nothing is moved.
func (p *Projection) IsIdentity() bool {
	return !slices.ContainsFunc(p.B, func(x float32) bool { return x != 0 })
}

func vec(values []float32) blas32.Vector {
	return blas32.Vector{N: len(values), Inc: 1, Data: values}
}

// finite reports whether all values are numbers.
func finite[T float32 | float64](values ...T) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) })
}
