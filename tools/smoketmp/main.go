package main

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels/generic"
)

func main() {
	type k struct {
		name string
		f    func(d, z []float32)
		g    func(d, z []float64)
		r    func(x float64) float64
	}
	sp := func(x float64) float64 { e := math.Exp(-math.Abs(x)); return e / ((1 + e) * (1 + e)) }
	ks := []k{{"exp", generic.ExpF32, generic.ExpF64, math.Exp}, {"log", generic.LogF32, generic.LogF64, math.Log},
		{"sigmoid", generic.SigmoidF32, generic.SigmoidF64, func(x float64) float64 {
			if x < 0 {
				e := math.Exp(x)
				return e / (1 + e)
			}
			return 1 / (1 + math.Exp(-x))
		}},
		{"sigmoid'", generic.SigmoidPrimeF32, generic.SigmoidPrimeF64, sp},
		{"tanh", generic.TanhF32, generic.TanhF64, math.Tanh},
		{"tanh'", generic.TanhPrimeF32, generic.TanhPrimeF64, func(x float64) float64 { return 4 * sp(2*x) }}}
	for _, k := range ks {
		worst, at := 0.0, float32(0)
		worst64, at64 := 0.0, 0.0
		var z, d [1024]float32
		var z64, d64 [1024]float64
		n := 0
		for u := uint64(0); u < 1<<32; u += 4093 {
			x := math.Float32frombits(uint32(u))
			z[n] = x
			z64[n] = float64(x) * (1 + float64(u%1001)*1e-9)
			n++
			if n < 1024 {
				continue
			}
			n = 0
			k.f(d[:], z[:])
			k.g(d64[:], z64[:])
			for i, x := range z {
				w := k.r(float64(x))
				g := float64(d[i])
				if w != w {
					if g == g {
						fmt.Println("nan", x)
					}
					continue
				}
				w32 := math.Abs(w)
				_, e := math.Frexp(w32)
				ulp := math.Ldexp(1, max(e-24, -149))
				er := math.Abs(g-w) / ulp
				if math.IsInf(float64(float32(w)), 0) && math.IsInf(g, 0) || w == g {
					er = 0
				}
				if !(er <= worst) {
					worst, at = er, x
				}
				w = k.r(z64[i])
				_, e = math.Frexp(w)
				ulp = math.Ldexp(1, max(e-53, -1074))
				er = math.Abs(d64[i]-w) / ulp
				if w == d64[i] || w != w {
					er = 0
				}
				if !(er <= worst64) {
					worst64, at64 = er, z64[i]
				}
			}
		}
		fmt.Println(k.name, worst, at, worst64, at64)
	}
}
