package scalar

import (
	"math"
	"testing"
)

// Erfc is within 4 units of the last place of math.Erfc, which differs by its exponential;
// subnormal results are, too.
func TestErfc(t *testing.T) {
	x := []float64{0, 0x1p-1074, 0x1p-57, 0x1p-56, 0.25, 0.84375, 1.25, 1 / 0.35, 6, 26.5, 27.22, 27.3, 28, 100, math.MaxFloat64, math.Inf(1)}
	for v := 0.0; v < 28.5; v += 0x1.003p-10 {
		x = append(x, v)
	}
	for _, x := range x {
		for _, x := range []float64{x, -x, math.Nextafter(x, 0)} {
			got, want := Erfc(x), math.Erfc(x)
			ulp := math.Nextafter(want, 3) - want
			if !(math.Abs(got-want) <= 4*ulp) {
				t.Fatalf("Erfc(%v) = %v, want %v", x, got, want)
			}
		}
	}
	if y := Erfc(math.NaN()); y == y {
		t.Errorf("Erfc(NaN) = %v", y)
	}
}
