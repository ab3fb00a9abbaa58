package generic

import "math"

func maximum[T float](x []T) T {
	top := T(math.Inf(-1))
	for _, v := range x {
		top = max(top, v) // NaN if one is, +0 above −0
	}
	return top
}

// first returns the index of the first x[i] whose key no other is above, or of the first
// NaN.
func first[T float](x []T, key func(T) T) int {
	best := 0
	for i, v := range x {
		if v != v {
			return i
		}
		if key(v) > key(x[best]) {
			best = i
		}
	}
	return best
}

func itself[T float](v T) T    { return v }
func negative[T float](v T) T  { return -v }
func magnitude[T float](v T) T { return T(math.Abs(float64(v))) }

// ArgMaxF32 returns the first i for which x[i] is largest, or for which it is NaN, and 0
// of nothing. −0 and +0 are equal.
//
//nabla:whole
//nabla:long longArgMax
//nabla:without AVX512
//go:noinline
func ArgMaxF32(x []float32) int { return first(x, itself) }

// ArgMaxF64 is ArgMaxF32 for float64.
//
//go:noinline
func ArgMaxF64(x []float64) int { return first(x, itself) }

// ArgMinF32 returns the first i for which x[i] is smallest, or for which it is NaN, and 0
// of nothing. −0 and +0 are equal.
//
//nabla:whole
//nabla:long longArgMin
//nabla:without AVX512
//go:noinline
func ArgMinF32(x []float32) int { return first(x, negative) }

// ArgMinF64 is ArgMinF32 for float64.
//
//go:noinline
func ArgMinF64(x []float64) int { return first(x, negative) }

// IamaxF32 returns the first i for which |x[i]| is largest, or for which it is NaN, and 0
// of nothing.
//
//nabla:whole
//nabla:long longIamax
//nabla:without AVX512
//go:noinline
func IamaxF32(x []float32) int { return first(x, magnitude) }

// IamaxF64 is IamaxF32 for float64.
//
//go:noinline
func IamaxF64(x []float64) int { return first(x, magnitude) }

// MaxF32 returns the largest x[i] by IEEE 754-2019 maximum: NaN if any is NaN,
// and +0 is larger than −0. Of nothing it is −Inf.
//
//nabla:whole
//nabla:long longMax
//go:noinline
func MaxF32(x []float32) float32 { return maximum(x) }

// MaxF64 is MaxF32 for float64.
//
//go:noinline
func MaxF64(x []float64) float64 { return maximum(x) }
