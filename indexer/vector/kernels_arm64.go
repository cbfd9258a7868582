package vector

// fastest needs no choice: every 64-bit ARM processor has NEON.
func fastest() kernels {
	return kernels{name: "neon", dotNibbles: nibblesBy(dotNibblesNEON), weighSigns: signsBy(weighSignsNEON), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
}

//go:noescape
func dotNibblesNEON(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)

//go:noescape
func weighSignsNEON(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)
