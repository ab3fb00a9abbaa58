package scalar

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A product below LeastFactor is +0, one that is an eighth larger or more is kept, and NaN
// stays.
func TestMulFlush(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kept, small := 0, 0
	for range 100_000 {
		x := float32(math.Ldexp(1+r.Float64(), -r.IntN(150)))
		y := float32(math.Ldexp(1+r.Float64(), -1-r.IntN(80)))
		if r.IntN(2) == 0 {
			x = -x
		}
		got, exact := MulFlush(x, y), math.Abs(float64(x)*float64(y))
		switch {
		case got == 0 && !math.Signbit(float64(got)) && exact < 1.125*0x1p-63:
			small++
		case got == x*y && exact >= 0x1p-63:
			kept++
		default:
			t.Fatalf("MulFlush(%g, %g) = %g", x, y, got)
		}
	}
	if kept < 10_000 || small < 10_000 {
		t.Errorf("%d kept and %d small", kept, small)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range [][2]float64{{nan, 0}, {nan, 1}, {0, nan}, {1, nan}, {1, math.Copysign(nan, -1)}, {inf, 0}, {inf, nan}} {
		if got := MulFlush(c[0], c[1]); got == got {
			t.Errorf("MulFlush(%v, %v) = %v", c[0], c[1], got)
		}
	}
	if got := MulFlush(0x1p-511, 1); got != 0x1p-511 {
		t.Errorf("2⁻⁵¹¹·1 = %v", got)
	}
}
