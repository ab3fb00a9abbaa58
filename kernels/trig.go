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
			sinFar(block)
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
			cosFar(block)
		}
		dst, z = dst[len(block):], z[len(block):]
	}
}

// within1 tells whether all x[i] are between −1 and 1, which a NaN isn't.
func within1[T Float](x []T) bool { return maxOf(x) <= 1 && minOf(x) >= -1 }

// sinFar sets x[i] = sin x[i] where x[i] isn't between −1 and 1: sinNear left it there.
func sinFar[T Float](x []T) {
	for i, v := range x {
		switch {
		case v >= -1 && v <= 1:
		case is32[T]():
			x[i] = T(scalar.Sin(float32(v)))
		default:
			x[i] = T(scalar.Sin(float64(v)))
		}
	}
}

// cosFar sets x[i] = cos x[i] where x[i] isn't between −1 and 1: cosNear left it there.
func cosFar[T Float](x []T) {
	for i, v := range x {
		switch {
		case v >= -1 && v <= 1:
		case is32[T]():
			x[i] = T(scalar.Cos(float32(v)))
		default:
			x[i] = T(scalar.Cos(float64(v)))
		}
	}
}
