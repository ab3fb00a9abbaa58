package generic

import "github.com/nabla-go/nabla/internal/scalar"

func pow[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = scalar.Power(xi, y[i])
	}
}

// PowF32 sets dst[i] = x[i]^y[i], within 1 ulp, with the special values of math.Pow.
//
//nabla:blocks
//nabla:without AVX2 AVX512 NEON
//go:noinline
func PowF32(dst, x, y []float32) { pow(dst, x, y) }

// PowF64 is PowF32 for float64.
//
//go:noinline
func PowF64(dst, x, y []float64) { pow(dst, x, y) }
