package kernels

import (
	"unsafe"

	"github.com/nabla-go/nabla/internal/cores"
)

// Go cannot preempt assembly, so one call into it must stay short: about 50 µs on any
// core. These are the sizes at which the functions of this package cut their work. What
// a kind of core is tuned to, on the other hand, stands in internal/cores. Neither
// changes a bit of any result.
//
// Between two calls into assembly Go must be able to preempt. A signal would seldom meet
// the few instructions there; so each call stands in a function of its own in
// dispatch_*.go, which begins with a check of the stack, as functions do that call
// others. Go's copy and clear are assembly as well.
const (
	vectorBlock = 8192    // elements of one elementwise call; a multiple of every lane count
	sweepBytes  = 1 << 19 // bytes of the matrix of one Gemv, GemvT or Ger call
	gemmWork    = 1 << 20 // multiply-adds of one Gemm call
	outerDepth  = 2048    // terms that one Gemm call adds to a chain
	scratch     = 8192    // elements of scratch that Gemm keeps on the stack
	copyBlock   = 16384   // elements that are copied or cleared at a time

	// What a call counts at least: a row takes as long as so many elements, and a result
	// in dot-product form as so many terms.
	leastCols  = 64
	leastTerms = 32
)

// onCall, if a test sets it, gets the size of each call of a kernel in plain Go in place
// of the kernel: a result of m × n elements with k terms, or a matrix of m × n elements.
var onCall func(m, n, k int)

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
	if n = max(n, leastCols); int64(m)*int64(n) <= int64(elements) {
		return max(m, 1)
	}
	return max(elements/n, 1)
}

// multiple returns the largest multiple of unit that is at most n, but at least unit.
func multiple(n, unit int) int { return max(n/unit*unit, unit) }

// oneSweep reports whether a matrix is small enough for one call of Gemv or Ger.
func oneSweep[T Float](m, n int) bool {
	return int64(m)*int64(max(n, leastCols)) <= int64(sweep[T]())
}

// oneCall reports whether a product is small enough for one call, by its arithmetic and
// by the memory of its operands. It comes before what cuts a larger one: divisions take
// as long as a small product. The products overflow an int of 32 bits.
func oneCall[T Float](m, n, k int) bool {
	terms := int64(max(k, leastTerms))
	return int64(m)*int64(n) <= gemmWork && int64(m)*int64(n)*terms <= gemmWork && int64(m+n)*terms <= int64(2*sweep[T]())
}

// callShape cuts an m × n result with k terms into blocks of one call each.
func callShape[T Float](m, n, k int) (mb, nb int) {
	k = max(k, leastTerms)
	return blockShape(m, n, gemmWork/k, 2*sweep[T]()/k)
}

// blockShape cuts an m × n result into blocks of at most size elements, whose rows and
// columns are together at most sides. Both dimensions are multiples of the
// micro-kernels' tiles as far as size and sides allow.
func blockShape(m, n, size, sides int) (mb, nb int) {
	for _, t := range cores.Active.Tiles {
		if size >= t.Rows*t.Cols && sides >= t.Rows+t.Cols {
			rows := min(m, t.Rows)
			nb = min(n, multiple(min(size/rows, sides-rows), t.Cols))
			mb = min(m, multiple(min(size/nb, sides-nb), rows))
			return mb, nb
		}
	}
	side := max(sides/2, 1)
	nb = min(n, side, max(size, 1))
	mb = min(m, side, max(size/nb, 1))
	return mb, nb
}

// clearAll sets x to +0.
//
//go:noinline
func clearAll[T Float](x []T) {
	for ; len(x) > copyBlock; x = x[copyBlock:] {
		clearAll(x[:copyBlock])
	}
	clear(x)
}

// scaleBy sets x = +0 or beta·x: a product with nothing to add.
func scaleBy[T Float](beta T, x []T) {
	switch beta {
	case 0:
		clearAll(x)
	case 1:
	default:
		Scal(beta, x)
	}
}
