package vector

// kernels are the inner loops, in the form that this processor runs fastest. All forms give the same
// results to the last bit: sums of whole numbers, and float sums in one order.
type kernels struct {
	name string
	// dotRows sets out[i] to the product of query's codes with those of row rows[i] of c, for each i. query has c's stride.
	dotRows func(out []int32, c *codes, rows []uint32, query []byte)
	// dotFloats is the inner product of two vectors of one size, summed in the order of dotFloatsGo.
	dotFloats func(a, b []float32) float32
}

var portable = kernels{name: "portable", dotRows: dotRowsGo, dotFloats: dotFloatsGo}

// kernel is what searches and builds use; see fastest in kernels_*.go.
var kernel = fastest()

func dotRowsGo(out []int32, c *codes, rows []uint32, query []byte) {
	for i, row := range rows {
		var sum int32
		code := c.row(row)
		query := query[:len(code)]
		for j, b := range code {
			sum += int32(int8(b)) * int32(int8(query[j]))
		}
		out[i] = sum
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
