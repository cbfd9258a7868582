package vector

import (
	"math/rand/v2"
)

// Sets that tests and benchmarks search. Both are deterministic.

// clusteredSet is rows around centres: unit vectors, the noise in all dimensions about as long as the
// centre, so that clusters touch. Catalogue embeddings look like it.
func clusteredSet(rows, dim, clusters int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	centres := gaussian(random, clusters*dim)
	const intrinsic = 16
	directions := gaussian(random, clusters*intrinsic*dim)
	vectors := make([]float32, rows*dim)
	for row := range rows {
		cluster := random.IntN(clusters)
		v := vectors[row*dim : (row+1)*dim]
		copy(v, centres[cluster*dim:])
		for i := range intrinsic {
			addScaled(v, float32(0.15*random.NormFloat64()), directions[(cluster*intrinsic+i)*dim:])
		}
		normaliseInPlace(v)
	}
	return vectors
}

// gaussianSet is rows without clusters: a Gaussian of the given intrinsic dimension, turned into dim
// dimensions by a random matrix.
func gaussianSet(rows, dim, intrinsic int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 2))
	basis := gaussian(random, intrinsic*dim)
	vectors := make([]float32, rows*dim)
	for row := range rows {
		v := vectors[row*dim : (row+1)*dim]
		for i := range intrinsic {
			addScaled(v, float32(random.NormFloat64()), basis[i*dim:])
		}
		normaliseInPlace(v)
	}
	return vectors
}

func gaussian(random *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(random.NormFloat64())
	}
	return out
}

func addScaled(v []float32, factor float32, w []float32) {
	for i := range v {
		v[i] += factor * w[i]
	}
}

func normaliseInPlace(v []float32) {
	length := float32(norm(v))
	for i := range v {
		v[i] /= length
	}
}
