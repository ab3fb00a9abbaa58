package main

import (
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A gomlxTrainer is a graph of GoMLX on its backend in plain Go: the new parameters
// as a function of the old ones and a batch.
type gomlxTrainer struct {
	shape       bench.Net
	exec        *graph.Exec
	params      []*tensors.Tensor // W^1, b^1, …
	data        *train.Data[float32]
	batch, next int
}

// simpleGo is the backend of all, which owns a pool of workers.
var simpleGo backends.Backend

func newGoMLX(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) (trainer, error) {
	t := &gomlxTrainer{shape: shape, data: d, batch: batch}
	for i := 1; i <= n.Depth(); i++ {
		w := n.Weights(i)
		t.params = append(t.params, tensors.FromFlatDataAndDimensions(w.Data, w.Rows, w.Cols), tensors.FromFlatDataAndDimensions(n.Biases(i), 1, w.Rows))
	}
	if simpleGo == nil {
		b, err := simplego.New("")
		if err != nil {
			return nil, err
		}
		simpleGo = b
	}
	var err error
	t.exec, err = graph.NewExec(simpleGo, func(in []*graph.Node) []*graph.Node {
		L := n.Depth()
		params, a, target := in[:2*L], in[2*L], in[2*L+1]
		for i := 0; i < L; i++ {
			z := graph.Add(graph.Einsum("bi,oi->bo", a, params[2*i]), graph.BroadcastToDims(params[2*i+1], batch, shape.Widths[i+1]))
			switch {
			case i == L-1 && shape.Output == net.Softmax:
				a = z
			case i < L-1 && shape.Activation == net.ReLU:
				a = graph.MaxScalar(z, 0)
			default:
				a = graph.Sigmoid(z)
			}
		}
		var cost *graph.Node
		if shape.Output == net.Softmax {
			cost = graph.MulScalar(graph.ReduceAllSum(graph.Mul(target, graph.LogSoftmax(a))), -1/float64(batch))
		} else {
			cost = graph.MulScalar(graph.ReduceAllSum(graph.Square(graph.Sub(a, target))), 0.5/float64(batch))
		}
		out := graph.Gradient(cost, params...)
		for i, g := range out {
			out[i] = graph.Sub(params[i], graph.MulScalar(g, eta))
		}
		return out
	})
	return t, err
}

func (t *gomlxTrainer) Run(steps int) {
	for range steps {
		if t.next+t.batch > t.data.Len() {
			t.next = 0
		}
		x, y := t.data.X.Slice(t.next, t.next+t.batch), t.data.T.Slice(t.next, t.next+t.batch)
		t.next += t.batch
		args := make([]any, 0, len(t.params)+2)
		for _, p := range t.params {
			args = append(args, p)
		}
		args = append(args, tensors.FromFlatDataAndDimensions(x.Data, x.Rows, x.Cols), tensors.FromFlatDataAndDimensions(y.Data, y.Rows, y.Cols))
		out, err := t.exec.Exec(args...)
		must(err)
		for _, a := range args {
			a.(*tensors.Tensor).MustFinalizeAll()
		}
		t.params = out
	}
}

func (t *gomlxTrainer) Weights(i int) kernels.Matrix[float32] {
	in := t.shape.Widths[i-1]
	return kernels.Matrix[float32]{Rows: t.shape.Widths[i], Cols: in, Stride: in, Data: tensors.MustCopyFlatData[float32](t.params[2*i-2])}
}

func (t *gomlxTrainer) Biases(i int) []float32 {
	return tensors.MustCopyFlatData[float32](t.params[2*i-1])
}

func (t *gomlxTrainer) Close() { t.exec.Finalize() }
