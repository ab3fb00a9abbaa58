package metrics

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// A Meter adds up what its metrics need, batch by batch. It is not for concurrent use:
// give each goroutine its own, and merge them.
type Meter[T kernels.Float] struct {
	metrics []*Metric
	totals  Totals
	columns []scores[T] // one for each class, or that of class 1 if there are two classes
}

// New returns a meter of the given metrics, or an error if one doesn't go with task.
func New[T kernels.Float](task Task, ms ...*Metric) (*Meter[T], error) {
	if err := task.check(); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if len(ms) == 0 {
		return nil, fmt.Errorf("metrics: no metrics: want some, For(task) for all")
	}
	needs := Needs(0)
	names := map[string]bool{}
	for _, x := range ms {
		if err := x.check(task); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		if names[x.Name] {
			return nil, fmt.Errorf("metrics: two metrics are named %s", x.Name)
		}
		names[x.Name] = true
		needs |= x.Needs
	}
	m := &Meter[T]{metrics: append([]*Metric(nil), ms...), totals: newTotals(task, needs)}
	if needs&Scores != 0 {
		m.columns = make([]scores[T], 1)
		if task.kind == ManyClasses {
			m.columns = make([]scores[T], task.outputs)
		}
		m.totals.curves = m
	}
	return m, nil
}

// Add adds a batch: row k of the outputs y belongs to row k of the targets t and to
// weights[k]. Targets of a classification name a class in the way that outputs do. No
// weights, nil, stand for ones. If there is an error, which names the row, nothing has
// been added.
func (m *Meter[T]) Add(y, t kernels.Matrix[T], weights []T) error {
	if err := m.checkOutputs(y, weights); err != nil {
		return err
	}
	if err := t.Check(); err != nil {
		return fmt.Errorf("metrics: targets: %w", err)
	}
	if t.Rows != y.Rows || t.Cols != y.Cols {
		return fmt.Errorf("metrics: targets are %d×%d and outputs %d×%d", t.Rows, t.Cols, y.Rows, y.Cols)
	}
	for k := range t.Rows {
		for j, v := range t.Row(k) {
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("metrics: target row %d, column %d is %v: want a finite number", k+1, j+1, x)
			}
		}
	}
	for k := range y.Rows {
		switch w := weightOf(weights, k); {
		case w == 0:
		case m.totals.task.kind == Numbers:
			m.addNumbers(y.Row(k), t.Row(k), float64(w))
		default:
			m.addClass(y.Row(k), Class(t.Row(k), m.totals.task.threshold), w)
		}
	}
	return nil
}

// AddLabels is [Meter.Add] for a classification whose samples have the numbers of their
// classes as labels, from 0 on.
func (m *Meter[T]) AddLabels(y kernels.Matrix[T], labels []int, weights []T) error {
	if err := m.checkOutputs(y, weights); err != nil {
		return err
	}
	switch {
	case m.totals.task.kind == Numbers:
		return fmt.Errorf("metrics: labels for a regression: want targets, which Add takes")
	case len(labels) != y.Rows:
		return fmt.Errorf("metrics: %d labels for %d rows of outputs", len(labels), y.Rows)
	}
	n := m.totals.task.Classes()
	for k, c := range labels {
		if c < 0 || c >= n {
			return fmt.Errorf("metrics: the label of row %d is %d: want 0…%d", k+1, c, n-1)
		}
	}
	for k, c := range labels {
		if w := weightOf(weights, k); w != 0 {
			m.addClass(y.Row(k), c, w)
		}
	}
	return nil
}

func (m *Meter[T]) checkOutputs(y kernels.Matrix[T], weights []T) error {
	if err := y.Check(); err != nil {
		return fmt.Errorf("metrics: outputs: %w", err)
	}
	switch {
	case y.Cols != m.totals.task.outputs:
		return fmt.Errorf("metrics: outputs have %d columns: the task has %d", y.Cols, m.totals.task.outputs)
	case weights != nil && len(weights) != y.Rows:
		return fmt.Errorf("metrics: %d weights for %d rows of outputs", len(weights), y.Rows)
	}
	for k, v := range weights {
		if w := float64(v); !(w >= 0 && w <= math.MaxFloat64) {
			return fmt.Errorf("metrics: the weight of row %d is %v: want a finite number of at least 0", k+1, w)
		}
	}
	return nil
}

func weightOf[T kernels.Float](weights []T, k int) T {
	if weights == nil {
		return 1
	}
	return weights[k]
}

// addClass adds a row of outputs whose sample is of class c.
func (m *Meter[T]) addClass(row []T, c int, weight T) {
	t, w := &m.totals, float64(weight)
	t.rows++
	t.weight += w
	t.samples[c]++
	t.support[c] += w
	p := Class(row, m.totals.task.threshold)
	if t.needs&Matrix != 0 {
		n := t.task.Classes()
		at := p
		if p < 0 {
			at = n
		}
		t.confusion[c*(n+1)+at] += w
	}
	if p < 0 { // no class, no rank, no score
		t.nans++
		t.likelihood = nan
		return
	}
	t.predicted[p] += w
	if p == c {
		t.right[c] += w
	}
	if t.needs&Ranks != 0 {
		t.ranks[m.rank(row, c)] += w
	}
	if t.needs&Likelihood != 0 {
		t.likelihood += float64(w * logProbability(row, c))
	}
	for j := range m.columns {
		if len(m.columns) == 1 { // that of class 1, the last one
			m.columns[0].add(row[len(row)-1], weight, c == 1)
		} else {
			m.columns[j].add(row[j], weight, c == j)
		}
	}
}

// rank returns how many outputs come before that of class c: larger ones, and equal
// ones with a higher index.
func (m *Meter[T]) rank(row []T, c int) int {
	if len(row) == 1 { // two classes: that which the row names is first
		if Class(row, m.totals.task.threshold) == c {
			return 0
		}
		return 1
	}
	before := 0
	for j, v := range row {
		if v > row[c] || v == row[c] && j > c {
			before++
		}
	}
	return before
}

// logProbability returns the logarithm of the probability that a row without NaN gives
// class c, NaN if an output is no probability.
func logProbability[T kernels.Float](row []T, c int) float64 {
	sum := 0.0
	for _, v := range row {
		if v < 0 || v > 1 {
			return nan
		}
		sum += inside(v)
	}
	if len(row) > 1 {
		return scalar.Log(inside(row[c]) / sum)
	}
	p := inside(row[0])
	if c == 0 {
		p = 1 - p
	}
	return scalar.Log(p)
}

// inside returns v, brought into [ε, 1−ε].
func inside[T kernels.Float](v T) float64 {
	eps := T(0x1p-23)
	if T(0x1p-52)+1 != 1 {
		eps = 0x1p-52
	}
	return float64(min(max(v, eps), 1-eps))
}

// addNumbers adds a row of a regression.
func (m *Meter[T]) addNumbers(row, target []T, w float64) {
	t := &m.totals
	t.rows++
	t.weight += w
	isNaN := 0
	for j, v := range row {
		x := float64(target[j])
		e := float64(v) - x
		if e != e {
			isNaN = 1
		}
		t.squares[j] += float64(w * float64(e*e))
		t.absolutes[j] += float64(w * math.Abs(e))
		t.addTarget(j, x, w)
	}
	t.nans += isNaN
}

// Reserve makes room for a number of rows in all, so that adding them allocates
// nothing, weights aside. Only meters with roc_auc or average precision keep rows.
func (m *Meter[T]) Reserve(rows int) {
	if rows < 0 {
		panic(reserveRows)
	}
	for j := range m.columns {
		m.columns[j].grow(rows)
	}
}

// Reset forgets all rows and keeps the memory.
func (m *Meter[T]) Reset() {
	m.totals.reset()
	for j := range m.columns {
		m.columns[j].reset()
	}
}

// Merge adds all that has been added to o. Both must be of the same task and metrics
// of the same needs. It leaves o as it is.
func (m *Meter[T]) Merge(o *Meter[T]) error {
	switch {
	case o == m:
		return fmt.Errorf("metrics: a meter is merged with itself")
	case o.totals.task != m.totals.task:
		return fmt.Errorf("metrics: meters of different tasks are merged: %v with %d outputs and %v with %d", m.totals.task.kind, m.totals.task.outputs, o.totals.task.kind, o.totals.task.outputs)
	case o.totals.needs != m.totals.needs:
		return fmt.Errorf("metrics: meters with metrics of different needs are merged")
	}
	m.totals.merge(&o.totals)
	for j := range m.columns {
		m.columns[j].merge(&o.columns[j])
	}
	return nil
}

// Totals returns the sums that metrics are made of. They change with the meter.
func (m *Meter[T]) Totals() *Totals { return &m.totals }

// Metrics returns the metrics that the meter was made for.
func (m *Meter[T]) Metrics() []*Metric { return append([]*Metric(nil), m.metrics...) }

// Value returns a metric of all rows so far. It is NaN if there are none, or if the
// metric has no single value. Value panics if the meter doesn't keep what x needs.
func (m *Meter[T]) Value(x *Metric) float64 {
	if x.Needs&^m.totals.needs != 0 || x.For&m.totals.task.kind == 0 {
		panic(notKept)
	}
	if x.Value == nil || m.totals.rows == 0 {
		return nan
	}
	return x.Value(&m.totals)
}

// A Result is what a metric says of all rows so far.
type Result struct {
	Metric *Metric
	Value  float64   // NaN if the metric has no single value
	Each   []float64 // by class or output; nil if the metric has no such parts
	// Matrix is the confusion matrix, nil for all other metrics: a row for each class, a
	// column for each predicted class and a last one for outputs with a NaN.
	Matrix [][]float64
}

// Results returns a result for each metric of the meter, in the order given to [New].
func (m *Meter[T]) Results() []Result {
	var results []Result
	for _, x := range m.metrics {
		results = append(results, m.Result(x))
	}
	return results
}

// Result returns the result of one metric. It panics if the meter doesn't keep what x needs.
func (m *Meter[T]) Result(x *Metric) Result {
	t := &m.totals
	r := Result{Metric: x, Value: m.Value(x)}
	if x == Confusion {
		n := t.task.Classes()
		for c := range n {
			r.Matrix = append(r.Matrix, append([]float64(nil), t.confusion[c*(n+1):(c+1)*(n+1)]...))
		}
	}
	if x.Each != nil {
		for i := range max(t.task.Classes(), t.task.outputs) {
			v := nan
			if t.rows > 0 {
				v = x.Each(t, i)
			}
			r.Each = append(r.Each, v)
		}
	}
	return r
}

// column returns the scores for a class, and whether they are those of class 1 where
// class 0 is asked for.
func (m *Meter[T]) column(class int) (s *scores[T], reverse bool) {
	if len(m.columns) == 1 {
		return &m.columns[0], class == 0
	}
	return &m.columns[class], false
}

func (m *Meter[T]) roc(class int) float64 {
	s, reverse := m.column(class)
	return s.roc(reverse)
}

func (m *Meter[T]) averagePrecision(class int) float64 {
	s, reverse := m.column(class)
	return s.averagePrecision(reverse)
}
