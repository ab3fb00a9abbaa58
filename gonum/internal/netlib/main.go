//go:build netlib

// Command netlib is BLAS as Fortran calls it, on package gonum: built with
// -buildmode=c-shared as libblas.so.3 it runs netlib's test programs (Debian's
// libblas-test). It is for tests only: wrong arguments, which Fortran reports through
// xerbla, panic.
//
// Fortran's matrices are stored by columns. By rows, such a matrix is its transpose, so
// every call here is that of the transposed equation: flags are flipped, and m and n, left
// and right, and the factors of a product change places.
package main

import "C"

import (
	"unsafe"

	"github.com/nabla-go/nabla/gonum"
	"gonum.org/v1/gonum/blas"
)

func main() {}

// copyZero is copy for increments of 0, which gonum refuses and the programs ask for.
func copyZero[T any](n int32, x *T, incX int32, y *T, incY int32) {
	from, to := vector(n, x, incX), vector(n, y, incY)
	start := func(inc int32) int32 { return max(0, -(n-1)*inc) }
	for i, j := start(incX), start(incY); n > 0; n-- {
		to[j] = from[i]
		i, j = i+incX, j+incY
	}
}

var impl gonum.BLAS

// vector returns n elements, inc apart.
func vector[T any](n int32, x *T, inc int32) []T {
	if n <= 0 {
		return nil
	}
	return unsafe.Slice(x, 1+int(n-1)*int(max(inc, -inc)))
}

// matrix returns cols columns of rows elements. Of an empty matrix gonum asks for elements
// that Fortran doesn't have; nothing reads them.
func matrix[T any](rows, cols int32, a *T, lda int32) []T {
	if rows <= 0 || cols <= 0 {
		return make([]T, max(rows, cols)*lda)
	}
	return unsafe.Slice(a, int(cols-1)*int(lda)+int(rows))
}

// packed returns a packed triangle.
func packed[T any](n int32, a *T) []T { return unsafe.Slice(a, int(n)*int(n+1)/2) }

// shape returns rows and columns of a matrix whose op has m rows and n columns.
func shape(t *byte, m, n int32) (rows, cols int32) {
	if upper(t) != 'N' {
		return n, m
	}
	return m, n
}

// order returns the size of a matrix that is multiplied from a side.
func order(side *byte, m, n int32) int32 {
	if upper(side) == 'L' {
		return m
	}
	return n
}

func upper(c *byte) byte { return *c &^ 0x20 }

func trans(t *byte) blas.Transpose { return blas.Transpose(upper(t)) }
func diag(d *byte) blas.Diag       { return blas.Diag(upper(d)) }

func flipped(t *byte) blas.Transpose {
	if upper(t) == 'N' {
		return blas.Trans
	}
	return blas.NoTrans
}

func flippedUplo(u *byte) blas.Uplo {
	if upper(u) == 'U' {
		return blas.Lower
	}
	return blas.Upper
}

func flippedSide(s *byte) blas.Side {
	if upper(s) == 'L' {
		return blas.Right
	}
	return blas.Left
}

//export dsdot_
func dsdot_(n *int32, x *float32, incX *int32, y *float32, incY *int32) float64 {
	return impl.Dsdot(int(*n), vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}

//export sdsdot_
func sdsdot_(n *int32, alpha, x *float32, incX *int32, y *float32, incY *int32) float32 {
	return impl.Sdsdot(int(*n), *alpha, vector(*n, x, *incX), int(*incX), vector(*n, y, *incY), int(*incY))
}
