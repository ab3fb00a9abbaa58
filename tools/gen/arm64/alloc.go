package arm64

import (
	"log"
	"math/bits"
)

// general are the general-purpose registers that kernels may use: not R18
// (platform), R27 (assembler), R28 (goroutine), R29 (frame pointer), R30 (link).
var general = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26}

// vectors is the number of vector registers, all of which kernels may use.
const vectors = 32

// set64 is a set of small integers.
type set64 []uint64

func (s set64) has(r reg) bool { return s[r/64]>>(r%64)&1 == 1 }
func (s set64) insert(r reg)   { s[r/64] |= 1 << (r % 64) }
func (s set64) remove(r reg)   { s[r/64] &^= 1 << (r % 64) }

// alloc returns the number of the real register for each virtual one. Registers
// that are live at the same time interfere; each gets, in order of appearance,
// the first real one that no interfering register has. There is no spilling.
func (a *asm) alloc() []int {
	words := len(a.regs)/64 + 1
	interferes := make([]set64, len(a.regs))
	for r := range interferes {
		interferes[r] = make(set64, words)
	}
	after := a.liveness(words)
	for n, i := range a.insts {
		for _, d := range i.defs {
			live := append(set64(nil), after[n]...)
			for _, e := range i.defs {
				live.insert(e)
			}
			live.remove(d)
			for w, word := range live {
				for ; word != 0; word &= word - 1 {
					r := reg(64*w + bits.TrailingZeros64(word))
					interferes[d].insert(r)
					interferes[r].insert(d)
				}
			}
		}
	}
	phys := make([]int, len(a.regs))
	done := make(set64, words)
	for _, i := range a.insts {
		for _, d := range i.defs {
			if done.has(d) {
				continue
			}
			taken := a.taken(d, interferes[d], done, phys)
			if a.regs[d].pair {
				for n := range a.taken(d+1, interferes[d+1], done, phys) {
					taken[n-1] = true
				}
				taken[vectors-1] = true
				phys[d+1] = a.choose(d, taken) + 1
				done.insert(d + 1)
			}
			phys[d] = a.choose(d, taken)
			done.insert(d)
		}
	}
	return phys
}

// taken returns the real registers of those that interfere with d.
func (a *asm) taken(d reg, interfering, done set64, phys []int) map[int]bool {
	taken := map[int]bool{}
	for r := range a.regs {
		if interfering.has(reg(r)) && done.has(reg(r)) && a.regs[r].vector == a.regs[d].vector {
			taken[phys[r]] = true
		}
	}
	return taken
}

// choose returns the first real register that isn't taken.
func (a *asm) choose(d reg, taken map[int]bool) int {
	if !a.regs[d].vector {
		for _, n := range general {
			if !taken[n] {
				return n
			}
		}
	}
	for n := range vectors {
		if a.regs[d].vector && !taken[n] {
			return n
		}
	}
	log.Panicf("no register left for %q", a.regs[d].name)
	return -1
}

// liveness returns which registers are live after each instruction.
func (a *asm) liveness(words int) []set64 {
	at := map[string]int{}
	for n, i := range a.insts {
		if i.label != "" {
			at[i.label] = n
		}
	}
	before, after := make([]set64, len(a.insts)+1), make([]set64, len(a.insts))
	for n := range before {
		before[n] = make(set64, words)
	}
	for n := range after {
		after[n] = make(set64, words)
	}
	for changed := true; changed; {
		changed = false
		for n := len(a.insts) - 1; n >= 0; n-- {
			i := &a.insts[n]
			next := []set64{}
			if !i.ends {
				next = append(next, before[n+1])
			}
			if i.target != "" {
				target, ok := at[i.target]
				if !ok {
					log.Panicf("no label %q", i.target)
				}
				next = append(next, before[target])
			}
			for w := range words {
				for _, s := range next {
					after[n][w] |= s[w]
				}
			}
			live := append(set64(nil), after[n]...)
			for _, d := range i.defs {
				live.remove(d)
			}
			for _, u := range i.uses {
				live.insert(u)
			}
			for w := range words {
				if live[w] != before[n][w] {
					before[n], changed = live, true
					break
				}
			}
		}
	}
	for r := range a.regs {
		if before[0].has(reg(r)) {
			log.Panicf("register %d %q is read before it is written", r, a.regs[r].name)
		}
	}
	return after
}
