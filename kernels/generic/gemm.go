package generic

// gemm sets C = alpha·op(A)·op(B) + beta·C for the m × n matrix C and k terms.
// Element (i, l) of op(A) is a[i*rsA + l*csA]; element (l, j) of op(B) is
// b[l*rsB + j*csB]. sum is rowRow or chain.
func gemm[T float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, rsB, csB int, beta T, c []T, ldc int,
	sum func(n int, x []T, incX int, y []T, incY int) T) {
	for i := range m {
		if alpha == 0 || k == 0 {
			scale(beta, c[i*ldc:][:n])
			continue
		}
		for j := range n {
			finish(alpha, sum(k, a[i*rsA:], csA, b[j*csB:], rsB), beta, &c[i*ldc+j])
		}
	}
}

// GemmNNF32 sets C = alpha·A·B + beta·C; A is m × k, B is k × n. One chain per element.
func GemmNNF32(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemm(m, n, k, alpha, a, lda, 1, b, ldb, 1, beta, c, ldc, chain[float32])
}

// GemmNNF64 sets C = alpha·A·B + beta·C; A is m × k, B is k × n. One chain per element.
func GemmNNF64(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(m, n, k, alpha, a, lda, 1, b, ldb, 1, beta, c, ldc, chain[float64])
}

// GemmNTF32 sets C = alpha·A·Bᵀ + beta·C; A is m × k, B is n × k. Row · row.
func GemmNTF32(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemm(m, n, k, alpha, a, lda, 1, b, 1, ldb, beta, c, ldc, rowRow[float32])
}

// GemmNTF64 sets C = alpha·A·Bᵀ + beta·C; A is m × k, B is n × k. Row · row.
func GemmNTF64(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(m, n, k, alpha, a, lda, 1, b, 1, ldb, beta, c, ldc, rowRow[float64])
}

// GemmTNF32 sets C = alpha·Aᵀ·B + beta·C; A is k × m, B is k × n. One chain per element.
func GemmTNF32(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemm(m, n, k, alpha, a, 1, lda, b, ldb, 1, beta, c, ldc, chain[float32])
}

// GemmTNF64 sets C = alpha·Aᵀ·B + beta·C; A is k × m, B is k × n. One chain per element.
func GemmTNF64(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(m, n, k, alpha, a, 1, lda, b, ldb, 1, beta, c, ldc, chain[float64])
}

// GemmTTF32 sets C = alpha·Aᵀ·Bᵀ + beta·C; A is k × m, B is n × k. Row · row.
func GemmTTF32(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemm(m, n, k, alpha, a, 1, lda, b, 1, ldb, beta, c, ldc, rowRow[float32])
}

// GemmTTF64 sets C = alpha·Aᵀ·Bᵀ + beta·C; A is k × m, B is n × k. Row · row.
func GemmTTF64(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(m, n, k, alpha, a, 1, lda, b, 1, ldb, beta, c, ldc, rowRow[float64])
}
