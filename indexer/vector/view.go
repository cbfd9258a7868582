package vector

import (
	"encoding/binary"
	"unsafe"
)

// littleEndian tells whether this machine's numbers look like the file's.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// bytesOf is the file's form of numbers: a view where the machine is little-endian, else a copy.
func bytesOf(numbers []float32) []byte {
	if len(numbers) == 0 {
		return nil
	}
	view := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), 4*len(numbers))
	if littleEndian {
		return view
	}
	return swapped(view)
}

// sliceOf is the reverse: a view of data where the machine is little-endian and data lies at a multiple
// of four, else a copy. A remainder below four bytes is dropped.
func sliceOf(data []byte) []float32 {
	n := len(data) / 4
	if n == 0 {
		return nil
	}
	if !littleEndian {
		data = swapped(data[:4*n])
	}
	start := unsafe.SliceData(data)
	if uintptr(unsafe.Pointer(start))%4 == 0 {
		return unsafe.Slice((*float32)(unsafe.Pointer(start)), n)
	}
	numbers := make([]float32, n)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), 4*n), data)
	return numbers
}

// swapped is a copy of four-byte numbers with their bytes reversed.
func swapped(data []byte) []byte {
	out := make([]byte, len(data))
	for i := 0; i+4 <= len(data); i += 4 {
		binary.BigEndian.PutUint32(out[i:], binary.LittleEndian.Uint32(data[i:]))
	}
	return out
}
