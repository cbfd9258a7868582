package vector

import (
	"math"
	"slices"
)

// codeBlock is how many bytes of a half dotNibbles takes at a time, and a cache line; rows are padded to a multiple of it.
const codeBlock = 64

// codes are vectors at eight bits a dimension: code = round(127·x / max|x|), stored as code + 128 in two halves, so that
// a search that only has to tell near from far reads no more than the upper four bits, half of the memory.
// Both halves hold two dimensions a byte, in blocks: byte j of block b has dimension 128·b+j in its
// lower four bits and dimension 128·b+64+j in its upper ones.
//
// scales holds 1/‖code‖, so that codes·codes·scale·scale is the exact cosine of what the codes stand
// for: a distance of codes is never negative, and integer products make it the same on every processor.
// glanceScales holds the same for what the upper halves alone stand for. It follows from them and is not stored.
type codes struct {
	dim          int
	stride       int       // bytes from row to row of a half
	high, low    []byte    // rows·stride each
	scales       []float32 // rows
	glanceScales []float32 // rows
}

func newCodes(rows, dim int) codes {
	stride := strideOf(dim)
	return codes{
		dim: dim, stride: stride, high: make([]byte, rows*stride), low: make([]byte, rows*stride),
		scales: make([]float32, rows), glanceScales: make([]float32, rows),
	}
}

func strideOf(dim int) int { return (dim + 2*codeBlock - 1) / (2 * codeBlock) * codeBlock }

func (c *codes) rows() int { return len(c.scales) }

// set encodes vector, which is finite and not zero, into row.
func (c *codes) set(row uint32, vector []float32, buffer []int8) {
	c.scales[row] = encode(buffer, vector)
	high, low := c.halves(row)
	for b := 0; b < c.stride; b += codeBlock {
		first, second := buffer[2*b:2*b+codeBlock], buffer[2*b+codeBlock:2*b+2*codeBlock]
		for j := range codeBlock {
			x, y := byte(first[j])^0x80, byte(second[j])^0x80 // + 128
			high[b+j] = x>>4 | y&0xf0
			low[b+j] = x&0x0f | y<<4
		}
	}
	c.glanceScales[row] = c.glanceScale(row)
}

// glanceSquares are the sums of the squares of what the two upper halves in a byte stand for, each the middle of its sixteen
// codes.
var glanceSquares = func() (squares [256]int) {
	for b := range squares {
		x, y := 16*(b&0x0f)-glanceOffset, 16*(b>>4)-glanceOffset
		squares[b] = x*x + y*y
	}
	return squares
}()

// glanceLengths are the same of their amounts.
var glanceLengths = func() (lengths [256]int) {
	for b := range lengths {
		x, y := 16*(b&0x0f)-glanceOffset, 16*(b>>4)-glanceOffset
		lengths[b] = max(x, -x) + max(y, -y)
	}
	return lengths
}()

// glanceOffset makes 16·half − glanceOffset the middle of the codes with that upper half.
const glanceOffset = 128 - 8

// glanceScale is 1 / the length of what the upper halves of row stand for.
func (c *codes) glanceScale(row uint32) float32 {
	high, _ := c.halves(row)
	padding := 2*c.stride - c.dim // dimensions of code 0, whose upper half stands for 8
	squares := -64 * padding
	for _, b := range high {
		squares += glanceSquares[b]
	}
	return float32(1 / math.Sqrt(float64(max(squares, 64*c.dim)))) // less only in a forged file
}

// glanceLength is the sum of the amounts of what the upper halves of a row stand for.
func (c *codes) glanceLength(high []byte) int {
	padding := 2*c.stride - c.dim
	length := -8 * padding
	for _, b := range high {
		length += glanceLengths[b]
	}
	return max(length, 8*c.dim)
}

// derive fills what is not stored.
func (c *codes) derive() {
	c.glanceScales = make([]float32, c.rows())
	for row := range c.glanceScales {
		c.glanceScales[row] = c.glanceScale(uint32(row))
	}
}

// decode writes the codes of row, padded with zeros, to buffer of 2·stride.
func (c *codes) decode(buffer []int8, row uint32) {
	high, low := c.halves(row)
	for b := 0; b < c.stride; b += codeBlock {
		first, second := buffer[2*b:2*b+codeBlock], buffer[2*b+codeBlock:2*b+2*codeBlock]
		for j := range codeBlock {
			h, l := high[b+j], low[b+j]
			first[j] = int8((h<<4 | l&0x0f) ^ 0x80)
			second[j] = int8((h&0xf0 | l>>4) ^ 0x80)
		}
	}
}

func (c *codes) halves(row uint32) (high, low []byte) {
	start := int(row) * c.stride
	return c.high[start : start+c.stride], c.low[start : start+c.stride]
}

// encode writes the codes of vector, which is finite and not zero, to buffer, zeros to its rest, and
// returns their scale.
func encode(buffer []int8, vector []float32) (scale float32) {
	var largest uint32 // the bits of a positive number sort as it does
	for _, x := range vector {
		largest = max(largest, math.Float32bits(x)&^(1<<31))
	}
	factor := 127 / float64(math.Float32frombits(largest))
	var squares int
	for i, x := range vector {
		v := int(math.RoundToEven(float64(x) * factor))
		buffer[i] = int8(v)
		squares += v * v
	}
	clear(buffer[len(vector):])
	return float32(1 / math.Sqrt(float64(squares)))
}

// Steps of codes: what lies between two that are next to each other, by the upper halves alone and by all eight bits.
const glanceStep, codeStep = 16, 1

// deviation is the standard deviation of the error that rounding to steps makes in the cosines of hits with anything: that of a
// number anywhere between two steps, by the rows' mean scale.
func (c *codes) deviation(hits []candidate, step float64) float64 {
	var sum float64
	for _, hit := range hits {
		sum += float64(c.scales[hit.row])
	}
	return step / math.Sqrt(12) * sum / float64(max(1, len(hits)))
}

// probe is a vector's codes, to be compared with those of rows.
type probe struct {
	code  []int8 // as decode leaves them
	sum   int32  // of code
	scale float32

	high, low []int32
	scores    []float32
}

// aim takes the codes of a vector that is finite and not zero.
func (p *probe) aim(c *codes, vector []float32) {
	p.code = slices.Grow(p.code[:0], 2*c.stride)[:2*c.stride]
	p.scale = encode(p.code, vector)
	p.addUp()
}

// aimAt takes the codes of row.
func (p *probe) aimAt(c *codes, row uint32) {
	p.code = slices.Grow(p.code[:0], 2*c.stride)[:2*c.stride]
	c.decode(p.code, row)
	p.scale = c.scales[row]
	p.addUp()
}

func (p *probe) addUp() {
	p.sum = 0
	for _, v := range p.code {
		p.sum += int32(v)
	}
}

// glances are estimates of the cosines of the probe with rows, by the upper halves of their codes alone; each is taken
// to lie in the middle of what it can stand for. The probe's own scale, which does not change their
// order, is left out. They stay valid until the next call.
func (p *probe) glances(c *codes, rows []uint32) []float32 {
	p.high = slices.Grow(p.high[:0], len(rows))[:len(rows)]
	p.scores = slices.Grow(p.scores[:0], len(rows))[:len(rows)]
	kernel.dotNibbles(p.high, c.high, c.stride, rows, p.code)
	offset := glanceOffset * p.sum
	for i, row := range rows {
		p.scores[i] = float32(16*p.high[i]-offset) * c.glanceScales[row]
	}
	return p.scores
}

// cosines are those of the probe's codes with those of rows, valid until the next call. The conversion
// keeps what the caller does with them from being fused with the product, which would round differently on
// some processors.
func (p *probe) cosines(c *codes, rows []uint32) []float32 {
	p.high = slices.Grow(p.high[:0], len(rows))[:len(rows)]
	p.low = slices.Grow(p.low[:0], len(rows))[:len(rows)]
	p.scores = slices.Grow(p.scores[:0], len(rows))[:len(rows)]
	kernel.dotNibbles(p.high, c.high, c.stride, rows, p.code)
	kernel.dotNibbles(p.low, c.low, c.stride, rows, p.code)
	for i, row := range rows {
		p.scores[i] = float32(float32(16*p.high[i]+p.low[i]-128*p.sum) * c.scales[row] * p.scale)
	}
	return p.scores
}
