package net

import (
	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
)

// A Workspace holds everything that the passes over one batch write. It belongs
// to its caller, serves one goroutine at a time, and grows to the largest batch
// that it meets; after that nothing is allocated.
//
// What its methods return is a view of the last batch: row k belongs to sample
// k. The next pass overwrites it.
type Workspace[T kernels.Float] struct {
	widths []int
	layers []Layer
	rows   int // capacity, in samples
	batch  int // samples of the last batch
	// Those that passes compute; see SetPart.
	lo, hi int
	cut    func(samples int) (lo, hi int)
	pulled bool                         // costs and δ of the batch stand
	own    func(layer int) (lo, hi int) // see SetRows
	given  func(layer int) bool         // see SetSums
	// Indexed by layer, 0 … L. a[0] is the caller's x; z[0] and delta[0] are empty
	// until InputGradient writes ∂C/∂x into delta[0].
	z, a, delta []kernels.Matrix[T]
	// What layer i hands on: a[i], or dropped[i] in a pass with dropout.
	out     []*kernels.Matrix[T]
	dropped []kernels.Matrix[T]
	norm    []normalised[T] // of layers with layer normalisation
	masks   masks
	ones    []T           // one for each sample
	grad    parameters[T] // made by the first Backward
	weights []T           // of each sample of the batch; nil for 1
	costs   []float64     // of each sample
	scratch scratch       // of all samples

	pool *parallel.Pool // nil: the caller alone
	task task[T]        // what it works on
	do   func(share, shares int)
}

// NewWorkspace returns a workspace for n. It is ready for batches of up to rows
// samples and grows beyond them when it must.
func (n *Network[T]) NewWorkspace(rows int) *Workspace[T] {
	L := n.Depth()
	ws := &Workspace[T]{
		widths: n.widths,
		batch:  -1,
		z:      make([]kernels.Matrix[T], L+1),
		a:      make([]kernels.Matrix[T], L+1),
		delta:  make([]kernels.Matrix[T], L+1),
		out:    make([]*kernels.Matrix[T], L+1),

		dropped: make([]kernels.Matrix[T], L+1),
		norm:    make([]normalised[T], L+1),
		layers:  n.cfg.Layers,
	}
	ws.do = func(share, shares int) { ws.task.net.share(ws, share, shares) }
	ws.resize(max(rows, 0))
	ws.resize(0) // no batch has been seen
	return ws
}

// SetWorkers lets passes over large batches and large layers use several goroutines:
// the caller's and others, which SetWorkers starts; workers is the number of all,
// and GOMAXPROCS bounds it. No result depends on it. A new workspace has one worker,
// the caller.
//
// The other goroutines live until SetWorkers is called again. Call SetWorkers(1) when
// you need the workspace no more.
func (ws *Workspace[T]) SetWorkers(workers int) {
	ws.pool.Close()
	ws.pool = parallel.New(workers)
}

// workers returns the pool for package train; see [parallel.PoolOf].
func (ws *Workspace[T]) workers() *parallel.Pool { return ws.pool }

func init() {
	parallel.PoolOf = func(ws any) *parallel.Pool {
		return ws.(interface{ workers() *parallel.Pool }).workers()
	}
}

// resize makes all views rows samples high.
func (ws *Workspace[T]) resize(rows int) {
	if rows == ws.batch {
		return
	}
	L := len(ws.widths) - 1
	if rows > ws.rows {
		ws.rows = rows
		for i := 1; i <= L; i++ {
			for _, m := range ws.matrices(i) {
				m.Data = alignedSlice[T](rows * ws.widths[i])
			}
			ws.norm[i].inverse = make([]T, rows)
		}
		ws.ones = alignedSlice[T](rows)
		for k := range ws.ones {
			ws.ones[k] = 1
		}
		ws.costs = make([]float64, rows)
		size := rows * ws.widths[L]
		ws.scratch = scratch{z: alignedSlice[float64](size), e: alignedSlice[float64](size), top: make([]int, rows)}
	}
	ws.batch = rows
	for i := 1; i <= L; i++ {
		for _, m := range ws.matrices(i) {
			setRows(m, rows, ws.widths[i])
		}
	}
}

// matrices returns what has the shape of layer i.
func (ws *Workspace[T]) matrices(i int) []*kernels.Matrix[T] {
	all := [...]*kernels.Matrix[T]{&ws.z[i], &ws.a[i], &ws.delta[i], &ws.norm[i].u, &ws.norm[i].z, &ws.norm[i].gamma}
	if ws.layers[i-1].LayerNorm {
		return all[:]
	}
	return all[:3]
}

// setRows makes m a contiguous rows × cols view of the memory behind it.
func setRows[T kernels.Float](m *kernels.Matrix[T], rows, cols int) {
	*m = kernels.Matrix[T]{Rows: rows, Cols: cols, Data: m.Data[:rows*cols], Stride: cols}
}

// Z returns the pre-activations z^i of layer i = 1 … L.
func (ws *Workspace[T]) Z(i int) kernels.Matrix[T] {
	ws.checkLayer(i)
	return ws.z[i]
}

// A returns the activations a^i of layer i = 1 … L, as they are before dropout.
func (ws *Workspace[T]) A(i int) kernels.Matrix[T] {
	ws.checkLayer(i)
	return ws.a[i]
}

// Delta returns the sensitivities δ^i = ∂C_k/∂z^i_k, or ∂C_k/∂u^i_k with layer
// normalisation, of layer i = 1 … L, where C_k
// is the cost of sample k alone, with its weight. [Network.Backward], [Network.Update] and
// [Network.Descend] compute them.
func (ws *Workspace[T]) Delta(i int) kernels.Matrix[T] {
	ws.checkLayer(i)
	return ws.delta[i]
}

// WeightGradient returns ∂C/∂W^i, the mean over the batch, shaped like the
// weights. [Network.Backward] computes it.
func (ws *Workspace[T]) WeightGradient(i int) kernels.Matrix[T] {
	ws.checkLayer(i)
	ws.needGradient()
	return ws.grad.w[i]
}

// BiasGradient returns ∂C/∂b^i, the mean over the batch. [Network.Backward] computes it.
func (ws *Workspace[T]) BiasGradient(i int) []T {
	ws.checkLayer(i)
	ws.needGradient()
	return ws.grad.b[i]
}

// GammaGradient returns ∂C/∂γ^i, the mean over the batch, of a layer with layer
// normalisation, else nil.
func (ws *Workspace[T]) GammaGradient(i int) []T {
	ws.checkLayer(i)
	ws.needGradient()
	return ws.grad.gamma[i]
}

// BetaGradient returns ∂C/∂β^i, the mean over the batch, of a layer with layer
// normalisation, else nil.
func (ws *Workspace[T]) BetaGradient(i int) []T {
	ws.checkLayer(i)
	ws.needGradient()
	return ws.grad.beta[i]
}

// Gradient returns the gradient by all parameters as one slice with the layout
// of [Network.Params]. Its padding is +0.
func (ws *Workspace[T]) Gradient() []T {
	ws.needGradient()
	return ws.grad.flat
}

// SetSampleWeights multiplies the cost and the sensitivities δ of sample k of the
// batch that Forward has just seen by w[k]. Means still divide by the number of
// samples. ws keeps a reference to w until the next Forward, which sets all weights
// to 1, as nil does. SetSampleWeights panics unless w has an element for each sample.
//
// PyTorch's weighted means divide by Σ w instead: for those, divide w by its mean.
func (ws *Workspace[T]) SetSampleWeights(w []T) {
	if w != nil && len(w) != ws.batch {
		panic(sampleWeights)
	}
	ws.weights = w
}

// needGradient makes the gradient's memory on first use: plain gradient descent
// never needs it.
func (ws *Workspace[T]) needGradient() {
	if ws.grad.flat == nil {
		ws.grad = newParameters[T](ws.widths, ws.layers)
	}
}

// needScratch makes memory for outputs where the cost of n uses them.
func (ws *Workspace[T]) needScratch(n *Network[T]) {
	if size := len(ws.scratch.z); len(ws.scratch.y) < size && (n.cfg.Cost.LogTerm != nil || n.usesLogits()) {
		ws.scratch.y = make([]Output, size)
	}
}

func (ws *Workspace[T]) checkLayer(i int) {
	if i < 1 || i >= len(ws.widths) {
		panic(layerIndex)
	}
}
