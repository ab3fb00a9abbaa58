// Package dataset reads labelled samples (MNIST's IDX files, CSV) and arrays
// (NPY, NPZ), and carries 1,797 handwritten digits of its own.
//
// A [Set] holds one sample a row, ready for training: inputs, one-hot targets
// and class indices. Every reader checks all it is told against what is really
// there; its errors name the file, the line or item, and what would be right.
package dataset

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// Set is a collection of labelled samples.
type Set[T kernels.Float] struct {
	Name     string            // what messages call it: "digits", or the file
	X        kernels.Matrix[T] // inputs, samples × features
	Targets  kernels.Matrix[T] // one-hot rows, samples × classes; no columns if unlabelled
	Labels   []int             // the class of each sample, an index into Classes; nil if unlabelled
	Classes  []string          // class names; nil if unlabelled
	Features []string          // names of the columns of X; nil if the source has none
	Scaler   *Scaler           // what X went through after it was read; nil if X is as read
}

// Len returns the number of samples.
func (s *Set[T]) Len() int { return s.X.Rows }

// Subset copies the given samples, in the given order, to a new set.
func (s *Set[T]) Subset(samples []int) *Set[T] {
	t := *s
	t.X = kernels.NewMatrix[T](len(samples), s.X.Cols)
	t.Targets = kernels.NewMatrix[T](len(samples), s.Targets.Cols)
	t.Labels = nil
	for i, k := range samples {
		copy(t.X.Row(i), s.X.Row(k))
		copy(t.Targets.Row(i), s.Targets.Row(k))
		if s.Labels != nil {
			t.Labels = append(t.Labels, s.Labels[k])
		}
	}
	return &t
}

// Split divides the set into a training part and a test part, stratified: of
// the n samples of each class, ⌊testShare·n + ½⌋ go to the test part, but never
// the last one. Which ones is decided by shuffling the samples of class c, in
// set order, with generator rng.New(seed, c) and taking the first. Both parts
// keep the order of the set. Samples without labels are all for training. Split
// panics unless testShare is in [0, 1).
func (s *Set[T]) Split(testShare float64, seed uint64) (train, test *Set[T]) {
	if !(testShare >= 0 && testShare < 1) {
		panic("dataset: Split: share is not in [0, 1)")
	}
	members := make([][]int, len(s.Classes))
	for i, c := range s.Labels {
		members[c] = append(members[c], i)
	}
	isTest := make([]bool, s.Len())
	for c, m := range members {
		rng.New(seed, uint64(c)).Shuffle(m)
		n := int(math.Floor(float64(testShare*float64(len(m))) + 0.5))
		for _, i := range m[:min(n, max(len(m)-1, 0))] {
			isTest[i] = true
		}
	}
	var trainRows, testRows []int
	for i, t := range isTest {
		if t {
			testRows = append(testRows, i)
		} else {
			trainRows = append(trainRows, i)
		}
	}
	return s.Subset(trainRows), s.Subset(testRows)
}

// OneHot returns a matrix of len(labels) × classes with a 1 at (i, labels[i])
// and 0 elsewhere. Its width never depends on which labels occur.
func OneHot[T kernels.Float](labels []int, classes int) (kernels.Matrix[T], error) {
	if classes < 1 {
		return kernels.Matrix[T]{}, fmt.Errorf("%d classes: want at least 1", classes)
	}
	m := kernels.NewMatrix[T](len(labels), classes)
	for i, c := range labels {
		if c < 0 || c >= classes {
			return kernels.Matrix[T]{}, fmt.Errorf("label %d of item %d is out of range: want 0…%d", c, i, classes-1)
		}
		m.Row(i)[c] = 1
	}
	return m, nil
}
