package net

import (
	"slices"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// A Network is a stack of dense layers. Its parameters stand in one slice.
type Network[T kernels.Float] struct {
	cfg    Config
	widths []int // n_0 … n_L
	widest int   // of n_1 … n_L
	params parameters[T]
	// Of layers 1 … L; index 0 is empty.
	σ       []Functions[T]
	rowwise []bool  // see byRows
	fast    fast[T] // of the cost
}

// New returns a network with initialised parameters.
func New[T kernels.Float](cfg Config) (*Network[T], error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	n := newNetwork[T](cfg)
	for i := 1; i <= n.Depth(); i++ {
		for j := range n.params.gamma[i] {
			n.params.gamma[i][j] = 1
		}
	}
	n.initialise()
	return n, nil
}

// newNetwork returns a network whose parameters are 0. cfg is right and belongs to it.
func newNetwork[T kernels.Float](cfg Config) *Network[T] {
	widths, σ, rowwise := []int{cfg.Inputs}, make([]Functions[T], 1), make([]bool, 1)
	for _, l := range cfg.Layers {
		widths = append(widths, l.Out)
		σ = append(σ, functionsOf[T](l.Activation))
		rowwise = append(rowwise, l.Activation.ByRows || l.LayerNorm)
	}
	return &Network[T]{
		cfg: cfg, widths: widths, widest: slices.Max(widths[1:]), params: newParameters[T](widths, cfg.Layers),
		σ: σ, fast: fastOf[T](cfg.Cost), rowwise: rowwise,
	}
}

// initialise draws the weights of every layer.
func (n *Network[T]) initialise() {
	for i := 1; i <= n.Depth(); i++ {
		l, w := &n.cfg.Layers[i-1], n.Weights(i)
		init := l.Init
		if init == nil {
			init = n.cfg.Init
		}
		if init == Zero {
			continue
		}
		drawn := kernels.NewMatrix[float64](w.Rows, w.Cols)
		init.Fill(drawn, l.Activation, rng.New(n.cfg.Seed, uint64(i)))
		convert(w.Data, drawn.Data)
	}
}

// Config returns the network's description, with defaults filled in.
func (n *Network[T]) Config() Config {
	c := n.cfg
	c.Layers = slices.Clone(c.Layers)
	return c
}

// Depth returns L, the number of layers.
func (n *Network[T]) Depth() int { return len(n.cfg.Layers) }

// Inputs returns n_0, the width of a sample.
func (n *Network[T]) Inputs() int { return n.widths[0] }

// Outputs returns n_L, the width of an output.
func (n *Network[T]) Outputs() int { return n.widths[n.Depth()] }

// Layer returns the description of layer i = 1 … L.
func (n *Network[T]) Layer(i int) Layer {
	n.checkLayer(i)
	return n.cfg.Layers[i-1]
}

func (n *Network[T]) activation(i int) *Activation { return n.cfg.Layers[i-1].Activation }

// Weights returns W^i, i = 1 … L: row j holds the weights into neuron j. It
// shares the network's memory, so changes in place take effect.
func (n *Network[T]) Weights(i int) kernels.Matrix[T] {
	n.checkLayer(i)
	return n.params.w[i]
}

// Biases returns b^i, i = 1 … L. It shares the network's memory.
func (n *Network[T]) Biases(i int) []T {
	n.checkLayer(i)
	return n.params.b[i]
}

// Gamma returns γ^i of a layer with layer normalisation, else nil. It shares the network's
// memory.
func (n *Network[T]) Gamma(i int) []T {
	n.checkLayer(i)
	return n.params.gamma[i]
}

// Beta returns β^i of a layer with layer normalisation, else nil. It shares the network's
// memory.
func (n *Network[T]) Beta(i int) []T {
	n.checkLayer(i)
	return n.params.beta[i]
}

// Params returns all parameters as one slice that shares the network's memory:
// W^1, b^1, W^2, b^2, …, with γ^i and β^i behind b^i where there are any, each beginning on a 64-byte boundary. The padding
// between them is +0 and must stay so. A workspace's Gradient has the same layout.
func (n *Network[T]) Params() []T { return n.params.flat }

// NumParams returns the number of parameters, without padding.
func (n *Network[T]) NumParams() int {
	total := 0
	for i := 1; i <= n.Depth(); i++ {
		for _, tensor := range n.params.tensors(i) {
			total += len(tensor)
		}
	}
	return total
}

func (n *Network[T]) checkLayer(i int) {
	if i < 1 || i > n.Depth() {
		panic(layerIndex)
	}
}

// parameters are W^1, b^1, …, W^L, b^L, or something of the same shape, such as
// a gradient, in one slice with views into it. Index 0 of the views is empty.
type parameters[T kernels.Float] struct {
	flat []T
	w    []kernels.Matrix[T]
	b    [][]T

	gamma, beta [][]T // nil for layers without normalisation
}

// tensors returns W^i, b^i, γ^i and β^i; the last two may be nil.
func (p *parameters[T]) tensors(i int) [4][]T {
	return [4][]T{p.w[i].Data, p.b[i], p.gamma[i], p.beta[i]}
}

// alignment, in bytes, of every W^i and b^i: a cache line, and the widest vector.
const alignment = 64

func newParameters[T kernels.Float](widths []int, layers []Layer) parameters[T] {
	line := alignment / int(unsafe.Sizeof(T(0)))
	padded := func(n int) int { return (n + line - 1) / line * line }
	total := 0
	for i := 1; i < len(widths); i++ {
		total += padded(widths[i]*widths[i-1]) + padded(widths[i])
		if layers[i-1].LayerNorm {
			total += 2 * padded(widths[i])
		}
	}
	p := parameters[T]{
		flat: alignedSlice[T](total), w: make([]kernels.Matrix[T], 1), b: make([][]T, 1),
		gamma: make([][]T, len(widths)), beta: make([][]T, len(widths)),
	}
	rest := p.flat
	take := func(n int) []T {
		s := rest[:n:n]
		rest = rest[padded(n):]
		return s
	}
	for i := 1; i < len(widths); i++ {
		out, in := widths[i], widths[i-1]
		p.w = append(p.w, kernels.Matrix[T]{Rows: out, Cols: in, Data: take(out * in), Stride: in})
		p.b = append(p.b, take(out))
		if layers[i-1].LayerNorm {
			p.gamma[i], p.beta[i] = take(out), take(out)
		}
	}
	return p
}

// offset returns where a tensor begins in the flat slice.
func (p *parameters[T]) offset(tensor []T) int {
	return int(uintptr(unsafe.Pointer(&tensor[0]))-uintptr(unsafe.Pointer(&p.flat[0]))) / int(unsafe.Sizeof(tensor[0]))
}

// alignedSlice returns n zeros that begin on an alignment boundary.
func alignedSlice[T kernels.Float](n int) []T {
	size := int(unsafe.Sizeof(T(0)))
	s := make([]T, n+alignment/size-1)
	skip := 0
	if off := int(uintptr(unsafe.Pointer(unsafe.SliceData(s))) % alignment); off != 0 {
		skip = (alignment - off) / size
	}
	return s[skip : skip+n : skip+n]
}
