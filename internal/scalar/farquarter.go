package scalar

import (
	"math"
	"math/bits"
)

// twoOverPi has the bits of 2/π behind the point, after a word of zeros.
var twoOverPi = [...]uint64{0,
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}

// farQuarter is nearestQuarter for finite a ≥ 2³⁰ (Payne and Hanek, "Radian reduction for
// trigonometric functions", 1983). a is m·2^e with a whole m below 2⁵³. Of the bits of 2/π
// those whose product with a is a multiple of 4 don't count; the next 192 give
// a·2/π mod 4 to 2⁻¹³⁷, and no a is nearer to a multiple of π/2 than some 2⁻⁶¹.
func farQuarter(a float64) (q uint64, r, rl float64) {
	b := math.Float64bits(a)
	m := b&(1<<52-1) | 1<<52
	first := int(b>>52) - 1075 - 2 + 64 // of the bits of twoOverPi: bit i has weight 2^(63−i)
	word, shift := first/64, uint(first%64)
	var w [3]uint64
	for i := range w {
		w[i] = twoOverPi[word+i]<<shift | twoOverPi[word+i+1]>>(64-shift)
	}
	// x is m·w mod 2¹⁹²: two bits before the point, 190 behind it.
	h2, x2 := bits.Mul64(m, w[2])
	h1, x1 := bits.Mul64(m, w[1])
	x1, carry := bits.Add64(x1, h2, 0)
	x0 := m*w[0] + h1 + carry
	q = x0 >> 62
	// The fraction, now of 192 bits, as a number from −½ to ½.
	x0, x1, x2 = x0<<2|x1>>62, x1<<2|x2>>62, x2<<2
	negative := x0>>63 == 1
	if negative {
		q = (q + 1) & 3
		var borrow uint64
		x2, borrow = bits.Sub64(0, x2, 0)
		x1, borrow = bits.Sub64(0, x1, borrow)
		x0, _ = bits.Sub64(0, x0, borrow)
	}
	// f + fl is the fraction, f its first 53 bits but for leading zeros, fl the next 53.
	zeros := uint(bits.LeadingZeros64(x0))
	x0 = x0<<zeros | x1>>(64-zeros)
	x1 = x1<<zeros | x2>>(64-zeros)
	unit := math.Float64frombits(uint64(1023-53-zeros) << 52)
	f := float64(x0>>11) * unit
	fl := float64((x0<<53|x1>>11)>>11) * (unit * 0x1p-53)
	c := &Float64
	r = float64(f * c.Pio2Hi)
	rl = math.FMA(f, c.Pio2Hi, -r)
	rl = math.FMA(f, c.Pio2Mid, rl)
	rl = math.FMA(fl, c.Pio2Hi, rl)
	if negative {
		return q, -r, -rl
	}
	return q, r, rl
}
