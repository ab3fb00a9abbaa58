package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/audit"
	"github.com/nabla-go/nabla/checkpoint"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// record is what is kept of a training while it goes on.
type record struct {
	dir      string // of checkpoints; "" for none
	resume   bool
	every    checkpoint.Interval
	keep     int
	log      string // an audit log; "" for none
	logEvery int    // steps from line to line; 0 for the default
}

// flags returns the flags that set r. given reports whether a flag was given.
func (r *record) flags(given func(string) bool) []flag {
	needs := func(name string) error {
		if given(name) && r.dir == "" {
			return usagef("--%s is for --checkpoint: want --checkpoint DIR, too", name)
		}
		return nil
	}
	dir := newFlag("checkpoint", "", "folder that takes the state of the training while it goes on", func(v string) error {
		r.dir = v
		return want(v != "" || !given("checkpoint"), "the name of a folder")
	})
	log := newFlag("log", "", "file that takes hashes of the training, for nabla audit", func(v string) error {
		r.log = v
		return want(v != "" || !given("log"), "the name of a file")
	})
	dir.files, log.files = true, true
	return []flag{
		dir,
		newFlag("resume", false, "go on from the last checkpoint, to the same result as without a stop", func(v bool) error {
			r.resume = v
			return needs("resume")
		}),
		newFlag("checkpoint-every", "1m", "time (30s, 5m), epochs (2epochs) or steps (1000steps) from one checkpoint to the next", func(v string) (err error) {
			if r.every, err = parseInterval(v); err != nil {
				return err
			}
			return needs("checkpoint-every")
		}),
		newFlag("checkpoint-keep", 3, "checkpoints that are kept, the last ones", func(v int) error {
			r.keep = v
			if err := want(v >= 1, "at least 1"); err != nil {
				return err
			}
			return needs("checkpoint-keep")
		}),
		log,
		newFlag("log-every", 0, "steps from one line of the log to the next (default a power of two by optimizer and batch)", func(v int) error {
			r.logEvery = v
			if given("log-every") && r.log == "" {
				return usagef("--log-every is for --log: want --log FILE, too")
			}
			return want(v >= 1 || !given("log-every"), "at least 1")
		}),
	}
}

// recordFlags are the flags of a record, which decide nothing about a model.
var recordFlags = []string{"checkpoint", "resume", "checkpoint-every", "checkpoint-keep", "log", "log-every"}

func parseInterval(v string) (i checkpoint.Interval, err error) {
	count := func(unit string) (n int, ok bool) {
		text, ok := strings.CutSuffix(v, unit)
		if ok {
			n, err = strconv.Atoi(text)
			err = want(err == nil && n >= 1, "a positive number before %s", unit)
		}
		return n, ok
	}
	var ok bool
	if i.Epochs, ok = count("epochs"); ok {
		return i, err
	}
	if i.Steps, ok = count("steps"); ok {
		return i, err
	}
	i.Time, err = time.ParseDuration(v)
	return i, want(err == nil && i.Time > 0, "a time such as 30s or 5m, or a number of epochs or steps, such as 2epochs or 1000steps")
}

// keyOf says what decides the bits of a training, but for its number of epochs.
func (t *training[T]) keyOf(flags *pflag.FlagSet, files []model.DataFile) checkpoint.Key {
	key := checkpoint.Key{
		"numeric version": kernels.NumericVersion,
		"network":         shape(t.net),
		"samples":         fmt.Sprintf("%d training and %d test", t.length(), t.test.Len()),
	}
	given, defaults := optionsOf(flags)
	for _, options := range []map[string][]string{given, defaults} {
		for name, values := range options {
			if !slices.Contains([]string{"epochs", "data", "test", "validation", "from"}, name) {
				key["option --"+name] = strings.Join(values, ",")
			}
		}
	}
	for i, f := range files {
		key[fmt.Sprintf("SHA-256 of data file %d", i+1)] = f.SHA256
	}
	return key
}

// recorder records one training.
type recorder[T kernels.Float] struct {
	trainer *train.Trainer[T]
	crew    *crew                // nil without other ranks
	follows bool                 // all ranks have a part of what rank 0 records
	saves   bool                 // rank 0 has a saver
	resumed *train.State[T]      // that the training goes on from; nil for none, and on other ranks than 0
	dir     *checkpoint.Dir      // nil without checkpoints
	saver   *checkpoint.Saver[T] // nil without checkpoints
	log     *audit.Writer        // nil without a log
	every   int                  // steps from one line of the log to the next
}

// newRecorder opens what is asked for, and restores the trainer if it goes on.
func newRecorder[T kernels.Float](t *training[T], trainer *train.Trainer[T], flags *pflag.FlagSet, files []model.DataFile) (rec *recorder[T], err error) {
	r := &t.record
	rec = &recorder[T]{trainer: trainer, crew: t.crew, saves: r.dir != "", follows: trainer.Collective() && (r.dir != "" || r.log != "")}
	if !t.crew.writes() {
		return rec, nil
	}
	key := t.keyOf(flags, files)
	defer func() {
		if err != nil {
			rec.close()
		}
	}()
	if r.dir != "" {
		if rec.dir, err = checkpoint.Open(r.dir, key, r.keep); err != nil {
			return rec, err
		}
		if err = resume(t, rec); err != nil {
			return rec, err
		}
	}
	if r.log != "" {
		every := r.logEvery
		if every == 0 {
			every = audit.Interval(t.options.Optimizer.Method, min(t.options.Batch, t.length()))
		}
		given, _ := optionsOf(flags)
		given["epochs"] = []string{strconv.Itoa(t.options.Epochs)}
		h := audit.Header{Key: key, Flags: given, Every: every}
		rec.every = every
		if r.resume {
			rec.log, err = audit.Resume(r.log, h, trainer.Steps())
		} else {
			rec.log, err = audit.Create(r.log, h)
		}
		if err != nil {
			return rec, err
		}
	}
	if rec.dir != nil {
		var before func() error
		if rec.log != nil {
			before = rec.log.Sync // a checkpoint never outlives lines of the log before it
		}
		rec.saver = checkpoint.NewSaver(rec.dir, trainer, r.every, before)
	}
	return rec, nil
}

// resume restores the trainer from the last checkpoint, or refuses a folder that has some.
func resume[T kernels.Float](t *training[T], rec *recorder[T]) error {
	r := &t.record
	steps, err := rec.dir.Steps()
	if err != nil {
		return err
	}
	if !r.resume {
		if len(steps) > 0 {
			return fmt.Errorf("--checkpoint %s: there are checkpoints already: want --resume to go on from them, or another folder", r.dir)
		}
		return nil
	}
	state, damaged, err := checkpoint.Latest[T](rec.dir, math.MaxInt)
	for _, path := range damaged {
		fmt.Fprintf(t.stderr, "note: %s is not whole and is left out\n", path)
	}
	if err != nil {
		return err
	}
	if state == nil {
		fmt.Fprintf(t.stderr, "note: %s has no checkpoint: the training begins at its beginning\n", r.dir)
		return nil
	}
	if err := rec.trainer.Restore(state); err != nil {
		return err
	}
	rec.resumed = state
	fmt.Fprintf(t.stderr, "going on after step %d, in epoch %d\n", state.Steps, state.Epochs+1)
	return nil
}

// run trains to the end, or until ctx ends or the data can't be read; then the last
// checkpoint is that of the last step.
func (rec *recorder[T]) run(ctx context.Context, epochs int) error {
	for !rec.trainer.Ended(epochs) {
		report, err := rec.trainer.Step(ctx)
		together := rec.crew == nil || errors.Is(err, context.Canceled) // else others may not have this error
		if err != nil && rec.saves && rec.sound() && together {
			return errors.Join(err, rec.finish())
		}
		if err != nil {
			return err
		}
		if err := rec.step(report); err != nil {
			return err
		}
	}
	return rec.finish()
}

// What is recorded after a step.
const (
	logged = 1 << iota
	saved
)

// step records a step.
func (rec *recorder[T]) step(report train.StepReport) error {
	var what [1]byte
	if rec.log != nil && rec.log.Due(report) {
		what[0] |= logged
	}
	if rec.saver != nil {
		due, err := rec.saver.Due()
		if err != nil {
			return err
		}
		if due {
			what[0] |= saved
		}
	}
	if rec.follows {
		if err := rec.crew.Broadcast(0, what[:]); err != nil {
			return err
		}
	}
	if what[0]&logged != 0 {
		if rec.log == nil { // it is rank 0's
			rec.trainer.Chain([sha256.Size]byte{})
		} else if err := rec.log.Step(rec.trainer, report); err != nil {
			return err
		}
	}
	if what[0]&saved != 0 {
		if rec.saver == nil {
			rec.trainer.State()
		} else {
			rec.saver.Save()
		}
	}
	return nil
}

// finish saves the last state.
func (rec *recorder[T]) finish() error {
	if rec.saver != nil {
		return rec.saver.Finish()
	}
	if rec.saves && rec.follows {
		rec.trainer.State()
	}
	return nil
}

// sound reports whether the state can be gone on with, which it can't after a failure.
func (rec *recorder[T]) sound() bool { return rec.trainer.Failed() == nil }

// note tells of a log that has no line, because the training was too short for one.
func (rec *recorder[T]) note() string {
	if steps := rec.trainer.Steps(); rec.log != nil && steps < rec.every {
		return fmt.Sprintf("the log has no line: the training has %s, and a line stands after every %d (--log-every)", counted(steps, "step", "steps"), rec.every)
	}
	return ""
}

// close ends the writing and gives the lock back.
func (rec *recorder[T]) close() {
	if rec.saver != nil {
		rec.saver.Wait()
	}
	if rec.log != nil {
		rec.log.Close()
	}
	if rec.dir != nil {
		rec.dir.Close()
	}
}

// untilSignal returns a context that the first of endSignals ends. The next one ends the
// program.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := endSignals()
	if len(signals) == 0 { // NotifyContext would take all there are
		return context.WithCancel(ctx)
	}
	ctx, stop := signal.NotifyContext(ctx, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// onEnd calls say once ctx is ended, beside whatever runs then. The function that it
// returns takes that back, or waits for say if it was called already.
func onEnd(ctx context.Context, say func()) (release func()) {
	said := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(said)
		say()
	})
	return func() {
		if !stop() {
			<-said
		}
	}
}
