package train

import (
	"fmt"
	"slices"

	"github.com/nabla-go/nabla/internal/table"
	"github.com/nabla-go/nabla/kernels"
)

// A Method is a way to turn gradients into steps. [Methods] returns the built-in
// ones, each of which has a constructor of its name, such as [Adam], that returns an
// [Optimizer] with defaults. A method of your own is a value of the same type, with a
// Name and both steps at least:
//
//	var lion = &train.Method{
//		Name: "lion", Slots: 1,
//		Hyperparameters: []train.Default{
//			{Hyperparameter: train.Beta1, Value: 0.9}, {Hyperparameter: train.Beta2, Value: 0.99},
//		},
//		Step32: step[float32], Step64: step[float64],
//	}
//	train.Options{Optimizer: lion.Optimizer()}
//
// Methods are compared by pointer; what stores a method stores its name, and
// [ParseMethod] finds the method again.
type Method struct {
	Name            string    // what flags and files call it
	Formula         string    // of a step on a parameter w with gradient g and learning rate η
	Rate            float64   // a learning rate to begin with
	Hyperparameters []Default // those that the method knows
	Slots           int       // slices of state that it keeps, at most MaxSlots; they start as zeros
	// Step32 and Step64 take a step on some of the parameters. Several goroutines call
	// them at the same time for different parameters.
	Step32 func(Step[float32])
	Step64 func(Step[float64])

	// descends makes a step net's Descend, which stores no gradient; it excludes Slots,
	// Step32 and Step64.
	descends bool
}

// MaxSlots is the largest number of slices of state that a method may keep.
const MaxSlots = 3

// A Step is one step on some of the parameters of a network.
type Step[T kernels.Float] struct {
	W         []T           // parameters; the step changes them
	G         []T           // their gradient, the mean over the batch
	State     [MaxSlots][]T // their state; those beyond the method's Slots are nil
	Number    int           // t = 1, 2, …
	Rate      float64       // η
	Optimizer               // the hyperparameters
}

// A Hyperparameter is a number that methods depend on, beside the learning rate.
type Hyperparameter struct {
	Name   string  // what flags and files call it
	Symbol string  // what formulas call it
	Low    float64 // the least value
	Above  bool    // values are above Low
	High   float64 // values are below High
	// Field returns where an optimizer has the value.
	Field func(*Optimizer) *float64
}

// String returns the symbol and the name.
func (h *Hyperparameter) String() string { return fmt.Sprintf("%s (%s)", h.Symbol, h.Name) }

// allows reports whether x is in the range of h.
func (h *Hyperparameter) allows(x float64) bool {
	return x >= h.Low && x < h.High && !(h.Above && x == h.Low)
}

// want says in words what h allows.
func (h *Hyperparameter) want() string {
	if h.Above {
		return fmt.Sprintf("want more than %v and less than %v", h.Low, h.High)
	}
	return fmt.Sprintf("want at least %v and less than %v", h.Low, h.High)
}

// A Default is a hyperparameter of a method with the value that it has unless told
// otherwise.
type Default struct {
	*Hyperparameter
	Value float64
}

// An Optimizer is a method with the values of its hyperparameters; those that the
// method doesn't know are 0. Take one from a constructor, which sets the defaults, and
// change what should be different:
//
//	o := train.Adam()
//	o.Beta1 = 0.8
//
// The zero Optimizer is plain gradient descent, as [SGD] returns it.
type Optimizer struct {
	Method  *Method // nil for plain gradient descent
	Mu      float64 // μ
	Beta1   float64 // β₁
	Beta2   float64 // β₂
	Epsilon float64 // ε
	Decay   float64 // λ, the weight decay
}

// String returns the name that [ParseMethod] takes.
func (m *Method) String() string { return m.Name }

// Optimizer returns an optimizer of method m with all defaults.
func (m *Method) Optimizer() Optimizer {
	o := Optimizer{Method: m}
	for _, h := range m.Hyperparameters {
		*h.Field(&o) = h.Value
	}
	return o
}

// Methods returns the built-in methods.
func Methods() []*Method { return slices.Clone(methods) }

// Hyperparameters returns the hyperparameters that the built-in methods know.
func Hyperparameters() []*Hyperparameter { return slices.Clone(hyperparameters) }

// ParseMethod returns the method called name, one of [Methods] or of more.
func ParseMethod(name string, more ...*Method) (*Method, error) {
	return table.Find("optimizer", name, methods, more)
}

// check returns an error if a piece of m is missing or two don't agree.
func (m *Method) check() error {
	if err := table.CheckName("optimizer", m, methods); err != nil {
		return err
	}
	switch {
	case m.Slots < 0 || m.Slots > MaxSlots:
		return fmt.Errorf("optimizer %v has %d slots of state: want 0 to %d", m, m.Slots, MaxSlots)
	case m.descends && (m.Slots > 0 || m.Step32 != nil || m.Step64 != nil):
		return fmt.Errorf("optimizer %v is plain gradient descent and has steps or state of its own", m)
	case !m.descends && (m.Step32 == nil || m.Step64 == nil):
		return fmt.Errorf("optimizer %v lacks Step32 or Step64", m)
	}
	for i, h := range m.Hyperparameters {
		if h.Hyperparameter == nil || h.Name == "" || h.Symbol == "" || h.Field == nil {
			return fmt.Errorf("optimizer %v: hyperparameter %d lacks a name, a symbol or a field", m, i+1)
		}
		if !h.allows(h.Value) {
			return fmt.Errorf("optimizer %v: %v is %v by default: %s", m, h, h.Value, h.want())
		}
	}
	return nil
}

// method returns o's method.
func (o *Optimizer) method() *Method {
	if o.Method == nil {
		return sgd
	}
	return o.Method
}

// Check returns an error if a hyperparameter is out of its range or not one of the
// method, or if the method lacks a piece.
func (o *Optimizer) Check() error {
	m := o.method()
	if err := m.check(); err != nil {
		return err
	}
	for _, h := range m.Hyperparameters {
		if x := *h.Field(o); !h.allows(x) {
			return fmt.Errorf("%v of %v is %v: %s", h, m, x, h.want())
		}
	}
	for _, h := range hyperparameters {
		known := slices.ContainsFunc(m.Hyperparameters, func(d Default) bool { return d.Field(o) == h.Field(o) })
		if !known && *h.Field(o) != 0 {
			return fmt.Errorf("optimizer %v has no %v", m, h)
		}
	}
	return nil
}

// checkRounded returns an error if a hyperparameter of o, which has been checked,
// leaves its range when it is rounded to T.
func checkRounded[T kernels.Float](o *Optimizer) error {
	for _, h := range o.method().Hyperparameters {
		x := *h.Field(o)
		if r := T(x); !h.allows(float64(r)) {
			return fmt.Errorf("%v of %v is %v, which rounds to %v in %T: want a number further from it", h, o.method(), x, r, r)
		}
	}
	return nil
}
