package memory

import "unsafe"

// fewBytes is the size below which large pages gain nothing: what is smaller lies in the
// last cache anyway.
const fewBytes = 16 << 20

// largePage is the size in bytes of a large page, and what its address is a multiple of.
const largePage = 2 << 20

// LargePages asks the system to put x into large pages, if x is large. It acts on memory
// that has not been written yet, and changes nothing but time: reading rows in random
// order then misses less often in the tables of pages. Where the system has no large
// pages, it does nothing.
func LargePages[T ~float32 | ~float64](x []T) {
	size := uintptr(len(x)) * unsafe.Sizeof(T(0))
	if size < fewBytes {
		return
	}
	p := unsafe.Pointer(unsafe.SliceData(x))
	offset, length := wholePages(uintptr(p), size)
	adviseLarge(unsafe.Slice((*byte)(unsafe.Add(p, offset)), length))
}

// wholePages returns which part of size bytes at an address are whole large pages.
func wholePages(address, size uintptr) (offset, length uintptr) {
	offset = -address % largePage
	if size < offset {
		return 0, 0
	}
	return offset, (size - offset) / largePage * largePage
}
