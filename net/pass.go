package net

import (
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// Forward computes z^i and a^i of all layers for the samples in the rows of x,
// and returns a^L, a view into ws. The network is only read. ws keeps a
// reference to x, which Backward and Descend need unchanged.
//
// A sample's result does not depend on the batch it is in. Forward panics if x
// or ws does not fit the network.
func (n *Network[T]) Forward(ws *Workspace[T], x kernels.Matrix[T]) kernels.Matrix[T] {
	n.begin(ws, x)
	for i := 1; i <= n.Depth(); i++ {
		w, b, z := n.Weights(i), n.Biases(i), ws.z[i]
		for k := range z.Rows {
			copy(z.Row(k), b)
		}
		addProduct(z, ws.a[i-1], w)
		activate(n.Layer(i).Activation, ws.a[i], z)
	}
	return ws.a[n.Depth()]
}

// Backward computes δ^i of all layers for the batch that Forward has just seen
// and its targets t, one row a sample, and from them the mean gradients ∂C/∂W^i
// and ∂C/∂b^i. They are meaningless where [Network.Cost] finds an output outside
// the domain of the cost. Backward panics if t does not fit.
func (n *Network[T]) Backward(ws *Workspace[T], t kernels.Matrix[T]) {
	n.sensitivities(ws, t)
	ws.needGradient()
	if t.Rows == 0 {
		clear(ws.grad.flat)
		return
	}
	mean := T(1 / float64(t.Rows))
	for i := 1; i <= n.Depth(); i++ {
		setOuter(ws.grad.w[i], mean, ws.delta[i], ws.a[i-1])
		sumRows(ws.grad.b[i], ws.delta[i])
		kernels.Scal(mean, ws.grad.b[i])
	}
}

// Descend takes one step of plain gradient descent for the batch that Forward
// has just seen and its targets t:
//
//	W^i ← fma(−η/m, Σ_k δ^i_k (a^{i-1}_k)ᵀ, W^i)    b^i ← fma(−η/m, Σ_k δ^i_k, b^i)
//
// over the m samples, all δ being computed with the old weights. The gradient
// is not stored. An empty batch changes nothing. Descend panics if t does not fit.
func (n *Network[T]) Descend(ws *Workspace[T], t kernels.Matrix[T], eta float64) {
	n.sensitivities(ws, t)
	if t.Rows == 0 {
		return
	}
	alpha := T(-eta / float64(t.Rows))
	for i := 1; i <= n.Depth(); i++ {
		addOuter(n.Weights(i), alpha, ws.delta[i], ws.a[i-1])
		sum := ws.sum[:n.widths[i]]
		sumRows(sum, ws.delta[i])
		kernels.Axpy(alpha, sum, n.Biases(i))
	}
	if n.cfg.FlushBelow {
		n.Flush()
	}
}

// InputGradient returns ∂C/∂x: row k is ∂C_k/∂x_k = (W^1)ᵀ δ^1_k, the sensitivity
// of the cost of sample k to its inputs, a view into ws. It needs the δ of a
// Backward with the same weights.
func (n *Network[T]) InputGradient(ws *Workspace[T]) kernels.Matrix[T] {
	n.checkWorkspace(ws)
	if cap(ws.delta[0].Data) < ws.rows*n.Inputs() {
		ws.delta[0].Data = alignedSlice[T](ws.rows * n.Inputs())
	}
	setRows(&ws.delta[0], ws.delta[1].Rows, n.Inputs())
	setProduct(ws.delta[0], ws.delta[1], n.Weights(1))
	return ws.delta[0]
}

// Predict returns the outputs for the samples in the rows of x in memory of
// their own. Where that matters, use Forward with a workspace.
func (n *Network[T]) Predict(x kernels.Matrix[T]) kernels.Matrix[T] {
	return n.Forward(n.NewWorkspace(x.Rows), x)
}

// Flush sets parameters of magnitude below 2⁻¹⁰⁰, and −0, to +0. NaN stays.
func (n *Network[T]) Flush() {
	const tiny = 0x1p-100
	for k, w := range n.params.flat {
		if -tiny < w && w < tiny {
			n.params.flat[k] = 0
		}
	}
}

// sensitivities computes δ^L, …, δ^1.
func (n *Network[T]) sensitivities(ws *Workspace[T], t kernels.Matrix[T]) {
	n.checkTarget(ws, t)
	n.outputDelta(ws, t)
	for i := n.Depth() - 1; i >= 1; i-- {
		setProduct(ws.delta[i], ws.delta[i+1], n.Weights(i+1))
		mulPrime(n.Layer(i).Activation, ws.delta[i], ws.z[i], ws.a[i])
	}
}

// begin checks x and ws and makes ws ready for the batch x = a^0.
func (n *Network[T]) begin(ws *Workspace[T], x kernels.Matrix[T]) {
	n.checkWorkspace(ws)
	if x.Cols != n.Inputs() || !fits(x) {
		panic(inputShape)
	}
	ws.resize(x.Rows)
	ws.a[0] = x
}

func (n *Network[T]) checkWorkspace(ws *Workspace[T]) {
	if !slices.Equal(ws.widths, n.widths) {
		panic(wrongWorkspace)
	}
}

func (n *Network[T]) checkTarget(ws *Workspace[T], t kernels.Matrix[T]) {
	n.checkWorkspace(ws)
	if out := ws.a[n.Depth()]; t.Rows != out.Rows || t.Cols != out.Cols || !fits(t) {
		panic(targetShape)
	}
}

// fits reports whether a matrix with Cols > 0 describes elements that its Data holds.
func fits[T kernels.Float](m kernels.Matrix[T]) bool {
	return m.Rows == 0 || m.Rows > 0 && m.Stride >= m.Cols && len(m.Data) >= m.Cols && (len(m.Data)-m.Cols)/m.Stride >= m.Rows-1
}

// The products of a step. A batch of one sample gives the same bits through the
// matrix · vector kernels, which are faster.

// addProduct sets c += a bᵀ.
func addProduct[T kernels.Float](c, a, b kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.Gemv(1, b, a.Row(0), 1, c.Row(0))
	} else {
		kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, a, b, 1, c)
	}
}

// setProduct sets c = a b.
func setProduct[T kernels.Float](c, a, b kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.GemvT(1, b, a.Row(0), 0, c.Row(0))
	} else {
		kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, a, b, 0, c)
	}
}

// addOuter sets c += α aᵀ b, the sum over samples of outer products of rows.
func addOuter[T kernels.Float](c kernels.Matrix[T], alpha T, a, b kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.Ger(alpha, a.Row(0), b.Row(0), c)
	} else {
		kernels.Gemm(kernels.Trans, kernels.NoTrans, alpha, a, b, 1, c)
	}
}

// setOuter sets c = α aᵀ b.
func setOuter[T kernels.Float](c kernels.Matrix[T], alpha T, a, b kernels.Matrix[T]) {
	kernels.Gemm(kernels.Trans, kernels.NoTrans, alpha, a, b, 0, c)
}

// sumRows sets dst to the sum of the rows of m, from +0 in ascending order.
func sumRows[T kernels.Float](dst []T, m kernels.Matrix[T]) {
	clear(dst)
	for k := range m.Rows {
		kernels.Add(dst, dst, m.Row(k))
	}
}
