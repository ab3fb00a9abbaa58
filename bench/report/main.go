// Command report measures and writes tables and pictures to the folder of this machine,
// which is named after its CPU, kind of core and instruction set. Those of other machines
// stay.
//
//	go run ./bench/report kernels    KERNELS.md, kernels.svg and this machine's table in the README
//	go run ./bench/report train      TRAIN.md and train.svg
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/chart"
	"github.com/nabla-go/nabla/internal/isa"
)

func main() {
	dir := flag.String("dir", "bench/tables", "where the folder of this machine is or will be; the README is two directories above")
	rounds := flag.Int("rounds", 40, "how often each kernel is timed; the least time counts")
	threads := flag.Int("threads", 2, "most threads of training steps")
	flag.Parse()
	var err error
	switch flag.Arg(0) {
	case "kernels":
		err = reportKernels(*dir, *rounds)
	case "train":
		err = reportTraining(*dir, *rounds, *threads)
	default:
		err = fmt.Errorf("want kernels or train")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// vectorLevels are all but plain Go, or plain Go if there is nothing else.
func vectorLevels() []isa.Level {
	levels := isa.Available()
	return levels[:max(1, len(levels)-1)]
}

func where() string {
	return fmt.Sprintf("%v, %s", bench.ThisMachine(), time.Now().Format("2 January 2006"))
}

// write writes a file to the folder of this machine.
func write(dir, name, text string) error {
	folder := filepath.Join(dir, bench.ThisMachine().Folder())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)
}

func names(levels []isa.Level) []string {
	var s []string
	for _, l := range levels {
		s = append(s, l.String())
	}
	return s
}

func reportTraining(dir string, rounds, threads int) error {
	levels := vectorLevels()
	var b strings.Builder
	fmt.Fprintf(&b, "# Training steps\n\n%s. Written by `go run ./bench/report train`; see bench/README.md for the method.\n\n", where())
	b.WriteString("float32. Step: forward, backward and plain gradient descent on 4,096 different samples in order; forward: its first half; fit: train.Fit on shuffled samples, costs included.\n")
	picture := chart.Grouped{Title: "Training steps, float32, one core", Subtitle: where(), Axis: "per cent of the machine's limit", Series: []string{"step", "forward", "fit"}, Max: 100}
	for _, n := range bench.Nets {
		fmt.Fprintf(&b, "\n## %v (%v, %v)\n\n| isa | threads | mode |", n, n.Activation, n.Cost)
		for _, batch := range bench.Batches {
			fmt.Fprintf(&b, " batch %d: samples/s | %% of limit |", batch)
		}
		b.WriteString(" allocations |\n|---|--:|---|" + strings.Repeat("--:|--:|", len(bench.Batches)) + "--:|\n")
		var cases []bench.StepCase
		for i, l := range levels {
			for t := 1; t <= threads; t++ {
				for _, mode := range []bench.Mode{bench.Step, bench.Forward, bench.Fit} {
					if i > 0 && (t > 1 || mode == bench.Fit) {
						continue // other levels: one thread, and what depends on kernels
					}
					for _, batch := range bench.Batches {
						cases = append(cases, bench.StepCase{Net: n, Batch: batch, Threads: t, Mode: mode, Level: l})
					}
				}
			}
		}
		results, err := bench.RunSteps[float32](cases, rounds)
		if err != nil {
			return err
		}
		p := chart.Panel{Title: n.String()}
		for _, batch := range bench.Batches {
			p.Groups = append(p.Groups, chart.Group{Label: fmt.Sprint("batch ", batch), Bars: []float64{math.NaN(), math.NaN(), math.NaN()}})
		}
		for i := 0; i < len(results); i += len(bench.Batches) {
			r := results[i]
			fmt.Fprintf(&b, "| %s | %d | %s |", r.ISA, r.Threads, r.Mode)
			allocs := 0.0
			for k, r := range results[i : i+len(bench.Batches)] {
				fmt.Fprintf(&b, " %.0f | %s |", r.Rate, bench.PercentText(r.Percent))
				allocs = max(allocs, r.Allocs)
				if r.ISA == levels[0].String() && r.Threads == 1 {
					p.Groups[k].Bars[map[bench.Mode]int{bench.Step: 0, bench.Forward: 1, bench.Fit: 2}[r.Mode]] = r.Percent
				}
			}
			fmt.Fprintf(&b, " %.0f |\n", allocs)
		}
		picture.Panels = append(picture.Panels, p)
	}
	if err := write(dir, "TRAIN.md", b.String()); err != nil {
		return err
	}
	text, err := picture.SVG(2)
	if err != nil {
		return err
	}
	return write(dir, "train.svg", text)
}

// blank formats x, or nothing if it is 0.
func blank(x float64, decimals int) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", decimals, x)
}
