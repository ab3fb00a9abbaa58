package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/search"
	"github.com/nabla-go/nabla/train"
)

// prepare reads the samples of a candidate, if no other has done so, and checks all that
// can be checked before it is trained.
func (p *searchPlan) prepare(c *candidate, shared map[string]any) error {
	if c.plan.data.path == stdinPath {
		return usagef("--data -: standard input can be read once, and a search reads the data twice: want a file")
	}
	if c.plan.precision == "f64" {
		return prepareTrial[float64](p, c, shared)
	}
	return prepareTrial[float32](p, c, shared)
}

func prepareTrial[T kernels.Float](p *searchPlan, c *candidate, shared map[string]any) error {
	t := &training[T]{trainPlan: c.plan, stdout: c.cmd.OutOrStdout(), stderr: c.cmd.ErrOrStderr()}
	if p.folds > 0 && c.plan.data.validation == "" { // each fold has its own part for that
		t.foldShare, c.plan.data.validationShare = c.plan.data.validationShare, 0
	}
	err := t.loadFrom(func(d *dataSource) (samples[T], error) {
		key := fmt.Sprintf("%T %+v %v", T(0), d.encoding, d.validationShare)
		if s, ok := shared[key].(samples[T]); ok {
			return s, nil
		}
		s, err := loadTraining[T](d)
		shared[key] = s
		return s, err
	})
	if err != nil {
		return err
	}
	if p.folds == 0 && t.validation == nil {
		return usagef("--folds 0: there are no validation data to judge by: want --validation or --validation-share, or folds")
	}
	if err := t.makeNetwork(); err != nil {
		return err
	}
	if c.by, err = t.scoreOf(p.by); err != nil {
		return err
	}
	t.net, c.epochs = nil, t.options.Epochs // the network was made to be checked
	var folds [][]int
	if p.folds > 0 {
		if folds, err = t.divide(p.folds); err != nil {
			return err
		}
	}
	t.options.Workers = max(1, t.options.Workers/p.jobs)
	c.data = fmt.Sprintf("%s: %d samples, and %d for testing that no trial sees", t.data.Name, t.data.Len(), t.test.Len())
	c.try = func(ctx context.Context, fold, epochs int) (float64, error) {
		held := t.validation
		if folds != nil {
			held = t.data.Subset(folds[fold])
			t.take(others(t.data.Len(), folds[fold]))
		}
		if err := t.trainFor(ctx, epochs); err != nil {
			return 0, err
		}
		return t.score(c.by, held)
	}
	return nil
}

// A scoring is a number that trials are judged by.
type scoring struct {
	name   string
	larger bool            // is better
	metric *metrics.Metric // nil for the accuracy, R² or cost that train reports
}

// scoreOf returns what --by names for the task at hand.
func (t *training[T]) scoreOf(by string) (scoring, error) {
	switch {
	case by == "cost":
		return scoring{name: by}, nil
	case by == "auto" && t.task() == dataset.Regression:
		return scoring{name: "r2", larger: true}, nil
	case by == "auto":
		return scoring{name: "accuracy", larger: true}, nil
	}
	m, err := metrics.Parse(by)
	if err == nil {
		_, err = metrics.New[T](train.TaskOf(t.net, t.data), m)
	}
	if err != nil {
		return scoring{}, usagef("--by: %w", err)
	}
	return scoring{name: by, larger: m.Larger, metric: m}, nil
}

// score returns the score of a trained network on samples.
func (t *training[T]) score(by scoring, held *train.Data[T]) (float64, error) {
	if by.metric != nil {
		meter, err := t.meter(held, by.metric)
		if err != nil {
			return 0, err
		}
		return meter.Value(by.metric), nil
	}
	cost, accuracy, r2, _, err := t.scores(held)
	switch {
	case by.name == "cost":
		return float64(cost), err
	case by.name == "r2":
		return float64(r2), err
	}
	return float64(accuracy), err
}

// trainFor trains a new network for so many epochs of the whole training, or all that there
// are, and takes the best epoch if there is one. What goes wrong is the trial's failure.
func (t *training[T]) trainFor(ctx context.Context, epochs int) error {
	if t.foldShare > 0 {
		t.splitFold()
	}
	o := t.options
	if o.Metrics = nil; t.validation == nil {
		o.Watch = nil
	}
	if err := t.makeNetwork(); err != nil {
		return failed(err)
	}
	trainer, err := train.New(t.net, t.data, t.validation, o)
	if err != nil {
		return failed(err)
	}
	defer trainer.Close()
	if err := trainer.Run(ctx, min(epochs, o.Epochs)); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return failed(err)
	}
	trainer.TakeBest()
	return nil
}

// take leaves some samples of the training part.
func (t *training[T]) take(samples []int) {
	t.data = t.data.Subset(samples)
	if t.groups == nil {
		return
	}
	groups := make([]int, len(samples))
	for i, k := range samples {
		groups[i] = t.groups[k]
	}
	t.groups = groups
}

// splitFold takes a share of the training part to judge epochs by, about that share if
// groups stay together.
func (t *training[T]) splitFold() {
	if n := distinct(t.groups); n > 1 {
		k := min(n, max(2, int(math.Round(1/t.foldShare))))
		part := train.GroupFolds(t.groups, k, validationSplitSeed)[0]
		t.validation = t.data.Subset(part)
		t.take(others(t.data.Len(), part))
		return
	}
	t.data, t.validation = t.data.Split(t.foldShare, validationSplitSeed)
}

// failed makes an error a failure of one trial.
func failed(err error) error {
	return &search.Failure{Err: errors.New(strings.TrimPrefix(err.Error(), "train: "))}
}

// A searchRun is a search that is under way.
type searchRun struct {
	*searchPlan
	plan   search.Plan
	shared map[string]any // samples, by how they are read
	first  *candidate     // the first trial
	epochs []int          // of the whole training of each trial
}

// rungs returns how many trials are trained for how many epochs.
func (r *searchRun) rungs() ([]search.Rung, error) {
	epochs := slices.Max(r.epochs)
	if r.halving == 0 {
		return search.Once(len(r.epochs), epochs), nil
	}
	rungs, err := search.Halving(len(r.epochs), epochs, r.halving, r.least)
	if err != nil {
		return nil, usagef("--halving: %s", strings.TrimPrefix(err.Error(), "search: "))
	}
	return rungs, nil
}

// key says what decides the scores.
func (r *searchRun) key() (map[string]string, error) {
	files, err := r.first.plan.dataFiles()
	if err != nil {
		return nil, err
	}
	trials := "grid"
	if r.random > 0 {
		trials = fmt.Sprintf("at random with seed %d", r.seed)
	}
	key := map[string]string{
		"numeric version": kernels.NumericVersion,
		"data":            r.first.data,
		"trials":          trials,
		"--folds":         fmt.Sprint(r.folds),
		"--by":            r.first.by.name,
	}
	for _, parameter := range r.space {
		key["--try "+parameter.Name] = strings.TrimPrefix(parameter.String(), parameter.Name+"=")
	}
	given, defaults := optionsOf(r.first.cmd.Flags())
	maps.Copy(given, defaults)
	for name, values := range given {
		if !slices.Contains([]string{"data", "test", "validation", "from"}, name) && key["--try "+name] == "" {
			key["--"+name] = strings.Join(values, ",")
		}
	}
	for i, f := range files {
		key[fmt.Sprintf("SHA-256 of data file %d", i+1)] = f.SHA256
	}
	return key, nil
}

// search runs the trials, with a record if one is asked for.
func (r *searchRun) search() ([]search.Standing, error) {
	var record *search.Record
	var known []search.Score
	if r.results != "" {
		begin := search.Create
		if r.resume {
			begin = search.Resume
		}
		key, err := r.key()
		if err == nil {
			record, err = begin(r.results, key)
		}
		if err != nil {
			return nil, err
		}
		defer record.Close()
		known = record.Scores()
	}
	keepTraining()
	ctx, stop := untilSignal(r.cmd.Context())
	defer stop()
	stderr := r.cmd.ErrOrStderr()
	defer onEnd(ctx, func() { fmt.Fprintln(stderr, "stopping (ctrl-C again ends at once)") })()
	fmt.Fprintf(stderr, "searching among %d trials on %s\n", len(r.epochs), r.first.data)
	if len(known) > 0 {
		fmt.Fprintf(stderr, "%d folds are in %s already\n", len(known), r.results)
	}
	finished, scores := len(known), make(map[[2]int][]float64) // by trial and epochs
	add := func(s search.Score) []float64 {
		rung := [2]int{s.Trial, s.Epochs}
		if s.Failure != "" {
			s.Value = math.NaN()
		}
		scores[rung] = append(scores[rung], s.Value)
		return scores[rung]
	}
	for _, s := range known {
		add(s)
	}
	table, err := r.plan.Run(ctx, known, r.try, func(s search.Score) error {
		finished++
		if all := add(s); len(all) == r.plan.Folds {
			mean, _ := search.Spread(all)
			fmt.Fprintf(stderr, "trial %d of %d, epochs %d: %s %.4f (%v)\n",
				s.Trial, len(r.epochs), min(s.Epochs, r.epochs[s.Trial-1]), r.first.by.name, mean, r.plan.Trials[s.Trial-1])
		}
		if record != nil {
			return record.Add(s)
		}
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return nil, r.stopped(finished)
	}
	return table, err
}

// try trains a trial without a fold and returns its score on that.
func (r *searchRun) try(ctx context.Context, t search.Trial, run search.Run) (float64, error) {
	c, err := r.candidate(t, r.shared)
	if err != nil {
		return 0, err
	}
	return c.try(ctx, run.Fold, run.Epochs)
}

// stopped is the error of a search that a signal has ended.
func (r *searchRun) stopped(finished int) error {
	if r.results == "" {
		return fmt.Errorf("stopped after %d folds, and nothing is kept: with --results FILE a search can go on where it was stopped", finished)
	}
	command := r.commandLine("search", r.cmd)
	if !r.resume {
		command += " --resume"
	}
	return fmt.Errorf("stopped after %d folds, which %s has; go on with: %s", finished, r.results, command)
}
