package gonum_test

import (
	"fmt"
	"log"

	"github.com/nabla-go/nabla/gonum"
	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	own "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// A linear regression: the parabola that is nearest to 1,000 points.
func Example() {
	gonum.Use() // from here on gonum multiplies and factorises on nabla's kernels

	const n = 1000
	a, b := mat.NewDense(n, 3, nil), mat.NewVecDense(n, nil)
	for i := range n {
		t := float64(i) / n
		a.SetRow(i, []float64{1, t, t * t})
		noise := 0.01 * float64(i%5-2)
		b.SetVec(i, 1+2*t-3*t*t+noise)
	}
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f + %.2f t + %.2f t²\n", x.AtVec(0), x.AtVec(1), x.AtVec(2))
	// Output: 1.00 + 2.00 t + -3.00 t²
}

// One precision only.
func ExampleBLAS() {
	blas32.Use(gonum.BLAS{})
	defer blas32.Use(own.Implementation{})

	x := blas32.Vector{N: 3, Inc: 1, Data: []float32{1, 2, 3}}
	fmt.Println(blas32.Dot(x, x))
	// Output: 14
}

// A matrix of gonum under nabla's kernels: both share the memory.
func ExampleMatrix() {
	d := mat.NewDense(2, 2, []float64{0, 1, -1, 3})
	m := gonum.Matrix(d)
	for i := range m.Rows {
		kernels.ReLU(m.Row(i), m.Row(i))
	}
	fmt.Println(mat.Formatted(d))
	// Output:
	// ⎡0  1⎤
	// ⎣0  3⎦
}

// A matrix of nabla under mat's functions: both share the memory.
func ExampleDense() {
	m := kernels.MatrixOf(2, 2, []float64{1, 2, 3, 4})
	d := gonum.Dense(m)
	d.Add(d, d.T())
	fmt.Println(m.Data)
	// Output: [2 5 5 8]
}

// Matrices of blas32 and blas64 share their memory too.
func ExampleMatrix32() {
	a := blas32.General{Rows: 1, Cols: 2, Stride: 2, Data: []float32{-1, 2}}
	m := gonum.Matrix32(a)
	kernels.ReLU(m.Data, m.Data)
	b := blas64.General{Rows: 1, Cols: 2, Stride: 2, Data: []float64{3, -4}}
	n := kernels.Matrix[float64](b)
	kernels.ReLU(n.Data, n.Data)
	fmt.Println(a.Data, b.Data)
	// Output: [0 2] [3 0]
}
