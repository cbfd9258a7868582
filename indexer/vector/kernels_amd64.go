package vector

import "golang.org/x/sys/cpu"

// fastest chooses by what the processor and the operating system support.
func fastest() kernels {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VNNI:
		return kernels{name: "avx512vnni", dotNibbles: nibblesBy(dotNibblesVNNI), weighSigns: signsBy(weighSignsAVX512), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
	case cpu.X86.HasAVX2:
		return kernels{name: "avx2", dotNibbles: nibblesBy(dotNibblesAVX2), weighSigns: signsBy(weighSignsAVX2), dotFloats: dotFloatsAsm, prefetch: prefetchLines}
	default:
		return portable
	}
}

//go:noescape
func dotNibblesVNNI(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)

//go:noescape
func dotNibblesAVX2(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)

//go:noescape
func weighSignsAVX512(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)

//go:noescape
func weighSignsAVX2(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)
