package scalar

import "math"

// Tanh returns tanh z, within 1 ulp and within [−1, 1]; −0 for −0, NaN for NaN.
//
// For float32 see tanh32. For float64 it is (1 − e)/(1 + e) with e = e^−2|z| and
// 1 − e = −expm1(−2|z|) in two words. Where k = 0 that is −r − r²·q(r) to full relative
// precision, so small z need no polynomial of their own.
func Tanh[T Float](z T) T {
	if is32[T]() {
		return T(tanh32(float32(z)))
	}
	c := coefficients[T]()
	if a := abs(z); !(a >= c.TanhTiny) {
		return z
	}
	a := max(min(abs(z), c.TanhLarge), c.TanhLeast)
	kr, r, l := reduce(c, -(a + a))
	rq := Mul(horner(r, c.Exp), r)
	t := FMA(l, r, l)
	t = FMA(rq, r, t) // e^(r+l) = 1 + r + t
	p := pow2(c, kr)
	g, gl := fast2Sum(1, -p)
	h, hl := fast2Sum(g, -Mul(p, r))
	n, nl := fast2Sum(h, FMA(-p, t, hl+gl))
	d, dl := fast2Sum(2, -n)
	return copySign(quotient(n, nl, d, dl-nl), z)
}

// A TanhPiece is tanh of float32 on one of eight intervals: Value + d·P(d) for
// d = |z| − Centre. On the first, |z| stands in place of Value.
type TanhPiece struct {
	Centre, Value float32    // Value is tanh Centre
	P             [7]float32 // minimax, lowest degree first
}

// TanhPieces are the intervals, from 0 up. They meet where 2 + 3|z| is 3, 4, 6, 8, 12, 16
// and 24. Centres are chosen so that Value and P[0] hardly differ from tanh and tanh'.
var TanhPieces = [8]TanhPiece{
	{0, 0, [7]float32{0x1.85ea42p-30, -0x1.810106p-22, -0x1.5551p-2, -0x1.2e7992p-12,
		0x1.15e78ep-3, -0x1.3674e4p-7, -0x1.36d976p-5}},
	{0x1.fa7a1p-2, 0x1.d4da7cp-2, [7]float32{0x1.94aa0ep-1, -0x1.72901ep-2, -0x1.906ee8p-4, 0x1.52b3fap-3,
		-0x1.a3119ep-6, -0x1.a23926p-5, 0x1.c831f2p-6}},
	{0x1.fcde4ep-1, 0x1.849d68p-1, [7]float32{0x1.b2127cp-2, -0x1.4977eap-2, 0x1.a58418p-4, 0x1.defa38p-6,
		-0x1.812ff4p-5, 0x1.1bc64ap-6, 0x1.ace56ap-9}},
	{0x1.a9b1e8p0, 0x1.dc77fap-1, [7]float32{0x1.12633cp-3, -0x1.feb0dap-4, 0x1.2453a4p-4, -0x1.977504p-6,
		0x1.2f993cp-9, 0x1.d3ab14p-9, -0x1.5454acp-9}},
	{0x1.55c862p1, 0x1.fb1d3cp-1, [7]float32{0x1.373334p-6, -0x1.343a0ap-6, 0x1.931462p-7, -0x1.83b6f2p-8,
		0x1.1e7334p-9, -0x1.38baf4p-11, 0x1.721bap-14}},
	{0x1.fe1a36p1, 0x1.ffa572p-1, [7]float32{0x1.6a18p-10, -0x1.69dc5p-10, 0x1.e1c93ap-11, -0x1.df8624p-12,
		0x1.7e36dap-13, -0x1.0a7d84p-14, 0x1.20252ap-16}},
	{0x1.829cep2, 0x1.fffe84p-1, [7]float32{0x1.7bb55ap-16, -0x1.7d6e9cp-16, 0x1.fea6f8p-17, -0x1.e75b4ep-18,
		0x1.7aec66p-19, -0x1.56b41p-20, 0x1.a8a8b4p-22}},
	{0x1.03ae64p3, 0x1.fffffap-1, [7]float32{0x1.8002d6p-22, -0x1.800d3ep-22, 0x1.ff808ep-23, -0x1.fdbd1p-24,
		0x1.a00ac4p-25, -0x1.29573cp-26, 0x1.1480eap-28}},
}

// tanh32 needs no division. The interval of |z| stands in the bits of 2 + 3|z|, which is
// within [2, 32): in two bits of its exponent and the first behind the point.
func tanh32(z float32) float32 {
	a := min(abs(z), Float32.TanhLarge)
	t := FMA32(3, a, 2)
	piece := &TanhPieces[math.Float32bits(t)>>22&7]
	d := a - piece.Centre
	p := piece.P[6]
	for k := 5; k >= 0; k-- {
		p = FMA32(p, d, piece.P[k])
	}
	value := piece.Value
	if t < 3 {
		value = a
	}
	return copySign(FMA32(p, d, value), z)
}

// TanhPrime returns tanh'(z), within 1 ulp and within [0, 1], subnormal results
// included; NaN for NaN. It is 4·σ'(2z) as e/((1 + e)/2)² with e = e^−2|z|.
func TanhPrime[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	a := abs(z)
	x := max(-(a + a), c.ExpMin)
	kr, m, ml := twoWordExp(c, x)
	d, dl := onePlus(c, kr, m, ml)
	// v + vl = ((d + dl)/2)²
	h := Mul(d, 0.5)
	v := Mul(h, h)
	vl := FMA(h, h, -v)
	vl = FMA(h, dl, vl)
	return scalePrime(c, x, kr, quotient(m, ml, v, vl))
}
