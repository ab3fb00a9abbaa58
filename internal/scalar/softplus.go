package scalar

// Softplus returns ln(1 + e^z), within 1 ulp, subnormal results included: +0 where it
// rounds to 0, NaN for NaN.
//
// It is max(z, 0) + ln(1 + e) with e = e^−|z|. 1 + e is d + dl + el, its logarithm
// ln d + q − q²/2 with q = (dl + el)/d, and q is dl + el − q·(d − 1): so the large and
// exact terms are added first.
func Softplus[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	x := max(-abs(z), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	if x < -c.SoftplusFar {
		if z > 0 {
			return z
		}
		return lower(c, Mul(m, pow2(c, kr+c.UpLog)))
	}
	p := pow2(c, kr)
	e, el := Mul(m, p), Mul(ml, p)
	d, dl := fast2Sum(1, e)
	q := (dl + el) / d
	r := FMA(-q, d-1, el)
	r = FMA(-Mul(q, 0.5), q, r)
	hi, lo := twoWordLog(c, d)
	hi, t := fast2Sum(hi, dl)
	t += lo + r
	positive := max(z, 0)
	s, u := fast2Sum(max(positive, hi), min(positive, hi))
	return s + (u + t)
}
