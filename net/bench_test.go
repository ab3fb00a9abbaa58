package net_test

import (
	"fmt"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// benchNets are the four networks whose steps are measured everywhere.
var benchNets = []struct {
	name string
	cfg  nn.Config
}{
	{"784-30-10", nn.Config{Inputs: 784, Layers: []nn.Layer{nn.Dense(30, nn.Sigmoid), nn.Dense(10, nn.Sigmoid)}, Cost: nn.Quadratic}},
	{"784-128-10", nn.Config{Inputs: 784, Layers: []nn.Layer{nn.Dense(128, nn.ReLU), nn.Dense(10, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy}},
	{"784-512-256-10", nn.Config{Inputs: 784, Layers: []nn.Layer{nn.Dense(512, nn.ReLU), nn.Dense(256, nn.ReLU), nn.Dense(10, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy}},
	{"1024-1024-1024-1024", nn.Config{Inputs: 1024, Layers: []nn.Layer{nn.Dense(1024, nn.ReLU), nn.Dense(1024, nn.ReLU), nn.Dense(1024, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy}},
}

// BenchmarkStep measures steps of plain gradient descent on 4,096 different
// samples in order.
func BenchmarkStep(b *testing.B) {
	for _, c := range benchNets {
		x, y := samples(c.cfg, 4096)
		for _, batch := range []int{1, 10, 32, 128, 512} {
			b.Run(fmt.Sprintf("%s/batch=%d", c.name, batch), func(b *testing.B) {
				n := newNet[float32](b, c.cfg)
				ws := n.NewWorkspace(batch)
				b.ReportAllocs()
				k := 0
				for b.Loop() {
					if k+batch > x.Rows {
						k = 0
					}
					n.Forward(ws, x.Slice(k, k+batch))
					n.Descend(ws, y.Slice(k, k+batch), 0.01)
					k += batch
				}
				b.ReportMetric(float64(b.N)*float64(batch)/b.Elapsed().Seconds(), "samples/s")
			})
		}
	}
}

// samples returns inputs between 0 and 1 and one-hot targets.
func samples(cfg nn.Config, count int) (x, t kernels.Matrix[float32]) {
	outputs := cfg.Layers[len(cfg.Layers)-1].Out
	x, t = filled[float32](count, cfg.Inputs, 0, 1), kernels.NewMatrix[float32](count, outputs)
	for k := range count {
		t.Row(k)[k%outputs] = 1
	}
	return x, t
}
