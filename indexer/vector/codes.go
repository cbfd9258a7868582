package vector

import (
	"math"
	"slices"
)

// codeBlock is the number of codes that dotRows takes at a time; rows are padded with zeros to a
// multiple of it.
const codeBlock = 32

// codes are vectors at eight bits a dimension: code = round(127·x / max|x|), row by row, as int8.
// scales holds 1/‖code‖, so that codes·codes·scale·scale is the exact cosine of what the codes stand
// for: a distance of codes is never negative, and integer products make it the same on every processor.
type codes struct {
	dim    int
	stride int       // bytes from row to row
	bytes  []byte    // rows·stride
	scales []float32 // rows
}

func newCodes(rows, dim int) codes {
	stride := strideOf(dim)
	return codes{dim: dim, stride: stride, bytes: make([]byte, rows*stride), scales: make([]float32, rows)}
}

func strideOf(dim int) int { return (dim + codeBlock - 1) / codeBlock * codeBlock }

func (c *codes) rows() int { return len(c.scales) }

func (c *codes) row(row uint32) []byte {
	start := int(row) * c.stride
	return c.bytes[start : start+c.stride]
}

func (c *codes) set(row uint32, vector []float32) {
	c.scales[row] = encode(c.row(row), vector)
}

// encode writes the codes of vector, which is finite and not zero, and returns their scale.
func encode(code []byte, vector []float32) (scale float32) {
	var largest float32
	for _, x := range vector {
		largest = max(largest, x, -x)
	}
	factor := 127 / float64(largest)
	var squares int
	for i, x := range vector {
		v := int(math.RoundToEven(float64(x) * factor))
		code[i] = byte(int8(v))
		squares += v * v
	}
	return float32(1 / math.Sqrt(float64(squares)))
}

// probe is a vector's code that is compared with many others.
type probe struct {
	code  []byte
	scale float32

	products []int32
	scores   []float32
}

// aim takes code, which must not change while it is used, and its scale.
func (p *probe) aim(code []byte, scale float32) { p.code, p.scale = code, scale }

// relatives are the cosines of the probe's code with those of rows but for the probe's own scale, which does not change the
// order. They stay valid until the next call.
func (p *probe) relatives(c *codes, rows []uint32) []float32 {
	p.products = slices.Grow(p.products[:0], len(rows))[:len(rows)]
	p.scores = slices.Grow(p.scores[:0], len(rows))[:len(rows)]
	kernel.dotRows(p.products, c, rows, p.code)
	for i, row := range rows {
		p.scores[i] = float32(p.products[i]) * c.scales[row]
	}
	return p.scores
}

// cosines are those of the probe's code with those of rows, valid until the next call. The conversion
// keeps what the caller does with them from being fused with the product, which would round differently on
// some processors.
func (p *probe) cosines(c *codes, rows []uint32) []float32 {
	scores := p.relatives(c, rows)
	for i, score := range scores {
		scores[i] = float32(p.scale * score)
	}
	return scores
}
