package vector

import (
	"fmt"
	"math"
	"slices"
)

// norm is the Euclidean length of vector; NaN or infinite when one of its values is.
func norm(vector []float32) float64 {
	var sum float64
	for _, x := range vector {
		sum += float64(float64(x) * float64(x))
	}
	return math.Sqrt(sum)
}

// normalise returns query at unit length, in buffer if that is large enough.
func (x *Index) normalise(buffer, query []float32) ([]float32, error) {
	if len(query) != x.Dim() {
		return nil, fmt.Errorf("%w: the query has %d dimensions, the index %d: embed the query with the model of the index", ErrVector, len(query), x.Dim())
	}
	length := norm(query)
	if !(length > 0) || math.IsInf(length, 0) {
		return nil, fmt.Errorf("%w: the query is zero or not finite", ErrVector)
	}
	unit := slices.Grow(buffer[:0], len(query))[:len(query)]
	for i, v := range query {
		unit[i] = float32(float64(v) / length)
	}
	return unit, nil
}
