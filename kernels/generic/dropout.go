package generic

import "github.com/nabla-go/nabla/internal/scalar"

func dropout[T float](dst, x []T, k0, k1, threshold uint32, scale T) {
	for i, v := range x {
		dst[i] = scalar.OnlyIf(scalar.Hash(k0, k1) >= threshold, scalar.Mul(v, scale))
		k0 += scalar.HashStep
	}
}

// DropoutF32 sets dst[i] = x[i]·scale, or +0 if scalar.Hash of k0 + i·HashStep and k1 is
// below threshold.
//
//nabla:whole
//go:noinline
func DropoutF32(dst, x []float32, k0, k1, threshold uint32, scale float32) {
	dropout(dst, x, k0, k1, threshold, scale)
}

// DropoutF64 is DropoutF32 for float64.
//
//go:noinline
func DropoutF64(dst, x []float64, k0, k1, threshold uint32, scale float64) {
	dropout(dst, x, k0, k1, threshold, scale)
}
