package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/reference"
)

// A breach is what a function of another library does against the promise of the kernel that
// it is timed beside.
type breach struct {
	who
	does, promise string
}

// who is a library's function for a kernel and a type.
type who struct{ kernel, typ, library string }

// An accuracy is the promise of a kernel of one number or two: an error in ulps.
type accuracy struct {
	kernel string
	bound  float64
	approx func(x, y float64) float64      // exact for float32's purposes
	err64  func(got, x, y float64) float64 // for float64
}

var accuracies = append(ofReference(),
	accuracy{"Sqrt", 0.5, func(x, _ float64) float64 { return math.Sqrt(x) }, func(got, x, _ float64) float64 {
		root := math.Sqrt(x)
		return reference.Value{Hi: root, Lo: math.FMA(-root, root, x) / (2 * root)}.Error64(got)
	}},
	accuracy{"Pow", reference.PowBound, math.Pow, func(got, x, y float64) float64 { return reference.Pow(x, y).Error64(got) }})

func ofReference() []accuracy {
	var all []accuracy
	for _, f := range reference.Functions {
		all = append(all, accuracy{f.Name, f.Bound, func(x, _ float64) float64 { return f.Approx(x) },
			func(got, x, _ float64) float64 { return f.Exact(x).Error64(got) }})
	}
	return all
}

// exact are the kernels whose results are elements or rounded once: other libraries should
// return the same bits, or any NaN for a NaN.
var exact = []string{"Max", "Min", "ArgMax", "ArgMin", "Iamax", "Minimum", "Maximum", "Abs", "Neg", "Floor", "Ceil", "Round",
	"Add", "Sub", "Mul", "Div", "FMA", "Clamp", "ReLU", "Copy", "Swap", "Scal", "AddConst"}

// breaches tries the counterparts of a kernel with so many numbers of the benchmark's, and with
// hard ones.
func breaches(kernel string, n int) []breach {
	var found []breach
	i := slices.IndexFunc(own, func(o call) bool { return o.kernel == kernel })
	for _, c := range counterparts {
		if c.kernel != kernel {
			continue
		}
		if c.f32 != nil {
			found = append(found, breachesOf(who{kernel, "f32", c.library}, n, c.f32, own[i].f32)...)
		}
		if c.f64 != nil {
			found = append(found, breachesOf(who{kernel, "f64", c.library}, n, c.f64, own[i].f64)...)
		}
	}
	return found
}

func breachesOf[T float32 | float64](w who, n int, peer, ours func(*vectors[T])) []breach {
	if i := slices.IndexFunc(accuracies, func(a accuracy) bool { return a.kernel == w.kernel }); i >= 0 {
		a := accuracies[i]
		if ulps, at := largestError(a, n, peer); !(ulps <= a.bound) {
			return []breach{{w, fmt.Sprintf("%.3g ulp at %s", ulps, at), fmt.Sprintf("%g ulp", a.bound)}}
		}
	}
	if slices.Contains(exact, w.kernel) {
		if does, promise := difference(peer, ours); does != "" {
			return []breach{{w, does, promise}}
		}
	}
	return nil
}

// largestError returns the largest error of a function in ulps, and where, for arguments whose
// result is a normal number.
func largestError[T float32 | float64](a accuracy, n int, f func(*vectors[T])) (ulps float64, at string) {
	v := vectors[T](bench.Operands[T](a.kernel, n))
	x, y, out := v[0], v[1], v[1]
	if a.kernel == "Pow" {
		out = v[2]
	}
	copy(x, hard[T]())
	x, y = slices.Clone(x), slices.Clone(y)
	f(&v)
	least, most := 0x1p-126, float64(math.MaxFloat32)
	if is64[T]() {
		least, most = 0x1p-1022, math.MaxFloat64
	}
	for i, got := range out {
		p, q := float64(x[i]), float64(y[i])
		want := a.approx(p, q)
		if size := math.Abs(want); p == 0 || !(size >= least && size <= most) || a.kernel == "Pow" && p < 0 {
			continue
		}
		e := reference.Error32(float32(got), want)
		if is64[T]() {
			e = a.err64(float64(got), p, q)
		}
		if !(e <= ulps) {
			ulps, at = e, fmt.Sprint(x[i])
			if a.kernel == "Pow" {
				at += fmt.Sprint(", ", y[i])
			}
		}
	}
	return ulps, at
}

func is64[T float32 | float64]() bool { return unsafe.Sizeof(T(0)) == 8 }

// hard are multiples of π/2 and numbers near 0 and ±1, where functions have zeros.
func hard[T float32 | float64]() []T {
	var h []T
	for k := 1.; k <= 100; k++ {
		small := math.Exp2(-k / 4)
		for _, x := range []float64{k * math.Pi / 2, 1 + small, 1 - small, small} {
			h = append(h, T(x), T(-x))
		}
	}
	return h
}

// difference tries pairs of special numbers and returns the first two results that differ,
// one of NaN and one of others, and what ours are.
func difference[T float32 | float64](peer, ours func(*vectors[T])) (does, promise string) {
	inf, nan, minusZero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	special := []T{1, nan, 0, minusZero, inf, -inf, -1, 0.5, -0.5, 1.5, 2.5, 0x1p-126, 0x1p100, -0x1p100}
	var theirs, own []string
	for _, ofNaN := range []bool{true, false} {
		a, b := firstDifference(special, ofNaN, peer, ours)
		if a != "" {
			theirs, own = append(theirs, a), append(own, b)
		}
	}
	return strings.Join(theirs, "; "), strings.Join(own, "; ")
}

// firstDifference tries vectors of one special number with another among them, in all places.
func firstDifference[T float32 | float64](special []T, ofNaN bool, peer, ours func(*vectors[T])) (does, promise string) {
	for _, a := range special {
		for _, b := range special {
			if ofNaN != (a != a || b != b) {
				continue
			}
			for at := range 20 {
				in, v, w := among(a, b, at), among(a, b, at), among(a, b, at)
				sink = 0
				ours(&v)
				number := sink
				sink = 0
				peer(&w)
				if !same(number, sink) {
					return fmt.Sprintf("%v among %v: %v", b, a, sink), fmt.Sprint(number)
				}
				for i := range v {
					for j := range v[i] {
						of := []T{in[0][j]}
						if i >= 2 { // else the second vector is one that is written
							of = append(of, in[1][j])
						}
						if !same(float64(v[i][j]), float64(w[i][j])) && ofNaN == slices.ContainsFunc(of, func(x T) bool { return x != x }) {
							return fmt.Sprintf("of %v: %v", strings.Trim(fmt.Sprint(of), "[]"), w[i][j]), fmt.Sprint(v[i][j])
						}
					}
				}
			}
		}
	}
	return "", ""
}

// among returns a vector of a with one b, and three of b with one a in the same place.
func among[T float32 | float64](a, b T, at int) (v vectors[T]) {
	for i := range v {
		v[i] = slices.Repeat([]T{b}, 20)
		v[i][at] = a
	}
	v[0] = slices.Repeat([]T{a}, 20)
	v[0][at] = b
	return v
}

// same compares bits, any NaN being equal to any other.
func same(x, y float64) bool {
	return x != x && y != y || math.Float64bits(x) == math.Float64bits(y)
}
