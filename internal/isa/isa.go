// Package isa decides which instruction set the kernels use. It is the only
// place in the module that asks the CPU for its instructions.
//
// A level is offered only if the CPU and the operating system support every
// feature that the kernels of that level use. Features are taken from
// golang.org/x/sys/cpu, so GODEBUG=cpu.avx=off and the like hide one and, with it,
// every level that needs it. NABLA_ISA names the level to use; one that cannot be had leaves the best
// available level in force and is reported by [Err].
package isa

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Level is an instruction set, ordered within one architecture:
// Generic < AVX2 < AVX512 on amd64, Generic < NEON on arm64.
type Level int

const (
	Generic Level = iota // plain Go
	AVX2                 // AVX2, FMA and F16C
	AVX512               // AVX2, FMA, F16C and AVX-512 F, BW, DQ, VL
	NEON                 // Advanced SIMD, part of every ARMv8-A
)

var names = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

// String returns the name that NABLA_ISA takes.
func (l Level) String() string { return names[l] }

// Active is the level in use. It is set during package initialisation and
// written afterwards only by tests, through Force.
var Active Level

var (
	available []Level // best first
	err       error
	watcher   = func(Level) {}
)

func init() {
	available = detect()
	Active, err = choose(available, os.Getenv("NABLA_ISA"))
}

// Available returns all levels that this machine can run, best first.
func Available() []Level { return slices.Clone(available) }

// Err tells why NABLA_ISA was not followed, or is nil.
func Err() error { return err }

// Force makes l the active level until the returned function is called.
// It is meant for tests and benchmarks and must not run beside kernels.
// It panics if this machine cannot run l.
func Force(l Level) (restore func()) {
	if !slices.Contains(available, l) {
		panic("isa: level " + l.String() + " is not available on this machine")
	}
	old := Active
	set(l)
	return func() { set(old) }
}

func set(l Level) {
	Active = l
	watcher(l)
}

// Watch calls f with the active level now and whenever Force changes it. It is there
// for package cores, whose numbers depend on the level.
func Watch(f func(Level)) {
	watcher = f
	f(Active)
}

// Parse returns the level that name stands for.
func Parse(name string) (Level, error) {
	if i := slices.Index(names[:], name); i >= 0 {
		return Level(i), nil
	}
	return Generic, fmt.Errorf("unknown instruction set %q: want one of %s", name, strings.Join(names[:], ", "))
}

// choose picks the level to use from those available (best first) and the
// user's wish. An unfulfillable wish gives the best available level and an error.
func choose(available []Level, wish string) (Level, error) {
	best := available[0]
	if wish == "" {
		return best, nil
	}
	l, err := Parse(wish)
	if err != nil {
		return best, fmt.Errorf("NABLA_ISA: %w; using %s", err, best)
	}
	if !slices.Contains(available, l) {
		return best, fmt.Errorf("NABLA_ISA=%s: this machine or build cannot run it; using %s", wish, best)
	}
	return l, nil
}
