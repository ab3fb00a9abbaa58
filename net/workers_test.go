package net_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// shared are networks whose phases are worth sharing, cut in every way: by
// neurons and by samples, with a softmax in the middle, and with W so large that
// δ and the update are one sweep.
var shared = []nn.Config{
	{Inputs: 300, Layers: []nn.Layer{nn.Dense(131, nn.Sigmoid), nn.Dense(45, nn.Tanh), nn.Dense(10, nn.Sigmoid)}, Cost: nn.CrossEntropy},
	{Inputs: 70, Layers: []nn.Layer{nn.Dense(40, nn.ReLU), nn.Dense(400, nn.Softmax), nn.Dense(190, nn.Tanh), nn.Dense(33, nn.Softmax)}, Cost: nn.Hellinger},
	{Inputs: 17, Layers: []nn.Layer{nn.Dense(600, nn.ReLU), nn.Dense(523, nn.ReLU), nn.Dense(260, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy},
}

// The number of workers and GOMAXPROCS change no bit.
func TestWorkers(t *testing.T) {
	for k, cfg := range shared {
		for _, m := range []int{1, 37} {
			t.Run(fmt.Sprintf("net %d, batch %d", k, m), func(t *testing.T) {
				testWorkers[float32](t, cfg, m)
				if k == 0 && !testing.Short() {
					testWorkers[float64](t, cfg, m)
				}
			})
		}
	}
}

func testWorkers[T kernels.Float](t *testing.T, cfg nn.Config, m int) {
	x, y := filled[T](m, cfg.Inputs, -1, 1), filled[T](m, cfg.Layers[len(cfg.Layers)-1].Out, 0.1, 0.9)
	want := passes(t, cfg, x, y, 1, runtime.GOMAXPROCS(0))
	counts := []struct{ workers, procs int }{{3, 4}, {2, 1}, {2, 2}}
	if testing.Short() {
		counts = counts[:1]
	}
	for _, c := range counts {
		old := runtime.GOMAXPROCS(max(c.procs, c.workers))
		got := passes(t, cfg, x, y, c.workers, c.procs)
		runtime.GOMAXPROCS(old)
		for k := range got {
			sameBits(t, fmt.Sprintf("%d workers, GOMAXPROCS %d: result %d", c.workers, c.procs, k), got[k], want[k])
		}
	}
}

// passes makes every pass and returns everything that they compute.
func passes[T kernels.Float](t *testing.T, cfg nn.Config, x, y kernels.Matrix[T], workers, procs int) (results [][]T) {
	n := newNet[T](t, cfg)
	ws := n.NewWorkspace(x.Rows)
	ws.SetWorkers(workers)
	defer ws.SetWorkers(1)
	parallel.Insist(true)
	defer parallel.Insist(false)
	runtime.GOMAXPROCS(procs)
	keep := func(s ...T) { results = append(results, append([]T(nil), s...)) }
	for range 2 {
		n.Forward(ws, x)
		keep(T(costOf(t, n, ws, y)))
		n.Backward(ws, y)
		keep(ws.Gradient()...)
		keep(n.InputGradient(ws).Data...)
		n.Descend(ws, y, 0.1)
		keep(n.Params()...)
		n.Forward(ws, x)
		n.Update(ws, y, func(lo, hi int) { kernels.Axpy(-0.1, ws.Gradient()[lo:hi], n.Params()[lo:hi]) })
		keep(n.Params()...)
	}
	for i := 1; i <= n.Depth(); i++ {
		keep(ws.Z(i).Data...)
		keep(ws.A(i).Data...)
		keep(ws.Delta(i).Data...)
	}
	return results
}

// Update's step sees every parameter once, with any number of workers.
func TestUpdateCoversAll(t *testing.T) {
	old := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(old)
	cfg := shared[0]
	x, y := filled[float32](40, cfg.Inputs, -1, 1), filled[float32](40, 10, 0.1, 0.9)
	parallel.Insist(true)
	defer parallel.Insist(false)
	for workers := 1; workers <= 4; workers++ {
		n := newNet[float32](t, cfg)
		ws := n.NewWorkspace(40)
		ws.SetWorkers(workers)
		counts := make([]int, len(n.Params()))
		n.Forward(ws, x)
		n.Update(ws, y, func(lo, hi int) {
			for k := lo; k < hi; k++ {
				counts[k]++
			}
		})
		ws.SetWorkers(1)
		once := 0
		for k, c := range counts {
			if c == 1 {
				once++
			} else if c != 0 {
				t.Fatalf("%d workers: parameter %d was stepped %d times", workers, k, c)
			}
		}
		if once != n.NumParams() {
			t.Errorf("%d workers: %d of %d parameters were stepped", workers, once, n.NumParams())
		}
	}
}
