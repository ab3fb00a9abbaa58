package gonum

import (
	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas"
)

// gonums are the functions of gonum's own implementation that small operands and the
// small blocks on a diagonal go to.
type gonums[T float] struct {
	gemv       func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	symv       func(ul blas.Uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	trmv, trsv func(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int)
}

// triangle is op of a triangular matrix: the triangle ul of the square Matrix, transposed
// or not.
type triangle[T float] struct {
	ul blas.Uplo
	tA blas.Transpose
	d  blas.Diag
	kernels.Matrix[T]
}

func (t triangle[T]) valid() bool {
	return isUplo(t.ul) && isTranspose(t.tA) && isDiag(t.d) && t.Valid()
}

// up reports whether op(T) is an upper triangle.
func (t triangle[T]) up() bool { return (t.ul == blas.Upper) == (t.tA == blas.NoTrans) }

// transposed returns op(T)ᵀ.
func (t triangle[T]) transposed() triangle[T] {
	if t.tA == blas.NoTrans {
		t.tA = blas.Trans
	} else {
		t.tA = blas.NoTrans
	}
	return t
}

// row returns row i of op(T) without the diagonal, from column lo on. It uses buf for it if
// the row isn't stored as one.
func (t triangle[T]) row(i int, buf *[leafMatrix]T) (lo int, row []T) {
	hi := i
	if t.up() {
		lo, hi = i+1, t.Rows
	}
	if t.tA == blas.NoTrans {
		return lo, t.Data[i*t.Stride+lo : i*t.Stride+hi]
	}
	row = buf[:hi-lo]
	for k := range row {
		row[k] = t.Data[(lo+k)*t.Stride+i]
	}
	return lo, row
}

// leafVector and leafMatrix are the sizes up to which a triangle isn't halved further, for
// vectors and matrices on its other side.
const (
	leafVector = 64
	leafMatrix = 32
)

// halves are a triangle cut after n rows and columns. Of a triangle T that is multiplied
// by a vector from the right, the part "to" takes up what op(rest) makes of the part "from":
//
//	⎡to rest⎤ if up    ⎡from  0⎤ if not
//	⎣0  from⎦          ⎣rest to⎦
type halves[T float] struct {
	n        int
	up       bool // op(T) is an upper triangle
	to, from triangle[T]
	rest     kernels.Matrix[T] // as it is stored, not transposed
}

func (t triangle[T]) halve() halves[T] {
	n := (t.Rows/2 + 15) / 16 * 16
	m := t.Rows - n
	h := halves[T]{n: n, up: t.up(), to: t, from: t}
	h.to.Matrix, h.from.Matrix = block(t.Matrix, 0, 0, n, n), block(t.Matrix, n, n, m, m)
	if !h.up {
		h.to, h.from = h.from, h.to
	}
	if t.ul == blas.Upper {
		h.rest = block(t.Matrix, 0, n, n, m)
	} else {
		h.rest = block(t.Matrix, n, 0, m, n)
	}
	return h
}
