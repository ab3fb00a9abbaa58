package reference

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

const prec = 300

func bigFloat(v Value) *big.Float {
	s := new(big.Float).SetPrec(prec).SetFloat64(v.Hi)
	s.Add(s, big.NewFloat(v.Lo))
	return s.SetMantExp(s, v.Exp)
}

// bigExp returns e^x: the Taylor series of x/2^k, squared k times.
func bigExp(x *big.Float) *big.Float {
	const halvings = 20
	s := new(big.Float).SetPrec(prec+100).SetMantExp(x, -halvings)
	y := big.NewFloat(1).SetPrec(prec + 100)
	for n := int64(40); n >= 1; n-- {
		y.Mul(y, s).Quo(y, new(big.Float).SetInt64(n))
		y.Add(y, big.NewFloat(1))
	}
	for range halvings {
		y.Mul(y, y)
	}
	return y
}

// Each function against its definition with math/big's e^x.
func TestAgainstBig(t *testing.T) {
	one := big.NewFloat(1).SetPrec(prec)
	neg := func(x *big.Float) *big.Float { return new(big.Float).Neg(x) }
	add := func(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Add(x, y) }
	mul := func(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Mul(x, y) }
	quo := func(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Quo(x, y) }
	sigmoid := func(x *big.Float) *big.Float { return quo(one, add(one, bigExp(neg(x)))) }
	prime := func(x *big.Float) *big.Float { return mul(sigmoid(x), sigmoid(neg(x))) }
	double := func(x *big.Float) *big.Float { return add(x, x) }
	ln2 := new(big.Float).SetPrec(prec).SetFloat64(math.Ln2) // by Newton steps for e^y = 2
	for range 3 {
		ln2 = add(ln2, add(quo(big.NewFloat(2), bigExp(ln2)), neg(one)))
	}
	want := map[string]func(x *big.Float) *big.Float{
		"Exp2":  func(x *big.Float) *big.Float { return bigExp(mul(x, ln2)) },
		"Expm1": func(x *big.Float) *big.Float { return add(bigExp(x), neg(one)) },
		"Sin":   func(x *big.Float) *big.Float { return bigSin(x, 1) },
		"Cos":   func(x *big.Float) *big.Float { return bigSin(x, 0) },
		"Exp":   bigExp, "Sigmoid": sigmoid, "SigmoidPrime": prime,
		"Softplus": func(x *big.Float) *big.Float {
			if f, _ := x.Float64(); math.Abs(f) <= 8 { // by two Newton steps for e^y = 1 + e^x
				y := new(big.Float).SetPrec(prec).SetFloat64(math.Log1p(math.Exp(f)))
				for range 2 {
					y = add(y, add(quo(add(one, bigExp(x)), bigExp(y)), neg(one)))
				}
				return y
			}
			e, sum := bigExp(neg(new(big.Float).Abs(x))), new(big.Float).SetPrec(prec)
			for n := int64(40); n >= 1; n-- { // e·(1 − e·(1/2 − e·(1/3 − …)))
				sum = add(quo(one, new(big.Float).SetInt64(n)), neg(mul(e, sum)))
			}
			sum = mul(e, sum)
			if x.Sign() > 0 {
				return add(x, sum)
			}
			return sum
		},
		"TanhPrime": func(x *big.Float) *big.Float { return double(double(prime(double(x)))) },
		"Tanh": func(x *big.Float) *big.Float {
			e := bigExp(double(x))
			return quo(add(e, neg(one)), add(e, one))
		},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range Functions {
		if f.Name == "Erf" || f.Name == "GELU" || f.Name == "GELUPrime" {
			continue // TestNormalAgainstBig
		}
		for range 300 {
			x := r.NormFloat64() * math.Ldexp(1, r.IntN(16)-6)
			if math.Abs(x) > 740 {
				continue
			}
			if f.Name == "Log" { // by its inverse: e^(ln a)/a − 1 is the relative error of a
				x = math.Exp(x)
				d := add(quo(bigExp(bigFloat(f.Exact(x))), new(big.Float).SetFloat64(x)), neg(one))
				e, _ := quo(d, new(big.Float).SetFloat64(math.Log(x))).Float64()
				assert.LessOrEqual(t, math.Abs(e), 0x1p-70, "Log(%v)", x)
				continue
			}
			if f.Name == "Log2" || f.Name == "Log1p" { // likewise
				a := big.NewFloat(math.Exp(x))
				if f.Name == "Log1p" {
					if x = math.Expm1(x); x == -1 || math.IsInf(x, 1) {
						continue
					}
					a = add(one, big.NewFloat(x))
				} else if x = math.Exp(x); math.IsInf(x, 1) {
					continue
				}
				y := bigFloat(f.Exact(x))
				if f.Name == "Log2" {
					y = mul(y, ln2)
				}
				e, _ := quo(add(quo(bigExp(y), a), neg(one)), y).Float64()
				assert.LessOrEqual(t, math.Abs(e), 0x1p-70, "%s(%v)", f.Name, x)
				continue
			}
			w := want[f.Name](new(big.Float).SetPrec(prec).SetFloat64(x))
			e, _ := quo(add(bigFloat(f.Exact(x)), neg(w)), w).Float64()
			assert.LessOrEqual(t, math.Abs(e), 0x1p-80, "%s(%v)", f.Name, x)
			a, _ := w.Float64()
			if math.Abs(a) > 1e-300 {
				assert.InEpsilon(t, a, f.Approx(x), 0x1p-46, "%s(%v)", f.Name, x)
			}
		}
	}
}

// bigSin returns the Taylor series of sin x or cos x, whose powers of x are odd or even.
func bigSin(x *big.Float, odd int64) *big.Float {
	const prec = 2500
	term, sum := big.NewFloat(1).SetPrec(prec), new(big.Float).SetPrec(prec)
	square := new(big.Float).SetPrec(prec).Mul(x, x)
	square.Neg(square)
	if odd == 1 {
		term.Set(x)
	}
	for n := 2 + odd; n < 6 || term.MantExp(nil) > -400; n += 2 {
		sum.Add(sum, term)
		term.Mul(term, square).Quo(term, new(big.Float).SetInt64(n*(n-1)))
	}
	return sum
}

func TestPow(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		x, n := 0.5+r.Float64(), r.IntN(300)
		p := big.NewFloat(1).SetPrec(prec)
		for range n {
			p.Mul(p, big.NewFloat(x))
		}
		d := new(big.Float).Quo(bigFloat(Pow(x, float64(n))), p)
		e, _ := d.Sub(d, big.NewFloat(1)).Float64()
		assert.LessOrEqual(t, math.Abs(e), 0x1p-80, "Pow(%v, %v)", x, n)
	}
}

func TestQuarter(t *testing.T) {
	// Of all float64 that nearest to a multiple of π/2 (Muller, "Elementary Functions").
	n, r := quarter(0x1.6ac5b262ca1ffp849)
	assert.InEpsilon(t, 4.687165924254624e-19, math.Abs(r.hi), 1e-12)
	assert.Equal(t, 1, n&1)
	for _, x := range []float64{0.8, 1, 100, 0x1p30, 1e10} {
		sin, cos := math.Sincos(x)
		assert.InEpsilon(t, sin, sinOf(x, 0).Hi, 0x1p-50)
		assert.InEpsilon(t, cos, sinOf(x, 1).Hi, 0x1p-50)
	}
}

func TestErrors(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		got   float32
		exact float64
		want  float64
	}{
		{1, 1, 0}, {1, 1 + 0x1p-24, 0.5}, {1, 1 - 0x1p-25, 0.5}, {1 + 0x1p-23, 1, 1}, {0, 0x1p-150, 0.5}, {0x1p-149, 0, 1}, {0, 0, 0},
		{0x1p-149, 0x1p-300, 1}, {float32(inf), inf, 0}, {float32(inf), 0x1p128, 0}, {float32(inf), 1e300, 0}, {math.MaxFloat32, inf, 1},
		{float32(inf), math.MaxFloat32, 1}, {float32(nan), nan, 0}, {float32(nan), 1, inf}, {1, nan, inf}, {-1, 1, 0x1p24},
	} {
		assert.Equal(t, c.want, Error32(c.got, c.exact), "Error32(%v, %v)", c.got, c.exact)
	}
	assert.Equal(t, 0.25, Value{1, 0x1p-54, 3}.Error64(8))
	assert.Equal(t, 0.5, Value{0.75, 0, -1075}.Error64(0)+Value{0.25, 0, -1074}.Error64(0)-0.125)
	assert.Equal(t, 0.0, Value{1, 0, 1030}.Error64(inf))
}
