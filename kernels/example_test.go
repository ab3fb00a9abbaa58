package kernels_test

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
)

// One layer of a network: y = σ(W·x + b).
func Example() {
	w := kernels.MatrixOf(2, 3, []float32{
		1, 2, 3,
		4, 5, 6,
	})
	x := []float32{1, 0, -1}
	y := []float32{2, 3} // b, and then the result

	kernels.Gemv(1, w, x, 1, y) // y = W·x + y
	kernels.Sigmoid(y, y)
	fmt.Println(y)
	// Output: [0.5 0.7310586]
}

// Matrices of data that is there already, shared, and of rows, copied.
func ExampleMatrixOf() {
	data := []float64{1, 2, 3, 4, 5, 6}
	a := kernels.MatrixOf(2, 3, data)
	b := kernels.MatrixFromRows([][]float64{{1, 2, 3}, {4, 5, 6}})
	data[5] = 60
	fmt.Println(a.Row(1), b.Row(1))
	// Output: [4 5 60] [4 5 6]
}
