package train

import (
	"fmt"
	"math"
	"slices"

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
// Checkpoints store the name and the values; [ParseRule] finds the rule again.
type Rule struct {
	Name       string      // what flags and files call it
	Formula    string      // of the factor in epoch or step e = 0, …, E−1
	Parameters []Parameter // what the factor depends on, beside the position
	// Factor returns what the learning rate is multiplied by, at least 0. values are
	// those of Parameters, in their order.
	Factor func(at Position, values []float64) float64

	// State is what a rule that follows the cost begins with; Position.State is what has
	// become of it. nil is for a rule that doesn't.
	State []float64
	// Observe changes the state after an epoch with the given cost: that of the
	// validation data, or of the training if there are none. It goes with State.
	Observe func(state, values []float64, cost float64)
}

// A Parameter is a number that a rule depends on: at least Low and below High.
type Parameter struct {
	Name      string
	Low, High float64
	Whole     bool    // a whole number
	Value     float64 // unless told otherwise
}

// A Position says how far a training is, in epochs or, if [Schedule].BySteps, in steps.
type Position struct {
	Done  int // epochs or steps that are completed
	Total int // of the whole training
	State []float64
}

// A Schedule is a rule with the values of its parameters. The zero Schedule keeps the
// learning rate constant.
type Schedule struct {
	Rule   *Rule     // nil for a constant rate
	Values []float64 // of Rule.Parameters, in their order
	// BySteps makes the schedule go by steps instead of epochs: the numbers of epochs
	// among Values and Warmup are then numbers of steps.
	BySteps bool
	// Warmup is the number of epochs or steps in front of the rule. In them the factor
	// rises on a straight line from WarmupFrom to 1, WarmupFrom + (1−WarmupFrom) e/Warmup.
	// The rule begins after them, and has so many fewer.
	Warmup     int
	WarmupFrom float64
}

// WithWarmup returns s with a linear warm-up in front of it: so many epochs, or steps if
// s goes by steps, that begin with the factor from.
func (s Schedule) WithWarmup(length int, from float64) Schedule {
	s.Warmup, s.WarmupFrom = length, from
	return s
}

// PerStep returns s, going by steps instead of epochs.
func (s Schedule) PerStep() Schedule {
	s.BySteps = true
	return s
}

// With returns s with another value of one parameter. It panics if the rule has no
// parameter of that name.
func (s Schedule) With(name string, value float64) Schedule {
	if s.Rule != nil {
		for i, p := range s.Rule.Parameters {
			if p.Name == name && i < len(s.Values) {
				s.Values = slices.Clone(s.Values)
				s.Values[i] = value
				return s
			}
		}
	}
	panic(noParameter)
}

// Schedule returns a schedule of rule r whose parameters have their default values.
func (r *Rule) Schedule() Schedule {
	s := Schedule{Rule: r}
	for _, p := range r.Parameters {
		s.Values = append(s.Values, p.Value)
	}
	return s
}

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
	switch {
	case r.Factor == nil:
		return fmt.Errorf("schedule %v lacks Factor", r)
	case (r.Observe == nil) != (r.State == nil):
		return fmt.Errorf("schedule %v has one of State and Observe: want both or neither", r)
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
	switch {
	case s.Warmup < 0:
		return fmt.Errorf("the warm-up of the schedule is %d: want at least 0", s.Warmup)
	case !(s.WarmupFrom >= 0) || math.IsInf(s.WarmupFrom, 0):
		return fmt.Errorf("the warm-up begins with the factor %v: want a finite number of at least 0", s.WarmupFrom)
	case s.Rule == nil && len(s.Values) > 0:
		return fmt.Errorf("a schedule has values but no rule")
	case s.Rule == nil:
		return nil
	}
	if err := s.Rule.check(); err != nil {
		return err
	}
	if s.BySteps && s.Rule.Observe != nil {
		return fmt.Errorf("schedule %v follows the cost of epochs and can't go by steps", s.Rule)
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

// Factor returns what the learning rate is multiplied by at a position.
func (s *Schedule) Factor(at Position) float64 {
	if at.Done < s.Warmup {
		return s.WarmupFrom + float64((1-s.WarmupFrom)*float64(at.Done)/float64(s.Warmup))
	}
	if s.Rule == nil {
		return 1
	}
	at.Done -= s.Warmup
	at.Total = max(at.Total-s.Warmup, 0)
	return s.Rule.Factor(at, s.Values)
}

// initial returns the state that the schedule begins with, nil if it has none.
func (s *Schedule) initial() []float64 {
	if s.Rule == nil {
		return nil
	}
	return slices.Clone(s.Rule.State)
}

// observe changes the state after an epoch.
func (s *Schedule) observe(state []float64, cost float64) {
	if s.Rule != nil && s.Rule.Observe != nil {
		s.Rule.Observe(state, s.Values, cost)
	}
}
