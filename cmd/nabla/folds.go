package main

import (
	"context"
	"fmt"
	"math"

	"github.com/nabla-go/nabla/search"
	"github.com/nabla-go/nabla/train"
)

// foldsSeed decides the folds, which don't depend on the seed of a training.
const foldsSeed = 1

// foldsFlag sets how many folds the training part is divided into.
func (p *trainPlan) foldsFlag() flag {
	return newFlag("folds", 0, "also train on the training part without one of so many folds, in turn, and test on that fold; 0 for none", func(v int) error {
		p.folds = v
		return want(v == 0 || v >= 2 && v <= 1000, "2 to 1000, or 0 for none")
	})
}

// foldReport is the result of one fold.
type foldReport struct {
	Fold     int    `json:"fold"`
	Samples  int    `json:"samples"` // that the fold tests with
	Cost     number `json:"cost"`
	Accuracy number `json:"accuracy"`
	R2       number `json:"r2"`
}

// crossValidate trains a network for each fold of the training part. The test part stays
// apart, and so do validation data, which judge the epochs of every fold. Columns are encoded
// and scaled as for the whole training part.
func (t *training[T]) crossValidate(ctx context.Context) error {
	if t.folds == 0 {
		return nil
	}
	folds, err := t.divide(t.folds)
	if err != nil {
		return err
	}
	o := t.options
	if o.Metrics = nil; t.validation == nil {
		o.Watch = nil
	}
	whole, network := t.data, t.net
	defer func() { t.data, t.net = whole, network }()
	var scores []float64
	word := "accuracy"
	for i, fold := range folds {
		t.data = whole.Subset(others(whole.Len(), fold))
		if err := t.makeNetwork(); err != nil {
			return err
		}
		if _, err := train.Fit(ctx, t.net, t.data, t.validation, o); err != nil {
			return fmt.Errorf("fold %d: %w", i+1, err)
		}
		r := foldReport{Fold: i + 1, Samples: len(fold)}
		if r.Cost, r.Accuracy, r.R2, _, err = t.scores(whole.Subset(fold)); err != nil {
			return err
		}
		score := float64(r.Accuracy)
		if math.IsNaN(score) {
			score, word = float64(r.R2), "R²"
		}
		scores = append(scores, score)
		if t.json {
			printJSON(t.stdout, r)
		} else {
			fmt.Fprintf(t.stdout, "fold %d of %d         %s %.4f of %d samples\n", r.Fold, t.folds, word, score, r.Samples)
		}
	}
	mean, deviation := search.Spread(scores)
	if !t.json {
		fmt.Fprintf(t.stdout, "over the folds     %s %.4f, standard deviation %.4f\n", word, mean, deviation)
	}
	return nil
}

// divide divides the training part into k folds, by whole groups if there are some.
func (t *training[T]) divide(k int) ([][]int, error) {
	if t.trainPlan.data.table.Order != "" {
		return nil, usagef("--folds goes without --order: networks would learn from rows that come after those of a fold; want --folds 0, and --validation-share to judge by the last rows before the test part")
	}
	most, of := t.data.Len(), "training samples"
	if t.groups != nil {
		most, of = distinct(t.groups), "groups"
	}
	if k > most {
		return nil, usagef("--folds %d: want at most %d, the number of %s", k, most, of)
	}
	if t.groups != nil {
		return train.GroupFolds(t.groups, k, foldsSeed), nil
	}
	return t.data.Folds(k, foldsSeed), nil
}

// distinct returns how many different numbers there are.
func distinct(numbers []int) int {
	seen := make(map[int]bool)
	for _, n := range numbers {
		seen[n] = true
	}
	return len(seen)
}

// others returns the samples that are not in a fold, of so many.
func others(samples int, fold []int) (rest []int) {
	inFold := make([]bool, samples)
	for _, k := range fold {
		inFold[k] = true
	}
	for k := range inFold {
		if !inFold[k] {
			rest = append(rest, k)
		}
	}
	return rest
}
