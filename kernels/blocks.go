package kernels

import (
	"unsafe"

	"github.com/nabla-go/nabla/internal/cores"
)

// Go cannot preempt assembly, so one call into it must stay short: about 50 µs on any
// core. These are the sizes at which the functions of this package cut their work. What
// a kind of core is tuned to, on the other hand, stands in internal/cores. Neither
// changes a bit of any result.
const (
	vectorBlock = 8192    // elements of one elementwise call; a multiple of every lane count
	sweepBytes  = 1 << 19 // bytes of the matrix of one Gemv, GemvT or Ger call
	gemmWork    = 1 << 20 // multiply-adds of one Gemm call
	outerDepth  = 2048    // terms that one Gemm call adds to a chain
	scratch     = 8192    // elements of scratch that Gemm keeps on the stack
)

// The least that a call gets, so that long rows or columns don't leave it with less than
// its assembly takes at a time.
const (
	gemvTCols  = 64 // columns of gemvT
	resumeRows = 8  // rows of gemvTResume
	sweepRows  = 4  // rows of gemvTGer, and of W in updateSome
)

// sizeOf is the size of an element as an int.
func sizeOf[T Float]() int { return int(unsafe.Sizeof(T(0))) }

// sweep is the number of elements of a matrix that one call may go through.
func sweep[T Float]() int { return sweepBytes / sizeOf[T]() }

// far is the number of elements of a matrix beyond which it comes from L2 or further.
func far[T Float]() int { return cores.Active.FarBytes / sizeOf[T]() }

// onLines reports whether the rows of a matrix all begin on a cache line, or all of it
// lies in L1. Otherwise each load of 64 bytes meets two lines, and vectors of 32 bytes
// are faster.
func onLines[T Float](m, n int, a []T, lda int) bool {
	size := sizeOf[T]()
	return m*n*size <= cores.Active.LineBytes || (uintptr(unsafe.Pointer(unsafe.SliceData(a)))|uintptr(lda*size))%64 == 0
}

// share returns how many of m rows of n elements make up at most so many elements, but
// at least 1, and m if all do. It divides only if they don't: a division takes as long as
// a small product.
func share(m, n, elements int) int {
	if m*n <= elements {
		return max(m, 1)
	}
	return max(elements/n, 1)
}

// multiple returns the largest multiple of unit that is at most n, but at least unit.
func multiple(n, unit int) int { return max(n/unit*unit, unit) }

// oneCall reports whether a product is small enough for one call. It comes before
// what cuts a larger one: divisions take as long as a small product. m·n elements of C
// are in memory, but m·n·k may overflow an int of 32 bits.
func oneCall(m, n, k int) bool { return m*n <= gemmWork && int64(m*n)*int64(k) <= gemmWork }

// blockShape cuts an m × n result into blocks of about size elements. Both dimensions
// are multiples of the micro-kernels' tiles as far as size allows.
func blockShape(m, n, size int) (mb, nb int) {
	tiles, i := &cores.Active.Tiles, 0
	for i < len(tiles)-1 && size < tiles[i].Rows*tiles[i].Cols {
		i++
	}
	rows := min(m, tiles[i].Rows)
	nb = min(n, multiple(size/rows, tiles[i].Cols))
	mb = min(m, multiple(size/nb, rows))
	return mb, nb
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
