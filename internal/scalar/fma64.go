package scalar

import (
	"math"
	"runtime"
)

// slowFMA tells that math.FMA is a function of integer arithmetic on this platform:
// the compiler has an instruction for it on the others.
const slowFMA = runtime.GOARCH == "386" || runtime.GOARCH == "wasm" ||
	runtime.GOARCH == "mips" || runtime.GOARCH == "mipsle" || runtime.GOARCH == "mips64" || runtime.GOARCH == "mips64le"

// FMA64 returns x·y + z with one rounding, as math.FMA does.
func FMA64(x, y, z float64) float64 {
	if slowFMA {
		return fma64(x, y, z)
	}
	return math.FMA(x, y, z)
}

// fma64 is math.FMA in floating-point arithmetic. The product is a sum of two float64
// (Dekker, 1971), p + e, and so is p + z, s + t. Rounding t + e before the last sum
// does no harm unless that lies next to the middle between two float64, and then a
// little more or less than t + e comes to something else. Where that happens, where
// e could be subnormal, and where anything overflows, which makes t or e NaN, math.FMA
// does it.
func fma64(x, y, z float64) float64 {
	p := float64(x * y)
	if !(p > leastProduct || p < -leastProduct) {
		if x == 0 || y == 0 {
			return p + z
		}
		return math.FMA(x, y, z)
	}
	xh, xl := split(x)
	yh, yl := split(y)
	e := float64(xh*yh) - p
	e += float64(xh * yl)
	e += float64(xl * yh)
	e += float64(xl * yl)
	s, t := twoSum(p, z)
	u := t + e
	more, less := s+float64(u*(1+0x1p-51)), s+float64(u*(1-0x1p-51))
	if more != less {
		return math.FMA(x, y, z)
	}
	return more
}

// leastProduct is the magnitude that products have to exceed so that the errors of fma64 are
// no subnormal numbers.
const leastProduct = 0x1p-900

// split returns the upper 26 bits of x and the rest (Veltkamp).
func split(x float64) (hi, lo float64) {
	c := float64(x * (1<<27 + 1))
	hi = c - (c - x)
	return hi, x - hi
}
