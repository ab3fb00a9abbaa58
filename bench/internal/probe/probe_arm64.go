//go:build !purego

package probe

import (
	"math"

	"github.com/nabla-go/nabla/internal/isa"
)

//go:noescape
func readNEON(a, b, c, d *float32, n int)

//go:noescape
func updateNEON(a, b, c, d *float32, n int)

//go:noescape
func copyNEON(a, b, c, d *float32, n int)

//go:noescape
func addNEON(a, b, c, d *float32, n int)

//go:noescape
func axpyNEON(a, b, c, d *float32, n int)

//go:noescape
func update2NEON(a, b, c, d *float32, n int)

//go:noescape
func update3NEON(a, b, c, d *float32, n int)

func fma32NEON(turns int)
func fma64NEON(turns int)
func div32NEON(turns int)
func div64NEON(turns int)
func divSqrt32NEON(turns int)
func divSqrt64NEON(turns int)

func clock(n int)

// pi32 and pi64 are numbers whose quotients and roots have no short end.
var (
	pi32 float32 = math.Pi //lint:ignore U1000 assembly reads it
	pi64 float64 = math.Pi //lint:ignore U1000 assembly reads it
)

var sweepNEON = [sweeps]func(a, b, c, d *float32, n int){
	Read: readNEON, Update: updateNEON, Copy: copyNEON, Add: addNEON,
	Axpy: axpyNEON, Update2: update2NEON, Update3: update3NEON,
}

func sweepFunc(s Sweep, level isa.Level) func(a, b, c, d *float32, n int) {
	if level == isa.NEON {
		return sweepNEON[s]
	}
	return sweepGo[s]
}

// Operations of one turn of a chain: instructions times lanes.
var chainNEON = [chains]chain{
	FMA32: {fma32NEON, 20 * 4}, FMA64: {fma64NEON, 20 * 2},
	Div32: {div32NEON, 4 * 4}, Div64: {div64NEON, 4 * 2},
	DivSqrt32: {divSqrt32NEON, 4 * 4}, DivSqrt64: {divSqrt64NEON, 4 * 2},
}

func chainFunc(c Chain, level isa.Level) (func(turns int), int) {
	f := chainGo[c]
	if level == isa.NEON {
		f = chainNEON[c]
	}
	return f.run, f.perTurn
}
