package kernels

import (
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Asum returns Σ |x[i]|, added in 64 lanes (float64: 32), with a tree reduction of the
// lanes.
func Asum[T Float](x []T) T { return asum(x) }

// longAsum is Asum for more than a block.
func longAsum[T Float](x []T) T {
	var acc wide[T]
	for ; len(x) > 0; x = x[min(len(x), vectorBlock):] {
		if b := x[:min(len(x), vectorBlock)]; is32[T]() {
			asumWideF32(acc.f32(), as[float32](b))
		} else {
			asumWideF64(acc.f64(), as[float64](b))
		}
	}
	return acc.sum()
}

// SquaredDistance returns Σ (x[i] − y[i])², the square of the Euclidean distance: the
// differences are rounded and their squares added by FMA, in the lanes of [Dot]. It panics
// if the lengths differ.
func SquaredDistance[T Float](x, y []T) T { return squaredDistance(x, y) }

// longSquaredDistance is SquaredDistance for more than a block.
func longSquaredDistance[T Float](x, y []T) T {
	var acc wide[T]
	for len(x) > 0 {
		n := min(len(x), vectorBlock)
		if is32[T]() {
			squaredDistanceWideF32(acc.f32(), as[float32](x[:n]), as[float32](y[:n]))
		} else {
			squaredDistanceWideF64(acc.f64(), as[float64](x[:n]), as[float64](y[:n]))
		}
		x, y = x[n:], y[n:]
	}
	return acc.sum()
}

// Nrm2 returns √(Σ x[i]²), the Euclidean norm, without overflow or underflow on the way:
// it is the root of Dot(x, x), rounded, unless that is below 2⁻⁶⁰ (float64: 2⁻⁵⁰⁰) or
// above 2¹²⁰ (2¹⁰⁰⁰). Then every x[i] is first multiplied by a power of 2 that takes the
// largest magnitude to between 1 and 2, and the root is multiplied by its inverse. An
// infinity gives +Inf, unless there is a NaN.
func Nrm2[T Float](x []T) T { return nrm2(x) }

// longNorm is nrm2 for more than a block.
func longNorm[T Float](x []T) T { return generic.RootOf(longDot(x, x)) }

// scaledNorm is Nrm2 for very small and very large elements, NaN and none.
func scaledNorm[T Float](x []T) T {
	if len(x) == 0 {
		return 0
	}
	top := magnitude(x)
	if top == 0 || top-top != 0 {
		return T(top)
	}
	_, e := math.Frexp(top)
	var buffer [searchBlock]T // a multiple of all lanes
	var acc wide[T]
	for len(x) > 0 {
		y := scaled(&buffer, x, 1-e)
		acc.addDot(y, y)
		x = x[len(y):]
	}
	return T(math.Ldexp(float64(T(math.Sqrt(float64(acc.sum())))), e-1))
}

// magnitude returns the largest |x[i]|, or NaN if there is one. x isn't empty.
func magnitude[T Float](x []T) float64 {
	low, high := MinMax(x)
	return math.Abs(float64(max(-low, high)))
}

// scaled returns the first elements of x times 2^e, as many as buffer holds.
func scaled[T Float](buffer *[searchBlock]T, x []T, e int) []T {
	y := buffer[:min(len(x), len(buffer))]
	for i := range y {
		y[i] = T(math.Ldexp(float64(x[i]), e))
	}
	return y
}

// Mean returns Sum(x) divided by the number of elements. Of none it is NaN.
func Mean[T Float](x []T) T { return sum(x) / T(len(x)) }

// Variance returns the mean of (x[i] − m)², m being [Mean] of x: the variance of a whole
// population. For that of a sample, multiply it by n / (n−1). The squares are added by FMA
// in the lanes of [Dot]. Of no elements it is NaN.
func Variance[T Float](x []T) T {
	race.Read(x)
	if v := variance(x); v == v {
		return v
	}
	return longVariance(x) // a mean that isn't finite
}

// longVariance is Variance for more than a block and for any mean.
func longVariance[T Float](x []T) T {
	m := Mean(x)
	if m-m != 0 {
		return infiniteVariance(x, m)
	}
	n := T(len(x))
	var acc wide[T]
	for ; len(x) > 0; x = x[min(len(x), vectorBlock):] {
		if b := x[:min(len(x), vectorBlock)]; is32[T]() {
			deviationWideF32(acc.f32(), as[float32](b), float32(m))
		} else {
			deviationWideF64(acc.f64(), as[float64](b), float64(m))
		}
	}
	return acc.sum() / n
}

// infiniteVariance is Variance where the mean m is infinite or NaN: +Inf, but NaN if an
// element is m.
func infiniteVariance[T Float](x []T, m T) T {
	if m != m {
		return m
	}
	if low, high := MinMax(x); math.IsInf(float64(low), 0) || math.IsInf(float64(high), 0) {
		return T(math.NaN())
	}
	return T(math.Inf(1))
}

// CosineSimilarity returns the cosine of the angle between x and y, Σ x[i]·y[i] divided by
// √(Σ x[i]²)·√(Σ y[i]²): roots, product and quotient are rounded. The three sums are added by
// FMA in 32 lanes (float64: 16), half as many as those of [Dot], with a tree reduction of the
// lanes. Where one of the two sums of squares is outside of what [Nrm2] takes without
// scaling, both vectors are first multiplied by powers of 2 that take their largest
// magnitudes to between 1 and 2. Rounding may take the result some ulps beyond ±1. If x or y
// is zero or has an infinity it is NaN. It panics if the lengths differ.
func CosineSimilarity[T Float](x, y []T) T { return cosineSimilarity(x, y) }

// longCosine is cosineSimilarity for more than a block.
func longCosine[T Float](x, y []T) T {
	var acc cosineLanes[T]
	for len(x) > 0 {
		n := min(len(x), vectorBlock)
		acc.add(x[:n], y[:n])
		x, y = x[n:], y[n:]
	}
	return acc.cosine()
}

// scaledCosine is CosineSimilarity for very small and very large elements, NaN and none.
func scaledCosine[T Float](x, y []T) T {
	if len(x) == 0 {
		return T(math.NaN())
	}
	topX, topY := magnitude(x), magnitude(y)
	if topX == 0 || topY == 0 || topX-topX != 0 || topY-topY != 0 {
		return T(math.NaN())
	}
	_, ex := math.Frexp(topX)
	_, ey := math.Frexp(topY)
	var bufferX, bufferY [searchBlock]T // a multiple of all lanes
	var acc cosineLanes[T]
	for len(x) > 0 {
		u, v := scaled(&bufferX, x, 1-ex), scaled(&bufferY, y, 1-ey)
		acc.add(u, v)
		x, y = x[len(u):], y[len(v):]
	}
	return acc.cosine()
}

// cosineLanes has the lanes of the three sums of a cosine, 128 bytes of each.
type cosineLanes[T Float] [96]T

// add continues the sums, as [wide] does.
func (c *cosineLanes[T]) add(x, y []T) {
	if is32[T]() {
		cosineWideF32((*[96]float32)(unsafe.Pointer(c)), as[float32](x), as[float32](y))
	} else {
		cosineWideF64((*[48]float64)(unsafe.Pointer(c)), as[float64](x), as[float64](y))
	}
}

// cosine returns the quotient of the sums.
func (c *cosineLanes[T]) cosine() T { return generic.CosineOf(c[:384/sizeOf[T]()]) }

// CumSum sets dst[i] = x[0] + x[1] + … + x[i], added in groups of four, so that a sum has a
// quarter of the roundings of one chain: of a group a, b, c, d it makes a, a+b, (a+b)+c and
// (a+b)+(c+d), and to each it adds the sum of all groups before, +0 for the first. It panics if
// the lengths differ or if dst overlaps x without being equal to it.
func CumSum[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: CumSum: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: CumSum: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	var s T
	for ; len(x) > vectorBlock; dst, x = dst[vectorBlock:], x[vectorBlock:] {
		cumSum(dst[:vectorBlock], x[:vectorBlock], s)
		s = dst[vectorBlock-1]
	}
	cumSum(dst, x, s)
}

// LogSumExp returns ln Σ e^x[i] without overflow: m + ln Σ e^(x[i] − m), m being [Max] of
// x, with the sum of [Softmax]. Of none it is −Inf.
func LogSumExp[T Float](x []T) T {
	if len(x) == 0 {
		return T(math.Inf(-1))
	}
	m := Max(x)
	if m != m || math.IsInf(float64(m), 0) {
		return m
	}
	var buffer [searchBlock]T
	var acc wide[T]
	for len(x) > 0 {
		e := buffer[:copy(buffer[:], x)]
		addConst(-m, e)
		exp(e, e)
		acc.addSum(e)
		x = x[len(e):]
	}
	one := [1]T{acc.sum()}
	log(one[:], one[:])
	return m + one[0]
}
