package net

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// The built-in activations. One of these rows is all that package net has to know of
// an activation.
var (
	Identity = &Activation{
		Name:    "identity",
		Formula: "z",
		F32:     Functions[float32]{copyOf[float32], keep[float32]},
		F64:     Functions[float64]{copyOf[float64], keep[float64]},
	}
	Sigmoid = &Activation{
		Name:    "sigmoid",
		Formula: "1 / (1 + e^−z)",
		F32:     Functions[float32]{kernels.Sigmoid[float32], mulSigmoidPrime[float32]},
		F64:     Functions[float64]{kernels.Sigmoid[float64], mulSigmoidPrime[float64]},
		Range:   unit,
		logits:  &logits{true, logisticOutputs, logisticDelta},
		flushes: true,
	}
	Tanh = &Activation{
		Name:    "tanh",
		Formula: "tanh z",
		F32:     Functions[float32]{kernels.Tanh[float32], mulTanhPrime[float32]},
		F64:     Functions[float64]{kernels.Tanh[float64], mulTanhPrime[float64]},
		Range:   &Interval{Min: -1, Max: 1},
		flushes: true,
	}
	ReLU = &Activation{
		Name:    "relu",
		Formula: "max(z, 0)",
		F32:     Functions[float32]{kernels.ReLU[float32], mulReLUPrime[float32]},
		F64:     Functions[float64]{kernels.ReLU[float64], mulReLUPrime[float64]},
		Range:   nonNegative,
		Gain:    2,
		AtRest:  func(z float64) bool { return z <= 0 },
		flushes: true,
	}
	Softmax = &Activation{
		Name:    "softmax",
		Formula: "e^z_j / Σ_k e^z_k, over the neurons k of the layer",
		F32:     Functions[float32]{softmax[float32], mulSoftmaxPrime[float32]},
		F64:     Functions[float64]{softmax[float64], mulSoftmaxPrime[float64]},
		ByRows:  true,
		Range:   unit,
		logits:  &logits{true, softmaxOutputs, softmaxDelta},
	}
	Exp = &Activation{
		Name:    "exp",
		Formula: "e^z",
		F32:     Functions[float32]{kernels.Exp[float32], mulExpPrime[float32]},
		F64:     Functions[float64]{kernels.Exp[float64], mulExpPrime[float64]},
		Range:   nonNegative,
		Gain:    scalar.Exp(-2.0),
		logits:  &logits{false, expOutputs, expDelta},
	}
	// SELU keeps the mean and the variance of what is standard normal (Klambauer et al.,
	// "Self-normalizing neural networks", 2017).
	SELU = &Activation{
		Name:    "selu",
		Formula: "1.0507 z above 0, 1.7581 (e^z − 1) below",
		F32:     elu[float32](seluScale, seluAlpha),
		F64:     elu[float64](seluScale, seluAlpha),
		Range:   &Interval{Min: -1.7581, Max: math.Inf(1)},
	}
	Softplus = &Activation{
		Name:    "softplus",
		Formula: "ln(1 + e^z)",
		F32:     Functions[float32]{kernels.Softplus[float32], mulSoftplusPrime[float32]},
		F64:     Functions[float64]{kernels.Softplus[float64], mulSoftplusPrime[float64]},
		Range:   nonNegative,
		flushes: true,
		logits:  &logits{false, softplusOutputs, softplusDelta},
	}
	// GELU is z times the probability that a standard normal number is below z; GELUTanh is
	// an approximation that differs from it by less than 5e-4.
	GELU = &Activation{
		Name:    "gelu",
		Formula: "z Φ(z), Φ the normal distribution",
		F32:     Functions[float32]{kernels.GELU[float32], mulGELUPrime[float32]},
		F64:     Functions[float64]{kernels.GELU[float64], mulGELUPrime[float64]},
		Range:   &Interval{Min: -0.17, Max: math.Inf(1)},
		Gain:    2,
		flushes: true,
	}
	GELUTanh = &Activation{
		Name:    "gelu-tanh",
		Formula: "½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))",
		F32:     Functions[float32]{geluTanh[float32], mulGELUTanhPrime[float32]},
		F64:     Functions[float64]{geluTanh[float64], mulGELUTanhPrime[float64]},
		Range:   &Interval{Min: -0.1701, Max: math.Inf(1)},
		Gain:    2,
	}
	SiLU = &Activation{
		Name:    "silu",
		Formula: "z / (1 + e^−z)",
		F32:     Functions[float32]{silu[float32], mulSiLUPrime[float32]},
		F64:     Functions[float64]{silu[float64], mulSiLUPrime[float64]},
		Range:   &Interval{Min: -0.2785, Max: math.Inf(1)},
		Gain:    2,
	}
	HardSigmoid = &Activation{
		Name:    "hard-sigmoid",
		Formula: "(z + 3) / 6, between 0 and 1",
		F32:     Functions[float32]{hardSigmoid[float32], mulHardSigmoidPrime[float32]},
		F64:     Functions[float64]{hardSigmoid[float64], mulHardSigmoidPrime[float64]},
		Range:   unit,
		AtRest:  func(z float64) bool { return z <= -3 || z >= 3 },
		flushes: true,
	}
)

// LeakyReLU returns the activation z above 0 and slope · z below. The slope is above 0, at
// most 1.
func LeakyReLU(slope float64) *Activation {
	return &Activation{
		Name:    "leaky-relu",
		Formula: "z above 0, slope · z below",
		F32:     leakyReLU[float32](slope),
		F64:     leakyReLU[float64](slope),
		Gain:    2 / (1 + float64(slope*slope)),
		Param:   &Param[Activation]{Name: "slope", Symbol: "slope", Value: slope, Max: 1, With: LeakyReLU},
	}
}

// ELU returns the activation z above 0 and α (e^z − 1) below. α is above 0, at most 100.
func ELU(alpha float64) *Activation {
	return &Activation{
		Name:    "elu",
		Formula: "z above 0, α (e^z − 1) below",
		F32:     elu[float32](1, alpha),
		F64:     elu[float64](1, alpha),
		Range:   &Interval{Min: -alpha, Max: math.Inf(1)},
		Gain:    1.5,
		Param:   &Param[Activation]{Name: "alpha", Symbol: "α", Value: alpha, Max: 100, With: ELU},
	}
}

// ClippedReLU returns the activation z between 0 and high, 0 below and high above. high is
// above 0, at most 10³⁰.
func ClippedReLU(high float64) *Activation {
	return &Activation{
		Name:    "clipped-relu",
		Formula: "z, between 0 and high",
		F32:     clippedReLU[float32](high),
		F64:     clippedReLU[float64](high),
		Range:   &Interval{Min: 0, Max: high},
		Gain:    2,
		AtRest:  func(z float64) bool { return z <= 0 || z >= high },
		flushes: true,
		Param:   &Param[Activation]{Name: "high", Symbol: "high", Value: high, Max: 1e30, With: ClippedReLU},
	}
}

var activations = []*Activation{
	Identity, Sigmoid, Tanh, ReLU, Softmax,
	Exp, LeakyReLU(0.01), ELU(1), SELU, Softplus, GELU, GELUTanh, SiLU, HardSigmoid, ClippedReLU(6),
}
