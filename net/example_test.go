package net_test

import (
	"fmt"
	"log"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// One step of gradient descent, by hand.
func Example() {
	n, err := nn.New[float64](nn.Config{
		Inputs: 3,
		Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(2, nn.Softmax)},
		Cost:   nn.SoftmaxCrossEntropy,
		Seed:   1,
	})
	if err != nil {
		log.Fatal(err)
	}
	x := kernels.Matrix[float64]{Rows: 2, Cols: 3, Stride: 3, Data: []float64{1, 0, -1, 0, 1, 1}}
	t := kernels.Matrix[float64]{Rows: 2, Cols: 2, Stride: 2, Data: []float64{1, 0, 0, 1}}

	ws := n.NewWorkspace(x.Rows)
	n.Forward(ws, x)
	before, _ := n.Cost(ws, t)
	n.Descend(ws, t, 0.1)
	n.Forward(ws, x)
	after, _ := n.Cost(ws, t)
	fmt.Println("the cost falls:", after < before)
	fmt.Println("δ of the output layer:", ws.Delta(2).Rows, "×", ws.Delta(2).Cols)
	// Output:
	// the cost falls: true
	// δ of the output layer: 2 × 2
}

// An optimizer of one's own: Backward leaves the mean gradient in the workspace,
// in the layout of the parameters.
func ExampleNetwork_Backward() {
	n, err := nn.New[float64](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	if err != nil {
		log.Fatal(err)
	}
	x := kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{1, 2}}
	t := kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{5, 7}} // 2x + 3

	ws := n.NewWorkspace(x.Rows)
	velocity := make([]float64, len(n.Params()))
	for range 1000 {
		n.Forward(ws, x)
		n.Backward(ws, t)
		kernels.Scal(0.9, velocity) // momentum
		kernels.Axpy(-0.05, ws.Gradient(), velocity)
		kernels.Axpy(1, velocity, n.Params())
	}
	fmt.Printf("%.3f x + %.3f\n", n.Weights(1).Data[0], n.Biases(1)[0])
	// Output: 2.000 x + 3.000
}
