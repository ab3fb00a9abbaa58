package scalar

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// FMA32 against math/big, whose Float32 rounds an exact sum once.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	check := func(x, y, z float32) {
		t.Helper()
		p := new(big.Float).SetPrec(2000).Mul(big.NewFloat(float64(x)).SetPrec(2000), big.NewFloat(float64(y)))
		want, _ := p.Add(p, big.NewFloat(float64(z))).Float32()
		// math/big has no sign for an exact zero sum of opposite terms; FMA gives +0.
		if got := FMA32(x, y, z); math.Float32bits(got) != math.Float32bits(want) && !(got == 0 && want == 0) {
			t.Fatalf("FMA32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	}
	finite := func() float32 {
		for {
			if x := math.Float32frombits(r.Uint32()); x-x == 0 {
				return x
			}
		}
	}
	for range 20000 {
		check(finite(), finite(), finite())
		x, y := float32(r.NormFloat64()), float32(r.NormFloat64())
		check(x, y, float32(r.NormFloat64()))
		// Close to a tie: z much larger than x·y, which is half an ulp of z or nearly so.
		z := float32(r.NormFloat64())
		half := math.Float32frombits(math.Float32bits(z)&0x7f800000) * 0x1p-24
		for _, d := range []uint32{0, 1, math.MaxUint32} {
			h := math.Float32frombits(math.Float32bits(half) + d)
			check(h, 1, z)
			check(-h, 1+0x1p-23, z)
			check(h*0x1p10, 0x1p-10-0x1p-34, z)
		}
		// Results in the subnormal range and at its border.
		s := math.Float32frombits(r.Uint32N(1<<24) | r.Uint32()&(1<<31))
		check(x*0x1p-70, y*0x1p-70, s)
		check(x*0x1p-75, y*0x1p-74, s)
		check(s, y, math.Float32frombits(r.Uint32N(1<<24)))
		check(x*0x1p64, y*0x1p64, z*0x1p104)
	}
}

func TestFMA32Specials(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	for _, c := range [][4]float32{
		{inf, 1, 1, inf}, {inf, -1, 1, -inf}, {inf, 0, 1, nan}, {inf, 1, -inf, nan}, {1, 1, inf, inf}, {nan, 1, 1, nan}, {1, nan, 1, nan}, {1, 1, nan, nan},
		{0, 1, zero, 0}, {zero, 1, zero, zero}, {zero, 1, 0, 0}, {1, 1, -1, 0}, {-1, 1, 1, 0},
		{math.MaxFloat32, math.MaxFloat32, -inf, -inf}, {math.MaxFloat32, 2, -math.MaxFloat32, math.MaxFloat32}, {math.MaxFloat32, 2, 0, inf},
		{0x1p-149, 0.5, 0, 0}, {-0x1p-149, 0.5, 0, zero}, {0x1p-149, 0.5, 0x1p-149, 0x1p-148}, {0x1p-149, 0x1.000002p-1, 0, 0x1p-149},
	} {
		if got := FMA32(c[0], c[1], c[2]); !same(got, c[3]) {
			t.Errorf("FMA32(%v, %v, %v) = %v, want %v", c[0], c[1], c[2], got, c[3])
		}
	}
}
