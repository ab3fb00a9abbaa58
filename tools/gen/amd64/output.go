package amd64

import (
	"maps"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// output is what the targets of one file share: the functions written so far, and
// which tables of constants they need.
type output struct {
	kernels   spec.Kernels
	functions map[string]*written

	usesNegZero, usesLaneMasks, usesBitMasks bool
	pool                                     pool // constants of the elementary functions
}

// written is a function that has been written.
type written struct {
	*spec.Func
	name          string // in assembly
	level, method string
	names         []named // registers with names for the reader
}

// named is a register with a name.
type named struct {
	name     string
	register reg.Register
}

func newOutput(kernels spec.Kernels) *output {
	return &output{kernels: kernels, functions: map[string]*written{}, pool: pool{}}
}

// access returns which operands each function reads and writes. It follows pointers
// from the arguments through copies and sums of virtual registers.
func (out *output) access(f *ir.File) map[string]spec.Access {
	all := map[string]spec.Access{}
	for _, fn := range f.Functions() {
		operands := map[string]string{} // by the names of arguments in assembly
		for _, o := range out.functions[fn.Name].Operands() {
			operands[o], operands[o+"_base"] = o, o
		}
		all[fn.Name] = access(fn, operands)
	}
	return all
}

// access is access for one function.
func access(fn *ir.Function, operands map[string]string) spec.Access {
	points := map[reg.ID]map[string]bool{} // what a register may point to
	changed := false
	point := func(r reg.Register, to string) {
		if points[r.ID()] == nil {
			points[r.ID()] = map[string]bool{}
		}
		changed = changed || !points[r.ID()][to]
		points[r.ID()][to] = true
	}
	a := spec.Access{Reads: map[string]bool{}, Writes: map[string]bool{}}
	for first := true; first || changed; first = false {
		changed = false
		for _, i := range fn.Instructions() {
			var from []string
			inMemory := false // whether an operand is an element
			moves := slices.Contains([]string{"MOVQ", "LEAQ", "ADDQ", "SUBQ"}, i.Opcode)
			for _, op := range i.Inputs {
				m, ok := op.(operand.Mem)
				if ok && m.Base == reg.FramePointer {
					if o := operands[m.Symbol.Name]; o != "" {
						from = append(from, o)
					}
					continue
				}
				for _, r := range operand.Registers(op) {
					from = slices.AppendSeq(from, maps.Keys(points[r.ID()]))
				}
				inMemory = inMemory || ok && i.Opcode != "LEAQ"
			}
			for _, op := range i.Outputs {
				if m, ok := op.(operand.Mem); ok && m.Base != reg.FramePointer {
					for _, r := range operand.Registers(m) {
						maps.Copy(a.Writes, points[r.ID()])
					}
					inMemory = false
					from = nil
				}
			}
			for _, o := range from {
				if inMemory {
					a.Reads[o] = true
					continue
				}
				for _, r := range i.OutputRegisters() {
					if moves {
						point(r, o)
					}
				}
			}
		}
	}
	return a
}

// NewStatic returns the address of a table of this file.
func (out *output) NewStatic(name string) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
}

// emit writes the tables that were used.
func (out *output) emit(ctx *build.Context) {
	out.pool.emit(ctx)
	if out.usesNegZero {
		ctx.StaticGlobal("negZero")
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		ctx.AppendDatum(operand.U64(1 << 63)) // as float32: +0, −0
	}
	if out.usesLaneMasks {
		ctx.StaticGlobal("laneMasks")
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			ctx.AppendDatum(operand.U64([]uint64{1<<64 - 1, 0}[i/4]))
		}
	}
	if out.usesBitMasks {
		ctx.StaticGlobal("bitMasks")
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 17 {
			ctx.AppendDatum(operand.U16(1<<i - 1))
		}
	}
}
