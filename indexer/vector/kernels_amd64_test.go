package vector

import "golang.org/x/sys/cpu"

// everyKernel is each form that this processor can run.
func everyKernel() []kernels {
	all := []kernels{portable}
	if cpu.X86.HasAVX2 {
		all = append(all, kernels{name: "avx2", dotNibbles: nibblesBy(dotNibblesAVX2), weighSigns: signsBy(weighSignsAVX2), dotFloats: dotFloatsAsm, prefetch: prefetchLines})
	}
	return append(all, fastest())
}
