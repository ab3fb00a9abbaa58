package net

import (
	"math/bits"
	"time"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

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
	forwardNeurons phase = iota // z^i and a^i of layer i, unless σ goes by rows: then only z^i
	forwardSamples              // z^i … z^j and a^i … a^j
	softmaxSamples              // a^i, if σ goes by rows
	costSamples                 // the cost
	outputSamples               // δ^L, and then δ^{j−1} … δ^i
	deltaSamples                // δ^{j−1} … δ^i
	deltaInputs                 // δ^i
	sweepLayer                  // δ^i, and the update of W^{i+1}, in one share
	updateNeurons               // W and b of all layers, but for W that sweepLayer has had
	inputSamples                // ∂C/∂x
	gatherSamples               // what Gather copies
)

// A task is a phase with its arguments.
type task[T kernels.Float] struct {
	phase phase
	i, j  int // layers
	size  int // shares
	net   *Network[T]
	t     kernels.Matrix[T]
	alpha T                // −η/m, or 1/m if the gradient is stored
	step  func(lo, hi int) // what follows once the gradient of parameters lo … hi is stored
	plain bool             // W is updated and no gradient stored
	do    func(lo, hi int) // of Gather
	count int              // of Gather
}

// worthSharing is the number of multiply-adds for which it is worth to take one
// worker more: below it, handing out a share and moving what is written from core
// to core takes longer than the other core saves. Measured on two cores: 3.2 µs of
// work without memory take 2.1 µs, 32 µs take 16.7; the step of 784-30-10, whose
// phases begin to be shared at batch 6, takes 0.67 of the time at batch 10.
const worthSharing = 1 << 16

// worthWaking is the number of multiply-adds from which a phase is so long that it is
// shared even if the others have to be woken for it.
const worthWaking = 1 << 25

// insist makes all phases shared, however small, so that tests know what is shared.
var insist bool

// run runs a phase for layers i and j. It cuts total neurons, inputs or samples and
// takes about work multiply-adds.
func (n *Network[T]) run(ws *Workspace[T], p phase, i, j, total, work int) {
	ws.task.phase, ws.task.i, ws.task.j, ws.task.net = p, i, j, n
	ws.task.size = min(ws.shares(work), grains(total))
	m := ws.meter()
	var start time.Time
	if m.timed {
		start = time.Now()
	}
	if !ws.pool.Run(ws.task.size, work >= worthWaking || insist, ws.do) {
		n.share(ws, 0, 1)
	}
	if m.timed {
		m.add(time.Since(start))
	}
}

// meter returns the meter of steps with batches like the present one.
func (ws *Workspace[T]) meter() *meter { return &ws.meters[bits.Len(uint(ws.batch))] }

// shares returns how many workers are worth their while for so many multiply-adds.
func (ws *Workspace[T]) shares(work int) int {
	switch {
	case insist:
		return ws.pool.Size()
	case ws.meter().alone && work < worthWaking:
		return 1
	}
	return min(ws.pool.Size(), work/worthSharing)
}

// Gather calls do(lo, hi) for ranges that together are 0 … count, each once, if that
// pays at the same time on all of the workspace's workers. do is to copy samples
// of a batch, of so many elements each, from wherever they are.
func (n *Network[T]) Gather(ws *Workspace[T], count, elements int, do func(lo, hi int)) {
	ws.task.do, ws.task.count = do, count
	n.run(ws, gatherSamples, 1, 1, count*grain, copyWork*count*elements)
}

// copyWork is how many multiply-adds take as long as to copy an element from memory.
const copyWork = 16

// share does share number worker of size of the workspace's task.
func (n *Network[T]) share(ws *Workspace[T], worker, size int) {
	i, j := ws.task.i, ws.task.j
	switch ws.task.phase {
	case forwardNeurons:
		lo, hi := cut(n.widths[i], worker, size)
		n.forward(ws, i, 0, ws.batch, lo, hi)
	case forwardSamples:
		lo, hi := cut(ws.batch, worker, size)
		for ; i <= j; i++ {
			n.forward(ws, i, lo, hi, 0, n.widths[i])
			n.softmax(ws, i, lo, hi)
		}
	case softmaxSamples:
		lo, hi := cut(ws.batch, worker, size)
		n.softmax(ws, i, lo, hi)
	case costSamples:
		lo, hi := cut(ws.batch, worker, size)
		n.costs(ws, &ws.task.t, lo, hi)
	case outputSamples, deltaSamples:
		lo, hi := cut(ws.batch, worker, size)
		if ws.task.phase == outputSamples {
			n.outputDelta(ws, &ws.task.t, lo, hi)
		}
		for j--; j >= i; j-- {
			n.backward(ws, j, lo, hi, 0, n.widths[j])
		}
	case deltaInputs:
		lo, hi := cut(n.widths[i], worker, size)
		n.backward(ws, i, 0, ws.batch, lo, hi)
	case sweepLayer:
		n.sweep(ws, i)
	case updateNeurons:
		for i := 1; i <= n.Depth(); i++ {
			lo, hi := cut(n.widths[i], worker, size)
			n.update(ws, i, lo, hi)
		}
	case inputSamples:
		lo, hi := cut(ws.batch, worker, size)
		n.inputGradient(ws, lo, hi)
	case gatherSamples:
		ws.task.do(ws.task.count*worker/size, ws.task.count*(worker+1)/size)
	}
}

// grain is what a cut is a multiple of: no two workers write into one cache line
// of a row that begins on one.
const grain = 16

func grains(total int) int { return (total + grain - 1) / grain }

// cut returns share number worker of size of total neurons, inputs or samples.
func cut(total, worker, size int) (lo, hi int) {
	if size == 1 {
		return 0, total
	}
	g := grains(total)
	size = min(size, g)
	if worker >= size {
		return 0, 0
	}
	return g * worker / size * grain, min(g*(worker+1)/size*grain, total)
}

// fewWeights is the size in bytes up to which the weights of a layer are cheap
// enough to share.
const fewWeights = 1 << 16

// bySamples reports whether layer i is cut by samples.
func (n *Network[T]) bySamples(i int) bool {
	return len(n.params.w[i].Data)*int(unsafe.Sizeof(T(0))) <= fewWeights
}

// block returns rows k to l and columns lo to hi of m: m itself, or a view made in v.
// Steps of small networks are so short that copies of a Matrix count.
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
