package vector

import (
	"fmt"
	"math"
)

// dotFloats is the inner product of two vectors of one size. Each product is rounded on its own
// (the conversion forbids fusing), so the sum has the same bits on every processor.
func dotFloats(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 8 && len(b) >= 8 {
		x, y := (*[8]float32)(a), (*[8]float32)(b)
		s0 += float32(x[0] * y[0])
		s1 += float32(x[1] * y[1])
		s2 += float32(x[2] * y[2])
		s3 += float32(x[3] * y[3])
		s0 += float32(x[4] * y[4])
		s1 += float32(x[5] * y[5])
		s2 += float32(x[6] * y[6])
		s3 += float32(x[7] * y[7])
		a, b = a[8:], b[8:]
	}
	for i, x := range a {
		s0 += float32(x * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// norm is the Euclidean length of vector; NaN or infinite when one of its values is.
func norm(vector []float32) float64 {
	var sum float64
	for _, x := range vector {
		sum += float64(float64(x) * float64(x))
	}
	return math.Sqrt(sum)
}

// normalise returns query at unit length, as a copy.
func (x *Index) normalise(query []float32) ([]float32, error) {
	if len(query) != x.Dim() {
		return nil, fmt.Errorf("%w: the query has %d dimensions, the index %d: embed the query with the model of the index", ErrVector, len(query), x.Dim())
	}
	length := norm(query)
	if !(length > 0) || math.IsInf(length, 0) {
		return nil, fmt.Errorf("%w: the query is zero or not finite", ErrVector)
	}
	unit := make([]float32, len(query))
	for i, v := range query {
		unit[i] = float32(float64(v) / length)
	}
	return unit, nil
}
