// Package amd64 writes the assembly of kernels/amd64.
//
// Each file of kernels/amd64 has a generator file of the same name here. A kernel is
// written once over a target, which is an instruction set and an element type, and
// emitted for all four.
package amd64

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// generators write the kernels of one file for one target, by the file's name.
var generators = map[string]func(*target){}

// file registers the generator of a file; it is called from that file's init.
func file(name string, kernels func(*target)) { generators[name] = kernels }

// targets are what every kernel is emitted for.
var targets = []struct {
	avx512, f64 bool
}{{false, false}, {false, true}, {true, false}, {true, true}}

// Generate returns the files of kernels/amd64 by name, and the names of the functions
// in them.
func Generate(kernels spec.Kernels) (files map[string][]byte, functions map[string]bool, err error) {
	files, functions = map[string][]byte{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(generators)) {
		if err := generate(name, kernels, files, functions); err != nil {
			return nil, nil, fmt.Errorf("tools/gen/amd64/%s.go: %w", name, err)
		}
	}
	return files, functions, nil
}

// generate writes name_amd64.s and name_amd64.go.
func generate(name string, kernels spec.Kernels, files map[string][]byte, functions map[string]bool) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!purego")
	out := newOutput(kernels)
	for _, t := range targets {
		generators[name](newTarget(ctx, out, t.avx512, t.f64))
	}
	out.emit(ctx)
	f, err := ctx.Result()
	if err != nil {
		return err
	}
	heads, access := map[string][]string{}, out.access(f) // before registers are allocated
	if err := pass.Compile.Execute(f); err != nil {
		return err
	}
	for _, fn := range f.Functions() {
		functions[fn.Name] = true
		k := out.functions[fn.Name]
		var registers spec.Registers
		for _, n := range k.names {
			registers.Add(n.name, fn.Allocation.LookupRegisterDefault(n.register).Asm())
		}
		registers.Settled()
		heads[fn.Name] = k.Comment(k.name, k.level, k.method, access[fn.Name], registers.Text(map[string]bool{}))
		fn.Doc = k.Comment(k.name, k.level, k.method, access[fn.Name], "")
	}
	cfg := printer.Config{Name: "tools/gen/amd64/" + name + ".go", Pkg: "amd64"}
	code, err := printer.NewGoAsm(cfg).Print(f)
	if err != nil {
		return err
	}
	if files[name+"_amd64.s"], err = withHeads(code, f, heads); err != nil {
		return err
	}
	files[name+"_amd64.go"], err = printer.NewStubs(cfg).Print(f)
	return err
}

// withHeads puts comments in front of functions in printed assembly, in place of
// the line with the signature.
func withHeads(code []byte, f *ir.File, heads map[string][]string) ([]byte, error) {
	for _, fn := range f.Functions() {
		line := []byte("\n// " + fn.Stub() + "\n")
		if bytes.Count(code, line) != 1 {
			return nil, fmt.Errorf("no place for the comment of %s", fn.Name)
		}
		var head strings.Builder
		head.WriteString("\n")
		for _, text := range heads[fn.Name] {
			head.WriteString(strings.TrimRight("// "+text, " ") + "\n")
		}
		head.WriteString("//\n")
		code = bytes.Replace(code, line, []byte(head.String()), 1)
	}
	return code, nil
}
