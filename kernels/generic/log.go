package generic

import "github.com/nabla-go/nabla/internal/scalar"

func log[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Log(x)
	}
}

// LogF32 sets dst[i] = ln z[i], within 1 ulp, subnormal z[i] included. It is
// −Inf for ±0, NaN for negative numbers and NaN, +Inf for +Inf.
//
//nabla:blocks
//go:noinline
func LogF32(dst, z []float32) { log(dst, z) }

// LogF64 is LogF32 for float64.
//
//go:noinline
func LogF64(dst, z []float64) { log(dst, z) }
