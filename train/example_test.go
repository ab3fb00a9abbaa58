package train_test

import (
	"context"
	"fmt"
	"iter"
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

// Samples that are made, read or received while the training goes on need not fit into
// memory.
func ExampleFitStream() {
	const blocks, rows = 100, 64
	parabola := &train.Stream[float32]{Len: blocks * rows, Pass: func() iter.Seq2[*train.Data[float32], error] {
		return func(yield func(*train.Data[float32], error) bool) {
			block := &train.Data[float32]{X: kernels.NewMatrix[float32](rows, 1), T: kernels.NewMatrix[float32](rows, 1)}
			for i := range blocks {
				for k := range rows {
					x := float32(i*rows+k)/(blocks*rows/2) - 1 // in order, from −1 to 1
					block.X.Data[k], block.T.Data[k] = x, x*x
				}
				if !yield(block, nil) {
					return
				}
			}
		}
	}}
	n, err := nn.New[float32](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(16, nn.Tanh), nn.Dense(1, nn.Identity)}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	r, err := train.FitStream(context.Background(), n, parabola, nil, train.Options{
		Epochs: 10, Batch: 32, Window: 3000, Rate: 0.01, Optimizer: train.Adam(),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("cost below 0.001:", r.Epochs[9].Cost < 0.001)
	// Output: cost below 0.001: true
}
