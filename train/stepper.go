package train

import (
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// A stepper takes the steps of one training. Its state has the layout of the
// parameters and begins as zeros; padding stays +0, since no method steps it.
type stepper[T kernels.Float] struct {
	optimizer Optimizer
	net       *net.Network[T]
	ws        *net.Workspace[T]
	tensors   []tensor
	state     [][]T
	descends  bool      // the step is net's Descend
	factors   []float64 // of the learning rate, by layer; nil for 1
	number    int       // of the step
	rate      float64   // of the step
	step      func(lo, hi int)
	report    StepReport // of the last step
}

// A tensor is a W^i or b^i, parameters lo to hi.
type tensor struct {
	lo, hi int
	layer  int
	cols   int // of W, 0 for b
}

// tensors returns W^1, b^1, …, W^L, b^L.
func tensors[T kernels.Float](n *net.Network[T]) (all []tensor) {
	flat := n.Params()
	at := func(x []T) int {
		return int(uintptr(unsafe.Pointer(&x[0]))-uintptr(unsafe.Pointer(&flat[0]))) / int(unsafe.Sizeof(x[0]))
	}
	for i := 1; i <= n.Depth(); i++ {
		w, b := n.Weights(i), n.Biases(i)
		all = append(all,
			tensor{lo: at(w.Data), hi: at(w.Data) + len(w.Data), layer: i, cols: w.Cols},
			tensor{lo: at(b), hi: at(b) + len(b), layer: i})
	}
	return all
}

func newStepper[T kernels.Float](o *Options, n *net.Network[T], ws *net.Workspace[T]) *stepper[T] {
	s := &stepper[T]{optimizer: o.Optimizer, net: n, ws: ws, tensors: tensors(n), factors: o.factors()}
	s.optimizer.Method = o.Optimizer.method()
	for range s.optimizer.Method.Slots {
		s.state = append(s.state, make([]T, len(n.Params())))
	}
	s.descends = s.optimizer.Method.descends && s.factors == nil
	s.step = s.stepRange
	return s
}

// take takes step number for the batch that Forward has just seen.
func (s *stepper[T]) take(t kernels.Matrix[T], number int, rate float64) {
	s.number, s.rate = number, rate
	if s.descends {
		s.net.Descend(s.ws, t, rate)
		return
	}
	s.net.Update(s.ws, t, s.step)
}

// tensorOf returns the tensor that parameter k belongs to.
func (s *stepper[T]) tensorOf(k int) *tensor {
	i := 0
	for k >= s.tensors[i].hi {
		i++
	}
	return &s.tensors[i]
}

// stepRange steps parameters lo to hi, which are of one tensor.
func (s *stepper[T]) stepRange(lo, hi int) {
	if lo == hi {
		return
	}
	rate := s.rate
	if s.factors != nil {
		factor := s.factors[s.tensorOf(lo).layer-1]
		if factor == 0 {
			return // the layer is frozen
		}
		rate = float64(rate * factor)
	}
	p := Step[T]{
		W: s.net.Params()[lo:hi], G: s.ws.Gradient()[lo:hi],
		Number: s.number, Rate: rate, Optimizer: s.optimizer,
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
