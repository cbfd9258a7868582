package vector

import (
	"math"
	"math/rand/v2"
	"testing"
)

// dotCodesPlain is dotCodes without packing, against the codes the probe was aimed with.
func dotCodesPlain(a, b []byte) int32 {
	var sum int32
	for i := range a {
		sum += int32(int8(a[i])) * int32(int8(b[i]))
	}
	return sum
}

func TestPackedProductIsThePlainOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{1, 31, 32, 33, 256, 512, 1000, maxDim} {
		stride := strideOf(dim)
		for extreme := range 3 {
			a, b := make([]byte, stride), make([]byte, stride)
			for i := range dim {
				switch extreme {
				case 0:
					a[i], b[i] = byte(random.IntN(256)), byte(random.IntN(256))
				case 1:
					a[i], b[i] = 0x80, 0x80 // -128·-128
				default:
					a[i], b[i] = 0x7f, 0x81 // 127·-127
				}
			}
			var p probe
			p.aim(a, 1)
			if got, want := dotCodes(p.blocks, b)-p.offset, dotCodesPlain(a, b); got != want {
				t.Errorf("dim %d: %d, want %d", dim, got, want)
			}
		}
	}
}

func TestCodesKeepTheCosine(t *testing.T) {
	const rows, dim = 200, 256
	vectors := gaussianSet(rows, dim, 24, 8)
	c := newCodes(rows, dim)
	for row := range uint32(rows) {
		c.set(row, vectors[int(row)*dim:int(row+1)*dim])
	}
	var p probe
	p.aim(c.row(0), c.scales[0])
	if got := p.cosine(&c, 0); math.Abs(float64(got)-1) > 1e-6 {
		t.Errorf("cosine of a row with itself is %v", got)
	}
	for row := range uint32(rows) {
		exact := dotFloats(vectors[:dim], vectors[int(row)*dim:int(row+1)*dim])
		if got := p.cosine(&c, row); math.Abs(float64(got-exact)) > 0.01 {
			t.Errorf("row %d: %v by codes, %v exactly", row, got, exact)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(float32(1), float32(-1), float32(1e-38))
	f.Fuzz(func(t *testing.T, a, b, c float32) {
		vector := []float32{a, b, c}
		if length := norm(vector); !(length > 0) || math.IsInf(length, 0) {
			t.Skip("never reaches encode")
		}
		code := make([]byte, codeBlock)
		scale := encode(code, vector)
		if !(scale > 0 && scale <= 1.0/127) {
			t.Errorf("%v: scale %v", vector, scale)
		}
	})
}
