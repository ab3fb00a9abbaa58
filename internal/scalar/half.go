package scalar

import "math"

// Numbers of 16 bits, as uint16: float16 is IEEE 754's binary16, with 5 bits of exponent
// and 10 behind the point; bfloat16 is the upper half of a float32. Conversions to them
// round to nearest, ties to even, and keep the sign, the quiet bit set and the upper bits
// of the payload of a NaN.

// ToFloat16 returns x as float16.
func ToFloat16(x float32) uint16 {
	const inf, minNormal = 0x7f800000, (127 - 14) << 23
	b := math.Float32bits(x)
	sign := uint16(b>>16) & 0x8000
	b &^= 1 << 31
	switch {
	case b > inf:
		return sign | 0x7e00 | uint16(b>>13)&0x3ff
	case b >= (127+16)<<23:
		return sign | 0x7c00
	case b >= minNormal:
		b -= (127 - 15) << 23
		return sign | uint16((b+0xfff+b>>13&1)>>13) // may round up to infinity
	}
	// The float32 just above ½ are as far apart as the least float16.
	return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-math.Float32bits(0.5))
}

// FromFloat16 returns the float32 that h is.
func FromFloat16(h uint16) float32 {
	sign, b := uint32(h&0x8000)<<16, uint32(h&0x7fff)
	switch {
	case b > 0x7c00:
		return math.Float32frombits(sign | 0x7fc00000 | b<<13)
	case b == 0x7c00:
		return math.Float32frombits(sign | 0x7f800000)
	case b >= 0x400:
		return math.Float32frombits(sign | (b<<13 + (127-15)<<23))
	}
	return math.Float32frombits(sign | math.Float32bits(float32(float32(b)*0x1p-24)))
}

// ToBFloat16 returns x as bfloat16.
func ToBFloat16(x float32) uint16 {
	b := math.Float32bits(x)
	if x != x {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// FromBFloat16 returns the float32 that h is.
func FromBFloat16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// Odd32 returns x rounded to odd: x itself if it is a float32, else of the two float32
// around it the one whose last bit is 1; what is too large becomes the largest one. To
// round that to fewer bits gives what x gives if it is rounded to them at once (Boldo and
// Melquiond, 2008).
func Odd32(x float64) float32 {
	if x != x {
		b := math.Float64bits(x)
		return math.Float32frombits(uint32(b>>32)&(1<<31) | 0x7fc00000 | uint32(b>>29)&(1<<22-1))
	}
	y := float32(x)
	z := float64(y)
	if z == x {
		return y
	}
	b := math.Float32bits(y)
	if math.Abs(z) > math.Abs(x) {
		b--
	}
	return math.Float32frombits(b | 1)
}
