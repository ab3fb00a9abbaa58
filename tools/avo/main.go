// Command avo writes the assembly of kernels/amd64. Run it in this directory
// without arguments; `go generate ./kernels` does so.
//
// Each file of kernels/amd64 has a generator file of the same name here. A
// kernel is written once over a target, which is an instruction set and an
// element type, and emitted for all four.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// dir is where the assembly goes, relative to this module.
const dir = "../../kernels/amd64"

// targets are what every kernel is emitted for.
var targets = []struct {
	avx512, f64 bool
}{{false, false}, {false, true}, {true, false}, {true, true}}

func main() {
	log.SetFlags(0)
	write("blas1", blas1)
	write("max", maximum)
	write("gemv", gemv)
	write("gemm", gemm)
	write("optimizer", optimizer)
	write("elementwise", elementwise)
	write("softmax", softmax)
}

// write emits kernels for all targets into kernels/amd64/name_amd64.{s,go}.
func write(name string, kernels func(*target)) {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!purego")
	tables := &tables{pool: pool{}}
	for _, t := range targets {
		kernels(newTarget(ctx, tables, t.avx512, t.f64))
	}
	tables.emit(ctx)
	f, err := ctx.Result()
	if err != nil {
		build.LogError(log.Default(), err, 10)
		os.Exit(1)
	}
	if err := pass.Compile.Execute(f); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	cfg := printer.Config{Name: "tools/avo/" + name + ".go", Pkg: "amd64"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		src, err := p.Print(f)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s_amd64%s", name, ext)), src, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
