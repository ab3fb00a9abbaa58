package generic

func gemmDot[T float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	for i := range m {
		gemv(n, k, alpha, b, ldb, a[i*lda:][:k], beta, c[i*ldc:])
	}
}

func gemmOuter[T float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool) {
	for i := range m {
		if alpha == 0 || k == 0 {
			scale(beta, c[i*ldc:][:n])
			continue
		}
		outerRow(n, k, alpha, a[i*rsA:], csA, b, ldb, beta, c[i*ldc:], resume)
	}
}

func gemmOuterPack[T float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, panel []T, ldp int, beta T, c []T, ldc int, resume bool) {
	for l := range k {
		copy(panel[l*ldp:][:n], b[l*ldb:])
	}
	gemmOuter(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
}

// GemmDotF32 sets C = alpha·A·Bᵀ + beta·C; A is m × k, B is n × k, C is
// m × n. Every element is a dot-product form sum, as in GemvF32.
//
//nabla:whole
//nabla:variant AVX512 Tall cores.Active.DotRows == 4
//go:noinline
func GemmDotF32(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemmDot(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// GemmDotF64 sets C = alpha·A·Bᵀ + beta·C; A is m × k, B is n × k, C is
// m × n. Every element is a dot-product form sum, as in GemvF64.
//
//go:noinline
func GemmDotF64(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemmDot(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// GemmOuterF32 sets C = alpha·A·B + beta·C; A is m × k with element (i, l) at
// a[i·rsA + l·csA], B is k × n, C is m × n. Every element is a chain, as in
// GemvTF32. With resume (then alpha ≠ 0, beta = 0, k > 0) the chains go on
// from what C holds instead of +0, so that a long k can be cut into blocks.
//
//nabla:whole
//go:noinline
func GemmOuterF32(m, n, k int, alpha float32, a []float32, rsA, csA int, b []float32, ldb int, beta float32, c []float32, ldc int, resume bool) {
	gemmOuter(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
}

// GemmOuterF64 sets C = alpha·A·B + beta·C; A is m × k with element (i, l) at
// a[i·rsA + l·csA], B is k × n, C is m × n. Every element is a chain, as in
// GemvTF64. With resume (then alpha ≠ 0, beta = 0, k > 0) the chains go on
// from what C holds instead of +0, so that a long k can be cut into blocks.
//
//go:noinline
func GemmOuterF64(m, n, k int, alpha float64, a []float64, rsA, csA int, b []float64, ldb int, beta float64, c []float64, ldc int, resume bool) {
	gemmOuter(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
}

// GemmOuterPackF32 is GemmOuterF32 that also copies B to panel, where its rows are ldp
// elements apart, for a product of other rows of A with the same B.
//
//nabla:whole
//nabla:without NEON
//go:noinline
func GemmOuterPackF32(m, n, k int, alpha float32, a []float32, rsA, csA int, b []float32, ldb int, panel []float32, ldp int, beta float32, c []float32, ldc int, resume bool) {
	gemmOuterPack(m, n, k, alpha, a, rsA, csA, b, ldb, panel, ldp, beta, c, ldc, resume)
}

// GemmOuterPackF64 is GemmOuterF64 that also copies B to panel, where its rows are ldp
// elements apart, for a product of other rows of A with the same B.
//
//go:noinline
func GemmOuterPackF64(m, n, k int, alpha float64, a []float64, rsA, csA int, b []float64, ldb int, panel []float64, ldp int, beta float64, c []float64, ldc int, resume bool) {
	gemmOuterPack(m, n, k, alpha, a, rsA, csA, b, ldb, panel, ldp, beta, c, ldc, resume)
}
