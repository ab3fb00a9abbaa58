package arm64

import (
	"bytes"
	"fmt"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// pool is the table of constants that one file uses for one element type: a
// vector of each, in order of first use.
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
	p.names = append(p.names, name)
	return 16 * (len(p.names) - 1)
}

func (p *pool) emit(b *bytes.Buffer) {
	for i, name := range p.names {
		fmt.Fprintf(b, "\n// %s\n", name)
		for j := range 2 {
			fmt.Fprintf(b, "DATA %s+%d(SB)/8, $0x%016x\n", p.symbol(), 16*i+8*j, spec.NumbersOf(p.f64).Word(name, j))
		}
	}
	if len(p.names) > 0 {
		fmt.Fprintf(b, "\nGLOBL %s(SB), RODATA|NOPTR, $%d\n", p.symbol(), 16*len(p.names))
	}
}
