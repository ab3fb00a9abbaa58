package generic

import "github.com/nabla-go/nabla/internal/scalar"

func log[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Log(x)
	}
}

func log2[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Log2(x)
	}
}

func log1p[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Log1p(x)
	}
}

// LogF32 sets dst[i] = ln z[i], within 1 ulp, subnormal z[i] included. It is
// −Inf for ±0, NaN for negative numbers and NaN, +Inf for +Inf.
//
//nabla:blocks
//nabla:checks
//go:noinline
func LogF32(dst, z []float32) { log(dst, z) }

// LogF64 is LogF32 for float64.
//
//go:noinline
func LogF64(dst, z []float64) { log(dst, z) }

// Log2F32 sets dst[i] = log₂ z[i], within 1 ulp, subnormal z[i] included, and exactly where
// z[i] is a power of 2. It is −Inf for ±0, NaN for negative numbers and NaN, +Inf for +Inf.
//
//nabla:blocks
//nabla:checks
//go:noinline
func Log2F32(dst, z []float32) { log2(dst, z) }

// Log2F64 is Log2F32 for float64.
//
//go:noinline
func Log2F64(dst, z []float64) { log2(dst, z) }

// Log1pF32 sets dst[i] = ln(1 + z[i]), within 1 ulp also where z[i] is small; −0 stays. It
// is −Inf for −1, NaN for less and for NaN, +Inf for +Inf.
//
//nabla:blocks
//nabla:checks
//go:noinline
func Log1pF32(dst, z []float32) { log1p(dst, z) }

// Log1pF64 is Log1pF32 for float64.
//
//go:noinline
func Log1pF64(dst, z []float64) { log1p(dst, z) }
