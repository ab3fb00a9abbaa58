package probe

import (
	"slices"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
)

// The sweeps touch exactly their streams, and what they compute shows which.
func TestSweeps(t *testing.T) {
	// Streams after one sweep over ones.
	// NEON adds the bits of floats as integers, so only "changed or not" is asked.
	changed := map[Sweep][]bool{
		Read: {false}, Update: {false}, Copy: {false, false}, Add: {false, false, true},
		Axpy: {false, true}, Update2: {false, true, true}, Update3: {false, true, true, true},
	}
	for s := range sweeps {
		m := NewMemory(s, 3*Granule-8)
		for _, level := range isa.Available() {
			if level == isa.Generic {
				continue
			}
			for i := range s.Streams() {
				for k := range m.streams[i] {
					m.streams[i][k] = 1
				}
			}
			s.Run(level, m, 1)
			for i, want := range changed[s] {
				same := slices.IndexFunc(m.streams[i], func(x float32) bool { return x != 1 })
				other := slices.Index(m.streams[i], 1)
				if want && other >= 0 {
					t.Errorf("sweep %d on %v left element %d of stream %d", s, level, other, i)
				}
				if !want && same >= 0 {
					t.Errorf("sweep %d on %v changed element %d of stream %d", s, level, same, i)
				}
			}
		}
	}
}

func TestChains(t *testing.T) {
	for c := range chains {
		for _, level := range isa.Available() {
			if n := c.Run(level, 1000); n < 1000 {
				t.Errorf("chain %d on %v did %d operations", c, level, n)
			}
		}
	}
	Clock(1)
}
