package generic

import "github.com/nabla-go/nabla/internal/scalar"

// Epilogue writes what a product writes: *c = alpha·acc where beta = 0 (c is not
// read), else fma(alpha, acc, beta·c) with beta·c rounded.
func Epilogue[T float](alpha, acc, beta T, c *T) {
	if beta == 0 {
		*c = alpha * acc
	} else {
		*c = scalar.FMA(alpha, acc, scalar.Mul(beta, *c))
	}
}

// scale is a product with nothing to sum (alpha = 0 or k = 0): c = +0 or beta·c.
func scale[T float](beta T, c []T) {
	for j := range c {
		if beta == 0 {
			c[j] = 0
		} else {
			c[j] = beta * c[j]
		}
	}
}

// laneDot is the dot-product form sum: element k goes to lane k mod lanes by FMA in
// ascending order; then a tree reduction of the lanes.
func laneDot[T float](x, y []T) T {
	var acc [16]T
	l := acc[:lanes[T]()]
	dotLanes(l, x, y)
	return treeReduce(l)
}

// chains goes on with one sum in outer-product form for each element of acc: acc[j] is one
// chain of FMAs along l = 0, 1, … in ascending order, of x[l·incX] and b[l·ldb + j].
func chains[T float](acc []T, n int, x []T, incX int, b []T, ldb int) {
	for l := range n {
		scalar.AddRow(x[l*incX], b[l*ldb:], acc)
	}
}

// someChains is the number of chains that a row of a product has at a time.
const someChains = 256

// outerRow is a row of n elements of a product in outer-product form with k terms. With
// resume, and then beta = 0, the chains go on from what c holds. They stand in c itself if
// beta = 0, else beside it.
func outerRow[T float](n, k int, alpha T, x []T, incX int, b []T, ldb int, beta T, c []T, resume bool) {
	var sums [someChains]T
	for j := 0; j < n; j += someChains {
		c := c[j:min(j+someChains, n)]
		acc := c
		if beta != 0 {
			acc = sums[:len(c)]
		}
		if !resume {
			clear(acc)
		}
		chains(acc, k, x, incX, b[j:], ldb)
		switch {
		case beta != 0:
			scal(beta, c)
			scalar.AddRow(alpha, acc, c)
		case alpha != 1:
			scal(alpha, c)
		}
	}
}

func gemv[T float](m, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	if alpha == 0 || n == 0 {
		scale(beta, y[:m])
		return
	}
	for i := range m {
		Epilogue(alpha, laneDot(a[i*lda:][:n], x), beta, &y[i])
	}
}

func gemvT[T float](m, n int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	if alpha == 0 || m == 0 {
		scale(beta, y[:n])
		return
	}
	outerRow(n, m, alpha, x, 1, a, lda, beta, y, false)
}

func gemvTResume[T float](m, n int, a []T, lda int, x, y []T) {
	chains(y[:n], m, x, 1, a, lda)
}

func ger[T float](m, n int, alpha T, x, y []T, a []T, lda int) {
	if alpha == 0 {
		return
	}
	for i := range m {
		outerRow(n, 1, alpha, x[i:], 1, y, 0, 1, a[i*lda:], false)
	}
}

// GemvF32 sets y = alpha·A·x + beta·y for the m × n matrix A, dot-product form.
//
//nabla:whole
//nabla:if AVX512 onLines(m, n, a, lda)
//go:noinline
func GemvF32(m, n int, alpha float32, a []float32, lda int, x []float32, beta float32, y []float32) {
	gemv(m, n, alpha, a, lda, x, beta, y)
}

// GemvF64 sets y = alpha·A·x + beta·y for the m × n matrix A, dot-product form.
//
//go:noinline
func GemvF64(m, n int, alpha float64, a []float64, lda int, x []float64, beta float64, y []float64) {
	gemv(m, n, alpha, a, lda, x, beta, y)
}

// GemvTF32 sets y = alpha·Aᵀ·x + beta·y for the m × n matrix A, outer-product form.
//
//nabla:whole
//go:noinline
func GemvTF32(m, n int, alpha float32, a []float32, lda int, x []float32, beta float32, y []float32) {
	gemvT(m, n, alpha, a, lda, x, beta, y)
}

// GemvTF64 sets y = alpha·Aᵀ·x + beta·y for the m × n matrix A, outer-product form.
//
//go:noinline
func GemvTF64(m, n int, alpha float64, a []float64, lda int, x []float64, beta float64, y []float64) {
	gemvT(m, n, alpha, a, lda, x, beta, y)
}

// GerF32 sets A = A + alpha·x·yᵀ for the m × n matrix A.
//
//nabla:whole
//nabla:variant AVX512 Full cores.Active.StoreBytes == 64
//go:noinline
func GerF32(m, n int, alpha float32, x, y []float32, a []float32, lda int) {
	ger(m, n, alpha, x, y, a, lda)
}

// GerF64 sets A = A + alpha·x·yᵀ for the m × n matrix A.
//
//go:noinline
func GerF64(m, n int, alpha float64, x, y []float64, a []float64, lda int) {
	ger(m, n, alpha, x, y, a, lda)
}

// GemvTResumeF32 continues the chains of GemvTF32 in y: y = y + Aᵀ·x.
//
//nabla:whole
//go:noinline
func GemvTResumeF32(m, n int, a []float32, lda int, x, y []float32) { gemvTResume(m, n, a, lda, x, y) }

// GemvTResumeF64 continues the chains of GemvTF64 in y: y = y + Aᵀ·x.
//
//go:noinline
func GemvTResumeF64(m, n int, a []float64, lda int, x, y []float64) { gemvTResume(m, n, a, lda, x, y) }

// GemvTGerF32 adds Aᵀ·x to the chains in y and then alpha·x·zᵀ to A: GemvTResumeF32
// for x and y followed by GerF32 for x and z.
//
//nabla:whole
//nabla:variant AVX512 Full cores.Active.StoreBytes == 64
//go:noinline
func GemvTGerF32(m, n int, alpha float32, x, z []float32, a []float32, lda int, y []float32) {
	gemvTResume(m, n, a, lda, x, y)
	ger(m, n, alpha, x, z, a, lda)
}

// GemvTGerF64 adds Aᵀ·x to the chains in y and then alpha·x·zᵀ to A: GemvTResumeF64
// for x and y followed by GerF64 for x and z.
//
//go:noinline
func GemvTGerF64(m, n int, alpha float64, x, z []float64, a []float64, lda int, y []float64) {
	gemvTResume(m, n, a, lda, x, y)
	ger(m, n, alpha, x, z, a, lda)
}
