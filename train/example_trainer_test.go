package train_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// sine returns samples of y = sin(x + shift).
func sine(samples int, shift float64) *train.Data[float64] {
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](samples, 1), T: kernels.NewMatrix[float64](samples, 1)}
	for k := range samples {
		x := -3 + 6*float64(k)/float64(samples-1)
		d.X.Data[k], d.T.Data[k] = x, math.Sin(x+shift)
	}
	return d
}

func sineNetwork() *nn.Network[float64] {
	n, err := nn.New[float64](nn.Config{
		Inputs: 1, Layers: []nn.Layer{nn.Dense(16, nn.Tanh), nn.Dense(1, nn.Identity)}, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// Online learning: samples come one by one, and each is learned once.
func ExampleTrainer_Learn() {
	n := sineNetwork()
	trainer, err := train.New(n, nil, nil, train.Options{Rate: 0.01, Optimizer: train.Adam()})
	if err != nil {
		log.Fatal(err)
	}
	stream := sine(1000, 0)
	for k := range 5000 {
		i := k * 617 % stream.Len()
		_, err := trainer.Learn(&train.Data[float64]{X: stream.X.Slice(i, i+1), T: stream.T.Slice(i, i+1)})
		if err != nil {
			log.Fatal(err)
		}
	}
	cost, _, err := train.Evaluate(n, stream)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("cost below 0.01:", cost < 0.01)
	// Output: cost below 0.01: true
}

// Fine-tuning: a trained network goes on with other data. Its first layer is frozen, the
// last one learns slowly.
func ExampleOptions_fineTuning() {
	n := sineNetwork()
	_, err := train.Fit(context.Background(), n, sine(100, 0), nil, train.Options{Epochs: 200, Rate: 0.01, Batch: 10, Optimizer: train.Adam()})
	if err != nil {
		log.Fatal(err)
	}
	frozen := n.Weights(1).Data[0]

	other := sine(100, 0.3)
	before, _, err := train.Evaluate(n, other)
	if err != nil {
		log.Fatal(err)
	}
	_, err = train.Fit(context.Background(), n, other, nil, train.Options{
		Epochs: 50, Rate: 0.01, Batch: 10, Optimizer: train.Adam(), LayerRates: []float64{0, 0.3},
	})
	if err != nil {
		log.Fatal(err)
	}
	after, _, err := train.Evaluate(n, other)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("better:", after < before/4, "first layer as it was:", n.Weights(1).Data[0] == frozen)
	// Output: better: true first layer as it was: true
}

// A training goes on from its state, in the middle of an epoch or wherever it was taken.
func ExampleTrainer_Restore() {
	ctx, d := context.Background(), sine(100, 0)
	options := train.Options{Epochs: 20, Rate: 0.01, Batch: 8, Optimizer: train.Adam(), Seed: 1}
	first, err := train.New(sineNetwork(), d, nil, options)
	if err != nil {
		log.Fatal(err)
	}
	for range 100 {
		if _, err := first.Step(ctx); err != nil {
			log.Fatal(err)
		}
	}
	state := first.State()
	if err := first.Run(ctx, 5); err != nil {
		log.Fatal(err)
	}

	second, err := train.New(sineNetwork(), d, nil, options)
	if err != nil {
		log.Fatal(err)
	}
	if err := second.Restore(state); err != nil {
		log.Fatal(err)
	}
	if err := second.Run(ctx, 5); err != nil {
		log.Fatal(err)
	}
	fmt.Println(second.State().Equal(first.State()))
	// Output: true
}

// A training that can't succeed says why.
func ExampleResult_warnings() {
	n, err := nn.New[float64](nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	xor := &train.Data[float64]{
		X: kernels.Matrix[float64]{Rows: 4, Cols: 2, Stride: 2, Data: []float64{0, 0, 0, 1, 1, 0, 1, 1}},
		T: kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: []float64{0, 1, 1, 0}},
	}
	r, err := train.Fit(context.Background(), n, xor, nil, train.Options{Epochs: 500, Rate: 1, Batch: train.All})
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range r.Warnings {
		if w.Kind == train.NoHiddenLayer {
			fmt.Println(w.Try)
		}
	}
	// Output: What no plane can separate takes a hidden layer: add one, of some 30 neurons.
}

// Several outputs: one network tells the sum and the difference of two numbers. Each target
// is a column of T.
func Example_severalOutputs() {
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](100, 2), T: kernels.NewMatrix[float64](100, 2)}
	for k := range 100 {
		a, b := float64(k%10)/10, float64(k/10)/10
		copy(d.X.Row(k), []float64{a, b})
		copy(d.T.Row(k), []float64{a + b, a - b})
	}
	n, err := nn.New[float64](nn.Config{
		Inputs: 2, Layers: []nn.Layer{nn.Dense(8, nn.Tanh), nn.Dense(2, nn.Identity)}, Cost: nn.Quadratic, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 300, Rate: 0.01, Batch: 10, Optimizer: train.Adam()})
	if err != nil {
		log.Fatal(err)
	}
	y := n.Predict(kernels.MatrixOf(1, 2, []float64{0.7, 0.2})).Row(0)
	fmt.Printf("%.1f %.1f\n", y[0], y[1])
	// Output: 0.9 0.5
}
