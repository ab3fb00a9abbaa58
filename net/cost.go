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
// The built-in ones are variables of this package and [Exponential]; [Costs] lists
// them. A literal of this struct with a Name, a Term and a Slope is one of your own.
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

	Param *Param // the parameter of the cost; nil if it has none

	fast32 fast[float32]
	fast64 fast[float64]
	behind *Activation // the output activation that fast's costs and delta are for
}

// An Output is one element of a^L, as accurate as its activation allows.
type Output struct {
	A    float64 // a
	Rest float64 // 1−a
	LnA  float64 // ln a
}

// LnRest returns ln(1−a).
func (y Output) LnRest() float64 {
	if y.Rest < 0.5 {
		return scalar.Log(y.Rest)
	}
	return scalar.Log1p(-y.A)
}

// A Param is the parameter of a cost that has one.
type Param struct {
	Name   string  // what model files and flags call it
	Symbol string  // what formulas call it
	Value  float64 // above 0
	Max    float64 // the largest Value that is possible
	// With returns the same cost with another value.
	With func(value float64) *Cost
	// Remedy, "raise" or "lower", is what to do with the parameter where the cost
	// overflows; it may be empty.
	Remedy string
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

// The built-in costs, with the one that Exponential makes. One of these rows is all
// that package net has to know of a cost.
//
// Where an output is below e^−700, or so, ItakuraSaito is infinite, and so is
// CrossEntropy behind a softmax; there, δ^L may be NaN.
var (
	Quadratic = &Cost{
		Name:     "quadratic",
		Formula:  "½ Σ (a−t)²",
		Gradient: "a − t",
		Term:     func(a, t float64) float64 { return halfSquare(a - t) },
		Slope:    func(a, t float64) float64 { return a - t },
		Output:   Sigmoid,
		fast32:   fast[float32]{sum: halfSquares[float32], slope: kernels.Sub[float32]},
		fast64:   fast[float64]{sum: halfSquares[float64], slope: kernels.Sub[float64]},
	}
	CrossEntropy = &Cost{
		Name:     "cross-entropy",
		Formula:  "−Σ [t ln a + (1−t) ln(1−a)]",
		Gradient: "(a−t) / ((1−a) a)",
		Slope: func(a, t float64) float64 {
			switch t {
			case 0:
				return 1 / (1 - a)
			case 1:
				return -1 / a
			}
			return (a - t) / float64((1-a)*a)
		},
		LogTerm: func(y Output, t float64) float64 { return -xlog(t, y.LnA) - xlog(1-t, y.LnRest()) },
		LogSlope: func(y Output, t float64) float64 {
			if t == 1 {
				return -1
			}
			return (y.A - t) / y.Rest
		},
		Targets: unit,
		Accepts: func(a, t float64) bool { return !(a < 0 || a > 1 || a == 0 && t > 0 || a == 1 && t < 1) },
		Outputs: "between 0 and 1, and neither unless it is the target",
		Output:  Sigmoid,
		fast32:  fast[float32]{costs: logisticLosses[float32], delta: difference[float32]},
		fast64:  fast[float64]{costs: logisticLosses[float64], delta: difference[float64]},
		behind:  Sigmoid,
	}
	Hellinger = &Cost{
		Name:     "hellinger",
		Formula:  "(1/√2) Σ (√a − √t)²",
		Gradient: "(√a−√t) / (√2 √a)",
		Slope: func(a, t float64) float64 {
			if t == 0 {
				return 1 / math.Sqrt2 // the limit of 0/0
			}
			return (math.Sqrt(a) - math.Sqrt(t)) / float64(math.Sqrt2*math.Sqrt(a))
		},
		LogTerm: func(y Output, t float64) float64 {
			r := math.Sqrt(y.A) - math.Sqrt(t)
			return float64(r * r / math.Sqrt2)
		},
		LogSlope: func(y Output, t float64) float64 {
			r := math.Sqrt(y.A)
			return float64((r - math.Sqrt(t)) * r / math.Sqrt2)
		},
		Targets: nonNegative,
		Accepts: func(a, _ float64) bool { return !(a < 0) },
		Outputs: "of at least 0",
		Output:  Sigmoid,
	}
	KullbackLeibler = &Cost{
		Name:     "kullback-leibler",
		Formula:  "Σ t ln(t/a)",
		Gradient: "−t/a",
		Slope:    negativeRatio,
		LogTerm:  func(y Output, t float64) float64 { return xlog(t, lnRatio(t, y)) },
		LogSlope: func(_ Output, t float64) float64 { return -t },
		Targets:  nonNegative,
		Accepts:  aboveZeroUnlessTarget,
		Outputs:  "above 0, or 0 where the target is 0",
		Output:   Softmax,
		fast32:   fast[float32]{delta: scaledDifference[float32]},
		fast64:   fast[float64]{delta: scaledDifference[float64]},
		behind:   Softmax,
	}
	GeneralizedKL = &Cost{
		Name:     "generalized-kl",
		Formula:  "Σ t ln(t/a) − Σ t + Σ a",
		Gradient: "(a−t) / a",
		Slope: func(a, t float64) float64 {
			if t == 0 {
				return 1 // the limit of 0/0
			}
			return (a - t) / a
		},
		LogTerm:  func(y Output, t float64) float64 { return notBelowZero(xlog(t, lnRatio(t, y)) - t + y.A) },
		LogSlope: func(y Output, t float64) float64 { return y.A - t },
		Targets:  nonNegative,
		Accepts:  aboveZeroUnlessTarget,
		Outputs:  "above 0, or 0 where the target is 0",
		Output:   Sigmoid,
		fast32:   fast[float32]{delta: scaledDifference[float32]},
		fast64:   fast[float64]{delta: scaledDifference[float64]},
		behind:   Softmax,
	}
	ItakuraSaito = &Cost{
		Name:     "itakura-saito",
		Formula:  "Σ (t/a − ln(t/a) − 1)",
		Gradient: "(a−t) / a²",
		Slope:    func(a, t float64) float64 { return (a - t) / a / a },
		LogTerm: func(y Output, t float64) float64 {
			r := lnRatio(t, y)
			return notBelowZero(scalar.Exp(r) - r - 1)
		},
		LogSlope: func(y Output, t float64) float64 { return (y.A - t) / y.A },
		Targets:  positive,
		Accepts:  func(a, _ float64) bool { return !(a <= 0) },
		Outputs:  "above 0",
		Output:   Sigmoid,
	}
	SoftmaxCrossEntropy = &Cost{
		Name:       "softmax-cross-entropy",
		Formula:    "−Σ t ln a",
		Gradient:   "−t/a",
		Slope:      negativeRatio,
		LogTerm:    func(y Output, t float64) float64 { return -xlog(t, y.LnA) },
		LogSlope:   func(_ Output, t float64) float64 { return -t },
		Targets:    nonNegative,
		Accepts:    aboveZeroUnlessTarget,
		Outputs:    "above 0, or 0 where the target is 0",
		Output:     Softmax,
		OutputOnly: true,
		fast32:     fast[float32]{costs: softmaxLosses[float32], delta: scaledDifference[float32]},
		fast64:     fast[float64]{costs: softmaxLosses[float64], delta: scaledDifference[float64]},
		behind:     Softmax,
	}
)

// Exponential returns the cost τ exp( (1/τ) Σ (a−t)² ), which large errors dominate:
// the more so, the smaller τ is. τ is above 0 and at most 10¹⁰⁰, because the cost is
// never below it and sums over all samples have to stay finite.
func Exponential(tau float64) *Cost {
	return &Cost{
		Name:     "exponential",
		Formula:  "τ exp( (1/τ) Σ (a−t)² )",
		Gradient: "(2/τ) (a−t) C",
		Term:     func(a, t float64) float64 { return float64((a - t) * (a - t)) },
		Slope:    func(a, t float64) float64 { return float64(2 * (a - t)) },
		OfSum:    func(sum float64) float64 { return float64(tau * scalar.Exp(sum/tau)) },
		Factor:   func(sum float64) float64 { return scalar.Exp(sum / tau) },
		Output:   Sigmoid,
		Param:    &Param{Name: "tau", Symbol: "τ", Value: tau, Max: 1e100, With: Exponential, Remedy: "raise"},
	}
}

var costs = []*Cost{Quadratic, CrossEntropy, Exponential(10), Hellinger, KullbackLeibler, GeneralizedKL, ItakuraSaito, SoftmaxCrossEntropy}

// Costs returns the built-in costs. Exponential is there with τ = 10, because small
// values make the cost of an untrained network overflow.
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
	return c.Param.check(c)
}

// check reports what is wrong with the parameter of c.
func (p *Param) check(c *Cost) error {
	switch {
	case p == nil:
		return nil
	case p.Name == "" || p.Symbol == "" || p.With == nil:
		return fmt.Errorf("cost %v: Param lacks Name, Symbol or With", c)
	case !(p.Value > 0 && p.Value <= p.Max):
		return fmt.Errorf("cost %v: %s is %v: want a number above 0, at most %v", c, p.Name, p.Value, p.Max)
	}
	return nil
}

// fastOf returns the vector forms of c for networks of T.
func fastOf[T kernels.Float](c *Cost) fast[T] {
	return *pick[fast[T], T](&c.fast32, &c.fast64)
}

// halfSquare returns ½d².
func halfSquare(d float64) float64 { return float64(0.5 * d * d) }

// halfSquares returns ½ Σ (a−t)².
func halfSquares[T kernels.Float](a, t []T) (sum float64) {
	for j, t := range t[:len(a)] {
		sum += halfSquare(float64(a[j]) - float64(t))
	}
	return sum
}

// negativeRatio returns −t/a, and 0 where that is 0/0.
func negativeRatio(a, t float64) float64 {
	if t == 0 {
		return 0
	}
	return -t / a
}

func aboveZeroUnlessTarget(a, t float64) bool { return !(a < 0 || a == 0 && t > 0) }

// xlog returns x·ln, which is 0 where x is 0 whatever the logarithm.
func xlog(x, ln float64) float64 {
	if x == 0 {
		return 0
	}
	return float64(x * ln)
}

// lnRatio returns ln(t/a).
func lnRatio(t float64, y Output) float64 { return scalar.Log(t) - y.LnA }

// notBelowZero removes what rounding left of a difference that can't be negative.
func notBelowZero(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x
}
