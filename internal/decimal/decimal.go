// Package decimal reads decimal numbers from the bytes of a text, with the values that
// strconv.ParseFloat gives and in less time for the numbers that tables are made of.
// The forms that only Go knows, such as 0x1p4, 1_0 and Inf, are none of its numbers.
package decimal

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"strconv"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// ErrRange is the error of a number that is too large for its type.
var ErrRange = errors.New("out of range")

// Up to these powers of ten are exact in float64.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// And up to these in float32.
var narrow10 = [...]float32{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}

// Prefix reads the decimal number that b begins with, rounded once to T. point is '.' or,
// for a decimal comma, ','. It returns the value and the number's length in bytes, which
// is 0 if b begins with none. A value that overflows is ±Inf with [ErrRange].
func Prefix[T kernels.Float](b []byte, point byte) (value T, length int, err error) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		i = 1
	}
	start := i
	var mantissa uint64
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
	}
	digits, exponent := i-start, 0
	if i < len(b) && b[i] == point {
		i++
		fraction := i
		for i+8 <= len(b) {
			d := binary.LittleEndian.Uint64(b[i:]) ^ 0x3030303030303030 // 0 to 9 in a byte that is a digit
			if d&0xff > 9 {
				break
			}
			// Its lowest bit is that of the first byte that is no digit.
			if others := (d + 0x7676767676767676 | d) & 0x8080808080808080; others != 0 {
				k := bits.TrailingZeros64(others) / 8
				mantissa = mantissa*tens[k&7] + eightDigits(d<<(64-8*k))
				i += k
				break
			}
			mantissa = mantissa*1e8 + eightDigits(d)
			i += 8
		}
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		exponent = fraction - i
		digits -= exponent
	}
	if digits == 0 {
		return 0, 0, nil
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if e, n := exponentOf(b[i:]); n > 0 {
			exponent += e
			i += n
		}
	}
	// Clinger's fast path: with a mantissa and a power of ten that are exact, one
	// operation rounds once. Up to 19 digits the mantissa hasn't overflowed.
	// Source: W. Clinger, "How to read floating point numbers accurately", 1990.
	if unsafe.Sizeof(value) == 4 && mantissa <= 1<<24 && digits <= 19 && exponent <= 0 && exponent >= -10 {
		return signed(T(float32(mantissa)/narrow10[-exponent]), negative), i, nil
	}
	// A longer mantissa is rounded as well, so v is off by less than two units in its
	// last place, which is enough for most float32.
	if exact := mantissa <= 1<<53; digits <= 19 && (exact || unsafe.Sizeof(value) == 4) && exponent >= -22 && exponent <= 22 {
		v := float64(mantissa)
		if exponent < 0 {
			v /= pow10[-exponent]
		} else {
			v *= pow10[exponent]
		}
		if value, ok := narrow[T](v, exact); ok {
			return signed(value, negative), i, nil
		}
	}
	if digits <= 19 && mantissa > 1<<53 && exponent >= -19 && exponent <= 0 && unsafe.Sizeof(value) == 8 {
		return signed(T(quotient(mantissa, -exponent)), negative), i, nil
	}
	value, err = slow[T](b[:i], point)
	return value, i, err
}

// signed returns −v if v is to be negative.
func signed[T kernels.Float](v T, negative bool) T {
	if negative {
		return -v
	}
	return v
}

// Powers of ten as whole numbers.
var tens = [8]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// eightDigits returns the number of eight digits, values 0 to 9, the first in the lowest
// byte: pairs, then fours, then all of them.
// Source: D. Lemire, "Number parsing at a gigabyte per second", 2021.
func eightDigits(d uint64) uint64 {
	d = d*10 + d>>8
	return (d&0x000000ff000000ff*(100+1000000<<32) + d>>16&0x000000ff000000ff*(1+10000<<32)) >> 32
}

// quotient returns m/10ᵏ, rounded once, for m > 0 and k ≤ 19.
func quotient(m uint64, k int) float64 {
	d := uint64(1)
	for range k {
		d *= 10
	}
	// With m and d shifted up to 64 bits each, the quotient of m·2⁶³ and d has 63 or 64.
	shiftM, shiftD := bits.LeadingZeros64(m), bits.LeadingZeros64(d)
	m <<= shiftM
	q, rest := bits.Div64(m>>1, m<<63, d<<shiftD)
	more := bits.Len64(q) - 53
	part, half := q&(1<<more-1), uint64(1)<<(more-1)
	q >>= more
	if part > half || part == half && (rest != 0 || q&1 == 1) {
		q++
	}
	return math.Ldexp(float64(q), more-63+shiftD-shiftM)
}

// narrow rounds v to T. v is the float64 that is nearest to a number, or only close to it
// if it isn't exact. narrow isn't ok where the T that is nearest to the number may be
// another: where v lies halfway between two float32, or outside of their normal range.
func narrow[T kernels.Float](v float64, exact bool) (T, bool) {
	if unsafe.Sizeof(T(0)) == 8 {
		return T(v), true
	}
	if a := math.Abs(v); a != 0 && !(a >= 0x1p-126 && a < math.MaxFloat32) {
		return 0, false
	}
	const (
		halfway = 1 << 28 // in the 29 bits that float32 doesn't have
		margin  = 8
	)
	rest := int64(math.Float64bits(v)&(2*halfway-1)) - halfway
	return T(v), rest != 0 && (exact || rest < -margin || rest > margin)
}

// exponentOf reads an exponent such as e-3. Its length is 0 if it is none.
func exponentOf(b []byte) (e, length int) {
	i, sign := 1, 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		if b[i] == '-' {
			sign = -1
		}
		i++
	}
	start := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		e = min(e*10+int(b[i]-'0'), 1e6)
	}
	if i == start {
		return 0, 0
	}
	return sign * e, i
}

// slow leaves the number to strconv.
func slow[T kernels.Float](b []byte, point byte) (T, error) {
	text := unsafe.String(unsafe.SliceData(b), len(b))
	if point != '.' {
		dotted := make([]byte, len(b))
		for i, c := range b {
			if c == point {
				c = '.'
			}
			dotted[i] = c
		}
		text = string(dotted)
	}
	v, err := strconv.ParseFloat(text, 8*int(unsafe.Sizeof(T(0))))
	if err != nil {
		return T(v), ErrRange
	}
	return T(v), nil
}

// Parse reads a number that is all of b. It isn't ok if b is something else.
func Parse[T kernels.Float](b []byte, point byte) (value T, ok bool, err error) {
	value, n, err := Prefix[T](b, point)
	return value, n > 0 && n == len(b), err
}
