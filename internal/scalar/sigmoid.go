package scalar

// Sigmoid returns 1/(1 + e^−z), within 1 ulp and within [0, 1], subnormal results
// included; NaN for NaN. e^−z and the denominator are in two words, and a Newton
// step corrects the quotient.
func Sigmoid[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	x := -min(max(z, c.ExpMin), c.Safe) // σ(Safe) rounds to 1 like all beyond it
	kr, m, ml := twoWordExp(c, x)
	one, low := T(1), z < -c.Safe
	if low {
		one, kr = c.Down, kr-c.UpLog
	}
	p := pow2(c, kr)
	e := Mul(m, p)
	d, dl := fast2Sum(max(one, e), min(one, e))
	dl = FMA(ml, p, dl)
	q := 1 / d
	r := FMA(-q, d, 1)
	r = FMA(-q, dl, r)
	s := FMA(r, q, q)
	if low {
		return lower(c, s)
	}
	return s
}

// SigmoidPrime returns σ'(z), within 1 ulp and within [0, ¼]; NaN for NaN. It is
// e/(1 + e)² with e = e^−|z|, which does not vanish where σ(z) rounds to 1.
func SigmoidPrime[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	x := max(-abs(z), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	d, dl := onePlus(c, kr, m, ml)
	// v + vl = (d + dl)²
	v := Mul(d, d)
	vl := FMA(d, d, -v)
	vl = FMA(d+d, dl, vl)
	return scalePrime(c, x, kr, quotient(m, ml, v, vl))
}

// onePlus returns d + dl = 1 + (m + ml)·2^k for k ≤ 0, with no k below
// −Safe·log₂ e: there d is 1 anyway.
func onePlus[T Float](c *Coefficients[T], kr, m, ml T) (d, dl T) {
	p := pow2(c, max(kr, c.SafeRound))
	d, dl = fast2Sum(1, Mul(m, p))
	return d, FMA(ml, p, dl)
}

// quotient returns (n + nl)/(d + dl) by one division and a Newton step.
func quotient[T Float](n, nl, d, dl T) T {
	q := 1 / d
	s := Mul(n, q)
	r := FMA(-s, d, n)
	r += nl
	r = FMA(-s, dl, r)
	return FMA(r, q, s)
}

// scalePrime returns y·2^k, rounded once; x is the exponent that k came from.
func scalePrime[T Float](c *Coefficients[T], x, kr, y T) T {
	if x < -c.Safe {
		return lower(c, Mul(y, pow2(c, kr+c.UpLog)))
	}
	return Mul(y, pow2(c, kr))
}
