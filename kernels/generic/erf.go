package generic

import "github.com/nabla-go/nabla/internal/scalar"

func erf[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Erf(x)
	}
}

// ErfF32 sets dst[i] = erf z[i], within 1 ulp and within [−1, 1]. −0 stays; NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func ErfF32(dst, z []float32) { erf(dst, z) }

// ErfF64 is ErfF32 for float64.
//
//go:noinline
func ErfF64(dst, z []float64) { erf(dst, z) }
