package kernels

import (
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Gemv sets y = alpha·A·x + beta·y for the m × n matrix A, x of length n and y
// of length m. Each y[i] is a sum in dot-product form, as the documentation of the package
// defines it: 16 lanes (float64: 8) along the row and a tree reduction; then alpha·sum if
// beta = 0 (y is not read), else fma(alpha, sum, beta·y[i]). If alpha = 0 or n = 0, A and
// x are not read and y becomes +0 or beta·y.
//
// It panics on wrong lengths and if y overlaps A or x.
func Gemv[T Float](alpha T, a Matrix[T], x []T, beta T, y []T) {
	switch {
	case !valid(&a):
		panic("kernels: Gemv: bad matrix A" + wantMatrix)
	case len(x) != a.Cols:
		panic("kernels: Gemv: len(x) != a.Cols")
	case len(y) != a.Rows:
		panic("kernels: Gemv: len(y) != a.Rows")
	case overlap(y, x) || overlap(y, extent(&a)):
		panic("kernels: Gemv: y overlaps A or x")
	}
	race.Write(y)
	if alpha == 0 || a.Cols == 0 {
		scaleBy(beta, y)
		return
	}
	readMatrix(&a)
	race.Read(x)
	if oneSweep[T](a.Rows, a.Cols) {
		gemv(a.Rows, a.Cols, alpha, a.Data, a.Stride, x, beta, y)
		return
	}
	gemvBlocks(alpha, &a, x, beta, y)
}

// gemvBlocks is Gemv for checked operands of any size, alpha ≠ 0 and n > 0.
func gemvBlocks[T Float](alpha T, a *Matrix[T], x []T, beta T, y []T) {
	m, n := a.Rows, a.Cols
	if n > sweep[T]() {
		gemvLong(alpha, a, x, beta, y)
		return
	}
	rows := share(m, n, sweep[T]())
	for i := 0; i < m; i += rows {
		gemv(min(rows, m-i), n, alpha, a.Data[i*a.Stride:], a.Stride, x, beta, y[i:])
	}
}

// gemvLong is Gemv for rows too long for one call: it fills each row's lanes in blocks.
func gemvLong[T Float](alpha T, a *Matrix[T], x []T, beta T, y []T) {
	for i := range y {
		sum := dotLong(row(a, i), x)
		generic.Epilogue(alpha, sum, beta, &y[i])
	}
}

// dotLong is the sum of x and y in dot-product form, in blocks.
func dotLong[T Float](x, y []T) T {
	if is32[T]() {
		x, y := as[float32](x), as[float32](y)
		var acc [16]float32
		for ; len(x) > vectorBlock; x, y = x[vectorBlock:], y[vectorBlock:] {
			dotLanesF32(&acc, x[:vectorBlock], y[:vectorBlock])
		}
		dotLanesF32(&acc, x, y)
		return T(generic.TreeReduce(acc[:]))
	}
	x64, y64 := as[float64](x), as[float64](y)
	var acc [8]float64
	for ; len(x64) > vectorBlock; x64, y64 = x64[vectorBlock:], y64[vectorBlock:] {
		dotLanesF64(&acc, x64[:vectorBlock], y64[:vectorBlock])
	}
	dotLanesF64(&acc, x64, y64)
	return T(generic.TreeReduce(acc[:]))
}

// GemvT sets y = alpha·Aᵀ·x + beta·y for the m × n matrix A, x of length m and y
// of length n. Each y[j] is one chain of FMAs down column j, from +0, in
// ascending order; alpha and beta act as in Gemv.
//
// It panics on wrong lengths and if y overlaps A or x.
func GemvT[T Float](alpha T, a Matrix[T], x []T, beta T, y []T) {
	switch {
	case !valid(&a):
		panic("kernels: GemvT: bad matrix A" + wantMatrix)
	case len(x) != a.Rows:
		panic("kernels: GemvT: len(x) != a.Rows")
	case len(y) != a.Cols:
		panic("kernels: GemvT: len(y) != a.Cols")
	case overlap(y, x) || overlap(y, extent(&a)):
		panic("kernels: GemvT: y overlaps A or x")
	}
	race.Write(y)
	if alpha == 0 || a.Rows == 0 {
		scaleBy(beta, y)
		return
	}
	readMatrix(&a)
	race.Read(x)
	if a.Rows <= outerDepth && a.Rows*a.Cols <= far[T]() {
		gemvT(a.Rows, a.Cols, alpha, a.Data, a.Stride, x, beta, y)
		return
	}
	gemvTBlocks(alpha, &a, x, beta, y)
}

// gemvTBlocks is GemvT for checked operands of any size, alpha ≠ 0 and m > 0.
func gemvTBlocks[T Float](alpha T, a *Matrix[T], x []T, beta T, y []T) {
	m, n := a.Rows, a.Cols
	if beta == 0 && m*n > far[T]() {
		gemvTFar(alpha, a, x, y)
		return
	}
	if m > outerDepth {
		outerBlocks(1, n, m, alpha, x, m, 1, a.Data, a.Stride, beta, y, n)
		return
	}
	cols := n
	if m*n > sweep[T]() {
		cols = max(sweep[T]()/m, gemvTCols)
	}
	for j := 0; j < n; j += cols {
		gemvT(m, min(cols, n-j), alpha, a.Data[j:], a.Stride, x, beta, y[j:])
	}
}

// gemvTFar is GemvT for beta = 0 and matrices that come from L2 or beyond: it goes through
// them in the order of memory and keeps the chains in y.
func gemvTFar[T Float](alpha T, a *Matrix[T], x, y []T) {
	clearAll(y)
	cols := min(a.Cols, sweep[T]()/resumeRows)
	rows := share(a.Rows, cols, sweep[T]())
	for i := 0; i < a.Rows; i += rows {
		m := min(rows, a.Rows-i)
		for j := 0; j < a.Cols; j += cols {
			n := min(cols, a.Cols-j)
			gemvTResume(m, n, from(a, i)[j:], a.Stride, x[i:i+m], y[j:j+n])
		}
	}
	if alpha != 1 {
		Scal(alpha, y)
	}
}

// Ger adds alpha·x·yᵀ to the m × n matrix A, x of length m and y of length n:
// A[i,j] = fma(alpha, fma(x[i], y[j], +0), A[i,j]). The inner product is thus x[i]·y[j]
// rounded, and +0 where a factor is 0. alpha = 0 leaves A as it is; zeros in x or y do not
// (0·NaN is NaN).
//
// It panics on wrong lengths and if A overlaps x or y.
func Ger[T Float](alpha T, x, y []T, a Matrix[T]) {
	switch {
	case !valid(&a):
		panic("kernels: Ger: bad matrix A" + wantMatrix)
	case len(x) != a.Rows:
		panic("kernels: Ger: len(x) != a.Rows")
	case len(y) != a.Cols:
		panic("kernels: Ger: len(y) != a.Cols")
	case overlap(extent(&a), x) || overlap(extent(&a), y):
		panic("kernels: Ger: A overlaps x or y")
	}
	if alpha == 0 || a.Rows == 0 || a.Cols == 0 {
		return
	}
	writeMatrix(&a)
	race.Read(x)
	race.Read(y)
	if oneSweep[T](a.Rows, a.Cols) {
		ger(a.Rows, a.Cols, alpha, x, y, a.Data, a.Stride)
		return
	}
	gerBlocks(alpha, x, y, &a)
}

// gerBlocks is Ger for checked operands of any size, alpha ≠ 0 and m, n > 0.
func gerBlocks[T Float](alpha T, x, y []T, a *Matrix[T]) {
	cols := min(a.Cols, sweep[T]())
	rows := share(a.Rows, cols, sweep[T]())
	for i := 0; i < a.Rows; i += rows {
		m := min(rows, a.Rows-i)
		for j := 0; j < a.Cols; j += cols {
			ger(m, min(cols, a.Cols-j), alpha, x[i:], y[j:], a.Data[i*a.Stride+j:], a.Stride)
		}
	}
}
