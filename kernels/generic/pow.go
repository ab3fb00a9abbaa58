package generic

import "github.com/nabla-go/nabla/internal/scalar"

func pow[T float](dst, x, y []T) {
	for i := range dst {
		dst[i] = scalar.Pow(x[i], y[i])
	}
}

// powEasy sets dst[i] = x[i]^y[i] for groups of eight until one has a pair that isn't easy,
// and returns the number of elements before that group.
func powEasy[T float](dst, x, y []T) int {
	for i := 0; i+8 <= len(x); i += 8 {
		for j := range 8 {
			if !scalar.PowEasy(x[i+j], y[i+j]) {
				return i
			}
		}
		pow(dst[i:i+8], x[i:], y[i:])
	}
	return len(x) / 8 * 8
}

// PowEasyF32 sets dst[i] = x[i]^y[i] in groups of eight, and returns the number of elements
// done: up to the first group with a pair that isn't easy. Easy are positive x with x and x^y
// normal, finite and far from overflow as float64.
//
//nabla:whole
//go:noinline
func PowEasyF32(dst, x, y []float32) int { return powEasy(dst, x, y) }

// PowEasyF64 is PowEasyF32 for float64.
//
//go:noinline
func PowEasyF64(dst, x, y []float64) int { return powEasy(dst, x, y) }

// PowF32 sets dst[i] = x[i]^y[i], within 1 ulp, with the special values of math.Pow.
//
//nabla:blocks
//nabla:without AVX2 AVX512 NEON
//go:noinline
func PowF32(dst, x, y []float32) { pow(dst, x, y) }

// PowF64 is PowF32 for float64.
//
//go:noinline
func PowF64(dst, x, y []float64) { pow(dst, x, y) }
