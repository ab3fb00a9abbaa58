package kernels

import "github.com/nabla-go/nabla/internal/race"

// Div sets dst[i] = x[i] / y[i].
func Div[T Float](dst, x, y []T) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernels: Div: lengths of dst, x and y differ")
	}
	if partialOverlap(dst, x) || partialOverlap(dst, y) {
		panic("kernels: Div: dst overlaps x or y without being equal to it")
	}
	race.Read(x)
	race.Read(y)
	race.Write(dst)
	div(dst, x, y)
}

// Minimum sets dst[i] to the smaller of x[i] and y[i], IEEE 754-2019's minimum: NaN if
// one is NaN, and −0 is smaller than +0.
func Minimum[T Float](dst, x, y []T) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernels: Minimum: lengths of dst, x and y differ")
	}
	if partialOverlap(dst, x) || partialOverlap(dst, y) {
		panic("kernels: Minimum: dst overlaps x or y without being equal to it")
	}
	race.Read(x)
	race.Read(y)
	race.Write(dst)
	minimum(dst, x, y)
}

// Maximum sets dst[i] to the larger of x[i] and y[i], IEEE 754-2019's maximum: NaN if
// one is NaN, and +0 is larger than −0.
func Maximum[T Float](dst, x, y []T) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernels: Maximum: lengths of dst, x and y differ")
	}
	if partialOverlap(dst, x) || partialOverlap(dst, y) {
		panic("kernels: Maximum: dst overlaps x or y without being equal to it")
	}
	race.Read(x)
	race.Read(y)
	race.Write(dst)
	maximum(dst, x, y)
}

// FMA sets dst[i] = x[i]·y[i] + z[i], rounded once.
func FMA[T Float](dst, x, y, z []T) {
	if len(dst) != len(x) || len(dst) != len(y) || len(dst) != len(z) {
		panic("kernels: FMA: lengths of dst, x, y and z differ")
	}
	if partialOverlap(dst, x) || partialOverlap(dst, y) || partialOverlap(dst, z) {
		panic("kernels: FMA: dst overlaps x, y or z without being equal to it")
	}
	race.Read(x)
	race.Read(y)
	race.Read(z)
	race.Write(dst)
	fma(dst, x, y, z)
}

// AddConst adds alpha to x: x[i] = x[i] + alpha.
func AddConst[T Float](alpha T, x []T) {
	race.Write(x)
	addConst(alpha, x)
}

// Sqrt sets dst[i] = √x[i], rounded once. The root of a negative number is NaN, that of
// −0 is −0.
func Sqrt[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Sqrt: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Sqrt: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	sqrt(dst, x)
}

// Rsqrt sets dst[i] = 1 / √x[i]: the root is rounded, and so is the quotient. Rsqrt(±0)
// is ±Inf.
func Rsqrt[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Rsqrt: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Rsqrt: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	rsqrt(dst, x)
}

// Abs sets dst[i] = |x[i]|.
func Abs[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Abs: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Abs: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	abs(dst, x)
}

// Neg sets dst[i] = −x[i], also for zeros.
func Neg[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Neg: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Neg: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	neg(dst, x)
}

// Floor sets dst[i] = ⌊x[i]⌋, the largest integer that is at most x[i]; ±0, ±Inf and NaN
// stay.
func Floor[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Floor: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Floor: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	floor(dst, x)
}

// Ceil sets dst[i] = ⌈x[i]⌉, the smallest integer that is at least x[i]; ±0, ±Inf and
// NaN stay, and between −1 and 0 it is −0.
func Ceil[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Ceil: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Ceil: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	ceil(dst, x)
}

// Round sets dst[i] to the integer nearest to x[i], and of two the even one, as
// math.RoundToEven does.
func Round[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Round: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Round: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	round(dst, x)
}
