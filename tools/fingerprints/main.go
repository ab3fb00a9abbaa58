// Command fingerprints trains small networks in all kinds of ways and prints a
// line for each: its name, the fingerprint of its parameters and the cost of its
// last epoch, in hexadecimal. Two machines, builds or instruction sets agree if
// the lines do.
//
//	go run ./tools/fingerprints [-full] [-every 1] [-mnist DIR]
//
// By default it trains 30 sigmoid neurons on the digits for 2 epochs, and
// takes 20 steps on 200 digits in as many ways as it takes to have every pair of
// [levels] that goes together once; with -full, in every way there is. -mnist
// trains on the first 2,000 samples of MNIST for one epoch instead. A training
// that fails has its error in place of a fingerprint. The instruction set is told
// on standard error.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("fingerprints: ")
	full := flag.Bool("full", false, "train in every way, not only until every pair is covered")
	every := flag.Int("every", 1, "take only every `n`th of the trainings with 20 steps")
	mnist := flag.String("mnist", "", "train on the MNIST files in this `directory` instead")
	flag.Parse()
	if flag.NArg() > 0 || *every < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := kernels.ISAError(); err != nil {
		log.Fatal(err)
	}
	log.Print(kernels.ISA())
	out := bufio.NewWriter(os.Stdout)
	var err error
	switch {
	case *mnist != "":
		err = onMNIST(out, *mnist)
	case *full:
		onDigits(out, all(), *every, 1)
	default:
		onDigits(out, pairwise(all()), *every, 1)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		log.Fatal(err)
	}
}

// onDigits prints the lines of the digits with defaults and of every nth training.
func onDigits(w io.Writer, trainings []training, nth, workers int) {
	digits32, _ := dataset.Digits[float32]()
	digits64, _ := dataset.Digits[float64]()
	defaults(w, digits32, workers)
	defaults(w, digits64, workers)
	for k := 0; k < len(trainings); k += nth {
		t := trainings[k]
		if levels[precision][t[precision]] == "float32" {
			steps(w, digits32, t, workers)
		} else {
			steps(w, digits64, t, workers)
		}
	}
}

// defaults prints the line of a training on the digits.
func defaults[T kernels.Float](w io.Writer, digits *train.Data[T], workers int) {
	fit(w, fmt.Sprintf("digits %T", T(0)), thirty[T](digits.X.Cols, len(digits.Classes)), digits,
		train.Options{Epochs: 2, Rate: 0.5, Batch: 10, Seed: 1, Workers: workers})
}

// onMNIST prints the lines of MNIST, whose files are in dir.
func onMNIST(w io.Writer, dir string) error {
	if err := first2000[float32](w, dir); err != nil {
		return err
	}
	return first2000[float64](w, dir)
}

func first2000[T kernels.Float](w io.Writer, dir string) error {
	set, _, err := dataset.ReadMNIST[T](dir)
	if err != nil {
		return err
	}
	const samples = 2000
	fit(w, fmt.Sprintf("mnist %T", T(0)), thirty[T](set.X.Cols, len(set.Classes)), &train.Data[T]{X: set.X.Slice(0, samples), T: set.T.Slice(0, samples)},
		train.Options{Epochs: 1, Rate: 0.5, Batch: 10, Seed: 1})
	return nil
}

// thirty returns a network with 30 hidden sigmoid neurons.
func thirty[T kernels.Float](inputs, classes int) *net.Network[T] {
	return newNetwork[T](net.Config{
		Inputs: inputs, Layers: []net.Layer{net.Dense(30, net.Sigmoid), net.Dense(classes, net.Sigmoid)},
		Cost: net.CrossEntropy, Seed: 1,
	})
}

// newNetwork returns a new network. It panics if cfg is not valid.
func newNetwork[T kernels.Float](cfg net.Config) *net.Network[T] {
	n, err := net.New[T](cfg)
	if err != nil {
		panic(err)
	}
	return n
}

// fit trains n and prints its line.
func fit[T kernels.Float](w io.Writer, name string, n *net.Network[T], d *train.Data[T], o train.Options) {
	result, err := train.Fit(context.Background(), n, d, nil, o)
	if err != nil {
		fmt.Fprintf(w, "%s: %v\n", name, err)
		return
	}
	fmt.Fprintf(w, "%s: %s %x\n", name, n.Fingerprint(), result.Epochs[len(result.Epochs)-1].Cost)
}
