package kernels

import (
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Dot returns Σ x[i]·y[i], by FMA in 64 lanes (float64: 32) and a tree reduction of the
// lanes. These are four times the lanes of Gemv, which hides the latency of FMA by
// computing several rows at once, so Dot of a row does not have the bits of its Gemv.
// It panics if the lengths differ.
func Dot[T Float](x, y []T) T {
	if len(x) != len(y) {
		panic("kernels: Dot: len(x) != len(y)")
	}
	race.Read(x)
	race.Read(y)
	if len(x) <= vectorBlock {
		return dot(x, y)
	}
	if is32[T]() {
		x, y := as[float32](x), as[float32](y)
		var acc [64]float32
		for ; len(x) > vectorBlock; x, y = x[vectorBlock:], y[vectorBlock:] {
			dotWideF32(&acc, x[:vectorBlock], y[:vectorBlock])
		}
		dotWideF32(&acc, x, y)
		return T(generic.TreeReduce(acc[:]))
	}
	x64, y64 := as[float64](x), as[float64](y)
	var acc [32]float64
	for ; len(x64) > vectorBlock; x64, y64 = x64[vectorBlock:], y64[vectorBlock:] {
		dotWideF64(&acc, x64[:vectorBlock], y64[:vectorBlock])
	}
	dotWideF64(&acc, x64, y64)
	return T(generic.TreeReduce(acc[:]))
}

// Sum returns Σ x[i], added in 64 lanes (float64: 32), with a tree reduction of the lanes.
func Sum[T Float](x []T) T {
	race.Read(x)
	if len(x) <= vectorBlock {
		return sum(x)
	}
	if is32[T]() {
		x := as[float32](x)
		var acc [64]float32
		for ; len(x) > vectorBlock; x = x[vectorBlock:] {
			sumWideF32(&acc, x[:vectorBlock])
		}
		sumWideF32(&acc, x)
		return T(generic.TreeReduce(acc[:]))
	}
	x64 := as[float64](x)
	var acc [32]float64
	for ; len(x64) > vectorBlock; x64 = x64[vectorBlock:] {
		sumWideF64(&acc, x64[:vectorBlock])
	}
	sumWideF64(&acc, x64)
	return T(generic.TreeReduce(acc[:]))
}

// Axpy adds alpha·x to y: y[i] = fma(alpha, x[i], y[i]), also for alpha = 0.
// It panics if the lengths differ or if x and y overlap without being equal.
func Axpy[T Float](alpha T, x, y []T) {
	if len(x) != len(y) {
		panic("kernels: Axpy: len(x) != len(y)")
	}
	if partialOverlap(x, y) {
		panic("kernels: Axpy: x and y overlap")
	}
	race.Read(x)
	race.Write(y)
	axpy(alpha, x, y)
}

// Scal multiplies x by alpha: x[i] = alpha·x[i], also for alpha = 0.
func Scal[T Float](alpha T, x []T) {
	race.Write(x)
	scal(alpha, x)
}
