package search_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nabla-go/nabla/dataset"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/search"
	"github.com/nabla-go/nabla/train"
)

// Nine trials at random, judged by cross-validation. All of them get an epoch, the best
// three of them three epochs, and the best one nine. The test part is for the winner alone.
func ExamplePlan_Run() {
	training, test, err := dataset.DigitImages[float32]("auto")
	if err != nil {
		log.Fatal(err)
	}
	const folds, epochs, seed = 2, 9, 1
	var space []search.Parameter
	for _, text := range []string{"rate=log:1e-4:1e-1", "hidden=5/10"} {
		p, err := search.Parse(text)
		if err != nil {
			log.Fatal(err)
		}
		space = append(space, p)
	}
	trials, err := search.Random(space, 9, seed)
	if err != nil {
		log.Fatal(err)
	}
	rungs, err := search.Halving(len(trials), epochs, 3, 1)
	if err != nil {
		log.Fatal(err)
	}

	// fit trains a network for some epochs of a training of nine, on all of d.
	fit := func(ctx context.Context, t search.Trial, d *train.Data[float32], some int) (*nn.Network[float32], error) {
		n, err := nn.New[float32](nn.Config{
			Inputs: d.X.Cols,
			Layers: []nn.Layer{nn.Dense(t.Int("hidden"), nn.ReLU), nn.Dense(10, nn.Softmax)},
			Cost:   nn.SoftmaxCrossEntropy, Seed: seed,
		})
		if err != nil {
			return nil, err
		}
		trainer, err := train.New(n, d, nil, train.Options{
			Epochs: epochs, Rate: t.Float("rate"), Batch: 32, Optimizer: train.Adam(), Schedule: train.CosineDecay(0), Seed: seed,
		})
		if err != nil {
			return nil, err
		}
		defer trainer.Close()
		return n, trainer.Run(ctx, some)
	}

	parts := training.Folds(folds, seed)
	plan := search.Plan{Trials: trials, Rungs: rungs, Folds: folds, Larger: true, Jobs: 2}
	ranking, err := plan.Run(context.Background(), nil, func(ctx context.Context, t search.Trial, r search.Run) (float64, error) {
		var rest []int
		for k, part := range parts {
			if k != r.Fold {
				rest = append(rest, part...)
			}
		}
		n, err := fit(ctx, t, training.Subset(rest), r.Epochs)
		if err != nil && ctx.Err() == nil {
			return 0, &search.Failure{Err: err} // it diverged
		}
		if err != nil {
			return 0, err
		}
		_, accuracy, err := train.Evaluate(n, training.Subset(parts[r.Fold]))
		return accuracy, err
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range ranking[:3] {
		fmt.Printf("trial %d, %v: %.3f ± %.3f after %d epochs\n", s.Number, s.Trial, s.Mean, s.Deviation, s.Epochs)
	}
	winner, err := fit(context.Background(), ranking[0].Trial, training, epochs)
	if err != nil {
		log.Fatal(err)
	}
	_, accuracy, err := train.Evaluate(winner, test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("test accuracy %.3f\n", accuracy)
	// Output:
	// trial 9, rate=0.04779 hidden=10: 0.951 ± 0.009 after 9 epochs
	// trial 2, rate=0.02033 hidden=10: 0.909 ± 0.011 after 3 epochs
	// trial 6, rate=0.01995 hidden=10: 0.909 ± 0.011 after 3 epochs
	// test accuracy 0.964
}
