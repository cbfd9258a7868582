package simulation

import (
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// purpose keeps the random numbers of one thing apart from those of all others, so that what is drawn for a visit
// does not depend on which visits were answered before it.
type purpose uint64

const (
	forQuality purpose = iota + 1
	forTypes
	forBrands
	forVisitor
	forVisits
	forVisit
	forBots
	forTasks
	forNames
	forLaterTasks
)

// source is the random source of one thing of a purpose.
func source(seed uint64, what purpose, number int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mix(uint64(what)<<48^uint64(number))))
}

// hashed is a number for a word.
func hashed(word string) int {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(word))
	return int(hash.Sum64() >> 17) // what the purpose of a source leaves free
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): near numbers become far ones.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// name makes an id out of numbers: letters that say what it is of, then 16 digits that tell nothing of their order.
func name(letters string, seed uint64, numbers ...int) string {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(letters))
	for _, n := range numbers {
		_ = binary.Write(hash, binary.BigEndian, uint64(n))
	}
	var digits [8]byte
	binary.BigEndian.PutUint64(digits[:], mix(hash.Sum64()^mix(seed^uint64(forNames))))
	return letters + hex.EncodeToString(digits[:])
}

// pick draws an index by weights, which need not sum to 1 but must not all be 0.
func pick(rng *rand.Rand, weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at := rng.Float64() * total
	last := 0
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		if last = i; at < w {
			return i
		}
		at -= w
	}
	return last // the sum of the parts fell short of the total by rounding
}

// some draws n different indices by weights.
func some(rng *rand.Rand, weights []float64, n int) []int {
	left := append([]float64(nil), weights...)
	var drawn []int
	for range min(n, len(weights)) {
		i := pick(rng, left)
		left[i] = 0
		drawn = append(drawn, i)
	}
	return drawn
}

// zipf gives the n ranks of a random order the weights 1 / rank^exponent.
func zipf(rng *rand.Rand, n int, exponent float64) []float64 {
	weights := make([]float64, n)
	for i, rank := range rng.Perm(n) {
		weights[i] = math.Pow(float64(rank+1), -exponent)
	}
	return weights
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
