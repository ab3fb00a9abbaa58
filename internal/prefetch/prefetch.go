// Package prefetch asks for memory that will be needed soon.
package prefetch

import "unsafe"

// Slice brings x towards the second-level cache while the caller goes on. It is a
// hint without any effect but on time; where there is no assembly it does nothing.
func Slice[T ~float32 | ~float64](x []T) {
	if len(x) > 0 {
		lines(unsafe.Pointer(&x[0]), len(x)*int(unsafe.Sizeof(x[0])))
	}
}
