package vector

import "unsafe"

// kernels are the inner loops, in the form that this processor runs fastest. All forms give the same
// results to the last bit: sums of whole numbers, and float sums in one order.
type kernels struct {
	name string
	// dotNibbles sets out[i] to the product of the query's codes, 2·stride of them, with the four-bit numbers of row rows[i]
	// of half, for each i; codes says where they lie.
	dotNibbles func(out []int32, half []byte, stride int, rows []uint32, query []int8)
	// weighSigns sets sums to the sums that table has for the rows of len(above) blocks of signs, and in above a bit for each
	// row whose estimate is more than least; signs and signProbe say what lies where.
	weighSigns func(above []uint32, sums []uint16, blocks []byte, scales []float32, table []byte, weight int32, least float32)
	// dotFloats is the inner product of two vectors of one size, summed in the order of dotFloatsGo.
	dotFloats func(a, b []float32) float32
	// prefetch asks for the n cache lines from p on, n at least 1, and does nothing where it cannot.
	prefetch func(p unsafe.Pointer, n int)
}

var portable = kernels{name: "portable", dotNibbles: dotNibblesGo, weighSigns: weighSignsGo, dotFloats: dotFloatsGo, prefetch: func(unsafe.Pointer, int) {}}

// kernel is what searches and builds use; see fastest in kernels_*.go.
var kernel = fastest()

// prefetch asks for what will soon be read, which is at least one number.
func prefetch[T byte | float32](numbers []T) {
	kernel.prefetch(unsafe.Pointer(&numbers[0]), (int(unsafe.Sizeof(numbers[0]))*len(numbers)+63)/64)
}

func dotNibblesGo(out []int32, half []byte, stride int, rows []uint32, query []int8) {
	for i, row := range rows {
		var sum int32
		packed := half[int(row)*stride : (int(row)+1)*stride]
		for b := 0; b < stride; b += codeBlock {
			first, second := query[2*b:2*b+codeBlock], query[2*b+codeBlock:2*b+2*codeBlock]
			for j, two := range packed[b : b+codeBlock] {
				sum += int32(two&0x0f)*int32(first[j]) + int32(two>>4)*int32(second[j])
			}
		}
		out[i] = sum
	}
}

func weighSignsGo(above []uint32, sums []uint16, blocks []byte, scales []float32, table []byte, weight int32, least float32) {
	steps := len(table) / 64
	for b := range above {
		above[b] = 0
		for r := range signBlock {
			sum := 0
			for t := range steps {
				eight, pair := blocks[(b*steps+t)*signBlock+r], table[t/signSteps*128+t%signSteps*32:]
				sum += int(pair[eight&0x0f]) + int(pair[64+eight>>4])
			}
			row := b*signBlock + r
			sums[row] = uint16(sum)
			if float32(2*int32(sum)-weight)*scales[row] > least {
				above[b] |= 1 << r
			}
		}
	}
}

// lanes is how many sums dotFloats keeps apart; it adds them up by halves.
const lanes = 16

// dotFloatsGo rounds each product on its own (the conversion forbids fusing), so that the sum has the
// same bits on every processor.
func dotFloatsGo(a, b []float32) float32 {
	b = b[:len(a)]
	var s [lanes]float32
	for len(a) >= lanes && len(b) >= lanes {
		x, y := (*[lanes]float32)(a), (*[lanes]float32)(b)
		for l := range s {
			s[l] += float32(x[l] * y[l])
		}
		a, b = a[lanes:], b[lanes:]
	}
	return addUp(&s, a, b)
}

// addUp adds the products of the last values, fewer than lanes, and then the lanes.
func addUp(s *[lanes]float32, a, b []float32) float32 {
	for l, x := range a {
		s[l] += float32(x * b[l])
	}
	for half := lanes / 2; half > 0; half /= 2 {
		for l := range half {
			s[l] += s[l+half]
		}
	}
	return s[0]
}
