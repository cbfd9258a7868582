package adapter

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// learner is a projection while it is trained, with the buffers of a step.
type learner struct {
	dim, rank int
	values    []float64 // A and then B, as Projection has them
	gradients []float64 // of the loss by values

	hidden, units, scores, backUnits, backHidden buffer
	anchored, shifts, backAnchored               buffer
	lengths                                      []float64
}

// newLearner starts at the identity: B is 0, and A is drawn so that a unit vector has hidden units around 1.
func newLearner(dim, rank int, random *rand.Rand) *learner {
	l := &learner{dim: dim, rank: rank, values: make([]float64, 2*rank*dim), gradients: make([]float64, 2*rank*dim)}
	for i := range rank * dim {
		l.values[i] = random.NormFloat64()
	}
	return l
}

// halves views values, parameters or their gradient, as A and B.
func (l *learner) halves(values []float64) (a, b blas64.General) {
	half := l.rank * l.dim
	return matrix(values[:half], l.rank, l.dim), matrix(values[half:], l.dim, l.rank)
}

// projection copies what was learnt so far.
func (l *learner) projection() *Projection {
	p := &Projection{Dim: l.dim, Rank: l.rank, A: make([]float32, l.rank*l.dim), B: make([]float32, l.rank*l.dim)}
	for i := range p.A {
		p.A[i], p.B[i] = float32(l.values[i]), float32(l.values[len(p.A)+i])
	}
	return p
}

// batch is what one step learns from. The candidates are first the product of each query, in the order of the
// queries, and then the hard negatives of all.
type batch struct {
	queries    blas64.General // unit vectors, one a row
	candidates blas64.General // unit vectors, one a row
	weights    []float64      // of each query in the loss
	hidden     []bool         // queries × candidates: what is no wrong answer of a query, though not its product
	kept       []float64      // queries × rank: factors of the hidden units under dropout; nil = no dropout
}

// loss returns the mean over the queries, by weight, of the cross-entropy of the query's product among its candidates
// (InfoNCE, van den Oord et al. 2018, eq. 4) at cosines over temperature, and sets the gradients.
func (l *learner) loss(in *batch, temperature float64) float64 {
	a, b := l.halves(l.values)
	n, m := in.queries.Rows, in.candidates.Rows

	// Forward: hidden = queries·Aᵀ, moved = queries + hidden·Bᵀ, units = moved, each of length 1.
	hidden := l.hidden.matrix(n, l.rank)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, in.queries, a, 0, hidden)
	if in.kept != nil {
		floats.Mul(hidden.Data, in.kept)
	}
	units := l.units.matrix(n, l.dim)
	copy(units.Data, in.queries.Data)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, hidden, b, 1, units)
	l.lengths = l.lengths[:0]
	for i := range n {
		length := floats.Norm(row(units, i), 2)
		floats.Scale(1/length, row(units, i))
		l.lengths = append(l.lengths, length)
	}
	scores := l.scores.matrix(n, m)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1/temperature, units, in.candidates, 0, scores)

	// The loss, and in the place of the scores its gradient by them.
	loss, all := 0.0, floats.Sum(in.weights)
	for i := range n {
		s, share := row(scores, i), in.weights[i]/all
		for j := range s {
			if in.hidden[i*m+j] {
				s[j] = math.Inf(-1)
			}
		}
		sum := floats.LogSumExp(s)
		loss += share * (sum - s[i])
		for j := range s {
			s[j] = share / temperature * math.Exp(s[j]-sum)
		}
		s[i] -= share / temperature
	}

	// Backward, in the opposite order.
	back := l.backUnits.matrix(n, l.dim)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, scores, in.candidates, 0, back)
	for i := range n {
		g, u := row(back, i), row(units, i)
		floats.AddScaled(g, -floats.Dot(g, u), u) // lengths do not count
		floats.Scale(1/l.lengths[i], g)
	}
	ofA, ofB := l.halves(l.gradients)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, back, hidden, 0, ofB)
	backHidden := l.backHidden.matrix(n, l.rank)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, back, b, 0, backHidden)
	if in.kept != nil {
		floats.Mul(backHidden.Data, in.kept)
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, backHidden, in.queries, 0, ofA)
	return loss
}

// hold returns hold times the mean squared length by which the anchors are moved, and adds to the gradients.
func (l *learner) hold(anchors blas64.General, hold float64) float64 {
	a, b := l.halves(l.values)
	n := anchors.Rows
	hidden, shifts := l.anchored.matrix(n, l.rank), l.shifts.matrix(n, l.dim)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, anchors, a, 0, hidden)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, hidden, b, 0, shifts)
	loss := hold / float64(n) * floats.Dot(shifts.Data, shifts.Data)

	floats.Scale(2*hold/float64(n), shifts.Data) // the gradient by the shifts
	ofA, ofB := l.halves(l.gradients)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, shifts, hidden, 1, ofB)
	back := l.backAnchored.matrix(n, l.rank)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, shifts, b, 0, back)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, back, anchors, 1, ofA)
	return loss
}

// buffer is memory that matrices of changing sizes share one after the other.
type buffer []float64

func (b *buffer) matrix(rows, cols int) blas64.General {
	if cap(*b) < rows*cols {
		*b = make([]float64, rows*cols)
	}
	return matrix((*b)[:rows*cols], rows, cols)
}

func matrix(data []float64, rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

func row(m blas64.General, i int) []float64 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }
