package scalar

import (
	"math"
	"math/rand/v2"
	"testing"
)

// fma64 has the bits of math.FMA: for numbers of any size, for sums that cancel, for
// sums next to the middle between two float64, and for zeros, infinities and NaN.
func TestFMA64(t *testing.T) {
	n := 2_000_000
	if testing.Short() {
		n = 100_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	edges := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-900, 0x1p900, 1 + 0x1p-52, 1 - 0x1p-53}
	number := func() float64 {
		f := 1 + r.Float64()
		if r.IntN(2) == 0 {
			f = 1 + float64(r.IntN(1<<12))*0x1p-12 // few bits: products are exact, and sums lie in the middle
		}
		f = math.Ldexp(f, r.IntN(120)-60)
		switch r.IntN(32) {
		case 0:
			f = edges[r.IntN(len(edges))]
		case 1:
			f = math.Float64frombits(r.Uint64())
		}
		if r.IntN(2) == 0 {
			return -f
		}
		return f
	}
	fell := 0
	for range n {
		x, y, z := number(), number(), number()
		switch r.IntN(4) {
		case 0: // nearly cancels
			z = -x * y * (1 + float64(r.IntN(5)-2)*0x1p-52)
		case 1: // the product is next to the middle between z and its neighbour
			z = math.Ldexp(1+float64(r.IntN(1<<20))*0x1p-52, r.IntN(40)-20)
			x = math.Ldexp(z, -53) / y * (1 + float64(r.IntN(5)-2)*0x1p-52)
		}
		got, want := fma64(x, y, z), math.FMA(x, y, z)
		if math.Float64bits(got) != math.Float64bits(want) && (got == got || want == want) {
			t.Fatalf("fma64(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
		if plain := float64(x*y) + z; plain != want {
			fell++
		}
	}
	if fell < n/20 {
		t.Errorf("one rounding made a difference in %d of %d cases only", fell, n)
	}
}

func BenchmarkFMA64(b *testing.B) {
	for name, f := range map[string]func(x, y, z float64) float64{"fma64": fma64, "math.FMA": math.FMA} {
		b.Run(name, func(b *testing.B) {
			s := 0.0
			for b.Loop() {
				s = f(s, 0.999999, 1.0000001)
			}
		})
	}
}
