package train_test

import (
	"math"
	"testing"

	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// solves reports whether n answers every sample of d within tol.
func solves(n *nn.Network[float32], d *train.Data[float32], tol float32) bool {
	for k, y := range n.Predict(d.X).Data {
		if diff := y - d.T.Data[k]; !(-tol <= diff && diff <= tol) {
			return false
		}
	}
	return true
}

func TestXOR(t *testing.T) {
	xor := gate(0, 1, 1, 0)
	for _, c := range []*nn.Cost{nn.Quadratic, nn.CrossEntropy} {
		solved := 0
		for seed := range uint64(100) {
			n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)}, Cost: c, Seed: seed})
			fit(t, n, xor, train.Options{Epochs: 2000, Rate: 5, Batch: train.All})
			if solves(n, xor, 0.25) {
				solved++
			}
		}
		if solved < 95 {
			t.Errorf("%v: 2-4-1 solved XOR from %d of 100 seeds, want at least 95", c, solved)
		}
		t.Logf("%v: %d of 100", c, solved)
	}
}

// The delta rule: a network with no hidden layer learns what is linearly separable.
func TestDeltaRule(t *testing.T) {
	for name, d := range map[string]*train.Data[float32]{"AND": gate(0, 0, 0, 1), "OR": gate(0, 1, 1, 1)} {
		for _, c := range []*nn.Cost{nn.Quadratic, nn.CrossEntropy} {
			for _, batch := range []int{1, 2, train.All} {
				n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: c, Seed: 1})
				fit(t, n, d, train.Options{Epochs: 2000, Rate: 3, Batch: batch})
				if !solves(n, d, 0.2) {
					t.Errorf("%s, %v, batch %d: answers %v", name, c, batch, n.Predict(d.X).Data)
				}
			}
		}
	}
}

// XOR is not linearly separable: without a hidden layer the best answer is ½ to all.
func TestXORWithoutHiddenLayer(t *testing.T) {
	xor := gate(0, 1, 1, 0)
	n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1})
	r := fit(t, n, xor, train.Options{Epochs: 2000, Rate: 1, Batch: train.All})
	near(t, "cost", r.Epochs[1999].Cost, math.Ln2, 1e-6)
	for _, y := range n.Predict(xor.X).Data {
		near(t, "output", float64(y), 0.5, 1e-3)
	}
}
