package net

import "github.com/nabla-go/nabla/kernels"

// This file divides a batch among several workspaces, which may be those of several
// processes. Each computes a part of the samples up to their δ; what that leaves, the costs
// and the factors a^{i-1} and δ^i of the gradients, is copied from one to the other; and then
// each has what it takes for the sums over all samples, in their order.

// SetPart makes the passes over the batches that follow compute samples lo to hi of a batch
// only, those that cut returns for its number of samples; nil, as at first, stands for all.
// Rows of other samples are left as they are. After [Network.Pull], and once the rows of
// [Workspace.AppendFactors] and the elements of [Workspace.Costs] that others have computed
// are copied into place, Cost, Backward, Update and Descend have the bits that they have
// without parts. Targets and weights are those of the whole batch.
func (ws *Workspace[T]) SetPart(cut func(samples int) (lo, hi int)) { ws.cut = cut }

// SetRows makes Backward, Update and Descend compute, and change, rows lo to hi of W^i only,
// those that own returns for layer i; nil, as at first, stands for all. Biases, γ and β are
// computed whole in any case.
func (ws *Workspace[T]) SetRows(own func(layer int) (lo, hi int)) { ws.own = own }

// ownRows returns one share of the rows of W^i that are computed.
func (n *Network[T]) ownRows(ws *Workspace[T], i, share, shares int) (lo, hi int) {
	if ws.own == nil {
		return cut(n.widths[i], grain, share, shares)
	}
	first, last := ws.own(i)
	lo, hi = cut(last-first, grain, share, shares)
	return first + lo, first + hi
}

// setPart sets the part of a new batch.
func (ws *Workspace[T]) setPart() {
	ws.lo, ws.hi, ws.pulled = 0, ws.batch, false
	if ws.cut != nil {
		ws.lo, ws.hi = ws.cut(ws.batch)
	}
}

// share returns one share of the samples that passes compute.
func (ws *Workspace[T]) share(share, shares int) (lo, hi int) {
	lo, hi = cut(ws.hi-ws.lo, ws.task.grain, share, shares)
	return ws.lo + lo, ws.lo + hi
}

// Pull computes the costs and all δ of the batch that Forward has just seen, given its
// targets t, so that Cost, Backward, Update and Descend add up and do nothing else. It is
// for workspaces with a part, see [Workspace.SetPart]. Pull panics if t does not fit.
func (n *Network[T]) Pull(ws *Workspace[T], t kernels.Matrix[T]) {
	n.checkTarget(ws, t)
	ws.task.t = t
	ws.needScratch(n)
	if samples := ws.hi - ws.lo; samples > 0 {
		n.run(ws, costSamples, n.Depth(), n.Depth(), samples, costWork*int64(samples)*int64(t.Cols))
		ws.task.plain = false
		n.pullDeltas(ws)
	}
	ws.pulled = true
}

// Costs returns the cost of each sample of the last batch, with its weight, in the
// workspace's memory. [Network.Cost] or [Network.Pull] computes them.
func (ws *Workspace[T]) Costs() []float64 { return ws.costs[:ws.batch] }

// AppendFactors appends to dst what the gradients are made of: with a row for each sample,
// what hidden layers hand on, all δ, and what layer normalisation adds; nothing of layers
// whose sums are given, see [Workspace.SetSums]. They are views, whose rows follow each other
// without gaps.
func (ws *Workspace[T]) AppendFactors(dst []kernels.Matrix[T]) []kernels.Matrix[T] {
	for i := 1; i < len(ws.widths); i++ {
		if i+1 < len(ws.widths) && !ws.summed(i+1) {
			dst = append(dst, *ws.out[i])
		}
		if ws.summed(i) {
			continue
		}
		dst = append(dst, ws.delta[i])
		if ws.layers[i-1].LayerNorm {
			dst = append(dst, ws.norm[i].u, ws.norm[i].z)
		}
	}
	return dst
}
