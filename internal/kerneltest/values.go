package kerneltest

import (
	"math"
	"math/rand/v2"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Float is the element type of kernels.
type Float = kernels.Float

func is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// as views x as a slice of the built-in type of the same size.
func as[E float32 | float64, T Float](x []T) []E { return *(*[]E)(unsafe.Pointer(&x)) }

// Bits returns the IEEE 754 representation of x.
func Bits[T Float](x T) uint64 {
	if is32[T]() {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(float64(x))
}

// FromBits returns the number whose IEEE 754 representation is b; for float32
// only the lower half of b counts. It keeps the payload of a NaN.
func FromBits[T Float](b uint64) T {
	var x T
	if is32[T]() {
		*(*uint32)(unsafe.Pointer(&x)) = uint32(b)
	} else {
		*(*uint64)(unsafe.Pointer(&x)) = b
	}
	return x
}

// Equal reports whether x and y have the same bits or are both NaN.
func Equal[T Float](x, y T) bool {
	return Bits(x) == Bits(y) || x != x && y != y
}

// poison returns the NaN that stands wherever a kernel must neither read nor
// write. No computation produces its payload.
func poison[T Float]() T {
	if is32[T]() {
		return FromBits[T](0x7fc0dead)
	}
	return FromBits[T](0x7ff8_dead_dead_dead)
}

// Alphas and Betas are factors for products: the values with rules of their own
// and ordinary ones.
var (
	Alphas = []float64{1, -1.7, 0.3, 0, 1, math.Copysign(0, -1), 2.9, math.NaN(), 1, 1e-3, math.Inf(1)}
	Betas  = []float64{0, 1, -0.6, 0, 1.3, 0, math.NaN(), 1, math.Copysign(0, -1), 0.5, math.Inf(-1), 0, 1}
)

// Specials returns the values at which kernels have gone wrong: zeros, NaN of
// several payloads, infinities, the ends of the normal and the subnormal range,
// neighbours of 1, and neighbours of every threshold of exp, sigmoid, tanh and sin.
// Each but NaN stands there with both signs.
func Specials[T Float]() []T {
	var bits []uint64 // positive
	around := func(x float64) {
		b := Bits(T(x))
		bits = append(bits, b-2, b-1, b, b+1, b+2)
	}
	thresholds := []float64{0.25, 0.5, math.Sqrt2 / 2, 1, math.Sqrt2, 2, math.Ln2 / 2, math.Ln2, 1.5 * math.Ln2, 9, 10, 16, 20, 17.33, 18.7, 37}
	if is32[T]() {
		thresholds = append(thresholds, 0x1p-24, 0x1p-13, 0x1p-12, 1./3, 2./3, 4./3, 10./3, 14./3, 22./3, 9.125, 43, 44, 51.9, 52, 64, 86, 86.98, 87.33655, 88, 88.02969, 88.72284, 89, 103.27893, 103.97208, 104, 106, 126, 149, 150, 0x1p17, 0x1p22, 0x1p23, 0x1p24)
		bits = append(bits, 0, 1, 2, 0x3fffff, 0x400000, 0x7ffffe, 0x7fffff, 0x800000, 0x800001, 0x7f7ffffe, 0x7f7fffff, 0x7f800000)
	} else {
		thresholds = append(thresholds, 0x1p-53, 0x1p-27, 0x1p-26, 350, 354, 372, 512, 700, 708, 708.3964185322641, 709, 709.436, 709.782712893384, 710, 744.4400719213812, 745.1332191019412, 746, 748, 1022, 1074, 1075, 0x1p30, 0x1p51, 0x1p52, 0x1p53)
		bits = append(bits, 0, 1, 2, 1<<51-1, 1<<51, 1<<52-2, 1<<52-1, 1<<52, 1<<52+1, 0x7feffffffffffffe, 0x7fefffffffffffff, 0x7ff0000000000000)
	}
	for _, x := range thresholds {
		around(x)
	}
	for k := 4; k < 40; k++ { // the hardest points of exp's range reduction
		around(float64(k) * math.Ln2 / 2)
	}
	sign := uint64(1) << (8*unsafe.Sizeof(T(0)) - 1)
	var x []T
	for _, b := range bits {
		x = append(x, FromBits[T](b), FromBits[T](b|sign))
	}
	inf := Bits(T(math.Inf(1)))
	quiet := (sign - inf) >> 1
	for _, payload := range []uint64{1, quiet, quiet | 1, sign - 1 - inf, 0x1234} {
		x = append(x, FromBits[T](inf|payload), FromBits[T](inf|payload|sign))
	}
	return x
}

// Fill is a kind of operand.
type Fill int

const (
	Plain   Fill = iota // in (−2, 2)
	Range               // all over the domain of exp and sigmoid and a little beyond
	Tiny                // products underflow, often to −0
	AnyBits             // every bit pattern equally often
	Special             // one in four of Specials, the rest as Plain
	Zeros               // half of them ±0, the rest ±1 and the smallest: signs of zeros meet
	Rare                // one in twenty of AnyBits, the rest as Plain, times up to 40 or 300: most vectors are ordinary
)

// Fills holds all kinds.
var Fills = []Fill{Plain, Range, Tiny, AnyBits, Special, Zeros, Rare}

// Fills returns the kinds of operand that a size is tried with: all of them, or three where
// there are many elements, whose values are those of small sizes in other places.
func (s Size) Fills() []Fill {
	if s.M*s.N*s.K > 1000 {
		return []Fill{Plain, Range, Rare}
	}
	return Fills
}

// Values returns a generator of values of a kind. Equal seeds give equal values.
func Values[T Float](fill Fill, seed uint64) func() T {
	r := rand.New(rand.NewPCG(seed, uint64(fill)))
	plain := func() T { return T(float64(4*r.Float64()) - 2) }
	switch fill {
	case Plain:
		return plain
	case Range:
		width := 1600.0
		if is32[T]() {
			width = 240
		}
		return func() T { return T(width * (float64(r.Float64()) - 0.5)) }
	case Tiny:
		scale := T(0x1p-540)
		if is32[T]() {
			scale = T(0x1p-74)
		}
		return func() T { return plain() * scale }
	case AnyBits:
		return func() T { return FromBits[T](r.Uint64()) }
	case Zeros:
		sign, one := uint64(1)<<(8*unsafe.Sizeof(T(0))-1), Bits(T(1))
		some := []uint64{0, 0, 0, 0, 1, one, one, one + 1}
		return func() T { return FromBits[T](some[r.IntN(len(some))] | sign*r.Uint64N(2)) }
	case Rare:
		scale := T([]float64{1, 10, 40, 300}[r.IntN(4)])
		if is32[T]() {
			scale = min(scale, 40)
		}
		return func() T {
			if r.IntN(20) == 0 {
				return FromBits[T](r.Uint64())
			}
			return plain() * scale
		}
	default:
		specials := Specials[T]()
		return func() T {
			if r.IntN(4) > 0 {
				return plain()
			}
			return specials[r.IntN(len(specials))]
		}
	}
}
