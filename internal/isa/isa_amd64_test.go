//go:build !purego

package isa

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestLevels: a level needs every feature of its own and of those below.
// Features come without what the operating system doesn't save (htscodecs#140),
// so a machine that reports AVX-512 without it looks like one without.
func TestLevels(t *testing.T) {
	all := features{avx2: true, fma: true, avx512f: true, avx512bw: true, avx512dq: true, avx512vl: true}
	without := func(lose func(f *features)) features {
		f := all
		lose(&f)
		return f
	}
	generic, avx2, avx512 := []Level{Generic}, []Level{AVX2, Generic}, []Level{AVX512, AVX2, Generic}
	for name, x := range map[string]struct {
		have features
		want []Level
	}{
		"nothing":           {features{}, generic},
		"all":               {all, avx512},
		"AVX2 and FMA":      {features{avx2: true, fma: true}, avx2},
		"AVX2 only":         {features{avx2: true}, generic},
		"FMA only":          {features{fma: true}, generic}, // AMD Piledriver
		"no FMA":            {without(func(f *features) { f.fma = false }), generic},
		"no AVX2":           {without(func(f *features) { f.avx2 = false }), generic},
		"no F":              {without(func(f *features) { f.avx512f = false }), avx2},
		"no BW":             {without(func(f *features) { f.avx512bw = false }), avx2},
		"no DQ":             {without(func(f *features) { f.avx512dq = false }), avx2},
		"no VL":             {without(func(f *features) { f.avx512vl = false }), avx2},
		"darwin":            {without(func(f *features) { f.darwin = true }), avx2},
		"darwin, old":       {features{darwin: true}, generic},
		"only AVX-512 bits": {features{avx512f: true, avx512bw: true, avx512dq: true, avx512vl: true}, generic},
	} {
		assert.Equal(t, x.want, levels(x.have), name)
	}
}
