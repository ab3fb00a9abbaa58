package generic

import "github.com/nabla-go/nabla/internal/scalar"

func exp[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Exp(x)
	}
}

func exp2[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Exp2(x)
	}
}

func expm1[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Expm1(x)
	}
}

// ExpF32 sets dst[i] = e^z[i], within 1 ulp, subnormal results included. It is
// +Inf from overflow on, +0 where e^z[i] rounds to nothing, NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func ExpF32(dst, z []float32) { exp(dst, z) }

// ExpF64 is ExpF32 for float64.
//
//go:noinline
func ExpF64(dst, z []float64) { exp(dst, z) }

// Exp2F32 sets dst[i] = 2^z[i], within 1 ulp, subnormal results included, and exactly
// where z[i] is whole. It is +Inf from overflow on, +0 where it rounds to 0, NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func Exp2F32(dst, z []float32) { exp2(dst, z) }

// Exp2F64 is Exp2F32 for float64.
//
//go:noinline
func Exp2F64(dst, z []float64) { exp2(dst, z) }

// Expm1F32 sets dst[i] = e^z[i] − 1, within 1 ulp also where z[i] is small; −0 stays. It
// is +Inf from overflow on, −1 where e^z[i] is nothing beside 1, NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func Expm1F32(dst, z []float32) { expm1(dst, z) }

// Expm1F64 is Expm1F32 for float64.
//
//go:noinline
func Expm1F64(dst, z []float64) { expm1(dst, z) }
