package kernels

import "github.com/nabla-go/nabla/internal/cores"

// GemmUpdate sets dX = D·W and then adds alpha·Dᵀ·X to W. D is m × p, X is m × q,
// W is p × q and dX is m × q. The bits are those of
//
//	Gemm(NoTrans, NoTrans, 1, d, w, 0, dx)
//	Gemm(Trans, NoTrans, alpha, d, x, 1, w)
//
// With D the sensitivities δ of a layer, X its inputs and alpha = −η/m, it
// passes δ on to the layer below and takes a step of gradient descent. For few
// samples and a W that is far away in memory, it reads W once: for one block of rows
// after the other the product with the old weights and then the update. Otherwise it
// does the two products.
//
// It panics on bad matrices, on shapes that don't fit and if W or dX overlaps
// another operand.
func GemmUpdate[T Float](alpha T, d, x, w, dx Matrix[T]) {
	switch {
	case !valid(&d):
		panic("kernels: GemmUpdate: bad matrix D" + wantMatrix)
	case !valid(&x):
		panic("kernels: GemmUpdate: bad matrix X" + wantMatrix)
	case !valid(&w):
		panic("kernels: GemmUpdate: bad matrix W" + wantMatrix)
	case !valid(&dx):
		panic("kernels: GemmUpdate: bad matrix dX" + wantMatrix)
	case d.Rows != x.Rows || d.Rows != dx.Rows:
		panic("kernels: GemmUpdate: rows of D, X and dX differ")
	case d.Cols != w.Rows:
		panic("kernels: GemmUpdate: d.Cols != w.Rows")
	case x.Cols != w.Cols || dx.Cols != w.Cols:
		panic("kernels: GemmUpdate: columns of X, W and dX differ")
	case overlapMatrix(&w, &d) || overlapMatrix(&w, &x) || overlapMatrix(&w, &dx) ||
		overlapMatrix(&dx, &d) || overlapMatrix(&dx, &x):
		panic("kernels: GemmUpdate: W or dX overlaps another operand")
	}
	m, p, q := d.Rows, d.Cols, w.Cols
	readMatrix(&d)
	readMatrix(&w)
	writeMatrix(&dx)
	if alpha != 0 {
		readMatrix(&x)
		writeMatrix(&w)
	}
	oneSweep := worthOneSweep[T](m, p, q)
	switch {
	case m == 1 && p > 0 && q > 0 && alpha != 0:
		if d, x, dx := d.Data[:p], x.Data[:q], dx.Data[:q]; oneSweep {
			updateOne(alpha, d, x, &w, dx)
		} else {
			gemvTBlocks(1, &w, d, 0, dx)
			gerBlocks(alpha, d, x, &w)
		}
	case oneSweep && m > 0 && alpha != 0:
		updateSome(alpha, &d, &x, &w, &dx)
	default:
		Gemm(NoTrans, NoTrans, 1, d, w, 0, dx)
		Gemm(Trans, NoTrans, alpha, d, x, 1, w)
	}
}

// worthOneSweep reports whether GemmUpdate of m samples gains from reading the p × q
// matrix W once.
func worthOneSweep[T Float](m, p, q int) bool {
	for i := range cores.Active.Sweeps {
		if s := &cores.Active.Sweeps[i]; m <= s.Samples && p*q > s.Bytes/sizeOf[T]() {
			return true
		}
	}
	return false
}

// updateOne is GemmUpdate for one sample, in one sweep over W.
func updateOne[T Float](alpha T, d, x []T, w *Matrix[T], dx []T) {
	clearAll(dx)
	some := sweep[T]() / 2 // elements of W, which are written as well
	cols := min(w.Cols, some/sweepRows)
	rows := share(w.Rows, cols, some)
	for i := 0; i < w.Rows; i += rows {
		k := min(rows, w.Rows-i)
		for j := 0; j < w.Cols; j += cols {
			n := min(cols, w.Cols-j)
			gemvTGer(k, n, alpha, d[i:i+k], x[j:j+n], from(w, i)[j:], w.Stride, dx[j:j+n])
		}
	}
}

// updateSome is GemmUpdate for a few samples, in one sweep over W.
func updateSome[T Float](alpha T, d, x, w, dx *Matrix[T]) {
	m, p, q := d.Rows, d.Cols, w.Cols
	rows := min(max(cores.Active.UpdateBytes/sizeOf[T]()/q, sweepRows), outerDepth)
	for i := 0; i < p; i += rows {
		k := min(rows, p-i)
		outerResume(m, q, k, d.Data[i:], d.Stride, from(w, i), w.Stride, dx.Data, dx.Stride, i > 0)
		outerBlocks(k, q, m, alpha, d.Data[i:], 1, d.Stride, x.Data, x.Stride, 1, from(w, i), w.Stride)
	}
}

// outerResume adds the k terms of a·b to the chains in c, or begins them.
func outerResume[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, resume bool) {
	if oneCall[T](m, n, k) {
		gemmOuter(m, n, k, 1, a, lda, 1, b, ldb, 0, c, ldc, resume)
		return
	}
	mb, nb := callShape[T](m, n, k)
	for j := 0; j < n; j += nb {
		for i := 0; i < m; i += mb {
			gemmOuter(min(mb, m-i), min(nb, n-j), k, 1, a[i*lda:], lda, 1, b[j:], ldb, 0, c[i*ldc+j:], ldc, resume)
		}
	}
}
