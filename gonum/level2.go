package gonum

import (
	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas"
)

// fewest is the number of elements of a matrix below which gonum's own functions of a matrix
// and vectors are faster.
const fewest = 1024

func gemv[T float](own *gonums[T], tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) bool {
	lenX, lenY := n, m
	if tA != blas.NoTrans {
		lenX, lenY = m, n
	}
	if m*n < fewest {
		if incY == 1 && lenY > 0 && lenY < len(y) {
			y = y[:lenY] // gonum's Sgemv writes behind it
		}
		own.gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return true
	}
	av := view(m, n, a, lda)
	if !isTranspose(tA) || !holds(lenX, x, incX) || !holds(lenY, y, incY) || !av.Valid() {
		return false
	}
	xv, px := vector(lenX, x, incX)
	defer release(px)
	yv, py := vector(lenY, y, incY, extent(&av), xv)
	if tA == blas.NoTrans {
		kernels.Gemv(alpha, av, xv, beta, yv)
	} else {
		kernels.GemvT(alpha, av, xv, beta, yv)
	}
	store(y, incY, yv, py)
	return true
}

func ger[T float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) bool {
	if m*n < fewest && incX > 0 && incY > 0 { // gonum's assembly is wrong for negative increments
		return false
	}
	av := view(m, n, a, lda)
	if !holds(m, x, incX) || !holds(n, y, incY) || !av.Valid() {
		return false
	}
	xv, px := vector(m, x, incX, extent(&av))
	defer release(px)
	yv, py := vector(n, y, incY, extent(&av))
	defer release(py)
	kernels.Ger(alpha, xv, yv, av)
	return true
}

// symvRows is how many rows of a symmetric matrix symv takes at a time.
const symvRows = 16

// symv goes down the diagonal: own does the square on it, and the rectangle beside it,
// which stands for the one below it too, acts once as it is and once transposed.
func symv[T float](own *gonums[T], ul blas.Uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) bool {
	av := view(n, n, a, lda)
	if n*n < fewest || !isUplo(ul) || !av.Valid() || !holds(n, x, incX) || !holds(n, y, incY) || alpha == 0 {
		return false
	}
	xv, px := vector(n, x, incX)
	defer release(px)
	yv, py := vector(n, y, incY, extent(&av), xv)
	switch beta {
	case 0:
		clear(yv)
	case 1:
	default:
		kernels.Scal(beta, yv)
	}
	for i := 0; i < n; i += symvRows {
		rows := min(symvRows, n-i)
		own.symv(ul, rows, alpha, a[i*lda+i:], lda, xv[i:], 1, 1, yv[i:], 1)
		lo, hi := 0, i
		if ul == blas.Upper {
			lo, hi = i+rows, n
		}
		if lo < hi {
			side := block(av, i, lo, rows, hi-lo)
			kernels.Gemv(alpha, side, xv[lo:hi], 1, yv[i:i+rows])
			kernels.GemvT(alpha, side, xv[i:i+rows], 1, yv[lo:hi])
		}
	}
	store(y, incY, yv, py)
	return true
}

// span returns the first and one behind the last column that row i of the triangle has.
func span(ul blas.Uplo, i, n int) (lo, hi int) {
	if ul == blas.Upper {
		return i, n
	}
	return 0, i + 1
}

func syr[T float](ul blas.Uplo, n int, alpha T, x []T, incX int, a []T, lda int) bool {
	av := view(n, n, a, lda)
	if n*n < fewest || !isUplo(ul) || !holds(n, x, incX) || !av.Valid() || alpha == 0 {
		return false
	}
	xv, px := vector(n, x, incX, extent(&av))
	defer release(px)
	for i := range n {
		lo, hi := span(ul, i, n)
		kernels.Axpy(alpha*xv[i], xv[lo:hi], a[i*lda+lo:i*lda+hi])
	}
	return true
}

func syr2[T float](ul blas.Uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) bool {
	av := view(n, n, a, lda)
	if n*n < fewest || !isUplo(ul) || !holds(n, x, incX) || !holds(n, y, incY) || !av.Valid() || alpha == 0 {
		return false
	}
	xv, px := vector(n, x, incX, extent(&av))
	defer release(px)
	yv, py := vector(n, y, incY, extent(&av))
	defer release(py)
	for i := range n {
		lo, hi := span(ul, i, n)
		row := a[i*lda+lo : i*lda+hi]
		kernels.Axpy(alpha*xv[i], yv[lo:hi], row)
		kernels.Axpy(alpha*yv[i], xv[lo:hi], row)
	}
	return true
}

func trmv[T float](own *gonums[T], ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int) bool {
	if n <= leafVector {
		return false
	}
	t := triangle[T]{ul, tA, d, view(n, n, a, lda)}
	if !t.valid() || !holds(n, x, incX) {
		return false
	}
	xv, px := vector(n, x, incX, extent(&t.Matrix))
	t.trmv(own, xv)
	store(x, incX, xv, px)
	return true
}

func (t triangle[T]) trmv(own *gonums[T], x []T) {
	if t.Rows <= leafVector {
		own.trmv(t.ul, t.tA, t.d, t.Rows, t.Data, t.Stride, x, 1)
		return
	}
	h := t.halve()
	to, from := x[:h.n], x[h.n:]
	if !h.up {
		to, from = from, to
	}
	h.to.trmv(own, to)
	h.multiply(1, from, to)
	h.from.trmv(own, from)
}

func trsv[T float](own *gonums[T], ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int) bool {
	if n <= leafVector {
		return false
	}
	t := triangle[T]{ul, tA, d, view(n, n, a, lda)}
	if !t.valid() || !holds(n, x, incX) {
		return false
	}
	xv, px := vector(n, x, incX, extent(&t.Matrix))
	t.trsv(own, xv)
	store(x, incX, xv, px)
	return true
}

func (t triangle[T]) trsv(own *gonums[T], x []T) {
	if t.Rows <= leafVector {
		own.trsv(t.ul, t.tA, t.d, t.Rows, t.Data, t.Stride, x, 1)
		return
	}
	h := t.halve()
	to, from := x[:h.n], x[h.n:]
	if !h.up {
		to, from = from, to
	}
	h.from.trsv(own, from)
	h.multiply(-1, from, to)
	h.to.trsv(own, to)
}

// multiply adds alpha·op(rest)·from to the vector to.
func (h halves[T]) multiply(alpha T, from, to []T) {
	if h.to.tA == blas.NoTrans {
		kernels.Gemv(alpha, h.rest, from, 1, to)
	} else {
		kernels.GemvT(alpha, h.rest, from, 1, to)
	}
}
