package scalar

import "math"

// Pow returns x^y, within 1 ulp: the logarithm carries two words. It is slower than Power,
// and the schedules of trainings have its bits.
func Pow(x, y float64) float64 { return pow(x, y, logDouble) }

// Power returns x^y, within 1 ulp, and what math.Pow does for special values: 1 for y = 0
// and for x = 1 whatever the other is, else NaN if one is NaN; NaN for negative x and
// finite y that isn't whole. Of float32 everything is done in float64 and rounded once.
func Power[T Float](x, y T) T {
	if is32[T]() {
		return T(pow(float64(x), float64(y), logFloat))
	}
	return T(pow(float64(x), float64(y), logSeries))
}

// pow is x^y with that logarithm.
func pow(x, y float64, log func(x float64) double) float64 {
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
		p = powPositive(log(ax), y)
	}
	if odd && math.Signbit(x) {
		return -p
	}
	return p
}

// PowerEasy reports whether Power has nothing to decide for x and y: x is positive, and as
// a float64 normal and finite, and x^y is far from overflow and underflow of float64.
func PowerEasy[T Float](x, y T) bool {
	d := float64(x)
	if !(d >= Float64.MinNormal && d < math.Inf(1)) {
		return false
	}
	l := logSeries
	if is32[T]() {
		l = logFloat
	}
	return math.Abs(float64(y)*l(d).hi) <= Float64.Safe
}

// powPositive returns e^(l·y), for the logarithm l of a finite number and finite y.
func powPositive(l double, y float64) float64 {
	c := &Float64
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

// logFloat returns ln x to some 53 bits for a finite float32 x > 0.
func logFloat(x float64) double {
	hi, lo := fast2Sum(twoWordLog(&Float64, x))
	return double{hi, lo}
}

// logSeries is logDouble to some 64 bits: of the series only 1 + s²/3 has two words.
func logSeries(x float64) double {
	k, s := logQuotient(x)
	s2 := s.mul(s)
	t := double{0x1.5555555555555p-2, 0x1.5555555555555p-56}.add(double{float64(s2.hi * horner(s2.hi, Float64.Artanh)), 0})
	s.hi, s.lo = s.hi+s.hi, s.lo+s.lo
	return timesLn2(k).add(s.add(s.mul(s2.mul(t))))
}

// logQuotient returns k and s = f/(2 + f) with x = 2^k·(1 + f).
func logQuotient(x float64) (k float64, s double) {
	k, f := splitLog(&Float64, x)
	d, dl := fast2Sum(2, f)
	return k, double{f, 0}.div(double{d, dl})
}

// timesLn2 returns k·ln 2.
func timesLn2(k float64) double {
	c := &Float64
	h := float64(k * c.LogLo)
	return double{float64(k * c.LogHi), 0}.add(double{h, math.FMA(k, c.LogLo, -h)})
}

// logDouble returns ln x to some 90 bits for finite x > 0:
// ln(1 + f) = 2·artanh s = 2·Σ s^(2n+1)/(2n + 1) with s = f/(2 + f), |s| ≤ 0.172.
func logDouble(x float64) double {
	const terms = 19
	k, s := logQuotient(x)
	s2 := s.mul(s)
	var sum double
	for n := terms - 1; n >= 0; n-- {
		sum = sum.mul(s2).add(double{1, 0}.div(double{float64(2*n + 1), 0}))
	}
	sum = sum.mul(double{s.hi + s.hi, s.lo + s.lo})
	return timesLn2(k).add(sum)
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
