package generic

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

func div[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = xi / y[i]
	}
}

func minimumOf[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = min(xi, y[i]) // NaN if one is, −0 below +0
	}
}

func maximumOf[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = max(xi, y[i])
	}
}

func fmaOf[T float](dst, x, y, z []T) {
	for i, xi := range x {
		dst[i] = scalar.FMA(xi, y[i], z[i])
	}
}

func addConst[T float](alpha T, x []T) {
	for i, xi := range x {
		x[i] = xi + alpha
	}
}

func each[T float](dst, x []T, f func(float64) float64) {
	for i, xi := range x {
		dst[i] = T(f(float64(xi)))
	}
}

func sqrtOf[T float](dst, x []T) {
	for i, xi := range x {
		dst[i] = sqrt(xi)
	}
}

func rsqrt[T float](dst, x []T) {
	for i, xi := range x {
		dst[i] = 1 / sqrt(xi)
	}
}

func ceil(x float64) float64 { return -math.Floor(-x) }

func neg[T float](dst, x []T) {
	for i, xi := range x {
		dst[i] = -xi
	}
}

// DivF32 sets dst[i] = x[i] / y[i].
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func DivF32(dst, x, y []float32) { div(dst, x, y) }

// DivF64 is DivF32 for float64.
//
//go:noinline
func DivF64(dst, x, y []float64) { div(dst, x, y) }

// MinimumF32 sets dst[i] = min(x[i], y[i]): NaN if one is, and −0 is smaller than +0.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func MinimumF32(dst, x, y []float32) { minimumOf(dst, x, y) }

// MinimumF64 is MinimumF32 for float64.
//
//go:noinline
func MinimumF64(dst, x, y []float64) { minimumOf(dst, x, y) }

// MaximumF32 sets dst[i] = max(x[i], y[i]): NaN if one is, and +0 is larger than −0.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func MaximumF32(dst, x, y []float32) { maximumOf(dst, x, y) }

// MaximumF64 is MaximumF32 for float64.
//
//go:noinline
func MaximumF64(dst, x, y []float64) { maximumOf(dst, x, y) }

// FMAF32 sets dst[i] = fma(x[i], y[i], z[i]).
//
//nabla:blocks
//nabla:checks
//go:noinline
func FMAF32(dst, x, y, z []float32) { fmaOf(dst, x, y, z) }

// FMAF64 is FMAF32 for float64.
//
//go:noinline
func FMAF64(dst, x, y, z []float64) { fmaOf(dst, x, y, z) }

// AddConstF32 sets x[i] = x[i] + alpha.
//
//nabla:blocks
//nabla:few cores.Active.FewToScale
//go:noinline
func AddConstF32(alpha float32, x []float32) { addConst(alpha, x) }

// AddConstF64 is AddConstF32 for float64.
//
//go:noinline
func AddConstF64(alpha float64, x []float64) { addConst(alpha, x) }

// SqrtF32 sets dst[i] = √x[i], rounded once.
//
//nabla:blocks
//nabla:checks
//go:noinline
func SqrtF32(dst, x []float32) { sqrtOf(dst, x) }

// SqrtF64 is SqrtF32 for float64.
//
//go:noinline
func SqrtF64(dst, x []float64) { sqrtOf(dst, x) }

// RsqrtF32 sets dst[i] = 1 / √x[i], with the root and the quotient rounded.
//
//nabla:blocks
//nabla:checks
//go:noinline
func RsqrtF32(dst, x []float32) { rsqrt(dst, x) }

// RsqrtF64 is RsqrtF32 for float64.
//
//go:noinline
func RsqrtF64(dst, x []float64) { rsqrt(dst, x) }

// AbsF32 sets dst[i] = |x[i]|.
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func AbsF32(dst, x []float32) { each(dst, x, math.Abs) }

// AbsF64 is AbsF32 for float64.
//
//go:noinline
func AbsF64(dst, x []float64) { each(dst, x, math.Abs) }

// NegF32 sets dst[i] = −x[i].
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func NegF32(dst, x []float32) { neg(dst, x) }

// NegF64 is NegF32 for float64.
//
//go:noinline
func NegF64(dst, x []float64) { neg(dst, x) }

// FloorF32 sets dst[i] to the largest integer that is at most x[i].
//
//nabla:blocks
//nabla:checks
//go:noinline
func FloorF32(dst, x []float32) { each(dst, x, math.Floor) }

// FloorF64 is FloorF32 for float64.
//
//go:noinline
func FloorF64(dst, x []float64) { each(dst, x, math.Floor) }

// CeilF32 sets dst[i] to the smallest integer that is at least x[i].
//
//nabla:blocks
//nabla:checks
//go:noinline
func CeilF32(dst, x []float32) { each(dst, x, ceil) }

// CeilF64 is CeilF32 for float64.
//
//go:noinline
func CeilF64(dst, x []float64) { each(dst, x, ceil) }

// RoundF32 sets dst[i] to the integer nearest to x[i], the even one of two.
//
//nabla:blocks
//nabla:checks
//go:noinline
func RoundF32(dst, x []float32) { each(dst, x, math.RoundToEven) }

// RoundF64 is RoundF32 for float64.
//
//go:noinline
func RoundF64(dst, x []float64) { each(dst, x, math.RoundToEven) }
