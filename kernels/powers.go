package kernels

import "github.com/nabla-go/nabla/internal/race"

// Exp2 sets dst[i] = 2^z[i], exactly where z[i] is whole. Overflow gives +Inf, underflow is
// gradual. Its error is at most 1 ulp.
func Exp2[T Float](dst, z []T) { exp2(dst, z) }

// Expm1 sets dst[i] = e^z[i] − 1 without the cancellation that Exp and a subtraction have
// where z[i] is small; −0 stays. Its error is at most 1 ulp.
func Expm1[T Float](dst, z []T) { expm1(dst, z) }

// Log2 sets dst[i] = log₂ z[i], exactly where z[i] is a power of 2. It is −Inf for zeros and
// NaN for negative numbers. Its error is at most 1 ulp.
func Log2[T Float](dst, z []T) { log2(dst, z) }

// Log1p sets dst[i] = ln(1 + z[i]) without the cancellation that an addition and Log have
// where z[i] is small; −0 stays. It is −Inf for −1 and NaN for less. Its error is at most
// 1 ulp.
func Log1p[T Float](dst, z []T) { log1p(dst, z) }

// Pow sets dst[i] = x[i]^y[i], with the special values of math.Pow: a negative number to a
// power that isn't whole is NaN, and anything to the power of 0 is 1, even NaN. Its error is
// at most 1 ulp; of float32, powers that are float32 themselves are exact. Assembly takes
// groups of eight whose x are positive and whose results are not extreme; the rest is plain
// Go.
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
	for hard := 8; len(x) >= 8; {
		block := min(len(x), powBlock)
		done := powEasy(dst[:block], x[:block], y[:block])
		dst, x, y = dst[done:], x[done:], y[done:]
		if done > 0 {
			hard = 8
		}
		if done+8 <= block { // the next group isn't easy; where many are not, ask less often
			n := min(hard, len(x))
			pow(dst[:n], x[:n], y[:n])
			dst, x, y, hard = dst[n:], x[n:], y[n:], min(2*hard, powBlock)
		}
	}
	powFew(dst, x, y)
}

// powBlock is the number of elements of one call of powEasy, which take as long as
// vectorBlock of others.
const powBlock = 1024

// powFew is Pow for less than eight elements: ones fill the group up.
func powFew[T Float](dst, x, y []T) {
	if len(x) == 0 {
		return
	}
	var group [3][8]T
	for i := range group {
		for j := range group[i] {
			group[i][j] = 1
		}
	}
	copy(group[1][:], x)
	copy(group[2][:], y)
	if powEasy(group[0][:], group[1][:], group[2][:]) < 8 {
		pow(dst, x, y)
		return
	}
	copy(dst, group[0][:])
}
