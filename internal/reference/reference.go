// Package reference computes the elementary functions more precisely than
// float64 and measures errors in ulps, for tests and tools/accuracy. It is slow
// and uses package math freely; nothing that trains a network may import it.
package reference

import "math"

// Value is (Hi + Lo)·2^Exp with |Lo| ≤ ½ ulp(Hi), good for some 95 bits.
type Value struct {
	Hi, Lo float64
	Exp    int
}

// Function is an elementary function with its reference values.
type Function struct {
	Name     string
	Min, Max float64 // its range
	Bound    float64 // the error in ulps that the kernels promise
	// Approx is within some 2⁻⁵⁰ of the function, relatively: exact for float32's purposes.
	Approx func(x float64) float64
	// Exact is the function for finite x inside its domain.
	Exact func(x float64) Value
}

// Functions lists the elementary functions by the names that package kernels gives them.
var Functions = []Function{
	{"Exp", 0, math.Inf(1), 1, math.Exp, func(x float64) Value { e, k := exp(x); return e.times2(k) }},
	{"Log", math.Inf(-1), math.Inf(1), 1, math.Log, func(x float64) Value { return log(x).times2(0) }},
	{"Exp2", 0, math.Inf(1), 1, math.Exp2, exp2},
	{"Log2", math.Inf(-1), math.Inf(1), 1, func(x float64) float64 { return math.Log(x) / math.Ln2 }, log2},
	{"Expm1", -1, math.Inf(1), 1, math.Expm1, expm1},
	{"Log1p", math.Inf(-1), math.Inf(1), 1, math.Log1p, log1p},
	{"Sin", -1, 1, 1, math.Sin, func(x float64) Value { return sinOf(x, 0) }},
	{"Cos", -1, 1, 1, math.Cos, func(x float64) Value { return sinOf(x, 1) }},
	{"Sigmoid", 0, 1, 1, sigmoidApprox, sigmoid},
	{"SigmoidPrime", 0, 0.25, 2, sigmoidPrimeApprox, func(x float64) Value { v, k := sigmoidPrime(x); return v.times2(k) }},
	{"Softplus", 0, math.Inf(1), 1, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, softplus},
	{"Erf", -1, 1, 1, math.Erf, erf},
	{"GELU", -0.17, math.Inf(1), 2, geluApprox, gelu},
	{"GELUPrime", -0.129, 1.129, 2, geluPrimeApprox, geluPrime},
	{"Tanh", -1, 1, 1, math.Tanh, tanh},
	{"TanhPrime", 0, 1, 2, func(x float64) float64 { return 4 * sigmoidPrimeApprox(2*x) },
		func(x float64) Value { v, k := sigmoidPrime(2 * x); return v.times2(k + 2) }},
}

func sigmoidApprox(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func sigmoidPrimeApprox(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	return e / ((1 + e) * (1 + e))
}

// Error32 returns the distance of got from exact in ulps of float32: the spacing
// of float32 at exact, at least 2⁻¹⁴⁹. Everything from 2¹²⁸ on counts as 2¹²⁸, at
// the spacing below it. The distance of a NaN is 0 from NaN and +Inf from all else.
func Error32(got float32, exact float64) float64 {
	const limit = 0x1p128
	g := float64(got)
	if g != g || exact != exact {
		if g != g && exact != exact {
			return 0
		}
		return math.Inf(1)
	}
	exact = max(-limit, min(exact, limit))
	g = max(-limit, min(g, limit))
	// The exponents of float64 are at hand in its bits, float32's least is −126.
	e := int(math.Float64bits(exact)>>52&0x7ff) - 1023
	if math.Abs(exact) == limit {
		e--
	}
	ulps := math.Float64frombits(uint64(1023+23-max(e, -126)) << 52)
	return math.Abs(g-exact) * ulps
}

// Error64 is Error32 for float64 and a Value that is not NaN.
func (v Value) Error64(got float64) float64 {
	switch {
	case got != got:
		return math.Inf(1)
	case math.IsInf(v.Hi, 0):
		v = Value{math.Copysign(1, v.Hi), 0, 1024}
	}
	_, e := math.Frexp(v.Hi)
	if e+v.Exp > 1024 {
		v, e = Value{math.Copysign(1, v.Hi), 0, 1024}, 0
	}
	ulp := max(e+v.Exp-53, -1074)
	g := math.Ldexp(got, -v.Exp)
	if math.IsInf(got, 0) {
		g = math.Ldexp(math.Copysign(1, got), 1024-v.Exp)
	}
	return math.Abs(math.Ldexp((g-v.Hi)-v.Lo, v.Exp-ulp))
}

// double is an unevaluated sum of two floats (Dekker, "A floating-point
// technique for extending the available precision", 1971).
type double struct{ hi, lo float64 }

func (a double) times2(k int) Value { return Value{a.hi, a.lo, k} }

func (a double) ldexp(k int) double { return double{math.Ldexp(a.hi, k), math.Ldexp(a.lo, k)} }

func (a double) neg() double { return double{-a.hi, -a.lo} }

func twoSum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func (a double) add(b double) double {
	s, t := twoSum(a.hi, b.hi), twoSum(a.lo, b.lo)
	s = twoSum(s.hi, s.lo+t.hi)
	return twoSum(s.hi, s.lo+t.lo)
}

func (a double) mul(b double) double {
	p := float64(a.hi * b.hi)
	e := math.FMA(a.hi, b.hi, -p)
	e += math.FMA(a.hi, b.lo, float64(a.lo*b.hi))
	return twoSum(p, e)
}

func (a double) div(b double) double {
	q := a.hi / b.hi
	r := a.add(b.mul(double{-q, 0}))
	q2 := r.hi / b.hi
	r = r.add(b.mul(double{-q2, 0}))
	return twoSum(q, q2).add(double{r.hi / b.hi, 0})
}

// expm1Small returns e^r − 1 for |r| ≤ ½ ln 2, precise relatively: a Taylor
// series of r/64, whose result is then squared six times.
func expm1Small(r double) double {
	const halvings = 6
	s := r.ldexp(-halvings)
	y := double{}
	for n := 12; n >= 1; n-- { // s/1·(1 + s/2·(1 + s/3·(…)))
		y = double{1, 0}.add(y).mul(s).div(double{float64(n), 0})
	}
	for range halvings {
		y = y.ldexp(1).add(y.mul(y)) // (1 + y)² − 1
	}
	return y
}

// ln 2 = ln2Hi + ln2Mid + ln2Lo; integers up to 2¹¹ times ln2Hi are exact.
const ln2Hi, ln2Mid, ln2Lo = 0x1.62e42fefa38p-1, 0x1.ef35793c7673p-45, 0x1.f97b57a079a19p-103

// exp returns e and k with e^x = e·2^k and |k| at most 4616.
func exp(x float64) (e double, k int) {
	x = max(-3200, min(x, 3200))
	n := math.RoundToEven(x / math.Ln2)
	r := twoSum(x, float64(-n*ln2Hi)).add(double{-n, 0}.mul(double{ln2Mid, ln2Lo}))
	return double{1, 0}.add(expm1Small(r)), int(n)
}

func log(x float64) double {
	switch {
	case x == 0:
		return double{math.Inf(-1), 0}
	case !(x > 0 && x < math.Inf(1)):
		return double{math.Log(x), 0}
	}
	if f := x - 1; math.Abs(f) < 0x1p-20 {
		// f − f²/2 + f³/3 − f⁴/4 + f⁵/5
		t := math.FMA(math.FMA(f, 0.2, -0.25), f, 1.0/3) * f * f * f
		return double{f, 0}.add(double{f, 0}.mul(double{-f / 2, 0})).add(double{t, 0})
	}
	// One Newton step for e^y = x.
	m, xe := math.Frexp(x) // math.Log is wrong for subnormal x on amd64
	y := math.Log(m) + float64(float64(xe)*math.Ln2)
	e, k := exp(-y)
	d := e.mul(double{m, 0}).ldexp(k + xe).add(double{-1, 0})
	return double{y, 0}.add(d).add(d.mul(d).ldexp(-1).neg())
}

// expOnePlus returns e = e^−|x| as m·2^k, and 1 + e.
func expOnePlus(x float64) (m double, k int, d double) {
	m, k = exp(-math.Abs(x))
	return m, k, double{1, 0}.add(m.ldexp(k))
}

func sigmoid(x float64) Value {
	m, k, d := expOnePlus(x)
	if x < 0 {
		return m.div(d).times2(k)
	}
	return double{1, 0}.div(d).times2(0)
}

func sigmoidPrime(x float64) (double, int) {
	m, k, d := expOnePlus(x)
	return m.div(d.mul(d)), k
}

// softplus returns max(x, 0) + ln(1 + e) with e = e^−|x|.
func softplus(x float64) Value {
	m, k, d := expOnePlus(x)
	var ln double // ln(1 + e) = ln·2^k
	if x < -8 || x > 8 {
		e, s := m.ldexp(k), double{}
		for n := 10; n >= 1; n-- { // e·(1 − e·(1/2 − e·(1/3 − …)))
			s = double{1, 0}.div(double{float64(n), 0}).add(e.mul(s).neg())
		}
		ln = m.mul(s)
	} else {
		r := double{d.lo, 0}.div(double{d.hi, 0})
		ln, k = log(d.hi).add(r).add(r.mul(r).ldexp(-1).neg()), 0
	}
	if x > 0 {
		return double{x, 0}.add(ln.ldexp(k)).times2(0)
	}
	return ln.times2(k)
}

func tanh(x float64) Value {
	a := math.Abs(x)
	if a < 0x1p-60 {
		return Value{x, 0, 0} // to 2⁻¹²⁰
	}
	var n, d double // 1 − e and 1 + e, e = e^−2|x|
	if a < 0.15 {
		n = expm1Small(double{-2 * a, 0}).neg()
		d = double{2, 0}.add(n.neg())
	} else {
		m, k := exp(-2 * a)
		e := m.ldexp(k)
		n, d = double{1, 0}.add(e.neg()), double{1, 0}.add(e)
	}
	t := n.div(d)
	if math.Signbit(x) {
		t = t.neg()
	}
	return t.times2(0)
}
