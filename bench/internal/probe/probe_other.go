//go:build (!amd64 && !arm64) || purego

package probe

import "github.com/nabla-go/nabla/internal/isa"

func sweepFunc(s Sweep, _ isa.Level) func(a, b, c, d *float32, n int) { return sweepGo[s] }

func chainFunc(c Chain, _ isa.Level) (func(turns int), int) {
	return chainGo[c].run, chainGo[c].perTurn
}

func clock(n int) {
	s, x := uint64(n), uint64(n)|1
	for range n * 64 {
		s = s + x ^ s>>1
	}
	sink = float64(s)
}
