package kernels

import "unsafe"

// is32 reports whether T is a float32; the compiler decides it per instance.
func is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// as views x as a slice of the built-in type of the same size.
func as[E float32 | float64, T Float](x []T) []E { return *(*[]E)(unsafe.Pointer(&x)) }
