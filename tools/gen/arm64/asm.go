package arm64

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/tools/gen/spec"
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
	pair   bool   // the next virtual register gets the next real one
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
		return strings.NewReplacer(".T", ".D2", "_T", "_D2", ".E", ".D", "FMOVE", "FMOVD", "FCOMPARE", "FCMPD")
	}
	return strings.NewReplacer(".T", ".S4", "_T", "_S4", ".E", ".S", "FMOVE", "FMOVS", "FCOMPARE", "FCMPS")
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

// pair returns two new vector registers whose real numbers follow each other.
func (a *asm) pair() (first, second reg) {
	first, second = a.vec(), a.vec()
	a.regs[first].pair = true
	return first, second
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
func (a *asm) text() (registers []string, code string) {
	phys := a.alloc()
	known := map[string]bool{}
	registers = a.registers(0, phys, known)
	var b strings.Builder
	for n, i := range a.insts {
		switch {
		case i.label != "":
			fmt.Fprintf(&b, "\n%s:\n", i.label)
		case i.section:
			fmt.Fprintf(&b, "\n\t%s\n", i.text)
			for _, line := range a.registers(n+1, phys, maps.Clone(known)) {
				fmt.Fprintf(&b, "\t// %s\n", line)
			}
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

// registers returns the lines of a comment with the names of the registers that are
// written between instruction number first and the next section, without those
// already known.
func (a *asm) registers(first int, phys []int, known map[string]bool) []string {
	var r spec.Registers
	for _, i := range a.insts[first:] {
		if i.section {
			break
		}
		for _, d := range i.defs {
			v := a.regs[d]
			if v.name == "" {
				continue
			}
			letter := "R"
			if v.vector {
				letter = "V"
			}
			r.Add(v.name, fmt.Sprint(letter, phys[d]))
		}
	}
	return r.Lines(known)
}

// access returns which operands the function reads and writes. It follows pointers
// from the arguments through copies and sums.
func (a *asm) access(operands []string) spec.Access {
	points := make([]map[string]bool, len(a.regs))
	for r := range points {
		points[r] = map[string]bool{}
	}
	access := spec.Access{Reads: map[string]bool{}, Writes: map[string]bool{}}
	for changed := true; changed; {
		changed = false
		point := func(r reg, to string) {
			changed = changed || !points[r][to]
			points[r][to] = true
		}
		for _, i := range a.insts {
			switch {
			case strings.HasPrefix(i.text, "MOVD ") && strings.Contains(i.text, "(FP), R@0"):
				name, _, _ := strings.Cut(strings.TrimPrefix(i.text, "MOVD "), "+")
				name = strings.TrimSuffix(name, "_base")
				if slices.Contains(operands, name) {
					point(i.defs[0], name)
				}
			case strings.HasPrefix(i.text, "ADD ") || strings.HasPrefix(i.text, "SUB ") || i.text == moveGeneral:
				for _, u := range i.uses {
					for to := range points[u] {
						point(i.defs[0], to)
					}
				}
			default:
				for n, r := range i.regs {
					base := fmt.Sprintf("(R@%d)", n)
					if strings.HasSuffix(i.text, base) {
						maps.Copy(access.Writes, points[r])
					} else if strings.Contains(i.text, base) {
						maps.Copy(access.Reads, points[r])
					}
				}
			}
		}
	}
	return access
}
