package net_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// dropped returns x with the mask of a layer, as kernels/doc.go defines it.
func dropped[T kernels.Float](x kernels.Matrix[T], p float64, seed, layer, step uint64) kernels.Matrix[T] {
	y := kernels.NewMatrix[T](x.Rows, x.Cols)
	for k := range x.Rows {
		for j, v := range x.Row(k) {
			if float64(rng.Bits(rng.Key(seed, layer, step, uint64(k)), uint32(j))) >= math.Floor(p*0x1p32) {
				y.Row(k)[j] = v * T(1/(1-p))
			}
		}
	}
	return y
}

// identity makes the weights of layer i the identity matrix.
func identity[T kernels.Float](n *nn.Network[T], i int) {
	clear(n.Weights(i).Data)
	for j := range n.Weights(i).Rows {
		n.Weights(i).Row(j)[j] = 1
	}
}

func TestDropoutMasks(t *testing.T) {
	t.Run("float32", testDropoutMasks[float32])
	t.Run("float64", testDropoutMasks[float64])
}

func testDropoutMasks[T kernels.Float](t *testing.T) {
	const size = 40
	x := filled[T](5, size, -1, 1)
	for _, hidden := range []bool{false, true} {
		cfg := nn.Config{Inputs: size, Layers: []nn.Layer{nn.Dense(size, nn.Identity), nn.Dense(size, nn.Identity)}}
		layer := uint64(0)
		if hidden {
			cfg.Layers[0], layer = cfg.Layers[0].WithDropout(0.3), 1
		} else {
			cfg.InputDropout = 0.3
		}
		n := newNet[T](t, cfg)
		identity(n, 1)
		identity(n, 2)
		ws := n.NewWorkspace(5)
		want := dropped(x, 0.3, 7, layer, 9)
		sameBits(t, "outputs", n.ForwardTraining(ws, x, 7, 9).Data, want.Data)
		zero := kernels.NewMatrix[T](5, size)
		n.Backward(ws, zero) // δ = a
		sameBits(t, "∂C/∂x", n.InputGradient(ws).Data, dropped(want, 0.3, 7, layer, 9).Data)
		sameBits(t, "outputs without dropout", n.Forward(ws, x).Data, x.Data)
		sameBits(t, "predictions", n.Predict(x).Data, x.Data)
	}
}

// Gradients with dropout, layer normalisation and weights are right for every activation.
func TestGradientsOfRegularisedNetworks(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, σ := range activations {
			for _, norm := range []bool{false, true} {
				cfg := nn.Config{Inputs: 6, Layers: []nn.Layer{nn.Dense(9, σ).WithDropout(0.4), nn.Dense(7, nn.Tanh).WithDropout(0.2), nn.Dense(3, nn.Sigmoid)}, InputDropout: 0.1, Seed: 3}
				if norm {
					for i := range cfg.Layers {
						cfg.Layers[i] = cfg.Layers[i].WithLayerNorm()
					}
				}
				n := newNet[float64](t, cfg)
				for i := range cfg.Layers {
					copy(n.Gamma(i+1), filled[float64](1, 9, 0.5, 1.5).Data)
					copy(n.Beta(i+1), filled[float64](1, 9, -0.7, 0.6).Data)
				}
				worst, tensor, err := n.GradientCheck(filled[float64](5, 6, -1, 1), filled[float64](5, 3, 0.05, 0.95),
					nn.CheckDropout(1, 2), nn.CheckWeights([]float64{1, 2, 0.5, 0, 3}))
				if err != nil || !(worst <= 1e-6) {
					t.Errorf("%v, normalised %v: ∂C/∂%s differs by %.2g (%v)", σ, norm, tensor, worst, err)
				}
			}
		}
	})
}

// Dropout and layer normalisation have the same bits for any number of workers, and
// nothing is allocated in a step.
func TestRegularisedNetworksOnWorkers(t *testing.T) {
	layers := []nn.Layer{nn.Dense(300, nn.ReLU).WithDropout(0.5), nn.Dense(250, nn.GELUTanh).WithDropout(0.25).WithLayerNorm(), nn.Dense(10, nn.Softmax).WithLayerNorm()}
	cfg := nn.Config{Inputs: 200, Layers: layers, Cost: nn.SoftmaxCrossEntropy, InputDropout: 0.2, Seed: 1}
	x, y := filled[float32](64, 200, -1, 1), filled[float32](64, 10, 0, 0.2)
	run := func(workers int, plain bool) []float32 {
		n := newNet[float32](t, cfg)
		ws := n.NewWorkspace(64)
		ws.SetWorkers(workers)
		defer ws.SetWorkers(1)
		parallel.Insist(workers > 1)
		defer parallel.Insist(false)
		number := uint64(0)
		step := func() {
			n.ForwardTraining(ws, x, 5, number)
			number++
			if plain {
				n.Descend(ws, y, 0.1)
				return
			}
			n.Backward(ws, y)
			kernels.Axpy(-0.1, ws.Gradient(), n.Params())
		}
		for range 3 {
			step()
		}
		result := append([]float32(nil), n.Params()...)
		if a := testing.AllocsPerRun(3, step); a != 0 && !race.Enabled {
			t.Errorf("%d workers: a step allocates %v times", workers, a)
		}
		return result
	}
	for _, plain := range []bool{false, true} {
		one := run(1, plain)
		for workers := 2; workers <= 3; workers++ {
			sameBits(t, fmt.Sprintf("parameters of %d workers, plain %v", workers, plain), run(workers, plain), one)
		}
		nearAll(t, "parameters", one, run(1, !plain), 1e-5)
	}
}

// Gradients of the samples have the gradient of the batch as their mean.
func TestSampleGradients(t *testing.T) {
	n := newNet[float64](t, nn.Config{Inputs: 4, Layers: []nn.Layer{nn.Dense(5, nn.SiLU).WithLayerNorm().WithDropout(0.3), nn.Dense(2, nn.Sigmoid)}, Seed: 1})
	ws := n.NewWorkspace(3)
	n.ForwardTraining(ws, filled[float64](3, 4, -1, 1), 1, 1)
	ws.SetSampleWeights([]float64{1, 2, 3})
	n.Backward(ws, filled[float64](3, 2, 0, 1))
	one, mean := make([]float64, len(n.Params())), make([]float64, len(n.Params()))
	for k := range 3 {
		n.SampleGradient(ws, one, k)
		kernels.Axpy(1./3, one, mean)
	}
	nearAll(t, "mean of gradients", mean, ws.Gradient(), 1e-15)
	if panics(func() { n.SampleGradient(ws, one, 3) }) == nil || panics(func() { n.SampleGradient(ws, one[1:], 0) }) == nil {
		t.Error("a sample outside the batch, or a short slice, was accepted")
	}
}

func TestLayerNormAgainstReference(t *testing.T) {
	var file struct {
		Cases []struct {
			Name                       string
			X, Upstream, Y, DX         [][]float64
			Gamma, Beta, DGamma, DBeta []float64
		} `json:"layer_norm"`
	}
	readReference(t, "layers.json", &file)
	along := &nn.Cost{ // Σ a t, whose gradient is t
		Name:  "along",
		Term:  func(a, t float64) float64 { return a * t },
		Slope: func(_, t float64) float64 { return t },
	}
	for _, c := range file.Cases {
		x := matrixOf[float64](c.X)
		n := newNet[float64](t, nn.Config{Inputs: x.Cols, Layers: []nn.Layer{nn.Dense(x.Cols, nn.Identity).WithLayerNorm()}, Cost: along})
		for j, g := range n.Gamma(1) {
			if g != 1 || n.Beta(1)[j] != 0 {
				t.Errorf("γ and β start at %v and %v", n.Gamma(1), n.Beta(1))
			}
		}
		identity(n, 1)
		copy(n.Gamma(1), c.Gamma)
		copy(n.Beta(1), c.Beta)
		ws := n.NewWorkspace(x.Rows)
		nearAll(t, c.Name+": y", n.Forward(ws, x).Data, matrixOf[float64](c.Y).Data, 1e-10)
		n.Backward(ws, matrixOf[float64](c.Upstream))
		nearAll(t, c.Name+": dx", ws.Delta(1).Data, matrixOf[float64](c.DX).Data, 1e-8)
		for j := range c.Gamma {
			near(t, c.Name+": dγ", ws.GammaGradient(1)[j]*float64(x.Rows), c.DGamma[j], 1e-10)
			near(t, c.Name+": dβ", ws.BetaGradient(1)[j]*float64(x.Rows), c.DBeta[j], 1e-13)
		}
	}
}

func TestNewRefusesDropout(t *testing.T) {
	for _, cfg := range []nn.Config{
		{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh).WithDropout(1), nn.Dense(1, nn.Tanh)}},
		{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh).WithDropout(math.NaN()), nn.Dense(1, nn.Tanh)}},
		{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh).WithDropout(0.5)}},
		{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh)}, InputDropout: -0.1},
	} {
		if _, err := nn.New[float32](cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}
