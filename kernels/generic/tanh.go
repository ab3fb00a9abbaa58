package generic

import "github.com/nabla-go/nabla/internal/scalar"

func tanh[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Tanh(x)
	}
}

func tanhPrime[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.TanhPrime(x)
	}
}

func mulTanhPrime[T float](dst, d, z []T) {
	for i, x := range z {
		dst[i] = scalar.MulFlush(d[i], scalar.TanhPrime(x))
	}
}

// TanhF32 sets dst[i] = tanh z[i], within 1 ulp and within [−1, 1]. −0 stays;
// NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func TanhF32(dst, z []float32) { tanh(dst, z) }

// TanhF64 is TanhF32 for float64.
//
//go:noinline
func TanhF64(dst, z []float64) { tanh(dst, z) }

// TanhPrimeF32 sets dst[i] = tanh'(z[i]), within 1 ulp and within [0, 1],
// subnormal results included. NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func TanhPrimeF32(dst, z []float32) { tanhPrime(dst, z) }

// TanhPrimeF64 is TanhPrimeF32 for float64.
//
//go:noinline
func TanhPrimeF64(dst, z []float64) { tanhPrime(dst, z) }

// MulTanhPrimeF32 sets dst[i] = d[i]·tanh'(z[i]), tanh' being TanhPrimeF32's.
// It is +0 where scalar.MulFlush is.
//
//nabla:blocks
//nabla:checks
//go:noinline
func MulTanhPrimeF32(dst, d, z []float32) { mulTanhPrime(dst, d, z) }

// MulTanhPrimeF64 sets dst[i] = d[i]·tanh'(z[i]), tanh' being TanhPrimeF64's.
//
//go:noinline
func MulTanhPrimeF64(dst, d, z []float64) { mulTanhPrime(dst, d, z) }
