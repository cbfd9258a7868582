package vector

// fastest needs no choice: every 64-bit ARM processor has NEON.
func fastest() kernels {
	return kernels{name: "neon", dotRows: rowsBy(dotRowsNEON), dotFloats: dotFloatsAsm}
}

//go:noescape
func dotRowsNEON(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)
