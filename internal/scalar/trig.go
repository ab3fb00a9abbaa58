package scalar

import "math"

// Near tells whether Sin and Cos of x take the near way, which kernels in assembly take as
// well: whether |x| is at most 2¹⁷ (float64: 2³⁰). It is false for NaN.
func Near[T Float](x T) bool { return abs(x) <= coefficients[T]().Near }

// Sin returns sin x, within 1 ulp: −0 for −0, NaN for ±Inf and NaN.
func Sin[T Float](x T) T {
	c := coefficients[T]()
	a := abs(x)
	if !Near(x) {
		s, _ := farSinCos(float64(x))
		return T(s)
	}
	q, r, rl := nearestQuarter(c, a)
	var y T
	if q&1 == 0 {
		y = sinKernel(c, r, rl)
	} else {
		y = cosKernel(c, r, rl)
	}
	if (q&2 != 0) != math.Signbit(float64(x)) { // sin(r + π) = −sin r
		return -y
	}
	return y
}

// Cos returns cos x, within 1 ulp: NaN for ±Inf and NaN.
func Cos[T Float](x T) T {
	c := coefficients[T]()
	a := abs(x)
	if !Near(x) {
		_, y := farSinCos(float64(a))
		return T(y)
	}
	q, r, rl := nearestQuarter(c, a)
	var y T
	if q&1 == 0 {
		y = cosKernel(c, r, rl)
	} else {
		y = sinKernel(c, r, rl)
	}
	if (q+1)&2 != 0 { // cos(r + π/2) = −sin r, cos(r + π) = −cos r
		return -y
	}
	return y
}

// nearestQuarter returns q = n mod 4 and r + rl = a − n·π/2 for 0 ≤ a ≤ Near, with
// |r| at most a little above π/4. π/2 is subtracted in three words (Cody and Waite,
// "Software Manual for the Elementary Functions", 1980). The first difference is exact by
// FMA: a multiple of an ulp of Pio2Hi, or of a, below 1.
func nearestQuarter[T Float](c *Coefficients[T], a T) (q uint64, r, rl T) {
	nr := FMA(a, c.TwoOverPi, c.Integer)
	n := nr - c.Integer
	t := FMA(-n, c.Pio2Hi, a)
	p := Mul(n, c.Pio2Mid)
	r, rl = twoSum(t, -p)
	rl -= FMA(n, c.Pio2Lo, FMA(n, c.Pio2Mid, -p))
	return toBits(nr) & 3, r, rl
}

// sinKernel returns sin(r + rl) for |r| up to about π/4.
func sinKernel[T Float](c *Coefficients[T], r, rl T) T {
	r2 := Mul(r, r)
	return r + FMA(Mul(r2, r), horner(r2, c.Sin), FMA(rl, Mul(-0.5, r2), rl))
}

// cosKernel returns cos(r + rl) for |r| up to about π/4.
func cosKernel[T Float](c *Coefficients[T], r, rl T) T {
	r2 := Mul(r, r)
	w, wl := fast2Sum(1, -Mul(0.5, r2))
	return w + (wl + FMA(Mul(r2, r2), horner(r2, c.Cos), -Mul(r, rl)))
}

// farSinCos returns sin x and cos x for large x, and NaN for ±Inf and NaN.
func farSinCos(x float64) (sin, cos float64) {
	c, a := &Float64, math.Abs(x)
	if !(a < math.Inf(1)) {
		return math.NaN(), math.NaN()
	}
	var q uint64
	var r, rl float64
	if a <= c.Near { // of a float32
		q, r, rl = nearestQuarter(c, a)
	} else {
		q, r, rl = farQuarter(a)
	}
	sin, cos = sinKernel(c, r, rl), cosKernel(c, r, rl)
	switch q {
	case 1:
		sin, cos = cos, -sin
	case 2:
		sin, cos = -sin, -cos
	case 3:
		sin, cos = -cos, sin
	}
	if x < 0 {
		sin = -sin
	}
	return sin, cos
}
