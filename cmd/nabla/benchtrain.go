package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/net"
)

// benchTrainFlags are the flags of nabla bench train as they are typed.
type benchTrainFlags struct {
	layers, activation, cost, batch, threads, isa, precision, mode string
	rounds                                                         int
}

func newBenchTrain() *cobra.Command {
	var f benchTrainFlags
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Time whole training steps",
		Long: `Time whole training steps: forward and backward pass and plain gradient descent.

  step     4,096 different samples in order, in batches
  forward  the forward pass alone
  fit      up to 60,000 samples, shuffled, as nabla train does it, costs included

The limit is what the multiply-adds of a step take in registers, or a sweep that
reads the weights and one that updates them in the cache where they lie, whichever
is longer, on as many cores as there are threads. Both are measured in the same run.

Without --layers, four networks from 784-30-10 to 1024-1024-1024-1024 are timed.`,
		Args: wantArgs(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := f.parse(cmd.Flags().Changed)
			if err != nil {
				return err
			}
			out, json := cmd.OutOrStdout(), wantsJSON(cmd)
			printMachine(out, json)
			if !json {
				fmt.Fprintf(out, "\n%-20s %-8s %-4s %-8s %6s %7s %-8s %12s %14s %14s %8s %-7s %s\n", "net", "hidden", "type", "isa", "batch", "threads", "mode",
					"µs a step", "samples/s", "limit", "% limit", "bound", "allocations")
			}
			for _, n := range p.nets {
				run := bench.RunSteps[float32]
				if f.precision == "f64" {
					run = bench.RunSteps[float64]
				}
				results, err := run(p.cases(n), f.rounds)
				if err != nil {
					return err
				}
				for _, r := range results {
					if json {
						printJSON(out, r)
					} else {
						printStep(out, r)
					}
				}
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.layers, "layers", "", "inputs, hidden layers and outputs, as in 784,30,10")
	fl.StringVar(&f.activation, "activation", "sigmoid", "of the hidden layers: sigmoid, tanh, relu or identity; only with --layers")
	fl.StringVar(&f.cost, "cost", "quadratic", "as for nabla train; the output is softmax for softmax-cross-entropy, else sigmoid; only with --layers")
	fl.StringVar(&f.batch, "batch", "1,10,32,128,512", "samples a step")
	fl.StringVar(&f.threads, "threads", "1", "goroutines that may compute")
	fl.StringVar(&f.isa, "isa", "", "instruction sets (default: the one in use)")
	fl.StringVar(&f.precision, "precision", "f32", "f32 or f64")
	fl.StringVar(&f.mode, "mode", "step,forward,fit", "what to time")
	fl.IntVar(&f.rounds, "rounds", 30, "how often each step is timed; the least time counts")
	return cmd
}

// benchTrainPlan is a command line that has been checked.
type benchTrainPlan struct {
	nets             []bench.Net
	batches, threads []int
	levels           []isa.Level
	modes            []bench.Mode
}

func (f *benchTrainFlags) parse(given func(flag string) bool) (p benchTrainPlan, err error) {
	p.nets = bench.Nets
	if f.layers == "" && (given("activation") || given("cost")) {
		return p, usagef("--activation and --cost say what the network of --layers has; without it, four networks are timed that have their own")
	}
	if f.layers != "" {
		n := bench.Net{Output: net.Sigmoid}
		if n.Widths, err = parseInts("--layers", f.layers); err != nil {
			return p, err
		}
		if len(n.Widths) < 2 {
			return p, usagef("--layers %q: want at least inputs and outputs, as in 784,10", f.layers)
		}
		if n.Activation, err = net.ParseActivation(f.activation); err != nil {
			return p, usagef("--activation: %w", err)
		}
		if n.Cost, err = net.ParseCost(f.cost); err != nil {
			return p, usagef("--cost: %w", err)
		}
		if n.Cost == net.SoftmaxCrossEntropy {
			n.Output = net.Softmax
		}
		p.nets = []bench.Net{n}
	}
	if p.batches, err = parseInts("--batch", f.batch); err != nil {
		return p, err
	}
	for _, b := range p.batches {
		if b > bench.InOrder {
			return p, usagef("--batch %d: want at most %d", b, bench.InOrder)
		}
	}
	if p.threads, err = parseInts("--threads", f.threads); err != nil {
		return p, err
	}
	p.levels = []isa.Level{isa.Active}
	if f.isa != "" {
		if p.levels, err = parseLevels(f.isa); err != nil {
			return p, err
		}
	}
	if f.precision != "f32" && f.precision != "f64" {
		return p, usagef("--precision %q: want f32 or f64", f.precision)
	}
	for _, s := range strings.Split(f.mode, ",") {
		switch m := bench.Mode(s); m {
		case bench.Step, bench.Forward, bench.Fit:
			p.modes = append(p.modes, m)
		default:
			return p, usagef("--mode %q: want step, forward or fit", s)
		}
	}
	if f.rounds < 1 {
		return p, usagef("--rounds %d: want at least 1", f.rounds)
	}
	for _, n := range p.nets {
		if weights, samples := p.size(n); max(weights, samples) > maxWeights {
			return p, usagef("--layers %q: that is %.3g weights, and %.3g numbers in samples: want at most %v of each", f.layers, weights, samples, maxWeights)
		}
	}
	return p, nil
}

// size returns how many weights n has and how many numbers all of its samples.
func (p benchTrainPlan) size(n bench.Net) (parameters, samples float64) {
	count := bench.InOrder
	if slices.Contains(p.modes, bench.Fit) {
		count = bench.Shuffled
	}
	return weights(n.Widths...), float64(count) * float64(n.Widths[0]+n.Widths[len(n.Widths)-1])
}

// parseInts returns the positive numbers in list.
func parseInts(flag, list string) ([]int, error) {
	var numbers []int
	for _, s := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxNeurons {
			return nil, usagef("%s %q: %q is not a number from 1 to %d", flag, list, s, maxNeurons)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// cases returns what is to be timed of one net.
func (p benchTrainPlan) cases(n bench.Net) []bench.StepCase {
	var cases []bench.StepCase
	for _, mode := range p.modes {
		for _, level := range p.levels {
			for _, threads := range p.threads {
				for _, batch := range p.batches {
					cases = append(cases, bench.StepCase{Net: n, Batch: batch, Threads: threads, Mode: mode, Level: level})
				}
			}
		}
	}
	return cases
}

func printStep(w io.Writer, r bench.StepResult) {
	fmt.Fprintf(w, "%-20s %-8s %-4s %-8s %6d %7d %-8s %12.2f %14.0f %14.0f %8.0f %-7s %.0f\n",
		r.Net, r.Activation, r.Type, r.ISA, r.Batch, r.Threads, r.Mode, r.NS/1000, r.Rate, r.LimitRate, r.Percent, r.Bound, r.Allocs)
}
