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
	state     [MaxSlots][]T
	number    int     // steps begun
	rate      float64 // of the step
	step      func(lo, hi int)
}

func newStepper[T kernels.Float](o Optimizer, n *net.Network[T], ws *net.Workspace[T]) *stepper[T] {
	s := &stepper[T]{optimizer: o, net: n, ws: ws}
	s.optimizer.Method = o.method()
	for i := range s.optimizer.Method.Slots {
		s.state[i] = make([]T, len(n.Params()))
	}
	s.step = s.stepRange
	return s
}

// take takes one step for the batch that Forward has just seen.
func (s *stepper[T]) take(t kernels.Matrix[T], rate float64) {
	if s.optimizer.Method.descends {
		s.net.Descend(s.ws, t, rate)
		return
	}
	s.number++
	s.rate = rate
	s.net.Update(s.ws, t, s.step)
}

// stepRange steps parameters lo to hi.
func (s *stepper[T]) stepRange(lo, hi int) {
	p := Step[T]{
		W: s.net.Params()[lo:hi], G: s.ws.Gradient()[lo:hi],
		Number: s.number, Rate: s.rate, Optimizer: s.optimizer,
	}
	for i := range s.optimizer.Method.Slots {
		p.State[i] = s.state[i][lo:hi]
	}
	// T is float32 or float64, or has the layout of one of them.
	if unsafe.Sizeof(T(0)) == 4 {
		s.optimizer.Method.Step32(*(*Step[float32])(unsafe.Pointer(&p)))
	} else {
		s.optimizer.Method.Step64(*(*Step[float64])(unsafe.Pointer(&p)))
	}
}
