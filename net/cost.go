package net

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/internal/table"
	"github.com/nabla-go/nabla/kernels"
)

// A Cost is what training minimises: a function of a sample's outputs a and targets
// t. It is a sum of terms, one for each output, or a function of that sum.
//
// The built-in ones are variables of this package and results of functions such as [Huber]; [Costs]
// lists them. A literal of this struct with a Name, a Term and a Slope is one of your own.
// Costs are compared by pointer. Don't change one that a network has.
//
// All costs go with all output activations as far as their domains agree;
// [Network.CheckTargets] and [Network.Cost] report where they don't.
type Cost struct {
	Name     string // what [ParseCost] takes and model files store
	Formula  string // C, for help texts; terms with a factor t = 0 are 0
	Gradient string // ∇_a C, for help texts

	// Term returns what one output adds to the sum, and Slope its derivative by a.
	Term  func(a, t float64) float64
	Slope func(a, t float64) float64

	// LogTerm takes the place of Term in costs that use ln a or 1−a, and LogSlope is
	// a ∂C/∂a = ∂C/∂(ln a). Behind a sigmoid or a softmax they are computed from z, so
	// that an output that has rounded to 0 or 1 still has a finite cost and the right δ.
	// A cost has both or neither.
	LogTerm  func(y Output, t float64) float64
	LogSlope func(y Output, t float64) float64
	// LogitSlope is (1−a) LogSlope = ∂C/∂(ln a/(1−a)), for costs whose LogSlope exceeds all
	// numbers where 1−a vanishes; nil stands for the product.
	LogitSlope func(y Output, t float64) float64

	// OfSum returns the cost of a sample, given the sum of its terms, and Factor the
	// derivative of that by the sum. If they are nil, the cost is the sum. A cost has
	// both or neither, and both only with Term.
	OfSum  func(sum float64) float64
	Factor func(sum float64) float64

	// Targets holds all targets that the cost can take; nil stands for all numbers.
	Targets *Interval
	// Accepts reports whether the cost is finite and real at output a and target t, and
	// Outputs says in words which outputs it takes: "above 0". NaN is to be accepted: it
	// is a diverged training, not a wrong cost. A cost has both or neither.
	Accepts func(a, t float64) bool
	Outputs string

	// Output is the activation that an output layer has with this cost unless one
	// chooses another; nil stands for Identity. If OutputOnly is set, no other is possible.
	Output     *Activation
	OutputOnly bool

	// Signed says that targets of 0 and 1 stand for −1 and +1: an output above 0 says yes.
	Signed bool

	Param *Param[Cost] // the parameter of the cost; nil if it has none

	fast32 fast[float32]
	fast64 fast[float64]
	behind *Activation // the output activation that fast's costs and delta are for
}

// An Output is one element of a^L, as accurate as its activation allows.
type Output struct {
	A    float64 // a
	Rest float64 // 1−a
	LnA  float64 // ln a

	lnRest float64 // ln(1−a) where 1−a vanishes, else 0
}

// vanishing is where 1−a comes close to the smallest numbers, and its inverse to the
// largest.
const vanishing = 0x1p-900

// LnRest returns ln(1−a).
func (y Output) LnRest() float64 {
	if y.lnRest != 0 {
		return y.lnRest
	}
	if y.Rest < 0.5 {
		return scalar.Log(y.Rest)
	}
	return scalar.Log1p(-y.A)
}

// fast holds forms of a cost on vectors, each nil if there is none. They give the bits
// of the general forms, or take the place of what is less accurate.
type fast[T kernels.Float] struct {
	sum   func(a, t []T) float64 // Σ Term
	slope func(g, a, t []T)      // g = Slope, elementwise
	// The following are for outputs of the activation behind, from the logits z.
	costs func(costs []float64, z, t kernels.Matrix[T], tmp scratch) // of samples
	delta func(delta, a, t kernels.Matrix[T])                        // δ^L
}

// Costs returns the built-in costs. Exponential is there with τ = 10, because small
// values make the cost of an untrained network overflow, and Huber with δ = 1.
func Costs() []*Cost { return slices.Clone(costs) }

// ParseCost returns the cost called name, a built-in one or one of more.
func ParseCost(name string, more ...*Cost) (*Cost, error) {
	return table.Find("cost", name, costs, more)
}

// String returns the name.
func (c *Cost) String() string { return c.Name }

// check reports the first thing that is missing or wrong.
func (c *Cost) check() error {
	if other, err := table.Find("cost", c.Name, costs, nil); err != nil || other.Param == nil || c.Param == nil {
		if err := table.CheckName("cost", c, costs); err != nil {
			return err
		}
	}
	has := func(name string, present bool) error {
		if !present {
			return fmt.Errorf("cost %v: no %s", c, name)
		}
		return nil
	}
	both := func(a string, hasA bool, b string, hasB bool) error {
		if hasA != hasB {
			return fmt.Errorf("cost %v: want both %s and %s, or neither", c, a, b)
		}
		return nil
	}
	for _, err := range []error{
		has("Term or LogTerm", c.Term != nil || c.LogTerm != nil),
		has("Slope", c.Slope != nil),
		both("LogTerm", c.LogTerm != nil, "LogSlope", c.LogSlope != nil),
		has("LogSlope for its LogitSlope", c.LogSlope != nil || c.LogitSlope == nil),
		both("OfSum", c.OfSum != nil, "Factor", c.Factor != nil),
		both("Accepts", c.Accepts != nil, "Outputs", c.Outputs != ""),
		both("fast forms of δ", c.fast32.delta != nil && c.fast64.delta != nil, "behind", c.behind != nil),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case c.Term != nil && c.LogTerm != nil:
		return fmt.Errorf("cost %v: want either Term or LogTerm", c)
	case c.OfSum != nil && c.Term == nil:
		return fmt.Errorf("cost %v: OfSum goes with Term, not with LogTerm", c)
	case c.OutputOnly && c.Output == nil:
		return fmt.Errorf("cost %v: OutputOnly without Output", c)
	}
	if err := c.Targets.check(); err != nil {
		return fmt.Errorf("cost %v: Targets: %w", c, err)
	}
	if err := c.Param.check(); err != nil {
		return fmt.Errorf("cost %v: %w", c, err)
	}
	return nil
}

// accepts reports whether the cost is finite and real at output a of σ and target t. With
// a LogTerm, outputs of some activations that have rounded to 0 or 1 still are.
func (c *Cost) accepts(σ *Activation, a, t float64) bool {
	if c.Accepts == nil {
		return true
	}
	if c.LogTerm != nil && σ.logits != nil {
		if σ.logits.unit {
			return true
		}
		a = max(a, math.SmallestNonzeroFloat64)
	}
	return c.Accepts(a, t)
}

// fastOf returns the vector forms of c for networks of T.
func fastOf[T kernels.Float](c *Cost) fast[T] {
	return *pick[fast[T], T](&c.fast32, &c.fast64)
}
