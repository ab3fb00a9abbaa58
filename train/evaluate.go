package train

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// Evaluate returns the mean cost of n over d and its [Accuracy].
func Evaluate[T kernels.Float](n *net.Network[T], d *Data[T]) (cost, accuracy float64, err error) {
	if err := d.check(n); err != nil {
		return 0, 0, fmt.Errorf("train: %w", err)
	}
	return evaluate(n, n.NewWorkspace(min(d.Len(), net.PredictBatch)), d.samples(), nil)
}

// EvaluateOutputs does what [Evaluate] does, and also returns the outputs that the
// cost and the accuracy are made of: row k of y is that of sample k.
func EvaluateOutputs[T kernels.Float](n *net.Network[T], d *Data[T]) (y kernels.Matrix[T], cost, accuracy float64, err error) {
	if err := d.check(n); err != nil {
		return y, 0, 0, fmt.Errorf("train: %w", err)
	}
	y = kernels.NewMatrix[T](d.Len(), n.Outputs())
	cost, accuracy, err = evaluate(n, n.NewWorkspace(min(d.Len(), net.PredictBatch)), d.samples(), &y)
	return y, cost, accuracy, err
}

// evaluate computes the cost and the accuracy of n over d and, if outputs is not nil,
// sets its rows to the outputs. The cost is summed batch by batch, so its last bits
// depend on the size of the batches, and on nothing else.
func evaluate[T kernels.Float](n *net.Network[T], ws *net.Workspace[T], d batch[T], outputs *kernels.Matrix[T]) (cost, accuracy float64, err error) {
	right := 0
	for i := 0; i < d.Len(); i += net.PredictBatch {
		b := d.slice(i, min(i+net.PredictBatch, d.Len()))
		y := n.Forward(ws, b.X)
		ws.SetSampleWeights(b.W)
		c, err := n.Cost(ws, b.T)
		if err != nil {
			return 0, 0, err
		}
		cost += float64(c * float64(b.Len()))
		right += hits(n, y, b.T)
		if outputs != nil {
			for k := range y.Rows {
				copy(outputs.Row(i+k), y.Row(k))
			}
		}
	}
	return cost / float64(d.Len()), float64(right) / float64(d.Len()), nil
}

// Accuracy returns the share of rows of the outputs y of n that name the same
// [Class] as the targets t. A row with a NaN is wrong. Without rows it is NaN.
// Accuracy panics if y and t differ in shape.
func Accuracy[T kernels.Float](n *net.Network[T], y, t kernels.Matrix[T]) float64 {
	if y.Rows != t.Rows || y.Cols != t.Cols || !y.Valid() || !t.Valid() {
		panic(accuracyShape)
	}
	return float64(hits(n, y, t)) / float64(y.Rows)
}

// hits returns the number of rows of y that name the same class as t.
func hits[T kernels.Float](n *net.Network[T], y, t kernels.Matrix[T]) int {
	count := 0
	for k := range y.Rows {
		if c := Class(n, y.Row(k)); c >= 0 && c == Class(n, t.Row(k)) {
			count++
		}
	}
	return count
}

// Class returns the class that a row of outputs or targets of n names: the index of
// the largest element, the first of several, or −1 if one is NaN. With one output it
// is 1 if the output is above the threshold of its activation, else 0.
func Class[T kernels.Float](n *net.Network[T], row []T) int {
	return metrics.Class(row, n.Threshold())
}
