//go:build !unix

package vector

import "os"

// mapFile reads the file at path into memory.
func mapFile(path string) (data []byte, unmap func() error, err error) {
	data, err = os.ReadFile(path)
	return data, func() error { return nil }, err
}
