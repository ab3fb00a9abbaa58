// Command report measures and writes the tables and pictures of this directory:
//
//	go run ./bench/report kernels    KERNELS.md, kernels.svg and the table in the README
//	go run ./bench/report train      TRAIN.md and train.svg
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/isa"
)

func main() {
	dir := flag.String("dir", "bench", "where to write; the README is in the directory above")
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

func write(dir, name, text string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
}

func names(levels []isa.Level) []string {
	var s []string
	for _, l := range levels {
		s = append(s, l.String())
	}
	return s
}

// kernelNames returns the kernels of all cases in order of their first.
func kernelNames() []string {
	var s []string
	for _, c := range bench.Cases() {
		if !slices.Contains(s, c.Kernel) {
			s = append(s, c.Kernel)
		}
	}
	return s
}

// key names one cell of a table.
type key struct{ kernel, typ, shape, layout, isa string }

func reportKernels(dir string, rounds int) error {
	levels := vectorLevels()
	var b strings.Builder
	fmt.Fprintf(&b, "# Kernels\n\n%s. Written by `go run ./bench/report kernels`; see README.md for the method.\n\n", where())
	b.WriteString("One core. GB/s are loads and stores. Per cent are of what a core did at most in this run on as much memory.\n\n")
	b.WriteString("| | clock GHz | FMA f32 GFLOP/s (a cycle) | f64 | read GB/s: L1 (bytes a cycle) | L2 | L3 | DRAM | read and write: L1 | L2 | L3 | DRAM |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range bench.Ceilings(rounds, levels) {
		fmt.Fprintf(&b, "| %s | %.2f | %.0f (%.1f) | %.0f | %.0f (%.1f) | %.0f | %.0f | %.1f | %.0f | %.0f | %.0f | %.1f |\n", c.ISA, c.ClockGHz, c.GFLOPs32, c.FLOPsACycle, c.GFLOPs64,
			c.ReadL1, c.BytesACycle, c.ReadL2, c.ReadL3, c.ReadDRAM, c.UpdateL1, c.UpdateL2, c.UpdateL3, c.UpdateDRAM)
	}
	found := map[key]bench.Result{}
	bench.Run(bench.Cases(), levels, rounds, func(results []bench.Result) {
		for _, r := range results {
			found[key{r.Kernel, r.Type, r.Shape, r.Layout, r.ISA}] = r
		}
	})
	stepProducts(&b, levels, found)
	for _, kernel := range kernelNames() {
		fmt.Fprintf(&b, "\n## %s\n\n| type | shape |", kernel)
		for _, l := range levels {
			fmt.Fprintf(&b, " %v ns | GFLOP/s | GB/s | %% of limit | off=16 | stride=+3 |", l)
		}
		b.WriteString("\n|---|---|" + strings.Repeat("--:|--:|--:|--:|--:|--:|", len(levels)) + "\n")
		for _, c := range bench.Cases() {
			if c.Kernel != kernel || c.Layout.Name != "" {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s |", c.Type, c.Shape)
			for _, l := range levels {
				cell := func(layout string) bench.Result { return found[key{kernel, c.Type, c.Shape, layout, l.String()}] }
				r := cell("")
				fmt.Fprintf(&b, " %s | %s | %s | %s | %s | %s |", blank(r.NS, 1), blank(r.GFLOPs, 1), blank(r.GBs, 1), blank(r.Percent, 0), blank(cell("off=16").Percent, 0), blank(cell("stride=+3").Percent, 0))
			}
			b.WriteString("\n")
		}
	}
	if err := write(dir, "KERNELS.md", b.String()); err != nil {
		return err
	}

	if err := rewriteReadme(filepath.Join(dir, "..", "README.md"), levels, found); err != nil {
		return err
	}

	chart := bench.Chart{Title: "Kernels, float32, one core", Subtitle: where(), Axis: "per cent of the machine's limit", Series: names(levels), Max: 100}
	panel := func(title, kernel string, label func(bench.Case) string) {
		p := bench.Panel{Title: title}
		for _, c := range bench.Cases() {
			if c.Type != "f32" || c.Layout.Name != "" {
				continue
			}
			if c.Kernel != kernel && kernel != "" {
				continue
			}
			g := bench.Group{Label: label(c)}
			if g.Label == "" {
				continue
			}
			for _, l := range levels {
				g.Bars = append(g.Bars, found[key{c.Kernel, c.Type, c.Shape, "", l.String()}].Percent)
			}
			p.Groups = append(p.Groups, g)
		}
		chart.Panels = append(chart.Panels, p)
	}
	shape := func(c bench.Case) string { return c.Shape }
	square := func(c bench.Case) string {
		if c.Dims[0] == c.Dims[1] && c.Dims[1] == c.Dims[2] {
			return fmt.Sprint(c.Dims[0], "³")
		}
		return ""
	}
	step := func(c bench.Case) string {
		if square(c) == "" && strings.HasPrefix(c.Group, "step 32") {
			return c.Shape
		}
		return ""
	}
	panel("Gemv: A x", "Gemv", shape)
	panel("GemvT: Aᵀ x", "GemvT", shape)
	panel("Ger: A += α x yᵀ", "Ger", shape)
	for _, f := range []string{"GemmNN", "GemmNT", "GemmTN"} {
		panel(f+", square", f, square)
	}
	for _, f := range []string{"GemmNN", "GemmNT", "GemmTN"} {
		panel(f+", products of steps at batch 32", f, step)
	}
	panel("GemmUpdate: δW, then W += α δᵀx", "GemmUpdate", shape)
	panel("Elementwise and optimizers, n = 4096", "", func(c bench.Case) string {
		if c.Shape == "4096" && c.Kernel != "Exp" && c.Kernel != "Log" {
			return c.Kernel
		}
		return ""
	})
	panel("Softmax", "Softmax", shape)
	return write(dir, "kernels.svg", chart.SVG(3))
}

// stepProducts writes the geometric means over the nine products of a step of
// 784-512-256-10: forward, δ and δW of each layer.
func stepProducts(b *strings.Builder, levels []isa.Level, found map[key]bench.Result) {
	b.WriteString("\n## The nine products of a step of 784-512-256-10\n\nGeometric mean of the per cent of the limit.\n\n| type | batch |")
	for _, l := range levels {
		fmt.Fprintf(b, " %v |", l)
	}
	b.WriteString("\n|---|--:|" + strings.Repeat("--:|", len(levels)) + "\n")
	for _, typ := range []string{"f32", "f64"} {
		for _, m := range []int{8, 10, 32, 128, 512} {
			fmt.Fprintf(b, "| %s | %d |", typ, m)
			for _, l := range levels {
				sum, products := 0.0, 0
				for _, layer := range [][2]int{{784, 512}, {512, 256}, {256, 10}} {
					in, out := layer[0], layer[1]
					for _, k := range []key{
						{"GemmNT", typ, fmt.Sprintf("%dx%dx%d", m, out, in), "", l.String()},
						{"GemmNN", typ, fmt.Sprintf("%dx%dx%d", m, in, out), "", l.String()},
						{"GemmTN", typ, fmt.Sprintf("%dx%dx%d", out, in, m), "", l.String()},
					} {
						sum += math.Log(found[k].Percent)
						products++
					}
				}
				fmt.Fprintf(b, " %.0f |", math.Exp(sum/float64(products)))
			}
			b.WriteString("\n")
		}
	}
}

// shown are the kernels and shapes of the README's table.
var shown = []struct{ kernel, shape, what string }{
	{"Gemv", "30x784", "A x"},
	{"Gemv", "512x512", "A x"},
	{"GemvT", "512x512", "Aᵀ x"},
	{"Ger", "512x512", "A += α x yᵀ"},
	{"GemmUpdate", "1x512x512", "Wᵀ δ, then W += α δ xᵀ"},
	{"GemmNT", "32x512x784", "A Bᵀ: forward, batch 32"},
	{"GemmNN", "32x784x512", "A B: δ of the layer below"},
	{"GemmTN", "512x784x32", "Aᵀ B: δW"},
	{"GemmNN", "512x512x512", "A B"},
	{"Exp", "4096", "eᶻ"},
	{"Sigmoid", "4096", "σ(z)"},
	{"Tanh", "4096", "tanh z"},
	{"ReLU", "4096", "max(z, 0)"},
	{"Adam", "4096", "a step of Adam"},
}

// Marks of the part of the README that is written here.
const (
	readmeBegin = "<!-- written by go run ./bench/report kernels -->\n"
	readmeEnd   = "<!-- end -->\n"
)

// rewriteReadme writes the README's table of kernels.
func rewriteReadme(file string, levels []isa.Level, found map[key]bench.Result) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), readmeBegin)
	_, after, ok2 := strings.Cut(rest, readmeEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s: want the lines %q and %q", file, readmeBegin, readmeEnd)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "float32 on one core of %s:\n\n| kernel | | |", where())
	for _, l := range levels {
		fmt.Fprintf(&b, " %v | of the limit |", l)
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("--:|--:|", len(levels)) + "\n")
	for _, s := range shown {
		fmt.Fprintf(&b, "| %s | %s | %s |", s.kernel, strings.ReplaceAll(s.shape, "x", "×"), s.what)
		for _, l := range levels {
			r := found[key{s.kernel, "f32", s.shape, "", l.String()}]
			fmt.Fprintf(&b, " %s | %s |", speed(r), percent(r))
		}
		b.WriteString("\n")
	}
	return os.WriteFile(file, []byte(before+readmeBegin+b.String()+readmeEnd+after), 0o644)
}

// speed is the number by which a kernel is known.
func speed(r bench.Result) string {
	switch {
	case strings.HasPrefix(r.Kernel, "Gemm") && r.Bound == bench.ByFMA:
		return fmt.Sprintf("%.0f GFLOP/s", r.GFLOPs)
	case r.NSEach > 0:
		return fmt.Sprintf("%.2f ns an element", r.NSEach)
	}
	return fmt.Sprintf("%.2f µs", r.NS/1e3)
}

// percent is how near a kernel is to the limit. What computes a polynomial has none.
func percent(r bench.Result) string {
	switch r.Kernel {
	case "Exp", "Sigmoid", "Tanh":
		return ""
	}
	return fmt.Sprintf("%.0f %%", r.Percent)
}

func reportTraining(dir string, rounds, threads int) error {
	levels := vectorLevels()
	var b strings.Builder
	fmt.Fprintf(&b, "# Training steps\n\n%s. Written by `go run ./bench/report train`; see README.md for the method.\n\n", where())
	b.WriteString("float32. Step: forward, backward and plain gradient descent on 4,096 different samples in order; forward: its first half; fit: train.Fit on shuffled samples, costs included.\n")
	chart := bench.Chart{Title: "Training steps, float32, one core", Subtitle: where(), Axis: "per cent of the machine's limit", Series: []string{"step", "forward", "fit"}, Max: 100}
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
		p := bench.Panel{Title: n.String()}
		for _, batch := range bench.Batches {
			p.Groups = append(p.Groups, bench.Group{Label: fmt.Sprint("batch ", batch), Bars: []float64{math.NaN(), math.NaN(), math.NaN()}})
		}
		for i := 0; i < len(results); i += len(bench.Batches) {
			r := results[i]
			fmt.Fprintf(&b, "| %s | %d | %s |", r.ISA, r.Threads, r.Mode)
			allocs := 0.0
			for k, r := range results[i : i+len(bench.Batches)] {
				fmt.Fprintf(&b, " %.0f | %.0f |", r.Rate, r.Percent)
				allocs = max(allocs, r.Allocs)
				if r.ISA == levels[0].String() && r.Threads == 1 {
					p.Groups[k].Bars[map[bench.Mode]int{bench.Step: 0, bench.Forward: 1, bench.Fit: 2}[r.Mode]] = r.Percent
				}
			}
			fmt.Fprintf(&b, " %.0f |\n", allocs)
		}
		chart.Panels = append(chart.Panels, p)
	}
	if err := write(dir, "TRAIN.md", b.String()); err != nil {
		return err
	}
	return write(dir, "train.svg", chart.SVG(2))
}

// blank formats x, or nothing if it is 0.
func blank(x float64, decimals int) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", decimals, x)
}
