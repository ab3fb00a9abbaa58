package kernels

import (
	"math"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/internal/scalar"
)

// AdagradParams are the hyperparameters of Adagrad.
type AdagradParams struct {
	LR      float64 // lr, the learning rate
	Epsilon float64 // eps, which keeps the divisor away from 0
}

// Adagrad is the step of Duchi, Hazan and Singer (2011): s = s + g²,
// w = w − lr·g/(√s + eps).
func Adagrad[T Float](w, s, g []T, p AdagradParams) {
	checkState("kernels: Adagrad: lengths of the slices differ", "kernels: Adagrad: slices overlap", w, s, g)
	race.Write(w)
	race.Write(s)
	race.Read(g)
	adagrad(w, s, g, scalar.IfNormal[T](p.LR), scalar.Epsilon[T](p.Epsilon))
}

// AMSGrad is step number t = 1, 2, … of Adam with the largest v there has been in place
// of v (Reddi, Kale and Kumar, 2018), taken before the correction by 1−β₂ᵗ, as PyTorch
// does: h = max(h, v), w = w − lr·(m/(1−β₁ᵗ))/(√(h/(1−β₂ᵗ)) + eps). It panics if t < 1.
func AMSGrad[T Float](w, m, v, h, g []T, t int, p AdamParams) {
	checkState("kernels: AMSGrad: lengths of the slices differ", "kernels: AMSGrad: slices overlap", w, m, v, h, g)
	if t < 1 {
		panic("kernels: AMSGrad: t < 1")
	}
	step := p.LR / (1 - scalar.PowInt(p.Beta1, t))
	scale := 1 / math.Sqrt(1-scalar.PowInt(p.Beta2, t))
	race.Write(w)
	race.Write(m)
	race.Write(v)
	race.Write(h)
	race.Read(g)
	amsGrad(w, m, v, h, g, scalar.IfNormal[T](step), T(p.Beta1), T(1-p.Beta1), T(p.Beta2), T(1-p.Beta2), T(scale), scalar.Epsilon[T](p.Epsilon))
}

// LionParams are the hyperparameters of Lion.
type LionParams struct {
	LR    float64 // lr, the learning rate
	Beta1 float64 // β₁, the part of m in the direction of the step
	Beta2 float64 // β₂, the part of the mean gradient m that a step keeps
	Decay float64 // a step multiplies w by 1 − lr·decay
}

// Lion is the step of Chen et al. ("Symbolic Discovery of Optimization Algorithms",
// 2023): w = (1 − lr·decay)·w − lr·sign(β₁·m + (1−β₁)·g), then m = β₂·m + (1−β₂)·g. The
// sign of 0 is 0.
func Lion[T Float](w, m, g []T, p LionParams) {
	checkState("kernels: Lion: lengths of the slices differ", "kernels: Lion: slices overlap", w, m, g)
	race.Write(w)
	race.Write(m)
	race.Read(g)
	lion(w, m, g, scalar.IfNormal[T](p.LR), T(p.Beta1), T(1-p.Beta1), T(p.Beta2), T(1-p.Beta2), T(1-float64(p.LR*p.Decay)))
}
