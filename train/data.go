package train

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// Data are samples to learn from or to test with. Row k of X is the input of
// sample k and row k of T its target. X, T and Weights are what [Fit] and [Evaluate]
// use; they only read them. The other fields say where the samples are from and
// what they mean, and may be empty.
type Data[T kernels.Float] struct {
	X kernels.Matrix[T] // inputs, samples × features
	// T are the targets, samples × outputs. If it has no columns, Labels stand for targets: 1
	// for the class of a sample and 0 for others, which take memory batch by batch only.
	T kernels.Matrix[T]
	// Weights multiply the cost of each sample and what is learned from it. nil is 1 for
	// all. Mean costs still divide by the number of samples, where PyTorch divides by the
	// sum of the weights; accuracy and metrics leave weights out.
	Weights []T

	Name     string   // what messages call the data: "digits", or a file
	Labels   []int    // the class of each sample, an index into Classes; nil if there are none
	Classes  []string // names of the classes
	Features []string // names of the columns of X
	Scaler   *Scaler  // what X went through after it was read; nil for nothing
	Image    *Image   // how images became inputs; nil if the inputs are something else
}

// Image says that inputs are the pixels of images, row by row, the channels of a pixel one
// behind the other.
type Image struct {
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	Channels int     `json:"channels"` // 1 for grey; 3 for red, green and blue
	Largest  float64 `json:"largest"`  // what a pixel can be at most, before anything is scaled
}

// Inputs returns the number of inputs of an image.
func (i *Image) Inputs() int { return i.Width * i.Height * i.Channels }

// Len returns the number of samples.
func (d *Data[T]) Len() int { return d.X.Rows }

// Scale brings the inputs of d to the scale of s, in place, and makes s the Scaler
// of d. It panics if d has a Scaler already or another number of columns than s.
func (d *Data[T]) Scale(s *Scaler) {
	if d.Scaler != nil {
		panic(scaledTwice)
	}
	Scale(s, d.X)
	d.Scaler = s
}

// Subset returns a copy of the given samples in the given order. Names and Scaler
// are shared with d. It panics if there is no such sample.
func (d *Data[T]) Subset(samples []int) *Data[T] {
	s := *d
	s.X = kernels.NewMatrix[T](len(samples), d.X.Cols)
	s.T = kernels.NewMatrix[T](len(samples), d.T.Cols)
	s.Labels, s.Weights = nil, nil
	for i, k := range samples {
		copy(s.X.Row(i), d.X.Row(k))
		if d.T.Cols > 0 {
			copy(s.T.Row(i), d.T.Row(k))
		}
		if d.Labels != nil {
			s.Labels = append(s.Labels, d.Labels[k])
		}
		if d.Weights != nil {
			s.Weights = append(s.Weights, d.Weights[k])
		}
	}
	return &s
}

// Split divides the samples at random into a part to train with and a part to test
// with, each class by itself: of n samples of a class, testShare·n, rounded to the
// nearest whole number (half up), are for testing, but never all of them. Samples
// without labels are divided as one class. Both parts keep the order of d.
//
// The parts depend on labels, testShare and seed alone. Split panics unless
// testShare is in [0, 1), and if a label is negative.
func (d *Data[T]) Split(testShare float64, seed uint64) (training, test *Data[T]) {
	a, b := d.SplitRows(testShare, seed)
	return d.Subset(a), d.Subset(b)
}

// SplitRows returns the samples of the parts that [Data.Split] makes.
func (d *Data[T]) SplitRows(testShare float64, seed uint64) (training, test []int) {
	if !(testShare >= 0 && testShare < 1) {
		panic(splitShare)
	}
	inTest := make([]bool, d.Len())
	for c, members := range d.byClass() {
		rng.New(seed, uint64(c)).Shuffle(members)
		n := int(math.Floor(float64(testShare*float64(len(members))) + 0.5))
		for _, k := range members[:min(n, max(len(members)-1, 0))] {
			inTest[k] = true
		}
	}
	for k, t := range inTest {
		if t {
			test = append(test, k)
		} else {
			training = append(training, k)
		}
	}
	return training, test
}

// byClass returns the samples of each class, or all of them if there are no labels.
func (d *Data[T]) byClass() [][]int {
	members := make([][]int, 1)
	for k := range d.Len() {
		class := 0
		if d.Labels != nil {
			class = d.Labels[k]
		}
		if class < 0 {
			panic(negativeLabel)
		}
		for class >= len(members) {
			members = append(members, nil)
		}
		members[class] = append(members[class], k)
	}
	return members
}

// OneHot returns a matrix of len(labels) × classes with a 1 at (k, labels[k]) and 0
// elsewhere. A label outside 0 … classes−1 is an error.
func OneHot[T kernels.Float](labels []int, classes int) (kernels.Matrix[T], error) {
	if classes < 1 {
		return kernels.Matrix[T]{}, fmt.Errorf("%d classes: want at least 1", classes)
	}
	m := kernels.NewMatrix[T](len(labels), classes)
	for k, c := range labels {
		if c < 0 || c >= classes {
			return kernels.Matrix[T]{}, fmt.Errorf("label %d of item %d is out of range: want 0…%d", c, k, classes-1)
		}
		m.Row(k)[c] = 1
	}
	return m, nil
}

// check returns an error if n can't use d.
func (d *Data[T]) check(n *net.Network[T]) error {
	if err := d.X.Check(); err != nil {
		return fmt.Errorf("inputs: %w", err)
	}
	if err := d.T.Check(); err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	switch {
	case d.byLabels() && len(d.Labels) != d.Len():
		return fmt.Errorf("%d labels for %d samples", len(d.Labels), d.Len())
	case d.X.Rows != d.T.Rows && !d.byLabels():
		return fmt.Errorf("%d rows of inputs but %d rows of targets", d.X.Rows, d.T.Rows)
	case d.Len() < 1:
		return fmt.Errorf("no samples")
	case d.Weights != nil && len(d.Weights) != d.Len():
		return fmt.Errorf("%d weights for %d samples", len(d.Weights), d.Len())
	case d.Labels != nil && len(d.Labels) != d.Len():
		return fmt.Errorf("%d labels for %d samples", len(d.Labels), d.Len())
	case d.X.Cols != n.Inputs():
		return fmt.Errorf("inputs have %d columns but the network has %d inputs", d.X.Cols, n.Inputs())
	}
	for k := range d.X.Rows {
		if allFinite(d.X.Row(k)) {
			continue
		}
		for j, v := range d.X.Row(k) {
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("input row %d, column %d is %v: want a finite number", k+1, j+1, x)
			}
		}
	}
	if err := checkWeights(d.Weights, "sample"); err != nil {
		return err
	}
	if d.byLabels() {
		for k, c := range d.Labels {
			if c < 0 || c >= classes(n) {
				return fmt.Errorf("sample %d is of class %d, but the network has %d", k+1, c, classes(n))
			}
		}
		return n.CheckTargets(classTargets[T](n.Outputs()))
	}
	return n.CheckTargets(d.T)
}

// byLabels reports whether labels stand for targets.
func (d *Data[T]) byLabels() bool { return d.T.Cols == 0 && d.Labels != nil }

// classTargets returns the targets of a sample of each class, one a row: of two classes if
// there is one output.
func classTargets[T kernels.Float](outputs int) kernels.Matrix[T] {
	if outputs == 1 {
		return kernels.Matrix[T]{Rows: 2, Cols: 1, Stride: 1, Data: []T{0, 1}}
	}
	m := kernels.NewMatrix[T](outputs, outputs)
	for c := range outputs {
		m.Row(c)[c] = 1
	}
	return m
}

// A batch is the samples of one step, or all of a Data.
type batch[T kernels.Float] struct {
	X, T kernels.Matrix[T]
	W    []T // weights; nil for 1

	// With labels in place of targets, T is set by slice.
	labels  []int
	classes kernels.Matrix[T] // the targets of each class
	built   *builtTargets[T]
}

// builtTargets are the targets of samples i to j, made of labels.
type builtTargets[T kernels.Float] struct {
	t    kernels.Matrix[T]
	i, j int
}

// Len returns the number of samples.
func (b *batch[T]) Len() int { return b.X.Rows }

// outputs returns the number of columns of the targets.
func (b *batch[T]) outputs() int {
	if b.labels != nil {
		return b.classes.Cols
	}
	return b.T.Cols
}

// target returns the target of sample k.
func (b *batch[T]) target(k int) []T {
	if b.labels != nil {
		return b.classes.Row(b.labels[k])
	}
	return b.T.Row(k)
}

// slice returns samples i up to, but not including, j. Targets that are made of labels
// stay until the next call.
func (b *batch[T]) slice(i, j int) batch[T] {
	s := batch[T]{X: b.X.Slice(i, j)}
	if b.W != nil {
		s.W = b.W[i:j]
	}
	switch {
	case b.labels == nil:
		s.T = b.T.Slice(i, j)
	case j-i == 1:
		s.T = b.classes.Slice(b.labels[i], b.labels[i]+1)
	default:
		s.T = b.built.targets(b, i, j)
	}
	return s
}

// targets returns the targets of samples i to j of b.
func (m *builtTargets[T]) targets(b *batch[T], i, j int) kernels.Matrix[T] {
	if m.i == i && m.j == j && m.t.Rows == j-i {
		return m.t
	}
	cols := b.classes.Cols
	if len(m.t.Data) < (j-i)*cols {
		m.t.Data = make([]T, (j-i)*cols)
	}
	m.i, m.j = i, j
	m.t = kernels.Matrix[T]{Rows: j - i, Cols: cols, Stride: cols, Data: m.t.Data}
	for k := range j - i {
		copy(m.t.Row(k), b.classes.Row(b.labels[i+k]))
	}
	return m.t
}

// samples returns the inputs, targets and weights of d for n.
func (d *Data[T]) samples(n *net.Network[T]) batch[T] {
	b := batch[T]{X: d.X, T: d.T, W: d.Weights}
	if d.byLabels() {
		b.labels, b.classes, b.built = d.Labels, classTargets[T](n.Outputs()), new(builtTargets[T])
	}
	return b
}
