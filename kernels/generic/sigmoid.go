package generic

import "github.com/nabla-go/nabla/internal/scalar"

func sigmoid[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.Sigmoid(x)
	}
}

func sigmoidPrime[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = scalar.SigmoidPrime(x)
	}
}

func mulSigmoidPrime[T float](dst, d, z []T) {
	for i, x := range z {
		dst[i] = scalar.MulFlush(d[i], scalar.SigmoidPrime(x))
	}
}

// SigmoidF32 sets dst[i] = 1/(1 + e^−z[i]), within 1 ulp and within [0, 1],
// subnormal results included. NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func SigmoidF32(dst, z []float32) { sigmoid(dst, z) }

// SigmoidF64 is SigmoidF32 for float64.
//
//go:noinline
func SigmoidF64(dst, z []float64) { sigmoid(dst, z) }

// SigmoidPrimeF32 sets dst[i] = σ'(z[i]), within 1 ulp and within [0, ¼]: from
// e^−|z|, so that it does not vanish where σ rounds to 1. NaN for NaN.
//
//nabla:blocks
//nabla:checks
//go:noinline
func SigmoidPrimeF32(dst, z []float32) { sigmoidPrime(dst, z) }

// SigmoidPrimeF64 is SigmoidPrimeF32 for float64.
//
//go:noinline
func SigmoidPrimeF64(dst, z []float64) { sigmoidPrime(dst, z) }

// MulSigmoidPrimeF32 sets dst[i] = d[i]·σ'(z[i]), σ' being SigmoidPrimeF32's.
// It is +0 where scalar.MulFlush is.
//
//nabla:blocks
//nabla:checks
//go:noinline
func MulSigmoidPrimeF32(dst, d, z []float32) { mulSigmoidPrime(dst, d, z) }

// MulSigmoidPrimeF64 sets dst[i] = d[i]·σ'(z[i]), σ' being SigmoidPrimeF64's.
//
//go:noinline
func MulSigmoidPrimeF64(dst, d, z []float64) { mulSigmoidPrime(dst, d, z) }
