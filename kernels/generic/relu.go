package generic

import "github.com/nabla-go/nabla/internal/scalar"

func relu[T float](dst, z []T) {
	for i, x := range z {
		if x < 0 {
			x = 0
		}
		dst[i] = x
	}
}

func reluPrime[T float](dst, z []T) {
	for i, x := range z {
		dst[i] = reluPrime1(x)
	}
}

func mulReLUPrime[T float](dst, d, z []T) {
	for i, x := range z {
		dst[i] = scalar.Flush(d[i]) * reluPrime1(x)
	}
}

func reluPrime1[T float](z T) T {
	switch {
	case z > 0:
		return 1
	case z <= 0:
		return 0
	}
	return z
}

// ReLUF32 sets dst[i] = +0 if z[i] < 0, else z[i]: −0 and NaN stay.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func ReLUF32(dst, z []float32) { relu(dst, z) }

// ReLUF64 is ReLUF32 for float64.
//
//go:noinline
func ReLUF64(dst, z []float64) { relu(dst, z) }

// ReLUPrimeF32 sets dst[i] = 1 if z[i] > 0, NaN if z[i] is NaN, else +0.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func ReLUPrimeF32(dst, z []float32) { reluPrime(dst, z) }

// ReLUPrimeF64 is ReLUPrimeF32 for float64.
//
//go:noinline
func ReLUPrimeF64(dst, z []float64) { reluPrime(dst, z) }

// MulReLUPrimeF32 sets dst[i] = d[i]·ReLU'(z[i]), a product with 1, 0 or NaN. d is +0
// below LeastFactor.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func MulReLUPrimeF32(dst, d, z []float32) { mulReLUPrime(dst, d, z) }

// MulReLUPrimeF64 is MulReLUPrimeF32 for float64.
//
//go:noinline
func MulReLUPrimeF64(dst, d, z []float64) { mulReLUPrime(dst, d, z) }
