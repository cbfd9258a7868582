package vector

import (
	"math"
	"slices"
)

const (
	// signBlock is how many rows lie together among the signs.
	signBlock = 32
	// signSteps: a row's bytes of signs come in multiples of it, two at a time in 64 bytes of a block.
	signSteps = 2
	// maxSignDim keeps the sums of weighSigns within 16 bits: 256 bytes of signs, each worth at most 248.
	maxSignDim = 2048
	// minSignDim: with fewer dimensions one bit of each says too little.
	minSignDim = 64
	// signCode is the largest code of a query that is compared with signs: of eight signs, each worth up to twice that in two
	// fours, the sum fits into a byte.
	signCode = 31
)

// signs are vectors at one bit a dimension, set where it is not negative, for scans that look at all rows: fewer than a
// tenth of the bytes of a whole code, and compared 32 rows at a time. Byte 32·t + r of a block has the dimensions 8t … 8t+7 of its row r, the
// first in the lowest bit. They follow from the codes and are not stored.
//
// The estimate of a cosine is RaBitQ's without its rotation (Gao and Long, SIGMOD 2024): ⟨sign(x), q⟩ / ‖x‖₁ for x of unit
// length, by tables of four signs each that a processor looks up many rows at once (André, Kermarrec, Le Scouarnec: PQ Fast
// Scan, VLDB 2015).
type signs struct {
	steps  int       // bytes of a row
	blocks []byte    // ⌈rows/32⌉·32·steps
	scales []float32 // 1/‖x‖₁ of each row; 0 past the last
}

// signsOf are the signs of c's rows, none where they would say too little or be too many for a sum.
func signsOf(c *codes) signs {
	if c.dim < minSignDim || c.dim > maxSignDim {
		return signs{}
	}
	padded := (c.rows() + signBlock - 1) / signBlock * signBlock
	s := signs{steps: c.stride / 4, blocks: make([]byte, padded*c.stride/4), scales: make([]float32, padded)}
	for row := range c.rows() {
		high, _ := c.halves(uint32(row))
		block := s.blocks[row/signBlock*signBlock*s.steps:]
		for t := range s.steps {
			block[signBlock*t+row%signBlock] = signsAt(high, 8*t)
		}
		s.scales[row] = 1 / (c.glanceScales[row] * float32(c.glanceLength(high)))
	}
	return s
}

// signDeviation is the standard deviation of an estimate's error for vectors without a preferred direction: RaBitQ's, with
// the .8 = √(2/π) that the signs of a Gaussian vector have in common with it.
func signDeviation(dim int) float64 {
	const common = 2 / math.Pi // squared
	return math.Sqrt((1 - common) / common / float64(dim-1))
}

// signsAt are the signs of eight dimensions from the first on: the uppermost bits of their codes.
func signsAt(high []byte, first int) (eight byte) {
	shift := 3 + first%(2*codeBlock)/codeBlock*4
	for i, b := range high[first/(2*codeBlock)*codeBlock+first%codeBlock:][:8] {
		eight |= b >> shift & 1 << i
	}
	return eight
}

// signProbe is a query to be compared with signs.
type signProbe struct {
	// table has 128 bytes for every two bytes of signs: 32 for the first's lower four bits, 32 for the second's, 64 for their
	// upper ones; in each the 16 sums that four bits can select, twice. A sum counts a code that is not
	// negative if its bit is set, and the amount of one that is negative if not.
	table  []byte
	weight int32   // of the whole query: the most a sum could be
	scale  float32 // makes an estimate a cosine
}

// aim takes the codes of p, whose dimensions are 8·steps, padding included.
func (q *signProbe) aim(p *probe, steps int) {
	q.table = slices.Grow(q.table[:0], 64*steps)[:64*steps]
	q.weight = 0
	q.scale = p.scale * 127 / signCode
	for t := range steps {
		pair := q.table[t/signSteps*128+t%signSteps*32:]
		for half := range 2 {
			var four [4]int
			for i := range four {
				four[i] = int(math.RoundToEven(float64(p.code[8*t+4*half+i]) * signCode / 127))
				q.weight += int32(max(four[i], -four[i]))
			}
			for bits := range 16 {
				sum := 0
				for i, code := range four {
					if set := bits>>i&1 == 1; set == (code > 0) {
						sum += max(code, -code)
					}
				}
				pair[64*half+bits], pair[64*half+16+bits] = byte(sum), byte(sum)
			}
		}
	}
}

// estimate is what the sum of a row says of its cosine, in the unit of scale: the codes that agree less those that do not.
func (q *signProbe) estimate(sum uint16, scale float32) float32 {
	return float32(2*int32(sum)-q.weight) * scale
}
