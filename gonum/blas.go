package gonum

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	own "gonum.org/v1/gonum/blas/gonum"
)

// BLAS is the implementation: blas64.Use(gonum.BLAS{}) makes gonum use it for float64,
// blas32.Use(gonum.BLAS{}) for float32. Methods that aren't listed are gonum's own.
type BLAS struct{ own.Implementation }

var (
	_ blas.Float32 = BLAS{}
	_ blas.Float64 = BLAS{}
)

// Use makes gonum use BLAS for float32 and float64. Like blas32.Use and blas64.Use, which
// it calls, it belongs at the start of a program, before other goroutines use gonum. On
// machines without assembly, where kernels.ISA() is "generic", gonum's own is faster.
func Use() {
	blas32.Use(BLAS{})
	blas64.Use(BLAS{})
}

// Sdsdot returns alpha + xᵀ·y, summed in float64. For n = 0 that is alpha, as BLAS has it;
// gonum's own returns 0.
func (o BLAS) Sdsdot(n int, alpha float32, x []float32, incX int, y []float32, incY int) float32 {
	if n == 0 && incX != 0 && incY != 0 {
		return alpha
	}
	return o.Implementation.Sdsdot(n, alpha, x, incX, y, incY)
}
