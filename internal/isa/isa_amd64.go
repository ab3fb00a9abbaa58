//go:build !purego

package isa

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// features lists what amd64 levels depend on. cpu sets each flag only if the
// operating system saves the registers it needs (OSXSAVE and XCR0).
type features struct {
	avx2, fma                             bool
	avx512f, avx512bw, avx512dq, avx512vl bool
	darwin                                bool
}

func detect() []Level {
	x := &cpu.X86
	return levels(features{
		avx2: x.HasAVX2, fma: x.HasFMA,
		avx512f: x.HasAVX512F, avx512bw: x.HasAVX512BW, avx512dq: x.HasAVX512DQ, avx512vl: x.HasAVX512VL,
		darwin: runtime.GOOS == "darwin",
	})
}

// levels turns CPU features into levels, best first. Every level needs all
// features of the one below. AVX-512 is off on darwin: its kernel enables the
// state lazily and has corrupted mask registers in signal handlers
// (golang/go#42649, golang/go#49233).
func levels(f features) []Level {
	l := []Level{Generic}
	if f.avx2 && f.fma {
		l = append([]Level{AVX2}, l...)
		if f.avx512f && f.avx512bw && f.avx512dq && f.avx512vl && !f.darwin {
			l = append([]Level{AVX512}, l...)
		}
	}
	return l
}
