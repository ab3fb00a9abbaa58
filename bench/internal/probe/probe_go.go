package probe

import (
	"math"
	"unsafe"
)

// A chain is a loop and the number of operations in one of its turns.
type chain struct {
	run     func(turns int)
	perTurn int
}

var sweepGo = [sweeps]func(a, b, c, d *float32, n int){
	Read: func(a, _, _, _ *float32, n int) {
		var s0, s1, s2, s3 float32
		for x := unsafe.Slice(a, n/4); len(x) >= 4; x = x[4:] {
			s0, s1, s2, s3 = s0+x[0], s1+x[1], s2+x[2], s3+x[3]
		}
		sink = float64(s0 + s1 + s2 + s3)
	},
	Update: func(a, _, _, _ *float32, n int) {
		for x := unsafe.Slice(a, n/4); len(x) >= 4; x = x[4:] {
			x[0], x[1], x[2], x[3] = -x[0], -x[1], -x[2], -x[3]
		}
	},
	Copy: func(a, b, _, _ *float32, n int) { copy(unsafe.Slice(b, n/4), unsafe.Slice(a, n/4)) },
	Add: func(a, b, c, _ *float32, n int) {
		x, y, z := unsafe.Slice(a, n/4), unsafe.Slice(b, n/4), unsafe.Slice(c, n/4)
		for i := range x {
			z[i] = x[i] + y[i]
		}
	},
	Axpy: func(a, b, _, _ *float32, n int) {
		x, y := unsafe.Slice(a, n/4), unsafe.Slice(b, n/4)
		for i := range x {
			y[i] -= x[i]
		}
	},
	Update2: func(a, b, c, _ *float32, n int) {
		x, y, z := unsafe.Slice(a, n/4), unsafe.Slice(b, n/4), unsafe.Slice(c, n/4)
		for i := range x {
			y[i] += x[i]
			z[i] += y[i]
		}
	},
	Update3: func(a, b, c, d *float32, n int) {
		x, y, z, w := unsafe.Slice(a, n/4), unsafe.Slice(b, n/4), unsafe.Slice(c, n/4), unsafe.Slice(d, n/4)
		for i := range x {
			y[i] += x[i]
			z[i] += y[i]
			w[i] += z[i]
		}
	},
}

// sink keeps the results of chains alive.
//
//lint:ignore U1000 writing it is its use
var sink float64

var chainGo = [chains]chain{
	FMA32:     {muladd[float32], 8},
	FMA64:     {muladd[float64], 8},
	Div32:     {divide[float32], 4},
	Div64:     {divide[float64], 4},
	DivSqrt32: {divideRoot[float32], 2},
	DivSqrt64: {divideRoot[float64], 2},
}

func muladd[T float32 | float64](turns int) {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	x := T(turns & 1)
	for range turns {
		s0, s1, s2, s3 = s0*x+x, s1*x+x, s2*x+x, s3*x+x // may fuse
		s4, s5, s6, s7 = s4*x+x, s5*x+x, s6*x+x, s7*x+x // may fuse
	}
	sink = float64(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7)
}

func divide[T float32 | float64](turns int) {
	var s0, s1, s2, s3 T = 1, 1, 1, 1
	x := T(1 + turns&1)
	for range turns {
		s0, s1, s2, s3 = x/s0, x/s1, x/s2, x/s3
	}
	sink = float64(s0 + s1 + s2 + s3)
}

func divideRoot[T float32 | float64](turns int) {
	var s0, s1, r0, r1 T = 1, 1, 1, 1
	x := T(1 + turns&1)
	for range turns {
		s0, s1 = x/s0, x/s1
		r0, r1 = T(math.Sqrt(float64(r0+x))), T(math.Sqrt(float64(r1+x)))
	}
	sink = float64(s0 + s1 + r0 + r1)
}
