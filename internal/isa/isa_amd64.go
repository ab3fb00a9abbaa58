//go:build !purego

package isa

import (
	"runtime"

	"github.com/klauspost/cpuid/v2"
	"golang.org/x/sys/cpu"
)

// f16c is the one feature that package cpu doesn't know. Every CPU with AVX2 that exists
// has it. Its registers are those of AVX.
var f16c = cpuid.CPU.Supports(cpuid.F16C)

// A feature is one that kernels depend on, by the name that GODEBUG=cpu.NAME=off takes,
// but for f16c.
type feature struct {
	name string
	has  *bool
}

// need lists, worst level first, what each needs beyond the levels before it. cpu sets
// a flag only if the operating system saves the registers that the feature has (OSXSAVE
// and XCR0).
var need = []struct {
	level    Level
	features []feature
}{
	{AVX2, []feature{
		{"osxsave", &cpu.X86.HasOSXSAVE}, {"avx", &cpu.X86.HasAVX}, {"avx2", &cpu.X86.HasAVX2}, {"fma", &cpu.X86.HasFMA},
		{"f16c", &f16c},
	}},
	{AVX512, []feature{
		{"avx512", &cpu.X86.HasAVX512}, {"avx512f", &cpu.X86.HasAVX512F}, {"avx512bw", &cpu.X86.HasAVX512BW},
		{"avx512dq", &cpu.X86.HasAVX512DQ}, {"avx512vl", &cpu.X86.HasAVX512VL},
	}},
}

func detect() []Level {
	return levels(func(f feature) bool { return *f.has }, runtime.GOOS == "darwin")
}

// levels returns the levels of a CPU with some features, best first. Every level needs
// all features of the one below. AVX-512 is off on darwin: its kernel enables the
// state lazily and has corrupted mask registers in signal handlers
// (golang/go#42649, golang/go#49233).
func levels(has func(feature) bool, darwin bool) []Level {
	l := []Level{Generic}
	for _, n := range need {
		for _, f := range n.features {
			if !has(f) {
				return l
			}
		}
		if n.level == AVX512 && darwin {
			return l
		}
		l = append([]Level{n.level}, l...)
	}
	return l
}
