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
		Use:   "bench",
		Short: "Measure kernels and training steps, in per cent of what this machine can do",
		Args:  wantArgs(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("what shall be measured? want nabla bench kernels or nabla bench train")
		},
	}
	cmd.AddCommand(newBenchKernels(), newBenchTrain())
	return cmd
}

func newBenchKernels() *cobra.Command {
	var levels, filter string
	var rounds int
	var small bool
	cmd := &cobra.Command{
		Use:   "kernels",
		Short: "Time every kernel on many shapes",
		Long: `Time every kernel on many shapes and, for each instruction set, say how far it is
from what one core of this machine does at most on as much memory, measured in
the same run. The least time of many short blocks counts; other load disturbs
little unless it lasts.

GB/s are all loads and stores of the operands that matter. The per cent of exp,
log and the like are those of a plain copy, which nothing that computes reaches.

With --small, every kernel runs on many sizes from 1 on, beside plain Go, and the
size at which it gains least is shown: a gain below 1 is a defect.`,
		Args: wantArgs(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			want, err := parseLevels(levels)
			if err != nil {
				return err
			}
			re, err := regexp.Compile(filter)
			if err != nil {
				return usagef("--filter: %w", err)
			}
			if rounds < 1 {
				return usagef("--rounds %d: want at least 1", rounds)
			}
			if small && filter != "" {
				return usagef("--small times every kernel: leave --filter out")
			}
			if small {
				benchSmall(cmd, want, rounds)
				return nil
			}
			var cases []bench.Case
			for _, c := range bench.Cases() {
				if re.MatchString(c.Name(want[0])) {
					cases = append(cases, c)
				}
			}
			if len(cases) == 0 {
				return usagef("--filter %q matches no kernel: names look like %s", filter, bench.Cases()[0].Name(want[0]))
			}
			benchKernels(cmd, cases, want, rounds)
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&levels, "isa", "", "instruction sets, as in avx2,generic (default: all of this machine but generic)")
	fl.StringVar(&filter, "filter", "", "measure only kernels whose name, such as Gemv/f32/isa=avx2/30x784/off=16, matches this regular expression")
	fl.IntVar(&rounds, "rounds", 30, "how often each kernel is timed; the least time counts")
	fl.BoolVar(&small, "small", false, "small sizes only, beside plain Go")
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

// parseLevels returns the instruction sets in list, or by default all of this
// machine but plain Go, which stands for itself where there is nothing else.
func parseLevels(list string) ([]isa.Level, error) {
	available := isa.Available()
	if list == "" {
		return available[:max(1, len(available)-1)], nil
	}
	var levels []isa.Level
	for _, name := range strings.Split(list, ",") {
		l, err := isa.Parse(strings.TrimSpace(name))
		if err != nil {
			return nil, usagef("--isa: %w", err)
		}
		if !slices.Contains(available, l) {
			return nil, usagef("--isa %v: this machine or build cannot run it", l)
		}
		levels = append(levels, l)
	}
	return levels, nil
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
		r.Kernel, r.Type, r.Shape, r.Layout, r.ISA, r.NS, blank(r.NSEach, 3), blank(r.GFLOPs, 1), blank(r.GBs, 1), blank(r.Percent, 0), r.Bound)
}

// blank formats x, or nothing if it is 0.
func blank(x float64, decimals int) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", decimals, x)
}
