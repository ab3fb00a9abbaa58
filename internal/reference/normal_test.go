package reference

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// bigErf returns erf x = 2/√π·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!! and 2/√π·e^(−x²).
func bigErf(x *big.Float) (erf, slope *big.Float) {
	num := func() *big.Float { return new(big.Float).SetPrec(prec + 200) }
	// π/4 = 4·arctan(1/5) − arctan(1/239) (Machin)
	arctan := func(q int64) *big.Float {
		sum, term := num(), num().Quo(num().SetInt64(1), num().SetInt64(q))
		for n := int64(1); n < 400; n += 2 {
			sum.Add(sum, num().Quo(term, num().SetInt64(n)))
			term.Quo(term, num().SetInt64(-q*q))
		}
		return sum
	}
	pi := num().Sub(num().Mul(num().SetInt64(16), arctan(5)), num().Mul(num().SetInt64(4), arctan(239)))
	square := num().Mul(x, x)
	slope = num().Quo(num().SetInt64(2), num().Sqrt(pi))
	slope.Quo(slope, bigExp(square))
	term := num().Set(x)
	erf = num()
	for n := int64(1); n < 300; n++ {
		erf.Add(erf, term)
		term.Mul(term, num().Mul(square, num().SetInt64(2))).Quo(term, num().SetInt64(2*n+1))
	}
	return erf.Mul(erf, slope), slope
}

// Erf, GELU and its derivative against the series, also where they are small and around
// the zero of the derivative.
func TestNormalAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	x := []float64{-7, 7, 0.5, -0.7517915246935645, math.Nextafter(-0.7517915246935645, 0), -1.0 / 16, 0x1p-30, -0x1p-300}
	for range 10 {
		x = append(x, 1.5*r.NormFloat64())
	}
	num := func(v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }
	near := func(name string, x float64, got Value, want *big.Float) {
		d := num(0).Sub(bigFloat(got), want)
		e, _ := d.Quo(d, want).Float64()
		assert.LessOrEqual(t, math.Abs(e), 0x1p-80, "%s(%v)", name, x)
	}
	for _, x := range x {
		e, _ := bigErf(num(x))
		near("Erf", x, erf(x), e)
		root := num(0).Sqrt(num(2))
		e, slope := bigErf(num(0).Quo(num(x), root))
		phi := num(0).Add(num(1), e)
		phi.Quo(phi, num(2))
		near("GELU", x, gelu(x), num(0).Mul(phi, num(x)))
		slope.Quo(slope, num(0).Mul(root, num(2))).Mul(slope, num(x))
		got, want := geluPrime(x), phi.Add(phi, slope)
		if math.Abs(x+0.75) < 0.01 {
			d, _ := num(0).Sub(bigFloat(got), want).Float64()
			assert.LessOrEqual(t, math.Abs(d), 0x1p-95, "GELU'(%v)", x)
			continue
		}
		near("GELUPrime", x, got, want)
	}
}
