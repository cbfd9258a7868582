package vector

// fastest needs no choice: every 64-bit ARM processor has NEON.
func fastest() kernels {
	return kernels{name: "neon", dotNibbles: nibblesBy(dotNibblesNEON), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
}

//go:noescape
func dotNibblesNEON(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)
