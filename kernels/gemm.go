package kernels

import (
	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Gemm sets C = alpha·op(A)·op(B) + beta·C, where op(X) is X for NoTrans and Xᵀ
// for Trans; C is m × n, op(A) is m × k and op(B) is k × n. A row of C has the bits
// of a product of B and one vector, the row of A or, for Trans, its column:
//
//	transA   transB   form            a row of C is that of
//	NoTrans  Trans    dot product     Gemv(alpha, B, row of A, …)
//	Trans    Trans    dot product     Gemv(alpha, B, column of A, …)
//	NoTrans  NoTrans  outer product   GemvT(alpha, B, row of A, …)
//	Trans    NoTrans  outer product   GemvT(alpha, B, column of A, …)
//
// alpha and beta act as in Gemv. One row of A without Trans is computed by the kernel of
// that vector, and a product of one term with beta = 1 by that of Ger, so callers need no
// special cases. Aᵀ·Bᵀ always copies A and is the slowest form. A network needs the
// others: x·Wᵀ forward, δ·W backward and δᵀ·a for the gradient of W.
//
// It panics on bad matrices, on shapes that don't fit and if C overlaps A or B.
func Gemm[T Float](transA, transB Transpose, alpha T, a, b Matrix[T], beta T, c Matrix[T]) {
	ta, tb := transA == Trans, transB == Trans
	m, k := a.Rows, a.Cols
	if ta {
		m, k = k, m
	}
	kB, n := b.Rows, b.Cols
	if tb {
		kB, n = n, kB
	}
	switch {
	case !ta && transA != NoTrans || !tb && transB != NoTrans:
		panic("kernels: Gemm: want NoTrans or Trans")
	case !valid(&a):
		panic("kernels: Gemm: bad matrix A" + wantMatrix)
	case !valid(&b):
		panic("kernels: Gemm: bad matrix B" + wantMatrix)
	case !valid(&c):
		panic("kernels: Gemm: bad matrix C" + wantMatrix)
	case kB != k:
		panic("kernels: Gemm: columns of op(A) != rows of op(B)")
	case m != c.Rows:
		panic("kernels: Gemm: rows of op(A) != c.Rows")
	case n != c.Cols:
		panic("kernels: Gemm: columns of op(B) != c.Cols")
	case overlapMatrix(&c, &a) || overlapMatrix(&c, &b):
		panic("kernels: Gemm: C overlaps A or B")
	}
	if m == 0 || n == 0 {
		return
	}
	writeMatrix(&c)
	if alpha == 0 || k == 0 {
		for i := range m {
			scaleBy(beta, row(&c, i))
		}
		return
	}
	readMatrix(&a)
	readMatrix(&b)
	switch { // the same bits with less to do
	case m == 1 && !ta && tb:
		gemvBlocks(alpha, &b, a.Data[:k], beta, c.Data[:n])
		return
	case m == 1 && !ta:
		gemvTBlocks(alpha, &b, a.Data[:k], beta, c.Data[:n])
		return
	case k == 1 && beta == 1 && ta && !tb:
		gerBlocks(alpha, a.Data[:m], b.Data[:n], &c)
		return
	}
	padA, padB := aliases(&a, n), ta && aliases(&b, m)
	if (padA || padB) && (tb && !ta && worthNear[T](m, n, k) || !worthPacking[T](m, n, k)) && (!ta || k <= cores.Active.AliasCopy) {
		gemmPadded(ta, tb, m, n, k, alpha, a, padA, b, padB, beta, c)
		return
	}
	gemmForm(ta, tb, m, n, k, alpha, a, b, beta, c)
}

// gemmForm is Gemm for checked operands of any size; it takes no care of 4 KiB aliasing.
func gemmForm[T Float](transA, transB bool, m, n, k int, alpha T, a, b Matrix[T], beta T, c Matrix[T]) {
	switch {
	case transA && transB:
		gemmTT(m, n, k, alpha, a, b, beta, c)
	case transB:
		dotBlocks(m, n, k, alpha, a.Data, a.Stride, b.Data, b.Stride, beta, c.Data, c.Stride)
	case transA:
		outerBlocks(m, n, k, alpha, a.Data, 1, a.Stride, b.Data, b.Stride, beta, c.Data, c.Stride)
	default:
		outerBlocks(m, n, k, alpha, a.Data, a.Stride, 1, b.Data, b.Stride, beta, c.Data, c.Stride)
	}
}

// dotBlocks is gemmDot for operands of any size.
func dotBlocks[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if k > sweep[T]() {
		for i := range m {
			for j := range n {
				sum := dotLong(a[i*lda:][:k], b[j*ldb:][:k])
				generic.Epilogue(alpha, sum, beta, &c[i*ldc+j])
			}
		}
		return
	}
	if worthNear[T](m, n, k) {
		dotNear(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if worthPacking[T](m, n, k) && k <= cores.Active.DotPanelBytes/sizeOf[T]()/cores.Active.Band {
		dotPacked(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if oneCall[T](m, n, k) {
		gemmDot(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	mb, nb := callShape[T](m, n, k)
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			gemmDot(min(mb, m-i), min(nb, n-j), k, alpha, a[i*lda:], lda, b[j*ldb:], ldb, beta, c[i*ldc+j:], ldc)
		}
	}
}

// worthNear reports whether an m × n product A·Bᵀ with k terms gains from panels of B that
// stay in L1.
func worthNear[T Float](m, n, k int) bool {
	t := &cores.Active
	return (t.Band+t.NearRows)*k <= 2*sweep[T]() && m >= t.NearUses && n*k > t.NearBytes/sizeOf[T]() && n*k <= t.NearMost/sizeOf[T]()
}

// dotNear is dotBlocks with panels of rows of B that stay in L1 while a part of A, which
// stays in L2, streams past them.
func dotNear[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	t := &cores.Active
	part := min(m, multiple(t.NearPartBytes/sizeOf[T]()/k, t.Band))
	nb := min(n, multiple(t.NearBytes/sizeOf[T]()/k+t.NearRows/2, t.NearRows)) // the nearest multiple
	mb := min(part, multiple(gemmWork/nb/k, t.Band))
	for i := 0; i < m; i += part {
		for j := 0; j < n; j += nb {
			end := min(i+part, m)
			for r := i; r < end; r += mb {
				gemmDot(min(mb, end-r), min(nb, n-j), k, alpha, a[r*lda:], lda, b[j*ldb:], ldb, beta, c[r*ldc+j:], ldc)
			}
		}
	}
}

// outerBlocks is gemmOuter for operands of any size, with chains that begin at +0.
func outerBlocks[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int) {
	outerChains(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, false)
}

// outerChains is gemmOuter for operands of any size; with resume beta is 0. Chains longer
// than outerDepth are cut; between the parts, the sums stand in C itself if beta = 0,
// else in scratch, because C is needed unchanged at the end.
func outerChains[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool) {
	if beta == 0 && csA == 1 && worthPieces[T](m, n, k) {
		outerPieces(m, n, k, cores.Active.PieceDepth, alpha, a, rsA, csA, b, ldb, c, ldc, resume)
		return
	}
	if worthPacking[T](m, k, n) || csA == 1 && worthPackingAliased[T](m, n, k, ldb) || csA != 1 && worthPackingT(m, n, k) {
		outerPacked(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
		return
	}
	if csA != 1 && worthPiecesT[T](m, n, k) {
		outerPiecesT(m, n, k, alpha, a, csA, b, ldb, beta, c, ldc, resume)
		return
	}
	if oneCall[T](m, n, k) {
		gemmOuter(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
		return
	}
	if k > outerDepth && beta != 0 {
		outerScratch(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc)
		return
	}
	mb, nb := callShape[T](m, n, min(k, outerDepth))
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			for l := 0; l < k; l += outerDepth {
				kb, f := min(outerDepth, k-l), T(1)
				if l+kb == k {
					f = alpha
				}
				gemmOuter(min(mb, m-i), min(nb, n-j), kb, f, a[i*rsA+l*csA:], rsA, csA, b[l*ldb+j:], ldb, beta, c[i*ldc+j:], ldc, resume || l > 0)
			}
		}
	}
}

// worthPieces reports whether an m × n product A·B with k terms and beta = 0 gains from
// going through B in the order of memory.
func worthPieces[T Float](m, n, k int) bool {
	t := &cores.Active
	return m <= t.PieceRows && k > t.PieceDepth && n*k > t.PieceBytes/sizeOf[T]()
}

// outerPieces is outerChains for beta = 0, with chains cut to pieces of so many terms. It
// so goes through B, and through A of Aᵀ·B, in the order of memory, and keeps the chains
// in C.
func outerPieces[T Float](m, n, k, depth int, alpha T, a []T, rsA, csA int, b []T, ldb int, c []T, ldc int, resume bool) {
	mb, nb := callShape[T](m, n, depth)
	for l := 0; l < k; l += depth {
		kb, f := min(depth, k-l), T(1)
		if l+kb == k {
			f = alpha
		}
		for j := 0; j < n; j += nb {
			for i := 0; i < m; i += mb {
				gemmOuter(min(mb, m-i), min(nb, n-j), kb, f, a[i*rsA+l*csA:], rsA, csA, b[l*ldb+j:], ldb, 0, c[i*ldc+j:], ldc, resume || l > 0)
			}
		}
	}
}

// worthPiecesT reports whether an m × n product Aᵀ·B with k terms gains from going
// through A and B in the order of memory.
func worthPiecesT[T Float](m, n, k int) bool {
	t := &cores.Active
	return k >= t.PieceTTerms && max(m, n)*k > t.PieceTBytes/sizeOf[T]()
}

// outerPiecesT is outerChains with pieces of chains for Aᵀ·B. It takes so many columns at
// a time that their sums stay in L2: in C if beta = 0, else in scratch.
func outerPiecesT[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, resume bool) {
	t := &cores.Active
	nb := min(n, multiple(t.OuterPanelBytes/sizeOf[T]()/m, t.OuterPanelCols))
	var sums []T
	if beta != 0 {
		p, mem := getPack[T](m * nb)
		defer putPack(p)
		sums = mem
	}
	for j := 0; j < n; j += nb {
		cols := min(nb, n-j)
		if beta == 0 {
			outerPieces(m, cols, k, t.PieceTDepth, alpha, a, 1, lda, b[j:], ldb, c[j:], ldc, resume)
			continue
		}
		outerPieces(m, cols, k, t.PieceTDepth, 1, a, 1, lda, b[j:], ldb, sums, cols, false)
		addScaled(m, cols, alpha, sums, beta, c[j:], ldc)
	}
}

// outerScratch is outerBlocks for cut chains and beta ≠ 0.
func outerScratch[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int) {
	var sums [scratch]T
	mb, nb := blockShape(m, n, scratch, scratch)
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			rows, cols := min(mb, m-i), min(nb, n-j)
			outerBlocks(rows, cols, k, 1, a[i*rsA:], rsA, csA, b[j:], ldb, 0, sums[:], cols)
			addScaled(rows, cols, alpha, sums[:], beta, c[i*ldc+j:], ldc)
		}
	}
}

// addScaled sets C = fma(alpha, sums, beta·C) for contiguous rows of sums.
func addScaled[T Float](rows, cols int, alpha T, sums []T, beta T, c []T, ldc int) {
	for i := range rows {
		row := c[i*ldc:][:cols]
		scaleBy(beta, row)
		Axpy(alpha, sums[i*cols:][:cols], row)
	}
}

// gemmTT packs rows of Aᵀ and multiplies them in dot-product form.
func gemmTT[T Float](m, n, k int, alpha T, a, b Matrix[T], beta T, c Matrix[T]) {
	mb := min(m, max(cores.Active.TransBytes/sizeOf[T]()/k, 1))
	p, pack := getPack[T](mb * k)
	defer putPack(p)
	for i := 0; i < m; i += mb {
		rows := min(mb, m-i)
		for l := range k {
			for r, v := range a.Data[l*a.Stride+i:][:rows] {
				pack[r*k+l] = v
			}
		}
		dotBlocks(rows, n, k, alpha, pack, k, b.Data, b.Stride, beta, c.Data[i*c.Stride:], c.Stride)
	}
}
