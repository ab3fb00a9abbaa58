package generic

import "math"

func maximum[T float](x []T) T {
	top := T(math.Inf(-1))
	for _, v := range x {
		top = max(top, v) // NaN if one is, +0 above −0
	}
	return top
}

func index[T float](x []T, v T) int {
	for i, xi := range x {
		if xi == v || xi != xi {
			return i
		}
	}
	return len(x)
}

// IndexF32 returns the first i for which x[i] is v or NaN, len(x) if there is none. v is
// not NaN.
//
//nabla:whole
//nabla:few 15
//nabla:without AVX512 NEON
//go:noinline
func IndexF32(x []float32, v float32) int { return index(x, v) }

// IndexF64 is IndexF32 for float64.
//
//go:noinline
func IndexF64(x []float64, v float64) int { return index(x, v) }

// MaxF32 returns the largest x[i] by IEEE 754-2019 maximum: NaN if any is NaN,
// and +0 is larger than −0. Of nothing it is −Inf.
//
//nabla:whole
//go:noinline
func MaxF32(x []float32) float32 { return maximum(x) }

// MaxF64 is MaxF32 for float64.
//
//go:noinline
func MaxF64(x []float64) float64 { return maximum(x) }
