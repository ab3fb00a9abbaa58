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
		X: kernels.Matrix[float32]{Rows: 4, Cols: 2, Stride: 2, Data: []float32{0, 0, 0, 1, 1, 0, 1, 1}},
		T: kernels.Matrix[float32]{Rows: 4, Cols: 1, Stride: 1, Data: []float32{0, 1, 1, 0}},
	}
	_, err = train.Fit(context.Background(), n, xor, nil, train.Options{Epochs: 1000, Rate: 3, Batch: train.All})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", n.Predict(xor.X).Data)
	// Output: [0.0 1.0 1.0 0.0]
}
