package kernels

import (
	"math"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/internal/scalar"
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

// MomentumParams are the hyperparameters of Momentum and Nesterov.
type MomentumParams struct {
	LR float64 // lr, the learning rate
	Mu float64 // μ, the part of the velocity v that a step keeps
}

// Momentum is the heavy-ball step (Polyak, 1964): v = μ·v + g, w = w − lr·v.
func Momentum[T Float](w, v, g []T, p MomentumParams) {
	checkState("kernels: Momentum: lengths of the slices differ", "kernels: Momentum: slices overlap", w, v, g)
	race.Write(w)
	race.Write(v)
	race.Read(g)
	momentum(w, v, g, scalar.IfNormal[T](p.LR), T(p.Mu))
}

// Nesterov is the step of accelerated gradients in the form of Sutskever et al.
// (2013): v = μ·v + g, w = w − lr·(g + μ·v).
func Nesterov[T Float](w, v, g []T, p MomentumParams) {
	checkState("kernels: Nesterov: lengths of the slices differ", "kernels: Nesterov: slices overlap", w, v, g)
	race.Write(w)
	race.Write(v)
	race.Read(g)
	nesterov(w, v, g, scalar.IfNormal[T](p.LR), T(p.Mu))
}

// RMSPropParams are the hyperparameters of RMSProp.
type RMSPropParams struct {
	LR      float64 // lr, the learning rate
	Rho     float64 // ρ, the part of the mean square s that a step keeps
	Epsilon float64 // eps, which keeps the divisor away from 0
}

// RMSProp is Hinton's step (lecture 6e of "Neural Networks for Machine
// Learning", 2012): s = ρ·s + (1−ρ)·g², w = w − lr·g/(√s + eps).
func RMSProp[T Float](w, s, g []T, p RMSPropParams) {
	checkState("kernels: RMSProp: lengths of the slices differ", "kernels: RMSProp: slices overlap", w, s, g)
	race.Write(w)
	race.Write(s)
	race.Read(g)
	rmsProp(w, s, g, scalar.IfNormal[T](p.LR), T(p.Rho), T(1-p.Rho), scalar.IfNormal[T](p.Epsilon))
}

// AdamParams are the hyperparameters of Adam.
type AdamParams struct {
	LR      float64 // lr, the learning rate
	Beta1   float64 // β₁, the part of the mean gradient m that a step keeps
	Beta2   float64 // β₂, the part of the mean square v that a step keeps
	Epsilon float64 // eps, which keeps the divisor away from 0
}

// Adam is step number t = 1, 2, … of Kingma and Ba (2015): m = β₁·m + (1−β₁)·g,
// v = β₂·v + (1−β₂)·g², w = w − lr·(m/(1−β₁ᵗ))/(√(v/(1−β₂ᵗ)) + eps).
// It panics if t < 1.
func Adam[T Float](w, m, v, g []T, t int, p AdamParams) {
	checkState("kernels: Adam: lengths of the slices differ", "kernels: Adam: slices overlap", w, m, v, g)
	if t < 1 {
		panic("kernels: Adam: t < 1")
	}
	adamBoth(w, m, v, g, t, p, 0)
}

// AdamWParams are the hyperparameters of AdamW: those of Adam and the decay.
type AdamWParams struct {
	LR      float64
	Beta1   float64
	Beta2   float64
	Epsilon float64
	Decay   float64 // a step multiplies w by 1 − lr·decay
}

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, 2019): w is
// multiplied by 1 − lr·decay before Adam's step is taken from it. It panics if t < 1.
func AdamW[T Float](w, m, v, g []T, t int, p AdamWParams) {
	checkState("kernels: AdamW: lengths of the slices differ", "kernels: AdamW: slices overlap", w, m, v, g)
	if t < 1 {
		panic("kernels: AdamW: t < 1")
	}
	adamBoth(w, m, v, g, t, AdamParams{p.LR, p.Beta1, p.Beta2, p.Epsilon}, p.Decay)
}

// adamBoth is Adam, if decay = 0, and AdamW.
func adamBoth[T Float](w, m, v, g []T, t int, p AdamParams, decay float64) {
	step := p.LR / (1 - scalar.PowInt(p.Beta1, t))
	scale := 1 / math.Sqrt(1-scalar.PowInt(p.Beta2, t))
	keep := 1 - float64(p.LR*decay)
	race.Write(w)
	race.Write(m)
	race.Write(v)
	race.Read(g)
	adam(w, m, v, g, scalar.IfNormal[T](step), T(p.Beta1), T(1-p.Beta1), T(p.Beta2), T(1-p.Beta2), T(scale), scalar.Epsilon[T](p.Epsilon), T(keep))
	if decay != 0 && t%flushEvery == 0 {
		Flush(w)
	}
}

// flushEvery is how many steps of AdamW go by between two that look for small w.
const flushEvery = 8
