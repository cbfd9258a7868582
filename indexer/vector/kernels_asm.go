//go:build amd64 || arm64

package vector

// rowsBy makes a dotRows of an assembly loop over rows; the checks that Go would do are done here.
func rowsBy(loop func(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)) func([]int32, *codes, []uint32, []byte) {
	return func(out []int32, c *codes, rows []uint32, query []byte) {
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			_ = c.bytes[int(row)*c.stride+c.stride-1]
		}
		_, _ = out[len(rows)-1], query[c.stride-1]
		loop(&out[0], &c.bytes[0], c.stride, &rows[0], len(rows), &query[0])
	}
}

// sumFloats sets lane l of sums to the sum of the products l, l+lanes, l+2·lanes … of blocks·lanes values; blocks is at least 1.
//
//go:noescape
func sumFloats(sums *[lanes]float32, a, b *float32, blocks int)

// dotFloatsAsm is dotFloatsGo with its whole blocks summed in assembly.
func dotFloatsAsm(a, b []float32) float32 {
	b = b[:len(a)]
	var s [lanes]float32
	whole := len(a) / lanes
	if whole > 0 {
		sumFloats(&s, &a[0], &b[0], whole)
	}
	return addUp(&s, a[whole*lanes:], b[whole*lanes:])
}
