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
// it calls, it belongs at the start of a program, before other goroutines use gonum.
func Use() {
	blas32.Use(BLAS{})
	blas64.Use(BLAS{})
}
