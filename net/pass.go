package net

import (
	"slices"

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
	return n.pushForward(ws)
}

// ForwardTraining is Forward with the dropout that the network's [Config] asks for. Which
// neurons are off is a function of seed, step, layer, the sample's row in x and the
// neuron; the passes back that follow take the same.
func (n *Network[T]) ForwardTraining(ws *Workspace[T], x kernels.Matrix[T], seed, step uint64) kernels.Matrix[T] {
	n.begin(ws, x)
	n.beginDropout(ws, seed, step)
	return n.pushForward(ws)
}

// pushForward computes all layers from ws.out[0].
func (n *Network[T]) pushForward(ws *Workspace[T]) kernels.Matrix[T] {
	L := n.Depth()
	for i := 1; i <= L; i++ {
		if n.bySamples(i) {
			j, work := i, n.work(ws, i)
			for ; j < L && n.bySamples(j+1); j++ {
				work += n.work(ws, j+1)
			}
			n.run(ws, forwardSamples, i, j, ws.hi-ws.lo, work)
			i = j
			continue
		}
		n.run(ws, forwardNeurons, i, i, n.widths[i], n.work(ws, i))
		if n.byRows(i) {
			n.run(ws, rowsSamples, i, i, ws.hi-ws.lo, outputWork*int64(ws.hi-ws.lo)*int64(n.widths[i]))
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
			for _, tensor := range ws.grad.tensors(i) {
				if tensor != nil {
					at := ws.grad.offset(tensor)
					step(at, at+len(tensor))
				}
			}
		}
		return
	}
	ws.task.plain, ws.task.alpha, ws.task.step = false, T(1/float64(t.Rows)), step
	n.pullBack(ws, t)
}

// Descend takes one step of plain gradient descent for the batch that Forward
// has just seen and its targets t:
//
//	W^i ← fma(−η/m, Σ_k δ^i_k (a^{i-1}_k)ᵀ, W^i)    b^i ← fma(−η/m, Σ_k δ^i_k, b^i)
//
// over the m samples, all δ being computed with the old weights. The gradient
// is not stored. An empty batch changes nothing. Descend panics if t does not fit.
func (n *Network[T]) Descend(ws *Workspace[T], t kernels.Matrix[T], eta float64) {
	n.DescendDecay(ws, t, eta, 0, false)
}

// DescendDecay is Descend of a cost that has the penalty ½λ Σ w² added to it, over all
// weights and, if biases is true, all biases. Such parameters lose the share ηλ:
//
//	W^i ← fma(−η/m, Σ_k δ^i_k (a^{i-1}_k)ᵀ, (1 − ηλ) W^i)
//
// with 1 − ηλ computed in float64 and rounded once, and its product rounded. If ηλ ≠ 0,
// [kernels.Flush] follows, so that parameters decay to 0 and not to subnormal numbers.
func (n *Network[T]) DescendDecay(ws *Workspace[T], t kernels.Matrix[T], eta, lambda float64, biases bool) {
	n.checkTarget(ws, t)
	if t.Rows == 0 {
		return
	}
	ws.task.plain, ws.task.alpha = true, T(-eta/float64(t.Rows))
	ws.task.keep, ws.task.keepBiases = T(1-float64(eta*lambda)), 1
	if biases {
		ws.task.keepBiases = ws.task.keep
	}
	n.pullBack(ws, t)
}

// pullBack computes δ^L, …, δ^1, unless they stand, and then the gradients or the descent.
func (n *Network[T]) pullBack(ws *Workspace[T], t kernels.Matrix[T]) {
	if !ws.pulled {
		ws.task.t = t
		ws.needScratch(n)
		n.pullDeltas(ws)
	}
	work := int64(0)
	for i := 1; i <= n.Depth(); i++ {
		work += int64(ws.batch) * int64(len(n.params.w[i].Data))
	}
	n.run(ws, updateNeurons, 1, n.Depth(), n.widest, work)
	ws.task.step = nil
}

// pullDeltas computes δ^L, …, δ^1 for the targets of the task.
func (n *Network[T]) pullDeltas(ws *Workspace[T]) {
	L, samples := n.Depth(), ws.hi-ws.lo
	i, work := L, outputWork*int64(samples)*int64(n.widths[L])
	for i > 1 && n.backBySamples(i-1) && !n.descendsBackward(ws, i-1) {
		work += n.work(ws, i)
		i--
	}
	n.run(ws, outputSamples, i, L, samples, work) // δ^L … δ^i
	for i--; i >= 1; i-- {
		switch {
		case n.descendsBackward(ws, i):
			n.run(ws, backwardDescend, i, i+1, 1, n.work(ws, i+1))
		case n.backBySamples(i):
			n.run(ws, deltaSamples, i, i+1, samples, n.work(ws, i+1))
		default:
			n.run(ws, deltaInputs, i, i+1, n.widths[i], n.work(ws, i+1))
		}
	}
}

// descendsBackward reports whether δ^i is computed together with the descent of
// W^{i+1}, which may save reading W^{i+1} once more. Several workers don't do that:
// they would write columns of W, and in all other phases each of them has rows of
// its own in its caches. Nor does a descent with decay, which the kernel doesn't have.
func (n *Network[T]) descendsBackward(ws *Workspace[T], i int) bool {
	return ws.task.plain && ws.task.keep == 1 && !ws.pulled && ws.own == nil && !n.byRows(i) && ws.pool.Alone(n.work(ws, i+1))
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
	n.run(ws, inputSamples, 0, 0, ws.hi-ws.lo, n.work(ws, 1))
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

// begin checks x and ws and makes ws ready for the batch x = a^0.
func (n *Network[T]) begin(ws *Workspace[T], x kernels.Matrix[T]) {
	n.checkWorkspace(ws)
	if x.Cols != n.Inputs() || !x.Valid() {
		panic(inputShape)
	}
	ws.resize(x.Rows)
	ws.a[0], ws.weights, ws.masks.on = x, nil, false
	for i := range ws.out {
		ws.out[i] = &ws.a[i]
	}
	ws.setPart()
	ws.pool.Begin(x.Rows)
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
