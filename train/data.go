package train

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// Data are samples to learn from or to test with: row k of X is the input and
// row k of T the target of sample k. They are only read.
type Data[T kernels.Float] struct {
	X, T kernels.Matrix[T]
}

// Len returns the number of samples.
func (d Data[T]) Len() int { return d.X.Rows }

// check returns an error if n can't use d.
func (d Data[T]) check(n *net.Network[T]) error {
	switch {
	case !d.X.Valid():
		return fmt.Errorf("the inputs' Data has %d elements, too few for %d rows of %d with stride %d", len(d.X.Data), d.X.Rows, d.X.Cols, d.X.Stride)
	case !d.T.Valid():
		return fmt.Errorf("the targets' Data has %d elements, too few for %d rows of %d with stride %d", len(d.T.Data), d.T.Rows, d.T.Cols, d.T.Stride)
	case d.X.Rows != d.T.Rows:
		return fmt.Errorf("%d rows of inputs but %d rows of targets", d.X.Rows, d.T.Rows)
	case d.Len() < 1:
		return fmt.Errorf("no samples")
	case d.X.Cols != n.Inputs():
		return fmt.Errorf("inputs have %d columns but the network has %d inputs", d.X.Cols, n.Inputs())
	}
	for k := range d.X.Rows {
		for j, v := range d.X.Row(k) {
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("input row %d, column %d is %v: want a finite number", k+1, j+1, x)
			}
		}
	}
	return n.CheckTargets(d.T)
}

// slice returns samples i up to, but not including, j.
func (d Data[T]) slice(i, j int) Data[T] {
	return Data[T]{X: d.X.Slice(i, j), T: d.T.Slice(i, j)}
}

// Evaluate returns the mean cost of n over d and its [Accuracy].
func Evaluate[T kernels.Float](n *net.Network[T], d Data[T]) (cost, accuracy float64, err error) {
	if err := d.check(n); err != nil {
		return 0, 0, fmt.Errorf("train: %w", err)
	}
	return evaluate(n, n.NewWorkspace(min(d.Len(), evalBatch)), d)
}

// evalBatch is the number of samples that are evaluated at once. Where a cost is
// rounded depends on it, and on nothing else.
const evalBatch = 256

func evaluate[T kernels.Float](n *net.Network[T], ws *net.Workspace[T], d Data[T]) (cost, accuracy float64, err error) {
	right := 0
	for i := 0; i < d.Len(); i += evalBatch {
		b := d.slice(i, min(i+evalBatch, d.Len()))
		y := n.Forward(ws, b.X)
		c, err := n.Cost(ws, b.T)
		if err != nil {
			return 0, 0, err
		}
		cost += float64(c * float64(b.Len()))
		right += hits(n, y, b.T)
	}
	return cost / float64(d.Len()), float64(right) / float64(d.Len()), nil
}

// Accuracy returns the share of rows of the outputs y of n that name the same
// class as the targets t. The class is the index of the largest element (the
// first of several); with one output it is whether the output is above the
// middle of its activation's range, 0 for tanh and ½ for all others. A row with
// a NaN is wrong. Without rows it is NaN. Accuracy panics if y and t differ in shape.
func Accuracy[T kernels.Float](n *net.Network[T], y, t kernels.Matrix[T]) float64 {
	if y.Rows != t.Rows || y.Cols != t.Cols || !y.Valid() || !t.Valid() {
		panic("train: Accuracy: y and t are invalid or differ in shape")
	}
	return float64(hits(n, y, t)) / float64(y.Rows)
}

// hits returns the number of rows of y that name the same class as t.
func hits[T kernels.Float](n *net.Network[T], y, t kernels.Matrix[T]) int {
	threshold := T(0.5)
	if n.Layer(n.Depth()).Activation == net.Tanh {
		threshold = 0
	}
	count := 0
	for k := range y.Rows {
		if c := class(y.Row(k), threshold); c >= 0 && c == class(t.Row(k), threshold) {
			count++
		}
	}
	return count
}

// class returns the class that a row of outputs or targets names, −1 if it has a NaN.
func class[T kernels.Float](row []T, threshold T) int {
	best := 0
	for j, v := range row {
		if v != v {
			return -1
		}
		if v > row[best] {
			best = j
		}
	}
	if len(row) == 1 && row[0] > threshold {
		return 1
	}
	return best
}
