package gonum

import (
	"runtime"
	"sync"

	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas"
)

func gemm[T float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) bool {
	if !isTranspose(tA) || !isTranspose(tB) || m <= 0 || n <= 0 || k <= 0 {
		return false
	}
	av, bv, cv := view(m, k, a, lda), view(k, n, b, ldb), view(m, n, c, ldc)
	if tA != blas.NoTrans {
		av.Rows, av.Cols = k, m
	}
	if tB != blas.NoTrans {
		bv.Rows, bv.Cols = n, k
	}
	if !av.Valid() || !bv.Valid() || !cv.Valid() || cv.Overlaps(av) || cv.Overlaps(bv) {
		return false
	}
	product(trans(tA), trans(tB), alpha, av, bv, beta, cv)
	return true
}

// share is the number of multiply-adds that are worth a goroutine.
const share = 1 << 21

// product is kernels.Gemm with as many goroutines as pay, each with rows or columns of C.
func product[T float](tA, tB kernels.Transpose, alpha T, a, b kernels.Matrix[T], beta T, c kernels.Matrix[T]) {
	k := a.Cols
	if tA == kernels.Trans {
		k = a.Rows
	}
	parts := int(min(int64(runtime.GOMAXPROCS(0)), int64(c.Rows)*int64(c.Cols)*int64(k)/share))
	if parts < 2 {
		kernels.Gemm(tA, tB, alpha, a, b, beta, c)
		return
	}
	length := max(c.Rows, c.Cols)
	step := (length/parts + 48) / 48 * 48 // a multiple of the rows and columns that micro-kernels take
	var wait sync.WaitGroup
	for i := 0; i < length; i += step {
		size := min(step, length-i)
		ai, bi, ci := a, b, c
		if c.Rows >= c.Cols {
			ai, ci = stripe(a, tA == kernels.Trans, i, size), stripe(c, false, i, size)
		} else {
			bi, ci = stripe(b, tB == kernels.NoTrans, i, size), stripe(c, true, i, size)
		}
		if i+size == length {
			kernels.Gemm(tA, tB, alpha, ai, bi, beta, ci)
			break
		}
		wait.Go(func() { kernels.Gemm(tA, tB, alpha, ai, bi, beta, ci) })
	}
	wait.Wait()
}

// stripe returns size columns of m from column i on, or rows.
func stripe[T float](m kernels.Matrix[T], columns bool, i, size int) kernels.Matrix[T] {
	if columns {
		return block(m, 0, i, m.Rows, size)
	}
	return block(m, i, 0, size, m.Cols)
}

// leafSymmetric is the size up to which gonum's own symm, syrk and syr2k are used.
const leafSymmetric = 12

// diagonal is the size of the blocks on the diagonal of a symmetric matrix.
const diagonal = 64

func symm[T float](s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) bool {
	k := n
	if s == blas.Left {
		k = m
	}
	if m <= leafSymmetric || n <= leafSymmetric {
		return false
	}
	av, bv, cv := view(k, k, a, lda), view(m, n, b, ldb), view(m, n, c, ldc)
	if !isSide(s) || !isUplo(ul) || !av.Valid() || !bv.Valid() || !cv.Valid() || alpha == 0 {
		return false
	}
	if cv.Overlaps(av) || cv.Overlaps(bv) {
		return false
	}
	p := scratch[T](min(k, diagonal) * k)
	defer release(p)
	for i := 0; i < k; i += diagonal {
		rows := kernels.MatrixOf(min(diagonal, k-i), k, (*p)[:min(diagonal, k-i)*k])
		fill(rows, av, ul, i)
		if s == blas.Left {
			product(kernels.NoTrans, kernels.NoTrans, alpha, rows, bv, beta, stripe(cv, false, i, rows.Rows))
		} else {
			product(kernels.NoTrans, kernels.Trans, alpha, bv, rows, beta, stripe(cv, true, i, rows.Rows))
		}
	}
	return true
}

// fill makes rows the rows of the symmetric matrix a from row i on.
func fill[T float](rows, a kernels.Matrix[T], ul blas.Uplo, i int) {
	for r := range rows.Rows {
		row, lo, hi := rows.Row(r), 0, i+r
		if ul == blas.Upper {
			lo, hi = i+r, a.Cols
		}
		copy(row[lo:hi], a.Data[(i+r)*a.Stride+lo:])
	}
	// The rest stands in columns. It is read in the order of memory.
	lo, hi := i, a.Rows
	if ul == blas.Upper {
		lo, hi = 0, i+rows.Rows
	}
	for k := lo; k < hi; k++ {
		from, to := 0, min(rows.Rows, k-i+1)
		if ul == blas.Upper {
			from, to = max(0, k-i), rows.Rows
		}
		for r := from; r < to; r++ {
			rows.Data[r*rows.Stride+k] = a.Data[k*a.Stride+i+r]
		}
	}
}

func syrk[T float](ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) bool {
	if n <= leafSymmetric || k <= 0 {
		return false
	}
	av := view(n, k, a, lda)
	if tA != blas.NoTrans {
		av.Rows, av.Cols = k, n
	}
	return symmetric(ul, tA, n, k, alpha, av, av, true, beta, view(n, n, c, ldc))
}

func syr2k[T float](ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) bool {
	if n <= leafSymmetric || k <= 0 {
		return false
	}
	av, bv := view(n, k, a, lda), view(n, k, b, ldb)
	if tA != blas.NoTrans {
		av.Rows, av.Cols, bv.Rows, bv.Cols = k, n, k, n
	}
	return symmetric(ul, tA, n, k, alpha, av, bv, false, beta, view(n, n, c, ldc))
}

// symmetric is syrk for one product and syr2k for two. The block on the diagonal is
// computed whole, in scratch memory; what stands beside it in the triangle is a rectangle.
func symmetric[T float](ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a, b kernels.Matrix[T], one bool, beta T, c kernels.Matrix[T]) bool {
	if !isUplo(ul) || !isTranspose(tA) || !a.Valid() || !b.Valid() || !c.Valid() || alpha == 0 {
		return false
	}
	if c.Overlaps(a) || c.Overlaps(b) {
		return false
	}
	t, u := kernels.NoTrans, kernels.Trans
	if tA != blas.NoTrans {
		t, u = u, t
	}
	add := func(i, rows, j, cols int, beta T, c kernels.Matrix[T]) {
		product(t, u, alpha, stripe(a, t == kernels.Trans, i, rows), stripe(b, t == kernels.Trans, j, cols), beta, c)
		if !one {
			product(t, u, alpha, stripe(b, t == kernels.Trans, i, rows), stripe(a, t == kernels.Trans, j, cols), 1, c)
		}
	}
	p := scratch[T](diagonal * diagonal)
	defer release(p)
	for i := 0; i < n; i += diagonal {
		size := min(diagonal, n-i)
		square := kernels.MatrixOf(size, size, (*p)[:size*size])
		add(i, size, i, size, 0, square)
		for r := range size {
			lo, hi := span(ul, r, size)
			row := c.Data[(i+r)*c.Stride+i:]
			blend(row[lo:hi], beta, square.Row(r)[lo:hi])
		}
		lo, hi := 0, i
		if ul == blas.Upper {
			lo, hi = i+size, n
		}
		if lo < hi {
			add(i, size, lo, hi-lo, beta, block(c, i, lo, size, hi-lo))
		}
	}
	return true
}

// blend sets dst = beta·dst + x; for beta = 0 dst isn't read.
func blend[T float](dst []T, beta T, x []T) {
	if beta == 0 {
		copy(dst, x)
		return
	}
	if beta != 1 {
		kernels.Scal(beta, dst)
	}
	kernels.Axpy(1, x, dst)
}

func trmm[T float](s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) bool {
	if m*n < fewest {
		return false
	}
	t, bv, ok := triangular(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
	if ok {
		t.trmm(s, alpha, bv)
	}
	return ok
}

func trsm[T float](s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) bool {
	if m*n < fewest {
		return false
	}
	t, bv, ok := triangular(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
	if ok {
		t.trsm(s, alpha, bv)
	}
	return ok
}

// triangular returns the operands of trmm and trsm, and false if the call is one for
// gonum's own implementation.
func triangular[T float](s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) (triangle[T], kernels.Matrix[T], bool) {
	k := n
	if s == blas.Left {
		k = m
	}
	t, bv := triangle[T]{ul, tA, d, view(k, k, a, lda)}, view(m, n, b, ldb)
	ok := isSide(s) && m > 0 && n > 0 && t.valid() && bv.Valid() && alpha != 0 && !bv.Overlaps(t.Matrix)
	return t, bv, ok
}

// trmm sets b = alpha·op(T)·b, or alpha·b·op(T).
func (t triangle[T]) trmm(s blas.Side, alpha T, b kernels.Matrix[T]) {
	if t.Rows <= leafMatrix {
		t.leaf(triangle[T].multiply, s, alpha, b)
		return
	}
	h := t.halve()
	to, from := h.split(s, b)
	h.to.trmm(s, alpha, to)
	h.product(s, alpha, from, 1, to)
	h.from.trmm(s, alpha, from)
}

// trsm sets b = alpha·op(T)⁻¹·b, or alpha·b·op(T)⁻¹.
func (t triangle[T]) trsm(s blas.Side, alpha T, b kernels.Matrix[T]) {
	if t.Rows <= leafMatrix {
		t.leaf(triangle[T].solve, s, alpha, b)
		return
	}
	h := t.halve()
	to, from := h.split(s, b)
	h.from.trsm(s, alpha, from)
	h.product(s, -1, from, alpha, to)
	h.to.trsm(s, 1, to)
}

// split returns the rows or, with the triangle on the right, the columns of b that belong
// to h.to and h.from. On the right the rest takes the other way, so that it exchanges them.
func (h *halves[T]) split(s blas.Side, b kernels.Matrix[T]) (to, from kernels.Matrix[T]) {
	columns, length := s == blas.Right, b.Rows
	if columns {
		h.to, h.from = h.from, h.to
		length = b.Cols
	}
	to, from = stripe(b, columns, 0, h.n), stripe(b, columns, h.n, length-h.n)
	if h.up == columns {
		to, from = from, to
	}
	return to, from
}

// product sets to = alpha·op(rest)·from + beta·to, or alpha·from·op(rest) + beta·to.
func (h *halves[T]) product(s blas.Side, alpha T, from kernels.Matrix[T], beta T, to kernels.Matrix[T]) {
	if s == blas.Left {
		product(trans(h.to.tA), kernels.NoTrans, alpha, h.rest, from, beta, to)
	} else {
		product(kernels.NoTrans, trans(h.to.tA), alpha, from, h.rest, beta, to)
	}
}

// chunk is the number of columns of B that a leaf takes at a time, so that they stay in
// the caches.
const chunk = 256

// leaf calls f, which works on rows, for the columns of b. On the right they are rows, and
// b·op(T) is the transpose of op(T)ᵀ·bᵀ.
func (t triangle[T]) leaf(f func(t triangle[T], alpha T, b kernels.Matrix[T]), s blas.Side, alpha T, b kernels.Matrix[T]) {
	if s == blas.Left {
		for j := 0; j < b.Cols; j += chunk {
			f(t, alpha, stripe(b, true, j, min(chunk, b.Cols-j)))
		}
		return
	}
	p := scratch[T](b.Cols * min(chunk, b.Rows))
	defer release(p)
	t = t.transposed()
	for i := 0; i < b.Rows; i += chunk {
		rows := stripe(b, false, i, min(chunk, b.Rows-i))
		columns := kernels.MatrixOf(b.Cols, rows.Rows, (*p)[:b.Cols*rows.Rows])
		transpose(columns, rows)
		f(t, alpha, columns)
		transpose(rows, columns)
	}
}

// transpose sets dst = srcᵀ.
func transpose[T float](dst, src kernels.Matrix[T]) {
	for i := range dst.Rows {
		row := dst.Row(i)
		for j := range row {
			row[j] = src.Data[j*src.Stride+i]
		}
	}
}

// multiply sets b = alpha·op(T)·b for a T of at most leafMatrix rows.
func (t triangle[T]) multiply(alpha T, b kernels.Matrix[T]) {
	var buf [leafMatrix]T
	for k := range t.Rows {
		i, factor := k, alpha
		if !t.up() {
			i = t.Rows - 1 - k
		}
		if t.d == blas.NonUnit {
			factor *= t.Data[i*t.Stride+i]
		}
		lo, row := t.row(i, &buf)
		kernels.Scal(factor, b.Row(i))
		if len(row) > 0 {
			kernels.GemvT(alpha, b.Slice(lo, lo+len(row)), row, 1, b.Row(i))
		}
	}
}

// solve sets b = alpha·op(T)⁻¹·b for a T of at most leafMatrix rows.
func (t triangle[T]) solve(alpha T, b kernels.Matrix[T]) {
	var buf [leafMatrix]T
	for k := range t.Rows {
		i := k
		if t.up() {
			i = t.Rows - 1 - k
		}
		lo, row := t.row(i, &buf)
		if len(row) > 0 {
			kernels.GemvT(-1, b.Slice(lo, lo+len(row)), row, alpha, b.Row(i))
		} else if alpha != 1 {
			kernels.Scal(alpha, b.Row(i))
		}
		if t.d == blas.NonUnit {
			kernels.Scal(1/t.Data[i*t.Stride+i], b.Row(i))
		}
	}
}
