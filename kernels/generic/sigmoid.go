package generic

func sigmoid[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = sigmoid1(c, x)
	}
}

// sigmoid1 computes 1/(1 + e^−z) with e^−z and the denominator in two words
// and a Newton step on the quotient.
func sigmoid1[T float](c *Coefficients[T], z T) T {
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
	e := mul(m, p)
	d, dl := fast2Sum(max(one, e), min(one, e))
	dl = fma(ml, p, dl)
	q := 1 / d
	r := fma(-q, d, 1)
	r = fma(-q, dl, r)
	s := fma(r, q, q)
	if low {
		return lower(c, s)
	}
	return s
}

func sigmoidPrime[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = sigmoidPrime1(c, x)
	}
}

func mulSigmoidPrime[T float](dst, d, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = d[i] * sigmoidPrime1(c, x)
	}
}

// sigmoidPrime1 computes σ'(z) = e/(1 + e)² from e = e^−|z|.
func sigmoidPrime1[T float](c *Coefficients[T], z T) T {
	if z != z {
		return z
	}
	x := max(-abs(z), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	d, dl := onePlus(c, kr, m, ml)
	// v + vl = (d + dl)²
	v := mul(d, d)
	vl := fma(d, d, -v)
	vl = fma(d+d, dl, vl)
	return scalePrime(c, x, kr, quotient(m, ml, v, vl))
}

// onePlus returns d + dl = 1 + (m + ml)·2^k for k ≤ 0, with no k below
// −Safe·log₂ e: there d is 1 anyway.
func onePlus[T float](c *Coefficients[T], kr, m, ml T) (d, dl T) {
	p := pow2(c, max(kr, c.SafeRound))
	d, dl = fast2Sum(1, mul(m, p))
	return d, fma(ml, p, dl)
}

// quotient returns (n + nl)/(d + dl) by one division and a Newton step.
func quotient[T float](n, nl, d, dl T) T {
	q := 1 / d
	s := mul(n, q)
	r := fma(-s, d, n)
	r += nl
	r = fma(-s, dl, r)
	return fma(r, q, s)
}

// scalePrime returns y·2^k, rounded once; x is the exponent that k came from.
func scalePrime[T float](c *Coefficients[T], x, kr, y T) T {
	if x < -c.Safe {
		return lower(c, mul(y, pow2(c, kr+c.UpLog)))
	}
	return mul(y, pow2(c, kr))
}

// SigmoidF32 sets dst[i] = 1/(1 + e^−z[i]), within 1 ulp and within [0, 1],
// subnormal results included. NaN for NaN.
//
//go:noinline
func SigmoidF32(dst, z []float32) { sigmoid(dst, z) }

// SigmoidF64 is SigmoidF32 for float64.
//
//go:noinline
func SigmoidF64(dst, z []float64) { sigmoid(dst, z) }

// SigmoidPrimeF32 sets dst[i] = σ'(z[i]), within 1 ulp and within [0, ¼]: from
// e^−|z|, so that it does not vanish where σ rounds to 1. NaN for NaN.
//
//go:noinline
func SigmoidPrimeF32(dst, z []float32) { sigmoidPrime(dst, z) }

// SigmoidPrimeF64 is SigmoidPrimeF32 for float64.
//
//go:noinline
func SigmoidPrimeF64(dst, z []float64) { sigmoidPrime(dst, z) }

// MulSigmoidPrimeF32 sets dst[i] = d[i]·σ'(z[i]), σ' being SigmoidPrimeF32's.
//
//go:noinline
func MulSigmoidPrimeF32(dst, d, z []float32) { mulSigmoidPrime(dst, d, z) }

// MulSigmoidPrimeF64 sets dst[i] = d[i]·σ'(z[i]), σ' being SigmoidPrimeF64's.
//
//go:noinline
func MulSigmoidPrimeF64(dst, d, z []float64) { mulSigmoidPrime(dst, d, z) }
