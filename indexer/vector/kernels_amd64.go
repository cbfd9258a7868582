package vector

import "golang.org/x/sys/cpu"

// fastest chooses by what the processor and the operating system support.
func fastest() kernels {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VNNI:
		return kernels{name: "avx512vnni", dotNibbles: nibblesBy(dotNibblesVNNI), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
	case cpu.X86.HasAVX2:
		return kernels{name: "avx2", dotNibbles: nibblesBy(dotNibblesAVX2), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
	default:
		return portable
	}
}

//go:noescape
func dotNibblesVNNI(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)

//go:noescape
func dotNibblesAVX2(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)
