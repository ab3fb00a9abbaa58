package main

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/internal/reference"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// measurePow measures Pow on so many random pairs and on the grid of edges, for both
// types, prints a line for each and tells whether it failed.
func measurePow(random, seed uint64) bool {
	f := reference.Function{Name: "Pow", Min: math.Inf(-1), Max: math.Inf(1), Bound: reference.PowBound}
	n := random + uint64(len(powEdges)*len(powEdges))
	failed := false
	for _, elem := range []string{"float32", "float64"} {
		w := sweep(n, func(first, count uint64, w *worst) {
			if elem == "float32" {
				checkPow(first, count, seed, powError32, w)
			} else {
				checkPow(first, count, seed, powError64, w)
			}
		})
		failed = report(f, elem, n, w) || failed
		fmt.Printf("%13s of y = %v (%x)\n", "", w.second, w.second)
	}
	return failed
}

// checkPow measures pairs first to first + count.
func checkPow[T kernels.Float](first, count, seed uint64, errorOf func(got T, x, y float64) float64, w *worst) {
	var buf [3][block]T
	x, y, p := buf[0][:count], buf[1][:count], buf[2][:count]
	r := rng.New(first, seed)
	for i := range x {
		n := first + uint64(i)
		a, b := 0.0, 0.0
		if edges := uint64(len(powEdges)); n < edges*edges {
			a, b = powEdges[n/edges], powEdges[n%edges]
		} else {
			a, b = pair[T](r)
		}
		x[i], y[i] = T(a), T(b)
	}
	kernels.Pow(p, x, y)
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		if ulp := errorOf(p[i], a, b); !(ulp <= w.ulp) {
			w.ulp, w.at, w.second = ulp, a, b
		}
	}
}

// powError32 and powError64 return the error of got, for x^y, in ulps. math.Pow would be off
// by a tenth of an ulp of float32 where y is large, so that Pow of float64, which powError64
// measures, is what float32 is compared with.
func powError32(got float32, x, y float64) float64 {
	want := math.Pow(x, y)
	if !special(x, y, want) {
		want = scalar.Pow(x, y)
	}
	return reference.Error32(got, want)
}

func powError64(got, x, y float64) float64 {
	want := math.Pow(x, y)
	if special(x, y, want) {
		if got == want || got != got && want != want {
			return 0
		}
		return math.Inf(1)
	}
	return reference.Pow(math.Abs(x), y).Error64(math.Copysign(1, want) * got)
}

// special tells pairs whose power, want, math.Pow has exactly.
func special(x, y, want float64) bool {
	return x == 0 || y == 0 || x-x != 0 || y-y != 0 || want != want
}

// pair returns a random pair: a third with x near 1, a third with x of any bits, both with
// y so that x^y is about in the range of T, a third of usual sizes. Some x are negative,
// with y whole.
func pair[T kernels.Float](r *rng.Rand) (x, y float64) {
	limit := 105.0 // e to this is beyond float32's range
	if unsafe.Sizeof(x) == unsafe.Sizeof(T(0)) {
		limit = 750
	}
	switch r.IntN(3) {
	case 0:
		x = 1 + math.Ldexp(2*r.Float64()-1, -r.IntN(30)-1)
	case 1:
		x = math.Exp((2*r.Float64() - 1) * limit * 0.95)
	default:
		x, y = r.Float64()*float64(r.IntN(100)+1), math.Ldexp(2*r.Float64()-1, r.IntN(10)-2)
		if r.IntN(4) == 0 {
			x, y = -x, math.Round(y)
		}
		return x, y
	}
	if l := math.Log(float64(T(x))); l != 0 {
		y = (2*r.Float64() - 1) * limit / l
	}
	return x, y
}

// powEdges are numbers around which powers change their ways.
var powEdges = func() []float64 {
	centers := []float64{0, 0.5, math.Sqrt2 / 2, 1, math.Sqrt2, 1.5, 2, 3, 10, 126, 149, 1022, 1074, 0x1p23, 0x1p24, 0x1p52, 0x1p53,
		0x1p-149, 0x1p-126, 0x1p-24, math.MaxFloat32, 0x1p128, 0x1p-1074, 0x1p-1022, 0x1p-53, 0x1p63, 1e300, math.MaxFloat64, math.Inf(1)}
	var e []float64
	for _, c := range centers {
		for _, x := range []float64{c, math.Nextafter(c, 0), math.Nextafter(c, math.Inf(1)), c * (1 - 0x1p-23), c * (1 + 0x1p-23), c + 1, 2 * c} {
			e = append(e, x, -x)
		}
	}
	return append(e, math.NaN())
}()
