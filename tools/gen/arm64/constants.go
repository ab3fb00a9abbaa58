package arm64

import (
	"bytes"
	"fmt"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// pool is the table of constants that one file uses for one element type: a
// vector of each, two of a table, in order of first use.
type pool struct {
	f64   bool
	names []string
}

func (p *pool) symbol() string {
	if p.f64 {
		return "constantsF64<>"
	}
	return "constantsF32<>"
}

// offset returns where in the table the named constant stands.
func (p *pool) offset(name string) int {
	spec.NumbersOf(p.f64).Word(name, 0) // panics if there is none
	for i, n := range p.names {
		if n == name {
			return 16 * i
		}
	}
	i := len(p.names)
	p.names = append(p.names, name)
	if spec.NumbersOf(p.f64).IsTable(name) {
		p.names = append(p.names, name)
	}
	return 16 * i
}

func (p *pool) emit(b *bytes.Buffer) {
	for i, name := range p.names {
		first := 0
		if i > 0 && p.names[i-1] == name {
			first = 2 // the second vector of a table
		} else {
			fmt.Fprintf(b, "\n// %s\n", name)
		}
		for j := range 2 {
			fmt.Fprintf(b, "DATA %s+%d(SB)/8, $0x%016x\n", p.symbol(), 16*i+8*j, spec.NumbersOf(p.f64).Word(name, first+j))
		}
	}
	if len(p.names) > 0 {
		fmt.Fprintf(b, "\nGLOBL %s(SB), RODATA|NOPTR, $%d\n", p.symbol(), 16*len(p.names))
	}
}
