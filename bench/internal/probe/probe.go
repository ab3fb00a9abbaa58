// Package probe has the loops that tell what a core can do at most: plain sweeps
// over memory, independent chains of multiply-adds, divisions and square roots,
// and dependent additions that show the clock.
package probe

import (
	"unsafe"

	"github.com/nabla-go/nabla/internal/isa"
)

// A Sweep is a plain pass over one to four streams of memory of equal length,
// with next to no arithmetic.
type Sweep uint8

const (
	Read    Sweep = iota // one stream is read
	Update               // one stream is read and written in place
	Copy                 // one is read, another written
	Add                  // two are read, a third is written
	Axpy                 // one is read, one updated in place
	Update2              // one is read, two are updated in place
	Update3              // one is read, three are updated in place
	sweeps
)

var sweepStreams = [sweeps]int{Read: 1, Update: 1, Copy: 2, Add: 3, Axpy: 2, Update2: 3, Update3: 4}
var sweepMoves = [sweeps]int{Read: 1, Update: 2, Copy: 2, Add: 3, Axpy: 3, Update2: 5, Update3: 7}

// Streams returns the number of streams.
func (s Sweep) Streams() int { return sweepStreams[s] }

// Moves returns how many bytes a core loads and stores for one byte of each stream.
func (s Sweep) Moves() int { return sweepMoves[s] }

// Granule is what the length of a stream, in bytes, must be a multiple of.
const Granule = 512

// Memory is what a sweep passes over.
type Memory struct {
	streams [4][]float32
}

// NewMemory returns streams for s of length bytes each, rounded up to whole
// granules. Every stream begins on a page of its own, and all pages are real.
func NewMemory(s Sweep, length int) *Memory {
	const page = 4096 / 4
	n := (length + Granule - 1) / Granule * (Granule / 4)
	m := &Memory{}
	for i := range s.Streams() {
		b := make([]float32, n+page)
		skip := 0
		if off := int(uintptr(unsafe.Pointer(&b[0])) % 4096); off != 0 {
			skip = (4096 - off) / 4
		}
		m.streams[i] = b[skip:][:n]
		for k := range m.streams[i] {
			m.streams[i][k] = 1
		}
	}
	return m
}

// Run sweeps over m times times, with the vectors of level. On a machine without
// assembly, and for Generic, it is a loop in Go.
func (s Sweep) Run(level isa.Level, m *Memory, times int) {
	f := sweepFunc(s, level)
	var p [4]*float32
	for i, b := range m.streams {
		p[i] = unsafe.SliceData(b)
	}
	for range times {
		f(p[0], p[1], p[2], p[3], len(m.streams[0])*4)
	}
}

// A Chain is a loop of independent arithmetic that never leaves the registers.
type Chain uint8

const (
	FMA32 Chain = iota // multiply-adds of float32
	FMA64              // and of float64
	Div32              // divisions
	Div64
	DivSqrt32 // a division and a square root each
	DivSqrt64
	chains
)

// Run does at least n operations, counted over all lanes, and returns how many it
// has done. A multiply-add is one, and so is a pair of DivSqrt.
func (c Chain) Run(level isa.Level, n int) int {
	f, perTurn := chainFunc(c, level)
	turns := (n + perTurn - 1) / perTurn
	f(turns)
	return turns * perTurn
}

// Clock does n·64 dependent additions of integers, one cycle each.
func Clock(n int) { clock(n) }
