package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Access tells which operands a function reads and writes.
type Access struct{ Reads, Writes map[string]bool }

// Comment returns the comment of the function name in assembly, in paragraphs: what it
// does, in the words of package generic; the instruction set, the method, and what
// it reads and writes; and, unless it is "", which registers hold what.
func (f *Func) Comment(name, level, method string, a Access, registers string) []string {
	isa := map[string]string{"AVX2": "AVX2 and FMA", "AVX512": "AVX-512 (F, BW, DQ, VL)"}[level]
	if isa == "" {
		isa = level
	}
	paragraphs := []string{
		name + " " + f.purpose + ". " + "It is defined by generic." + f.Name + ".",
		isa + ". " + method + " " + a.text(f.Operands()),
	}
	if registers != "" {
		paragraphs = append(paragraphs, registers)
	}
	var lines []string
	for i, p := range paragraphs {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, wrap(p, 90)...)
	}
	return lines
}

// text says which of the operands are read, written or both.
func (a Access) text(operands []string) string {
	var reads, writes, updates []string
	for _, o := range operands {
		switch {
		case a.Reads[o] && a.Writes[o]:
			updates = append(updates, o)
		case a.Reads[o]:
			reads = append(reads, o)
		case a.Writes[o]:
			writes = append(writes, o)
		}
	}
	var parts []string
	for _, p := range []struct {
		verb  string
		names []string
	}{{"reads", reads}, {"writes", writes}, {"updates", updates}} {
		if len(p.names) > 0 {
			parts = append(parts, p.verb+" "+list(p.names))
		}
	}
	s := strings.Join(parts, ", ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// list writes names as a, b and c.
func list(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// operator is a word that belongs to its neighbours.
var operator = regexp.MustCompile(` ([=+−·×/>≥<≤⊙]) `)

// wrap breaks text into lines of at most so many characters, but formulas only where
// they don't fit otherwise.
func wrap(text string, width int) []string {
	text = operator.ReplaceAllString(text, glue+"$1"+glue)
	var lines []string
	line := ""
	for word := range strings.SplitSeq(strings.TrimSpace(text), " ") {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], glue, " ")
	}
	return lines
}

// glue stands for a blank at which wrap must not break a line.
const glue = "\x00"

// Registers says which registers hold what has a name, in order of first use. A
// name may have several registers.
type Registers struct {
	names []string
	of    map[string][]string
}

// Add notes that a name is held by a register.
func (r *Registers) Add(name, register string) {
	if r.of == nil {
		r.of = map[string][]string{}
	}
	if r.of[name] == nil {
		r.names = append(r.names, name)
	}
	if !slices.Contains(r.of[name], register) {
		r.of[name] = append(r.of[name], register)
	}
}

// Settled removes names of general-purpose registers that stand in different ones at
// different places: they don't live long enough to be worth a line.
func (r *Registers) Settled() {
	r.names = slices.DeleteFunc(r.names, func(name string) bool { return len(r.of[name]) > 1 && !isVector(r.of[name][0]) })
}

func isVector(register string) bool { return strings.ContainsRune("XYZV", rune(register[0])) }

// Text returns a sentence with all names that known doesn't have, and adds them to it.
func (r *Registers) Text(known map[string]bool) string {
	var entries []string
	for _, name := range r.names {
		if !known[name] {
			known[name] = true
			entries = append(entries, name+glue+strings.ReplaceAll(ranges(r.of[name]), " ", glue))
		}
	}
	if entries == nil {
		return ""
	}
	return strings.Join(entries, ", ") + "."
}

// Lines is Text in lines.
func (r *Registers) Lines(known map[string]bool) []string {
	if text := r.Text(known); text != "" {
		return wrap(text, 90)
	}
	return nil
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
