package train

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// Evaluate returns the mean cost of n over d and its [Accuracy].
func Evaluate[T kernels.Float](n *net.Network[T], d *Data[T]) (cost, accuracy float64, err error) {
	if err := d.check(n); err != nil {
		return 0, 0, fmt.Errorf("train: %w", err)
	}
	return evaluate(n, n.NewWorkspace(min(d.Len(), evalBatch)), d.samples())
}

// evalBatch is the number of samples that are evaluated at once. Where a cost is
// rounded depends on it, and on nothing else.
const evalBatch = 256

func evaluate[T kernels.Float](n *net.Network[T], ws *net.Workspace[T], d batch[T]) (cost, accuracy float64, err error) {
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
		panic(accuracyShape)
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
