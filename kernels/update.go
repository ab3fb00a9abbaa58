package kernels

import "unsafe"

// GemmUpdate sets dX = D·W and then adds alpha·Dᵀ·X to W. Where that saves time it
// reads W from memory once: block by block of its rows, the product with the old
// weights before the update. D is m × p, X is m × q, W is p × q and dX is m × q. The bits are those
// of Gemm(NoTrans, NoTrans, 1, d, w, 0, dx) and then
// Gemm(Trans, NoTrans, alpha, d, x, 1, w).
//
// With D the sensitivities δ of a layer, X its inputs and alpha = −η/m, it
// passes δ on to the layer below and takes a step of gradient descent. Where W is
// small, or m so large that the products take longer than reading W, it does the
// two products one after the other.
//
// It panics on bad matrices, on shapes that don't fit and if W or dX overlaps
// another operand.
func GemmUpdate[T Float](alpha T, d, x, w, dx Matrix[T]) {
	switch {
	case !valid(&d):
		panic(gemmUpdateD)
	case !valid(&x):
		panic(gemmUpdateX)
	case !valid(&w):
		panic(gemmUpdateW)
	case !valid(&dx):
		panic(gemmUpdateDX)
	case d.Rows != x.Rows || d.Rows != dx.Rows:
		panic(gemmUpdateM)
	case d.Cols != w.Rows:
		panic(gemmUpdateP)
	case x.Cols != w.Cols || dx.Cols != w.Cols:
		panic(gemmUpdateQ)
	case overlapMatrix(&w, &d) || overlapMatrix(&w, &x) || overlapMatrix(&w, &dx) ||
		overlapMatrix(&dx, &d) || overlapMatrix(&dx, &x):
		panic(gemmUpdateOverlap)
	}
	m, p, q := d.Rows, d.Cols, w.Cols
	readMatrix(&d)
	readMatrix(&w)
	writeMatrix(&dx)
	if alpha != 0 {
		readMatrix(&x)
		writeMatrix(&w)
	}
	if m == 0 || alpha == 0 || !worthOneSweep[T](m, p, q) {
		Gemm(NoTrans, NoTrans, 1, d, w, 0, dx)
		Gemm(Trans, NoTrans, alpha, d, x, 1, w)
		return
	}
	if m == 1 {
		updateOne(alpha, d.Data[:p], x.Data[:q], &w, dx.Data[:q])
		return
	}
	updateSome(alpha, &d, &x, &w, &dx)
}

// worthOneSweep reports whether GemmUpdate of m samples gains from one sweep over the
// p × q matrix W. For more samples the chains of D·W, which are spilled between the
// blocks of W, cost more than reading W once more.
func worthOneSweep[T Float](m, p, q int) bool {
	switch bytes := p * q * int(unsafe.Sizeof(T(0))); {
	case bytes > sweepVeryFar:
		return m <= sweepBatchVeryFar
	case bytes > sweepFar:
		return m <= sweepBatchFar
	default:
		return m == 1 && bytes > sweepOne
	}
}

// updateOne is GemmUpdate for one sample, in one sweep over W.
func updateOne[T Float](alpha T, d, x []T, w *Matrix[T], dx []T) {
	clear(dx)
	rows := max(sweep[T]()/w.Cols, 4)
	for i := 0; i < w.Rows; i += rows {
		k := min(rows, w.Rows-i)
		gemvTGer(k, w.Cols, alpha, d[i:i+k], x, from(w, i), w.Stride, dx)
	}
}

// updateSome is GemmUpdate for a few samples, in one sweep over W.
func updateSome[T Float](alpha T, d, x, w, dx *Matrix[T]) {
	m, p, q := d.Rows, d.Cols, w.Cols
	rows := min(max(updateBytes/(q*int(unsafe.Sizeof(alpha))), 4), outerDepth)
	for i := 0; i < p; i += rows {
		k := min(rows, p-i)
		outerResume(m, q, k, d.Data[i:], d.Stride, from(w, i), w.Stride, dx.Data, dx.Stride, i > 0)
		outerBlocks(k, q, m, alpha, d.Data[i:], 1, d.Stride, x.Data, x.Stride, 1, from(w, i), w.Stride)
	}
}

// outerResume adds the k terms of a·b to the chains in c, or begins them.
func outerResume[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, resume bool) {
	if oneCall(m, n, k) {
		gemmOuter(m, n, k, 1, a, lda, 1, b, ldb, 0, c, ldc, resume)
		return
	}
	mb, nb := blockShape(m, n, gemmWork/k)
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			gemmOuter(min(mb, m-i), min(nb, n-j), k, 1, a[i*lda:], lda, 1, b[j:], ldb, 0, c[i*ldc+j:], ldc, resume)
		}
	}
}
