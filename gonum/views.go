package gonum

import (
	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Dense returns m as a mat.Dense that shares its memory. It panics unless m.Valid().
func Dense(m kernels.Matrix[float64]) *mat.Dense {
	if !m.Valid() {
		panic("gonum: Dense: want Rows, Cols >= 0, Stride >= Cols, len(Data) >= (Rows-1)*Stride+Cols")
	}
	var d mat.Dense
	if m.Rows > 0 && m.Cols > 0 { // mat's empty matrix is 0 × 0
		d.SetRawMatrix(blas64.General(m))
	}
	return &d
}

// Matrix returns a matrix of gonum that is stored densely, such as a *mat.Dense, as a
// kernels.Matrix that shares its memory.
func Matrix(m mat.RawMatrixer) kernels.Matrix[float64] {
	return kernels.Matrix[float64](m.RawMatrix())
}

// General32 returns m as a blas32.General that shares its memory. A Matrix[float64]
// converts: blas64.General(m).
func General32(m kernels.Matrix[float32]) blas32.General {
	return blas32.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Stride, Data: m.Data}
}

// Matrix32 returns g as a kernels.Matrix that shares its memory. A blas64.General
// converts: kernels.Matrix[float64](g).
func Matrix32(g blas32.General) kernels.Matrix[float32] {
	return kernels.Matrix[float32]{Rows: g.Rows, Cols: g.Cols, Stride: g.Stride, Data: g.Data}
}
