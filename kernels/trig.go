package kernels

import (
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/internal/scalar"
)

// Sin sets dst[i] = sin z[i], z[i] in radians. It is −0 for −0 and NaN for ±Inf. Its error is
// at most 1 ulp for every z[i]: that the multiple of π/2 is subtracted exactly takes some
// hundred times as long for one beyond ±2¹⁷ (float64: ±2³⁰).
func Sin[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Sin: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Sin: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	for len(z) > 0 {
		block := dst[:min(len(dst), searchBlock)]
		sinNear(block, z[:len(block)])
		if !within1(block) {
			reduceFar(block, scalar.Sin[float32], scalar.Sin[float64])
		}
		dst, z = dst[len(block):], z[len(block):]
	}
}

// Cos sets dst[i] = cos z[i], z[i] in radians. It is NaN for ±Inf. Its error and its time are
// those of [Sin].
func Cos[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Cos: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Cos: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	for len(z) > 0 {
		block := dst[:min(len(dst), searchBlock)]
		cosNear(block, z[:len(block)])
		if !within1(block) {
			reduceFar(block, scalar.Cos[float32], scalar.Cos[float64])
		}
		dst, z = dst[len(block):], z[len(block):]
	}
}

// within1 tells whether all x[i] are between −1 and 1, which a NaN isn't.
func within1[T Float](x []T) bool { return maxOf(x) <= 1 && minOf(x) >= -1 }

// reduceFar sets x[i] = f(x[i]) where x[i] isn't between −1 and 1: sinNear or cosNear left it there.
func reduceFar[T Float](x []T, f32 func(float32) float32, f64 func(float64) float64) {
	for i, v := range x {
		switch {
		case v >= -1 && v <= 1:
		case is32[T]():
			x[i] = T(f32(float32(v)))
		default:
			x[i] = T(f64(float64(v)))
		}
	}
}
