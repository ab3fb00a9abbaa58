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
	if t.folds > t.data.Len() {
		return usagef("--folds %d: want at most %d, the number of training samples", t.folds, t.data.Len())
	}
	o := t.options
	if o.Metrics = nil; t.validation == nil {
		o.Watch = nil
	}
	whole, network := t.data, t.net
	defer func() { t.data, t.net = whole, network }()
	folds := whole.Folds(t.folds, foldsSeed)
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
		var err error
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
