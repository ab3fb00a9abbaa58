//go:build !purego

package probe

import (
	"math"

	"github.com/nabla-go/nabla/internal/isa"
)

//go:noescape
func readAVX512(a, b, c, d *float32, n int)

//go:noescape
func updateAVX512(a, b, c, d *float32, n int)

//go:noescape
func copyAVX512(a, b, c, d *float32, n int)

//go:noescape
func addAVX512(a, b, c, d *float32, n int)

//go:noescape
func axpyAVX512(a, b, c, d *float32, n int)

//go:noescape
func update2AVX512(a, b, c, d *float32, n int)

//go:noescape
func update3AVX512(a, b, c, d *float32, n int)

//go:noescape
func readAVX2(a, b, c, d *float32, n int)

//go:noescape
func updateAVX2(a, b, c, d *float32, n int)

//go:noescape
func copyAVX2(a, b, c, d *float32, n int)

//go:noescape
func addAVX2(a, b, c, d *float32, n int)

//go:noescape
func axpyAVX2(a, b, c, d *float32, n int)

//go:noescape
func update2AVX2(a, b, c, d *float32, n int)

//go:noescape
func update3AVX2(a, b, c, d *float32, n int)

func fma32AVX512(turns int)
func fma64AVX512(turns int)
func div32AVX512(turns int)
func div64AVX512(turns int)
func divSqrt32AVX512(turns int)
func divSqrt64AVX512(turns int)

func fma32AVX2(turns int)
func fma64AVX2(turns int)
func div32AVX2(turns int)
func div64AVX2(turns int)
func divSqrt32AVX2(turns int)
func divSqrt64AVX2(turns int)

func clock(n int)

var sweepAVX512 = [sweeps]func(a, b, c, d *float32, n int){
	Read: readAVX512, Update: updateAVX512, Copy: copyAVX512, Add: addAVX512,
	Axpy: axpyAVX512, Update2: update2AVX512, Update3: update3AVX512,
}

var sweepAVX2 = [sweeps]func(a, b, c, d *float32, n int){
	Read: readAVX2, Update: updateAVX2, Copy: copyAVX2, Add: addAVX2,
	Axpy: axpyAVX2, Update2: update2AVX2, Update3: update3AVX2,
}

func sweepFunc(s Sweep, level isa.Level) func(a, b, c, d *float32, n int) {
	switch level {
	case isa.AVX512:
		return sweepAVX512[s]
	case isa.AVX2:
		return sweepAVX2[s]
	}
	return sweepGo[s]
}

// Operations of one turn of a chain: instructions times lanes.
var chainAVX512 = [chains]chain{
	FMA32: {fma32AVX512, 16 * 16}, FMA64: {fma64AVX512, 16 * 8},
	Div32: {div32AVX512, 4 * 16}, Div64: {div64AVX512, 4 * 8},
	DivSqrt32: {divSqrt32AVX512, 4 * 16}, DivSqrt64: {divSqrt64AVX512, 4 * 8},
}

var chainAVX2 = [chains]chain{
	FMA32: {fma32AVX2, 12 * 8}, FMA64: {fma64AVX2, 12 * 4},
	Div32: {div32AVX2, 4 * 8}, Div64: {div64AVX2, 4 * 4},
	DivSqrt32: {divSqrt32AVX2, 4 * 8}, DivSqrt64: {divSqrt64AVX2, 4 * 4},
}

func chainFunc(c Chain, level isa.Level) (func(turns int), int) {
	f := chainGo[c]
	switch level {
	case isa.AVX512:
		f = chainAVX512[c]
	case isa.AVX2:
		f = chainAVX2[c]
	}
	return f.run, f.perTurn
}

// pi32 and pi64 are numbers whose quotients and roots have no short end.
var (
	pi32 float32 = math.Pi //lint:ignore U1000 assembly reads it
	pi64 float64 = math.Pi //lint:ignore U1000 assembly reads it
)
