package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/isa"
)

func newBench() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "bench",
		Short:             "Measure kernels and training steps in per cent of the limit",
		Args:              wantArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("what shall be measured? want nabla bench kernels, nabla bench train or nabla bench tune")
		},
	}
	cmd.AddCommand(newBenchKernels(), newBenchTrain(), newBenchTune())
	return cmd
}

// benchKernelsPlan is a command line of nabla bench kernels.
type benchKernelsPlan struct {
	levels []isa.Level
	cases  []bench.Case
	rounds int
	small  bool
}

func (p *benchKernelsPlan) flags(given func(name string) bool) []flag {
	return append(grouped("Kernels",
		levelsFlag(&p.levels, "all of this machine but generic", vectorLevels()),
		newFlag("filter", "", "time only kernels whose name, such as Gemv/f32/isa=avx2/30x784/off=16, matches this regular expression", func(v string) (err error) {
			p.cases, err = matching(bench.Cases(), v)
			return err
		}),
		newFlag("small", false, "small sizes only, beside plain Go", func(v bool) error {
			p.small = v
			if v && given("filter") {
				return usagef("--small times every kernel: leave --filter out")
			}
			return nil
		})), grouped("Timing", roundsFlag(&p.rounds))...)
}

// matching returns the cases whose names, with the best instruction set, match a regular
// expression.
func matching(cases []bench.Case, expression string) ([]bench.Case, error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	var found []bench.Case
	for _, c := range cases {
		if re.MatchString(c.Name(vectorLevels()[0])) {
			found = append(found, c)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("it matches no kernel: names look like %s", cases[0].Name(vectorLevels()[0]))
	}
	return found, nil
}

// roundsFlag sets n.
func roundsFlag(n *int) flag {
	return newFlag("rounds", 30, "how often each is timed; the least time counts", func(v int) error {
		*n = v
		return want(v >= 1, "at least 1")
	})
}

func newBenchKernels() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kernels",
		Short: "Time every kernel on many shapes",
		Long: `Time every kernel on many shapes. For each instruction set, say what share it
reaches of the most that one core of this machine did with any of them, in the same
run, on as much memory or with as many multiply-adds. A ! marks what was faster than
that limit, which is thus wrong. The least time of many short blocks counts, so
other load disturbs little unless it lasts.

GB/s are all loads and stores of the operands. Functions such as exp and log are
compared with a plain copy, which nothing that computes can reach.

With --small, every kernel runs on many sizes from 1 on, beside plain Go, and the
size at which it gains least is shown: a gain below 1 is a defect.`,
		Args:              wantArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	var p benchKernelsPlan
	use := addFlags(cmd, p.flags(cmd.Flags().Changed))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := use(); err != nil {
			return err
		}
		if p.small {
			benchSmall(cmd, p.levels, p.rounds)
		} else {
			benchKernels(cmd, p.cases, p.levels, p.rounds)
		}
		return nil
	}
	return cmd
}

// benchSmall shows where each kernel gains least over plain Go.
func benchSmall(cmd *cobra.Command, levels []isa.Level, rounds int) {
	out, json := cmd.OutOrStdout(), wantsJSON(cmd)
	printMachine(out, json)
	if !json {
		fmt.Fprintf(out, "\n%-15s %-4s %-8s %6s  %-10s %10s %12s %8s\n", "kernel", "type", "isa", "sizes", "least at", "ns", "plain Go ns", "gain")
	}
	report := func(w bench.Worst) {
		if json {
			printJSON(out, w)
			return
		}
		fmt.Fprintf(out, "%-15s %-4s %-8s %6d  %-10s %10.1f %12.1f %8.2f\n", w.Kernel, w.Type, w.ISA, w.Sizes, w.Shape, w.NS, w.PlainNS, w.Gain)
	}
	for _, level := range levels {
		bench.RunSmall[float32](level, rounds, report)
		bench.RunSmall[float64](level, rounds, report)
	}
}

// vectorLevels are the instruction sets of this machine but plain Go, which stands for
// itself where there is nothing else.
func vectorLevels() []isa.Level {
	available := isa.Available()
	return available[:max(1, len(available)-1)]
}

// levelsFlag sets levels to the instruction sets that --isa names, or to byDefault,
// which are those that words describe.
func levelsFlag(levels *[]isa.Level, words string, byDefault []isa.Level) flag {
	available := isa.Available()
	var names []string
	for _, l := range available {
		names = append(names, l.String())
	}
	f := newFlag("isa", "", "instruction sets, as in avx2,generic (default: "+words+")", func(v string) error {
		*levels = byDefault
		if v == "" {
			return nil
		}
		*levels = nil
		for s := range strings.SplitSeq(v, ",") {
			l, err := isa.Parse(strings.TrimSpace(s))
			if err != nil {
				return err
			}
			if !slices.Contains(available, l) {
				return fmt.Errorf("this machine or build cannot run %v: want %s", l, oneOf(names))
			}
			*levels = append(*levels, l)
		}
		return nil
	})
	f.takes, f.list = names, true
	return f
}

func benchKernels(cmd *cobra.Command, cases []bench.Case, levels []isa.Level, rounds int) {
	out, json := cmd.OutOrStdout(), wantsJSON(cmd)
	printMachine(out, json)
	for _, c := range bench.Ceilings(rounds, levels) {
		if json {
			printJSON(out, c)
		} else {
			printCeiling(out, c)
		}
	}
	if !json {
		fmt.Fprintf(out, "\n%-15s %-4s %-13s %-10s %-8s %12s %10s %8s %9s %8s %s\n",
			"kernel", "type", "shape", "layout", "isa", "ns", "ns/elem", "GFLOP/s", "GB/s", "% limit", "limited by")
	}
	bench.Run(cases, levels, rounds, func(results []bench.Result) {
		for _, r := range results {
			if json {
				printJSON(out, r)
			} else {
				printResult(out, r)
			}
		}
	})
}

func printMachine(w io.Writer, json bool) {
	m := bench.ThisMachine()
	if json {
		printJSON(w, m)
		return
	}
	fmt.Fprintf(w, "%v\ninstruction set in use: %s\n", m, m.ISA)
}

func printCeiling(w io.Writer, c bench.Ceiling) {
	fmt.Fprintf(w, "%-8s clock %.2f GHz; multiply-adds f32 %.0f GFLOP/s (%.1f a cycle), f64 %.0f GFLOP/s\n", c.ISA, c.ClockGHz, c.GFLOPs32, c.FLOPsACycle, c.GFLOPs64)
	fmt.Fprintf(w, "%-8s read GB/s: L1 %.0f (%.1f bytes a cycle), L2 %.0f, L3 %.0f, DRAM %.1f; read and write: L1 %.0f, L2 %.0f, L3 %.0f, DRAM %.1f\n",
		"", c.ReadL1, c.BytesACycle, c.ReadL2, c.ReadL3, c.ReadDRAM, c.UpdateL1, c.UpdateL2, c.UpdateL3, c.UpdateDRAM)
}

func printResult(w io.Writer, r bench.Result) {
	fmt.Fprintf(w, "%-15s %-4s %-13s %-10s %-8s %12.1f %10s %8s %9s %8s %s\n",
		r.Kernel, r.Type, r.Shape, r.Layout, r.ISA, r.NS, blank(r.NSEach, 3), blank(r.GFLOPs, 1), blank(r.GBs, 1), bench.PercentText(r.Percent), r.Bound)
}

// blank formats x, or nothing if it is 0.
func blank(x float64, decimals int) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", decimals, x)
}
