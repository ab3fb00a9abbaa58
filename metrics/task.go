package metrics

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
)

// A Kind of task is what outputs mean. Kinds are bits, so that a metric can go with
// several.
type Kind uint8

const (
	TwoClasses  Kind = 1 << iota // classification with two classes
	ManyClasses                  // classification with three classes or more
	Numbers                      // regression

	AnyClasses = TwoClasses | ManyClasses
)

// kindNames are the names of the kinds for messages, in the order of their bits.
var kindNames = [...]string{"two classes", "three classes or more", "regression"}

// String returns the names of the kinds, as in "two classes or regression".
func (k Kind) String() string {
	s := ""
	for i, name := range kindNames {
		if k>>i&1 == 0 {
			continue
		}
		if s != "" {
			s += " or "
		}
		s += name
	}
	return s
}

// A Task says what the outputs of a network mean. Make one with [Binary], [Classes]
// or [Regression].
type Task struct {
	kind      Kind
	outputs   int
	threshold float64
}

// Binary is classification with one output: class 1 if it is above threshold, else
// class 0. The threshold is the middle of the output's range: ½ for a sigmoid, 0
// for tanh.
func Binary(threshold float64) Task { return Task{TwoClasses, 1, threshold} }

// Classes is classification with one output for each of at least two classes.
func Classes(outputs int) Task {
	if outputs == 2 {
		return Task{TwoClasses, 2, 0}
	}
	return Task{ManyClasses, outputs, 0}
}

// Regression is the prediction of numbers, at least one.
func Regression(outputs int) Task { return Task{Numbers, outputs, 0} }

// Kind returns what the outputs mean.
func (t Task) Kind() Kind { return t.kind }

// Outputs returns the number of outputs.
func (t Task) Outputs() int { return t.outputs }

// Classes returns the number of classes, 0 for a regression.
func (t Task) Classes() int {
	switch {
	case t.kind == Numbers:
		return 0
	case t.outputs == 1:
		return 2
	}
	return t.outputs
}

func (t Task) check() error {
	switch {
	case t.kind == 0:
		return fmt.Errorf("no task: want Binary, Classes or Regression")
	case t.threshold != t.threshold:
		return fmt.Errorf("the threshold is NaN")
	case t.kind == ManyClasses && t.outputs < 3: // Classes(2) is of the other kind
		return fmt.Errorf("%d outputs for classes: want at least 2, or Binary for a single output", t.outputs)
	case t.outputs < 1:
		return fmt.Errorf("%d outputs: want at least 1", t.outputs)
	}
	return nil
}

// Class returns the class that a row of outputs or targets names: the index of the
// largest element, the first of several, or −1 if one is NaN. With one output it is 1
// if the output is above threshold, else 0.
func Class[T kernels.Float](row []T, threshold float64) int {
	best := 0
	for j, v := range row {
		if v != v {
			return -1
		}
		if v > row[best] {
			best = j
		}
	}
	if len(row) == 1 && float64(row[0]) > threshold {
		return 1
	}
	return best
}
