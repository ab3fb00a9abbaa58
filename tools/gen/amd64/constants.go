package amd64

import (
	"maps"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// pool is the set of constants that a file uses: 64 bytes each, so that they
// are operands of instructions of any width.
type pool map[string]bool

// constant returns the address of a vector of the named constant.
func (t *target) constant(name string) operand.Mem {
	spec.NumbersOf(t.f64).Word(name, 0) // panics if there is none
	name += map[bool]string{false: "F32", true: "F64"}[t.f64]
	t.pool[name] = true
	return t.NewStatic(name)
}

func (p pool) emit(ctx *build.Context) {
	for _, symbol := range slices.Sorted(maps.Keys(p)) {
		name, elem := symbol[:len(symbol)-3], symbol[len(symbol)-3:]
		numbers := spec.NumbersOf(elem == "F64")
		ctx.StaticGlobal(symbol)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			ctx.AppendDatum(operand.U64(numbers.Word(name, i)))
		}
	}
}
