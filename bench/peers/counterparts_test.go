package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/kerneltest"
)

// libraries are where the functions of a library stand: a module and folders in it.
var libraries = map[string][]string{
	"vek":   {"github.com/viterin/vek", ".", "vek32"},
	"gonum": {"gonum.org/v1/gonum", "floats"},
}

// Every kernel is timed beside all functions that do the same, or no library has one.
func TestEveryKernelHasAPeer(t *testing.T) {
	known := append(slices.Clone(alone), matrices...)
	for _, c := range counterparts {
		if slices.Contains(alone, c.kernel) && c.library != "tphakala/simd" {
			t.Errorf("%s of %s has a peer and is said to be alone", c.kernel, c.library)
		}
		known = append(known, c.kernel)
		if !slices.ContainsFunc(own, func(o call) bool { return o.kernel == c.kernel }) {
			t.Errorf("%s has peers and isn't called as they are: add it to own", c.kernel)
		}
	}
	rows := map[string]bool{}
	for _, k := range kerneltest.Table[float32]() {
		rows[k.Name] = true
		if !slices.Contains(known, k.Name) {
			t.Errorf("no peer is timed beside %s: add it to counterparts, or to alone if no library has it", k.Name)
		}
	}
	for _, name := range known {
		if !rows[name] {
			t.Errorf("there is no kernel %s", name)
		}
	}
}

// Every function of the libraries is timed or said to have no kernel, and only functions
// that exist are.
func TestEveryFunctionOfPeers(t *testing.T) {
	for library, place := range libraries {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", place[0]).Output()
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, folder := range place[1:] {
			for _, name := range functions(t, filepath.Join(strings.TrimSpace(string(dir)), folder)) {
				have[name] = true
			}
		}
		listed := map[string]bool{}
		for _, name := range others[library] {
			listed[name] = true
			if !have[name] {
				t.Errorf("%s has no %s any more", library, name)
			}
		}
		for _, c := range counterparts {
			if c.library == library {
				listed[c.name] = true
			}
		}
		for name := range have {
			if !listed[name] {
				t.Errorf("%s of %s is timed beside no kernel: add it to counterparts or to others", name, library)
			}
		}
	}
}

// functions returns the exported functions in a folder, once for all forms of one.
func functions(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				names = append(names, strings.TrimSuffix(strings.TrimSuffix(f.Name.Name, "_Into"), "_Inplace"))
			}
		}
	}
	return names
}

// docs/kernels.md names every counterpart in the line of its kernel.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/kernels.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Coming from another library")
	for _, c := range counterparts {
		found := false
		for line := range strings.SplitSeq(table, "\n") {
			cells := strings.Split(line, "|")
			found = found || len(cells) > 5 && mentions(cells[1], c.kernel) && mentions(strings.Join(cells[2:], " "), strings.TrimPrefix(c.name, "stat."))
		}
		if !found {
			t.Errorf("docs/kernels.md doesn't say that %s is %s of %s", c.kernel, c.name, c.library)
		}
	}
}

// mentions reports whether a word stands in a text.
func mentions(text, word string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') }),
		func(w string) bool { return w == word })
}

// Every counterpart runs.
func TestCounterparts(t *testing.T) {
	for _, c := range counterparts {
		if c.f32 != nil {
			v := vectors[float32](bench.Operands[float32](c.kernel, 40))
			c.f32(&v)
		}
		if c.f64 != nil {
			v := vectors[float64](bench.Operands[float64](c.kernel, 40))
			c.f64(&v)
		}
	}
}

// Our kernels break no promise of theirs, and what breaks one is found.
func TestBreaches(t *testing.T) {
	for _, o := range own {
		for _, b := range append(breachesOf(who{o.kernel, "f32", "ours"}, 1000, o.f32, o.f32), breachesOf(who{o.kernel, "f64", "ours"}, 1000, o.f64, o.f64)...) {
			t.Error(b)
		}
	}
	i := slices.IndexFunc(own, func(o call) bool { return o.kernel == "Max" })
	losesNaN := func(v *vectors[float32]) {
		top := float32(math.Inf(-1))
		for _, x := range v[0] {
			if x > top || x == top && !math.Signbit(float64(x)) {
				top = x
			}
		}
		sink = float64(top)
	}
	if b := breachesOf(who{"Max", "f32", "?"}, 1000, losesNaN, own[i].f32); len(b) != 1 || b[0].does != "NaN among 1: 1" || b[0].promise != "NaN" {
		t.Error(b)
	}
	rough := func(v *vectors[float64]) {
		for i, x := range v[0] {
			v[1][i] = math.Sin(x) * (1 + 0x1p-50)
		}
	}
	if b := breachesOf(who{"Sin", "f64", "?"}, 1000, rough, nil); len(b) != 1 || b[0].promise != "1 ulp" {
		t.Error(b)
	}
}

// The summary counts a cell once beside all Go libraries and once beside those without a mark.
func TestSummary(t *testing.T) {
	row := func(kernel, shape string, vek, gonum float64) kernelRow {
		return kernelRow{Kernel: kernel, Type: "f32", Shape: shape, NS: 10, Peers: map[string]float64{"vek": vek, "gonum": gonum, "OpenBLAS": 1}}
	}
	text := summary([]kernelRow{row("Max", "16", 5, 12), row("Max", "256", 9.8, 12), row("Sum", "16", 5, 0), row("Sum", "1", 5, 5), row("Gemv", "16x16", 5, 5)},
		map[who]string{{"Max", "f32", "vek"}: " ‡"})
	if !strings.Contains(text, "Of 3 cells") || !strings.Contains(text, " 2 are below 0.97") || !strings.Contains(text, " 1 are below the fastest") {
		t.Error(text)
	}
}
