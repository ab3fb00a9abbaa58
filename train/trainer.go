package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// A Trainer is a training that can be taken in pieces: epochs ([Trainer.Run]), single
// steps ([Trainer.Step]), or samples that come one by one ([Trainer.Learn]). However it
// is cut, the parameters are the same, bit for bit: n calls for one epoch are one call
// for n epochs.
//
// All that a training is at one moment is one value, a [State]: [Trainer.State] copies
// it, [Trainer.Restore] puts it back, also into the trainer of another process or
// machine that has the same network, data and options.
//
// A Trainer belongs to one goroutine. It holds the network, whose parameters may be read
// between calls; to change them, change a State and restore it.
type Trainer[T kernels.Float] struct {
	net        *net.Network[T]
	options    Options
	batches    feeder[T]     // nil without training data
	validation *evaluator[T] // nil without validation data
	task       metrics.Task
	classNames []string
	learned    batch[T] // memory for samples of Learn
	noise      noise[T]
	layers     layerReporter[T]
	ws         *net.Workspace[T]
	stepper    *stepper[T]
	team       *team[T] // nil without other ranks
	state      State[T] // its Order, Generator and Elapsed are only set in copies
	rate       float64  // η of the next step
	rated      bool     // rate is up to date
	start      time.Time
	failed     error // after which there is nothing to go on with
}

// New returns a trainer that continues with the parameters that n has. It evaluates n on
// validation after every epoch, unless that is nil or empty. Without training data, d =
// nil, only [Trainer.Learn] takes steps; Options.Batch means nothing then, and Options.Epochs
// is the number of steps that a schedule by steps reckons with.
//
// An error is about data or options. Close a trainer with several workers.
func New[T kernels.Float](n *net.Network[T], d, validation *Data[T], o Options) (*Trainer[T], error) {
	return newTrainer(n, d, nil, validation, o)
}

// newTrainer returns a trainer for data in memory, d, a stream, s, or neither.
func newTrainer[T kernels.Float](n *net.Network[T], d *Data[T], s *Stream[T], validation *Data[T], o Options) (*Trainer[T], error) {
	if validation == nil {
		validation = new(Data[T])
	}
	o.LayerRates, o.ClassWeights, o.Schedule.Values = slices.Clone(o.LayerRates), slices.Clone(o.ClassWeights), slices.Clone(o.Schedule.Values)
	if err := check(n, d, s, validation, &o); err != nil {
		return nil, err
	}
	t := &Trainer[T]{net: n, options: o, start: time.Now(), team: newTeam[T](o.Ranks)}
	t.task, t.classNames = taskOfBoth(n, d, s, validation), validation.Classes
	if d != nil && d.Classes != nil {
		t.classNames = d.Classes
	}
	if s != nil && s.Classes != nil {
		t.classNames = s.Classes
	}
	if validation.Len() > 0 {
		var err error
		if t.validation, err = newEvaluator(n, validation, t.task, o.measured()...); err != nil {
			return nil, err
		}
		t.validation.team = t.team
	}
	rows := min(net.PredictBatch, validation.Len())
	var gatherer *batcher[T]
	switch {
	case d != nil:
		b, err := prepare(n, d, &o, new(batch[T]))
		if err != nil {
			return nil, fmt.Errorf("train: training data: %w", err)
		}
		gatherer = newBatcher(n, b, &t.options, t.task)
		t.batches = gatherer
		rows = max(rows, gatherer.size)
	case s != nil:
		t.batches = newStreamer(n, s, &t.options, t.task)
		rows = max(rows, o.Batch)
	}
	t.ws = n.NewWorkspace(rows)
	t.ws.SetWorkers(o.Workers)
	if gatherer != nil {
		gatherer.pool = parallel.PoolOf(t.ws)
	}
	t.noise.init(&t.options, parallel.PoolOf(t.ws))
	t.stepper = newStepper(&t.options, n, t.ws)
	err := t.team.agree(n, d, s, validation, &t.options)
	if err == nil {
		err = t.team.choose(n, t.ws, &t.options, min(rows, o.Batch))
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	t.state = State[T]{
		Params: n.Params(), Slots: t.stepper.state,
		Last: slices.Clone(n.Params()), BestScore: math.Inf(1), Schedule: o.Schedule.initial(),
	}
	return t, nil
}

// Close ends the workers, and the pass over a [Stream] after the block that is being read. It
// doesn't wait for that block if a context has ended the last step. The network stays as it
// is.
func (t *Trainer[T]) Close() {
	t.ws.SetWorkers(1)
	if t.batches != nil {
		t.batches.close()
	}
}

// Network returns the network that is trained.
func (t *Trainer[T]) Network() *net.Network[T] { return t.net }

// Result says how the training has gone so far.
func (t *Trainer[T]) Result() Result {
	return Result{Epochs: cloneHistory(t.state.History), Best: t.state.BestEpoch, StoppedEarly: t.state.Stopped}
}

// TakeBest gives the network the parameters of the epoch with the least validation cost
// and reports whether there are any: they are only kept if Options.Patience isn't 0. If
// the training goes on, it goes on from them, with the optimizer's state of the last
// step.
func (t *Trainer[T]) TakeBest() bool {
	if t.state.Best == nil {
		return false
	}
	copy(t.state.Params, t.state.Best)
	return true
}

// Run trains until so many more epochs are completed; one that has been begun is
// completed first, and counts. It does nothing once Options.Patience has ended the
// training. Otherwise it ends like [Fit], except that the network keeps the parameters of
// the last step, not those of the best epoch. After ctx has ended, another Run goes on
// where the first one was stopped.
func (t *Trainer[T]) Run(ctx context.Context, epochs int) error {
	for range epochs {
		for number := t.state.Epochs; !t.state.Stopped && t.state.Epochs == number; {
			if err := t.step(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// A StepReport says how one step went.
type StepReport struct {
	Number  int     // of the step: 1, 2, … in the whole training
	Epoch   int     // 1, 2, …; 0 for a step of [Trainer.Learn]
	Samples int     // of the batch
	Rate    float64 // η
	Cost    float64 // mean over the batch, before the step
	// GradientNorm is the norm of the gradient as Options.ClipNorm sees it, before it is
	// clipped; NaN without ClipNorm.
	GradientNorm float64
}

// Step takes the next step on the training data. If it is the last one of an epoch, it
// does what belongs to the end of an epoch as well. Step allocates nothing, except at the
// end of an epoch.
func (t *Trainer[T]) Step(ctx context.Context) (StepReport, error) {
	err := t.step(ctx)
	return t.stepper.report, err
}

// Learn takes one step on all samples of d, with the learning rate of the moment:
// training with samples that come one by one, or in batches that are yours. It is an
// error if d doesn't fit the network; then nothing has changed. A Learn neither is a part
// of an epoch nor stands in the history, but the optimizer counts its step. It allocates
// nothing, unless d has more samples than any batch before.
//
// Where a step leaves parameters that are not finite, the error is a [DivergedError] and
// the network has the parameters of at most 64 steps before, or of the last completed
// epoch if that is later.
func (t *Trainer[T]) Learn(d *Data[T]) (StepReport, error) {
	t.stepper.report = StepReport{}
	if t.failed != nil {
		return StepReport{}, t.failed
	}
	if err := d.check(t.net); err != nil {
		return StepReport{}, fmt.Errorf("train: Learn: %w", err)
	}
	b, err := prepare(t.net, d, &t.options, &t.learned)
	if err != nil {
		return StepReport{}, fmt.Errorf("train: Learn: %w", err)
	}
	if err := t.setRate(); err != nil {
		return StepReport{}, err
	}
	if err := t.learn(context.Background(), b, 0); err != nil {
		return t.stepper.report, err
	}
	if !allFinite(t.state.Params) {
		return t.stepper.report, t.diverged(0, t.state.Steps, t.stepper.report.Cost)
	}
	if t.state.Steps%keptSteps == 0 {
		copy(t.state.Last, t.state.Params)
	}
	return t.stepper.report, nil
}

// keptSteps is the number of steps of Learn from one copy of the parameters to the next.
const keptSteps = 64

// step takes the next step on the training data, and ends the epoch if it is the last.
func (t *Trainer[T]) step(ctx context.Context) error {
	t.stepper.report = StepReport{}
	switch {
	case t.failed != nil:
		return t.failed
	case t.batches == nil:
		return errors.New("train: the trainer has no training data: want some in New, or Learn")
	case t.team.ended(ctx):
		err := t.interrupted(ctx)
		if !allFinite(t.state.Params) {
			return t.fail(err)
		}
		return err
	}
	if err := t.setRate(); err != nil {
		return err
	}
	b, err := t.batches.batch(t.team.own(ctx), t.state.Epochs+1)
	if err != nil && t.team == nil && ctx.Err() != nil {
		return t.interrupted(ctx)
	}
	if err != nil {
		return t.team.alone(err)
	}
	if err := t.learn(ctx, b, t.state.Epochs+1); err != nil {
		return err
	}
	t.state.EpochSteps++
	t.state.EpochCost += float64(t.stepper.report.Cost * float64(b.Len()))
	t.state.EpochSamples += b.Len()
	if t.batches.done() {
		return t.endEpoch(ctx)
	}
	return nil
}

// learn takes a step on b, which belongs to an epoch or, if that is 0, to none.
func (t *Trainer[T]) learn(ctx context.Context, b batch[T], epoch int) error {
	step := t.state.EpochSteps + 1
	if epoch == 0 {
		step = t.state.Steps + 1
	}
	t.team.begin(t.ws)
	t.net.ForwardTraining(t.ws, t.noise.add(b.X, t.state.Steps+1), t.options.Seed, uint64(t.state.Steps+1))
	t.ws.SetSampleWeights(b.W)
	if err := t.team.exchange(ctx, t.net, t.ws, &b); err != nil {
		return t.fail(err)
	}
	cost, err := t.net.Cost(t.ws, b.T)
	if err != nil {
		return t.fail(fmt.Errorf("train: %s: %w", place(epoch, step), err))
	}
	if !finite(cost) {
		if t.team.ended(ctx) {
			return t.fail(t.interrupted(ctx))
		}
		return t.diverged(epoch, step, cost)
	}
	if err := t.team.passSums(t.net, t.ws); err != nil {
		return t.fail(err)
	}
	t.state.Steps++
	t.stepper.take(b.T, t.state.Steps, t.rate)
	if err := t.team.gatherRows(t.stepper.tensors, t.state.Params); err != nil {
		return t.fail(err)
	}
	t.rated = t.rated && !t.options.Schedule.BySteps
	t.stepper.report = StepReport{Number: t.state.Steps, Epoch: epoch, Samples: b.Len(), Rate: t.rate, Cost: cost, GradientNorm: t.stepper.norm}
	if t.options.StepProgress != nil {
		t.options.StepProgress(t.stepper.report)
	}
	return nil
}

// endEpoch does what comes after the last step of an epoch.
func (t *Trainer[T]) endEpoch(ctx context.Context) error {
	s := &t.state
	e := Epoch{
		Number: s.Epochs + 1, Steps: s.Steps, Rate: t.rate, Cost: s.EpochCost / float64(s.EpochSamples),
		ValidationCost: math.NaN(), ValidationAccuracy: math.NaN(),
	}
	score := e.Cost
	if !finite(e.Cost) || !allFinite(s.Params) {
		if t.team.ended(ctx) {
			return t.fail(t.interrupted(ctx))
		}
		return t.diverged(e.Number, s.EpochSteps, e.Cost)
	}
	if t.validation != nil {
		var err error
		if e.ValidationCost, err = t.validation.run(t.net, t.ws, nil); err != nil {
			return t.fail(fmt.Errorf("train: validation after epoch %d: %w", e.Number, err))
		}
		e.ValidationAccuracy = t.validation.accuracy()
		for _, m := range t.options.Metrics {
			e.Metrics = append(e.Metrics, t.validation.meter.Value(m))
		}
		score = t.score(e.ValidationCost)
	}
	var err error
	if e.Layers, err = t.team.report(&t.layers, t.net, t.ws, t.validation != nil); err != nil {
		return t.fail(err)
	}
	copy(s.Last, s.Params)
	e.Elapsed = t.elapsed()
	s.Epochs, s.EpochSteps, s.EpochSamples, s.EpochCost = e.Number, 0, 0, 0
	s.History = append(s.History, e)
	t.rated = false
	t.options.Schedule.observe(s.Schedule, score)
	if t.validation != nil && score < s.BestScore {
		s.BestScore, s.BestEpoch = score, e.Number
		if t.options.Patience > 0 {
			s.Best = append(s.Best[:0], s.Params...)
		}
	}
	if t.options.Progress != nil {
		t.options.Progress(e)
	}
	p := t.options.Patience
	s.Stopped = p > 0 && e.Number-s.BestEpoch >= p
	return nil
}

// score returns what is the smaller, the better the epoch is: the validation cost, or the
// watched metric with the sign that it takes.
func (t *Trainer[T]) score(cost float64) float64 {
	w := t.options.Watch
	if w == nil {
		return cost
	}
	x := t.validation.meter.Value(w)
	if w.Larger {
		return -x
	}
	return x
}

// taskOfBoth returns the task that either of two parts of the data shows.
func taskOfBoth[T kernels.Float](n *net.Network[T], d *Data[T], s *Stream[T], validation *Data[T]) metrics.Task {
	if s != nil && validation.Len() == 0 {
		return TaskOf(n, &Data[T]{Classes: s.Classes}) // without a look at the samples
	}
	if d == nil || validation.Len() > 0 && TaskOf(n, validation).Classes() > 0 {
		return TaskOf(n, validation)
	}
	return TaskOf(n, d)
}

// measured returns the metrics that are measured on the validation data.
func (o *Options) measured() []*metrics.Metric {
	if o.Watch == nil {
		return o.Metrics
	}
	return append(slices.Clone(o.Metrics), o.Watch)
}

func (t *Trainer[T]) elapsed() time.Duration { return t.state.Elapsed + time.Since(t.start) }

// setRate computes the learning rate of the next step.
func (t *Trainer[T]) setRate() error {
	if t.rated {
		return nil
	}
	factor := t.options.Schedule.Factor(t.position())
	t.rate = float64(t.options.Rate * factor)
	if !(t.rate >= 0) || math.IsInf(t.rate, 0) {
		unit, number := "epoch", t.state.Epochs+1
		if t.options.Schedule.BySteps {
			unit, number = "step", t.state.Steps+1
		}
		return t.fail(fmt.Errorf("train: the schedule's factor for %s %d is %v: want a finite number of at least 0", unit, number, factor))
	}
	t.rated = true
	return nil
}

// position says how far the training is.
func (t *Trainer[T]) position() Position {
	if !t.options.Schedule.BySteps {
		return Position{Done: t.state.Epochs, Total: t.options.Epochs, State: t.state.Schedule}
	}
	p := Position{Done: t.state.Steps, Total: t.options.Epochs}
	if t.batches != nil {
		p.Total *= t.batches.steps()
	}
	return p
}

// interrupted returns the error of a training that ctx ends.
func (t *Trainer[T]) interrupted(ctx context.Context) error {
	if t.batches != nil {
		t.batches.interrupt()
	}
	err := ctx.Err()
	if err == nil { // that of another rank has ended
		err = context.Canceled
	}
	if t.team != nil {
		t.team.ending = false
	}
	return fmt.Errorf("train: stopped in epoch %d after step %d: %w", t.state.Epochs+1, t.state.EpochSteps, err)
}

// diverged returns the error of a training that a step has made infinite.
func (t *Trainer[T]) diverged(epoch, step int, cost float64) error {
	e := &DivergedError{Epoch: epoch, Step: step, Cost: cost}
	if c := t.net.Config().Cost; c.Param != nil && c.Param.Remedy != "" {
		e.Remedy = fmt.Sprintf("%s %s of the %v cost, which is %v", c.Param.Remedy, c.Param.Symbol, c, c.Param.Value)
	}
	return t.fail(e)
}

// fail gives the network the last good parameters. Nothing goes on after it but Restore.
func (t *Trainer[T]) fail(err error) error {
	copy(t.state.Params, t.state.Last)
	t.failed = err
	return err
}

// allFinite reports whether no element of x is NaN or infinite. Then most sums of all
// elements are finite, and else none is.
func allFinite[T kernels.Float](x []T) bool {
	if finite(float64(kernels.Sum(x))) {
		return true
	}
	for _, v := range x {
		if !finite(float64(v)) {
			return false
		}
	}
	return true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
