package scalar

import "math"

// Log returns ln x, within 1 ulp, subnormal x included: −Inf for ±0, NaN for
// negative x and NaN, +Inf for +Inf.
func Log[T Float](x T) T {
	c := coefficients[T]()
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
func twoWordLog[T Float](c *Coefficients[T], x T) (hi, lo T) {
	k, f := splitLog(c, x)
	// ln x = k·ln 2 + f + f²·p(f), the large and exact terms first.
	hi, lo = fast2Sum(Mul(k, c.LogHi), f)
	lo = FMA(k, c.LogLo, lo)
	lo = FMA(Mul(f, f), horner(f, c.Log), lo)
	return hi, lo
}

// splitLog returns k and f with x = 2^k·(1 + f) and 1 + f in [√½, √2). Both are
// exact, and nothing converts an integer to a float but by putting its bits
// behind the point of 2^MantBits.
func splitLog[T Float](c *Coefficients[T], x T) (k, f T) {
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

// Log1p returns ln(1 + x), within 1 ulp also where x is small.
func Log1p(x float64) float64 {
	switch {
	case !(x > -1 && x < math.Inf(1)):
		if x == -1 {
			return math.Inf(-1)
		}
		if x < -1 {
			return math.NaN()
		}
		return x
	case math.Abs(x) < 0x1p-54:
		return x
	}
	u, e := twoSum(1, x)
	hi, lo := twoWordLog(&Float64, u)
	return hi + (lo + e/u)
}
