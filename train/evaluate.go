package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// TaskOf returns what the outputs of n mean for the samples of d. They name classes if d
// has Labels or Classes, if the output layer is a softmax, or if all targets are 0 and 1,
// or −1 and 1. Otherwise they are numbers.
func TaskOf[T kernels.Float](n *net.Network[T], d *Data[T]) metrics.Task {
	σ := n.Layer(n.Depth()).Activation
	bounded := σ.Range != nil && !math.IsInf(σ.Range.Min, 0) && !math.IsInf(σ.Range.Max, 0)
	if d.Labels == nil && d.Classes == nil && !σ.ByRows && !twoValued(d.T, bounded) {
		return metrics.Regression(n.Outputs())
	}
	if n.Outputs() == 1 {
		return metrics.Binary(n.Threshold())
	}
	return metrics.Classes(n.Outputs())
}

// twoValued reports whether all elements are 0 or 1, or all −1 or 1, and, unless one value
// is enough, whether there is a 1.
func twoValued[T kernels.Float](m kernels.Matrix[T], enough bool) bool {
	zeros, minus := true, true
	for k := range m.Rows {
		for _, v := range m.Row(k) {
			zeros, minus, enough = zeros && (v == 0 || v == 1), minus && (v == -1 || v == 1), enough || v == 1
		}
		if !zeros && !minus {
			return false
		}
	}
	return enough
}

// Evaluate returns the mean cost of n over d and its accuracy: the share of samples whose
// outputs name the same [Class] as their targets. If the outputs are numbers, see
// [TaskOf], there is no accuracy: it is NaN.
func Evaluate[T kernels.Float](n *net.Network[T], d *Data[T]) (cost, accuracy float64, err error) {
	return evaluateInto(n, d, nil)
}

// EvaluateOutputs does what [Evaluate] does, and also returns the outputs that the
// cost and the accuracy are made of: row k of y is that of sample k.
func EvaluateOutputs[T kernels.Float](n *net.Network[T], d *Data[T]) (y kernels.Matrix[T], cost, accuracy float64, err error) {
	y = kernels.NewMatrix[T](max(d.Len(), 0), n.Outputs())
	cost, accuracy, err = evaluateInto(n, d, &y)
	if err != nil {
		y = kernels.Matrix[T]{}
	}
	return y, cost, accuracy, err
}

func evaluateInto[T kernels.Float](n *net.Network[T], d *Data[T], outputs *kernels.Matrix[T]) (cost, accuracy float64, err error) {
	if err := d.check(n); err != nil {
		return 0, 0, fmt.Errorf("train: %w", err)
	}
	e, err := newEvaluator(n, d, TaskOf(n, d))
	if err != nil {
		return 0, 0, err
	}
	cost, err = e.run(n, n.NewWorkspace(min(d.Len(), net.PredictBatch)), outputs)
	return cost, e.accuracy(), err
}

// An evaluator measures a network with the same samples again and again.
type evaluator[T kernels.Float] struct {
	data  batch[T]
	task  metrics.Task
	meter *metrics.Meter[T] // nil if there is nothing to measure but the cost
	team  *team[T]          // nil without other ranks
}

// newEvaluator returns an evaluator of the cost, of the accuracy if the task has classes,
// and of the given metrics.
func newEvaluator[T kernels.Float](n *net.Network[T], d *Data[T], task metrics.Task, ms ...*metrics.Metric) (*evaluator[T], error) {
	e := &evaluator[T]{data: d.samples(n), task: task}
	var all []*metrics.Metric
	if e.task.Classes() > 0 {
		all = append(all, metrics.Accuracy)
	}
	for _, m := range ms {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return e, nil
	}
	var err error
	if e.meter, err = metrics.New[T](e.task, all...); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	e.meter.Reserve(d.Len())
	return e, nil
}

// run returns the mean cost of n and, if outputs is not nil, sets its rows to the outputs.
// The cost is summed batch by batch, so its last bits depend on the size of the batches,
// and on nothing else.
func (e *evaluator[T]) run(n *net.Network[T], ws *net.Workspace[T], outputs *kernels.Matrix[T]) (cost float64, err error) {
	ws.SetPart(nil)
	if e.meter != nil {
		e.meter.Reset()
	}
	if e.team != nil {
		y, costs, ok, err := e.team.evaluate(e, n, ws)
		if err != nil {
			return 0, err
		}
		if ok {
			return e.judge(&y, costs)
		}
	}
	for i := 0; i < e.data.Len(); i += net.PredictBatch {
		b := e.data.slice(i, min(i+net.PredictBatch, e.data.Len()))
		y := n.Forward(ws, b.X)
		ws.SetSampleWeights(b.W)
		c, err := n.Cost(ws, b.T)
		if err != nil {
			return 0, err
		}
		cost += float64(c * float64(b.Len()))
		if e.meter != nil {
			if err := e.meter.Add(y, b.T, nil); err != nil {
				return 0, err
			}
		}
		if outputs != nil {
			for k := range y.Rows {
				copy(outputs.Row(i+k), y.Row(k))
			}
		}
	}
	return cost / float64(e.data.Len()), nil
}

// judge is run with the outputs and the costs of all samples.
func (e *evaluator[T]) judge(y *kernels.Matrix[T], costs []float64) (cost float64, err error) {
	for i := 0; i < len(costs); i += net.PredictBatch {
		j, total := min(i+net.PredictBatch, len(costs)), 0.0
		for _, c := range costs[i:j] {
			total += c
		}
		cost += float64(total / float64(j-i) * float64(j-i))
		if e.meter != nil {
			b := e.data.slice(i, j)
			if err := e.meter.Add(y.Slice(i, j), b.T, nil); err != nil {
				return 0, err
			}
		}
	}
	return cost / float64(len(costs)), nil
}

// accuracy returns the accuracy of the last run, NaN for a regression.
func (e *evaluator[T]) accuracy() float64 {
	if e.task.Classes() == 0 {
		return math.NaN()
	}
	return e.meter.Value(metrics.Accuracy)
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
