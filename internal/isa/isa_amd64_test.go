//go:build !purego

package isa

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestLevels: a level needs every feature of its own and of those below.
// Features come without what the operating system doesn't save (htscodecs#140),
// so a machine that reports AVX-512 without it looks like one without.
func TestLevels(t *testing.T) {
	all := func(feature) bool { return true }
	generic, avx2, avx512 := []Level{Generic}, []Level{AVX2, Generic}, []Level{AVX512, AVX2, Generic}
	assert.Equal(t, generic, levels(func(feature) bool { return false }, false))
	assert.Equal(t, avx512, levels(all, false))
	assert.Equal(t, avx2, levels(all, true), "darwin")

	names := map[string][]Level{}
	for _, n := range need {
		for _, f := range n.features {
			names[f.name] = levels(func(g feature) bool { return g.name != f.name }, false)
		}
	}
	assert.Equal(t, map[string][]Level{
		"osxsave": generic, "avx": generic, "avx2": generic, "fma": generic, "f16c": generic, // AMD Piledriver has FMA without AVX2
		"avx512": avx2, "avx512f": avx2, "avx512bw": avx2, "avx512dq": avx2, "avx512vl": avx2,
	}, names, "all but one feature")
}

// hidden returns the settings of GODEBUG that hide one feature each, with the best
// level that they leave.
func hidden(best Level) map[string]Level {
	left := map[string]Level{}
	for i, n := range need {
		for _, f := range n.features {
			if f.name == "f16c" {
				continue // GODEBUG doesn't know it
			}
			without := Generic
			if i > 0 {
				without = need[i-1].level
			}
			left[fmt.Sprintf("cpu.%s=off", f.name)] = min(best, without)
		}
	}
	return left
}
