package train_test

import (
	"math"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

func TestAccuracy(t *testing.T) {
	nan := math.NaN()
	wide := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(3, nn.Softmax)}})
	y := matrix([]float64{0.1, 0.7, 0.2}, []float64{0.4, 0.3, 0.3}, []float64{nan, 0, 1}, []float64{0.5, 0.5, 0})
	target := matrix([]float64{0, 1, 0}, []float64{0, 0, 1}, []float64{0, 0, 1}, []float64{1, 0, 0})
	near(t, "accuracy of three outputs", train.Accuracy(wide, y, target), 0.5, 0)

	narrow := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}})
	y = matrix([]float64{0.6}, []float64{0.4}, []float64{0.6}, []float64{nan})
	target = matrix([]float64{1}, []float64{0}, []float64{0}, []float64{0})
	near(t, "accuracy of a sigmoid", train.Accuracy(narrow, y, target), 0.5, 0)

	tanh := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh)}})
	near(t, "accuracy of a tanh", train.Accuracy(tanh, matrix([]float64{0.1}, []float64{-0.1}), matrix([]float64{1}, []float64{-1})), 1, 0)

	for _, other := range []kernels.Matrix[float64]{target.Slice(0, 1), kernels.NewMatrix[float64](4, 2), {Rows: target.Rows, Cols: target.Cols, Stride: target.Cols}} {
		func() {
			defer func() {
				if p := recover(); p != "train: Accuracy: y and t are invalid or differ in shape" {
					t.Errorf("%d×%d against %d×%d: panic %v", target.Rows, target.Cols, other.Rows, other.Cols, p)
				}
			}()
			train.Accuracy(wide, target, other)
		}()
	}
}

func TestEvaluate(t *testing.T) {
	d := noisy[float32](600) // more than are evaluated at once
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
	cost, accuracy, err := train.Evaluate(n, d)
	if err != nil {
		t.Fatal(err)
	}
	ws := n.NewWorkspace(d.Len())
	y := n.Forward(ws, d.X)
	whole, err := n.Cost(ws, d.T)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "cost", cost, whole, 1e-14)
	near(t, "accuracy", accuracy, train.Accuracy(n, y, d.T), 0)

	if _, _, err := train.Evaluate(n, &train.Data[float32]{}); err == nil || !strings.Contains(err.Error(), "no samples") {
		t.Errorf("no samples: error %v", err)
	}
}
