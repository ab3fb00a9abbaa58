package generic

import "github.com/nabla-go/nabla/internal/scalar"

func gelu[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.GELU(x)
	}
}

func geluPrime[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.GELUPrime(x)
	}
}

func mulGELUPrime[T float](dst, d, z []T) {
	for i, x := range z {
		dst[i] = scalar.MulFlush(d[i], scalar.GELUPrime(x))
	}
}

// GELUF32 sets dst[i] = z[i]·Φ(z[i]), Φ being the normal distribution, within 2 ulp,
// subnormal results included. −0 stays and −Inf gives it; NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func GELUF32(dst, z []float32) { gelu(dst, z) }

// GELUF64 is GELUF32 for float64.
//
//go:noinline
func GELUF64(dst, z []float64) { gelu(dst, z) }

// GELUPrimeF32 sets dst[i] = GELU'(z[i]), within 2 ulp, subnormal results included.
// NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func GELUPrimeF32(dst, z []float32) { geluPrime(dst, z) }

// GELUPrimeF64 is GELUPrimeF32 for float64.
//
//go:noinline
func GELUPrimeF64(dst, z []float64) { geluPrime(dst, z) }

// MulGELUPrimeF32 sets dst[i] = d[i]·GELU'(z[i]), GELU' being GELUPrimeF32's.
// It is +0 where scalar.MulFlush is.
//
//nabla:blocks
//nabla:checks
//go:noinline
func MulGELUPrimeF32(dst, d, z []float32) { mulGELUPrime(dst, d, z) }

// MulGELUPrimeF64 sets dst[i] = d[i]·GELU'(z[i]), GELU' being GELUPrimeF64's.
//
//go:noinline
func MulGELUPrimeF64(dst, d, z []float64) { mulGELUPrime(dst, d, z) }
