package kernels

import "github.com/nabla-go/nabla/internal/race"

// Div sets dst[i] = x[i] / y[i].
func Div[T Float](dst, x, y []T) { div(dst, x, y) }

// Minimum sets dst[i] to the smaller of x[i] and y[i], IEEE 754-2019's minimum: NaN if
// one is NaN, and −0 is smaller than +0.
func Minimum[T Float](dst, x, y []T) { minimum(dst, x, y) }

// Maximum sets dst[i] to the larger of x[i] and y[i], IEEE 754-2019's maximum: NaN if
// one is NaN, and +0 is larger than −0.
func Maximum[T Float](dst, x, y []T) { maximum(dst, x, y) }

// FMA sets dst[i] = x[i]·y[i] + z[i], rounded once.
func FMA[T Float](dst, x, y, z []T) { fma(dst, x, y, z) }

// AddConst adds alpha to x: x[i] = x[i] + alpha.
func AddConst[T Float](alpha T, x []T) {
	race.Write(x)
	addConst(alpha, x)
}

// Sqrt sets dst[i] = √x[i], rounded once. The root of a negative number is NaN, that of
// −0 is −0.
func Sqrt[T Float](dst, x []T) { sqrt(dst, x) }

// Rsqrt sets dst[i] = 1 / √x[i]: the root is rounded, and so is the quotient. Rsqrt(±0)
// is ±Inf.
func Rsqrt[T Float](dst, x []T) { rsqrt(dst, x) }

// Abs sets dst[i] = |x[i]|.
func Abs[T Float](dst, x []T) { abs(dst, x) }

// Neg sets dst[i] = −x[i], also for zeros.
func Neg[T Float](dst, x []T) { neg(dst, x) }

// Floor sets dst[i] = ⌊x[i]⌋, the largest integer that is at most x[i]; ±0, ±Inf and NaN
// stay.
func Floor[T Float](dst, x []T) { floor(dst, x) }

// Ceil sets dst[i] = ⌈x[i]⌉, the smallest integer that is at least x[i]; ±0, ±Inf and
// NaN stay, and between −1 and 0 it is −0.
func Ceil[T Float](dst, x []T) { ceil(dst, x) }

// Round sets dst[i] to the integer nearest to x[i], and of two the even one, as
// math.RoundToEven does.
func Round[T Float](dst, x []T) { round(dst, x) }
