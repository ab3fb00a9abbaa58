package generic

import "math"

func maximum[T float](x []T) T {
	top := T(math.Inf(-1))
	for _, v := range x {
		top = max(top, v) // NaN if one is, +0 above −0
	}
	return top
}

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
