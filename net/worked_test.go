package net_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// worked is a 2-2-1 sigmoid network with one sample, calculated by hand.
type worked struct {
	W1, W2      [][]float64
	B1, B2      []float64
	X, Y        []float64
	A1          []float64
	Out         float64
	Quadratic   workedGradient `json:"mse_half"`
	CrossEntrop workedGradient `json:"cross_entropy"`
}

type workedGradient struct {
	Delta2 float64
	DW2    []float64
	Delta1 []float64
	DW1    [][]float64
}

func loadWorked(t *testing.T) (w worked) {
	t.Helper()
	b, err := os.ReadFile("testdata/backprop_2_2_1.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w worked) network(t *testing.T, c *nn.Cost) *nn.Network[float64] {
	n := newNet[float64](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(2, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)}, Cost: c, Init: nn.Zero})
	copy(n.Weights(1).Row(0), w.W1[0])
	copy(n.Weights(1).Row(1), w.W1[1])
	copy(n.Biases(1), w.B1)
	copy(n.Weights(2).Row(0), w.W2[0])
	copy(n.Biases(2), w.B2)
	return n
}

func TestWorkedExample(t *testing.T) {
	const tol = 1e-12 // the file's precision
	w := loadWorked(t)
	onEveryISA(t, func(t *testing.T) {
		for c, want := range map[*nn.Cost]workedGradient{nn.Quadratic: w.Quadratic, nn.CrossEntropy: w.CrossEntrop} {
			n := w.network(t, c)
			ws := n.NewWorkspace(1)
			y := n.Forward(ws, matrix(w.X))
			nearAll(t, "a1", ws.A(1).Row(0), w.A1, tol)
			near(t, "output", y.Data[0], w.Out, tol)
			n.Backward(ws, matrix(w.Y))
			nearAll(t, "δ2", ws.Delta(2).Row(0), []float64{want.Delta2}, tol)
			nearAll(t, "δ1", ws.Delta(1).Row(0), want.Delta1, tol) // by W2ᵀδ2, not by the error
			for i, dw := range [][][]float64{want.DW1, {want.DW2}} {
				for j, row := range dw {
					nearAll(t, "∂C/∂W", ws.WeightGradient(i+1).Row(j), row, tol)
				}
			}
			nearAll(t, "∂C/∂b1", ws.BiasGradient(1), want.Delta1, tol)
			nearAll(t, "∂C/∂b2", ws.BiasGradient(2), []float64{want.Delta2}, tol)
			dx := make([]float64, 2)
			for i := range dx {
				dx[i] = w.W1[0][i]*want.Delta1[0] + w.W1[1][i]*want.Delta1[1]
			}
			nearAll(t, "∂C/∂x", n.InputGradient(ws).Row(0), dx, tol)
		}
	})
}

// All gradients are taken at the old weights, and biases move as well.
func TestWorkedStep(t *testing.T) {
	w := loadWorked(t)
	n := w.network(t, nn.Quadratic)
	ws := n.NewWorkspace(1)
	n.Forward(ws, matrix(w.X))
	n.Descend(ws, matrix(w.Y), 1)
	nearAll(t, "b2", n.Biases(2), []float64{0.167208810316}, 1e-12)
	nearAll(t, "b1", n.Biases(1), []float64{0.119507211383, -0.216896405704}, 1e-12)
	for j, row := range w.W1 {
		for i := range row {
			row[i] -= w.Quadratic.DW1[j][i]
		}
		nearAll(t, "W1", n.Weights(1).Row(j), row, 1e-12)
	}
}

func TestCostFalls(t *testing.T) {
	w := loadWorked(t)
	n := w.network(t, nn.Quadratic)
	ws := n.NewWorkspace(1)
	x, y := matrix(w.X), matrix(w.Y)
	n.Forward(ws, x)
	before := costOf(t, n, ws, y)
	near(t, "cost", before, 0.110674, 1e-6)
	n.Descend(ws, y, 0.1)
	n.Forward(ws, x)
	if after := costOf(t, n, ws, y); !(after < before) {
		t.Errorf("the cost went from %v to %v in a step of rate 0.1", before, after)
	}
}

// Nothing of one batch is left in the gradient of the next.
func TestGradientIsNotAccumulated(t *testing.T) {
	w := loadWorked(t)
	n := w.network(t, nn.Quadratic)
	ws := n.NewWorkspace(1)
	gradient := func() []float64 {
		n.Forward(ws, matrix(w.X))
		n.Backward(ws, matrix(w.Y))
		n.Descend(ws, matrix(w.Y), 0)
		return append([]float64(nil), ws.Gradient()...)
	}
	first := gradient()
	sameBits(t, "gradient of the second batch", gradient(), first)
}

// A batch of copies takes the step of the single sample: gradients and costs are means.
func TestMeanOfCopies(t *testing.T) {
	w := loadWorked(t)
	step := func(copies int) (*nn.Network[float64], float64) {
		n := w.network(t, nn.CrossEntropy)
		x, y := make([][]float64, copies), make([][]float64, copies)
		for k := range copies {
			x[k], y[k] = w.X, w.Y
		}
		ws := n.NewWorkspace(copies)
		n.Forward(ws, matrix(x...))
		cost := costOf(t, n, ws, matrix(y...))
		n.Descend(ws, matrix(y...), 1)
		return n, cost
	}
	one, cost1 := step(1)
	four, cost4 := step(4)
	near(t, "cost of four copies", cost4, cost1, 1e-15)
	nearAll(t, "parameters", four.Params(), one.Params(), 1e-15)
}

func TestBatchGradientIsMeanOfSingles(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testBatchGradientIsMeanOfSingles[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testBatchGradientIsMeanOfSingles[float64](t, 1e-12) })
}

func testBatchGradientIsMeanOfSingles[T kernels.Float](t *testing.T, tol float64) {
	const m = 5
	n := newNet[T](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid), nn.Dense(2, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1})
	x, y := filled[T](m, 3, -1, 1), filled[T](m, 2, 0, 1)
	ws := n.NewWorkspace(m)
	mean := make([]T, len(n.Params()))
	for k := range m {
		n.Forward(ws, x.Slice(k, k+1))
		n.Backward(ws, y.Slice(k, k+1))
		kernels.Axpy(T(1.0/m), ws.Gradient(), mean)
	}
	n.Forward(ws, x)
	n.Backward(ws, y)
	nearAll(t, "gradient", ws.Gradient(), mean, tol)
}
