package generic

import "github.com/nabla-go/nabla/internal/scalar"

func softplus[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Softplus(x)
	}
}

func mulSoftplusPrime[T float](dst, d, z []T) {
	for i, x := range z {
		dst[i] = scalar.MulFlush(d[i], scalar.Sigmoid(x))
	}
}

// SoftplusF32 sets dst[i] = ln(1 + e^z[i]), within 1 ulp, subnormal results included.
// It is +0 where that rounds to 0, NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func SoftplusF32(dst, z []float32) { softplus(dst, z) }

// SoftplusF64 is SoftplusF32 for float64.
//
//go:noinline
func SoftplusF64(dst, z []float64) { softplus(dst, z) }

// MulSoftplusPrimeF32 sets dst[i] = d[i]·σ(z[i]), σ being SigmoidF32's: the derivative
// of softplus. It is +0 where scalar.MulFlush is.
//
//nabla:blocks
//nabla:checks
//go:noinline
func MulSoftplusPrimeF32(dst, d, z []float32) { mulSoftplusPrime(dst, d, z) }

// MulSoftplusPrimeF64 sets dst[i] = d[i]·σ(z[i]), σ being SigmoidF64's: the derivative
// of softplus.
//
//go:noinline
func MulSoftplusPrimeF64(dst, d, z []float64) { mulSoftplusPrime(dst, d, z) }
