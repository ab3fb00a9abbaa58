package train

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// BalancedWeights returns weights of classes for [Options].ClassWeights with which all
// classes count alike, however many samples each has: n / (K n_k), where n_k of n samples
// are of class k and K classes have samples. A class without samples has the weight 0.
// A label outside 0 … classes−1 is an error.
func BalancedWeights(labels []int, classes int) ([]float64, error) {
	if classes < 1 {
		return nil, fmt.Errorf("%d classes: want at least 1", classes)
	}
	counts, present := make([]int, classes), 0
	for k, c := range labels {
		if c < 0 || c >= classes {
			return nil, fmt.Errorf("label %d of item %d is out of range: want 0…%d", c, k, classes-1)
		}
		if counts[c]++; counts[c] == 1 {
			present++
		}
	}
	weights := make([]float64, classes)
	for c, n := range counts {
		if n > 0 {
			weights[c] = float64(len(labels)) / float64(present*n)
		}
	}
	return weights, nil
}

// classes returns the number of classes that the outputs of n tell apart.
func classes[T kernels.Float](n *net.Network[T]) int { return max(n.Outputs(), 2) }

// checkWeights returns an error if a number isn't a weight.
func checkWeights[W kernels.Float](weights []W, of string) error {
	for k, w := range weights {
		if x := float64(w); !(x >= 0) || math.IsInf(x, 0) {
			return fmt.Errorf("the weight of %s %d is %v: want a finite number of at least 0", of, k+1, x)
		}
	}
	return nil
}

// checkTargets returns an error if the weights of classes or label smoothing don't go
// with n.
func (o *Options) checkTargets(classes int) error {
	if o.ClassWeights != nil && len(o.ClassWeights) != classes {
		return fmt.Errorf("train: %d ClassWeights: want one for each of the %d classes", len(o.ClassWeights), classes)
	}
	for c, w := range o.ClassWeights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("train: the weight of class %d is %v: want a finite number of at least 0", c, w)
		}
	}
	if s := o.LabelSmoothing; !(s >= 0 && s < 1) {
		return fmt.Errorf("train: LabelSmoothing is %v: want at least 0 and less than 1", s)
	}
	return nil
}

// prepare returns the samples of d with the weights and targets that the options ask for,
// in memory of m as far as they aren't those of d.
func prepare[T kernels.Float](n *net.Network[T], d *Data[T], o *Options, m *batch[T]) (batch[T], error) {
	b := d.samples(n)
	switch s := o.LabelSmoothing; {
	case s > 0 && b.labels != nil:
		net.SmoothTargets(b.classes, s)
		if err := n.CheckTargets(b.classes); err != nil {
			return b, fmt.Errorf("after label smoothing: %w", err)
		}
	case s > 0:
		if size := b.T.Rows * b.T.Cols; len(m.T.Data) < size {
			m.T.Data = make([]T, size)
		}
		b.T.Stride = b.T.Cols
		b.T.Data = m.T.Data[:b.T.Rows*b.T.Cols]
		for k := range b.T.Rows {
			for j, v := range d.T.Row(k) {
				if v != 0 && v != 1 {
					return b, fmt.Errorf("label smoothing is for targets of 0 and 1: target row %d, column %d is %v", k+1, j+1, v)
				}
			}
			copy(b.T.Row(k), d.T.Row(k))
		}
		net.SmoothTargets(b.T, s)
		if err := n.CheckTargets(b.T); err != nil {
			return b, fmt.Errorf("after label smoothing: %w", err)
		}
	}
	if o.ClassWeights == nil {
		return b, nil
	}
	if len(m.W) < d.Len() {
		m.W = make([]T, d.Len())
	}
	b.W = m.W[:d.Len()]
	for k := range b.W {
		class := 0
		if d.Labels != nil {
			class = d.Labels[k]
		} else {
			class = Class(n, d.T.Row(k))
		}
		if class < 0 || class >= len(o.ClassWeights) {
			return b, fmt.Errorf("sample %d is of class %d: there are %d ClassWeights", k+1, class, len(o.ClassWeights))
		}
		w := o.ClassWeights[class]
		if d.Weights != nil {
			w = float64(w * float64(d.Weights[k]))
		}
		b.W[k] = T(w)
	}
	return b, nil
}
