package sets

import (
	"math"
	"math/rand/v2"
)

const (
	// clusterDirections is the intrinsic dimension of each cluster.
	clusterDirections = 16
	// clusterNoise is the deviation along each of them. A direction is about as long as a centre, so that
	// the noise in all has 0.15·√16 = 0.6 of a centre's length and clusters touch.
	clusterNoise = 0.15
)

// Clustered is rows·dim values: rows around as many centres as there are clusters, at least 1. The
// centres are Gaussian in all dimensions; each cluster spreads along 16 random directions of its own.
func Clustered(rows, dim, clusters int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	centres := Gaussian(random, clusters*dim)
	directions := Gaussian(random, clusters*clusterDirections*dim)
	vectors := make([]float32, rows*dim)
	for row := range rows {
		cluster := random.IntN(clusters)
		v := vectors[row*dim : (row+1)*dim]
		copy(v, centres[cluster*dim:])
		for i := range clusterDirections {
			addScaled(v, float32(clusterNoise*random.NormFloat64()), directions[(cluster*clusterDirections+i)*dim:])
		}
		normalise(v)
	}
	return vectors
}

// Unclustered is rows·dim values: a Gaussian of the given intrinsic dimension (1 to dim), turned into dim
// dimensions by a random matrix. The higher the intrinsic dimension, the less do near rows differ from
// far ones, and the harder is the search (Aumüller and Ceccarello, The Role of Local Intrinsic
// Dimensionality in Benchmarking Nearest Neighbor Search, SISAP 2019).
func Unclustered(rows, dim, intrinsic int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 2))
	basis := Gaussian(random, intrinsic*dim)
	vectors := make([]float32, rows*dim)
	for row := range rows {
		v := vectors[row*dim : (row+1)*dim]
		for i := range intrinsic {
			addScaled(v, float32(random.NormFloat64()), basis[i*dim:])
		}
		normalise(v)
	}
	return vectors
}

// HoldOut cuts the last rows of vectors, as many as queries says, off from the others. Both parts are views.
func HoldOut(vectors []float32, dim, queries int) (base, held []float32) {
	at := len(vectors) - queries*dim
	return vectors[:at:at], vectors[at:]
}

// Gaussian is n independent values of mean 0 and deviation 1.
func Gaussian(random *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(random.NormFloat64())
	}
	return out
}

func addScaled(v []float32, factor float32, w []float32) {
	for i := range v {
		v[i] += float32(factor * w[i]) // the conversion keeps the sum from being fused, which rounds differently
	}
}

func normalise(v []float32) {
	var squares float64
	for _, x := range v {
		squares += float64(float64(x) * float64(x))
	}
	length := float32(math.Sqrt(squares))
	for i := range v {
		v[i] /= length
	}
}
