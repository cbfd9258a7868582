package vector

import (
	"encoding/binary"
	"math"
)

// codeBlock is the number of codes that dotCodes takes at a time; rows are padded with zeros to a
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

// probe is one vector laid out for being compared with many codes.
type probe struct {
	blocks [][16]uint64
	offset int32   // 128·Σ code: what the bias of the other side adds to a product
	scale  float32 // of the probe's own code
}

// aim lays code out. Eight codes become four words; word j holds code[j+4] in its lower half and
// code[j] in its upper one, both signed: see dotCodes.
func (p *probe) aim(code []byte, scale float32) {
	if blocks := len(code) / codeBlock; cap(p.blocks) < blocks {
		p.blocks = make([][16]uint64, blocks)
	} else {
		p.blocks = p.blocks[:blocks]
	}
	var sum int32
	for i := range p.blocks {
		block := code[i*codeBlock : (i+1)*codeBlock]
		for word := range p.blocks[i] {
			at := word/4*8 + word%4
			upper, lower := int64(int8(block[at])), int64(int8(block[at+4]))
			p.blocks[i][word] = uint64(upper<<32 + lower)
			sum += int32(upper + lower)
		}
	}
	p.offset, p.scale = sum<<7, scale
}

// cosine is the cosine of the probe's codes with those of row. The conversion keeps what the caller
// does with it from being fused with the product, which would round differently on some processors.
func (p *probe) cosine(c *codes, row uint32) float32 {
	return float32(p.scale * p.relative(c, row))
}

// relative is cosine without the probe's own scale, which does not change the order.
func (p *probe) relative(c *codes, row uint32) float32 {
	start := int(row) * c.stride
	return float32(dotCodes(p.blocks, c.bytes[start:start+c.stride])-p.offset) * c.scales[row]
}

// dotCodes is Σ probe·(code+128), two products a multiplication: with bytes b, b' and probe values q, q'
//
//	(b + b'·2³²)·(q' + q·2³²) = b·q' + (b·q + b'·q')·2³² + …·2⁶⁴
//
// so the upper half of the sum is what we want, once half a unit makes up for the sign of the lower
// half. Adding 128 to the codes keeps them free of signs while they are taken apart. Both halves stay
// in range up to 65,536 dimensions. It costs half of a product at a time; dotCodesPlain in the tests
// says the same without the trick.
func dotCodes(blocks [][16]uint64, code []byte) int32 {
	const (
		lanes = 0x000000ff_000000ff
		bias  = 0x80808080_80808080
	)
	var even, odd uint64
	for i := range blocks {
		if len(code) < codeBlock {
			break
		}
		q := &blocks[i]
		b := (*[codeBlock]byte)(code)
		code = code[codeBlock:]
		w := binary.LittleEndian.Uint64(b[0:]) ^ bias
		even += (w&lanes)*q[0] + (w>>16&lanes)*q[2]
		odd += (w>>8&lanes)*q[1] + (w>>24&lanes)*q[3]
		w = binary.LittleEndian.Uint64(b[8:]) ^ bias
		even += (w&lanes)*q[4] + (w>>16&lanes)*q[6]
		odd += (w>>8&lanes)*q[5] + (w>>24&lanes)*q[7]
		w = binary.LittleEndian.Uint64(b[16:]) ^ bias
		even += (w&lanes)*q[8] + (w>>16&lanes)*q[10]
		odd += (w>>8&lanes)*q[9] + (w>>24&lanes)*q[11]
		w = binary.LittleEndian.Uint64(b[24:]) ^ bias
		even += (w&lanes)*q[12] + (w>>16&lanes)*q[14]
		odd += (w>>8&lanes)*q[13] + (w>>24&lanes)*q[15]
	}
	return int32((even + odd + 1<<31) >> 32)
}
