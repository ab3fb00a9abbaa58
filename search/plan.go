package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// A Plan says which trials are run, and how.
type Plan struct {
	Trials []Trial
	Rungs  []Rung // the first has all trials; see Once and Halving
	Folds  int    // parts of the data that a trial is judged by, at least 1
	Larger bool   // of two scores the larger is better
	Jobs   int    // folds of trials that run at the same time; 0 stands for 1
}

// A Run is a fold of a trial with so many epochs. Its score depends on nothing else.
type Run struct {
	Trial  int // its number
	Fold   int // from 0
	Epochs int // of its rung
}

// A Score is what came of a run.
type Score struct {
	Run
	Value   float64 // 0 after a failure
	Failure string  // why there is no value; else ""
}

// A Failure is an error of a trial that leaves others alone, such as a cost that became
// infinite. It makes the trial the last of its rung.
type Failure struct{ Err error }

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// A Standing is a trial in the ranking.
type Standing struct {
	Trial
	Rung      int       // the last one that it reached, from 0
	Epochs    int       // of that rung
	Scores    []float64 // of the folds in that rung; NaN for one that failed
	Mean      float64   // of Scores; NaN if one failed
	Deviation float64   // standard deviation of Scores, estimated with n−1; NaN with one fold
	Failure   string    // of the first fold that failed; "" if none did
}

// check returns an error if p makes no sense.
func (p *Plan) check() error {
	switch {
	case len(p.Trials) == 0 || len(p.Rungs) == 0:
		return errors.New("search: no trials: want at least one, and a rung for all of them")
	case p.Rungs[0].Trials != len(p.Trials):
		return fmt.Errorf("search: %d trials, but the first rung is for %d: want all of them", len(p.Trials), p.Rungs[0].Trials)
	case p.Folds < 1:
		return fmt.Errorf("search: %d folds: want at least 1", p.Folds)
	case p.Jobs < 0:
		return fmt.Errorf("search: %d jobs: want at least 1, or 0 for one", p.Jobs)
	}
	for i, r := range p.Rungs {
		if i > 0 && (r.Trials > p.Rungs[i-1].Trials || r.Epochs <= p.Rungs[i-1].Epochs) || r.Trials < 1 {
			return fmt.Errorf("search: rung %d has %d trials of %d epochs: want at least one trial, no more than in the rung before, and more epochs", i+1, r.Trials, r.Epochs)
		}
	}
	return nil
}

// Run calls try for each fold of each trial, rung by rung, and returns all trials, the best
// first: those of the last rung, then those that only reached the one before, and so on; in
// a rung by their mean scores, failed ones last, and equal ones by their numbers. try is
// called by several goroutines, and must return the same for the same run.
//
// Runs that known has a score of aren't run. done, unless it is nil, is called after each of
// the others, one at a time. An error of done, and one of try that is no [Failure], ends the
// search; so does ctx, with its error.
func (p *Plan) Run(ctx context.Context, known []Score, try func(ctx context.Context, t Trial, r Run) (float64, error), done func(Score) error) ([]Standing, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	scores := make(map[Run]Score)
	for _, s := range known {
		scores[s.Run] = s
	}
	standings := make([]Standing, len(p.Trials))
	for i, t := range p.Trials {
		standings[i].Trial = t
	}
	for i, rung := range p.Rungs {
		reached := standings[:rung.Trials]
		slices.SortFunc(reached, func(a, b Standing) int { return cmp.Compare(a.Number, b.Number) })
		if err := p.runRung(ctx, reached, rung.Epochs, scores, try, done); err != nil {
			return nil, err
		}
		for k := range reached {
			p.stand(&reached[k], i, rung.Epochs, scores)
		}
		slices.SortFunc(reached, p.better)
	}
	return standings, nil
}

// runRung runs what scores has not.
func (p *Plan) runRung(ctx context.Context, trials []Standing, epochs int, scores map[Run]Score, try func(context.Context, Trial, Run) (float64, error), done func(Score) error) error {
	type job struct {
		trial Trial
		run   Run
	}
	var jobs []job
	for _, t := range trials {
		for fold := range p.Folds {
			r := Run{Trial: t.Number, Fold: fold, Epochs: epochs}
			if _, ok := scores[r]; !ok {
				jobs = append(jobs, job{t.Trial, r})
			}
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu    sync.Mutex
		next  int
		over  bool // after an error
		group sync.WaitGroup
	)
	work := func() {
		defer group.Done()
		for {
			mu.Lock()
			if next == len(jobs) || ctx.Err() != nil {
				mu.Unlock()
				return
			}
			j := jobs[next]
			next++
			mu.Unlock()
			s, err := score(ctx, j.trial, j.run, try)
			mu.Lock()
			if err == nil && !over {
				scores[j.run] = s
				if done != nil {
					err = done(s)
				}
			}
			if err != nil {
				over = true
				cancel(err) // the first counts
			}
			mu.Unlock()
		}
	}
	for range min(max(p.Jobs, 1), len(jobs)) {
		group.Add(1)
		go work()
	}
	group.Wait()
	return context.Cause(ctx)
}

// score makes a score of what try returns.
func score(ctx context.Context, t Trial, r Run, try func(context.Context, Trial, Run) (float64, error)) (Score, error) {
	x, err := try(ctx, t, r)
	s := Score{Run: r, Value: x}
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		s.Value, s.Failure = 0, strings.ToValidUTF8(failure.Error(), "\uFFFD")
	case err != nil:
		return s, err
	case math.IsNaN(x) || math.IsInf(x, 0):
		s.Value, s.Failure = 0, fmt.Sprintf("the score is %v", x)
	}
	return s, nil
}

// stand sets what a trial came to in a rung.
func (p *Plan) stand(s *Standing, rung, epochs int, scores map[Run]Score) {
	s.Rung, s.Epochs, s.Failure = rung, epochs, ""
	s.Scores = make([]float64, p.Folds)
	for fold := range s.Scores {
		score := scores[Run{Trial: s.Number, Fold: fold, Epochs: epochs}]
		if s.Scores[fold] = score.Value; score.Failure != "" {
			s.Scores[fold] = math.NaN()
			if s.Failure == "" {
				s.Failure = score.Failure
			}
		}
	}
	s.Mean, s.Deviation = Spread(s.Scores)
}

// Spread returns the mean and the standard deviation of x, estimated with n−1.
func Spread(x []float64) (mean, deviation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	sum := 0.0
	for _, v := range x {
		sum += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(sum / float64(len(x)-1))
}

// better compares two trials of a rung.
func (p *Plan) better(a, b Standing) int {
	x, y := a.Mean, b.Mean
	if p.Larger {
		x, y = -x, -y
	}
	switch failed := math.IsNaN(x); {
	case failed != math.IsNaN(y):
		if failed {
			return 1
		}
		return -1
	case x != y && !failed:
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a.Number, b.Number)
}
