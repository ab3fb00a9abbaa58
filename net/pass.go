package net

import (
	"slices"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Forward computes z^i and a^i of all layers for the samples in the rows of x,
// and returns a^L, a view into ws. The network is only read. ws keeps a
// reference to x, which Backward, Update and Descend need unchanged.
//
// A sample's result does not depend on the batch it is in. Forward panics if x
// or ws does not fit the network.
func (n *Network[T]) Forward(ws *Workspace[T], x kernels.Matrix[T]) kernels.Matrix[T] {
	n.begin(ws, x)
	L := n.Depth()
	for i := 1; i <= L; i++ {
		if n.bySamples(i) {
			j, work := i, n.work(ws, i)
			for ; j < L && n.bySamples(j+1); j++ {
				work += n.work(ws, j+1)
			}
			n.run(ws, forwardSamples, i, j, ws.batch, work)
			i = j
			continue
		}
		n.run(ws, forwardNeurons, i, i, n.widths[i], n.work(ws, i))
		if n.activation(i).ByRows {
			n.run(ws, softmaxSamples, i, i, ws.batch, softmaxWork*len(ws.a[i].Data))
		}
	}
	return ws.a[L]
}

// Backward computes δ^i of all layers for the batch that Forward has just seen
// and its targets t, one row a sample, and from them the mean gradients ∂C/∂W^i
// and ∂C/∂b^i. They are meaningless where [Network.Cost] finds an output outside
// the domain of the cost. Backward panics if t does not fit.
func (n *Network[T]) Backward(ws *Workspace[T], t kernels.Matrix[T]) { n.Update(ws, t, nil) }

// Update is Backward followed by step, which turns the gradient into a change of
// the parameters. It calls step(lo, hi) for ranges of [Network.Params] and
// [Workspace.Gradient] that together hold every parameter once and no padding,
// when all δ are computed and the gradient in that range is complete. If ws has
// several workers, calls come from several goroutines at the same time.
func (n *Network[T]) Update(ws *Workspace[T], t kernels.Matrix[T], step func(lo, hi int)) {
	n.checkTarget(ws, t)
	ws.needGradient()
	if t.Rows == 0 {
		clear(ws.grad.flat)
		for i := 1; step != nil && i <= n.Depth(); i++ {
			w, b := ws.grad.offsets(i)
			step(w, w+len(ws.grad.w[i].Data))
			step(b, b+n.widths[i])
		}
		return
	}
	ws.task.plain, ws.task.alpha, ws.task.step = false, T(1/float64(t.Rows)), step
	n.pullBack(ws, t)
	if step != nil && n.cfg.FlushBelow {
		n.Flush()
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
	n.checkTarget(ws, t)
	if t.Rows == 0 {
		return
	}
	ws.task.plain, ws.task.alpha = true, T(-eta/float64(t.Rows))
	n.pullBack(ws, t)
	if n.cfg.FlushBelow {
		n.Flush()
	}
}

// pullBack computes δ^L, …, δ^1 and then the gradients or the descent.
func (n *Network[T]) pullBack(ws *Workspace[T], t kernels.Matrix[T]) {
	ws.task.t = t
	ws.needScratch(n)
	L := n.Depth()
	i, work := L, softmaxWork*len(ws.delta[L].Data)
	for i > 1 && n.backBySamples(i-1) && !n.sweeps(ws, i-1) {
		work += n.work(ws, i)
		i--
	}
	n.run(ws, outputSamples, i, L, ws.batch, work)
	for i--; i >= 1; i-- {
		switch {
		case n.sweeps(ws, i):
			n.run(ws, sweepLayer, i, i+1, 1, 0)
		case n.backBySamples(i):
			n.run(ws, deltaSamples, i, i+1, ws.batch, n.work(ws, i+1))
		default:
			n.run(ws, deltaInputs, i, i+1, n.widths[i], n.work(ws, i+1))
		}
	}
	work = 0
	for i := 1; i <= L; i++ {
		work += n.work(ws, i)
	}
	n.run(ws, updateNeurons, 1, L, n.widest, work)
	ws.task.step = nil
}

// forward computes the products of layer i, for samples k to l and neurons lo to
// hi, and their activations unless σ goes by rows.
func (n *Network[T]) forward(ws *Workspace[T], i, k, l, lo, hi int) {
	if k >= l || lo >= hi {
		return
	}
	var views [4]kernels.Matrix[T]
	z, a := block(&views[0], &ws.z[i], k, l, lo, hi), block(&views[1], &ws.a[i], k, l, lo, hi)
	fillRows(z, n.params.b[i][lo:hi])
	addProduct(z, rows(&views[2], &ws.a[i-1], k, l), rows(&views[3], &n.params.w[i], lo, hi))
	if !n.activation(i).ByRows {
		n.activate(i, a, z)
	}
}

// softmax computes the activations of samples k to l of layer i if σ goes by rows.
func (n *Network[T]) softmax(ws *Workspace[T], i, k, l int) {
	if n.activation(i).ByRows && k < l {
		var views [2]kernels.Matrix[T]
		n.activate(i, rows(&views[0], &ws.a[i], k, l), rows(&views[1], &ws.z[i], k, l))
	}
}

// backward computes δ^i of samples k to l and neurons lo to hi, which are all
// neurons if σ goes by rows.
func (n *Network[T]) backward(ws *Workspace[T], i, k, l, lo, hi int) {
	if k >= l || lo >= hi {
		return
	}
	var views [5]kernels.Matrix[T]
	delta, w := block(&views[0], &ws.delta[i], k, l, lo, hi), &n.params.w[i+1]
	setProduct(delta, rows(&views[1], &ws.delta[i+1], k, l), block(&views[2], w, 0, w.Rows, lo, hi))
	n.mulPrime(i, delta, block(&views[3], &ws.z[i], k, l, lo, hi), block(&views[4], &ws.a[i], k, l, lo, hi))
}

// inputGradient computes ∂C/∂x of samples k to l.
func (n *Network[T]) inputGradient(ws *Workspace[T], k, l int) {
	if k >= l {
		return
	}
	var views [2]kernels.Matrix[T]
	setProduct(rows(&views[0], &ws.delta[0], k, l), rows(&views[1], &ws.delta[1], k, l), &n.params.w[1])
}

// sweep computes δ^i and updates W^{i+1}.
func (n *Network[T]) sweep(ws *Workspace[T], i int) {
	kernels.GemmUpdate(ws.task.alpha, ws.delta[i+1], ws.a[i], n.params.w[i+1], ws.delta[i])
	n.mulPrime(i, &ws.delta[i], &ws.z[i], &ws.a[i])
}

// update descends with neurons lo to hi of layer i, or computes their gradient
// and takes the step that follows.
func (n *Network[T]) update(ws *Workspace[T], i, lo, hi int) {
	if lo >= hi {
		return
	}
	var views [2]kernels.Matrix[T]
	alpha, delta, a := ws.task.alpha, block(&views[0], &ws.delta[i], 0, ws.batch, lo, hi), &ws.a[i-1]
	if ws.task.plain {
		if i == 1 || !n.sweeps(ws, i-1) {
			addOuter(rows(&views[1], &n.params.w[i], lo, hi), alpha, delta, a)
		}
		addSum(n.params.b[i][lo:hi], alpha, delta, ws.ones, 1)
		return
	}
	setOuter(rows(&views[1], &ws.grad.w[i], lo, hi), alpha, delta, a)
	addSum(ws.grad.b[i][lo:hi], alpha, delta, ws.ones, 0)
	if ws.task.step != nil {
		w, b := ws.grad.offsets(i)
		ws.task.step(w+lo*a.Cols, w+hi*a.Cols)
		ws.task.step(b+lo, b+hi)
	}
}

// sweeps reports whether δ^i is computed in the sweep over W^{i+1} that updates it.
// Workers that share it don't: it would have them write columns of W, and all other
// phases leave every row in the cache of one worker.
func (n *Network[T]) sweeps(ws *Workspace[T], i int) bool {
	if !ws.task.plain || n.activation(i).ByRows || ws.shares(n.work(ws, i+1)) > 1 {
		return false
	}
	switch bytes := len(n.params.w[i+1].Data) * int(unsafe.Sizeof(T(0))); {
	case bytes > sweepVeryFar:
		return ws.batch <= sweepBatchVeryFar
	case bytes > sweepFar:
		return ws.batch <= sweepBatchFar
	default:
		return ws.batch == 1 && bytes > sweepOne
	}
}

// δW and the update are one sweep over W where that saves reading W again. For more
// samples the chains of δW, which are spilled between the blocks of W, are longer than W
// is far. Steps, of the time of those with two sweeps:
//
//	                       batch   1     2     4     6     8     10    16
//	784-512-256-10                 0.97                          1.03
//	1024-1024-1024-1024            0.91  0.77  0.92  0.91  1.02  1.01  1.23
//	2048-2048-2048                       0.90  0.88  0.69  0.85  0.70  0.96
//
// On two cores, one sweep takes 1.5 and 1.4 times as long as two at batch 1 and 2.
const (
	sweepOne     = 1 << 18 // size of W from which it is swept over once for one sample, whose chains need no spilling
	sweepFar     = 1 << 20 // the same for a few
	sweepVeryFar = 1 << 23 // the same for more

	sweepBatchFar     = 6
	sweepBatchVeryFar = 16
)

// backBySamples reports whether δ^i is cut by samples: because W^{i+1} is, or
// because all of a sample's δ^i depend on each other.
func (n *Network[T]) backBySamples(i int) bool {
	return n.bySamples(i+1) || n.activation(i).ByRows
}

// work returns the number of multiply-adds of one product with W^i.
func (n *Network[T]) work(ws *Workspace[T], i int) int { return ws.batch * len(n.params.w[i].Data) }

// softmaxWork is how many multiply-adds take as long as an element of a softmax.
const softmaxWork = 16

// InputGradient returns ∂C/∂x: row k is ∂C_k/∂x_k = (W^1)ᵀ δ^1_k, the sensitivity
// of the cost of sample k to its inputs, a view into ws. It needs the δ of a
// Backward with the same weights.
func (n *Network[T]) InputGradient(ws *Workspace[T]) kernels.Matrix[T] {
	n.checkWorkspace(ws)
	if cap(ws.delta[0].Data) < ws.rows*n.Inputs() {
		ws.delta[0].Data = alignedSlice[T](ws.rows * n.Inputs())
	}
	setRows(&ws.delta[0], ws.delta[1].Rows, n.Inputs())
	n.run(ws, inputSamples, 1, 1, ws.batch, n.work(ws, 1))
	return ws.delta[0]
}

// Predict returns the outputs for the samples in the rows of x in memory of
// their own. It makes a workspace each time; where that matters, use PredictInto.
func (n *Network[T]) Predict(x kernels.Matrix[T]) kernels.Matrix[T] {
	y := kernels.NewMatrix[T](max(x.Rows, 0), n.Outputs())
	n.PredictInto(n.NewWorkspace(min(x.Rows, PredictBatch)), y, x)
	return y
}

// PredictBatch is the number of samples that [Network.Predict] takes at once: enough
// for products at full speed, and few enough for a workspace of moderate size.
const PredictBatch = 256

// PredictInto sets row k of y to the outputs for the sample in row k of x. It takes
// as many samples at once as ws has room for, and allocates nothing. Any number of
// goroutines may predict with one network at the same time, each with a workspace
// of its own. A sample's outputs depend on nothing but the sample. PredictInto panics
// if x, y or ws does not fit the network.
func (n *Network[T]) PredictInto(ws *Workspace[T], y, x kernels.Matrix[T]) {
	switch {
	case x.Cols != n.Inputs() || !x.Valid():
		panic(inputShape)
	case y.Rows != x.Rows || y.Cols != n.Outputs() || !y.Valid():
		panic(outputShape)
	}
	step := max(ws.rows, 1)
	for i := 0; i < x.Rows; i += step {
		a := n.Forward(ws, x.Slice(i, min(i+step, x.Rows)))
		for k := range a.Rows {
			copy(y.Row(i+k), a.Row(k))
		}
	}
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

// begin checks x and ws and makes ws ready for the batch x = a^0.
func (n *Network[T]) begin(ws *Workspace[T], x kernels.Matrix[T]) {
	n.checkWorkspace(ws)
	if x.Cols != n.Inputs() || !x.Valid() {
		panic(inputShape)
	}
	ws.resize(x.Rows)
	ws.a[0] = x
	if ws.pool != nil {
		ws.meter().begin()
	}
}

func (n *Network[T]) checkWorkspace(ws *Workspace[T]) {
	if &ws.widths[0] != &n.widths[0] && !slices.Equal(ws.widths, n.widths) {
		panic(wrongWorkspace)
	}
}

func (n *Network[T]) checkTarget(ws *Workspace[T], t kernels.Matrix[T]) {
	n.checkWorkspace(ws)
	if out := ws.a[n.Depth()]; t.Rows != out.Rows || t.Cols != out.Cols || !t.Valid() {
		panic(targetShape)
	}
}

// The products of a step. A batch of one sample gives the same bits through the
// matrix · vector kernels, which are faster.

// addProduct sets c += a bᵀ.
func addProduct[T kernels.Float](c, a, b *kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.Gemv(1, *b, a.Data[:a.Cols], 1, c.Data[:c.Cols])
	} else {
		kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, *a, *b, 1, *c)
	}
}

// setProduct sets c = a b.
func setProduct[T kernels.Float](c, a, b *kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.GemvT(1, *b, a.Data[:a.Cols], 0, c.Data[:c.Cols])
	} else {
		kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, *a, *b, 0, *c)
	}
}

// addOuter sets c += α aᵀ b, the sum over samples of outer products of rows.
func addOuter[T kernels.Float](c *kernels.Matrix[T], alpha T, a, b *kernels.Matrix[T]) {
	if a.Rows == 1 {
		kernels.Ger(alpha, a.Data[:a.Cols], b.Data[:b.Cols], *c)
	} else {
		kernels.Gemm(kernels.Trans, kernels.NoTrans, alpha, *a, *b, 1, *c)
	}
}

// setOuter sets c = α aᵀ b.
func setOuter[T kernels.Float](c *kernels.Matrix[T], alpha T, a, b *kernels.Matrix[T]) {
	kernels.Gemm(kernels.Trans, kernels.NoTrans, alpha, *a, *b, 0, *c)
}

// addSum sets dst = α Σ_k m_k + β dst for the rows m_k of m, summed from +0 in
// ascending order: the products with ones are exact.
func addSum[T kernels.Float](dst []T, alpha T, m *kernels.Matrix[T], ones []T, beta T) {
	kernels.GemvT(alpha, *m, ones[:m.Rows], beta, dst)
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
// d ← (∂a/∂z)ᵀ d.
func (n *Network[T]) mulPrime(i int, d, z, a *kernels.Matrix[T]) {
	mul := n.σ[i].MulPrime
	if !n.activation(i).ByRows && contiguous(d) {
		mul(d.Data, z.Data, a.Data)
		return
	}
	for k := range d.Rows {
		mul(d.Row(k), z.Row(k), a.Row(k))
	}
}

// contiguous reports whether the rows of m follow each other without gaps.
func contiguous[T kernels.Float](m *kernels.Matrix[T]) bool { return m.Stride == m.Cols || m.Rows == 1 }

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
