//go:build !amd64 && !arm64

package vector

func fastest() kernels { return portable }
