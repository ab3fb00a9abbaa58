package train

import (
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// A stepper takes the steps of one training. Its state has the layout of the
// parameters and begins as zeros; padding stays +0, since no method steps it.
//
// A step is, in this order: the gradient, mean over the batch; clipping by value, then by
// norm; L1 and L2; the decoupled decay; the optimizer's step; max-norm. All but the first
// is done range by range, right after net has stored the gradient of the range, unless
// clipping by norm has to see all of it first.
type stepper[T kernels.Float] struct {
	optimizer Optimizer
	options   *Options
	net       *net.Network[T]
	ws        *net.Workspace[T]
	pool      *parallel.Pool
	tensors   []tensor
	state     [][]T
	descends  bool       // the step is net's Descend
	factors   []float64  // of the learning rate, by layer; nil for 1
	number    int        // of the step
	rate      float64    // of the step
	norm      float64    // of the gradient, NaN if nobody asks for it
	clip      T          // what the gradient is multiplied by
	rows      int        // of all tensors
	squares   []float64  // sums of squares of the gradient, by block of a tensor
	signs     []T        // memory for L1, with the layout of the parameters
	report    StepReport // of the last step

	// Methods as values, made once.
	step                   func(lo, hi int)
	measure, rest, project func(share, shares int)
}

// A tensor is a W^i, b^i, γ^i or β^i, parameters lo to hi.
type tensor struct {
	lo, hi int
	layer  int
	bias   bool // not a W
	cols   int  // of W; the length of b, which is one row
}

func (t *tensor) rows() int { return (t.hi - t.lo) / t.cols }

// tensors returns W^1, b^1, …, W^L, b^L, with γ^i and β^i behind b^i where there are any.
func tensors[T kernels.Float](n *net.Network[T]) (all []tensor) {
	flat := n.Params()
	at := func(x []T) int {
		return int(uintptr(unsafe.Pointer(&x[0]))-uintptr(unsafe.Pointer(&flat[0]))) / int(unsafe.Sizeof(x[0]))
	}
	for i := 1; i <= n.Depth(); i++ {
		w, b := n.Weights(i), n.Biases(i)
		all = append(all,
			tensor{lo: at(w.Data), hi: at(w.Data) + len(w.Data), layer: i, cols: w.Cols},
			tensor{lo: at(b), hi: at(b) + len(b), layer: i, bias: true, cols: len(b)})
		if gamma, beta := n.Gamma(i), n.Beta(i); gamma != nil {
			all = append(all,
				tensor{lo: at(gamma), hi: at(gamma) + len(gamma), layer: i, bias: true, cols: len(gamma)},
				tensor{lo: at(beta), hi: at(beta) + len(beta), layer: i, bias: true, cols: len(beta)})
		}
	}
	return all
}

func newStepper[T kernels.Float](o *Options, n *net.Network[T], ws *net.Workspace[T]) *stepper[T] {
	s := &stepper[T]{
		optimizer: o.Optimizer, options: o, net: n, ws: ws, pool: parallel.PoolOf(ws),
		tensors: tensors(n), factors: o.factors(), norm: math.NaN(), clip: 1,
	}
	s.optimizer.Method = o.Optimizer.method()
	for range s.optimizer.Method.Slots {
		s.state = append(s.state, make([]T, len(n.Params())))
	}
	s.descends = s.optimizer.Method.descends && s.factors == nil && o.Decay.L1 == 0 && o.ClipValue == 0 && o.ClipNorm == 0
	if o.Decay.L1 > 0 {
		s.signs = make([]T, len(n.Params()))
	}
	blocks := 0
	for i := range s.tensors {
		s.rows += s.tensors[i].rows()
		blocks += s.tensors[i].normBlocks()
	}
	s.squares = make([]float64, blocks)
	s.step, s.measure, s.rest, s.project = s.stepRange, s.measureShare, s.stepShare, s.projectShare
	return s
}

// take takes step number for the batch that Forward has just seen.
func (s *stepper[T]) take(t kernels.Matrix[T], number int, rate float64) {
	s.number, s.rate = number, rate
	switch o := s.options; {
	case s.descends:
		s.net.DescendDecay(s.ws, t, rate, o.Decay.L2+o.Decay.Decoupled, o.Decay.Biases)
		if o.MaxNorm > 0 {
			s.pool.Share(s.rows, int64(len(s.net.Params())), s.project)
		}
	case o.ClipNorm > 0:
		s.net.Backward(s.ws, t)
		s.pool.Share(len(s.squares), int64(len(s.net.Params())), s.measure)
		s.clipNorm()
		s.pool.Share(s.rows, stepWork*int64(len(s.net.Params())), s.rest)
	default:
		s.net.Update(s.ws, t, s.step)
	}
}

// stepWork is how many multiply-adds take as long as the step of a parameter.
const stepWork = 4

// stepRange steps parameters lo to hi, whole rows of one tensor.
func (s *stepper[T]) stepRange(lo, hi int) {
	if lo == hi {
		return
	}
	i := 0
	for lo >= s.tensors[i].hi {
		i++
	}
	s.stepTensor(&s.tensors[i], lo, hi)
}

// stepShare does a share of the steps of all tensors.
func (s *stepper[T]) stepShare(share, shares int) {
	for i := range s.tensors {
		t := &s.tensors[i]
		first, last := t.cut(share, shares)
		s.stepTensor(t, t.lo+first*t.cols, t.lo+last*t.cols)
	}
}

// cut returns one share of the rows of t.
func (t *tensor) cut(share, shares int) (first, last int) {
	return t.rows() * share / shares, t.rows() * (share + 1) / shares
}

// frozen reports whether nothing changes the parameters of t.
func (s *stepper[T]) frozen(t *tensor) bool { return s.factors != nil && s.factors[t.layer-1] == 0 }

// stepBytes is how much of the parameters is stepped at a time, if more than the step
// reads them or their gradient: so little that both stay in the first cache.
const stepBytes = 1 << 14

// stepTensor steps parameters lo to hi, whole rows of t, with their gradient.
func (s *stepper[T]) stepTensor(t *tensor, lo, hi int) {
	if lo == hi || s.frozen(t) {
		return
	}
	rate, o := s.rate, s.options
	if s.factors != nil {
		rate = float64(rate * s.factors[t.layer-1])
	}
	size, decays := hi-lo, o.Decay != WeightDecay{} && (!t.bias || o.Decay.Biases)
	if decays || s.clip != 1 || o.ClipValue > 0 {
		size = stepBytes / int(unsafe.Sizeof(T(0)))
	}
	for at := lo; at < hi; at += size {
		s.stepBlock(at, min(at+size, hi), rate, decays)
	}
	if o.MaxNorm > 0 && !t.bias {
		limitRows(s.net.Params()[lo:hi], t.cols, o.MaxNorm)
	}
}

// stepBlock clips the gradient of parameters lo to hi and steps them.
func (s *stepper[T]) stepBlock(lo, hi int, rate float64, decays bool) {
	p := Step[T]{
		W: s.net.Params()[lo:hi], G: s.ws.Gradient()[lo:hi],
		Number: s.number, Rate: rate, Optimizer: s.optimizer,
	}
	if s.options.ClipNorm == 0 { // else measureShare has clipped
		s.clipValue(p.G)
	}
	if s.clip != 1 {
		kernels.Scal(s.clip, p.G)
	}
	if decays {
		s.decay(p.W, p.G, lo, hi, rate)
	}
	if s.optimizer.Method.descends {
		kernels.Axpy(T(-rate), p.G, p.W)
		return
	}
	for i, x := range s.state {
		p.State[i] = x[lo:hi]
	}
	// T is float32 or float64, or has the layout of one of them.
	if unsafe.Sizeof(T(0)) == 4 {
		s.optimizer.Method.Step32(*(*Step[float32])(unsafe.Pointer(&p)))
	} else {
		s.optimizer.Method.Step64(*(*Step[float64])(unsafe.Pointer(&p)))
	}
}

// decay adds the gradients of the penalties to g and does the decoupled decay of w,
// parameters lo to hi.
func (s *stepper[T]) decay(w, g []T, lo, hi int, rate float64) {
	d := &s.options.Decay
	if d.L2 > 0 {
		kernels.Axpy(T(d.L2), w, g)
	}
	if d.L1 > 0 {
		// sign(w) is the derivative of max(w, 0) less that of max(−w, 0).
		signs := s.signs[lo:hi]
		kernels.ReLUPrime(signs, w)
		kernels.Axpy(T(d.L1), signs, g)
		copy(signs, w)
		kernels.Scal(-1, signs)
		kernels.ReLUPrime(signs, signs)
		kernels.Axpy(T(-d.L1), signs, g)
	}
	if d.Decoupled > 0 {
		kernels.Scal(T(1-float64(rate*d.Decoupled)), w)
	}
}
