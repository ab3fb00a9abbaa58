package arm64

import (
	"fmt"
	"strings"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// frame is where arguments and result of a function stand.
type frame struct {
	offset map[string]int // by the assembly's names: m, a_base, a_len, ret
	size   int
}

// layout lays out a function's frame by ABI0's rules.
func layout(f *spec.Func) frame {
	fr := frame{offset: map[string]int{}}
	place := func(name, typ string) {
		size, parts := 8, []string{""}
		switch {
		case typ == "float32" || typ == "uint32":
			size = 4
		case typ == "bool":
			size = 1
		case strings.HasPrefix(typ, "[]"):
			parts = []string{"_base", "_len", "_cap"}
		}
		fr.size = (fr.size + size - 1) / size * size
		for _, p := range parts {
			fr.offset[name+p] = fr.size
			fr.size += size
		}
	}
	for _, p := range f.Params {
		place(p.Name, p.Type)
	}
	if f.Result != "" {
		fr.size = (fr.size + 7) / 8 * 8
		place("ret", f.Result)
	}
	return fr
}

// address returns the operand of an argument.
func (f frame) address(name string) string {
	off, ok := f.offset[name]
	if !ok {
		panic(fmt.Sprintf("no argument %q", name))
	}
	return fmt.Sprintf("%s+%d(FP)", name, off)
}
