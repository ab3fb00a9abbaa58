package main

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A gonumTrainer is what one writes in Go on gonum's BLAS, without cgo.
type gonumTrainer struct {
	gonum.Implementation
	shape       bench.Net
	w           []kernels.Matrix[float32] // from 1, as all that follow
	b           [][]float32
	z, a, delta []kernels.Matrix[float32]
	data        *train.Data[float32]
	eta         float32
	batch, next int
}

func newGonum(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) (trainer, error) {
	t := &gonumTrainer{shape: shape, data: d, batch: batch, eta: eta}
	L := n.Depth()
	t.w, t.b = make([]kernels.Matrix[float32], L+1), make([][]float32, L+1)
	t.z, t.a, t.delta = make([]kernels.Matrix[float32], L+1), make([]kernels.Matrix[float32], L+1), make([]kernels.Matrix[float32], L+1)
	for i := 1; i <= L; i++ {
		w := n.Weights(i)
		t.w[i] = kernels.NewMatrix[float32](w.Rows, w.Cols)
		copy(t.w[i].Data, w.Data)
		t.b[i] = append([]float32(nil), n.Biases(i)...)
		t.z[i], t.a[i], t.delta[i] = kernels.NewMatrix[float32](batch, w.Rows), kernels.NewMatrix[float32](batch, w.Rows), kernels.NewMatrix[float32](batch, w.Rows)
	}
	return t, nil
}

func (t *gonumTrainer) Weights(i int) kernels.Matrix[float32] { return t.w[i] }
func (t *gonumTrainer) Biases(i int) []float32                { return t.b[i] }
func (t *gonumTrainer) Close()                                {}

func (t *gonumTrainer) Run(steps int) {
	for range steps {
		if t.next+t.batch > t.data.Len() {
			t.next = 0
		}
		t.step(t.data.X.Slice(t.next, t.next+t.batch), t.data.T.Slice(t.next, t.next+t.batch))
		t.next += t.batch
	}
}

func (t *gonumTrainer) step(x, y kernels.Matrix[float32]) {
	L, m := len(t.w)-1, t.batch
	t.a[0] = x
	for i := 1; i <= L; i++ {
		w, in, z, a := t.w[i], t.a[i-1], t.z[i], t.a[i]
		for k := range m {
			copy(z.Row(k), t.b[i])
		}
		if m == 1 {
			t.Sgemv(blas.NoTrans, w.Rows, w.Cols, 1, w.Data, w.Stride, in.Data, 1, 1, z.Data, 1)
		} else {
			t.Sgemm(blas.NoTrans, blas.Trans, m, w.Rows, w.Cols, 1, in.Data, in.Stride, w.Data, w.Stride, 1, z.Data, z.Stride)
		}
		switch {
		case i == L && t.shape.Output == net.Softmax:
			for k := range m {
				softmax(a.Row(k), z.Row(k))
			}
		case i < L && t.shape.Activation == net.ReLU:
			for j, v := range z.Data {
				a.Data[j] = max(v, 0)
			}
		default:
			for j, v := range z.Data {
				a.Data[j] = float32(1 / (1 + math.Exp(-float64(v))))
			}
		}
	}
	for j, a := range t.a[L].Data {
		t.delta[L].Data[j] = a - y.Data[j]
		if t.shape.Output != net.Softmax {
			t.delta[L].Data[j] *= a * (1 - a)
		}
	}
	for i := L - 1; i >= 1; i-- {
		w, d, up := t.w[i+1], t.delta[i], t.delta[i+1]
		if m == 1 {
			t.Sgemv(blas.Trans, w.Rows, w.Cols, 1, w.Data, w.Stride, up.Data, 1, 0, d.Data, 1)
		} else {
			t.Sgemm(blas.NoTrans, blas.NoTrans, m, w.Cols, w.Rows, 1, up.Data, up.Stride, w.Data, w.Stride, 0, d.Data, d.Stride)
		}
		for j, a := range t.a[i].Data {
			if t.shape.Activation != net.ReLU {
				d.Data[j] *= a * (1 - a)
			} else if a <= 0 {
				d.Data[j] = 0
			}
		}
	}
	alpha := -t.eta / float32(m)
	for i := 1; i <= L; i++ {
		w, d, a := t.w[i], t.delta[i], t.a[i-1]
		if m == 1 {
			t.Sger(w.Rows, w.Cols, alpha, d.Data, 1, a.Data, 1, w.Data, w.Stride)
		} else {
			t.Sgemm(blas.Trans, blas.NoTrans, w.Rows, w.Cols, m, alpha, d.Data, d.Stride, a.Data, a.Stride, 1, w.Data, w.Stride)
		}
		for k := range m {
			t.Saxpy(w.Rows, alpha, d.Row(k), 1, t.b[i], 1)
		}
	}
}

func softmax(a, z []float32) {
	most, sum := z[0], float32(0)
	for _, v := range z {
		most = max(most, v)
	}
	for j, v := range z {
		a[j] = float32(math.Exp(float64(v - most)))
		sum += a[j]
	}
	for j := range a {
		a[j] /= sum
	}
}
