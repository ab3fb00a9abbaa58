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
	momentum(w, v, g, T(lr), T(mu))
}

// Nesterov is the step of accelerated gradients in the form of Sutskever et al.
// (2013): v = μ·v + g, w = w − lr·(g + μ·v).
func Nesterov[T Float](w, v, g []T, lr, mu float64) {
	checkState(nesterovLength, nesterovOverlap, w, v, g)
	race.Write(w)
	race.Write(v)
	race.Read(g)
	nesterov(w, v, g, T(lr), T(mu))
}

// RMSProp is Hinton's step (lecture 6e of "Neural Networks for Machine
// Learning", 2012): s = ρ·s + (1−ρ)·g², w = w − lr·g/(√s + eps).
func RMSProp[T Float](w, s, g []T, lr, rho, eps float64) {
	checkState(rmsPropLength, rmsPropOverlap, w, s, g)
	race.Write(w)
	race.Write(s)
	race.Read(g)
	rmsProp(w, s, g, T(lr), T(rho), T(1-rho), T(eps))
}

// Adam is step number t = 1, 2, … of Kingma and Ba (2015): m = β₁·m + (1−β₁)·g,
// v = β₂·v + (1−β₂)·g², w = w − lr·(m/(1−β₁ᵗ))/(√(v/(1−β₂ᵗ)) + eps).
// It panics if t < 1.
func Adam[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps float64) {
	checkState(adamLength, adamOverlap, w, m, v, g)
	if t < 1 {
		panic(adamStep)
	}
	adamBoth(w, m, v, g, t, lr, beta1, beta2, eps, 0)
}

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, 2019): w is
// multiplied by 1 − lr·decay before Adam's step is taken from it. It panics if t < 1.
func AdamW[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps, decay float64) {
	checkState(adamWLength, adamWOverlap, w, m, v, g)
	if t < 1 {
		panic(adamWStep)
	}
	adamBoth(w, m, v, g, t, lr, beta1, beta2, eps, decay)
}

// adamBoth is Adam, if decay = 0, and AdamW.
func adamBoth[T Float](w, m, v, g []T, t int, lr, beta1, beta2, eps, decay float64) {
	step := lr / (1 - generic.PowInt(beta1, t))
	scale := 1 / math.Sqrt(1-generic.PowInt(beta2, t))
	keep := 1 - float64(lr*decay)
	race.Write(w)
	race.Write(m)
	race.Write(v)
	race.Read(g)
	adam(w, m, v, g, T(step), T(beta1), T(1-beta1), T(beta2), T(1-beta2), T(scale), T(eps), T(keep))
}
