package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/internal/table"
)

// A Rule is a way to change the learning rate during a training. [Rules] returns the
// built-in ones, each of which has a constructor that returns a [Schedule], such as
// [StepDecay]. A rule of your own is a value of the same type; if it has no
// parameters, this is a schedule:
//
//	train.Schedule{Rule: &train.Rule{Name: "halve", Factor: func(at train.Position, _ []float64) float64 {
//		return 1 / float64(1+at.Done)
//	}}}
//
// Rules are compared by pointer; what stores a schedule stores the name of its rule and
// its values, and [ParseRule] finds the rule again.
type Rule struct {
	Name       string      // what flags and files call it
	Formula    string      // of the factor in epoch e = 0, …, E−1
	Parameters []Parameter // what the factor depends on, beside the position
	// Factor returns what the learning rate is multiplied by, at least 0. values are
	// those of Parameters, in their order.
	Factor func(at Position, values []float64) float64
}

// A Parameter is a number that a rule depends on: at least Low and below High.
type Parameter struct {
	Name      string
	Low, High float64
	Whole     bool // a whole number
}

// A Position says how far a training is, in epochs or, if [Schedule].BySteps, in steps.
type Position struct {
	Done  int // epochs or steps that are completed
	Total int // of the whole training; 0 if nobody knows
}

// A Schedule is a rule with the values of its parameters. The zero Schedule keeps the
// learning rate constant.
type Schedule struct {
	Rule   *Rule     // nil for a constant rate
	Values []float64 // of Rule.Parameters, in their order
	// BySteps makes the schedule go by steps instead of epochs.
	BySteps bool
}

// rules are the built-in rules.
var rules = []*Rule{stepDecay, exponentialDecay, cosineDecay}

var stepDecay = &Rule{
	Name:       "step",
	Formula:    "factor^⌊e / every⌋",
	Parameters: []Parameter{{Name: "every", Low: 1, High: math.MaxInt32, Whole: true}, {Name: "factor", High: math.Inf(1)}},
	Factor:     func(at Position, v []float64) float64 { return scalar.Pow(v[1], math.Floor(float64(at.Done)/v[0])) },
}

// StepDecay multiplies the learning rate by factor after every so many epochs:
// factor^⌊e / every⌋.
func StepDecay(every int, factor float64) Schedule {
	return Schedule{Rule: stepDecay, Values: []float64{float64(every), factor}}
}

var exponentialDecay = &Rule{
	Name:       "exponential",
	Formula:    "factor^e",
	Parameters: []Parameter{{Name: "factor", High: math.Inf(1)}},
	Factor:     func(at Position, v []float64) float64 { return scalar.Pow(v[0], float64(at.Done)) },
}

// ExponentialDecay multiplies the learning rate by factor after every epoch: factor^e.
func ExponentialDecay(factor float64) Schedule {
	return Schedule{Rule: exponentialDecay, Values: []float64{factor}}
}

var cosineDecay = &Rule{
	Name:       "cosine",
	Formula:    "last + (1 − last) (1 + cos(π e / (E−1))) / 2",
	Parameters: []Parameter{{Name: "last", High: math.Inf(1)}},
	Factor: func(at Position, v []float64) float64 {
		if at.Total < 2 {
			return 1
		}
		last, wave := v[0], scalar.Cos(float64(math.Pi*float64(at.Done)/float64(at.Total-1)))
		return last + float64((1-last)*0.5*(1+wave))
	},
}

// CosineDecay lets the learning rate fall along half a wave from its full value in
// the first epoch to the share last of it in the last one (Loshchilov and
// Hutter, "SGDR", 2017, without restarts):
// last + (1 − last) (1 + cos(π e / (E−1))) / 2.
func CosineDecay(last float64) Schedule { return Schedule{Rule: cosineDecay, Values: []float64{last}} }

// String returns the name that [ParseRule] takes.
func (r *Rule) String() string { return r.Name }

// Rules returns the built-in rules.
func Rules() []*Rule { return slices.Clone(rules) }

// ParseRule returns the rule called name, one of [Rules] or of more.
func ParseRule(name string, more ...*Rule) (*Rule, error) {
	return table.Find("schedule", name, rules, more)
}

// check returns an error if a piece of r is missing.
func (r *Rule) check() error {
	if err := table.CheckName("schedule", r, rules); err != nil {
		return err
	}
	if r.Factor == nil {
		return fmt.Errorf("schedule %v lacks Factor", r)
	}
	for i, p := range r.Parameters {
		if p.Name == "" || !(p.Low < p.High) {
			return fmt.Errorf("schedule %v: parameter %d has no name or no range", r, i+1)
		}
	}
	return nil
}

// Check returns an error if a value is out of its range or missing, or if the rule
// lacks a piece.
func (s *Schedule) Check() error {
	if s.Rule == nil {
		if len(s.Values) > 0 {
			return fmt.Errorf("a schedule has values but no rule")
		}
		return nil
	}
	if err := s.Rule.check(); err != nil {
		return err
	}
	if len(s.Values) != len(s.Rule.Parameters) {
		return fmt.Errorf("schedule %v has %d values: want %d", s.Rule, len(s.Values), len(s.Rule.Parameters))
	}
	for i, p := range s.Rule.Parameters {
		x := s.Values[i]
		if !(x >= p.Low && x < p.High) || p.Whole && x != math.Floor(x) {
			kind := "a number"
			if p.Whole {
				kind = "a whole number"
			}
			return fmt.Errorf("%s of schedule %v is %v: want %s of at least %v and less than %v", p.Name, s.Rule, x, kind, p.Low, p.High)
		}
	}
	return nil
}

// factor returns the factor of the learning rate.
func (s *Schedule) factor(at Position) float64 {
	if s.Rule == nil {
		return 1
	}
	return s.Rule.Factor(at, s.Values)
}

// Like every rule, the built-in ones must be complete.
func init() {
	for _, r := range rules {
		if err := r.check(); err != nil {
			panic("train: " + err.Error())
		}
	}
}
