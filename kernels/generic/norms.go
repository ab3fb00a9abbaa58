package generic

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

func minimum[T float](x []T) T {
	least := T(math.Inf(1))
	for _, v := range x {
		least = min(least, v) // NaN if one is, −0 below +0
	}
	return least
}

// asumLanes adds |x[i]| to acc[i mod len(acc)], in ascending order.
func asumLanes[T float](acc, x []T) {
	for i, xi := range x {
		acc[i%len(acc)] += T(math.Abs(float64(xi)))
	}
}

func asum[T float](x []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	asumLanes(l, x)
	return treeReduce(l)
}

// distanceLanes adds (x[i] − y[i])² to acc[i mod len(acc)] by FMA, in ascending order.
func distanceLanes[T float](acc, x, y []T) {
	for i, xi := range x {
		d, l := xi-y[i], i%len(acc)
		acc[l] = scalar.FMA(d, d, acc[l])
	}
}

func squaredDistance[T float](x, y []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	distanceLanes(l, x, y)
	return treeReduce(l)
}

// deviationLanes adds (x[i] − m)² to acc[i mod len(acc)] by FMA, in ascending order.
func deviationLanes[T float](acc, x []T, m T) {
	for i, xi := range x {
		d, l := xi-m, i%len(acc)
		acc[l] = scalar.FMA(d, d, acc[l])
	}
}

// DeviationWideF32 continues a sum of squares: (x[i] − m)² goes to lane i mod 64. m must be
// finite and no lane −0.
//
//nabla:whole
//go:noinline
func DeviationWideF32(acc *[64]float32, x []float32, m float32) { deviationLanes(acc[:], x, m) }

// DeviationWideF64 continues a sum of squares: (x[i] − m)² goes to lane i mod 32. m must be
// finite and no lane −0.
//
//go:noinline
func DeviationWideF64(acc *[32]float64, x []float64, m float64) { deviationLanes(acc[:], x, m) }

// MinF32 returns the smallest x[i] by IEEE 754-2019 minimum: NaN if any is NaN,
// and −0 is smaller than +0. Of nothing it is +Inf.
//
//nabla:whole
//go:noinline
func MinF32(x []float32) float32 { return minimum(x) }

// MinF64 is MinF32 for float64.
//
//go:noinline
func MinF64(x []float64) float64 { return minimum(x) }

// AsumF32 returns Σ |x[i]| in 64 lanes.
//
//nabla:whole
//go:noinline
func AsumF32(x []float32) float32 { return asum(x) }

// AsumF64 returns Σ |x[i]| in 32 lanes.
//
//go:noinline
func AsumF64(x []float64) float64 { return asum(x) }

// AsumWideF32 continues the sums of AsumF32: |x[i]| goes to lane i mod 64.
//
//nabla:whole
//go:noinline
func AsumWideF32(acc *[64]float32, x []float32) { asumLanes(acc[:], x) }

// AsumWideF64 continues the sums of AsumF64: |x[i]| goes to lane i mod 32.
//
//go:noinline
func AsumWideF64(acc *[32]float64, x []float64) { asumLanes(acc[:], x) }

// SquaredDistanceF32 returns Σ (x[i] − y[i])² in 64 lanes.
//
//nabla:whole
//go:noinline
func SquaredDistanceF32(x, y []float32) float32 { return squaredDistance(x, y) }

// SquaredDistanceF64 returns Σ (x[i] − y[i])² in 32 lanes.
//
//go:noinline
func SquaredDistanceF64(x, y []float64) float64 { return squaredDistance(x, y) }

// SquaredDistanceWideF32 continues the sums of SquaredDistanceF32: (x[i] − y[i])² goes to
// lane i mod 64.
//
//nabla:whole
//go:noinline
func SquaredDistanceWideF32(acc *[64]float32, x, y []float32) { distanceLanes(acc[:], x, y) }

// SquaredDistanceWideF64 continues the sums of SquaredDistanceF64: (x[i] − y[i])² goes to
// lane i mod 32.
//
//go:noinline
func SquaredDistanceWideF64(acc *[32]float64, x, y []float64) { distanceLanes(acc[:], x, y) }
