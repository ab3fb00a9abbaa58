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
