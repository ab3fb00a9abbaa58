package scalar

// GELU returns z·Φ(z), Φ(z) being the probability that a standard normal number is below
// z: within 2 ulp, subnormal results included; −0 for −0 and −Inf, NaN for NaN.
//
// It is max(z, 0) − a·Φ(−a) with a = |z|, which loses nothing where Φ(z) is small. Φ(−a) is
// e^(−a²/2) times a function that falls slowly, like 1/a (Mills, 1926): 1/(a + 4) times a
// polynomial in u = a/(a + 4), which maps what a can be to [0, 1): the method of Schonfelder,
// "Chebyshev expansions for the error and related functions" (1978).
func GELU[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	a := min(abs(z), c.TailFar)
	far := a > c.TailSafe
	e, el := gaussian(c, a, far)
	d, dl := fast2Sum(4, a) // where a is larger, dl is exact because 4 has one bit
	q := 1 / d
	u := Mul(a, q)
	r := FMA(-u, d, a)
	r = FMA(-u, dl, r)
	u, ul := fast2Sum(u, Mul(r, q))
	// a·Φ(−a) = y·t + l
	y, yl := twoWordMul(e, el, u)
	yl = FMA(e, ul, yl)
	t, tl := twoWordHorner(u-0.5, c.TailHi, c.TailLo, c.Tail)
	l := FMA(yl, t, Mul(y, tl))
	switch {
	case far && z > 0:
		return z
	case far:
		return -lower(c, FMA(y, t, l))
	}
	return copySign(minusProduct(max(z, 0), y, t, l), z)
}

// GELUPrime returns GELU'(z) = Φ(z) + z·φ(z), φ being Φ': within 2 ulp, subnormal results
// and those around its zero near −0.75 included; NaN for NaN.
//
// For z < 0 it is e^(−a²/2)·(TailRoot − a)·t with a = |z| and t a polynomial in a/(a + 4),
// for z > 0 it is 1 less that of −z.
func GELUPrime[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	a := min(abs(z), c.TailFar)
	far := a > c.TailSafe
	e, el := gaussian(c, a, far)
	// −GELU'(−a) = y·t + l
	f, fl := fast2Sum(-c.TailRoot, a)
	y, yl := twoWordMul(e, el, f+(fl-c.TailRootLo))
	t, tl := twoWordHorner(a/(a+4)-0.5, c.TailPrimeHi, c.TailPrimeLo, c.TailPrime)
	l := FMA(yl, t, Mul(y, tl))
	switch {
	case far && z > 0:
		return 1
	case far:
		return -lower(c, FMA(y, t, l))
	case z > 0:
		return minusProduct(1, -y, t, -l)
	}
	return minusProduct(0, y, t, l)
}

// gaussian returns e + el = e^(−a²/2), times Up if far. The square of a is in two words.
func gaussian[T Float](c *Coefficients[T], a T, far bool) (e, el T) {
	a = max(a, c.TailLeast)
	s := Mul(a, a)
	sl := FMA(a, a, -s)
	kr, r, l := reduce(c, Mul(s, -0.5))
	m, ml := expSum(c, r, FMA(sl, -0.5, l))
	if far {
		kr += c.UpLog
	}
	p := pow2(c, kr)
	return Mul(m, p), Mul(ml, p)
}

// twoWordHorner returns s + sl = hi + lo + Σ c[i]·x^(i+1), s being rounded.
func twoWordHorner[T Float](x, hi, lo T, c []T) (s, sl T) {
	p := horner(x, c)
	s = FMA(p, x, hi)
	return s, FMA(p, x, hi-s) + lo
}

// twoWordMul returns y + yl = (m + ml)·x.
func twoWordMul[T Float](m, ml, x T) (y, yl T) {
	y = Mul(m, x)
	return y, FMA(ml, x, FMA(m, x, -y))
}

// minusProduct returns x − (y·t + l), x being 0 or not less than the rest.
func minusProduct[T Float](x, y, t, l T) T {
	s := FMA(-y, t, x)
	return s + (FMA(-y, t, x-s) - l)
}
