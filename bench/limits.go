package bench

import (
	"math"

	"github.com/nabla-go/nabla/bench/internal/probe"
	"github.com/nabla-go/nabla/internal/isa"
)

// Work is what one call of a kernel has to do, whoever does it.
type Work struct {
	MulAdds int // a multiply-add is two FLOPs
	Divs    int // divisions
	Roots   int // square roots; each goes with a division
	Sweep   probe.Sweep
	Bytes   int // in each stream of the sweep
}

// smallest is the footprint, in bytes of all streams together, below which a
// sweep would show the overhead of a call instead of the speed of the cache: the
// limits of smaller footprints are shares of this one.
const smallest = 16 << 10

// footprint returns the length of each stream of the sweep that stands for w.
func (w Work) footprint() int {
	return max(w.Bytes, smallest/w.Sweep.Streams())
}

// limits are the probes that belong to a group of cases.
type limits struct {
	levels []isa.Level // whose vectors the probes use; the fastest counts
	chains map[chainKey]*Task
	sweeps map[sweepKey]*Task
}

type chainKey struct {
	chain probe.Chain
	level isa.Level
}

type sweepKey struct {
	sweep     probe.Sweep
	footprint int
	level     isa.Level
}

// newLimits returns limits that are what this core does at most with any of levels. For
// cases these are all that the machine has, whatever a case itself uses: so the
// per cent of several instruction sets are of the same.
func newLimits(levels ...isa.Level) *limits {
	return &limits{levels: levels, chains: map[chainKey]*Task{}, sweeps: map[sweepKey]*Task{}}
}

// vectorLevels returns all levels of this machine but plain Go, or plain Go if there is
// nothing else.
func vectorLevels() []isa.Level {
	levels := isa.Available()
	return levels[:max(1, len(levels)-1)]
}

// chainOps is how many operations a chain does in one repetition.
const chainOps = 1 << 14

// add makes sure that the probes for w are among l.
func (l *limits) add(w Work, is32 bool) {
	for _, level := range l.levels {
		for _, c := range w.chains(is32) {
			k := chainKey{c, level}
			if l.chains[k] == nil {
				l.chains[k] = NewTask(level, func(n int) { c.Run(level, n*chainOps) })
			}
		}
	}
	if w.Bytes > 0 {
		l.addSweep(w.Sweep, w.footprint())
	}
}

// addSweep makes sure that the probes for a sweep are among l, where each stream of it
// has so many bytes.
func (l *limits) addSweep(s probe.Sweep, footprint int) {
	for _, level := range l.levels {
		k := sweepKey{s, footprint, level}
		if l.sweeps[k] == nil {
			m := probe.NewMemory(s, footprint)
			l.sweeps[k] = NewTask(level, func(n int) { s.Run(level, m, n) })
		}
	}
}

// chains returns the chains whose speed bounds w.
func (w Work) chains(is32 bool) []probe.Chain {
	pick := func(c32, c64 probe.Chain) probe.Chain {
		if is32 {
			return c32
		}
		return c64
	}
	var c []probe.Chain
	if w.MulAdds > 0 {
		c = append(c, pick(probe.FMA32, probe.FMA64))
	}
	if w.Roots > 0 {
		c = append(c, pick(probe.DivSqrt32, probe.DivSqrt64))
	} else if w.Divs > 0 {
		c = append(c, pick(probe.Div32, probe.Div64))
	}
	return c
}

// tasks returns all probes.
func (l *limits) tasks() []*Task {
	var tasks []*Task
	for _, t := range l.chains {
		tasks = append(tasks, t)
	}
	for _, t := range l.sweeps {
		tasks = append(tasks, t)
	}
	return tasks
}

// perOp returns the least time of one operation of a chain, in nanoseconds.
func (l *limits) perOp(c probe.Chain) float64 {
	least := math.Inf(1)
	for _, level := range l.levels {
		least = min(least, l.chains[chainKey{c, level}].Best/chainOps)
	}
	return least
}

// perByte returns the least time of one byte of each stream of a sweep, in nanoseconds.
func (l *limits) perByte(s probe.Sweep, footprint int) float64 {
	least := math.Inf(1)
	for _, level := range l.levels {
		least = min(least, l.sweeps[sweepKey{s, footprint, level}].Best/float64(footprint))
	}
	return least
}

// A Bound says what limits a kernel.
type Bound string

const (
	ByMemory Bound = "memory"
	ByFMA    Bound = "fma"
	ByDiv    Bound = "div"
)

// of returns the limit of w in nanoseconds.
func (l *limits) of(w Work, is32 bool) (float64, Bound) {
	limit, bound := 0.0, ByMemory
	if w.Bytes > 0 {
		limit = l.perByte(w.Sweep, w.footprint()) * float64(w.Bytes)
	}
	for _, c := range w.chains(is32) {
		ops, b := w.MulAdds, ByFMA
		if c != probe.FMA32 && c != probe.FMA64 {
			ops, b = max(w.Divs, w.Roots), ByDiv
		}
		if t := float64(ops) * l.perOp(c); t > limit {
			limit, bound = t, b
		}
	}
	return limit, bound
}

// Ceiling is what one core does at most at one level.
type Ceiling struct {
	ISA          string  `json:"isa"`
	ClockGHz     float64 `json:"clock_ghz"`
	GFLOPs32     float64 `json:"gflops_f32"`
	GFLOPs64     float64 `json:"gflops_f64"`
	FLOPsACycle  float64 `json:"f32_flops_per_cycle"`
	ReadL1       float64 `json:"read_l1_gbs"`
	ReadL2       float64 `json:"read_l2_gbs"`
	ReadL3       float64 `json:"read_l3_gbs"`
	ReadDRAM     float64 `json:"read_dram_gbs"`
	UpdateL1     float64 `json:"update_l1_gbs"` // loads and stores
	UpdateL2     float64 `json:"update_l2_gbs"`
	UpdateL3     float64 `json:"update_l3_gbs"`
	UpdateDRAM   float64 `json:"update_dram_gbs"`
	BytesACycle  float64 `json:"l1_read_bytes_per_cycle"`
	DivsPerNS    float64 `json:"f32_divisions_per_ns"`
	DivRootPerNS float64 `json:"f32_division_and_root_per_ns"`
}

// Footprints of the table of ceilings, in bytes. They lie inside the L1, L2 and
// L3 of every core of the last ten years, and outside every L3 but the largest.
const (
	inL1 = 16 << 10
	inL2 = 192 << 10
	inL3 = 4 << 20
	dram = 128 << 20
)

// tier returns the level whose vectors stand for level: plain Go has none.
func tier(level isa.Level) isa.Level {
	if level == isa.Generic {
		return isa.Available()[0]
	}
	return level
}

// Ceilings measures what one core does at most, for each level. The clock is
// that of dependent integer additions; under wide vectors some cores slow down.
func Ceilings(rounds int, levels []isa.Level) []Ceiling {
	const additions = 512 * 64
	clock := NewTask(isa.Generic, func(n int) { probe.Clock(n * 512) })
	tasks := []*Task{clock}
	sizes := []int{inL1, inL2, inL3, dram}
	chains := map[isa.Level]*limits{}
	for _, level := range levels {
		l := newLimits(tier(level))
		chains[level] = l
		for _, is32 := range []bool{true, false} {
			l.add(Work{MulAdds: 1, Divs: 1}, is32)
			l.add(Work{Roots: 1}, is32)
		}
		tasks = append(tasks, l.tasks()...)
	}
	memory := map[int]*probe.Memory{}
	for _, size := range sizes {
		memory[size] = probe.NewMemory(probe.Read, size)
	}
	sweeps := map[sweepKey]*Task{}
	for _, level := range levels {
		for _, s := range []probe.Sweep{probe.Read, probe.Update} {
			for _, size := range sizes {
				t := NewTask(tier(level), func(n int) { s.Run(tier(level), memory[size], n) })
				sweeps[sweepKey{s, size, level}] = t
				if size < dram {
					tasks = append(tasks, t)
				} else {
					Measure(min(rounds, 3), []*Task{t})
				}
			}
		}
	}
	Measure(rounds, tasks)
	out := make([]Ceiling, len(levels))
	for i, level := range levels {
		rate := func(s probe.Sweep, size int) float64 {
			return float64(size*s.Moves()) / sweeps[sweepKey{s, size, level}].Best
		}
		c, l := &out[i], chains[level]
		*c = Ceiling{
			ISA:      level.String(),
			ClockGHz: additions / clock.Best,
			GFLOPs32: 2 / l.perOp(probe.FMA32),
			GFLOPs64: 2 / l.perOp(probe.FMA64),
			ReadL1:   rate(probe.Read, inL1), ReadL2: rate(probe.Read, inL2), ReadL3: rate(probe.Read, inL3), ReadDRAM: rate(probe.Read, dram),
			UpdateL1: rate(probe.Update, inL1), UpdateL2: rate(probe.Update, inL2), UpdateL3: rate(probe.Update, inL3), UpdateDRAM: rate(probe.Update, dram),
			DivsPerNS:    1 / l.perOp(probe.Div32),
			DivRootPerNS: 1 / l.perOp(probe.DivSqrt32),
		}
		c.FLOPsACycle = c.GFLOPs32 / c.ClockGHz
		c.BytesACycle = c.ReadL1 / c.ClockGHz
	}
	return out
}
