package kernels

import (
	"math"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels/generic"
)

// checkState panics unless all slices have the length of w and no two overlap.
func checkState[T Float](length, overlapping string, w []T, rest ...[]T) {
	for i, x := range rest {
		if len(x) != len(w) {
			panic(length)
		}
		if overlap(w, x) {
			panic(overlapping)
		}
		for _, y := range rest[:i] {
			if overlap(x, y) {
				panic(overlapping)
			}
		}
	}
}

// Momentum is the heavy-ball step (Polyak, 1964): v = μ·v + g, w = w − lr·v.
func Momentum[T Float](w, v, g []T, lr, mu float64) {
	checkState(momentumLength, momentumOverlap, w, v, g)
	race.Write(w)
	race.Write(v)
	race.Read(g)
	if is32[T]() {
		momentumF32(as[float32](w), as[float32](v), as[float32](g), float32(lr), float32(mu))
	} else {
		momentumF64(as[float64](w), as[float64](v), as[float64](g), lr, mu)
	}
}

// Nesterov is the step of accelerated gradients in the form of Sutskever et al.
// (2013): v = μ·v + g, w = w − lr·(g + μ·v).
func Nesterov[T Float](w, v, g []T, lr, mu float64) {
	checkState(nesterovLength, nesterovOverlap, w, v, g)
	race.Write(w)
	race.Write(v)
	race.Read(g)
	if is32[T]() {
		nesterovF32(as[float32](w), as[float32](v), as[float32](g), float32(lr), float32(mu))
	} else {
		nesterovF64(as[float64](w), as[float64](v), as[float64](g), lr, mu)
	}
}

// RMSProp is Hinton's step (lecture 6e of "Neural Networks for Machine
// Learning", 2012): s = ρ·s + (1−ρ)·g², w = w − lr·g/(√s + eps).
func RMSProp[T Float](w, s, g []T, lr, rho, eps float64) {
	checkState(rmsPropLength, rmsPropOverlap, w, s, g)
	race.Write(w)
	race.Write(s)
	race.Read(g)
	if is32[T]() {
		rmsPropF32(as[float32](w), as[float32](s), as[float32](g), float32(lr), float32(rho), float32(1-rho), float32(eps))
	} else {
		rmsPropF64(as[float64](w), as[float64](s), as[float64](g), lr, rho, 1-rho, eps)
	}
}

// Adam is step number t = 1, 2, … of Kingma and Ba (2015): m = β₁·m + (1−β₁)·g,
// v = β₂·v + (1−β₂)·g², w = w − lr·(m/(1−β₁ᵗ))/(√(v/(1−β₂ᵗ)) + eps).
// It panics if t < 1.
func Adam[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps float64) {
	checkState(adamLength, adamOverlap, w, m, v, g)
	if t < 1 {
		panic(adamStep)
	}
	adam(w, m, v, g, t, lr, beta1, beta2, eps, 0)
}

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, 2019): w is
// multiplied by 1 − lr·decay before Adam's step is taken from it. It panics if t < 1.
func AdamW[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps, decay float64) {
	checkState(adamWLength, adamWOverlap, w, m, v, g)
	if t < 1 {
		panic(adamWStep)
	}
	adam(w, m, v, g, t, lr, beta1, beta2, eps, decay)
}

func adam[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps, decay float64) {
	step := lr / (1 - generic.PowInt(beta1, t))
	scale := 1 / math.Sqrt(1-generic.PowInt(beta2, t))
	keep := 1 - float64(lr*decay)
	race.Write(w)
	race.Write(m)
	race.Write(v)
	race.Read(g)
	if is32[T]() {
		adamF32(as[float32](w), as[float32](m), as[float32](v), as[float32](g), float32(step),
			float32(beta1), float32(1-beta1), float32(beta2), float32(1-beta2), float32(scale), float32(eps), float32(keep))
	} else {
		adamF64(as[float64](w), as[float64](m), as[float64](v), as[float64](g), step,
			beta1, 1-beta1, beta2, 1-beta2, scale, eps, keep)
	}
}
