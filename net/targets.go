package net

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// CheckTargets returns an error that names the first target that the cost can't
// take or the output activation can't reach, or that is not finite. One row of t
// is a sample.
func (n *Network[T]) CheckTargets(t kernels.Matrix[T]) error {
	if err := t.Check(); err != nil {
		return fmt.Errorf("net: targets: %w", err)
	}
	if t.Cols != n.Outputs() {
		return fmt.Errorf("net: targets have %d columns: want %d, one for each output", t.Cols, n.Outputs())
	}
	c, σ := n.cfg.Cost, n.activation(n.Depth())
	allowed := c.Targets
	if σ != c.behind { // where they cancel, targets out of reach have a finite δ, too
		allowed = allowed.and(σ.Range)
	}
	for k := range t.Rows {
		for j, v := range t.Row(k) {
			t := float64(v)
			switch {
			case math.IsNaN(t) || math.IsInf(t, 0):
				return fmt.Errorf("net: target row %d, column %d is %v: want a finite number", k+1, j+1, t)
			case !allowed.Contains(t):
				return fmt.Errorf("net: target row %d, column %d is %v: want %v for cost %v on a %v output", k+1, j+1, t, allowed, c, σ)
			}
		}
	}
	return nil
}

// SmoothTargets turns targets t of 0 and 1 into (1−s) t + s/K, where K is the number of
// classes: that of the columns, or 2 for a single one. A network that is trained with
// them (label smoothing, Szegedy et al. 2016) is less sure of itself. Each target is
// computed in float64 and rounded once. SmoothTargets panics unless 0 ≤ s < 1.
func SmoothTargets[T kernels.Float](t kernels.Matrix[T], s float64) {
	if !(s >= 0 && s < 1) {
		panic(smoothing)
	}
	share := s / float64(max(t.Cols, 2))
	for k := range t.Rows {
		row := t.Row(k)
		for j, v := range row {
			row[j] = T(float64((1-s)*float64(v)) + share)
		}
	}
}

// Threshold returns the output above which a single output neuron says yes: that of the
// [Config] or, if that is 0, the middle, which is 0 if the cost is [Cost].Signed, else that
// of the output activation.
func (n *Network[T]) Threshold() float64 {
	if n.cfg.Threshold != 0 {
		return n.cfg.Threshold
	}
	if n.cfg.Cost.Signed {
		return 0
	}
	return n.activation(n.Depth()).Threshold()
}

// SetThreshold sets the threshold of the [Config]; 0 stands for the middle. It returns an
// error, and sets nothing, unless the output can be above and below it. It must not be
// called while another goroutine uses the network.
func (n *Network[T]) SetThreshold(threshold float64) error {
	before := n.cfg.Threshold
	n.cfg.Threshold = threshold
	err := n.cfg.checkThreshold()
	if err != nil {
		n.cfg.Threshold = before
	}
	return err
}
