package scalar

// reduce splits x for e^x = 2^k·e^(r+l) with |r| ≤ ½ ln 2 and |l| < an ulp of
// x. It returns k as k + Round. ExpMin ≤ x ≤ ExpMax.
//
// After Cody and Waite ("Software Manual for the Elementary Functions", 1980);
// r is exact, and l, which the usual reduction would add to r, stays apart.
func reduce[T Float](c *Coefficients[T], x T) (kr, r, l T) {
	kr = FMA(x, c.Log2E, c.Round)
	k := kr - c.Round
	r = FMA(-k, c.Ln2Hi, x)
	l = Mul(-k, c.Ln2Lo)
	return kr, r, l
}

// pow2 returns 2^k for kr = k + Round, 2^k being normal: an integer shift.
func pow2[T Float](c *Coefficients[T], kr T) T {
	return fromBits[T](toBits(kr) << c.MantBits)
}

// twoWordExp returns kr = k + Round and m + ml with e^x = (m + ml)·2^k, where m
// is rounded and within [0.70, 1.42]; the error of m + ml is below 2⁻⁵ ulp of m.
func twoWordExp[T Float](c *Coefficients[T], x T) (kr, m, ml T) {
	kr, r, l := reduce(c, x)
	m, ml = expSum(c, r, l)
	return kr, m, ml
}

// expSum returns m + ml = e^(r+l) for what reduce returns.
func expSum[T Float](c *Coefficients[T], r, l T) (m, ml T) { return fast2Sum(expWords(c, r, l)) }

// expWords returns h + t = e^(r+l), not normalized, for what reduce returns.
func expWords[T Float](c *Coefficients[T], r, l T) (h, t T) {
	// e^r = 1 + r + r²·q(r), then l·e^r. The product r·q comes first: unlike r² it is
	// not subnormal before r is.
	rq := Mul(horner(r, c.Exp), r)
	h, t = fast2Sum(1, r)
	t = FMA(rq, r, t)
	t = FMA(l, h+t, t)
	return h, t
}

// lower returns y·Down, rounded once, for y ≥ 0. Where the result is subnormal,
// adding LowLimit rounds y to its last place, and a subtraction of integers
// leaves the result's bits: on x86 a multiplication would take 150 cycles.
func lower[T Float](c *Coefficients[T], y T) T {
	if y < c.LowLimit {
		return fromBits[T](toBits(c.LowLimit+y) - toBits(c.LowLimit))
	}
	return Mul(y, c.Down)
}

// Exp returns e^x, within 1 ulp, subnormal results included: +Inf where e^x
// overflows, +0 where it rounds to 0, NaN for NaN.
func Exp[T Float](x T) T {
	c := coefficients[T]()
	if x != x {
		return x
	}
	kr, m, _ := twoWordExp(c, min(max(x, c.ExpMin), c.ExpMax))
	return scaleExp(c, x > 0, kr, m)
}

// scaleExp returns m·2^k, rounded once: k = 0 is on either side, and the first
// of two steps does not round.
func scaleExp[T Float](c *Coefficients[T], up bool, kr, m T) T {
	if up {
		return Mul(Mul(m, pow2(c, kr-c.UpLog)), c.Up)
	}
	return lower(c, Mul(m, pow2(c, kr+c.UpLog)))
}

// Exp2 returns 2^x, within 1 ulp, subnormal results included, and exactly where x is a
// whole number: +Inf where 2^x overflows, +0 where it rounds to 0, NaN for NaN.
func Exp2[T Float](x T) T {
	c := coefficients[T]()
	if x != x {
		return x
	}
	x = min(max(x, c.Exp2Min), c.Exp2Max)
	kr := x + c.Round
	f := x - (kr - c.Round)
	// 2^f = e^(r+l), where r + l = f·ln 2
	r := Mul(f, c.Ln2Hi)
	l := FMA(f, c.Ln2Hi, -r)
	l = FMA(f, c.Ln2Lo, l)
	m, _ := expSum(c, r, l)
	return scaleExp(c, x > 0, kr, m)
}

// Expm1 returns e^x − 1, within 1 ulp also where x is small, and then x itself, so that
// −0 stays: +Inf where e^x overflows, −1 where e^x is nothing beside 1, NaN for NaN.
func Expm1[T Float](x T) T {
	c := coefficients[T]()
	switch {
	case !(abs(x) >= c.Tiny):
		return x
	case x > c.Safe: // 1 is nothing beside e^x
		return Exp(x)
	}
	kr, r, l := reduce(c, max(x, -c.SoftplusFar))
	// e^(r+l) = 1 + w + t: r + r²/2 in two words, then r³·q(r) and l·e^r.
	s := Mul(r, r)
	w, wl := fast2Sum(r, Mul(s, 0.5))
	wl = FMA(0.5, FMA(r, r, -s), wl)
	t := FMA(s, FMA(horner(r, c.Exp[1:]), r, c.Exp[0]-0.5), wl)
	t += FMA(l, w+t, l)
	p := pow2(c, kr)
	g, gl := twoSum(p, -1)
	h, hl := fast2Sum(g, Mul(p, w))
	return h + (FMA(p, t, hl) + gl)
}
