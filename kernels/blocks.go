package kernels

import "unsafe"

// Go cannot preempt assembly, so that one call into it must stay short (about
// 50 µs). These are the sizes at which the functions of this package cut their
// work; none of them changes a bit of any result.
const (
	fewElements  = 6       // elements up to which Add, ReLU and the like are loops in Go (nabla bench kernels --small)
	fewToScale   = 10      // the same of Scal
	fewRoots     = 1       // the same of RMSProp (float64: 22.8 ns for 27.1 with AVX2)
	vectorBlock  = 8192    // elements of one elementwise call; a multiple of every lane count
	sweepBytes   = 1 << 19 // bytes of the matrix of one Gemv, GemvT or Ger call
	gemmWork     = 1 << 20 // multiply-adds of one Gemm call
	lineBytes    = 1 << 15 // bytes of a matrix from which Gemv with AVX-512 wants its rows to begin on cache lines
	farBytes     = 1 << 18 // bytes of a matrix from which GemvT follows its rows (AVX2, 512 × 784: 0.93 of the time, 4096²: 0.45)
	updateBytes  = 1 << 14 // bytes of W that GemmUpdate sweeps over at a time: half of an L1 cache
	sweepOne     = 1 << 18 // size of W from which GemmUpdate sweeps over it once for one sample, whose chains need no spilling
	sweepFar     = 1 << 20 // the same for a few
	sweepVeryFar = 1 << 23 // the same for more

	sweepBatchFar     = 6    // samples that are a few
	sweepBatchVeryFar = 16   // samples that are more
	outerDepth        = 2048 // terms that one Gemm call adds to a chain
	scratch           = 8192 // elements of scratch that Gemm keeps on the stack

	// Packing: 1024³ from 95, 73, 60 to 101, 100, 99 GFLOP/s (A·B, A·Bᵀ, Aᵀ·B with
	// AVX-512), Aᵀ·B of 512 × 784 with 128 terms with AVX2 from 90 to 106; of 10 × 256,
	// where nothing is packed, it would make 112 GFLOP/s 74.
	packMatrix = 1 << 20 // bytes of B from which products pack
	packRows   = 96      // rows of A packed together
	packBand   = 12      // rows of A of one call
	packBlock  = 1 << 19 // bytes of B packed together: half of an L2 cache
	packDepth  = 512     // terms that are not cut
	packPad    = 16      // elements that keep packed rows from being a power of two apart
	spreadRows = 192     // samples that are copied at a time
	spreadUses = 64      // uses of an element for which rows 4096 bytes apart are copied (32 × 1024, A·Bᵀ: 79 to 109 GFLOP/s)
)

// sweep is the number of elements of a matrix that one call may sweep over.
func sweep[T Float]() int { return sweepBytes / int(unsafe.Sizeof(T(0))) }

// far is the number of elements of a matrix from which it counts as far away.
func far[T Float]() int { return farBytes / int(unsafe.Sizeof(T(0))) }

// onLines reports whether the rows of a matrix all begin on a cache line, or all of it
// lies in the nearest cache. Otherwise each load of 64 bytes meets two lines, and Gemv with
// vectors of 32 bytes is faster: float32 30 × 784, a stride of 3 more, 948 to 872 ns,
// float64 257 × 511 13.2 to 11.2 µs (Zen 4).
func onLines[T Float](m, n int, a []T, lda int) bool {
	size := int(unsafe.Sizeof(T(0)))
	return m*n*size <= lineBytes || (uintptr(unsafe.Pointer(unsafe.SliceData(a)))|uintptr(lda*size))%64 == 0
}

// share returns how many of m rows of n elements lie within so many elements, all
// if they do. It divides only if they don't: a division takes as long as a product
// of 10 × 10.
func share(m, n, elements int) int {
	if m*n <= elements {
		return max(m, 1)
	}
	return max(elements/n, 1)
}

// scaleBy sets x = +0 or beta·x: a product with nothing to add.
func scaleBy[T Float](beta T, x []T) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		Scal(beta, x)
	}
}
