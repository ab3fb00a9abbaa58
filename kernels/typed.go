package kernels

import "unsafe"

// is32 reports whether T is a float32; the compiler decides it per instance.
func is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// as views x as a slice of the built-in type of the same size.
func as[E float32 | float64, T Float](x []T) []E { return *(*[]E)(unsafe.Pointer(&x)) }

// maximum is Max of one block.
func maximum[T Float](x []T) T {
	if is32[T]() {
		return T(maxF32(as[float32](x)))
	}
	return T(maxF64(as[float64](x)))
}

// The functions below pass the matrix kernels' arguments on to the typed dispatch.

func gemvTResume[T Float](m, n int, a []T, lda int, x, y []T) {
	if is32[T]() {
		gemvTResumeF32(m, n, as[float32](a), lda, as[float32](x), as[float32](y))
	} else {
		gemvTResumeF64(m, n, as[float64](a), lda, as[float64](x), as[float64](y))
	}
}

func gemvTGer[T Float](m, n int, alpha T, x, z, a []T, lda int, y []T) {
	if is32[T]() {
		gemvTGerF32(m, n, float32(alpha), as[float32](x), as[float32](z), as[float32](a), lda, as[float32](y))
	} else {
		gemvTGerF64(m, n, float64(alpha), as[float64](x), as[float64](z), as[float64](a), lda, as[float64](y))
	}
}

func gemmRowRow[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if is32[T]() {
		gemmRowRowF32(m, n, k, float32(alpha), as[float32](a), lda, as[float32](b), ldb, float32(beta), as[float32](c), ldc)
	} else {
		gemmRowRowF64(m, n, k, float64(alpha), as[float64](a), lda, as[float64](b), ldb, float64(beta), as[float64](c), ldc)
	}
}

func gemmChain[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool) {
	if is32[T]() {
		gemmChainF32(m, n, k, float32(alpha), as[float32](a), rsA, csA, as[float32](b), ldb, float32(beta), as[float32](c), ldc, resume)
	} else {
		gemmChainF64(m, n, k, float64(alpha), as[float64](a), rsA, csA, as[float64](b), ldb, float64(beta), as[float64](c), ldc, resume)
	}
}
