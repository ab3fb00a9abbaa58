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
	spec.NumbersOf(p.f64).Bits(name) // panics if there is none
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
		bits := spec.NumbersOf(p.f64).Bits(name)
		if !p.f64 {
			bits |= bits << 32
		}
		fmt.Fprintf(b, "\n// %s\n", name)
		for j := range 2 {
			fmt.Fprintf(b, "DATA %s+%d(SB)/8, $0x%016x\n", p.symbol(), 16*i+8*j, bits)
		}
	}
	if len(p.names) > 0 {
		fmt.Fprintf(b, "\nGLOBL %s(SB), RODATA|NOPTR, $%d\n", p.symbol(), 16*len(p.names))
	}
}
