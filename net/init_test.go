package net_test

import (
	"math"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// first returns the weights of a layer that starts with init.
func first(t *testing.T, init *nn.Init, in, out int) kernels.Matrix[float64] {
	t.Helper()
	return newNet[float64](t, nn.Config{Inputs: in, Layers: []nn.Layer{nn.Dense(out, nn.Tanh)}, Init: init, Seed: 2}).Weights(1)
}

// Weights have the deviations and bounds of PyTorch's.
func TestInitsAgainstReference(t *testing.T) {
	var file struct {
		Init []struct {
			Init, GainOf string
			Gain         float64
			In, Out      int
			Std, Bound   float64
		}
		Orthogonal []struct {
			Rows, Cols int
			Gain       float64
		}
	}
	readReference(t, "layers.json", &file)
	for _, c := range file.Init {
		gain := 1.0
		if c.Init == "he" {
			gain = math.Sqrt2
		}
		if math.Abs(c.Gain-gain) > 1e-15 {
			continue // ours have one gain each
		}
		for _, kind := range []string{"normal", "uniform"} {
			init, err := nn.ParseInit(c.Init + "-" + kind)
			if err != nil {
				t.Fatal(err)
			}
			w, sum, most := first(t, init, c.In, c.Out).Data, 0.0, 0.0
			for _, v := range w {
				sum += v * v
				most = max(most, math.Abs(v))
			}
			n := float64(len(w))
			near(t, init.Name+": variance", sum/n/(c.Std*c.Std), 1, 6/math.Sqrt(n))
			if kind == "uniform" && !(most <= c.Bound && most > 0.97*c.Bound) {
				t.Errorf("%v: weights up to %v, want %v", init, most, c.Bound)
			}
		}
	}
	for _, c := range file.Orthogonal {
		w := first(t, nn.Orthogonal, c.Cols, c.Rows)
		a, b, size := kernels.NoTrans, kernels.Trans, c.Rows
		if c.Rows > c.Cols {
			a, b, size = b, a, c.Cols
		}
		product := kernels.NewMatrix[float64](size, size)
		kernels.Gemm(a, b, 1, w, w, 0, product)
		for i := range size {
			for j, v := range product.Row(i) {
				want := 0.0
				if i == j {
					want = 1
				}
				near(t, "orthogonal", v, want, 1e-14)
			}
		}
	}
}

// Every row draws other weights, a layer may have its own, and a constant has noise.
func TestInits(t *testing.T) {
	seen := make(map[float64]string)
	for _, init := range nn.Inits() {
		if init.Formula == "" {
			t.Errorf("%v has no Formula", init)
		}
		if got, err := nn.ParseInit(init.Name); got != init || err != nil {
			t.Errorf("ParseInit(%v) = %v, %v", init, got, err)
		}
		v := first(t, init, 3, 2).Data[1]
		if other, ok := seen[v]; ok && init.Name != "lecun-normal" { // as ScaledNormal before tanh
			t.Errorf("%v draws what %v draws", init, other)
		}
		seen[v] = init.Name
	}
	n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.ReLU).WithInit(nn.Constant(0.5, 0.01)), nn.Dense(2, nn.Tanh)}, Init: nn.Zero, Seed: 1})
	for _, v := range n.Weights(1).Data {
		near(t, "constant", v, 0.5, 0.07)
	}
	if w := n.Weights(1).Data; w[0] == w[1] {
		t.Error("a constant with noise has none")
	}
	nearAll(t, "other layer", n.Weights(2).Data, make([]float64, 8), 0)
	if _, err := nn.ParseInit("xavier"); err == nil || !strings.Contains(err.Error(), "want one of scaled-normal, zero") {
		t.Errorf("unknown initialisation: %v", err)
	}
	if _, err := nn.New[float32](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh).WithInit(&nn.Init{Name: "mine"})}}); err == nil {
		t.Error("an initialisation without Fill was accepted")
	}
}
