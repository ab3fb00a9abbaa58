package scalar

import (
	"math"
	"unsafe"
)

// Float is what the definitions are written over: each is defined once for both types.
type Float interface{ ~float32 | ~float64 }

// is32 reports whether T is float32; the compiler decides it per instance.
func is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// FMA returns x·y + z with one rounding.
func FMA[T Float](x, y, z T) T {
	if is32[T]() {
		return T(FMA32(float32(x), float32(y), float32(z)))
	}
	return T(FMA64(float64(x), float64(y), float64(z)))
}

// Mul returns x·y, rounded. The conversions forbid the compiler to fuse the
// product with a sum that follows.
func Mul[T Float](x, y T) T {
	if is32[T]() {
		return T(float32(float32(x) * float32(y)))
	}
	return T(float64(float64(x) * float64(y)))
}

// FMA32 returns x·y + z with one rounding to float32, like the FMA instruction
// of every instruction set.
//
// The product of two float32 is exact in float64. Rounding its sum with z to
// float64 and then to float32 is wrong only if the float64 sum lies halfway
// between two float32 or in their subnormal range. There the sum is first
// rounded to odd (Boldo and Melquiond, "Emulation of FMA and correctly rounded
// sums: proved algorithms using rounding to odd", 2008), after which the second
// rounding is right.
func FMA32(x, y, z float32) float32 {
	p := float64(float64(x) * float64(y))
	s := p + float64(z)
	b := math.Float64bits(s)
	const halfway, belowFloat32 = 1 << 28, 1<<29 - 1
	const minNormal = (1023 - 126) << 52 // 2⁻¹²⁶, the least normal float32
	if b&belowFloat32 != halfway && b&^(1<<63) >= minNormal {
		return float32(s)
	}
	return float32(roundToOdd(p, float64(z), s))
}

// roundToOdd returns the sum p + z rounded to odd, given its rounding s to nearest.
func roundToOdd(p, z, s float64) float64 {
	// TwoSum (Knuth): e is the rounding error of s, NaN if s is not finite.
	t := s - p
	e := (p - (s - t)) + (z - t)
	b := math.Float64bits(s)
	switch {
	case e == 0 || e != e || b&1 == 1:
		return s
	case (e > 0) == (s > 0):
		return math.Float64frombits(b + 1)
	default:
		return math.Float64frombits(b - 1)
	}
}

// twoSum returns a + b, rounded, and its rounding error (Knuth, "The Art of
// Computer Programming", volume 2, 4.2.2, theorem B).
func twoSum[T Float](a, b T) (s, e T) {
	s = a + b
	t := s - a
	return s, (a - (s - t)) + (b - t)
}

// toBits returns the IEEE 754 representation of x.
func toBits[T Float](x T) uint64 {
	if is32[T]() {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(float64(x))
}

// fromBits returns the number of T whose IEEE 754 representation is b; bits
// beyond T's width are dropped.
func fromBits[T Float](b uint64) T {
	if is32[T]() {
		return T(math.Float32frombits(uint32(b)))
	}
	return T(math.Float64frombits(b))
}

// horner returns Σ c[i]·xⁱ, one FMA per degree.
func horner[T Float](x T, c []T) T {
	p := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		p = FMA(p, x, c[i])
	}
	return p
}

// evenOdd returns the polynomial with an even number of coefficients p as two in x², side by
// side: of even and of odd degrees.
func evenOdd[T Float](x T, p []T) T {
	x2 := Mul(x, x)
	n := len(p) - 1
	odd, even := p[n], p[n-1]
	for i := n - 2; i > 0; i -= 2 {
		odd = FMA(odd, x2, p[i])
		even = FMA(even, x2, p[i-1])
	}
	return FMA(odd, x, even)
}

// fast2Sum returns a + b, rounded, and its rounding error, for |a| ≥ |b| or
// a = 0 (Dekker, "A floating-point technique for extending the available
// precision", 1971).
func fast2Sum[T Float](a, b T) (s, e T) {
	s = a + b
	return s, b - (s - a)
}

func abs[T Float](x T) T {
	if is32[T]() {
		return fromBits[T](toBits(x) &^ (1 << 31))
	}
	return fromBits[T](toBits(x) &^ (1 << 63))
}

// copySign returns |x| with the sign of z.
func copySign[T Float](x, z T) T {
	sign := uint64(1) << 63
	if is32[T]() {
		sign = 1 << 31
	}
	return fromBits[T](toBits(x)&^sign | toBits(z)&sign)
}
