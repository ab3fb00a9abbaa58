package train_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/train"
)

// ruled returns a schedule of the test's own.
func ruled(factor func(at train.Position) float64) train.Schedule {
	return train.Schedule{Rule: &train.Rule{
		Name:   "test",
		Factor: func(at train.Position, _ []float64) float64 { return factor(at) },
	}}
}

// factor returns the factor of s.
func factor(s train.Schedule, epoch, epochs int) float64 {
	return s.Factor(train.Position{Done: epoch, Total: epochs, State: s.Rule.State})
}

// Every rule is found by its name, documented by its formula, and has values here.
func TestRules(t *testing.T) {
	type value struct {
		schedule train.Schedule
		epoch    int
		want     float64
	}
	tests := map[string][]value{
		"step": {
			{train.StepDecay(3, 0.5), 2, 1},
			{train.StepDecay(3, 0.5), 3, 0.5},
			{train.StepDecay(3, 0.5), 8, 0.25},
		},
		"exponential": {
			{train.ExponentialDecay(0.9), 0, 1},
			{train.ExponentialDecay(0.9), 2, 0.81},
		},
		"constant":        {{train.Constant(), 7, 1}},
		"inverse-scaling": {{train.InverseScaling(0.5), 3, 0.5}},
		"polynomial":      {{train.PolynomialDecay(2), 0, 1}, {train.PolynomialDecay(1), 11, 0}, {train.PolynomialDecay(1), 12, 0}},
		"cosine-restarts": {{train.CosineRestarts(4, 1, 0.1), 10, 0.55}, {train.CosineRestarts(4, 2, 0), 8, 0.5}},
		"one-cycle": {
			{train.OneCycle(6./11, 10, 100), 0, 0.1},
			{train.OneCycle(6./11, 10, 100), 5, 1},
			{train.OneCycle(6./11, 10, 100), 10, 0.001},
			{train.OneCycle(0, 10, 100), 0, 1},
			{train.OneCycle(0, 10, 100), 20, 0.001},
		},
		"plateau": {{train.ReduceOnPlateau(0.5, 3), 0, 1}},
		"cosine": {
			{train.CosineDecay(0.1), 0, 1},
			{train.CosineDecay(0.1), 5, 0.55},
			{train.CosineDecay(0.1), 10, 0.1},
		},
	}
	docs := constructorDocs(t, "rules.go", "Schedule")
	if len(train.Rules()) != len(tests) {
		t.Errorf("%v are the built-in rules, and %d are tested", train.Rules(), len(tests))
	}
	for _, r := range train.Rules() {
		if got, err := train.ParseRule(r.String()); got != r || err != nil {
			t.Errorf("ParseRule(%q) = %v, %v", r, got, err)
		}
		if r.Formula == "" || !strings.Contains(docs, r.Formula) {
			t.Errorf("no constructor's documentation has the formula of %v, %q", r, r.Formula)
		}
		if len(tests[r.Name]) == 0 {
			t.Errorf("no values of %v are tested", r)
		}
		for _, v := range tests[r.Name] {
			if v.schedule.Rule != r {
				t.Errorf("the constructor of %v makes %v", r, v.schedule.Rule)
			}
			if err := v.schedule.Check(); err != nil {
				t.Error(err)
			}
			near(t, r.Name, factor(v.schedule, v.epoch, 11), v.want, 1e-15)
		}
	}
	near(t, "cosine over one epoch", factor(train.CosineDecay(0), 0, 1), 1, 0)
	for epochs := range 200 {
		if last := factor(train.CosineDecay(0), epochs-1, epochs); epochs > 1 && !(last >= 0) {
			t.Errorf("cosine over %d epochs ends at %v", epochs, last)
		}
	}
}

func TestScheduleErrors(t *testing.T) {
	one := func(train.Position, []float64) float64 { return 1 }
	for want, s := range map[string]train.Schedule{
		"every of schedule step is 0: want a whole number of at least 1":    train.StepDecay(0, 0.5),
		"every of schedule step is 1.5: want a whole number":                {Rule: train.StepDecay(1, 1).Rule, Values: []float64{1.5, 1}},
		"factor of schedule exponential is -1: want a number of at least 0": train.ExponentialDecay(-1),
		"last of schedule cosine is NaN: want":                              train.CosineDecay(math.NaN()),
		"schedule cosine has 0 values: want 1":                              {Rule: train.CosineDecay(0).Rule},
		"schedule step is not the built-in one of that name":                {Rule: &train.Rule{Name: "step", Factor: one}},
		"values but no rule":                                 {Values: []float64{1}},
		"schedule without a Name":                            {Rule: &train.Rule{Factor: one}},
		"schedule mine lacks Factor":                         {Rule: &train.Rule{Name: "mine"}},
		"schedule mine: parameter 2 has no name or no range": {Rule: &train.Rule{Name: "mine", Factor: one, Parameters: []train.Parameter{{Name: "a", High: 1}, {Name: "b"}}}},
		"schedule mine: parameter 1 has no name or no range": {Rule: &train.Rule{Name: "mine", Factor: one, Parameters: []train.Parameter{{High: 1}}}},
	} {
		_, err := train.Fit(context.Background(), linear(t), numbered(3), nil, train.Options{Epochs: 1, Rate: 1, Batch: 1, Schedule: s})
		if err == nil || !strings.HasPrefix(err.Error(), "train: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A rule of one's own enters by the same door as the built-in ones.
func TestOwnRule(t *testing.T) {
	mine := &train.Rule{
		Name:       "inverse",
		Parameters: []train.Parameter{{Name: "power", High: 10}},
		Factor:     func(at train.Position, v []float64) float64 { return math.Pow(1+float64(at.Done), -v[0]) },
	}
	if got, err := train.ParseRule("inverse", mine); got != mine || err != nil {
		t.Errorf("ParseRule: %v, %v", got, err)
	}
	if _, err := train.ParseRule("inverse"); err == nil || !strings.Contains(err.Error(), `unknown schedule "inverse": want one of constant, step, exponential, inverse-scaling, polynomial, cosine, cosine-restarts, one-cycle, plateau`) {
		t.Errorf("error %v", err)
	}
	r := fit(t, linear(t), numbered(3), train.Options{Epochs: 4, Rate: 0.01, Batch: 1, Schedule: train.Schedule{Rule: mine, Values: []float64{1}}})
	for k, e := range r.Epochs {
		near(t, "rate", e.Rate, 0.01/float64(k+1), 1e-17)
	}
}

// The parameters of rules have defaults, those of PyTorch and scikit-learn where they have some.
func TestRuleDefaults(t *testing.T) {
	want := map[string][]float64{
		"constant": nil, "step": {10, 0.1}, "exponential": {0.95}, "inverse-scaling": {0.5}, "polynomial": {1}, "cosine": {0},
		"cosine-restarts": {10, 2, 0}, "one-cycle": {0.3, 25, 1e4}, "plateau": {0.1, 10, 1e-4, 0, 0, 0},
	}
	for _, r := range train.Rules() {
		s := r.Schedule()
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		if values, ok := want[r.Name]; !ok || !slices.Equal(s.Values, values) || s.Rule != r {
			t.Errorf("%v: values %v, want %v", r, s.Values, values)
		}
	}
}

// The values that the parameters of rules may have.
func TestRuleRanges(t *testing.T) {
	want := map[string]string{
		"constant":        "",
		"step":            "every: whole, 1 to 2.147483647e+09; factor: 0 to +Inf; ",
		"exponential":     "factor: 0 to +Inf; ",
		"inverse-scaling": "power: 0 to +Inf; ",
		"polynomial":      "power: 0 to +Inf; ",
		"cosine":          "last: 0 to +Inf; ",
		"cosine-restarts": "period: whole, 1 to 2.147483647e+09; times: whole, 1 to 2.147483647e+09; last: 0 to +Inf; ",
		"one-cycle":       "rise: 0 to 1; start: 1 to +Inf; end: 1 to +Inf; ",
		"plateau":         "factor: 0 to 1; patience: whole, 0 to 2.147483647e+09; threshold: 0 to 1; margin: 0 to +Inf; cooldown: whole, 0 to 2.147483647e+09; least: 0 to 1; ",
	}
	for _, r := range train.Rules() {
		got := ""
		for _, p := range r.Parameters {
			whole := ""
			if p.Whole {
				whole = "whole, "
			}
			got += fmt.Sprintf("%s: %s%v to %v; ", p.Name, whole, p.Low, p.High)
		}
		if w, ok := want[r.Name]; !ok || got != w {
			t.Errorf("%v: %q, want %q", r, got, w)
		}
	}
}
