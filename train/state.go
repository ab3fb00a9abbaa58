package train

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nabla-go/nabla/kernels"
)

// A State is all that a training is between two steps. Two trainings with equal network
// descriptions, data and options and with equal states go on alike, bit for bit.
//
// Slices of parameters have the layout of [github.com/nabla-go/nabla/net.Network.Params].
type State[T kernels.Float] struct {
	Params []T   // the network's parameters
	Slots  [][]T // the optimizer's state, [Method].Slots slices
	Steps  int   // steps taken in all

	Epochs       int       // completed epochs
	EpochSteps   int       // steps of the present epoch
	EpochSamples int       // samples of these steps
	EpochCost    float64   // sum of their costs
	Order        []int     // order of the samples; nil for that of the data and for a Stream
	Generator    [2]uint64 // state of the generator that orders samples

	Last      []T     // parameters after the last completed epoch, to which a failure goes back
	Best      []T     // parameters after BestEpoch; nil unless Options.Patience asks for them
	BestEpoch int     // epoch with the least validation cost or the best Options.Watch, 0 if there is none
	BestScore float64 // that cost or metric, times −1 if larger is better; +Inf if there is none
	Stopped   bool    // by Options.Patience

	Schedule []float64 // state of the schedule's rule, nil if it has none

	History []Epoch       // of completed epochs
	Elapsed time.Duration // time since the training began
}

// Clone returns a copy that shares no memory with s.
func (s *State[T]) Clone() *State[T] {
	c := *s
	c.Params, c.Order = slices.Clone(s.Params), slices.Clone(s.Order)
	c.Slots = nil
	for _, x := range s.Slots {
		c.Slots = append(c.Slots, slices.Clone(x))
	}
	c.Last, c.Best = slices.Clone(s.Last), slices.Clone(s.Best)
	c.Schedule = slices.Clone(s.Schedule)
	c.History = cloneHistory(s.History)
	return &c
}

func cloneHistory(h []Epoch) []Epoch {
	h = slices.Clone(h)
	for i := range h {
		h[i].Metrics, h[i].Layers = slices.Clone(h[i].Metrics), slices.Clone(h[i].Layers)
	}
	return h
}

// Equal reports whether s and o are the same state, bit for bit, times aside.
func (s *State[T]) Equal(o *State[T]) bool {
	return slices.EqualFunc(s.Params, o.Params, same) &&
		slices.EqualFunc(s.Slots, o.Slots, func(x, y []T) bool { return slices.EqualFunc(x, y, same) }) &&
		s.Steps == o.Steps && s.Epochs == o.Epochs &&
		s.EpochSteps == o.EpochSteps && s.EpochSamples == o.EpochSamples && same(s.EpochCost, o.EpochCost) &&
		slices.Equal(s.Order, o.Order) && s.Generator == o.Generator &&
		slices.EqualFunc(s.Last, o.Last, same) && slices.EqualFunc(s.Best, o.Best, same) &&
		s.BestEpoch == o.BestEpoch && same(s.BestScore, o.BestScore) && s.Stopped == o.Stopped &&
		slices.EqualFunc(s.Schedule, o.Schedule, same) &&
		slices.EqualFunc(s.History, o.History, sameEpoch)
}

// same reports whether x and y have the same bits. All NaN are the same.
func same[T kernels.Float](x, y T) bool {
	return x == y && math.Signbit(float64(x)) == math.Signbit(float64(y)) || x != x && y != y
}

// sameEpoch reports whether two epochs are the same, times aside.
func sameEpoch(a, b Epoch) bool {
	return a.Number == b.Number && a.Steps == b.Steps && same(a.Rate, b.Rate) && same(a.Cost, b.Cost) &&
		same(a.ValidationCost, b.ValidationCost) && same(a.ValidationAccuracy, b.ValidationAccuracy) &&
		slices.EqualFunc(a.Metrics, b.Metrics, same) &&
		slices.EqualFunc(a.Layers, b.Layers, func(x, y LayerReport) bool { return same(x.Flat, y.Flat) && same(x.Dead, y.Dead) })
}

// State returns a copy of the training's state. It may be taken between any two steps.
// After an error other than that of a context it is of no use. If the trainer is
// [Trainer.Collective], all ranks call State after the same step.
func (t *Trainer[T]) State() *State[T] {
	own := t.state
	own.Slots = t.slots()
	s := own.Clone()
	s.Elapsed = t.elapsed()
	if t.batches != nil {
		t.batches.save(s)
	}
	return s
}

// Restore makes s, which it copies, the state of the training. It is an error if s is
// not one of a training with the same network, data and options, as far as lengths and
// ranges tell; then nothing has changed.
func (t *Trainer[T]) Restore(s *State[T]) error {
	if err := t.checkState(s); err != nil {
		return fmt.Errorf("train: Restore: %w", err)
	}
	own := t.state
	t.state = *s.Clone()
	t.state.Params, t.state.Slots, t.state.Last, t.state.Order = own.Params, own.Slots, own.Last, nil
	t.copyParams(own.Params, s.Params)
	t.copyParams(own.Last, s.Last)
	for i, x := range s.Slots {
		t.copyParams(own.Slots[i], x)
	}
	if t.batches != nil {
		t.batches.restore(s)
	}
	t.start, t.rated, t.failed = time.Now(), false, nil
	return nil
}

// copyParams copies parameters and leaves the padding of dst as it is.
func (t *Trainer[T]) copyParams(dst, src []T) {
	for _, r := range t.stepper.tensors {
		copy(dst[r.lo:r.hi], src[r.lo:r.hi])
	}
}

// checkState returns an error if s can't be a state of t.
func (t *Trainer[T]) checkState(s *State[T]) error {
	n, steps := len(t.state.Params), 1
	if t.batches != nil {
		steps = t.batches.steps()
	}
	switch {
	case len(s.Params) != n || len(s.Last) != n || s.Best != nil && len(s.Best) != n:
		return fmt.Errorf("the state has %d, %d and %d parameters: the network has %d", len(s.Params), len(s.Last), len(s.Best), n)
	case !allFinite(s.Params) || !allFinite(s.Last) || !allFinite(s.Best):
		return fmt.Errorf("the state has parameters that are not finite")
	case s.Best == nil && t.options.Patience > 0 && s.BestEpoch > 0:
		return fmt.Errorf("the state has no parameters of the best epoch, which the patience of the options needs")
	case len(s.Slots) != len(t.state.Slots):
		return fmt.Errorf("the state has %d slices of an optimizer's state: %v has %d", len(s.Slots), t.stepper.optimizer.Method, len(t.state.Slots))
	case s.Steps < 0 || s.Epochs < 0 || len(s.History) != s.Epochs:
		return fmt.Errorf("the state has %d steps, %d epochs and a history of %d", s.Steps, s.Epochs, len(s.History))
	case s.BestEpoch < 0 || s.BestEpoch > s.Epochs:
		return fmt.Errorf("the best of the state's %d epochs is number %d", s.Epochs, s.BestEpoch)
	case len(s.Schedule) != len(t.state.Schedule):
		return fmt.Errorf("the state has %d numbers of a schedule: the options' has %d", len(s.Schedule), len(t.state.Schedule))
	case s.EpochSteps < 0 || s.EpochSteps >= steps:
		return fmt.Errorf("the state is after step %d of an epoch, which has %d", s.EpochSteps, steps)
	}
	for i, x := range s.Slots {
		if len(x) != n {
			return fmt.Errorf("slice %d of the optimizer's state has %d numbers: the network has %d parameters", i+1, len(x), n)
		}
	}
	if t.batches == nil {
		return checkOrder(s.Order, 0)
	}
	return t.batches.check(s)
}

// checkOrder returns an error unless order is a permutation of n samples.
func checkOrder(order []int, n int) error {
	if len(order) != n {
		return fmt.Errorf("the state has an order of %d samples: the training has one of %d", len(order), n)
	}
	seen := make([]bool, n)
	for _, k := range order {
		if k < 0 || k >= n || seen[k] {
			return fmt.Errorf("the order of the state's samples is not a permutation: %d", k)
		}
		seen[k] = true
	}
	return nil
}
