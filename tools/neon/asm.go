package main

import (
	"fmt"
	"maps"
	"slices"
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
	section    bool   // a comment that begins a section
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

// named returns n new vector registers with a name for the reader.
func (a *asm) named(name string, n int) []reg {
	v := a.vecs(n)
	for _, r := range v {
		a.regs[r].name = name
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

// section is a comment that begins a part of the function with registers of its own.
func (a *asm) section(format string, args ...any) {
	a.comment(format, args...)
	a.insts[len(a.insts)-1].section = true
}

// text returns the instructions in Go assembly, and comments that say which
// registers those with names are: one for what stands in front of all sections,
// and one at the head of each section.
func (a *asm) text() (registers, code string) {
	phys := a.alloc()
	known := map[string]bool{}
	registers = a.registers(0, phys, known, "// ")
	var b strings.Builder
	for n, i := range a.insts {
		switch {
		case i.label != "":
			fmt.Fprintf(&b, "\n%s:\n", i.label)
		case i.section:
			fmt.Fprintf(&b, "\n\t%s\n%s", i.text, a.registers(n+1, phys, maps.Clone(known), "\t// "))
		case strings.HasPrefix(i.text, "// "):
			fmt.Fprintf(&b, "\n\t%s\n", i.text)
		case i.text == moveGeneral && phys[i.regs[0]] == phys[i.regs[1]]:
		default:
			text := a.types.Replace(i.text)
			for n, r := range i.regs {
				text = strings.ReplaceAll(text, fmt.Sprint("@", n), fmt.Sprint(phys[r]))
			}
			fmt.Fprintf(&b, "\t%s\n", text)
		}
	}
	return registers, b.String()
}

// registers returns a comment with the names of the registers that are written
// between instruction number first and the next section, without those already known.
func (a *asm) registers(first int, phys []int, known map[string]bool, indent string) string {
	var names []string
	of := map[string][]string{}
	for _, i := range a.insts[first:] {
		if i.section {
			break
		}
		for _, d := range i.defs {
			v := a.regs[d]
			if v.name == "" || known[v.name] {
				continue
			}
			r := fmt.Sprint("R", phys[d])
			if v.vector {
				r = fmt.Sprint("V", phys[d])
			}
			if of[v.name] == nil {
				names = append(names, v.name)
			}
			if !slices.Contains(of[v.name], r) {
				of[v.name] = append(of[v.name], r)
			}
		}
	}
	const width = 90
	var b strings.Builder
	line := indent
	for n, name := range names {
		known[name] = true
		entry := name + " " + ranges(of[name])
		if n < len(names)-1 {
			entry += ", "
		}
		if len(line)+len(entry) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += entry
	}
	if len(names) > 0 {
		b.WriteString(line + ".\n")
	}
	return b.String()
}

// ranges writes V0 V1 V2 as V0–V2.
func ranges(regs []string) string {
	var parts []string
	for i := 0; i < len(regs); {
		j := i + 1
		for j < len(regs) && follows(regs[j-1], regs[j]) {
			j++
		}
		if j > i+2 {
			parts = append(parts, regs[i]+"–"+regs[j-1])
		} else {
			parts = append(parts, regs[i:j]...)
		}
		i = j
	}
	return strings.Join(parts, " ")
}

// follows reports whether register s comes after r.
func follows(r, s string) bool {
	var n int
	fmt.Sscan(r[1:], &n)
	return s == fmt.Sprint(r[:1], n+1)
}
