package vector

import "golang.org/x/sys/cpu"

// fastest chooses by what the processor and the operating system support.
func fastest() kernels {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VNNI:
		return kernels{name: "avx512vnni", dotRows: rowsBy(dotRowsVNNI), dotFloats: dotFloatsAsm}
	case cpu.X86.HasAVX2:
		return kernels{name: "avx2", dotRows: rowsBy(dotRowsAVX2), dotFloats: dotFloatsAsm}
	default:
		return portable
	}
}

//go:noescape
func dotRowsVNNI(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)

//go:noescape
func dotRowsAVX2(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)
