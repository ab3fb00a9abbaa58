package reference

import (
	"math"
	"math/big"
)

// twoOverPi has the first 1,280 bits of 2/π behind the point, as a whole number.
var twoOverPi, _ = new(big.Int).SetString("a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561"+
	"b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f4"+
	"9c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b"+
	"3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d", 16)

const twoOverPiBits = 1280

// halfPi is π/2.
var halfPi = double{0x1.921fb54442d18p0, 0x1.1a62633145c07p-54}

// quarter returns n mod 4 and r with x = n·π/2 + r, |r| ≤ π/4, for finite x.
func quarter(x float64) (n int, r double) {
	if math.Abs(x) < 0.7 {
		return 0, double{x, 0}
	}
	frac, exp := math.Frexp(x)
	p := new(big.Int).SetInt64(int64(frac * (1 << 53)))
	p.Mul(p, twoOverPi)
	point := uint(twoOverPiBits + 53 - exp) // bits behind the point
	whole := new(big.Int).Rsh(p, point-1)   // ⌊2x/(π/2)⌋
	whole.Add(whole, big.NewInt(1)).Rsh(whole, 1)
	p.Sub(p, new(big.Int).Lsh(whole, point))
	f := new(big.Float).SetPrec(120).SetInt(p)
	f.SetMantExp(f, -int(point))
	hi, _ := f.Float64()
	lo, _ := f.Sub(f, big.NewFloat(hi)).Float64()
	n = int(whole.And(whole, big.NewInt(3)).Int64())
	return n, double{hi, lo}.mul(halfPi)
}

// sinCos returns sin r and cos r for |r| ≤ π/4 by their Taylor series.
func sinCos(r double) (sin, cos double) {
	r2 := r.mul(r).neg()
	sin, cos = double{1, 0}, double{1, 0}
	for n := 28; n > 0; n -= 2 {
		cos = double{1, 0}.add(cos.mul(r2).div(double{float64(n * (n - 1)), 0}))
		sin = double{1, 0}.add(sin.mul(r2).div(double{float64(n * (n + 1)), 0}))
	}
	return sin.mul(r), cos
}

// sinOf returns sin(x + quarters·π/2).
func sinOf(x float64, quarters int) Value {
	if quarters == 0 && math.Abs(x) < 0x1p-500 {
		return Value{x, 0, 0}
	}
	n, r := quarter(x)
	sin, cos := sinCos(r)
	switch (n + quarters) & 3 {
	case 1:
		sin = cos
	case 2:
		sin = sin.neg()
	case 3:
		sin = cos.neg()
	}
	return sin.times2(0)
}
