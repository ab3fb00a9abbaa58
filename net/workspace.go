package net

import "github.com/nabla-go/nabla/kernels"

// A Workspace holds everything that the passes over one batch write. It belongs
// to its caller, serves one goroutine at a time, and grows to the largest batch
// that it meets; after that nothing is allocated.
//
// What its methods return is a view of the last batch: row k belongs to sample
// k. The next pass overwrites it.
type Workspace[T kernels.Float] struct {
	widths []int
	rows   int // capacity, in samples
	// Indexed by layer, 0 … L. a[0] is the caller's x; z[0] and delta[0] are empty
	// until InputGradient writes ∂C/∂x into delta[0].
	z, a, delta []kernels.Matrix[T]
	sum         []T           // Σ_k δ_k of one layer
	grad        parameters[T] // made by the first Backward
	logs        logs          // of the outputs of one sample
}

// NewWorkspace returns a workspace for n. It is ready for batches of up to rows
// samples and grows beyond them when it must.
func (n *Network[T]) NewWorkspace(rows int) *Workspace[T] {
	L := n.Depth()
	widest := 0
	for _, w := range n.widths[1:] {
		widest = max(widest, w)
	}
	ws := &Workspace[T]{
		widths: n.widths,
		z:      make([]kernels.Matrix[T], L+1),
		a:      make([]kernels.Matrix[T], L+1),
		delta:  make([]kernels.Matrix[T], L+1),
		sum:    make([]T, widest),
		logs:   logs{e: make([]float64, n.Outputs()), ln: make([]float64, n.Outputs())},
	}
	ws.resize(max(rows, 0))
	return ws
}

// resize makes all views rows samples high.
func (ws *Workspace[T]) resize(rows int) {
	if rows > ws.rows {
		ws.rows = rows
		for i := 1; i < len(ws.widths); i++ {
			for _, m := range [...]*kernels.Matrix[T]{&ws.z[i], &ws.a[i], &ws.delta[i]} {
				m.Data = alignedSlice[T](rows * ws.widths[i])
			}
		}
	}
	for i := 1; i < len(ws.widths); i++ {
		for _, m := range [...]*kernels.Matrix[T]{&ws.z[i], &ws.a[i], &ws.delta[i]} {
			setRows(m, rows, ws.widths[i])
		}
	}
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

// A returns the activations a^i of layer i = 1 … L.
func (ws *Workspace[T]) A(i int) kernels.Matrix[T] {
	ws.checkLayer(i)
	return ws.a[i]
}

// Delta returns the sensitivities δ^i = ∂C_k/∂z^i_k of layer i = 1 … L, where C_k
// is the cost of sample k alone. [Network.Backward] and [Network.Descend] compute them.
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

// Gradient returns the gradient by all parameters as one slice with the layout
// of [Network.Params]. Its padding is +0.
func (ws *Workspace[T]) Gradient() []T {
	ws.needGradient()
	return ws.grad.flat
}

// needGradient makes the gradient's memory on first use: plain gradient descent
// never needs it.
func (ws *Workspace[T]) needGradient() {
	if ws.grad.flat == nil {
		ws.grad = newParameters[T](ws.widths)
	}
}

func (ws *Workspace[T]) checkLayer(i int) {
	if i < 1 || i >= len(ws.widths) {
		panic(layerIndex)
	}
}
