package generic

import (
	"math"
	"unsafe"
)

// float is what the definitions are written over: each kernel is defined once
// for both types and instantiated by its F32 and F64 functions.
type float interface{ ~float32 | ~float64 }

// is32 reports whether T is float32; the compiler decides it per instance.
func is32[T float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// lanes is the number of virtual lanes of a dot-product form product: 64 bytes' worth.
func lanes[T float]() int { return 64 / int(unsafe.Sizeof(T(0))) }

// fma returns x·y + z with one rounding.
func fma[T float](x, y, z T) T {
	if is32[T]() {
		return T(FMA32(float32(x), float32(y), float32(z)))
	}
	return T(math.FMA(float64(x), float64(y), float64(z)))
}

// mul returns x·y, rounded. The conversions forbid the compiler to fuse the
// product with a sum that follows.
func mul[T float](x, y T) T {
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
