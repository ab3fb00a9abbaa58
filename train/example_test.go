package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// Exclusive or is not linearly separable, so it takes a hidden layer. Four
// hidden neurons learn it from practically every seed; two get stuck in a local
// minimum from about a quarter of them.
func Example() {
	n, err := nn.New[float32](nn.Config{
		Inputs: 2,
		Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)},
		Cost:   nn.CrossEntropy,
		Seed:   1,
	})
	if err != nil {
		log.Fatal(err)
	}
	xor := &train.Data[float32]{
		X: kernels.MatrixFromRows([][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}),
		T: kernels.MatrixOf(4, 1, []float32{0, 1, 1, 0}),
	}
	_, err = train.Fit(context.Background(), n, xor, nil, train.Options{Epochs: 1000, Rate: 3, Batch: train.All})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", n.Predict(xor.X).Data)
	// Output: [0.0 1.0 1.0 0.0]
}

// stepBySign moves every parameter by η against the sign of its gradient.
func stepBySign[T kernels.Float](s train.Step[T]) {
	for k, g := range s.G {
		switch {
		case g > 0:
			s.W[k] -= T(s.Rate)
		case g < 0:
			s.W[k] += T(s.Rate)
		}
	}
}

// An optimizer of one's own is a row like those of the built-in ones.
func ExampleMethod() {
	sign := &train.Method{Name: "sign", Step32: stepBySign[float32], Step64: stepBySign[float64]}

	n, err := nn.New[float32](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	if err != nil {
		log.Fatal(err)
	}
	line := &train.Data[float32]{ // t = 2x + 1
		X: kernels.Matrix[float32]{Rows: 3, Cols: 1, Stride: 1, Data: []float32{-1, 0, 1}},
		T: kernels.Matrix[float32]{Rows: 3, Cols: 1, Stride: 1, Data: []float32{-1, 1, 3}},
	}
	_, err = train.Fit(context.Background(), n, line, nil, train.Options{
		Epochs: 100, Rate: 0.0625, Batch: train.All, Optimizer: sign.Optimizer(),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n.Weights(1).Data, n.Biases(1))
	// Output: [2] [1]
}

// Hyperparameters have defaults; 0 is a value like any other.
func ExampleOptimizer() {
	o := train.Adam()
	o.Beta1 = 0 // no momentum
	fmt.Println(o.Method, o.Beta1, o.Beta2, o.Epsilon)
	// Output: adam 0 0.999 1e-08
}

func ExampleData_Split() {
	d := &train.Data[float32]{
		X:      kernels.NewMatrix[float32](10, 1),
		Labels: []int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
	}
	training, test := d.Split(0.2, 1)
	fmt.Println(training.Labels, test.Labels)
	// Output: [0 0 0 0 1 1 1 1] [0 1]
}
