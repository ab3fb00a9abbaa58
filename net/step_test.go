package net_test

import (
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

func deep[T kernels.Float](t testing.TB) *nn.Network[T] {
	return newNet[T](t, nn.Config{Inputs: 19, Layers: []nn.Layer{nn.Dense(17, nn.Sigmoid), nn.Dense(9, nn.Tanh), nn.Dense(5, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 7})
}

func TestStepBits(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, m := range []int{1, 2, 10} {
			testStepBits[float32](t, m, 0, false)
			testStepBits[float64](t, m, 0, false)
			testStepBits[float32](t, m, 0.1, false)
			testStepBits[float64](t, m, 0.1, true)
		}
	})
}

// A step is the sums over the batch, by matrix products also for one sample,
// followed by an Axpy with −η/m into the old parameters, or into what the decay leaves
// of them.
func testStepBits[T kernels.Float](t *testing.T, m int, lambda float64, biases bool) {
	const eta = 0.3
	x, y := filled[T](m, 19, -1, 1), filled[T](m, 5, 0, 1)
	n, want := deep[T](t), deep[T](t)
	ws := n.NewWorkspace(m)
	n.Forward(ws, x)
	if lambda == 0 {
		n.Descend(ws, y, eta)
	} else {
		n.DescendDecay(ws, y, eta, lambda, biases)
	}

	a := x
	for i := 1; i <= want.Depth(); i++ {
		w, b := want.Weights(i), want.Biases(i)
		z := kernels.NewMatrix[T](m, w.Rows)
		for k := range m {
			copy(z.Row(k), b)
		}
		kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, a, w, 1, z)
		sameBits(t, "z", ws.Z(i).Data, z.Data)

		delta := ws.Delta(i)
		if i < want.Depth() {
			back := kernels.NewMatrix[T](m, w.Rows)
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, ws.Delta(i+1), want.Weights(i+1), 0, back)
			if n.Layer(i).Activation == nn.Sigmoid {
				kernels.MulSigmoidPrime(back.Data, back.Data, z.Data)
			} else {
				kernels.MulTanhPrime(back.Data, back.Data, z.Data)
			}
			sameBits(t, "δ", delta.Data, back.Data)
		}

		sum, biasSum := kernels.NewMatrix[T](w.Rows, w.Cols), make([]T, w.Rows)
		kernels.Gemm(kernels.Trans, kernels.NoTrans, 1, delta, a, 0, sum)
		for k := range m {
			kernels.Add(biasSum, biasSum, delta.Row(k))
		}
		newW, newB := append([]T(nil), w.Data...), append([]T(nil), b...)
		alpha := T(-eta / float64(m))
		kernels.Scal(T(1-eta*lambda), newW)
		if biases {
			kernels.Scal(T(1-eta*lambda), newB)
		}
		kernels.Axpy(alpha, sum.Data, newW)
		kernels.Axpy(alpha, biasSum, newB)
		sameBits(t, "W", n.Weights(i).Data, newW)
		sameBits(t, "b", n.Biases(i), newB)
		a = ws.A(i)
	}
}

// Inputs and targets with gaps between rows give the bits of contiguous ones.
func TestStridedBatches(t *testing.T) {
	strided := func(m kernels.Matrix[float32]) kernels.Matrix[float32] {
		s := kernels.Matrix[float32]{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols + 3}
		s.Data = filled[float32](m.Rows, s.Stride, 5, 6).Data[:(m.Rows-1)*s.Stride+m.Cols]
		for k := range m.Rows {
			copy(s.Row(k), m.Row(k))
		}
		return s
	}
	x, y := filled[float32](4, 6, -1, 1), filled[float32](4, 3, 0.1, 0.9)
	for _, c := range costs {
		for _, σ := range []*nn.Activation{nn.Sigmoid, nn.Softmax} {
			if c.OutputOnly && σ != c.Output {
				continue
			}
			cfg := nn.Config{Inputs: 6, Layers: []nn.Layer{nn.Dense(4, nn.Tanh), nn.Dense(3, σ)}, Cost: c, Seed: 1}
			n, s := newNet[float32](t, cfg), newNet[float32](t, cfg)
			ws := n.NewWorkspace(4)
			n.Forward(ws, x)
			cost := costOf(t, n, ws, y)
			n.Descend(ws, y, 0.5)
			s.Forward(ws, strided(x))
			near(t, "cost", costOf(t, s, ws, strided(y)), cost, 0)
			s.Descend(ws, strided(y), 0.5)
			sameBits(t, c.String(), s.Params(), n.Params())
		}
	}
}

func TestEmptyBatch(t *testing.T) {
	n := deep[float32](t)
	before := n.Fingerprint()
	ws := n.NewWorkspace(0)
	var y kernels.Matrix[float32]
	y.Cols, y.Stride = 5, 5
	if out := n.Forward(ws, kernels.Matrix[float32]{Cols: 19, Stride: 19}); out.Rows != 0 || out.Cols != 5 {
		t.Errorf("outputs are %d × %d, want 0 × 5", out.Rows, out.Cols)
	}
	near(t, "cost", costOf(t, n, ws, y), 0, 0)
	ws.WeightGradient(1).Data[0] = 1 // of a batch before
	n.Backward(ws, y)
	sameBits(t, "gradient", ws.Gradient(), make([]float32, len(n.Params())))
	n.Descend(ws, y, 1)
	if dx := n.InputGradient(ws); dx.Rows != 0 {
		t.Errorf("∂C/∂x has %d rows", dx.Rows)
	}
	if n.Fingerprint() != before {
		t.Error("an empty batch changed the network")
	}
}

// After the largest batch has been seen nothing is allocated, at any size.
func TestNoAllocations(t *testing.T) {
	for _, c := range costs {
		n := newNet[float32](t, nn.Config{Inputs: 6, Layers: []nn.Layer{nn.Dense(4, nn.Softmax), nn.Dense(5, nn.ReLU), nn.Dense(3, nn.Softmax)}, Cost: c, Seed: 1})
		x, y := filled[float32](10, 6, -1, 1), filled[float32](10, 3, 0.1, 0.9)
		ws := n.NewWorkspace(1)
		pass := func(m int) {
			n.Forward(ws, x.Slice(0, m))
			if _, err := n.Cost(ws, y.Slice(0, m)); err != nil {
				t.Fatal(err)
			}
			n.Backward(ws, y.Slice(0, m))
			n.InputGradient(ws)
			n.Descend(ws, y.Slice(0, m), 0.1)
		}
		pass(10)
		for _, m := range []int{10, 3, 1, 10} {
			if a := testing.AllocsPerRun(20, func() { pass(m) }); a != 0 {
				t.Errorf("%v: a step on %d samples allocates %v times", c, m, a)
			}
		}
	}
}

// A workspace that has grown gives the bits of a fresh one.
func TestWorkspaceGrows(t *testing.T) {
	n := deep[float64](t)
	x, y := filled[float64](9, 19, -1, 1), filled[float64](9, 5, 0, 1)
	grown, fresh := n.NewWorkspace(1), n.NewWorkspace(9)
	for _, m := range []int{1, 4, 9, 2} {
		for _, ws := range []*nn.Workspace[float64]{grown, fresh} {
			n.Forward(ws, x.Slice(0, m))
			n.Backward(ws, y.Slice(0, m))
		}
		sameBits(t, "gradient", grown.Gradient(), fresh.Gradient())
		sameBits(t, "∂C/∂x", n.InputGradient(grown).Data, n.InputGradient(fresh).Data)
	}
}

// Trained to perfection and far beyond, a network stays finite.
func TestOvertraining(t *testing.T) {
	x, y := matrix([]float32{0}, []float32{1}), matrix([]float32{0}, []float32{1})
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1})
	ws := n.NewWorkspace(2)
	for range 100_000 {
		n.Forward(ws, x)
		n.Descend(ws, y, 10)
	}
	n.Forward(ws, x)
	if c := costOf(t, n, ws, y); !(c >= 0 && c < 1e-4) {
		t.Errorf("cost %v", c)
	}
}
