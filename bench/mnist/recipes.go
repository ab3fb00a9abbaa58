package main

import (
	"context"
	"fmt"
	"log"
	"slices"
	"strconv"
	"strings"
	"time"

	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A recipe is a training whose accuracy after the last epoch is reported.
type recipe struct {
	name   string
	data   string // mnist or fashion
	hidden []int
	σ      *nn.Activation
	cost   *nn.Cost
	drop   float64 // of hidden neurons
	input  float64 // of inputs
	keep   bool    // 10,000 training images are kept back
	o      train.Options
}

// seeds are those of every recipe.
var seeds = []uint64{1, 2, 3}

// recipes are those without a choice.
var recipes = []recipe{
	{
		name: "textbook", data: "mnist", hidden: []int{100}, σ: nn.Sigmoid, cost: nn.CrossEntropy, keep: true,
		o: train.Options{Epochs: 60, Rate: 0.1, Batch: 10, Decay: train.WeightDecay{L2: 5.0 / 50_000}},
	},
	candidate("fashion", "fashion", []int{512, 256}, 0.2, 0, 40, train.Options{}),
}

// candidates are what best is chosen among, by the accuracy on 10,000 of the training
// images after so many epochs, with seed 1.
var candidates = []recipe{
	candidate("plain", "mnist", []int{1024, 1024}, 0.5, 0.2, 10, train.Options{}),
	candidate("smoothed", "mnist", []int{1024, 1024}, 0.5, 0.2, 10, train.Options{LabelSmoothing: 0.05}),
	candidate("less dropout", "mnist", []int{1024, 1024}, 0.4, 0.1, 10, train.Options{}),
}

// bestEpochs is how long the chosen candidate is trained, on all training images.
const bestEpochs = 40

// candidate returns a recipe with relu, softmax, and Adam with a learning rate that falls
// along a cosine.
func candidate(name, data string, hidden []int, drop, input float64, epochs int, o train.Options) recipe {
	o.Epochs, o.Rate, o.Batch, o.Optimizer, o.Schedule = epochs, 0.001, 128, train.Adam(), train.CosineDecay(0.01)
	return recipe{name: name, data: data, hidden: hidden, σ: nn.ReLU, cost: nn.SoftmaxCrossEntropy, drop: drop, input: input, o: o}
}

// runRecipes trains all that are named, with each seed, and prints rows of a table.
func runRecipes(named string) error {
	chosen := slices.DeleteFunc(slices.Clone(recipes), func(r recipe) bool { return named != "all" && named != r.name })
	fmt.Println("| recipe | network | seed | samples | last epoch | epochs | time per epoch | fingerprint |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|---|")
	if named == "all" || named == "best" {
		best, err := choose()
		if err != nil {
			return err
		}
		chosen = append(chosen, best)
	}
	for _, r := range chosen {
		for _, seed := range seeds {
			row, _, err := r.run(seed, false)
			if err != nil {
				return err
			}
			fmt.Println(row)
		}
	}
	return nil
}

// choose trains the candidates and returns the best one as a recipe.
func choose() (best recipe, err error) {
	most := 0.0
	for _, r := range candidates {
		row, accuracy, err := r.run(1, true)
		if err != nil {
			return best, err
		}
		fmt.Println(row)
		if accuracy > most {
			best, most = r, accuracy
		}
	}
	best.name = "best: " + best.name
	best.o.Epochs = bestEpochs
	return best, nil
}

// run trains once and returns the row of the table and the accuracy. With choose, the test
// images are 10,000 of the training images.
func (r recipe) run(seed uint64, choose bool) (row string, accuracy float64, err error) {
	training, test, err := read(r.data)
	if err != nil {
		return "", 0, err
	}
	if r.keep || choose {
		var kept *train.Data[float32]
		training, kept = training.Split(10_000.0/60_000, 1)
		if choose {
			test = kept
		}
	}
	n, err := r.network(training, seed)
	if err != nil {
		return "", 0, err
	}
	o := r.o
	o.Seed, o.Workers = seed, 1
	var took []train.Epoch
	o.Progress = func(e train.Epoch) {
		took = append(took, e)
		log.Printf("%s, seed %d, epoch %2d/%d  cost %.4f  test accuracy %.2f %%  %v", r.name, seed, e.Number, o.Epochs, e.Cost, 100*e.ValidationAccuracy, e.Elapsed.Round(time.Second))
	}
	result, err := train.Fit(context.Background(), n, training, test, o)
	if err != nil {
		return "", 0, err
	}
	last := result.Epochs[len(result.Epochs)-1]
	widths := []string{strconv.Itoa(n.Inputs())}
	for i := 1; i <= n.Depth(); i++ {
		widths = append(widths, strconv.Itoa(n.Layer(i).Out))
	}
	return fmt.Sprintf("| %s | %s | %d | %d | %.2f %% | %d | %.2f s | %.16s… |",
		r.name, strings.Join(widths, "-"), seed, training.Len(), 100*last.ValidationAccuracy, o.Epochs, medianEpoch(took).Seconds(), n.Fingerprint()), last.ValidationAccuracy, nil
}

// network returns the network of a recipe.
func (r recipe) network(d *train.Data[float32], seed uint64) (*nn.Network[float32], error) {
	c := nn.Config{Inputs: d.X.Cols, Cost: r.cost, InputDropout: r.input, Seed: seed}
	for _, h := range r.hidden {
		c.Layers = append(c.Layers, nn.Dense(h, r.σ).WithDropout(r.drop))
	}
	c.Layers = append(c.Layers, nn.Dense(len(d.Classes), r.cost.Output))
	return nn.New[float32](c)
}
