package scalar

import "math"

// Minimax polynomials on |r| ≤ π/4.
var (
	sinCoef = []float64{-0x1.5555555555549p-3, 0x1.111111110f8a7p-7, -0x1.a01a019c16448p-13,
		0x1.71de357b44278p-19, -0x1.ae5e68bf38bcdp-26, 0x1.5d93adc67ee66p-33} // (sin r − r)/r³ in r²
	cosCoef = []float64{0x1.555555555554cp-5, -0x1.6c16c16c15222p-10, 0x1.a01a019cbfd3p-16,
		-0x1.27e4f81315bccp-22, 0x1.1ee9f198517d2p-29, -0x1.8fb15657ba499p-37} // (cos r − 1 + r²/2)/r⁴ in r²
)

// Cos returns cos x, within 1 ulp for |x| ≤ 2³⁰ and NaN beyond: π/2 is
// subtracted in three words, not in the thousand bits that any x would take.
func Cos(x float64) float64 {
	if !(math.Abs(x) <= 0x1p30) {
		return math.NaN()
	}
	const twoOverPi, pio2Hi, pio2Mid, pio2Lo = 0x1.45f306dc9c883p-1, 0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110
	const round = 0x1.8p52
	nr := math.FMA(math.Abs(x), twoOverPi, round)
	n := nr - round
	t := math.FMA(-n, pio2Hi, math.Abs(x)) // exact
	p := float64(n * pio2Mid)
	r, rl := twoSum(t, -p)
	rl -= math.FMA(n, pio2Lo, math.FMA(n, pio2Mid, -p))

	var y float64
	q := math.Float64bits(nr) & 3
	if q&1 == 0 {
		y = cosKernel(r, rl)
	} else {
		y = sinKernel(r, rl)
	}
	if q == 1 || q == 2 { // cos(r + π/2) = −sin r, cos(r + π) = −cos r
		return -y
	}
	return y
}

// sinKernel returns sin(r + rl) for |r| ≤ π/4.
func sinKernel(r, rl float64) float64 {
	r2 := float64(r * r)
	return r + math.FMA(float64(r2*r), horner(r2, sinCoef), math.FMA(rl, float64(-0.5*r2), rl))
}

// cosKernel returns cos(r + rl) for |r| ≤ π/4.
func cosKernel(r, rl float64) float64 {
	r2 := float64(r * r)
	h := float64(0.5 * r2)
	w, wl := fast2Sum(1, -h)
	return w + (wl + math.FMA(float64(r2*r2), horner(r2, cosCoef), -float64(r*rl)))
}
