package main

import (
	"cmp"
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

// benchTrainPlan is a command line of nabla bench train.
type benchTrainPlan struct {
	nets             []bench.Net
	batches, threads []int
	levels           []isa.Level
	precision        string
	modes            []bench.Mode
	with             []string // names of bench.Variants
	rounds           int
}

func (p *benchTrainPlan) flags(given func(name string) bool) []flag {
	// ofLayers makes a flag one that describes the network of --layers.
	ofLayers := func(f flag) flag {
		use := f.use
		f.use = func() error {
			switch {
			case given("layers"):
				return use()
			case given(f.name):
				return usagef("--%s says what the network of --layers has; without it, four networks are timed that have their own", f.name)
			}
			return nil
		}
		return f
	}
	return append(grouped("Networks",
		newFlag("layers", "", "inputs, hidden layers and outputs, as in 784,30,10", func(v string) error {
			if !given("layers") {
				p.nets = bench.Nets
				return nil
			}
			widths, err := parseInts(v)
			p.nets = []bench.Net{{Widths: widths}}
			return cmp.Or(err, want(len(widths) > 1, "at least inputs and outputs, as in 784,10"))
		}),
		ofLayers(newNameFlag("activation", "sigmoid", "activation of the hidden layers; only with --layers", hiddenActivations(), func(v string) (err error) {
			p.nets[0].Activation, err = net.ParseActivation(v)
			return err
		})),
		ofLayers(newNameFlag("cost", "quadratic", "cost, which decides the activation of the output; only with --layers", costNames(), func(v string) (err error) {
			n := &p.nets[0]
			n.Cost, err = net.ParseCost(v)
			n.Output = n.Cost.Output
			return err
		})),
		precisionFlag(&p.precision),
	), grouped("Steps",
		newFlag("batch", "1,10,32,128,512", "samples a step", func(v string) (err error) {
			p.batches, err = parseInts(v)
			if err != nil {
				return err
			}
			return want(slices.Max(p.batches) <= bench.InOrder, "at most %d", bench.InOrder)
		}),
		newFlag("threads", "1", "goroutines that may compute", func(v string) (err error) {
			p.threads, err = parseInts(v)
			return err
		}),
		levelsFlag(&p.levels, "the one in use", []isa.Level{isa.Active}),
		newNamesFlag("mode", "step,forward,fit", "what to time", []string{string(bench.Step), string(bench.Forward), string(bench.Fit)}, func(v []string) error {
			for _, m := range v {
				p.modes = append(p.modes, bench.Mode(m))
			}
			return nil
		}),
		p.withFlag(),
		roundsFlag(&p.rounds),
	)...)
}

// withFlag takes the names of variants.
func (p *benchTrainPlan) withFlag() flag {
	names := append([]string{"none", "all"}, bench.VariantNames()...)
	return newNamesFlag("with", "none", "steps of a trainer with these, beside those of plain sgd; none leaves them out", names, func(v []string) error {
		switch {
		case slices.Contains(v, "all"):
			p.with = bench.VariantNames()
		case !slices.Contains(v, "none"):
			p.with = slices.Compact(append([]string{bench.Plain}, slices.DeleteFunc(v, func(name string) bool { return name == bench.Plain })...))
		}
		return nil
	})
}

func newBenchTrain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Time whole training steps",
		Long: `Time whole training steps: forward and backward pass and plain gradient descent.

  step     4,096 different samples in order, in batches
  forward  the forward pass alone
  fit      up to 60,000 samples, shuffled, as nabla train does it, with costs

With --with, the steps of a trainer are timed as well: with each optimizer, dropout
of half of the hidden neurons, layer normalisation, class weights, clipping and so
on. "of plain" is the time of such a step divided by that of plain sgd.

The limit is the longer of two times, both measured in the same run, on as many
cores as there are threads: that of the step's multiply-adds in registers, and
that of its traffic. The weights are read and updated, the samples read from where
they lie, which for fit is memory, and the activations and δ written and read.
A ! marks what was faster than the limit, which is thus wrong.

Without --layers, four networks from 784-30-10 to 1024-1024-1024-1024 are timed.`,
		Args:              wantArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	var p benchTrainPlan
	use := addFlags(cmd, p.flags(cmd.Flags().Changed))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := use(); err != nil {
			return err
		}
		return p.run(cmd)
	}
	return cmd
}

// run times everything and prints it.
func (p *benchTrainPlan) run(cmd *cobra.Command) error {
	for _, n := range p.nets {
		if weights, samples := p.size(n); max(weights, samples) > maxWeights {
			return usagef("--layers: that is %.3g weights, and %.3g numbers in samples: want at most %v of each", weights, samples, maxWeights)
		}
	}
	out, json := cmd.OutOrStdout(), wantsJSON(cmd)
	printMachine(out, json)
	if !json {
		fmt.Fprintf(out, "\n%-20s %-8s %-4s %-8s %6s %7s %-13s %12s %14s %14s %8s %-7s %s %8s\n", "net", "hidden", "type", "isa", "batch", "threads", "mode",
			"µs a step", "samples/s", "limit", "% limit", "bound", "allocations", "of plain")
	}
	for _, n := range p.nets {
		run := bench.RunSteps[float32]
		if p.precision == "f64" {
			run = bench.RunSteps[float64]
		}
		results, err := run(p.cases(n), p.rounds)
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
}

// size returns how many weights n has and how many numbers all of its samples.
func (p *benchTrainPlan) size(n bench.Net) (parameters, samples float64) {
	count := bench.InOrder
	if slices.Contains(p.modes, bench.Fit) {
		count = bench.Shuffled
	}
	return weights(n.Widths...), float64(count) * float64(n.Widths[0]+n.Widths[len(n.Widths)-1])
}

// parseInts returns the positive numbers in list.
func parseInts(list string) ([]int, error) {
	var numbers []int
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxNeurons {
			return nil, fmt.Errorf("%q is not a number from 1 to %d", s, maxNeurons)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// cases returns what is to be timed of one net.
func (p *benchTrainPlan) cases(n bench.Net) []bench.StepCase {
	var cases []bench.StepCase
	for _, mode := range p.modes {
		for _, level := range p.levels {
			for _, threads := range p.threads {
				for _, batch := range p.batches {
					cases = append(cases, bench.StepCase{Net: n, Batch: batch, Threads: threads, Mode: mode, Level: level})
					if mode != bench.Step {
						continue
					}
					for _, with := range p.with {
						cases = append(cases, bench.StepCase{Net: n, Batch: batch, Threads: threads, Mode: mode, Level: level, With: with})
					}
				}
			}
		}
	}
	return cases
}

func printStep(w io.Writer, r bench.StepResult) {
	mode, ofPlain := string(r.Mode), ""
	if r.With != "" {
		mode = r.With
	}
	if r.OfPlain > 0 {
		ofPlain = fmt.Sprintf("%.2f", r.OfPlain)
	}
	fmt.Fprintf(w, "%-20s %-8s %-4s %-8s %6d %7d %-13s %12.2f %14.0f %14.0f %8s %-7s %11.0f %8s\n",
		r.Net, r.Activation, r.Type, r.ISA, r.Batch, r.Threads, mode, r.NS/1000, r.Rate, r.LimitRate, bench.PercentText(r.Percent), r.Bound, r.Allocs, ofPlain)
}
