//go:build !linux && !darwin

package kerneltest

import "unsafe"

// guarded returns n bytes of zeros that begin on a 64-byte boundary. There are
// no inaccessible pages here; poison around operands has to do.
func guarded(n int) (mem []byte, free func()) {
	all := make([]byte, n+64)
	skip := int(-uintptr(unsafe.Pointer(&all[0])) & 63)
	return all[skip : skip+n : skip+n], nil
}
