package generic

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

func softmax[T float](dst, z []T) {
	top := T(math.Inf(-1))
	for _, x := range z {
		if x > top { // a NaN is left out here and spoils the sum below
			top = x
		}
	}
	for i, x := range z {
		dst[i] = scalar.Exp(x - top)
	}
	s := sum(dst)
	for i, e := range dst {
		dst[i] = e / s
	}
}

// SoftmaxF32 sets dst to the softmax of one row, dst[i] = e_i/Σ e_j with
// e_i = exp(z[i] − max z), the sum in SumF32's lane order and one division for
// each element. A row with a NaN, a +Inf or nothing but −Inf gives NaN everywhere.
//
//nabla:whole
//go:noinline
func SoftmaxF32(dst, z []float32) { softmax(dst, z) }

// SoftmaxF64 is SoftmaxF32 for float64, the sum in SumF64's lane order.
//
//go:noinline
func SoftmaxF64(dst, z []float64) { softmax(dst, z) }

func softmaxShort[T float](m, n int, dst []T, ldd int, z []T, ldz int) {
	for i := range m {
		softmax(dst[i*ldd:][:n], z[i*ldz:][:n])
	}
}

// SoftmaxShortF32 sets each of m rows of n elements of dst to what SoftmaxF32 makes of that
// row of z; n is at most 16.
//
//nabla:whole
//nabla:without NEON
//go:noinline
func SoftmaxShortF32(m, n int, dst []float32, ldd int, z []float32, ldz int) {
	softmaxShort(m, n, dst, ldd, z, ldz)
}

// SoftmaxShortF64 is SoftmaxShortF32 for float64.
//
//go:noinline
func SoftmaxShortF64(m, n int, dst []float64, ldd int, z []float64, ldz int) {
	softmaxShort(m, n, dst, ldd, z, ldz)
}

func divBy[T float](divisor T, x []T) {
	for i := range x {
		x[i] /= divisor
	}
}

// DivByF32 sets x[i] = x[i]/divisor, the last step of the softmax of a long row.
//
//nabla:blocks
//go:noinline
func DivByF32(divisor float32, x []float32) { divBy(divisor, x) }

// DivByF64 is DivByF32 for float64.
//
//go:noinline
func DivByF64(divisor float64, x []float64) { divBy(divisor, x) }
