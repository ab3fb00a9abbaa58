package reference

import "math"

// inverseLn2 is 1/ln 2.
var inverseLn2 = double{0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56}

func exp2(x float64) Value {
	x = max(-3200, min(x, 3200))
	n := math.RoundToEven(x)
	r := double{x - n, 0}.mul(double{ln2Hi, ln2Mid}.add(double{ln2Lo, 0}))
	return double{1, 0}.add(expm1Small(r)).times2(int(n))
}

// log2 is log₂ x.
func log2(x float64) Value {
	l := log(x)
	if math.IsInf(l.hi, 0) || l.hi != l.hi {
		return l.times2(0)
	}
	return l.mul(inverseLn2).times2(0)
}

func expm1(x float64) Value {
	switch {
	case math.Abs(x) < 0x1p-500:
		return Value{x, 0, 0}
	case math.Abs(x) < 0.3:
		return expm1Small(double{x, 0}).times2(0)
	}
	e, k := exp(x)
	if k > 200 {
		return e.times2(k)
	}
	return e.ldexp(k).add(double{-1, 0}).times2(0)
}

// log1p is ln(1 + x) for x > −1.
func log1p(x float64) Value {
	switch {
	case x == -1:
		return Value{math.Inf(-1), 0, 0}
	case math.Abs(x) < 0x1p-500:
		return Value{x, 0, 0}
	case math.Abs(x) < 0x1p-12:
		var s double
		for n := 9; n >= 1; n-- { // x·(1 − x·(1/2 − x·(1/3 − …)))
			s = double{1, 0}.div(double{float64(n), 0}).add(double{x, 0}.mul(s).neg())
		}
		return s.mul(double{x, 0}).times2(0)
	}
	d := twoSum(1, x)
	r := double{d.lo, 0}.div(double{d.hi, 0})
	return log(d.hi).add(r).add(r.mul(r).ldexp(-1).neg()).times2(0)
}

// PowBound is the error in ulps that the kernel Pow promises.
const PowBound = 1

// Pow is x^y for finite x > 0 and finite y.
func Pow(x, y float64) Value {
	l := log(x)
	if h := l.hi * y; math.Abs(h) >= 3200 {
		return exp2(math.Copysign(3200, h))
	}
	p := l.mul(double{y, 0})
	n := math.RoundToEven(p.hi / math.Ln2)
	r := p.add(double{float64(-n * ln2Hi), 0}).add(double{-n, 0}.mul(double{ln2Mid, ln2Lo}))
	return double{1, 0}.add(expm1Small(r)).times2(int(n))
}
