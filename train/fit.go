package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// An Epoch says how one pass through the training data went.
type Epoch struct {
	Number             int     // 1, 2, …
	Steps              int     // taken so far
	Rate               float64 // η in this epoch
	Cost               float64 // mean over the samples, each at the time of its step
	ValidationCost     float64 // after the epoch; NaN without validation data
	ValidationAccuracy float64 // see Accuracy; NaN without validation data
	Elapsed            time.Duration
}

// A Result says how a training went.
type Result struct {
	Epochs       []Epoch // those that were completed
	Best         int     // number of the epoch with the least validation cost, 0 without validation data
	StoppedEarly bool    // by Patience
}

// A DivergedError reports a cost or parameters that are NaN or infinite. The
// network has the parameters of the last completed epoch.
type DivergedError struct {
	Epoch, Step int     // both from 1; the step within the epoch
	Cost        float64 // of the step, or of the epoch if it was found at the end of it
	Remedy      string  // that the cost's own parameter offers, "raise τ, which is 2"; may be empty
}

func (e *DivergedError) Error() string {
	what := fmt.Sprintf("the cost is %v", e.Cost)
	if finite(e.Cost) {
		what = "parameters are no longer finite"
	}
	advice := "lower the learning rate or scale the inputs"
	if e.Remedy != "" {
		advice = e.Remedy + ", " + advice
	}
	return fmt.Sprintf("train: diverged in epoch %d, step %d: %s: %s", e.Epoch, e.Step, what, advice)
}

// Fit trains n on d by stochastic gradient descent or one of its relatives; see
// [Options]. After every epoch it evaluates n on validation, unless that is nil or
// empty.
//
// Fit returns after the last epoch, or earlier:
//
//   - with an error about data or options, before it changes n;
//   - by Options.Patience, with the parameters of the best epoch;
//   - as soon as ctx ends, with its error and the parameters of the last step, or of
//     the last completed epoch if those of the last step are no longer finite;
//   - with a [DivergedError] or another error, and the parameters of the last completed
//     epoch.
//
// The result holds the completed epochs in any case. A step allocates nothing.
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
	good       []T // parameters at the end of the last completed epoch
	best       []T // parameters of the epoch with the least validation cost
	result     Result
}

func newFitter[T kernels.Float](n *net.Network[T], d, validation batch[T], o *Options) *fitter[T] {
	f := &fitter[T]{net: n, options: o, validation: validation, batches: newBatcher(d, o), start: time.Now(), good: slices.Clone(n.Params())}
	f.ws = n.NewWorkspace(max(f.batches.size, min(net.PredictBatch, validation.Len())))
	f.ws.SetWorkers(o.Workers)
	f.batches.pool = parallel.PoolOf(f.ws)
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
	e := Epoch{Number: number, ValidationCost: math.NaN(), ValidationAccuracy: math.NaN()}
	var err error
	if e.Rate, err = f.rate(number); err != nil {
		return e, err
	}
	if e.Cost, err = f.pass(ctx, number, e.Rate); err != nil {
		return e, err
	}
	e.Steps = f.steps
	if f.validation.Len() > 0 {
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

// rate returns the learning rate of an epoch.
func (f *fitter[T]) rate(number int) (float64, error) {
	factor := f.options.Schedule.factor(Position{Epoch: number - 1, Epochs: f.options.Epochs})
	rate := float64(f.options.Rate * factor)
	if !(rate >= 0) || math.IsInf(rate, 0) {
		return 0, fmt.Errorf("train: the schedule's factor for epoch %d is %v: want a finite number of at least 0", number, factor)
	}
	return rate, nil
}

// pass takes the steps of an epoch and returns the mean cost of its samples, each at
// the time of its step. After an error the parameters are finite.
func (f *fitter[T]) pass(ctx context.Context, number int, rate float64) (float64, error) {
	total, samples, step := 0.0, 0, 0
	f.batches.begin()
	for b, ok := f.batches.batch(); ok; b, ok = f.batches.batch() {
		if ctx.Err() != nil {
			return 0, f.stopped(ctx, number, step)
		}
		step++
		f.net.Forward(f.ws, b.X)
		cost, err := f.net.Cost(f.ws, b.T)
		if err != nil {
			copy(f.net.Params(), f.good)
			return 0, fmt.Errorf("train: epoch %d, step %d: %w", number, step, err)
		}
		if !finite(cost) {
			return 0, f.diverged(ctx, number, step, cost)
		}
		f.stepper.take(b.T, rate)
		total += float64(cost * float64(b.Len()))
		samples += b.Len()
	}
	f.steps += step
	mean := total / float64(samples)
	if !finite(mean) || !allFinite(f.net.Params()) {
		return 0, f.diverged(ctx, number, step, mean)
	}
	return mean, nil
}

// stopped returns the error of a training that ctx ends.
func (f *fitter[T]) stopped(ctx context.Context, number, step int) error {
	if !allFinite(f.net.Params()) {
		copy(f.net.Params(), f.good)
	}
	return fmt.Errorf("train: stopped in epoch %d after step %d: %w", number, step, ctx.Err())
}

// diverged returns the error of a training that a step has made infinite, unless ctx
// ended during the step.
func (f *fitter[T]) diverged(ctx context.Context, number, step int, cost float64) error {
	copy(f.net.Params(), f.good)
	if ctx.Err() != nil {
		return f.stopped(ctx, number, step)
	}
	e := &DivergedError{Epoch: number, Step: step, Cost: cost}
	if c := f.net.Config().Cost; c.Param != nil && c.Param.Remedy != "" {
		e.Remedy = fmt.Sprintf("%s %s of the %v cost, which is %v", c.Param.Remedy, c.Param.Symbol, c, c.Param.Value)
	}
	return e
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
