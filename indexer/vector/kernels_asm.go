//go:build amd64 || arm64

package vector

import "unsafe"

// nibblesBy makes a dotNibbles of an assembly loop over rows; the checks that Go would do are done here.
func nibblesBy(loop func(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)) func([]int32, []byte, int, []uint32, []int8) {
	return func(out []int32, half []byte, stride int, rows []uint32, query []int8) {
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			_ = half[int(row)*stride+stride-1]
		}
		_, _ = out[len(rows)-1], query[2*stride-1]
		loop(&out[0], &half[0], stride, &rows[0], len(rows), &query[0])
	}
}

// signsBy makes a weighSigns of an assembly loop over n blocks, likewise.
func signsBy(loop func(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)) func([]uint32, []uint16, []byte, []float32, []byte, int32, float32) {
	return func(above []uint32, sums []uint16, blocks []byte, scales []float32, table []byte, weight int32, least float32) {
		n, steps := len(above), len(table)/64
		if n == 0 || steps < signSteps {
			weighSignsGo(above, sums, blocks, scales, table, weight, least)
			return
		}
		_, _, _, _ = sums[n*signBlock-1], blocks[n*steps*signBlock-1], scales[n*signBlock-1], table[steps/signSteps*128-1]
		loop(&above[0], &sums[0], &blocks[0], &scales[0], &table[0], n, steps, weight, least)
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

//go:noescape
func prefetchLines(p unsafe.Pointer, n int)
