package dataset

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/nabla-go/nabla/train"
)

// MarshalText writes the name of a task.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name of a task.
func (t *Task) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTask(string(text))
	return err
}

// maxHashed is the most inputs that a stored encoder may share between levels.
const maxHashed = 1 << 16

// Check makes an encoder that was read from somewhere ready for use, or says what is wrong
// with it. It takes no more memory than the encoder's own.
func (e *Encoder) Check() error {
	if _, err := missingPolicies.find(e.Missing); err != nil {
		return err
	}
	if _, err := scalings.find(e.Scale); err != nil {
		return err
	}
	if e.Task == AnyTask {
		return fmt.Errorf("the encoder has no task")
	}
	for i := range e.Columns {
		if err := e.Columns[i].check(); err != nil {
			return fmt.Errorf("%s: %w", columnName(i+1, e.Columns[i].Name), err)
		}
	}
	if err := e.prepare(); err != nil {
		return err
	}
	targets := 0
	for _, c := range e.Columns {
		if c.Role == string(target) {
			targets++
		}
	}
	if targets != len(e.Targets) || targets > 1 && e.Task == Classification {
		return fmt.Errorf("%d targets for %d target columns and the task %v", len(e.Targets), targets, e.Task)
	}
	for i, t := range e.Targets {
		if t.Column < 0 || t.Column >= len(e.Columns) || e.Columns[t.Column].Role != string(target) || i > 0 && t.Column <= e.Targets[i-1].Column {
			return fmt.Errorf("target %d belongs to no target column", i+1)
		}
		if e.Task == Regression {
			if t.Classes != nil || !finite(t.Mean) || !finite(t.SD) || t.SD <= 0 {
				return fmt.Errorf("target %d has mean %v and deviation %v: want finite numbers, the deviation above 0, and no classes", i+1, t.Mean, t.SD)
			}
		} else if len(t.Classes) == 0 || e.Task == Labels && len(t.Classes) != 2 || t.Mean != 0 || t.SD != 0 {
			return fmt.Errorf("target %d has %d classes", i+1, len(t.Classes))
		}
		if err := distinctNames(t.Classes); err != nil {
			return err
		}
	}
	return nil
}

func finite(x float64) bool { return x-x == 0 }

func (c *Column) check() error {
	switch role(c.Role) {
	case input, target, group, order, weight, dropped:
	default:
		return fmt.Errorf("unknown role %q", c.Role)
	}
	if !utf8.ValidString(c.Name) || !utf8.ValidString(c.FillWord) {
		return fmt.Errorf("a name is not UTF-8")
	}
	if !finite(c.Fill) || math.Abs(c.Fill) > 1e300 {
		return fmt.Errorf("gaps are filled with %v", c.Fill)
	}
	if c.Hashed < 0 || c.Hashed > maxHashed {
		return fmt.Errorf("%d inputs that levels share: want at most %d", c.Hashed, maxHashed)
	}
	if err := distinctNames(c.Levels); err != nil {
		return err
	}
	return distinctNames(c.Rare)
}

func distinctNames(names []string) error {
	seen := make(map[string]bool)
	for _, n := range names {
		if seen[n] || !utf8.ValidString(n) {
			return fmt.Errorf("the name %q occurs twice or is not UTF-8", n)
		}
		seen[n] = true
	}
	return nil
}

// NumberEncoder returns an encoder for a model that has none: all inputs are numbers, which
// may have names, and the target in the last column, if there are classes, is one of those.
func NumberEncoder(inputs int, names, classes []string, s *train.Scaler) *Encoder {
	e := &Encoder{Task: Regression, Missing: "error", Scale: "none", Scaler: s}
	for j := range inputs {
		c := Column{Type: numberColumn.name, Role: string(input)}
		if names != nil {
			c.Name = names[j]
		}
		e.Columns = append(e.Columns, c)
	}
	if classes != nil {
		e.Task = Classification
		e.Columns = append(e.Columns, Column{Type: categoryColumn.name, Role: string(target)})
		e.Targets = []Target{{Column: inputs, Classes: classes}}
	}
	if err := e.prepare(); err != nil {
		panic(err) // there are no such types
	}
	return e
}
