package net_test

import (
	"math"
	"testing"

	nn "github.com/nabla-go/nabla/net"
)

func TestSmoothTargets(t *testing.T) {
	two := matrix([]float64{1, 0, 0, 0}, []float64{0, 0, 1, 0})
	nn.SmoothTargets(two, 0.1)
	nearAll(t, "one-hot", two.Data, []float64{0.925, 0.025, 0.025, 0.025, 0.025, 0.025, 0.925, 0.025}, 1e-15)
	one := matrix([]float32{0}, []float32{1})
	nn.SmoothTargets(one, 0.1)
	sameBits(t, "one column", one.Data, []float32{0.05, 0.95})
	nn.SmoothTargets(one, 0)
	sameBits(t, "no smoothing", one.Data, []float32{0.05, 0.95})
	for _, s := range []float64{-0.1, 1} {
		if panics(func() { nn.SmoothTargets(one, s) }) == nil {
			t.Errorf("smoothing by %v was accepted", s)
		}
	}
}

// Behind costs whose targets stand for −1 and +1, an output says yes above 0.
func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		cost *nn.Cost
		σ    *nn.Activation
		want float64
	}{
		{nn.Quadratic, nn.Identity, 0.5}, {nn.Quadratic, nn.Tanh, 0}, {nn.CrossEntropy, nn.Sigmoid, 0.5},
		{nn.Hinge, nn.Identity, 0}, {nn.SquaredHinge, nn.Identity, 0},
	} {
		n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, c.σ)}, Cost: c.cost})
		if got := n.Threshold(); got != c.want {
			t.Errorf("threshold of %v behind %v is %v, want %v", c.cost, c.σ, got, c.want)
		}
	}
}

// A threshold of one's own takes the place of the middle, if outputs can be on both sides.
func TestOwnThreshold(t *testing.T) {
	cfg := nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Threshold: 0.2}
	n := newNet[float32](t, cfg)
	if got := n.Threshold(); got != 0.2 {
		t.Errorf("threshold %v, want 0.2", got)
	}
	for _, bad := range []float64{1, -0.5, 2, math.NaN(), math.Inf(1)} {
		if n.SetThreshold(bad) == nil || n.Threshold() != 0.2 {
			t.Errorf("threshold %v was accepted, or changed something", bad)
		}
		cfg.Threshold = bad
		if _, err := nn.New[float32](cfg); err == nil {
			t.Errorf("New accepted the threshold %v", bad)
		}
	}
	if err := n.SetThreshold(0.9); err != nil || n.Config().Threshold != 0.9 {
		t.Errorf("threshold %v, error %v; want 0.9", n.Config().Threshold, err)
	}
	if err := n.SetThreshold(0); err != nil || n.Threshold() != 0.5 {
		t.Errorf("threshold %v, error %v; want the middle", n.Threshold(), err)
	}
}
