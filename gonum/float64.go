package gonum

import "gonum.org/v1/gonum/blas"

//go:generate sh float32.sh

// own64 is what level 2 takes from gonum's own implementation.
var own64 = gonums[float64]{
	gemv: BLAS{}.Implementation.Dgemv,
	symv: BLAS{}.Implementation.Dsymv,
	trmv: BLAS{}.Implementation.Dtrmv,
	trsv: BLAS{}.Implementation.Dtrsv,
}

// Ddot returns xᵀ·y.
func (o BLAS) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if sum, ok := dot(n, x, incX, y, incY); ok {
		return sum
	}
	return o.Implementation.Ddot(n, x, incX, y, incY)
}

// Daxpy adds alpha·x to y.
func (o BLAS) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if !axpy(n, alpha, x, incX, y, incY) {
		o.Implementation.Daxpy(n, alpha, x, incX, y, incY)
	}
}

// Dscal multiplies x by alpha.
func (o BLAS) Dscal(n int, alpha float64, x []float64, incX int) {
	if !scal(n, alpha, x, incX) {
		o.Implementation.Dscal(n, alpha, x, incX)
	}
}

// Dgemv sets y = alpha·op(A)·x + beta·y, op(A) being A or Aᵀ, for the m × n matrix A.
func (o BLAS) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if !gemv(&own64, tA, m, n, alpha, a, lda, x, incX, beta, y, incY) {
		o.Implementation.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
	}
}

// Dger adds alpha·x·yᵀ to the m × n matrix A.
func (o BLAS) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if !ger(m, n, alpha, x, incX, y, incY, a, lda) {
		o.Implementation.Dger(m, n, alpha, x, incX, y, incY, a, lda)
	}
}

// Dsymv sets y = alpha·A·x + beta·y for the symmetric n × n matrix A.
func (o BLAS) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if !symv(&own64, ul, n, alpha, a, lda, x, incX, beta, y, incY) {
		o.Implementation.Dsymv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
	}
}

// Dsyr adds alpha·x·xᵀ to the symmetric n × n matrix A.
func (o BLAS) Dsyr(ul blas.Uplo, n int, alpha float64, x []float64, incX int, a []float64, lda int) {
	if !syr(ul, n, alpha, x, incX, a, lda) {
		o.Implementation.Dsyr(ul, n, alpha, x, incX, a, lda)
	}
}

// Dsyr2 adds alpha·x·yᵀ + alpha·y·xᵀ to the symmetric n × n matrix A.
func (o BLAS) Dsyr2(ul blas.Uplo, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if !syr2(ul, n, alpha, x, incX, y, incY, a, lda) {
		o.Implementation.Dsyr2(ul, n, alpha, x, incX, y, incY, a, lda)
	}
}

// Dtrmv sets x = op(A)·x for the triangular n × n matrix A.
func (o BLAS) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	if !trmv(&own64, ul, tA, d, n, a, lda, x, incX) {
		o.Implementation.Dtrmv(ul, tA, d, n, a, lda, x, incX)
	}
}

// Dtrsv solves op(A)·x = b for the triangular n × n matrix A; x holds b before and the
// solution after.
func (o BLAS) Dtrsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	if !trsv(&own64, ul, tA, d, n, a, lda, x, incX) {
		o.Implementation.Dtrsv(ul, tA, d, n, a, lda, x, incX)
	}
}

// Dgemm sets C = alpha·op(A)·op(B) + beta·C; C is m × n and the products have k terms.
func (o BLAS) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
		o.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

// Dsymm sets C = alpha·A·B + beta·C, or alpha·B·A + beta·C, for a symmetric A and m × n
// matrices B and C.
func (o BLAS) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !symm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc) {
		o.Implementation.Dsymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

// Dsyrk sets C = alpha·A·Aᵀ + beta·C, or alpha·Aᵀ·A + beta·C, in the triangle that ul
// names of the symmetric n × n matrix C; the products have k terms.
func (o BLAS) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	if !syrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc) {
		o.Implementation.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
	}
}

// Dsyr2k sets C = alpha·A·Bᵀ + alpha·B·Aᵀ + beta·C, or alpha·Aᵀ·B + alpha·Bᵀ·A + beta·C,
// in the triangle that ul names of the symmetric n × n matrix C; the products have k terms.
func (o BLAS) Dsyr2k(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !syr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
		o.Implementation.Dsyr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

// Dtrmm sets B = alpha·op(A)·B, or alpha·B·op(A), for a triangular A and the m × n
// matrix B.
func (o BLAS) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	if !trmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb) {
		o.Implementation.Dtrmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
	}
}

// Dtrsm solves op(A)·X = alpha·B, or X·op(A) = alpha·B, for a triangular A; the m × n
// matrix b holds B before and X after.
func (o BLAS) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	if !trsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb) {
		o.Implementation.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
	}
}
