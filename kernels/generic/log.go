package generic

import "math"

func log[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = log1(c, x)
	}
}

func log1[T float](c *Coefficients[T], x T) T {
	inf := T(math.Inf(1))
	switch {
	case x == 0:
		return -inf
	case x < 0:
		return T(math.NaN())
	case !(x < inf):
		return x
	}
	hi, lo := twoWordLog(c, x)
	return hi + lo
}

// twoWordLog returns hi + lo = ln x, not normalized, for 0 < x < +Inf.
func twoWordLog[T float](c *Coefficients[T], x T) (hi, lo T) {
	k, f := splitLog(c, x)
	// ln x = k·ln 2 + f + f²·p(f), the large and exact terms first.
	hi, lo = fast2Sum(mul(k, c.LogHi), f)
	lo = fma(k, c.LogLo, lo)
	lo = fma(mul(f, f), horner(f, c.Log), lo)
	return hi, lo
}

// splitLog returns k and f with x = 2^k·(1 + f) and 1 + f in [√½, √2). Both are
// exact, and nothing converts an integer to a float but by putting its bits
// behind the point of 2^MantBits.
func splitLog[T float](c *Coefficients[T], x T) (k, f T) {
	bias := c.Pow2Mant + T(c.Bias)
	if x < c.MinNormal {
		x = fromBits[T](toBits(x)|toBits(c.Pow2Mant)) - c.Pow2Mant
		bias += T(c.Bias - 1 + c.MantBits)
	}
	b := toBits(x) + (toBits[T](1) - toBits(c.SqrtHalf))
	k = fromBits[T](b>>c.MantBits|toBits(c.Pow2Mant)) - bias
	f = fromBits[T](b&(1<<c.MantBits-1)+toBits(c.SqrtHalf)) - 1
	return k, f
}

// LogF32 sets dst[i] = ln z[i], within 1 ulp, subnormal z[i] included. It is
// −Inf for ±0, NaN for negative numbers and NaN, +Inf for +Inf.
//
//go:noinline
func LogF32(dst, z []float32) { log(dst, z) }

// LogF64 is LogF32 for float64.
//
//go:noinline
func LogF64(dst, z []float64) { log(dst, z) }
