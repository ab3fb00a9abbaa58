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

// variance begins with m − m in all lanes, which is NaN if m isn't finite.
func variance[T float](x []T) T {
	n := T(len(x))
	m := sum(x) / n
	var acc [64]T
	l := acc[:wide[T]()]
	for i := range l {
		l[i] = m - m
	}
	deviationLanes(l, x, m)
	return treeReduce(l) / n
}

// cosineLanes adds, by FMA and in ascending order, x[i]·y[i] to the first third of acc,
// x[i]² to the second and y[i]² to the last: each to lane i mod the lanes of a third.
func cosineLanes[T float](acc, x, y []T) {
	n := len(acc) / 3
	dotLanes(acc[:n], x, y)
	dotLanes(acc[n:2*n], x, x)
	dotLanes(acc[2*n:], y, y)
}

func cosine[T float](x, y []T) T {
	var acc [96]T
	l := acc[:6*lanes[T]()]
	cosineLanes(l, x, y)
	return CosineOf(l)
}

// CosineOf returns what CosineSimilarity does from the lanes of its three sums.
func CosineOf[T float](acc []T) T {
	n := len(acc) / 3
	xy, xx, yy := treeReduce(acc[:n]), treeReduce(acc[n:2*n]), treeReduce(acc[2*n:])
	if !scalar.SafeSquares(xx) || !scalar.SafeSquares(yy) {
		return T(math.NaN())
	}
	return xy / (T(math.Sqrt(float64(xx))) * T(math.Sqrt(float64(yy))))
}

// CosineSimilarityF32 returns Σ x[i]·y[i] over the product of the roots of Σ x[i]² and Σ y[i]², each sum
// in 32 lanes; but NaN if a sum of squares isn't between NormLeast and NormMost.
//
//nabla:whole
//nabla:checks
//nabla:long longCosine
//nabla:else scaledCosine
//go:noinline
func CosineSimilarityF32(x, y []float32) float32 { return cosine(x, y) }

// CosineSimilarityF64 returns Σ x[i]·y[i] over the product of the roots of Σ x[i]² and Σ y[i]², each sum
// in 16 lanes; but NaN if a sum of squares isn't between NormLeast and NormMost.
//
//go:noinline
func CosineSimilarityF64(x, y []float64) float64 { return cosine(x, y) }

// CosineWideF32 continues the sums of CosineSimilarityF32: acc has the 32 lanes of each.
//
//nabla:whole
//go:noinline
func CosineWideF32(acc *[96]float32, x, y []float32) { cosineLanes(acc[:], x, y) }

// CosineWideF64 continues the sums of CosineSimilarityF64: acc has the 16 lanes of each.
//
//go:noinline
func CosineWideF64(acc *[48]float64, x, y []float64) { cosineLanes(acc[:], x, y) }

// cumSum adds in groups of four: of a, b, c and d it makes a, a+b, (a+b)+c and (a+b)+(c+d),
// and to each it adds s, the sum of all before.
func cumSum[T float](dst, x []T, s T) {
	for ; len(x) >= 4; dst, x = dst[4:], x[4:] {
		ab := x[0] + x[1]
		d0, d1, d2, d3 := s+x[0], s+ab, s+(ab+x[2]), s+(ab+(x[2]+x[3]))
		dst[0], dst[1], dst[2], dst[3] = d0, d1, d2, d3
		s = d3
	}
	var group T
	for i, v := range x {
		group += v
		dst[i] = s + group
	}
}

// CumSumF32 sets dst[i] = s + x[0] + … + x[i], added in groups of four. s is not −0.
//
//nabla:whole
//nabla:without AVX512 NEON
//go:noinline
func CumSumF32(dst, x []float32, s float32) { cumSum(dst, x, s) }

// CumSumF64 is CumSumF32 for float64.
//
//go:noinline
func CumSumF64(dst, x []float64, s float64) { cumSum(dst, x, s) }

// RootOf returns the root of a sum of squares, but NaN if it isn't between NormLeast and
// NormMost.
func RootOf[T float](squares T) T {
	if !scalar.SafeSquares(squares) {
		return T(math.NaN())
	}
	return T(math.Sqrt(float64(squares)))
}

// Nrm2F32 returns the root of Σ x[i]², added in 64 lanes, but NaN if the sum isn't between
// NormLeast and NormMost.
//
//nabla:whole
//nabla:checks
//nabla:long longNorm
//nabla:else scaledNorm
//go:noinline
func Nrm2F32(x []float32) float32 { return RootOf(dot(x, x)) }

// Nrm2F64 returns the root of Σ x[i]², added in 32 lanes, but NaN if the sum isn't between
// NormLeast and NormMost.
//
//go:noinline
func Nrm2F64(x []float64) float64 { return RootOf(dot(x, x)) }

// VarianceF32 returns Σ (x[i] − m)² divided by the number of elements, m being their mean;
// but NaN if that isn't finite. Both sums have 64 lanes.
//
//nabla:whole
//nabla:long longVariance
//go:noinline
func VarianceF32(x []float32) float32 { return variance(x) }

// VarianceF64 returns Σ (x[i] − m)² divided by the number of elements, m being their mean;
// but NaN if that isn't finite. Both sums have 32 lanes.
//
//go:noinline
func VarianceF64(x []float64) float64 { return variance(x) }

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
//nabla:long longMin
//go:noinline
func MinF32(x []float32) float32 { return minimum(x) }

// MinF64 is MinF32 for float64.
//
//go:noinline
func MinF64(x []float64) float64 { return minimum(x) }

// AsumF32 returns Σ |x[i]| in 64 lanes.
//
//nabla:whole
//nabla:checks
//nabla:long longAsum
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
//nabla:checks
//nabla:long longSquaredDistance
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
