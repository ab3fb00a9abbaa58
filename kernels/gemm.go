package kernels

import (
	"unsafe"

	"github.com/nabla-go/nabla/kernels/generic"
)

// Gemm sets C = alpha·op(A)·op(B) + beta·C, where op(X) is X for NoTrans and Xᵀ
// for Trans; C is m × n, op(A) is m × k and op(B) is k × n.
//
//	transA   transB   form           a row of C is, bit for bit, that row's
//	NoTrans  Trans    row · row      Gemv(alpha, B, row of A, …)
//	Trans    Trans    row · row      Gemv(alpha, B, column of A, …); A is packed
//	NoTrans  NoTrans  row × matrix   GemvT(alpha, B, row of A, …)
//	Trans    NoTrans  row × matrix   GemvT(alpha, B, column of A, …)
//
// alpha and beta act as in Gemv. A network needs the forms without packing only:
// x·Wᵀ forward, δ·W backward and δᵀ·a for the gradient of W.
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
		panic(gemmTrans)
	case !valid(&a):
		panic(gemmA)
	case !valid(&b):
		panic(gemmB)
	case !valid(&c):
		panic(gemmC)
	case kB != k:
		panic(gemmK)
	case m != c.Rows:
		panic(gemmM)
	case n != c.Cols:
		panic(gemmN)
	case overlapMatrix(&c, &a) || overlapMatrix(&c, &b):
		panic(gemmOverlap)
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
	switch { // one row of A is a vector, and one term a step of Ger: the same bits with less to do
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
	crowdedA, crowdedB := crowded(&a, n), ta && crowded(&b, m)
	if (crowdedA || crowdedB) && !worthPacking[T](m, n, k) && (!ta || k <= spreadRows) {
		gemmSpread(ta, tb, m, n, k, alpha, a, crowdedA, b, crowdedB, beta, c)
		return
	}
	gemmForm(ta, tb, m, n, k, alpha, a, b, beta, c)
}

// gemmForm is Gemm for operands that are as they should be, without a copy of all of A or B.
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
	if worthPacking[T](m, n, k) && k <= packBlock/int(unsafe.Sizeof(alpha))/packBand {
		dotPacked(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if oneCall(m, n, k) {
		gemmDot(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	mb, nb := blockShape(m, n, gemmWork/k)
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			gemmDot(min(mb, m-i), min(nb, n-j), k, alpha, a[i*lda:], lda, b[j*ldb:], ldb, beta, c[i*ldc+j:], ldc)
		}
	}
}

// outerBlocks is gemmOuter for operands of any size. Chains longer than
// outerDepth are cut; between the parts, the sums stand in C itself if beta = 0,
// else in scratch, because C is needed unchanged at the end.
func outerBlocks[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int) {
	if worthPacking[T](m, k, n) || csA != 1 && worthPackingT(m, n, k) {
		outerPacked(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc)
		return
	}
	if oneCall(m, n, k) {
		gemmOuter(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, false)
		return
	}
	if k > outerDepth && beta != 0 {
		outerScratch(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc)
		return
	}
	mb, nb := blockShape(m, n, gemmWork/min(k, outerDepth))
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			for l := 0; l < k; l += outerDepth {
				kb, f := min(outerDepth, k-l), T(1)
				if l+kb == k {
					f = alpha
				}
				gemmOuter(min(mb, m-i), min(nb, n-j), kb, f, a[i*rsA+l*csA:], rsA, csA, b[l*ldb+j:], ldb, beta, c[i*ldc+j:], ldc, l > 0)
			}
		}
	}
}

// outerScratch is outerBlocks for cut chains and beta ≠ 0.
func outerScratch[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int) {
	var sums [scratch]T
	mb, nb := blockShape(m, n, scratch)
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

// gemmTT packs rows of Aᵀ and multiplies them row · row.
func gemmTT[T Float](m, n, k int, alpha T, a, b Matrix[T], beta T, c Matrix[T]) {
	mb := min(m, max(packBlock/int(unsafe.Sizeof(alpha))/k, 1))
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

// oneCall reports whether a product is small enough for one call. It comes before
// what cuts a larger one: divisions take as long as a small product.
func oneCall(m, n, k int) bool { return m*n <= gemmWork && m*n*k <= gemmWork }

// blockShape cuts an m × n result into blocks of about size elements: bands of
// whole rows where they fit, else pieces. Both dimensions are multiples of the
// micro-kernels' tiles as far as size allows.
func blockShape(m, n, size int) (mb, nb int) {
	rows, cols := 4, 6
	switch {
	case size >= 12*96:
		rows, cols = 12, 96
	case size >= 12*32:
		rows, cols = 12, 32
	}
	rows = min(m, rows)
	nb = min(n, max(size/rows/cols*cols, cols))
	mb = min(m, max(size/nb/rows*rows, rows))
	return mb, nb
}
