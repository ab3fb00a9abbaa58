package generic

import "github.com/nabla-go/nabla/internal/scalar"

// wide is the number of virtual lanes of Dot and Sum, which have one row only
// and need four registers' worth to hide the latency of the additions.
func wide[T float]() int { return 4 * lanes[T]() }

// treeReduce adds lanes by halves until one is left: acc[i] += acc[i+h] for
// h = len/2, len/4, …, 1. len(acc) is a power of two.
func treeReduce[T float](acc []T) T {
	for h := len(acc) / 2; h > 0; h /= 2 {
		for i := range h {
			acc[i] += acc[i+h]
		}
	}
	return acc[0]
}

// dotLanes adds x[i]·y[i] to acc[i mod len(acc)] by FMA, in ascending order.
func dotLanes[T float](acc, x, y []T) { scalar.AddProducts(acc, x, y) }

func dot[T float](x, y []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	dotLanes(l, x, y)
	return treeReduce(l)
}

func sum[T float](x []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	sumLanes(l, x)
	return treeReduce(l)
}

// sumLanes adds x[i] to acc[i mod len(acc)], in ascending order.
func sumLanes[T float](acc, x []T) {
	for i, xi := range x {
		acc[i%len(acc)] += xi
	}
}

func axpy[T float](alpha T, x, y []T) { scalar.AddRow(alpha, x, y[:len(x)]) }

func scal[T float](alpha T, x []T) {
	for i, xi := range x {
		x[i] = alpha * xi
	}
}

// DotF32 returns Σ x[i]·y[i] in 64 lanes.
//
//nabla:whole
//nabla:checks
//nabla:long longDot
//go:noinline
func DotF32(x, y []float32) float32 { return dot(x, y) }

// DotF64 returns Σ x[i]·y[i] in 32 lanes.
//
//go:noinline
func DotF64(x, y []float64) float64 { return dot(x, y) }

// SumF32 returns Σ x[i] in 64 lanes.
//
//nabla:whole
//nabla:checks
//nabla:long longSum
//go:noinline
func SumF32(x []float32) float32 { return sum(x) }

// SumF64 returns Σ x[i] in 32 lanes.
//
//go:noinline
func SumF64(x []float64) float64 { return sum(x) }

// AxpyF32 sets y[i] = fma(alpha, x[i], y[i]).
//
//nabla:blocks
//go:noinline
func AxpyF32(alpha float32, x, y []float32) { axpy(alpha, x, y) }

// AxpyF64 sets y[i] = fma(alpha, x[i], y[i]).
//
//go:noinline
func AxpyF64(alpha float64, x, y []float64) { axpy(alpha, x, y) }

// ScalF32 sets x[i] = alpha·x[i].
//
//nabla:blocks
//nabla:few cores.Active.FewToScale
//go:noinline
func ScalF32(alpha float32, x []float32) { scal(alpha, x) }

// ScalF64 sets x[i] = alpha·x[i].
//
//go:noinline
func ScalF64(alpha float64, x []float64) { scal(alpha, x) }

// DotLanesF32 continues dot-product form sums: x[i]·y[i] goes to lane i mod 16. It and
// its kin let callers cut long vectors into blocks of whole lanes.
//
//nabla:whole
//go:noinline
func DotLanesF32(acc *[16]float32, x, y []float32) { dotLanes(acc[:], x, y) }

// DotLanesF64 continues dot-product form sums: x[i]·y[i] goes to lane i mod 8.
//
//go:noinline
func DotLanesF64(acc *[8]float64, x, y []float64) { dotLanes(acc[:], x, y) }

// DotWideF32 continues the sums of DotF32: x[i]·y[i] goes to lane i mod 64.
//
//nabla:whole
//go:noinline
func DotWideF32(acc *[64]float32, x, y []float32) { dotLanes(acc[:], x, y) }

// DotWideF64 continues the sums of DotF64: x[i]·y[i] goes to lane i mod 32.
//
//go:noinline
func DotWideF64(acc *[32]float64, x, y []float64) { dotLanes(acc[:], x, y) }

// SumWideF32 continues the sums of SumF32: x[i] goes to lane i mod 64.
//
//nabla:whole
//go:noinline
func SumWideF32(acc *[64]float32, x []float32) { sumLanes(acc[:], x) }

// SumWideF64 continues the sums of SumF64: x[i] goes to lane i mod 32.
//
//go:noinline
func SumWideF64(acc *[32]float64, x []float64) { sumLanes(acc[:], x) }

// TreeReduce adds the lanes of acc by halves until one is left; len(acc) is a power
// of two. acc is overwritten.
func TreeReduce[T float](acc []T) T { return treeReduce(acc) }

func swap[T float](x, y []T) {
	for i, v := range x {
		x[i], y[i] = y[i], v
	}
}

// SwapF32 exchanges x[i] and y[i].
//
//nabla:blocks
//go:noinline
func SwapF32(x, y []float32) { swap(x, y) }

// SwapF64 is SwapF32 for float64.
//
//go:noinline
func SwapF64(x, y []float64) { swap(x, y) }
