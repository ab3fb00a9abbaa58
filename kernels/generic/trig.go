package generic

import "github.com/nabla-go/nabla/internal/scalar"

func sinNear[T float](dst, z []T) {
	for i, x := range z {
		if scalar.Near(x) {
			x = scalar.Sin(x)
		}
		dst[i] = x
	}
}

func cosNear[T float](dst, z []T) {
	for i, x := range z {
		if scalar.Near(x) {
			x = scalar.Cos(x)
		}
		dst[i] = x
	}
}

// SinNearF32 sets dst[i] = sin z[i], within 1 ulp, where |z[i]| ≤ 2¹⁷. Larger numbers,
// ±Inf and NaN stay as they are: package kernels finds them and takes scalar.Sin of them.
//
//nabla:blocks
//go:noinline
func SinNearF32(dst, z []float32) { sinNear(dst, z) }

// SinNearF64 is SinNearF32 for float64, where |z[i]| ≤ 2³⁰.
//
//go:noinline
func SinNearF64(dst, z []float64) { sinNear(dst, z) }

// CosNearF32 sets dst[i] = cos z[i], within 1 ulp, where |z[i]| ≤ 2¹⁷. Larger numbers,
// ±Inf and NaN stay as they are.
//
//nabla:blocks
//go:noinline
func CosNearF32(dst, z []float32) { cosNear(dst, z) }

// CosNearF64 is CosNearF32 for float64, where |z[i]| ≤ 2³⁰.
//
//go:noinline
func CosNearF64(dst, z []float64) { cosNear(dst, z) }
