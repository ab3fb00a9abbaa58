package net_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

var (
	activations = nn.Activations()
	costs       = nn.Costs()
)

// inside makes the outputs lie between 0 and 1, where every cost is defined, if the
// output layer's activation doesn't.
func inside(n *nn.Network[float64]) {
	σ := n.Layer(n.Depth()).Activation
	if r := σ.Range; r == nil || r.Min < 0 || r.Max > 1 {
		kernels.Scal(0.1, n.Weights(n.Depth()).Data)
		bias := 0.5
		if σ == nn.Exp || σ == nn.Softplus {
			bias = -0.5
		}
		for j := range n.Biases(n.Depth()) {
			n.Biases(n.Depth())[j] = bias
		}
	}
}

// Every output activation with every cost, and with every hidden activation.
func TestGradients(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for i, c := range costs {
			for j, out := range activations {
				if c.OutputOnly && out != c.Output {
					continue
				}
				// Of the hidden activations some, so that each meets all outputs.
				for k := i % 3; k < len(activations); k += 3 {
					hidden := activations[(j+k)%len(activations)]
					n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, hidden), nn.Dense(3, out)}, Cost: c, Seed: 3})
					inside(n)
					checkGradient(t, n, fmt.Sprintf("%v, %v, hidden %v", c, out, hidden))
				}
				n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(3, out)}, Cost: c, Seed: 3})
				inside(n)
				checkGradient(t, n, fmt.Sprintf("%v, %v, no hidden layer", c, out))
			}
		}
	})
}

func checkGradient(t *testing.T, n *nn.Network[float64], what string) {
	t.Helper()
	worst, tensor, err := n.GradientCheck(filled[float64](5, 3, -1, 1), filled[float64](5, 3, 0.05, 0.95)) // odd: ±1 must not add up to 0
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if !(worst <= 1e-6) {
		t.Errorf("%s: ∂C/∂%s differs from central differences by %.2g", what, tensor, worst)
	}
}

// Targets at the ends of their range, where logarithms and quotients have limits.
func TestGradientsAtHardTargets(t *testing.T) {
	for _, c := range costs {
		for _, out := range activations {
			if !c.Targets.Contains(0) || c.OutputOnly && out != c.Output {
				continue
			}
			n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Tanh), nn.Dense(3, out)}, Cost: c, Seed: 3})
			inside(n)
			worst, tensor, err := n.GradientCheck(filled[float64](2, 3, -1, 1), matrix([]float64{0, 1, 0}, []float64{1, 0, 0}))
			if err != nil || !(worst <= 1e-6) {
				t.Errorf("%v, %v: ∂C/∂%s differs from central differences by %.2g (%v)", c, out, tensor, worst, err)
			}
		}
	}
}

// A float32 network is checked in float64, so the tolerance is the same.
func TestGradientCheckOfFloat32(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Tanh), nn.Dense(3, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 3})
	before := n.Fingerprint()
	worst, tensor, err := n.GradientCheck(filled[float32](4, 3, -1, 1), filled[float32](4, 3, 0, 1))
	if err != nil || !(worst <= 1e-6) {
		t.Errorf("∂C/∂%s differs by %.2g (%v)", tensor, worst, err)
	}
	if n.Fingerprint() != before {
		t.Error("the check changed the network")
	}
}

// What can't be compared is worse than every difference, also if later tensors can.
func TestGradientCheckKeepsNaN(t *testing.T) {
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	worst, tensor, err := n.GradientCheck(matrix([]float64{1e200}), matrix([]float64{1})) // ∞ − ∞ in W1 alone
	if err != nil || !math.IsNaN(worst) || tensor != "W1" {
		t.Errorf("∂C/∂%s differs by %v (%v), want NaN in W1", tensor, worst, err)
	}
}

func TestGradientCheckRefusesTargets(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}})
	if _, _, err := n.GradientCheck(matrix([]float32{1}), matrix([]float32{2})); err == nil {
		t.Error("a target that a sigmoid can't reach was accepted")
	}
}

func TestRelativeDifference(t *testing.T) {
	zero, g := []float64{0, 0}, []float64{3, -4}
	near(t, "0 against 0", nn.RelativeDifference(zero, zero), 0, 0)
	near(t, "g against −g", nn.RelativeDifference(g, []float64{-3, 4}), 2, 1e-15)
	near(t, "g against 0", nn.RelativeDifference(g, zero), 1, 1e-15)
	near(t, "g against g/2", nn.RelativeDifference(g, []float64{1.5, -2}), 0.5, 1e-15)
}
