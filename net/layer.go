package net

import "github.com/nabla-go/nabla/kernels"

// This file is the mathematics of one layer, in the order of the package's
// documentation. Each function computes a part of what a pass needs: for samples k to
// l and neurons lo to hi. What it reads is complete when it is called, and no two
// parts write the same element.
//
// Steps of small networks are so short that copies of a Matrix count, so views are
// made in place.

// forward computes z^i = a^{i-1} (W^i)ᵀ + b^i and, unless the layer goes by rows, a^i = σ(z^i).
func (n *Network[T]) forward(ws *Workspace[T], i, k, l, lo, hi int) {
	if k >= l || lo >= hi {
		return
	}
	var views [4]kernels.Matrix[T]
	z, a := block(&views[0], &ws.z[i], k, l, lo, hi), block(&views[1], &ws.a[i], k, l, lo, hi)
	below, w := rows(&views[2], ws.out[i-1], k, l), rows(&views[3], &n.params.w[i], lo, hi)
	fillRows(z, n.params.b[i][lo:hi])
	kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, *below, *w, 1, *z)
	if !n.byRows(i) {
		n.activate(i, a, z)
		if ws.masks.on {
			n.dropOutputs(ws, i, k, l, lo, hi)
		}
	}
}

// byRows reports whether a^i of a neuron depends on what W^i makes of all of them.
func (n *Network[T]) byRows(i int) bool { return n.rowwise[i] }

// forwardRows computes a^i = σ(z^i) of all neurons if the layer goes by rows.
func (n *Network[T]) forwardRows(ws *Workspace[T], i, k, l int) {
	if k >= l || !n.byRows(i) {
		return
	}
	var views [2]kernels.Matrix[T]
	n.normForward(ws, i, k, l)
	n.activate(i, rows(&views[0], &ws.a[i], k, l), rows(&views[1], &ws.z[i], k, l))
	n.dropOutputs(ws, i, k, l, 0, n.widths[i])
}

// backward computes δ^i = (δ^{i+1} W^{i+1}) ⊙ σ'(z^i), of all neurons if the layer goes by rows.
func (n *Network[T]) backward(ws *Workspace[T], i, k, l, lo, hi int) {
	if k >= l || lo >= hi {
		return
	}
	var views [5]kernels.Matrix[T]
	delta, above := block(&views[0], &ws.delta[i], k, l, lo, hi), rows(&views[1], &ws.delta[i+1], k, l)
	w := block(&views[2], &n.params.w[i+1], 0, n.widths[i+1], lo, hi)
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, *above, *w, 0, *delta)
	if ws.masks.on {
		n.dropDelta(ws, i, k, l, lo, hi)
	}
	n.mulPrime(i, delta, block(&views[3], &ws.z[i], k, l, lo, hi), block(&views[4], &ws.a[i], k, l, lo, hi))
	n.normBackward(ws, i, k, l)
}

// backwardDescend is backward for all samples and neurons, and the descent of W^{i+1}
// with all samples.
func (n *Network[T]) backwardDescend(ws *Workspace[T], i int) {
	kernels.GemmUpdate(ws.task.alpha, ws.delta[i+1], *ws.out[i], n.params.w[i+1], ws.delta[i])
	n.dropDelta(ws, i, 0, ws.batch, 0, n.widths[i])
	n.mulPrime(i, &ws.delta[i], &ws.z[i], &ws.a[i])
}

// inputGradient computes ∂C/∂x = δ^1 W^1.
func (n *Network[T]) inputGradient(ws *Workspace[T], k, l int) {
	if k >= l {
		return
	}
	var views [2]kernels.Matrix[T]
	dx, delta := rows(&views[0], &ws.delta[0], k, l), rows(&views[1], &ws.delta[1], k, l)
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, *delta, n.params.w[1], 0, *dx)
	n.dropDelta(ws, 0, k, l, 0, n.Inputs())
}

// descend takes a step of plain gradient descent with all samples, where α = −η/m:
//
//	W^i ← κ W^i + α (δ^i)ᵀ a^{i-1}    b^i ← κ b^i + α Σ_k δ^i_k
//
// where κ is 1 without decay. descendWeights does that for W^i, unless backwardDescend had
// it, and descend for the rest.
func (n *Network[T]) descendWeights(ws *Workspace[T], i, lo, hi int) {
	if lo >= hi || i > 1 && n.descendsBackward(ws, i-1) {
		return
	}
	var views [2]kernels.Matrix[T]
	delta, w := block(&views[0], &ws.delta[i], 0, ws.batch, lo, hi), rows(&views[1], &n.params.w[i], lo, hi)
	if ws.summed(i) {
		scaleSums(ws.task.alpha, ws.grad.w[i].Slice(lo, hi).Data, ws.task.keep, w.Data)
	} else {
		kernels.Gemm(kernels.Trans, kernels.NoTrans, ws.task.alpha, *delta, *ws.out[i-1], ws.task.keep, *w)
	}
	if ws.task.keep != 1 {
		flush(w)
	}
}

func (n *Network[T]) descend(ws *Workspace[T], i, lo, hi int) {
	if lo >= hi {
		return
	}
	var view kernels.Matrix[T]
	delta, b := block(&view, &ws.delta[i], 0, ws.batch, lo, hi), n.params.b[i][lo:hi]
	ws.sumRows(b, ws.sums(i, 1, lo, hi), delta, ws.task.keepBiases)
	if ws.task.keepBiases != 1 {
		kernels.Flush(b)
	}
	n.normGradient(ws, &n.params, i, lo, hi, ws.task.keepBiases)
}

// gradient computes ∂C/∂W^i = α (δ^i)ᵀ a^{i-1} and ∂C/∂b^i = α Σ_k δ^i_k with all samples,
// where α = 1/m, and takes the step that follows. gradientWeights does that for W^i and
// gradient for the rest.
func (n *Network[T]) gradientWeights(ws *Workspace[T], i, lo, hi int) {
	if lo >= hi {
		return
	}
	var views [2]kernels.Matrix[T]
	delta, w := block(&views[0], &ws.delta[i], 0, ws.batch, lo, hi), rows(&views[1], &ws.grad.w[i], lo, hi)
	if ws.summed(i) {
		scaleSums(ws.task.alpha, w.Data, 0, w.Data)
	} else {
		kernels.Gemm(kernels.Trans, kernels.NoTrans, ws.task.alpha, *delta, *ws.out[i-1], 0, *w)
	}
	if step := ws.task.step; step != nil {
		at, in := ws.grad.offset(ws.grad.w[i].Data), n.widths[i-1]
		step(at+lo*in, at+hi*in)
	}
}

func (n *Network[T]) gradient(ws *Workspace[T], i, lo, hi int) {
	if lo >= hi {
		return
	}
	var view kernels.Matrix[T]
	delta := block(&view, &ws.delta[i], 0, ws.batch, lo, hi)
	ws.sumRows(ws.grad.b[i][lo:hi], ws.sums(i, 1, lo, hi), delta, 0)
	n.normGradient(ws, &ws.grad, i, lo, hi, 0)
	if step := ws.task.step; step != nil {
		tensors := ws.grad.tensors(i)
		for _, tensor := range tensors[1:] {
			if tensor != nil {
				at := ws.grad.offset(tensor)
				step(at+lo, at+hi)
			}
		}
	}
}

// activate sets a = σ(z) for layer i.
func (n *Network[T]) activate(i int, a, z *kernels.Matrix[T]) {
	apply := n.σ[i].Apply
	if !n.activation(i).ByRows && contiguous(a) {
		apply(a.Data, z.Data)
		return
	}
	for k := range a.Rows {
		apply(a.Row(k), z.Row(k))
	}
}

// mulPrime turns d = ∂C/∂a of layer i into ∂C/∂z: d ← d ⊙ σ'(z), or by rows
// d ← (∂a/∂z)ᵀ d. Small δ become 0, so that products with them are not subnormal.
func (n *Network[T]) mulPrime(i int, d, z, a *kernels.Matrix[T]) {
	σ, mul := n.activation(i), n.σ[i].MulPrime
	if !σ.ByRows && contiguous(d) {
		mul(d.Data, z.Data, a.Data)
	} else {
		for k := range d.Rows {
			mul(d.Row(k), z.Row(k), a.Row(k))
		}
	}
	if !σ.flushes {
		flush(d)
	}
}

// flush is [kernels.Flush] of a matrix.
func flush[T kernels.Float](m *kernels.Matrix[T]) {
	if contiguous(m) {
		kernels.Flush(m.Data)
		return
	}
	for k := range m.Rows {
		kernels.Flush(m.Row(k))
	}
}

// addRows sets dst = α Σ_k m_k + β dst for the rows m_k of m, summed from +0 in
// ascending order: the products with ones are exact.
func addRows[T kernels.Float](dst []T, alpha T, m *kernels.Matrix[T], ones []T, beta T) {
	kernels.GemvT(alpha, *m, ones[:m.Rows], beta, dst)
}

// fillRows sets every row of m to row.
func fillRows[T kernels.Float](m *kernels.Matrix[T], row []T) {
	if !contiguous(m) {
		for k := range m.Rows {
			copy(m.Row(k), row)
		}
		return
	}
	for done := copy(m.Data, row); done < len(m.Data); done *= 2 {
		copy(m.Data[done:], m.Data[:done])
	}
}

// contiguous reports whether the rows of m follow each other without gaps.
func contiguous[T kernels.Float](m *kernels.Matrix[T]) bool { return m.Stride == m.Cols || m.Rows == 1 }

// block returns rows k to l and columns lo to hi of m: m itself, or a view made in v.
func block[T kernels.Float](v, m *kernels.Matrix[T], k, l, lo, hi int) *kernels.Matrix[T] {
	if k == 0 && l == m.Rows && lo == 0 && hi == m.Cols {
		return m
	}
	v.Rows, v.Cols, v.Stride = l-k, hi-lo, m.Stride
	if k < l && lo < hi {
		v.Data = m.Data[k*m.Stride+lo : (l-1)*m.Stride+hi]
	}
	return v
}

// rows returns rows k to l of m, as block does.
func rows[T kernels.Float](v, m *kernels.Matrix[T], k, l int) *kernels.Matrix[T] {
	return block(v, m, k, l, 0, m.Cols)
}
