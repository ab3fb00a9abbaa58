package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/cores"
)

// benchTunePlan is a command line of nabla bench tune.
type benchTunePlan struct {
	cases  []bench.Case
	rounds int
}

func (p *benchTunePlan) flags() []flag {
	return append(grouped("Kernels",
		newFlag("filter", "", "time only kernels whose name, such as GemmNT/f32/isa=avx2/32x512x784, matches this regular expression", func(v string) (err error) {
			p.cases, err = matching(bench.TuneCases(), v)
			return err
		})), grouped("Timing", roundsFlag(&p.rounds))...)
}

func newBenchTune() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tune",
		Short: "Say which kind of core's numbers fit this machine best",
		Long: `Time products, and some kernels whose vectors may be of several widths, with the numbers
of every kind of core that package cores knows, in turn, and say which kind fits this
machine best and what it would gain over the one in use. NABLA_CORE puts it to use, which
changes how fast the kernels are and no result.

The gain is the geometric mean over all cases of the time with the kind in use by the
time with the other; the least is that of the case that gains least. Below a few per
cent it is noise: measure on a quiet machine, twice.`,
		Args:              wantArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	var p benchTunePlan
	use := addFlags(cmd, p.flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := use(); err != nil {
			return err
		}
		out, json := cmd.OutOrStdout(), wantsJSON(cmd)
		printMachine(out, json)
		tuned := bench.Tune(p.cases, cores.Kinds(), p.rounds)
		if json {
			for _, t := range tuned {
				printJSON(out, t)
			}
			return nil
		}
		printTuned(out, tuned)
		return nil
	}
	return cmd
}

// enough is the gain from which the advice is to change.
const enough = 1.03

func printTuned(w io.Writer, tuned []bench.Tuned) {
	fmt.Fprintf(w, "\n%-12s %6s  %s\n", "core", "gain", "least")
	var inUse, best bench.Tuned
	for _, t := range tuned {
		if t.InUse {
			inUse = t
		}
		if t.Gain > best.Gain {
			best = t
		}
		if t.SameAs != "" {
			fmt.Fprintf(w, "%-12s         the numbers of %s\n", t.Core, t.SameAs)
			continue
		}
		least := t.Least()
		fmt.Fprintf(w, "%-12s %6.3f  %.3f at %s %s\n", t.Core, t.Gain, least.Gain, least.Kernel, least.Shape)
	}
	if best.Gain < enough {
		fmt.Fprintf(w, "\n%s, which is in use, fits: no kind gains %.0f %% or more.\n", inUse.Core, 100*(enough-1))
		return
	}
	fmt.Fprintf(w, "\n%s fits best: NABLA_CORE=%s would gain %.0f %% over %s, which is in use.\n", best.Core, best.Core, 100*(best.Gain-1), inUse.Core)
}
