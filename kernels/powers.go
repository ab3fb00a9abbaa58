package kernels

import "github.com/nabla-go/nabla/internal/race"

// Exp2 sets dst[i] = 2^z[i], exactly where z[i] is whole. Overflow gives +Inf, underflow is
// gradual. Its error is at most 1 ulp.
func Exp2[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Exp2: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Exp2: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	exp2(dst, z)
}

// Expm1 sets dst[i] = e^z[i] − 1 without the cancellation that Exp and a subtraction have
// where z[i] is small; −0 stays. Its error is at most 1 ulp.
func Expm1[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Expm1: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Expm1: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	expm1(dst, z)
}

// Log2 sets dst[i] = log₂ z[i], exactly where z[i] is a power of 2. It is −Inf for zeros and
// NaN for negative numbers. Its error is at most 1 ulp.
func Log2[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Log2: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Log2: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	log2(dst, z)
}

// Log1p sets dst[i] = ln(1 + z[i]) without the cancellation that an addition and Log have
// where z[i] is small; −0 stays. It is −Inf for −1 and NaN for less. Its error is at most
// 1 ulp.
func Log1p[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Log1p: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Log1p: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	log1p(dst, z)
}

// Pow sets dst[i] = x[i]^y[i], with the special values of math.Pow: a negative number to a
// power that isn't whole is NaN, and anything to the power of 0 is 1, even NaN. Its error is
// at most 1 ulp. It is plain Go on every CPU.
func Pow[T Float](dst, x, y []T) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernels: Pow: lengths of dst, x and y differ")
	}
	if partialOverlap(dst, x) || partialOverlap(dst, y) {
		panic("kernels: Pow: dst overlaps x or y without being equal to it")
	}
	race.Read(x)
	race.Read(y)
	race.Write(dst)
	pow(dst, x, y)
}
