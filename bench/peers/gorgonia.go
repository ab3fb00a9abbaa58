package main

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A gorgoniaTrainer is a graph of Gorgonia, run by its tape machine. Weights stand
// in × out there, so that no product needs a transposed copy.
type gorgoniaTrainer struct {
	shape       bench.Net
	x, t        *G.Node
	w, b        []*G.Node
	vm          G.VM
	solver      G.Solver
	data        *train.Data[float32]
	batch, next int
}

func newGorgonia(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) (trainer, error) {
	t := &gorgoniaTrainer{shape: shape, data: d, batch: batch}
	g := G.NewGraph()
	matrix := func(name string, rows, cols int, data []float32) *G.Node {
		return G.NewMatrix(g, G.Float32, G.WithShape(rows, cols), G.WithName(name),
			G.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))))
	}
	constant := func(rows, cols int, x float32) *G.Node {
		data := make([]float32, rows*cols)
		for i := range data {
			data[i] = x
		}
		return G.NewConstant(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data)))
	}
	t.x = G.NewMatrix(g, G.Float32, G.WithShape(batch, n.Inputs()), G.WithName("x"))
	t.t = G.NewMatrix(g, G.Float32, G.WithShape(batch, n.Outputs()), G.WithName("t"))
	ones := constant(batch, 1, 1)
	a := t.x
	for i := 1; i <= n.Depth(); i++ {
		w := n.Weights(i)
		wt := make([]float32, w.Rows*w.Cols)
		for j := range w.Rows {
			for k, v := range w.Row(j) {
				wt[k*w.Rows+j] = v
			}
		}
		t.w = append(t.w, matrix(fmt.Sprintf("w%d", i), w.Cols, w.Rows, wt))
		t.b = append(t.b, matrix(fmt.Sprintf("b%d", i), 1, w.Rows, append([]float32(nil), n.Biases(i)...)))
		z := G.Must(G.Add(G.Must(G.Mul(a, t.w[i-1])), G.Must(G.Mul(ones, t.b[i-1]))))
		switch {
		case i == n.Depth() && shape.Output == net.Softmax:
			a = z
		case i < n.Depth() && shape.Activation == net.ReLU:
			a = G.Must(G.Rectify(z))
		default:
			a = G.Must(G.Sigmoid(z))
		}
	}
	var sum *G.Node
	share := float32(1) / float32(batch)
	if shape.Output == net.Softmax {
		// Σ ln Σ_j e^{z_j} − Σ t⊙z: nobody's logits are large here.
		lse := G.Must(G.Log(G.Must(G.Sum(G.Must(G.Exp(a)), 1))))
		sum = G.Must(G.Sub(G.Must(G.Sum(lse)), G.Must(G.Sum(G.Must(G.HadamardProd(t.t, a))))))
	} else {
		sum = G.Must(G.Sum(G.Must(G.Square(G.Must(G.Sub(a, t.t))))))
		share /= 2
	}
	cost := G.Must(G.Mul(sum, G.NewConstant(share)))
	learnables := append(append(G.Nodes{}, t.w...), t.b...)
	if _, err := G.Grad(cost, learnables...); err != nil {
		return nil, err
	}
	t.vm = G.NewTapeMachine(g, G.BindDualValues(learnables...))
	t.solver = G.NewVanillaSolver(G.WithLearnRate(float64(eta)))
	return t, nil
}

func (t *gorgoniaTrainer) Run(steps int) {
	for range steps {
		if t.next+t.batch > t.data.Len() {
			t.next = 0
		}
		x, y := t.data.X.Slice(t.next, t.next+t.batch), t.data.T.Slice(t.next, t.next+t.batch)
		t.next += t.batch
		must(G.Let(t.x, tensor.New(tensor.WithShape(x.Rows, x.Cols), tensor.WithBacking(x.Data))))
		must(G.Let(t.t, tensor.New(tensor.WithShape(y.Rows, y.Cols), tensor.WithBacking(y.Data))))
		must(t.vm.RunAll())
		must(t.solver.Step(G.NodesToValueGrads(append(append(G.Nodes{}, t.w...), t.b...))))
		t.vm.Reset()
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (t *gorgoniaTrainer) Weights(i int) kernels.Matrix[float32] {
	wt := t.w[i-1].Value().Data().([]float32)
	w := kernels.NewMatrix[float32](t.shape.Widths[i], t.shape.Widths[i-1])
	for j := range w.Rows {
		for k := range w.Cols {
			w.Row(j)[k] = wt[k*w.Rows+j]
		}
	}
	return w
}

func (t *gorgoniaTrainer) Biases(i int) []float32 { return t.b[i-1].Value().Data().([]float32) }
func (t *gorgoniaTrainer) Close()                 { t.vm.Close() }
