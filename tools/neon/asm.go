package main

import (
	"fmt"
	"strings"
)

// asm is the body of a function under construction: instructions over virtual
// registers, which alloc replaces by real ones.
//
// In the text of an instruction, @0 stands for the number of its destination
// register and @1, @2, … for those of its sources. What depends on the element
// type is written .T (.S4 or .D2), _T (_S4 or _D2), .E (.S or .D) and FMOVE
// (FMOVS or FMOVD).
type asm struct {
	types  *strings.Replacer
	insts  []inst
	regs   []virtual
	labels int
}

// reg is a virtual register: an index into asm.regs.
type reg int

type virtual struct {
	vector bool
	name   string // for the reader
}

// inst is an instruction, a comment or a label.
type inst struct {
	text       string
	regs       []reg // @0, @1, …
	defs, uses []reg
	label      string // defined here
	target     string // jumped to
	ends       bool   // the next instruction is not reached from here
}

// typesOf returns the replacement of what depends on the element type.
func typesOf(f64 bool) *strings.Replacer {
	if f64 {
		return strings.NewReplacer(".T", ".D2", "_T", "_D2", ".E", ".D", "FMOVE", "FMOVD")
	}
	return strings.NewReplacer(".T", ".S4", "_T", "_S4", ".E", ".S", "FMOVE", "FMOVS")
}

// gp returns a new general-purpose register.
func (a *asm) gp(name string) reg {
	a.regs = append(a.regs, virtual{name: name})
	return reg(len(a.regs) - 1)
}

// vec returns a new vector register.
func (a *asm) vec() reg {
	a.regs = append(a.regs, virtual{vector: true})
	return reg(len(a.regs) - 1)
}

// vecs returns n new vector registers.
func (a *asm) vecs(n int) []reg {
	v := make([]reg, n)
	for i := range v {
		v[i] = a.vec()
	}
	return v
}

// set appends an instruction that writes d and reads src.
func (a *asm) set(text string, d reg, src ...reg) {
	a.insts = append(a.insts, inst{text: text, regs: append([]reg{d}, src...), defs: []reg{d}, uses: src})
}

// mod appends an instruction that reads and writes d and reads src.
func (a *asm) mod(text string, d reg, src ...reg) {
	regs := append([]reg{d}, src...)
	a.insts = append(a.insts, inst{text: text, regs: regs, defs: regs[:1], uses: regs})
}

// do appends an instruction that only reads src.
func (a *asm) do(text string, src ...reg) {
	a.insts = append(a.insts, inst{text: text, regs: append([]reg{0}, src...), uses: src})
}

// add appends any instruction.
func (a *asm) add(i inst) { a.insts = append(a.insts, i) }

// jump appends a branch; text is what stands in front of the label.
func (a *asm) jump(text, label string, src ...reg) {
	a.do(text+" "+label, src...)
	i := &a.insts[len(a.insts)-1]
	i.target, i.ends = label, text == "B"
}

func (a *asm) ret() { a.add(inst{text: "RET", ends: true}) }

// newLabel returns a new label that begins with name.
func (a *asm) newLabel(name string) string {
	a.labels++
	return fmt.Sprint(name, a.labels)
}

func (a *asm) label(name string) { a.add(inst{label: name}) }

func (a *asm) comment(format string, args ...any) {
	a.add(inst{text: "// " + fmt.Sprintf(format, args...)})
}

// String returns the instructions in Go assembly, registers allocated.
func (a *asm) String() string {
	phys := a.alloc()
	var b strings.Builder
	for _, i := range a.insts {
		switch {
		case i.label != "":
			fmt.Fprintf(&b, "\n%s:\n", i.label)
		case strings.HasPrefix(i.text, "// "):
			fmt.Fprintf(&b, "\n\t%s\n", i.text)
		case strings.HasPrefix(i.text, "MOVD R@1, R@0") && phys[i.regs[0]] == phys[i.regs[1]]:
		default:
			text := a.types.Replace(i.text)
			for n, r := range i.regs {
				text = strings.ReplaceAll(text, fmt.Sprint("@", n), fmt.Sprint(phys[r]))
			}
			fmt.Fprintf(&b, "\t%s\n", text)
		}
	}
	return b.String()
}
