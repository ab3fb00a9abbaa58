package scalar

import "math"

// Pow returns x^y, within 1 ulp: the logarithm carries two words.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	}
	ax := math.Abs(x)
	whole := y == math.Floor(y) // ±Inf is a whole, even number
	odd := whole && math.Abs(y) < 0x1p53 && math.Floor(y/2)*2 != y
	if x < 0 && !whole && ax < math.Inf(1) {
		return math.NaN()
	}
	var p float64
	switch {
	case ax == 1:
		p = 1
	case ax == 0 || ax == math.Inf(1) || math.Abs(y) == math.Inf(1):
		if (ax > 1) == (y > 0) {
			p = math.Inf(1)
		}
	default:
		p = powPositive(ax, y)
	}
	if odd && math.Signbit(x) {
		return -p
	}
	return p
}

// powPositive is Pow for finite x > 0 and finite y.
func powPositive(x, y float64) float64 {
	c := &Float64
	l := logDouble(x)
	h := float64(y * l.hi)
	switch {
	case h > c.ExpMax:
		return math.Inf(1)
	case h < c.ExpMin:
		return 0
	}
	e := math.FMA(y, l.hi, -h)
	e = math.FMA(y, l.lo, e)
	kr, m, ml := twoWordExp(c, h)
	return scaleExp(c, h > 0, kr, m+math.FMA(m, e, ml))
}

// PowInt returns xⁿ for n ≥ 0 by repeated squaring. The powers of Adam's β need
// no more, and Pow takes a hundred times as long.
func PowInt(x float64, n int) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}

// logDouble returns ln x to some 90 bits for finite x > 0:
// ln(1 + f) = 2·artanh s = 2·Σ s^(2n+1)/(2n + 1) with s = f/(2 + f), |s| ≤ 0.172.
func logDouble(x float64) double {
	const terms = 19
	c := &Float64
	k, f := splitLog(c, x)
	d, dl := fast2Sum(2, f)
	s := double{f, 0}.div(double{d, dl})
	s2 := s.mul(s)
	var sum double
	for n := terms - 1; n >= 0; n-- {
		sum = sum.mul(s2).add(double{1, 0}.div(double{float64(2*n + 1), 0}))
	}
	sum = sum.mul(double{s.hi + s.hi, s.lo + s.lo})
	h := float64(k * c.LogLo)
	ln2 := double{float64(k * c.LogHi), 0}.add(double{h, math.FMA(k, c.LogLo, -h)})
	return ln2.add(sum)
}

// double is an unevaluated sum with |lo| ≤ ½ ulp(hi) (Dekker 1971).
type double struct{ hi, lo float64 }

func (a double) add(b double) double {
	s, e := twoSum(a.hi, b.hi)
	s, e = fast2Sum(s, e+(a.lo+b.lo))
	return double{s, e}
}

func (a double) mul(b double) double {
	p := float64(a.hi * b.hi)
	e := math.FMA(a.hi, b.hi, -p)
	e = math.FMA(a.hi, b.lo, e)
	e = math.FMA(a.lo, b.hi, e)
	p, e = fast2Sum(p, e)
	return double{p, e}
}

func (a double) div(b double) double {
	q := a.hi / b.hi
	r := math.FMA(-q, b.hi, a.hi) + a.lo
	r = math.FMA(-q, b.lo, r)
	q, e := fast2Sum(q, r/b.hi)
	return double{q, e}
}
