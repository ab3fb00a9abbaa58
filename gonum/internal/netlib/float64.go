//go:build netlib

package main

import "C"

import (
	"unsafe"

	"gonum.org/v1/gonum/blas"
)

//go:generate sh float32.sh

//export ddot_
func ddot_(n *int32, x *float64, incX *int32, y *float64, incY *int32) float64 {
	return impl.Ddot(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}

//export dnrm2_
func dnrm2_(n *int32, x *float64, incX *int32) float64 {
	return impl.Dnrm2(int(*n), vector(*n, x, *incX), int(*incX))
}

//export dasum_
func dasum_(n *int32, x *float64, incX *int32) float64 {
	return impl.Dasum(int(*n), vector(*n, x, *incX), int(*incX))
}

//export idamax_
func idamax_(n *int32, x *float64, incX *int32) int32 {
	return int32(impl.Idamax(int(*n), vector(*n, x, *incX), int(*incX)) + 1)
}

//export dswap_
func dswap_(n *int32, x *float64, incX *int32, y *float64, incY *int32) {
	impl.Dswap(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}

//export dcopy_
func dcopy_(n *int32, x *float64, incX *int32, y *float64, incY *int32) {
	if *incX == 0 || *incY == 0 {
		copyZero(*n, x, *incX, y, *incY)
		return
	}
	impl.Dcopy(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}

//export daxpy_
func daxpy_(n *int32, alpha, x *float64, incX *int32, y *float64, incY *int32) {
	impl.Daxpy(int(*n), *alpha, vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}

//export dscal_
func dscal_(n *int32, alpha, x *float64, incX *int32) {
	impl.Dscal(int(*n), *alpha, vector(*n, x, *incX), int(*incX))
}

//export drotg_
func drotg_(a, b, c, s *float64) {
	*c, *s, *a, *b = impl.Drotg(*a, *b)
}

//export drot_
func drot_(n *int32, x *float64, incX *int32, y *float64, incY *int32, c, s *float64) {
	impl.Drot(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY), *c, *s)
}

//export drotmg_
func drotmg_(d1, d2, x1, y1 *float64, param *float64) {
	var p blas.DrotmParams
	p, *d1, *d2, *x1 = impl.Drotmg(*d1, *d2, *x1, *y1)
	to := unsafe.Slice(param, 5)
	to[0] = float64(p.Flag)
	// What the flag implies isn't written.
	for i, h := range p.H {
		diagonal := i == 0 || i == 3
		if p.Flag == blas.Rescaling || p.Flag == blas.Diagonal && diagonal || p.Flag == blas.OffDiagonal && !diagonal {
			to[i+1] = h
		}
	}
}

//export drotm_
func drotm_(n *int32, x *float64, incX *int32, y *float64, incY *int32, param *float64) {
	from := unsafe.Slice(param, 5)
	p := blas.DrotmParams{Flag: blas.Flag(from[0]), H: [4]float64(from[1:])}
	impl.Drotm(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY), p)
}

//export dgemv_
func dgemv_(t *byte, m, n *int32, alpha, a *float64, lda *int32, x *float64, incX *int32, beta, y *float64, incY *int32) {
	lenY, lenX := shape(t, *m, *n)
	impl.Dgemv(flipped(t), int(*n), int(*m), *alpha, matrix(*m, *n, a, *lda), int(*lda), vector(lenX, x, *incX), int(*incX), *beta, vector(lenY, y, *incY), int(*incY))
}

//export dgbmv_
func dgbmv_(t *byte, m, n, kl, ku *int32, alpha, a *float64, lda *int32, x *float64, incX *int32, beta, y *float64, incY *int32) {
	lenY, lenX := shape(t, *m, *n)
	impl.Dgbmv(flipped(t), int(*n), int(*m), int(*ku), int(*kl), *alpha, matrix(*kl+*ku+1, min(*n, *m+*ku), a, *lda), int(*lda), vector(lenX, x, *incX), int(*incX), *beta, vector(lenY, y, *incY), int(*incY))
}

//export dsymv_
func dsymv_(ul *byte, n *int32, alpha, a *float64, lda *int32, x *float64, incX *int32, beta, y *float64, incY *int32) {
	impl.Dsymv(flippedUplo(ul), int(*n), *alpha, matrix(*n, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX), *beta, vector(*n, y, *incY), int(*incY))
}

//export dsbmv_
func dsbmv_(ul *byte, n, k *int32, alpha, a *float64, lda *int32, x *float64, incX *int32, beta, y *float64, incY *int32) {
	impl.Dsbmv(flippedUplo(ul), int(*n), int(*k), *alpha, matrix(*k+1, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX), *beta, vector(*n, y, *incY), int(*incY))
}

//export dspmv_
func dspmv_(ul *byte, n *int32, alpha, a, x *float64, incX *int32, beta, y *float64, incY *int32) {
	impl.Dspmv(flippedUplo(ul), int(*n), *alpha, packed(*n, a), vector(*n, x, *incX), int(*incX), *beta, vector(*n, y, *incY), int(*incY))
}

//export dtrmv_
func dtrmv_(ul, t, d *byte, n *int32, a *float64, lda *int32, x *float64, incX *int32) {
	impl.Dtrmv(flippedUplo(ul), flipped(t), diag(d), int(*n), matrix(*n, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX))
}

//export dtbmv_
func dtbmv_(ul, t, d *byte, n, k *int32, a *float64, lda *int32, x *float64, incX *int32) {
	impl.Dtbmv(flippedUplo(ul), flipped(t), diag(d), int(*n), int(*k), matrix(*k+1, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX))
}

//export dtpmv_
func dtpmv_(ul, t, d *byte, n *int32, a, x *float64, incX *int32) {
	impl.Dtpmv(flippedUplo(ul), flipped(t), diag(d), int(*n), packed(*n, a), vector(*n, x, *incX), int(*incX))
}

//export dtrsv_
func dtrsv_(ul, t, d *byte, n *int32, a *float64, lda *int32, x *float64, incX *int32) {
	impl.Dtrsv(flippedUplo(ul), flipped(t), diag(d), int(*n), matrix(*n, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX))
}

//export dtbsv_
func dtbsv_(ul, t, d *byte, n, k *int32, a *float64, lda *int32, x *float64, incX *int32) {
	impl.Dtbsv(flippedUplo(ul), flipped(t), diag(d), int(*n), int(*k), matrix(*k+1, *n, a, *lda), int(*lda), vector(*n, x, *incX), int(*incX))
}

//export dtpsv_
func dtpsv_(ul, t, d *byte, n *int32, a, x *float64, incX *int32) {
	impl.Dtpsv(flippedUplo(ul), flipped(t), diag(d), int(*n), packed(*n, a), vector(*n, x, *incX), int(*incX))
}

//export dger_
func dger_(m, n *int32, alpha, x *float64, incX *int32, y *float64, incY *int32, a *float64, lda *int32) {
	impl.Dger(int(*n), int(*m), *alpha, vector(*n, y, *incY), int(*incY), vector(*m, x, *incX), int(*incX), matrix(*m, *n, a, *lda), int(*lda))
}

//export dsyr_
func dsyr_(ul *byte, n *int32, alpha, x *float64, incX *int32, a *float64, lda *int32) {
	impl.Dsyr(flippedUplo(ul), int(*n), *alpha, vector(*n, x, *incX), int(*incX), matrix(*n, *n, a, *lda), int(*lda))
}

//export dspr_
func dspr_(ul *byte, n *int32, alpha, x *float64, incX *int32, a *float64) {
	impl.Dspr(flippedUplo(ul), int(*n), *alpha, vector(*n, x, *incX), int(*incX), packed(*n, a))
}

//export dsyr2_
func dsyr2_(ul *byte, n *int32, alpha, x *float64, incX *int32, y *float64, incY *int32, a *float64, lda *int32) {
	impl.Dsyr2(flippedUplo(ul), int(*n), *alpha, vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY), matrix(*n, *n, a, *lda), int(*lda))
}

//export dspr2_
func dspr2_(ul *byte, n *int32, alpha, x *float64, incX *int32, y *float64, incY *int32, a *float64) {
	impl.Dspr2(flippedUplo(ul), int(*n), *alpha, vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY), packed(*n, a))
}

//export dgemm_
func dgemm_(tA, tB *byte, m, n, k *int32, alpha, a *float64, lda *int32, b *float64, ldb *int32, beta, c *float64, ldc *int32) {
	rowsA, colsA := shape(tA, *m, *k)
	rowsB, colsB := shape(tB, *k, *n)
	impl.Dgemm(trans(tB), trans(tA), int(*n), int(*m), int(*k), *alpha, matrix(rowsB, colsB, b, *ldb), int(*ldb), matrix(rowsA, colsA, a, *lda), int(*lda), *beta, matrix(*m, *n, c, *ldc), int(*ldc))
}

//export dsymm_
func dsymm_(s, ul *byte, m, n *int32, alpha, a *float64, lda *int32, b *float64, ldb *int32, beta, c *float64, ldc *int32) {
	k := order(s, *m, *n)
	impl.Dsymm(flippedSide(s), flippedUplo(ul), int(*n), int(*m), *alpha, matrix(k, k, a, *lda), int(*lda), matrix(*m, *n, b, *ldb), int(*ldb), *beta, matrix(*m, *n, c, *ldc), int(*ldc))
}

//export dsyrk_
func dsyrk_(ul, t *byte, n, k *int32, alpha, a *float64, lda *int32, beta, c *float64, ldc *int32) {
	rows, cols := shape(t, *n, *k)
	impl.Dsyrk(flippedUplo(ul), flipped(t), int(*n), int(*k), *alpha, matrix(rows, cols, a, *lda), int(*lda), *beta, matrix(*n, *n, c, *ldc), int(*ldc))
}

//export dsyr2k_
func dsyr2k_(ul, t *byte, n, k *int32, alpha, a *float64, lda *int32, b *float64, ldb *int32, beta, c *float64, ldc *int32) {
	rows, cols := shape(t, *n, *k)
	impl.Dsyr2k(flippedUplo(ul), flipped(t), int(*n), int(*k), *alpha, matrix(rows, cols, a, *lda), int(*lda), matrix(rows, cols, b, *ldb), int(*ldb), *beta, matrix(*n, *n, c, *ldc), int(*ldc))
}

//export dtrmm_
func dtrmm_(s, ul, t, d *byte, m, n *int32, alpha, a *float64, lda *int32, b *float64, ldb *int32) {
	k := order(s, *m, *n)
	impl.Dtrmm(flippedSide(s), flippedUplo(ul), trans(t), diag(d), int(*n), int(*m), *alpha, matrix(k, k, a, *lda), int(*lda), matrix(*m, *n, b, *ldb), int(*ldb))
}

//export dtrsm_
func dtrsm_(s, ul, t, d *byte, m, n *int32, alpha, a *float64, lda *int32, b *float64, ldb *int32) {
	k := order(s, *m, *n)
	impl.Dtrsm(flippedSide(s), flippedUplo(ul), trans(t), diag(d), int(*n), int(*m), *alpha, matrix(k, k, a, *lda), int(*lda), matrix(*m, *n, b, *ldb), int(*ldb))
}
