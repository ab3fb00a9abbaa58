package net

import (
	"slices"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// This file cuts passes into shares for workers.
//
// A pass is a sequence of phases. Each is cut into one share for every worker of
// the workspace's pool, by what it writes: neurons of a layer, inputs of a layer
// or samples. No sum is ever cut, so the bits are those of one worker.
//
// A worker has the same rows of every W in every forward pass and every update,
// so that they stay in its cache. Layers with few weights are cut by samples
// instead, several of them in one phase: there the weights are cheap to share.

// A phase is a part of a pass that begins when all of the part before is done.
type phase uint8

const (
	forwardNeurons  phase = iota // z^i and a^i of layer i, unless σ goes by rows: then only z^i
	forwardSamples               // z^i … z^j and a^i … a^j
	rowsSamples                  // a^i, if σ goes by rows
	costSamples                  // the cost
	outputSamples                // δ^L, and then δ^{j−1} … δ^i
	deltaSamples                 // δ^{j−1} … δ^i
	deltaInputs                  // δ^i
	backwardDescend              // δ^i, and the descent of W^{i+1}, in one share
	updateNeurons                // W and b of all layers, except W that backwardDescend had
	sumNeurons                   // sums of AddSums
	inputSamples                 // ∂C/∂x
	dropInputs                   // inputs with dropout
)

// A task is a phase with its arguments.
type task[T kernels.Float] struct {
	phase  phase
	i, j   int // layers
	grain  int // what a cut of samples is a multiple of
	net    *Network[T]
	t      kernels.Matrix[T]
	alpha  T                // −η/m, or 1/m if the gradient is stored
	lo, hi int              // elements of the gradient, of AddSums
	step   func(lo, hi int) // what follows once the gradient of parameters lo … hi is stored
	plain  bool             // W is updated and no gradient stored
	// What remains of W and b in such an update, 1 without decay.
	keep, keepBiases T
}

// run runs a phase for layers i and j. It cuts total neurons, inputs or samples and
// takes about work multiply-adds.
func (n *Network[T]) run(ws *Workspace[T], p phase, i, j, total int, work int64) {
	ws.task.phase, ws.task.i, ws.task.j, ws.task.net = p, i, j, n
	g := grain
	switch p {
	case forwardSamples, rowsSamples, costSamples, outputSamples, deltaSamples, inputSamples:
		g = n.sampleGrain(i, j)
	}
	ws.task.grain = g
	ws.pool.Share(grains(total, g), work, ws.do)
}

// How much longer than a multiply-add an element takes.
const (
	outputWork = 16  // of a softmax or of δ^L
	costWork   = 256 // of the cost
)

// work returns the number of multiply-adds of one product of the samples with W^i.
func (n *Network[T]) work(ws *Workspace[T], i int) int64 {
	return int64(ws.hi-ws.lo) * int64(len(n.params.w[i].Data))
}

// share does one of the shares of the workspace's task.
func (n *Network[T]) share(ws *Workspace[T], share, shares int) {
	i, j := ws.task.i, ws.task.j
	switch ws.task.phase {
	case forwardNeurons:
		lo, hi := cut(n.widths[i], grain, share, shares)
		n.forward(ws, i, ws.lo, ws.hi, lo, hi)
	case forwardSamples:
		lo, hi := ws.share(share, shares)
		for ; i <= j; i++ {
			n.forward(ws, i, lo, hi, 0, n.widths[i])
			n.forwardRows(ws, i, lo, hi)
		}
	case rowsSamples:
		lo, hi := ws.share(share, shares)
		n.forwardRows(ws, i, lo, hi)
	case costSamples:
		lo, hi := ws.share(share, shares)
		n.weightedCosts(ws, &ws.task.t, lo, hi)
	case outputSamples, deltaSamples:
		lo, hi := ws.share(share, shares)
		if ws.task.phase == outputSamples {
			n.weightedOutputDelta(ws, &ws.task.t, lo, hi)
		}
		for j--; j >= i; j-- {
			n.backward(ws, j, lo, hi, 0, n.widths[j])
		}
	case deltaInputs:
		lo, hi := cut(n.widths[i], grain, share, shares)
		n.backward(ws, i, ws.lo, ws.hi, lo, hi)
	case backwardDescend:
		n.backwardDescend(ws, i)
	case updateNeurons:
		for i := 1; i <= n.Depth(); i++ {
			lo, hi := cut(n.widths[i], grain, share, shares)
			first, last := n.ownRows(ws, i, share, shares)
			if ws.task.plain {
				n.descendWeights(ws, i, first, last)
				n.descend(ws, i, lo, hi)
			} else {
				n.gradientWeights(ws, i, first, last)
				n.gradient(ws, i, lo, hi)
			}
		}
	case sumNeurons:
		n.addSums(ws, share, shares)
	case inputSamples:
		lo, hi := ws.share(share, shares)
		n.inputGradient(ws, lo, hi)
	case dropInputs: // of all samples, because the gradients need them
		lo, hi := cut(ws.batch, grain, share, shares)
		n.dropOutputs(ws, 0, lo, hi, 0, n.Inputs())
	}
}

// grain is what a cut is a multiple of: no two workers write into one cache line
// of a row that begins on one.
const grain = 16

// longRow is the number of elements from which rows share few of their cache lines.
const longRow = 16 * grain

// sampleGrain returns the grain of samples whose rows in layers i to j are written: one if
// they are long.
func (n *Network[T]) sampleGrain(i, j int) int {
	if slices.Min(n.widths[i:j+1]) >= longRow {
		return 1
	}
	return grain
}

func grains(total, grain int) int { return (total + grain - 1) / grain }

// cut returns one share of total neurons, inputs or samples.
func cut(total, grain, share, shares int) (lo, hi int) {
	if shares == 1 {
		return 0, total
	}
	g := grains(total, grain)
	shares = min(shares, g)
	if share >= shares {
		return 0, 0
	}
	return g * share / shares * grain, min(g*(share+1)/shares*grain, total)
}

// fewWeights is the size in bytes up to which the weights of a layer are cheap
// enough to share.
const fewWeights = 1 << 16

// bySamples reports whether layer i is cut by samples.
func (n *Network[T]) bySamples(i int) bool {
	return len(n.params.w[i].Data)*int(unsafe.Sizeof(T(0))) <= fewWeights
}

// backBySamples reports whether δ^i is cut by samples: because W^{i+1} is, or
// because all of a sample's δ^i depend on each other.
func (n *Network[T]) backBySamples(i int) bool {
	return n.bySamples(i+1) || n.byRows(i)
}
