package net_test

import (
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// The cost and δ of a sample are those of the sample alone times its weight, for every
// cost; means divide by the number of samples.
func TestSampleWeights(t *testing.T) {
	const samples = 4
	w := []float64{1, 0.5, 0, 3}
	for _, c := range costs {
		n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(3, c.Output)}, Cost: c, Seed: 3})
		inside(n)
		x, y := filled[float64](samples, 3, -1, 1), filled[float64](samples, 3, 0.05, 0.95)
		all, one := n.NewWorkspace(samples), n.NewWorkspace(1)
		n.Forward(all, x)
		all.SetSampleWeights(w)
		mean, total, gradient := costOf(t, n, all, y), 0.0, make([]float64, len(n.Params()))
		n.Backward(all, y)
		for k, w := range w {
			n.Forward(one, x.Slice(k, k+1))
			total += w * costOf(t, n, one, y.Slice(k, k+1))
			n.Backward(one, y.Slice(k, k+1))
			kernels.Axpy(w/samples, one.Gradient(), gradient)
			d := one.Delta(2)
			kernels.Scal(w, d.Data)
			nearAll(t, c.Name+": δ", all.Delta(2).Row(k), d.Data, 1e-15)
		}
		near(t, c.Name+": mean", mean, total/samples, 1e-13)
		nearAll(t, c.Name+": gradient", all.Gradient(), gradient, 1e-13)
	}
}

// Weights of 1 leave all bits as they are, and Forward forgets weights.
func TestSampleWeightsOfOne(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(3, nn.Sigmoid)}, Seed: 3})
	x, y := filled[float32](4, 3, -1, 1), filled[float32](4, 3, 0, 1)
	a, b := n.NewWorkspace(4), n.NewWorkspace(4)
	n.Forward(a, x)
	n.Backward(a, y)
	for _, w := range [][]float32{{1, 1, 1, 1}, {2, 3, 4, 5}, nil} {
		if n.Forward(b, x); w == nil || w[0] == 1 {
			b.SetSampleWeights(w)
			if costOf(t, n, a, y) != costOf(t, n, b, y) {
				t.Errorf("weights %v change the cost", w)
			}
			n.Backward(b, y)
			sameBits(t, "gradient", a.Gradient(), b.Gradient())
		} else {
			b.SetSampleWeights(w)
		}
	}
}

func TestSampleWeightsRefusesWrongLength(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}})
	ws := n.NewWorkspace(4)
	n.Forward(ws, filled[float32](2, 3, -1, 1))
	if panics(func() { ws.SetSampleWeights(make([]float32, 4)) }) == nil {
		t.Error("4 weights for 2 samples were accepted")
	}
}
