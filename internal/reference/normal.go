package reference

import (
	"math"
	"sync"
)

// geluApprox is GELU(x), where it isn't small to some 2⁻⁵⁰ relatively, at its smallest
// float32 to 2⁻⁴⁴.
func geluApprox(x float64) float64 {
	if x < -40 {
		return math.Copysign(0, -1)
	}
	return x * 0.5 * math.Erfc(-x/math.Sqrt2)
}

// geluPrimeApprox is GELU'(x), precise like geluApprox. Around its zero it takes the exact
// value, which alone is precise there.
func geluPrimeApprox(x float64) float64 {
	switch {
	case x < -40:
		return math.Copysign(0, -1)
	case x > 40:
		return 1
	case math.Abs(x+0.75) < 1.0/64:
		return geluPrime(x).Hi
	}
	return float64(0.5*math.Erfc(-x/math.Sqrt2)) + float64(x*math.Exp(-x*x/2)*density.hi)
}

// density is 1/√(2π), root2 √2.
var (
	density = double{0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56}
	root2   = double{0x1.6a09e667f3bcdp0, -0x1.bdd3413b26456p-54}
)

// The mills table has e^(a²/2)·Φ(−a) for a = 0, 1/8, …, 40, in proportion to which Mills's
// ratio is. As a function of a it solves R' = a·R − density. It is followed from 40 down:
// in that direction errors shrink, so that 40 needs no precise value.
var mills = sync.OnceValue(func() []double {
	r := make([]double, 8*40+1)
	last := len(r) - 1
	r[last] = density.div(double{40, 0})
	for i := last; i > 0; i-- {
		r[i-1] = millsNear(r[i], float64(i)/8, double{-1.0 / 8, 0})
	}
	return r
})

// millsNear returns R(a + h), given r = R(a), by the Taylor series: its coefficients are
// t₁ = a·R − density, and (n + 1)·tₙ₊₁ = a·tₙ + tₙ₋₁.
func millsNear(r double, a float64, h double) double {
	before, t := r, double{a, 0}.mul(r).add(density.neg())
	sum, power := r, h
	for n := 1.0; n < 50; n++ {
		sum = sum.add(t.mul(power))
		before, t = t, double{a, 0}.mul(t).add(before).div(double{n + 1, 0})
		power = power.mul(h)
	}
	return sum
}

// millsOf returns R(a) for 0 ≤ a ≤ 40.
func millsOf(a double) double {
	i := math.RoundToEven(8 * a.hi)
	return millsNear(mills()[int(i)], i/8, a.add(double{-i / 8, 0}))
}

// gaussian returns e^(−x²·s) for s = 1 or ½, as e·2^k.
func gaussian(x, s float64) (e double, k int) {
	p := float64(x * x)
	rest := -math.FMA(x, x, -p) * s
	e, k = exp(-p * s)
	return e.mul(double{1, 0}.add(double{rest, 0}).add(double{rest * rest / 2, 0})), k
}

// gelu is max(x, 0) − a·Φ(−a) with a = |x|.
func gelu(x float64) Value {
	a := min(math.Abs(x), 40)
	if a < 0x1p-200 {
		m, e := math.Frexp(x)
		return Value{m, 0, e - 1}
	}
	e, k := gaussian(a, 0.5)
	y := e.mul(millsOf(double{a, 0})).mul(double{a, 0})
	if x <= 0 {
		return y.neg().times2(k)
	}
	return double{x, 0}.add(y.neg().ldexp(k)).times2(0)
}

// geluPrime is Φ(−a) − a·φ(a) for x = −a, and 1 less that for x = a.
func geluPrime(x float64) Value {
	a := min(math.Abs(x), 40)
	e, k := gaussian(a, 0.5)
	y := e.mul(millsOf(double{a, 0}).add(density.mul(double{a, 0}).neg()))
	if x <= 0 {
		return y.times2(k)
	}
	return double{1, 0}.add(y.neg().ldexp(k)).times2(0)
}

// erf is a series for |x| < ½, and from there on 1 − 2·Φ(−|x|·√2).
func erf(x float64) Value {
	a := min(math.Abs(x), 28)
	if a < 0x1p-200 {
		m, e := math.Frexp(x)
		return density.mul(root2).mul(double{m, 0}).times2(e + 1)
	}
	var y double
	if a < 0.5 {
		// 2/√π·(x − x³/3 + x⁵/(2!·5) − …), 2/√π being density·√8
		square, term := double{a, 0}.mul(double{a, 0}).neg(), double{a, 0}
		for n := 1.0; n < 40; n++ {
			y = y.add(term.div(double{2*n - 1, 0}))
			term = term.mul(square).div(double{n, 0})
		}
		y = y.mul(density).mul(root2).ldexp(1)
	} else {
		e, k := gaussian(a, 1)
		y = double{1, 0}.add(e.mul(millsOf(double{a, 0}.mul(root2))).ldexp(k + 1).neg())
	}
	if math.Signbit(x) {
		y = y.neg()
	}
	return y.times2(0)
}
