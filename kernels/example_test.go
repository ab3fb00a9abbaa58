package kernels_test

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
)

// One layer of a network: y = σ(W·x + b).
func Example() {
	w := kernels.Matrix[float32]{Rows: 2, Cols: 3, Stride: 3, Data: []float32{
		1, 2, 3,
		4, 5, 6,
	}}
	x := []float32{1, 0, -1}
	y := []float32{2, 3} // b, and then the result

	kernels.Gemv(1, w, x, 1, y) // y = W·x + y
	kernels.Sigmoid(y, y)
	fmt.Println(y)
	// Output: [0.5 0.7310586]
}
