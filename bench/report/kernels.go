package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/chart"
	"github.com/nabla-go/nabla/internal/isa"
)

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

// kernelReport is one run of all kernels.
type kernelReport struct {
	levels []isa.Level
	found  map[key]bench.Result
}

func reportKernels(dir string, rounds int) error {
	r := kernelReport{levels: vectorLevels(), found: map[key]bench.Result{}}
	var b strings.Builder
	fmt.Fprintf(&b, "# Kernels\n\n%s. Written by `go run ./bench/report kernels`; see bench/README.md for the method.\n\n", where())
	b.WriteString("One core. GB/s are loads and stores. Per cent are of what this core did at most in this run, with any instruction set, on as much memory; ! marks what was faster than that, so that the limit is wrong.\n\n")
	writeCeilings(&b, bench.Ceilings(rounds, r.levels))
	bench.Run(bench.Cases(), r.levels, rounds, func(results []bench.Result) {
		for _, x := range results {
			r.found[key{x.Kernel, x.Type, x.Shape, x.Layout, x.ISA}] = x
		}
	})
	r.writeStepProducts(&b)
	for _, kernel := range kernelNames() {
		r.writeKernel(&b, kernel)
	}
	if err := write(dir, "KERNELS.md", b.String()); err != nil {
		return err
	}
	if err := r.rewriteReadme(filepath.Join(dir, "..", "..", "README.md")); err != nil {
		return err
	}
	text, err := r.chart().SVG(3)
	if err != nil {
		return err
	}
	return write(dir, "kernels.svg", text)
}

// writeCeilings writes what a core did at most.
func writeCeilings(b *strings.Builder, ceilings []bench.Ceiling) {
	b.WriteString("| | clock GHz | FMA f32 GFLOP/s (a cycle) | f64 | read GB/s: L1 (bytes a cycle) | L2 | L3 | DRAM | read and write: L1 | L2 | L3 | DRAM |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range ceilings {
		fmt.Fprintf(b, "| %s | %.2f | %.0f (%.1f) | %.0f | %.0f (%.1f) | %.0f | %.0f | %.1f | %.0f | %.0f | %.0f | %.1f |\n", c.ISA, c.ClockGHz, c.GFLOPs32, c.FLOPsACycle, c.GFLOPs64,
			c.ReadL1, c.BytesACycle, c.ReadL2, c.ReadL3, c.ReadDRAM, c.UpdateL1, c.UpdateL2, c.UpdateL3, c.UpdateDRAM)
	}
}

// writeKernel writes the section of one kernel.
func (r kernelReport) writeKernel(b *strings.Builder, kernel string) {
	fmt.Fprintf(b, "\n## %s\n\n| type | shape |", kernel)
	for _, l := range r.levels {
		fmt.Fprintf(b, " %v ns | GFLOP/s | GB/s | %% of limit | off=16 | stride=+3 |", l)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("--:|--:|--:|--:|--:|--:|", len(r.levels)) + "\n")
	for _, c := range bench.Cases() {
		if c.Kernel != kernel || c.Layout.Name != "" {
			continue
		}
		fmt.Fprintf(b, "| %s | %s |", c.Type, c.Shape)
		for _, l := range r.levels {
			cell := func(layout string) bench.Result { return r.found[key{kernel, c.Type, c.Shape, layout, l.String()}] }
			x := cell("")
			fmt.Fprintf(b, " %s | %s | %s | %s | %s | %s |", blank(x.NS, 1), blank(x.GFLOPs, 1), blank(x.GBs, 1), bench.PercentText(x.Percent), bench.PercentText(cell("off=16").Percent), bench.PercentText(cell("stride=+3").Percent))
		}
		b.WriteString("\n")
	}
}

// Labels of the groups of a panel; a case whose label is empty is left out.

func labelShape(c bench.Case) string { return c.Shape }

func labelSquare(c bench.Case) string {
	if c.Dims[0] == c.Dims[1] && c.Dims[1] == c.Dims[2] {
		return fmt.Sprint(c.Dims[0], "³")
	}
	return ""
}

func labelStep(c bench.Case) string {
	if labelSquare(c) == "" && strings.HasPrefix(c.Group, "step 32") {
		return c.Shape
	}
	return ""
}

// shownElementwise are as many kernels as a panel has room for.
var shownElementwise = []string{
	"Dot", "Sum", "Axpy", "Scal", "Add", "Mul", "ReLU", "MulReLUPrime", "Sigmoid", "MulSigmoidPrime", "Tanh", "MulTanhPrime", "Momentum", "Nesterov", "RMSProp", "Adam", "AdamW",
}

func labelElementwise(c bench.Case) string {
	if c.Shape == "4096" && slices.Contains(shownElementwise, c.Kernel) {
		return c.Kernel
	}
	return ""
}

func (r kernelReport) chart() chart.Grouped {
	picture := chart.Grouped{Title: "Kernels, float32, one core", Subtitle: where(), Axis: "per cent of the machine's limit", Series: names(r.levels), Max: 100}
	for _, p := range []struct {
		title, kernel string
		label         func(bench.Case) string
	}{
		{"Gemv: A x", "Gemv", labelShape},
		{"GemvT: Aᵀ x", "GemvT", labelShape},
		{"Ger: A += α x yᵀ", "Ger", labelShape},
		{"GemmNN, square", "GemmNN", labelSquare},
		{"GemmNT, square", "GemmNT", labelSquare},
		{"GemmTN, square", "GemmTN", labelSquare},
		{"GemmNN, products of steps at batch 32", "GemmNN", labelStep},
		{"GemmNT, products of steps at batch 32", "GemmNT", labelStep},
		{"GemmTN, products of steps at batch 32", "GemmTN", labelStep},
		{"GemmUpdate: δW, then W += α δᵀx", "GemmUpdate", labelShape},
		{"Elementwise and optimizers, n = 4096", "", labelElementwise},
		{"Softmax", "Softmax", labelShape},
	} {
		picture.Panels = append(picture.Panels, r.panel(p.title, p.kernel, p.label))
	}
	return picture
}

// panel shows one kernel, or all of them if kernel is "".
func (r kernelReport) panel(title, kernel string, label func(bench.Case) string) chart.Panel {
	p := chart.Panel{Title: title}
	for _, c := range bench.Cases() {
		if c.Type != "f32" || c.Layout.Name != "" || c.Kernel != kernel && kernel != "" || label(c) == "" {
			continue
		}
		g := chart.Group{Label: label(c)}
		for _, l := range r.levels {
			if x, ok := r.found[key{c.Kernel, c.Type, c.Shape, "", l.String()}]; ok {
				g.Bars = append(g.Bars, x.Percent)
			}
		}
		if len(g.Bars) == len(r.levels) {
			p.Groups = append(p.Groups, g)
		}
	}
	return p
}

// writeStepProducts writes the geometric means over the nine products of a step of
// 784-512-256-10: forward, δ and δW of each layer.
func (r kernelReport) writeStepProducts(b *strings.Builder) {
	b.WriteString("\n## The nine products of a step of 784-512-256-10\n\nGeometric mean of the per cent of the limit.\n\n| type | batch |")
	for _, l := range r.levels {
		fmt.Fprintf(b, " %v |", l)
	}
	b.WriteString("\n|---|--:|" + strings.Repeat("--:|", len(r.levels)) + "\n")
	for _, typ := range []string{"f32", "f64"} {
		for _, m := range []int{8, 10, 32, 128, 512} {
			fmt.Fprintf(b, "| %s | %d |", typ, m)
			for _, l := range r.levels {
				sum, products := 0.0, 0
				for _, layer := range [][2]int{{784, 512}, {512, 256}, {256, 10}} {
					in, out := layer[0], layer[1]
					for _, k := range []key{
						{"GemmNT", typ, fmt.Sprintf("%dx%dx%d", m, out, in), "", l.String()},
						{"GemmNN", typ, fmt.Sprintf("%dx%dx%d", m, in, out), "", l.String()},
						{"GemmTN", typ, fmt.Sprintf("%dx%dx%d", out, in, m), "", l.String()},
					} {
						sum += math.Log(r.found[k].Percent)
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

// The README has a block for each machine whose tables there are.
func readmeBegin(machine string) string {
	return "<!-- written by go run ./bench/report kernels on " + machine + " -->\n"
}

const readmeEnd = "<!-- end -->\n"

// replaceBlock returns text with the block of a machine replaced, or added after that of
// the last one.
func replaceBlock(text, machine, block string) (string, error) {
	begin := readmeBegin(machine)
	block = begin + block + readmeEnd
	before, rest, ok := strings.Cut(text, begin)
	if !ok {
		last := strings.LastIndex(text, readmeEnd)
		if last < 0 {
			return "", fmt.Errorf("want a line %q", readmeEnd)
		}
		last += len(readmeEnd)
		return text[:last] + "\n" + block + text[last:], nil
	}
	_, after, ok := strings.Cut(rest, readmeEnd)
	if !ok {
		return "", fmt.Errorf("want a line %q after %q", readmeEnd, begin)
	}
	return before + block + after, nil
}

// rewriteReadme writes this machine's table of kernels in the README.
func (r kernelReport) rewriteReadme(file string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "float32 on one core of %s:\n\n| kernel | | |", where())
	for _, l := range r.levels {
		fmt.Fprintf(&b, " %v | of the limit |", l)
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("--:|--:|", len(r.levels)) + "\n")
	for _, s := range shown {
		fmt.Fprintf(&b, "| %s | %s | %s |", s.kernel, strings.ReplaceAll(s.shape, "x", "×"), s.what)
		for _, l := range r.levels {
			x := r.found[key{s.kernel, "f32", s.shape, "", l.String()}]
			fmt.Fprintf(&b, " %s | %s |", speed(x), percent(x))
		}
		b.WriteString("\n")
	}
	text, err := replaceBlock(string(old), bench.ThisMachine().Folder(), b.String())
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(text), 0o644)
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
	return bench.PercentText(r.Percent) + " %"
}
