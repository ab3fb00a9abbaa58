package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/chart"
	"github.com/nabla-go/nabla/internal/isa"
)

// columns returns the peers that any row has, in the order of names.
func columns[R any](names []string, rows []R, peers func(R) map[string]float64) []string {
	var found []string
	for _, n := range names {
		for _, r := range rows {
			if peers(r)[n] > 0 {
				found = append(found, n)
				break
			}
		}
	}
	return found
}

// reportKernels writes PEERS_KERNELS.md and peers_kernels.svg to dir.
func reportKernels(dir, head string, match func(string) bool, level isa.Level, rounds int) error {
	var rows []kernelRow
	compareKernels(match, level, rounds, func(r kernelRow) { rows = append(rows, r) })
	names := columns(kernelPeers, rows, func(r kernelRow) map[string]float64 { return r.Peers })

	var b strings.Builder
	fmt.Fprintf(&b, "# Kernels beside those of others\n\n%s, %s. Written by `go run . report-kernels` in bench/peers; see bench/README.md for the method.\n\n", head, time.Now().Format("2 January 2006"))
	b.WriteString("One core. Numbers of peers are how many times as long they take as nabla: above 1, nabla is faster.\n")
	var bad []breach
	marks := map[who]string{}
	for _, k := range kernelOrder(rows) {
		for _, x := range breaches(k, 100_000) {
			bad, marks[x.who] = append(bad, x), " ‡"
		}
	}
	b.WriteString(summary(rows, marks))
	kernel := ""
	for _, k := range kernelOrder(rows) {
		for _, r := range rows {
			if r.Kernel != k {
				continue
			}
			if k != kernel {
				kernel = k
				fmt.Fprintf(&b, "\n## %s\n\n| type | shape | layout | nabla ns | %s |\n|---|---|---|--:|%s\n", k, strings.Join(names, " | "), strings.Repeat("--:|", len(names)))
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %.1f |", r.Type, r.Shape, r.Layout, r.NS)
			for _, n := range names {
				fmt.Fprintf(&b, " %s%s |", ratio(r.Peers[n], r.NS), marks[who{r.Kernel, r.Type, n}])
			}
			b.WriteString("\n")
		}
	}
	b.WriteString(breachTable(bad))
	if err := os.WriteFile(filepath.Join(dir, "PEERS_KERNELS.md"), []byte(b.String()), 0o644); err != nil {
		return err
	}

	picture := chart.Grouped{Title: "Kernels, float32, one core: others beside nabla", Subtitle: head, Axis: "time, as a multiple of nabla's (logarithmic): above the line nabla is faster",
		Series: names, Log: true, Base: 1, Max: 100}
	for _, p := range []struct {
		title, kernel string
		want          func(kernelRow) bool
	}{
		{"Gemv: A x", "Gemv", anyRow}, {"GemvT: Aᵀ x", "GemvT", anyRow}, {"Ger: A += α x yᵀ", "Ger", anyRow},
		{"GemmNN: A B, square", "GemmNN", square}, {"GemmNT: A Bᵀ, square", "GemmNT", square}, {"GemmTN: C += α Aᵀ B, square", "GemmTN", square},
		{"GemmNN: δ W at batch 32", "GemmNN", batch32}, {"GemmNT: x Wᵀ at batch 32", "GemmNT", batch32}, {"GemmTN: W += α δᵀ x at batch 32", "GemmTN", batch32},
		{"n = 16", "", func(r kernelRow) bool { return r.Shape == "16" }}, {"n = 4096", "", func(r kernelRow) bool { return r.Shape == "4096" }},
		{"n = 1048576", "", func(r kernelRow) bool { return r.Shape == "1048576" }},
	} {
		panel := chart.Panel{Title: p.title}
		for _, r := range rows {
			if r.Type != "f32" || r.Layout != "" || p.kernel != "" && r.Kernel != p.kernel || !p.want(r) {
				continue
			}
			g := chart.Group{Label: r.Shape}
			if p.kernel == "" {
				g.Label = r.Kernel
			} else if n, _, _ := strings.Cut(r.Shape, "x"); r.Shape == n+"x"+n+"x"+n {
				g.Label = n + "³"
			}
			for _, n := range names {
				g.Bars = append(g.Bars, r.Peers[n]/r.NS)
			}
			panel.Groups = append(panel.Groups, g)
		}
		if len(panel.Groups) > 0 {
			picture.Panels = append(picture.Panels, panel)
		}
	}
	return writePicture(filepath.Join(dir, "peers_kernels.svg"), picture, 3)
}

// summary counts the cells of vectors in which a Go library is faster.
func summary(rows []kernelRow, marks map[who]string) string {
	var cells, behind, alike int
	for _, r := range rows {
		n, err := strconv.Atoi(r.Shape)
		if err != nil || n < 16 {
			continue
		}
		best, honest := math.Inf(1), math.Inf(1)
		for _, lib := range goLibraries {
			if ns := r.Peers[lib]; ns > 0 {
				best = min(best, ns)
				if marks[who{r.Kernel, r.Type, lib}] == "" {
					honest = min(honest, ns)
				}
			}
		}
		if best < math.Inf(1) {
			cells++
		}
		if best < goal*r.NS {
			behind++
		}
		if honest < goal*r.NS {
			alike++
		}
	}
	return fmt.Sprintf("\nOf %d cells of vectors from 16 elements on that have a peer among %s, %d are below %v of the fastest of these; "+
		"%d are below the fastest that keeps the promises of our kernel. ‡ marks those that don't: the table at the end says what they do.\n",
		cells, strings.Join(goLibraries, ", "), behind, goal, alike)
}

// goLibraries are the peers in Go with assembly; nabla should take at most 1/goal of the time
// of the fastest.
var goLibraries = []string{"gonum", "vek", "tphakala/simd"}

const goal = 0.97

// breachTable lists what peers do that kernels promise not to do.
func breachTable(bad []breach) string {
	if len(bad) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n## ‡ Peers that compute something else\n\nThe largest error of 100,000 arguments of the benchmark's own and some near zeros of functions, where results " +
		"are normal numbers; and results that differ from ours.\n\n| kernel | type | library | does | ours |\n|---|---|---|---|---|\n")
	for _, x := range bad {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", x.kernel, x.typ, x.library, x.does, x.promise)
	}
	return b.String()
}

func writePicture(path string, picture chart.Grouped, columns int) error {
	text, err := picture.SVG(columns)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func anyRow(kernelRow) bool { return true }

func square(r kernelRow) bool {
	s := strings.Split(r.Shape, "x")
	return s[0] == s[1] && s[1] == s[2]
}

func batch32(r kernelRow) bool {
	s := strings.Split(r.Shape, "x")
	samples := s[0]
	if r.Kernel == "GemmTN" {
		samples = s[2]
	}
	return samples == "32"
}

func kernelOrder(rows []kernelRow) []string {
	var order []string
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Kernel] {
			seen[r.Kernel] = true
			order = append(order, r.Kernel)
		}
	}
	return order
}

// ratio formats x / y, or nothing if there is no x.
func ratio(x, y float64) string {
	if x == 0 || y == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", x/y)
}

// reportTraining writes PEERS_TRAIN.md and peers_train.svg. python, if not empty,
// runs train_peers.py after each net.
func reportTraining(dir, head, nets, batches, python string, threads int, level isa.Level, rounds int) error {
	var rows []trainRow
	names := trainerNames()
	for _, shape := range bench.Nets {
		if nets != "" && nets != shape.String() {
			continue
		}
		err := compareTraining(shape.String(), batches, threads, level, rounds, func(r trainRow) { rows = append(rows, r) })
		if err != nil {
			return err
		}
		if python == "" {
			continue
		}
		versions, more, err := runPython(python, shape.String(), batches, threads)
		if err != nil {
			return err
		}
		if !strings.Contains(head, versions) {
			head += "; " + versions
			names = append(names, "numpy", "PyTorch", "PyTorch bfloat16", "JAX", "scikit-learn")
		}
		for _, m := range more {
			for _, r := range rows {
				if r.Net == m.Net && r.Mode == m.Mode && r.Batch == m.Batch {
					for n, rate := range m.Peers {
						r.Peers[n], r.beside[n] = rate, m.Rate
					}
				}
			}
		}
	}
	names = columns(names, rows, func(r trainRow) map[string]float64 { return r.Peers })

	var b strings.Builder
	fmt.Fprintf(&b, "# Training steps beside those of others\n\n%s, %s. Written by `go run . report-train` in bench/peers; see bench/README.md for the method.\n\n", head, time.Now().Format("2 January 2006"))
	fmt.Fprintf(&b, "float32, %d thread(s), thousands of samples a second, and in brackets how many times as fast nabla is. Everybody's gradient was found equal before. Step: samples in order; forward: the forward pass alone; shuffled: 60,000 samples in random order, gathered (nabla: train.Fit, with costs). numpy, PyTorch, JAX and scikit-learn are compared with nabla in their own rounds.\n", threads)
	last := ""
	for _, r := range rows {
		if r.Net != last {
			last = r.Net
			fmt.Fprintf(&b, "\n## %s\n\n| mode | batch | nabla | %s |\n|---|--:|--:|%s\n", r.Net, strings.Join(names, " | "), strings.Repeat("--:|", len(names)))
		}
		fmt.Fprintf(&b, "| %s | %d | %s |", r.Mode, r.Batch, thousands(r.Rate))
		for _, n := range names {
			rate, ours := r.Peers[n], r.Rate
			if r.beside[n] > 0 {
				ours = r.beside[n]
			}
			if rate > 0 {
				fmt.Fprintf(&b, " %s (%.2f) |", thousands(rate), ours/rate)
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile(filepath.Join(dir, "PEERS_TRAIN.md"), []byte(b.String()), 0o644); err != nil {
		return err
	}

	return drawTraining(dir, head, threads, names, rows)
}

// drawTraining draws the steps of all peers.
func drawTraining(dir, head string, threads int, names []string, rows []trainRow) error {
	picture := chart.Grouped{Title: fmt.Sprintf("Training steps, float32, %d thread(s)", threads), Subtitle: head, Axis: "samples a second (logarithmic)", Series: append([]string{"nabla"}, names...), Log: true}
	for _, shape := range bench.Nets {
		panel := chart.Panel{Title: shape.String()}
		for _, r := range rows {
			if r.Net != shape.String() || r.Mode != "step" {
				continue
			}
			g := chart.Group{Label: fmt.Sprint("batch ", r.Batch), Bars: []float64{r.Rate}}
			for _, n := range names {
				g.Bars = append(g.Bars, r.Peers[n])
			}
			panel.Groups = append(panel.Groups, g)
		}
		if len(panel.Groups) > 0 {
			picture.Panels = append(picture.Panels, panel)
		}
	}
	return writePicture(filepath.Join(dir, "peers_train.svg"), picture, 2)
}

func thousands(rate float64) string { return fmt.Sprintf("%.4g", rate/1000) }

// runPython times what train_peers.py knows on one net, and nabla in the same rounds.
// versions tells of what.
func runPython(python, net, batches string, threads int) (versions string, rows []trainRow, err error) {
	tmp, err := os.MkdirTemp("", "nabla")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(tmp)
	nabla := filepath.Join(tmp, "nabla")
	if out, err := exec.Command("go", "-C", "../..", "build", "-o", nabla, "./cmd/nabla").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("go build: %w: %s", err, out)
	}
	cmd := exec.Command(python, "train_peers.py", "--json", "--nabla", nabla, "--nets", net, "--batches", batches, "--threads", fmt.Sprint(threads))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", nil, fmt.Errorf("train_peers.py: %w (-python \"\" leaves it out)", err)
	}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		var head struct{ Head string }
		if json.Unmarshal(s.Bytes(), &head); head.Head != "" {
			versions = head.Head
			continue
		}
		var r trainRow
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return "", nil, fmt.Errorf("train_peers.py: %w", err)
		}
		rows = append(rows, r)
	}
	return versions, rows, nil
}
