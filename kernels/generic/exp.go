package generic

// reduce splits x for e^x = 2^k·e^(r+l) with |r| ≤ ½ ln 2 and |l| < an ulp of
// x. It returns k as k + Round. ExpMin ≤ x ≤ ExpMax.
//
// After Cody and Waite ("Software Manual for the Elementary Functions", 1980);
// r is exact, and l, which the usual reduction would add to r, stays apart.
func reduce[T float](c *Coefficients[T], x T) (kr, r, l T) {
	kr = fma(x, c.Log2E, c.Round)
	k := kr - c.Round
	r = fma(-k, c.Ln2Hi, x)
	l = mul(-k, c.Ln2Lo)
	return kr, r, l
}

// pow2 returns 2^k for kr = k + Round, 2^k being normal: an integer shift.
func pow2[T float](c *Coefficients[T], kr T) T {
	return fromBits[T](toBits(kr) << c.MantBits)
}

// twoWordExp returns kr = k + Round and m + ml with e^x = (m + ml)·2^k, where m
// is rounded and within [0.70, 1.42]; the error of m + ml is below 2⁻⁵ ulp of m.
func twoWordExp[T float](c *Coefficients[T], x T) (kr, m, ml T) {
	kr, r, l := reduce(c, x)
	// e^r = 1 + r + r²·q(r), then l·e^r. The product r·q comes first: unlike r² it is
	// not subnormal before r is.
	rq := mul(horner(r, c.Exp), r)
	h, t := fast2Sum(1, r)
	t = fma(rq, r, t)
	t = fma(l, h+t, t)
	m, ml = fast2Sum(h, t)
	return kr, m, ml
}

// lower returns y·Down, rounded once, for y ≥ 0. Where the result is subnormal,
// adding LowLimit rounds y to its last place, and a subtraction of integers
// leaves the result's bits: on x86 a multiplication would take 150 cycles.
func lower[T float](c *Coefficients[T], y T) T {
	if y < c.LowLimit {
		return fromBits[T](toBits(c.LowLimit+y) - toBits(c.LowLimit))
	}
	return mul(y, c.Down)
}

func exp[T float](dst, z []T) {
	c := coefficients[T]()
	for i, x := range z {
		dst[i] = exp1(c, x)
	}
}

func exp1[T float](c *Coefficients[T], x T) T {
	if x != x {
		return x
	}
	kr, m, _ := twoWordExp(c, min(max(x, c.ExpMin), c.ExpMax))
	return scaleExp(c, x > 0, kr, m)
}

// scaleExp returns m·2^k, rounded once: k = 0 is on either side, and the first
// of two steps does not round.
func scaleExp[T float](c *Coefficients[T], up bool, kr, m T) T {
	if up {
		return mul(mul(m, pow2(c, kr-c.UpLog)), c.Up)
	}
	return lower(c, mul(m, pow2(c, kr+c.UpLog)))
}

// ExpF32 sets dst[i] = e^z[i], within 1 ulp, subnormal results included. It is
// +Inf from overflow on, +0 where e^z[i] rounds to nothing, NaN for NaN.
//
//go:noinline
func ExpF32(dst, z []float32) { exp(dst, z) }

// ExpF64 is ExpF32 for float64.
//
//go:noinline
func ExpF64(dst, z []float64) { exp(dst, z) }
