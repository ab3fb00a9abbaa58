package scalar

import "math"

// Pow returns x^y, within 1 ulp, and what math.Pow does for special values: 1 for y = 0
// and for x = 1 whatever the other is, else NaN if one is NaN; NaN for negative x and
// finite y that isn't whole. Of float32 everything is done in float64 and rounded once.
func Pow[T Float](x, y T) T {
	if is32[T]() {
		return T(pow(float64(x), float64(y), power32))
	}
	return T(pow(float64(x), float64(y), power64))
}

// pow is x^y, where positive(|x|, y) is that of positive, finite numbers.
func pow(x, y float64, positive func(x, y float64) float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	}
	ax := math.Abs(x)
	whole := y == math.Floor(y) // ±Inf is a whole, even number
	odd := whole && math.Abs(y) < 0x1p53 && math.Floor(y/2)*2 != y
	if x < 0 && !whole && ax < math.Inf(1) {
		return math.NaN()
	}
	var p float64
	switch {
	case ax == 1:
		p = 1
	case ax == 0 || ax == math.Inf(1) || math.Abs(y) == math.Inf(1):
		if (ax > 1) == (y > 0) {
			p = math.Inf(1)
		}
	default:
		p = positive(ax, y)
	}
	if odd && math.Signbit(x) {
		return -p
	}
	return p
}

// PowEasy reports whether Pow has nothing to decide for x and y: x is positive, and as
// a float64 normal and finite, and x^y is far from overflow and underflow of float64.
func PowEasy[T Float](x, y T) bool {
	d := float64(x)
	if !(d >= Float64.MinNormal && d < math.Inf(1)) {
		return false
	}
	if is32[T]() {
		return math.Abs(float64(float64(y)*log2Single(d))) <= Float64.Exp2Safe
	}
	hi, _ := logTwoWords(d)
	return math.Abs(float64(float64(y)*hi)) <= Float64.Safe
}

// power32 returns x^y for finite x > 0 and finite y, both float32, before it is rounded:
// 2^(y·log₂ x), to some 2⁻³² of it as long as it is in float32's range.
func power32(x, y float64) float64 {
	c := &Float64
	h := float64(y * log2Single(x))
	h = min(max(h, -c.Exp2Safe), c.Exp2Safe)
	kr := h + c.Round
	r := h - (kr - c.Round)
	return float64(evenOdd(r, c.PowExp2) * pow2(c, kr))
}

// log2Single returns log₂ x to some 2⁻³⁷ of it, and exactly if x is a power of 2:
// log₂(1 + f) is s·p(s²) with s = f/(2 + f), |s| ≤ 0.172.
func log2Single(x float64) float64 {
	k, f := splitLog(&Float64, x)
	s := f / (2 + f)
	return FMA(s, horner(float64(s*s), Float64.PowLog2), k)
}

// power64 returns x^y for finite x > 0 and finite y.
func power64(x, y float64) float64 {
	c := &Float64
	l, ll := logTwoWords(x)
	h := float64(y * l)
	switch {
	case h > c.ExpMax:
		return math.Inf(1)
	case h < c.ExpMin:
		return 0
	}
	e := FMA(y, l, -h)
	e = FMA(y, ll, e)
	kr, r, rl := reduce(c, h)
	w, t := expWords(c, r, rl+e)
	return scaleExp(c, h > 0, kr, w+t)
}

// logTwoWords returns hi + lo = ln x to some 2⁻⁶⁵ of it, for finite x > 0. With
// s = 2f/(2 + f), ln(1 + f) = s + s³·t(s²); what s³ and t lack by rounding is carried along,
// to first order.
func logTwoWords(x float64) (hi, lo float64) {
	c := &Float64
	k, f := splitLog(c, x)
	d, dl := fast2Sum(2, f)
	q := 1 / d
	z := f + f
	s := float64(z * q)
	sl := float64(FMA(-s, dl, FMA(-s, d, z)) * q)
	s2 := float64(s * s)
	s2l := FMA(s, s, -s2)
	sl = float64(sl * FMA(s2, FMA(s2, 0.0625, 0.25), 1)) // times the logarithm's derivative, 1/(1 − s²/4)
	s3 := float64(s * s2)
	s3l := FMA(s, s2l, FMA(s, s2, -s3))
	p := horner(s2, c.PowLog[1:])
	t := FMA(s2, p, c.PowLog[0])
	tl := FMA(s2, p, c.PowLog[0]-t)
	r := float64(s3 * t)
	rl := FMA(s3, tl, FMA(s3, t, -r))
	rl = FMA(s3l, t, rl)
	lo = FMA(k, c.LogLo, rl+sl)
	a, al := fast2Sum(float64(k*c.LogHi), s)
	hi, hl := fast2Sum(a, r)
	return hi, lo + (al + hl)
}

// PowInt returns xⁿ for n ≥ 0 by repeated squaring. The powers of Adam's β need no more.
func PowInt(x float64, n int) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}
