package scalar

// Tanh returns tanh z, within 1 ulp and within [−1, 1]; −0 for −0, NaN for NaN.
//
// It is (1 − e)/(1 + e) with e = e^−2|z| and 1 − e = −expm1(−2|z|) in two words.
// Where k = 0 that is −r − r²·q(r) to full relative precision, so small z need no
// polynomial of their own.
func Tanh[T Float](z T) T {
	c := coefficients[T]()
	if a := abs(z); !(a >= c.TanhTiny) {
		return z
	}
	a := max(min(abs(z), c.TanhLarge), c.TanhLeast)
	kr, r, l := reduce(c, -(a + a))
	rq := Mul(horner(r, c.Exp), r)
	t := FMA(l, r, l)
	t = FMA(rq, r, t) // e^(r+l) = 1 + r + t
	p := pow2(c, kr)
	g, gl := fast2Sum(1, -p)
	h, hl := fast2Sum(g, -Mul(p, r))
	n, nl := fast2Sum(h, FMA(-p, t, hl+gl))
	d, dl := fast2Sum(2, -n)
	return copySign(quotient(n, nl, d, dl-nl), z)
}

// TanhPrime returns tanh'(z), within 1 ulp and within [0, 1], subnormal results
// included; NaN for NaN. It is 4·σ'(2z) as e/((1 + e)/2)² with e = e^−2|z|.
func TanhPrime[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	a := abs(z)
	x := max(-(a + a), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	d, dl := onePlus(c, kr, m, ml)
	// v + vl = ((d + dl)/2)²
	h := Mul(d, 0.5)
	v := Mul(h, h)
	vl := FMA(h, h, -v)
	vl = FMA(h, dl, vl)
	return scalePrime(c, x, kr, quotient(m, ml, v, vl))
}
