// Package kernels offers vector and matrix operations for float32 and float64
// with assembly for AVX2, AVX-512 and NEON, and plain Go everywhere else.
package kernels
