package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// All as Options.Batch makes the whole training set one batch.
const All = math.MaxInt

// Options say how to train. Epochs, Rate and Batch have no defaults.
type Options struct {
	Epochs   int
	Rate     float64  // the learning rate η
	Schedule Schedule // of the rate; the zero value keeps it constant
	Batch    int      // samples a step; more than there are is All
	// Draw, if not 0, turns on two-level sampling: batches of Draw samples are drawn
	// at random from the training set (without repetition within a draw), and steps
	// are taken on mini-batches of Batch samples of that draw. An epoch has
	// Len/Draw draws, rounded up.
	Draw int
	// FileOrder takes the samples in the order of the data, every epoch. By default
	// each epoch has a new permutation, made from Seed.
	FileOrder bool
	Seed      uint64
	Optimizer Optimizer // the zero value is plain gradient descent
	// Workers bounds the number of goroutines that compute, the caller's included; 0
	// stands for 1, and GOMAXPROCS bounds it as well. The result does not depend on it.
	Workers int

	// Patience, if not 0, ends the training when the validation cost has not fallen
	// below its minimum for so many epochs. The network is left with the parameters
	// of the best epoch.
	Patience int

	// Progress, if not nil, is called after every epoch, on the calling goroutine.
	Progress func(Epoch)
}

// An Epoch reports what one pass through the training data came to.
type Epoch struct {
	Number             int     // 1, 2, …
	Steps              int     // taken so far
	Rate               float64 // η in this epoch
	Cost               float64 // mean over the samples, each at the time of its step
	ValidationCost     float64 // after the epoch; NaN without validation data
	ValidationAccuracy float64 // see Accuracy; NaN without validation data
	Elapsed            time.Duration
}

// A Result tells how a training went.
type Result struct {
	Epochs       []Epoch // those that were completed
	Best         int     // number of the epoch with the least validation cost, 0 without validation data
	StoppedEarly bool    // by Patience
}

// A DivergedError reports a cost or parameters that are NaN or infinite. The
// network has the parameters of the end of the last good epoch.
type DivergedError struct {
	Epoch, Step int     // both from 1; the step within the epoch
	Cost        float64 // of the step; of the epoch if its end showed what is wrong
	Tau         float64 // τ of the exponential cost, 0 if the cost is another
}

func (e *DivergedError) Error() string {
	what := fmt.Sprintf("the cost is %v", e.Cost)
	if finite(e.Cost) {
		what = "parameters are no longer finite"
	}
	advice := "lower the learning rate or scale the inputs"
	if e.Tau != 0 {
		advice = fmt.Sprintf("raise τ of the exponential cost, which is %v, %s", e.Tau, advice)
	}
	return fmt.Sprintf("train: diverged in epoch %d, step %d: %s: %s", e.Epoch, e.Step, what, advice)
}

// Fit trains n on d by stochastic gradient descent or one of its relatives; see
// [Options]. After every epoch it evaluates n on validation, unless that is nil or
// empty.
//
// It ends after the last epoch, early by Patience, or with an error: of the
// options or the data before it has touched n; ctx's as soon as ctx ends, with
// the parameters of the last step or, if they are no longer finite, of the end of
// the last good epoch; [DivergedError]. The result tells of the completed epochs
// in any case. One step allocates nothing.
func Fit[T kernels.Float](ctx context.Context, n *net.Network[T], d, validation *Data[T], o Options) (Result, error) {
	if validation == nil {
		validation = new(Data[T])
	}
	if err := check(n, d, validation, &o); err != nil {
		return Result{}, err
	}
	f := newFitter(n, d.samples(), validation.samples(), &o)
	defer f.ws.SetWorkers(1)
	err := f.run(ctx)
	return f.result, err
}

// check reports what is wrong with the options or the data.
func check[T kernels.Float](n *net.Network[T], d, validation *Data[T], o *Options) error {
	switch {
	case o.Epochs < 0:
		return fmt.Errorf("train: %d epochs: want at least 0", o.Epochs)
	case !(o.Rate >= 0) || math.IsInf(o.Rate, 0):
		return fmt.Errorf("train: learning rate %v: want a finite number of at least 0", o.Rate)
	case o.Batch < 1:
		return fmt.Errorf("train: batches of %d samples: want at least 1", o.Batch)
	case o.Draw < 0:
		return fmt.Errorf("train: draws of %d samples: want at least 1, or 0 for no draws", o.Draw)
	case o.Draw > 0 && o.FileOrder:
		return fmt.Errorf("train: Draw takes samples at random and excludes FileOrder")
	case o.Workers < 0:
		return fmt.Errorf("train: %d workers: want at least 1, or 0 for the default", o.Workers)
	case o.Patience < 0:
		return fmt.Errorf("train: patience of %d epochs: want at least 1, or 0 for no early stopping", o.Patience)
	case o.Patience > 0 && validation.Len() == 0:
		return fmt.Errorf("train: early stopping needs validation data")
	}
	if err := o.Optimizer.Check(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := o.Schedule.Check(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if decay := float64(o.Rate * o.Optimizer.Decay); decay >= 1 {
		return fmt.Errorf("train: learning rate · weight decay λ is %v, which takes all of every parameter at each step, or more: want less than 1", decay)
	}
	if err := d.check(n); err != nil {
		return fmt.Errorf("train: training data: %w", err)
	}
	if validation.X.Rows != 0 || validation.T.Rows != 0 {
		if err := validation.check(n); err != nil {
			return fmt.Errorf("train: validation data: %w", err)
		}
	}
	return checkRounding[T](o, d.Len())
}

// checkRounding reports a learning rate or a hyperparameter that would do nothing,
// or something else than it should, because it is rounded to T.
func checkRounding[T kernels.Float](o *Options, samples int) error {
	divisor := 1 // plain gradient descent rounds η/m
	if o.Optimizer.method().descends {
		divisor = min(o.Batch, samples)
		if o.Draw > 0 {
			divisor = min(divisor, o.Draw)
		}
	}
	if o.Rate > 0 && T(o.Rate/float64(divisor)) == 0 {
		return fmt.Errorf("train: learning rate %v, divided by %d, rounds to 0 in %T: want at least %.2g", o.Rate, divisor, T(0), float64(float64(divisor)*smallest[T]()))
	}
	if err := checkRounded[T](&o.Optimizer); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// smallest returns the smallest positive T.
func smallest[T kernels.Float]() float64 {
	if x := math.SmallestNonzeroFloat64; T(x) != 0 {
		return x
	}
	return math.SmallestNonzeroFloat32
}

// A fitter is one training in progress.
type fitter[T kernels.Float] struct {
	net        *net.Network[T]
	options    *Options
	validation batch[T]
	batches    *batcher[T]
	ws         *net.Workspace[T]
	stepper    *stepper[T]
	start      time.Time
	steps      int
	good       []T // parameters at the end of the last good epoch
	best       []T // those of the epoch with the least validation cost
	result     Result
}

func newFitter[T kernels.Float](n *net.Network[T], d, validation batch[T], o *Options) *fitter[T] {
	f := &fitter[T]{net: n, options: o, validation: validation, batches: newBatcher(d, o), start: time.Now(), good: slices.Clone(n.Params())}
	f.ws = n.NewWorkspace(max(f.batches.size, min(evalBatch, validation.Len())))
	f.ws.SetWorkers(o.Workers)
	f.batches.share = func(count, elements int, do func(lo, hi int)) { n.Gather(f.ws, count, elements, do) }
	f.stepper = newStepper(o.Optimizer, n, f.ws)
	return f
}

func (f *fitter[T]) run(ctx context.Context) error {
	bestCost := math.Inf(1)
	for number := 1; number <= f.options.Epochs; number++ {
		e, err := f.epoch(ctx, number)
		if err != nil {
			return err
		}
		f.result.Epochs = append(f.result.Epochs, e)
		if e.ValidationCost < bestCost {
			bestCost, f.result.Best = e.ValidationCost, number
			if f.options.Patience > 0 {
				f.best = append(f.best[:0], f.good...)
			}
		}
		if f.options.Progress != nil {
			f.options.Progress(e)
		}
		if p := f.options.Patience; p > 0 && number-f.result.Best >= p {
			f.result.StoppedEarly = true
			break
		}
	}
	if f.best != nil {
		copy(f.net.Params(), f.best)
	}
	return nil
}

// epoch goes through the training data once.
func (f *fitter[T]) epoch(ctx context.Context, number int) (Epoch, error) {
	factor := f.options.Schedule.factor(Position{Epoch: number - 1, Epochs: f.options.Epochs})
	rate := float64(f.options.Rate * factor)
	if !(rate >= 0) || math.IsInf(rate, 0) {
		return Epoch{}, fmt.Errorf("train: the schedule's factor for epoch %d is %v: want a finite number of at least 0", number, factor)
	}
	e := Epoch{Number: number, Rate: rate, ValidationCost: math.NaN(), ValidationAccuracy: math.NaN()}
	total, samples, step := 0.0, 0, 0
	stopped := func() error {
		if !allFinite(f.net.Params()) {
			copy(f.net.Params(), f.good)
		}
		return fmt.Errorf("train: stopped in epoch %d after step %d: %w", number, step, ctx.Err())
	}
	diverged := func(cost float64) error {
		copy(f.net.Params(), f.good)
		if ctx.Err() != nil { // it ended during the step
			return stopped()
		}
		e := &DivergedError{Epoch: number, Step: step, Cost: cost}
		if c := f.net.Config(); c.Cost == net.Exponential {
			e.Tau = c.Tau
		}
		return e
	}
	f.batches.begin()
	for b, ok := f.batches.batch(); ok; b, ok = f.batches.batch() {
		if ctx.Err() != nil {
			return e, stopped()
		}
		step++
		f.net.Forward(f.ws, b.X)
		cost, err := f.net.Cost(f.ws, b.T)
		if err != nil {
			copy(f.net.Params(), f.good)
			return e, fmt.Errorf("train: epoch %d, step %d: %w", number, step, err)
		}
		if !finite(cost) {
			return e, diverged(cost)
		}
		f.stepper.take(b.T, rate)
		total += float64(cost * float64(b.Len()))
		samples += b.Len()
	}
	f.steps += step
	e.Steps, e.Cost = f.steps, total/float64(samples)
	if !finite(e.Cost) || !allFinite(f.net.Params()) {
		return e, diverged(e.Cost)
	}
	if f.validation.Len() > 0 {
		var err error
		e.ValidationCost, e.ValidationAccuracy, err = evaluate(f.net, f.ws, f.validation, nil)
		if err != nil {
			copy(f.net.Params(), f.good)
			return e, fmt.Errorf("train: validation after epoch %d: %w", number, err)
		}
	}
	copy(f.good, f.net.Params())
	e.Elapsed = time.Since(f.start)
	return e, nil
}

func allFinite[T kernels.Float](x []T) bool {
	for _, v := range x {
		if !finite(float64(v)) {
			return false
		}
	}
	return true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
