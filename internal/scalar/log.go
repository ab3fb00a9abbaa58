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

// Log2 returns log₂ x, within 1 ulp, subnormal x included, and exactly where x is a power
// of 2: −Inf for ±0, NaN for negative x and NaN, +Inf for +Inf.
func Log2[T Float](x T) T {
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
	k, f := splitLog(c, x)
	w, wl := logFraction(c, f)
	// log₂ x = k + (w + wl)/ln 2
	h := Mul(w, c.Log2E)
	l := FMA(w, c.Log2E, -h)
	l = FMA(w, c.Log2ELo, l)
	l = FMA(wl, c.Log2E, l)
	hi, lo := fast2Sum(k, h)
	return hi + (lo + l)
}

// logFraction returns w + wl = ln(1 + f), for what splitLog returns, to some 2⁻³ ulp: of
// f − f²/2 + f³·q(f), the first two terms in two words.
func logFraction[T Float](c *Coefficients[T], f T) (w, wl T) {
	s := Mul(f, f)
	sl := FMA(f, f, -s)
	t := Mul(Mul(s, f), horner(f, c.Log[1:]))
	w, wl = fast2Sum(f, -Mul(s, 0.5))
	return w, wl + FMA(-0.5, sl, t)
}

// Log1p returns ln(1 + x), within 1 ulp also where x is small, and then x itself, so that
// −0 stays: −Inf for −1, NaN for less and for NaN, +Inf for +Inf.
func Log1p[T Float](x T) T {
	c := coefficients[T]()
	switch {
	case x < -1:
		return T(math.NaN())
	case x == -1:
		return T(math.Inf(-1))
	case !(abs(x) >= c.Tiny && x < T(math.Inf(1))):
		return x
	}
	u, e := fast2Sum(max(x, 1), min(x, 1))
	hi, lo := twoWordLog(c, u)
	return hi + (lo + e/u)
}
