package scalar

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/nabla-go/nabla/internal/reference"
	"github.com/stretchr/testify/assert"
)

// ulps returns the distance of got from want in ulps of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if got == w && math.IsInf(w, 0) {
		return 0
	}
	_, e := math.Frexp(w)
	d, _ := new(big.Float).Sub(new(big.Float).SetFloat64(got), want).Float64()
	return math.Abs(d) / math.Ldexp(1, max(e-53, -1074))
}

// Powers with whole exponents are products, which math/big has exactly.
func TestPowWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		x, n := math.Ldexp(r.Float64()+0.5, r.IntN(5)-2), r.IntN(200)
		if r.IntN(4) == 0 {
			x = 1 + r.NormFloat64()*1e-3
			n = r.IntN(20000)
		}
		p := big.NewFloat(1).SetPrec(200)
		for b, m := new(big.Float).SetPrec(200).SetFloat64(x), n; m > 0; m >>= 1 {
			if m&1 == 1 {
				p.Mul(p, b)
			}
			b.Mul(b, b)
		}
		if w, _ := p.Float64(); math.IsInf(w, 0) {
			assert.Equal(t, w, Pow(x, float64(n)))
			continue
		}
		if e := ulps(Pow(x, float64(n)), p); !(e <= 1) {
			t.Fatalf("Pow(%v, %v) = %v, want %v: off by %v ulp", x, n, Pow(x, float64(n)), p, e)
		}
		p.Quo(big.NewFloat(1).SetPrec(200), p)
		if e := ulps(Pow(x, -float64(n)), p); !(e <= 1) {
			t.Fatalf("Pow(%v, −%v) = %v, want %v: off by %v ulp", x, n, Pow(x, -float64(n)), p, e)
		}
	}
}

// Square roots are exact in math/big as well.
func TestPowHalf(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 2000 {
		x := math.Float64frombits(r.Uint64() &^ (1 << 63))
		if math.IsInf(x, 0) || x != x {
			continue
		}
		w := new(big.Float).SetPrec(200).Sqrt(new(big.Float).SetPrec(200).SetFloat64(x))
		if e := ulps(Pow(x, 0.5), w); !(e <= 1) {
			t.Fatalf("Pow(%v, ½) = %v, want %v: off by %v ulp", x, Pow(x, 0.5), w, e)
		}
	}
}

// Special values are those of package math, others are within an ulp.
func TestPow(t *testing.T) {
	v := []float64{0, 1, 2, 3, 0.5, 1.5, 1e30, 1e-30, 1e300, 0x1p-149, 5e-324, 0x1p24, 0x1p24 + 2, 0x1p53, 0x1p53 + 2, math.MaxFloat32, math.MaxFloat64, math.Inf(1), math.NaN()}
	for _, x := range v {
		v = append(v, -x)
	}
	exact := func(x float64) bool { return x == 0 || x != x || math.Abs(x) == 1 || math.IsInf(x, 0) }
	for _, x := range v {
		for _, y := range v {
			want := math.Pow(x, y)
			if got := Pow(x, y); exact(want) && !same(got, want) {
				t.Errorf("Pow(%v, %v) = %v, want %v", x, y, got, want)
			}
			x32, y32 := float32(x), float32(y)
			want = math.Pow(float64(x32), float64(y32))
			if got := Pow(x32, y32); exact(want) && !same(got, float32(want)) {
				t.Errorf("Pow(float32 %v, %v) = %v, want %v", x32, y32, got, want)
			}
		}
	}
	assert.Equal(t, 8.0, Pow(2.0, 3))
	assert.Equal(t, -8.0, Pow(-2.0, 3))
	assert.Equal(t, 1e300, Pow(1e300, 1))
	assert.Equal(t, float32(-8), Pow[float32](-2, 3))
	assert.Equal(t, float32(0x1p-149), Pow[float32](2, -149))
	assert.Equal(t, 0x1p-1074, Pow(2.0, -1074))

	for n := float32(2); n <= 4096; n++ { // powers that are float32 themselves
		assert.Equal(t, n*n, Pow(n, 2))
		assert.Equal(t, n, Pow(n*n, 0.5))
		assert.Equal(t, n/0x1p60, Pow(n*n/0x1p120, 0.5))
	}

	r := rand.New(rand.NewPCG(5, 1))
	for range 20000 {
		x := math.Exp(r.NormFloat64() * math.Ldexp(1, r.IntN(18)-10))
		if math.IsInf(x, 0) || x == 0 {
			continue
		}
		y := (2*r.Float64() - 1) * 750 / max(math.Abs(math.Log(x)), 1e-3)
		if e := reference.Pow(x, y).Error64(Pow(x, y)); !(e <= 1) {
			t.Fatalf("Pow(%v, %v) = %v: off by %v ulp", x, y, Pow(x, y), e)
		}
		x32, y32 := float32(x), float32(y/7)
		if x32 == 0 || x32 > math.MaxFloat32 {
			continue
		}
		want := reference.Pow(float64(x32), float64(y32))
		if e := reference.Error32(Pow(x32, y32), math.Ldexp(want.Hi, want.Exp)); !(e <= 0.51) {
			t.Fatalf("Pow(float32 %v, %v) = %v: off by %v ulp", x32, y32, Pow(x32, y32), e)
		}
	}
}

// ln(1 + x) by its series, in math/big.
func TestLog1p(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 2000 {
		x := math.Ldexp(2*r.Float64()-1, -3-r.IntN(60))
		sum, p, bx := new(big.Float).SetPrec(200), big.NewFloat(-1).SetPrec(200), big.NewFloat(-x).SetPrec(200)
		for n := int64(1); n < 70; n++ {
			p.Mul(p, bx)
			sum.Add(sum, new(big.Float).SetPrec(200).Quo(p, new(big.Float).SetInt64(n)))
		}
		if e := ulps(Log1p(x), sum); !(e <= 1) {
			t.Fatalf("Log1p(%v) = %v, want %v: off by %v ulp", x, Log1p(x), sum, e)
		}
	}
	for _, x := range []float64{0.5, 1, 2, 10, 1e10, 1e300, -0.5, -0.75, -1 + 0x1p-30, -1 + 0x1p-53} {
		assert.InEpsilon(t, math.Log1p(x), Log1p(x), 0x1p-51, "%v", x)
	}
	inf := math.Inf(1)
	for _, c := range [][2]float64{{-1, -inf}, {-2, math.NaN()}, {inf, inf}, {-inf, math.NaN()}, {math.NaN(), math.NaN()},
		{0, 0}, {math.Copysign(0, -1), math.Copysign(0, -1)}, {5e-324, 5e-324}} {
		assert.True(t, same(Log1p(c[0]), c[1]), "Log1p(%v) = %v", c[0], Log1p(c[0]))
	}
}

// cos x by its series, in math/big; 600 bits outlive the cancellation up to x = 200.
func bigCos(x float64) *big.Float {
	const prec = 600
	sum, term := big.NewFloat(1).SetPrec(prec), big.NewFloat(1).SetPrec(prec)
	x2 := new(big.Float).SetPrec(prec).SetFloat64(x)
	x2.Mul(x2, x2).Neg(x2)
	for n := int64(2); n < 1000; n += 2 {
		term.Mul(term, x2)
		term.Quo(term, new(big.Float).SetInt64(n*(n-1)))
		sum.Add(sum, term)
	}
	return sum
}

func TestCos(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	x := []float64{0, 1e-300, 0.7853981633974483, 1.5707963267948966, 3.141592653589793, 4.71238898038469, 6.283185307179586, 100.53096491487338}
	for range 300 {
		x = append(x, r.Float64()*2*math.Pi, r.NormFloat64()*30, math.Ldexp(r.Float64(), -r.IntN(30)))
	}
	for _, x := range x {
		w := bigCos(x)
		if e := ulps(Cos(x), w); !(e <= 1) {
			t.Fatalf("Cos(%v) = %v, want %v: off by %v ulp", x, Cos(x), w, e)
		}
		assert.Equal(t, Cos(x), Cos(-x))
		assert.LessOrEqual(t, math.Abs(Cos(x)), 1.0)
	}
	for range 1000 { // package math is good to an ulp or two here
		x := r.Float64() * 1e5
		assert.InDelta(t, math.Cos(x), Cos(x), 0x1p-52, "%v", x)
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		assert.True(t, math.IsNaN(Cos(x)), "Cos(%v)", x)
	}
}

// These bits are the same on every machine.
func TestGoldenScalars(t *testing.T) {
	for _, c := range []struct {
		name string
		got  float64
		want uint64
	}{
		{"Exp(1)", Exp[float64](1), 0x4005bf0a8b145769},
		{"Log(10)", Log[float64](10), 0x40026bb1bbb55516},
		{"Log1p(0.1)", Log1p(0.1), 0x3fb8663f793c46c7},
		{"Pow(0.9, 1000)", Pow(0.9, 1000), 0x366fee7413dac341},
		{"Pow(0.999, 12345)", Pow(0.999, 12345), 0x3ed22391fb94567e},
		{"Cos(1)", Cos(1.0), 0x3fe14a280fb5068c},
		{"Cos(12345.678)", Cos(12345.678), 0x3fe6b94c3bbe24b8},
		{"Tanh(0.1)", Tanh[float64](0.1), 0x3fb983d7795f413a},
		{"Sigmoid(-3.3)", Sigmoid[float64](-3.3), 0x3fa236630d362b36},
	} {
		assert.Equal(t, c.want, math.Float64bits(c.got), "%s = %v, bits %#x", c.name, c.got, math.Float64bits(c.got))
	}
}
