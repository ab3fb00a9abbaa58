package kernels

import (
	"unsafe"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Dot returns Σ x[i]·y[i], by FMA in 64 lanes (float64: 32) and a tree reduction of the
// lanes. These are four times the lanes of Gemv, which hides the latency of FMA by
// computing several rows at once, so Dot of a row does not have the bits of its Gemv.
// It panics if the lengths differ.
func Dot[T Float](x, y []T) T { return dot(x, y) }

// longDot is Dot for more than a block.
func longDot[T Float](x, y []T) T {
	var acc wide[T]
	for len(x) > 0 {
		n := min(len(x), vectorBlock)
		acc.addDot(x[:n], y[:n])
		x, y = x[n:], y[n:]
	}
	return acc.sum()
}

// Sum returns Σ x[i], added in 64 lanes (float64: 32), with a tree reduction of the lanes.
func Sum[T Float](x []T) T { return sum(x) }

// longSum is Sum for more than a block.
func longSum[T Float](x []T) T {
	var acc wide[T]
	for ; len(x) > 0; x = x[min(len(x), vectorBlock):] {
		acc.addSum(x[:min(len(x), vectorBlock)])
	}
	return acc.sum()
}

// wide has the lanes of a long sum, 256 bytes of them: a sum may be continued in blocks
// whose lengths, but for the last one, are multiples of their number.
type wide[T Float] [64]T

func (w *wide[T]) f32() *[64]float32 { return (*[64]float32)(unsafe.Pointer(w)) }
func (w *wide[T]) f64() *[32]float64 { return (*[32]float64)(unsafe.Pointer(w)) }

// addDot continues [Dot], addSum [Sum].
func (w *wide[T]) addDot(x, y []T) {
	if is32[T]() {
		dotWideF32(w.f32(), as[float32](x), as[float32](y))
	} else {
		dotWideF64(w.f64(), as[float64](x), as[float64](y))
	}
}

func (w *wide[T]) addSum(x []T) {
	if is32[T]() {
		sumWideF32(w.f32(), as[float32](x))
	} else {
		sumWideF64(w.f64(), as[float64](x))
	}
}

// sum returns the sum of the lanes, by a tree reduction.
func (w *wide[T]) sum() T { return generic.TreeReduce(w[:256/sizeOf[T]()]) }

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

// Copy sets dst[i] = x[i]. Unlike Go's copy it wants equal lengths. It panics if they
// differ or if dst overlaps x without being equal to it.
func Copy[T Float](dst, x []T) {
	if len(dst) != len(x) {
		panic("kernels: Copy: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Copy: dst overlaps x without being equal to it")
	}
	race.Read(x)
	race.Write(dst)
	if len(x) <= copyBlock {
		copy(dst, x)
		return
	}
	copyRows(1, len(x), dst, 0, x, 0)
}

// Swap exchanges x[i] and y[i]. It panics if the lengths differ or if x and y overlap
// without being equal.
func Swap[T Float](x, y []T) {
	if len(x) != len(y) {
		panic("kernels: Swap: len(x) != len(y)")
	}
	if partialOverlap(x, y) {
		panic("kernels: Swap: x and y overlap")
	}
	race.Write(x)
	race.Write(y)
	swap(x, y)
}
