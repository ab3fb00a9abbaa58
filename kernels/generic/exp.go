package generic

import "github.com/nabla-go/nabla/internal/scalar"

func exp[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Exp(x)
	}
}

// ExpF32 sets dst[i] = e^z[i], within 1 ulp, subnormal results included. It is
// +Inf from overflow on, +0 where e^z[i] rounds to nothing, NaN for NaN.
//
//nabla:blocks
//go:noinline
func ExpF32(dst, z []float32) { exp(dst, z) }

// ExpF64 is ExpF32 for float64.
//
//go:noinline
func ExpF64(dst, z []float64) { exp(dst, z) }
