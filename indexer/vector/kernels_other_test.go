//go:build !amd64

package vector

// everyKernel is each form that this processor can run.
func everyKernel() []kernels { return []kernels{portable, fastest()} }
