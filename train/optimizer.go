package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// A Method is a way to turn gradients into steps.
type Method uint8

const (
	SGD      Method = iota // w −= η g
	Momentum               // v = μ v + g, w −= η v
	Nesterov               // v = μ v + g, w −= η (g + μ v)
	RMSProp                // s = β₂ s + (1−β₂) g², w −= η g / (√s + ε)
	Adam                   // see kernels.Adam
	AdamW                  // Adam, and w −= η λ w
)

var methodNames = [...]string{SGD: "sgd", Momentum: "momentum", Nesterov: "nesterov", RMSProp: "rmsprop", Adam: "adam", AdamW: "adamw"}

// String returns the name that [ParseMethod] takes.
func (m Method) String() string {
	if int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", m)
	}
	return methodNames[m]
}

// ParseMethod returns the method called name: sgd, momentum, nesterov, rmsprop,
// adam or adamw.
func ParseMethod(name string) (Method, error) {
	if i := slices.Index(methodNames[:], name); i >= 0 {
		return Method(i), nil
	}
	return 0, fmt.Errorf("unknown optimizer %q: want one of %s", name, strings.Join(methodNames[:], ", "))
}

// An Optimizer is a method with its hyperparameters. Those that are 0 have the
// defaults given here; those that the method does not know must be 0. The zero
// Optimizer is plain gradient descent, the fastest of all because it stores no
// gradient.
type Optimizer struct {
	Method  Method
	Mu      float64 // μ of Momentum and Nesterov: 0.9
	Beta1   float64 // β₁ of Adam and AdamW: 0.9
	Beta2   float64 // β₂ of Adam and AdamW: 0.999, of RMSProp: 0.9
	Epsilon float64 // ε of RMSProp, Adam and AdamW: 1e-8
	Decay   float64 // λ of AdamW, the weight decay: 0.01
}

// Check fills in defaults and returns an error if a hyperparameter is out of its
// range or not one of the method.
func (o *Optimizer) Check() error {
	if int(o.Method) >= len(methodNames) {
		return fmt.Errorf("unknown optimizer %v", o.Method)
	}
	adam := o.Method == Adam || o.Method == AdamW
	beta2 := 0.999
	if o.Method == RMSProp {
		beta2 = 0.9
	}
	for _, h := range []struct {
		name    string
		value   *float64
		known   bool
		byZero  float64
		low, hi float64 // both excluded
	}{
		{"momentum μ", &o.Mu, o.Method == Momentum || o.Method == Nesterov, 0.9, 0, 1},
		{"β₁", &o.Beta1, adam, 0.9, 0, 1},
		{"β₂", &o.Beta2, adam || o.Method == RMSProp, beta2, 0, 1},
		{"ε", &o.Epsilon, adam || o.Method == RMSProp, 1e-8, 0, 1},
		{"weight decay λ", &o.Decay, o.Method == AdamW, 0.01, 0, 1e6},
	} {
		switch {
		case !h.known && *h.value != 0:
			return fmt.Errorf("optimizer %v has no %s", o.Method, h.name)
		case h.known && *h.value == 0:
			*h.value = h.byZero
		case h.known && !(*h.value > h.low && *h.value < h.hi):
			return fmt.Errorf("%s of %v is %v: want a number between %v and %v", h.name, o.Method, *h.value, h.low, h.hi)
		}
	}
	return nil
}

// checkRounded returns an error if a hyperparameter of o, which has been checked,
// leaves its range when it is rounded to T.
func checkRounded[T kernels.Float](o Optimizer) error {
	for _, h := range []struct {
		name     string
		value    float64
		excluded T
	}{{"momentum μ", o.Mu, 1}, {"β₁", o.Beta1, 1}, {"β₂", o.Beta2, 1}, {"ε", o.Epsilon, 0}} {
		if h.value != 0 && T(h.value) == h.excluded {
			return fmt.Errorf("%s of %v is %v, which rounds to %v in %T: want a number further from it", h.name, o.Method, h.value, h.excluded, h.excluded)
		}
	}
	return nil
}

// slots is the number of slices of state that a method keeps.
func (m Method) slots() int {
	switch m {
	case SGD:
		return 0
	case Adam, AdamW:
		return 2
	}
	return 1
}

// A stepper takes the steps of one training. Its state has the layout of the
// parameters and begins as zeros; padding stays +0, since no method steps it.
type stepper[T kernels.Float] struct {
	Optimizer
	net   *net.Network[T]
	ws    *net.Workspace[T]
	state [2][]T
	t     int     // steps begun
	rate  float64 // of the step
	step  func(lo, hi int)
}

func newStepper[T kernels.Float](o Optimizer, n *net.Network[T], ws *net.Workspace[T]) *stepper[T] {
	s := &stepper[T]{Optimizer: o, net: n, ws: ws}
	for i := range o.Method.slots() {
		s.state[i] = make([]T, len(n.Params()))
	}
	s.step = s.stepRange
	return s
}

// take takes one step for the batch that Forward has just seen.
func (s *stepper[T]) take(t kernels.Matrix[T], rate float64) {
	if s.Method == SGD {
		s.net.Descend(s.ws, t, rate)
		return
	}
	s.t++
	s.rate = rate
	s.net.Update(s.ws, t, s.step)
}

// stepRange steps parameters lo to hi.
func (s *stepper[T]) stepRange(lo, hi int) {
	w, g := s.net.Params()[lo:hi], s.ws.Gradient()[lo:hi]
	u := s.state[0][lo:hi]
	switch s.Method {
	case Momentum:
		kernels.Momentum(w, u, g, s.rate, s.Mu)
	case Nesterov:
		kernels.Nesterov(w, u, g, s.rate, s.Mu)
	case RMSProp:
		kernels.RMSProp(w, u, g, s.rate, s.Beta2, s.Epsilon)
	case Adam:
		kernels.Adam(w, u, s.state[1][lo:hi], g, s.t, s.rate, s.Beta1, s.Beta2, s.Epsilon)
	case AdamW:
		kernels.AdamW(w, u, s.state[1][lo:hi], g, s.t, s.rate, s.Beta1, s.Beta2, s.Epsilon, s.Decay)
	}
}
