package generic

import "math"

// The scalar functions give the same bits on every machine, which those of
// package math do not. They are made of +, −, ×, ÷, math.FMA and operations on
// bits. Special values are those of package math.

// Exp returns e^x, within 1 ulp: ExpF64 of one number.
func Exp(x float64) float64 { return exp1(&Float64, x) }

// Log returns ln x, within 1 ulp: LogF64 of one number.
func Log(x float64) float64 { return log1(&Float64, x) }

// Sigmoid returns 1/(1 + e^−z), within 1 ulp: SigmoidF64 of one number.
func Sigmoid(z float64) float64 { return sigmoid1(&Float64, z) }

// Tanh returns tanh z, within 1 ulp: TanhF64 of one number.
func Tanh(z float64) float64 { return tanh1(&Float64, z) }

// Log1p returns ln(1 + x), within 1 ulp also where x is small.
func Log1p(x float64) float64 {
	switch {
	case !(x > -1 && x < math.Inf(1)):
		if x == -1 {
			return math.Inf(-1)
		}
		if x < -1 {
			return math.NaN()
		}
		return x
	case math.Abs(x) < 0x1p-54:
		return x
	}
	u, e := twoSum(1, x)
	hi, lo := twoWordLog(&Float64, u)
	return hi + (lo + e/u)
}

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

// twoSum returns a + b, rounded, and its rounding error (Knuth, "The Art of
// Computer Programming", volume 2, 4.2.2, theorem B).
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	t := s - a
	return s, (a - (s - t)) + (b - t)
}

// Minimax polynomials on |r| ≤ π/4.
var (
	sinCoef = []float64{-0x1.5555555555549p-3, 0x1.111111110f8a7p-7, -0x1.a01a019c16448p-13,
		0x1.71de357b44278p-19, -0x1.ae5e68bf38bcdp-26, 0x1.5d93adc67ee66p-33} // (sin r − r)/r³ in r²
	cosCoef = []float64{0x1.555555555554cp-5, -0x1.6c16c16c15222p-10, 0x1.a01a019cbfd3p-16,
		-0x1.27e4f81315bccp-22, 0x1.1ee9f198517d2p-29, -0x1.8fb15657ba499p-37} // (cos r − 1 + r²/2)/r⁴ in r²
)

// Cos returns cos x, within 1 ulp for |x| ≤ 2³⁰ and NaN beyond: π/2 is
// subtracted in three words, not in the thousand bits that any x would take.
func Cos(x float64) float64 {
	if !(math.Abs(x) <= 0x1p30) {
		return math.NaN()
	}
	const twoOverPi, pio2Hi, pio2Mid, pio2Lo = 0x1.45f306dc9c883p-1, 0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110
	const round = 0x1.8p52
	nr := math.FMA(math.Abs(x), twoOverPi, round)
	n := nr - round
	t := math.FMA(-n, pio2Hi, math.Abs(x)) // exact
	p := float64(n * pio2Mid)
	r, rl := twoSum(t, -p)
	rl -= math.FMA(n, pio2Lo, math.FMA(n, pio2Mid, -p))

	var y float64
	q := math.Float64bits(nr) & 3
	if q&1 == 0 {
		y = cosKernel(r, rl)
	} else {
		y = sinKernel(r, rl)
	}
	if q == 1 || q == 2 { // cos(r + π/2) = −sin r, cos(r + π) = −cos r
		return -y
	}
	return y
}

// sinKernel returns sin(r + rl) for |r| ≤ π/4.
func sinKernel(r, rl float64) float64 {
	r2 := float64(r * r)
	return r + math.FMA(float64(r2*r), horner(r2, sinCoef), math.FMA(rl, float64(-0.5*r2), rl))
}

// cosKernel returns cos(r + rl) for |r| ≤ π/4.
func cosKernel(r, rl float64) float64 {
	r2 := float64(r * r)
	h := float64(0.5 * r2)
	w, wl := fast2Sum(1, -h)
	return w + (wl + math.FMA(float64(r2*r2), horner(r2, cosCoef), -float64(r*rl)))
}
