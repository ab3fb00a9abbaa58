package generic

func tanh[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = tanh1(c, x)
	}
}

// tanh1 computes (1 − e)/(1 + e) from 1 − e = −expm1(−2|z|) in two words. Where
// k = 0 that is −r − r²·q(r) to full relative precision, so small z need no
// polynomial of their own.
func tanh1[T float](c *Coefficients[T], z T) T {
	if a := abs(z); !(a >= c.TanhTiny) {
		return z
	}
	a := max(min(abs(z), c.TanhLarge), c.TanhLeast)
	kr, r, l := reduce(c, -(a + a))
	rq := mul(horner(r, c.Exp), r)
	t := fma(l, r, l)
	t = fma(rq, r, t) // e^(r+l) = 1 + r + t
	p := pow2(c, kr)
	g, gl := fast2Sum(1, -p)
	h, hl := fast2Sum(g, -mul(p, r))
	n, nl := fast2Sum(h, fma(-p, t, hl+gl))
	d, dl := fast2Sum(2, -n)
	return copySign(quotient(n, nl, d, dl-nl), z)
}

func tanhPrime[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = tanhPrime1(c, x)
	}
}

func mulTanhPrime[T float](dst, d, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = d[i] * tanhPrime1(c, x)
	}
}

// tanhPrime1 computes tanh'(z) = 4·σ'(2z) as e/((1 + e)/2)² from e = e^−2|z|.
func tanhPrime1[T float](c *Coefficients[T], z T) T {
	if z != z {
		return z
	}
	a := abs(z)
	x := max(-(a + a), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	d, dl := onePlus(c, kr, m, ml)
	// v + vl = ((d + dl)/2)²
	h := mul(d, 0.5)
	v := mul(h, h)
	vl := fma(h, h, -v)
	vl = fma(h, dl, vl)
	return scalePrime(c, x, kr, quotient(m, ml, v, vl))
}

// TanhF32 sets dst[i] = tanh z[i], within 1 ulp and within [−1, 1]. −0 stays;
// NaN for NaN.
//
//go:noinline
func TanhF32(dst, z []float32) { tanh(dst, z) }

// TanhF64 is TanhF32 for float64.
//
//go:noinline
func TanhF64(dst, z []float64) { tanh(dst, z) }

// TanhPrimeF32 sets dst[i] = tanh'(z[i]), within 1 ulp and within [0, 1],
// subnormal results included. NaN for NaN.
//
//go:noinline
func TanhPrimeF32(dst, z []float32) { tanhPrime(dst, z) }

// TanhPrimeF64 is TanhPrimeF32 for float64.
//
//go:noinline
func TanhPrimeF64(dst, z []float64) { tanhPrime(dst, z) }

// MulTanhPrimeF32 sets dst[i] = d[i]·tanh'(z[i]), tanh' being TanhPrimeF32's.
//
//go:noinline
func MulTanhPrimeF32(dst, d, z []float32) { mulTanhPrime(dst, d, z) }

// MulTanhPrimeF64 sets dst[i] = d[i]·tanh'(z[i]), tanh' being TanhPrimeF64's.
//
//go:noinline
func MulTanhPrimeF64(dst, d, z []float64) { mulTanhPrime(dst, d, z) }
