package net

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// The built-in costs, with those that functions make. One of these rows is all that
// package net has to know of a cost.
//
// Behind a sigmoid, a softmax, an exp and a softplus, costs and δ^L are finite wherever
// the numbers that they should be are. Those of ItakuraSaito, which has a quotient t/a,
// are infinite for an output below e^−700 or so.
var (
	Quadratic = &Cost{
		Name:     "quadratic",
		Formula:  "½ Σ (a−t)²",
		Gradient: "a − t",
		Term:     func(a, t float64) float64 { return halfSquare(a - t) },
		Slope:    func(a, t float64) float64 { return a - t },
		Output:   Sigmoid,
		fast32:   fast[float32]{sum: halfSquares[float32], slope: kernels.Sub[float32]},
		fast64:   fast[float64]{sum: halfSquares[float64], slope: kernels.Sub[float64]},
	}
	CrossEntropy = &Cost{
		Name:     "cross-entropy",
		Formula:  "−Σ [t ln a + (1−t) ln(1−a)]",
		Gradient: "(a−t) / ((1−a) a)",
		Slope: func(a, t float64) float64 {
			switch t {
			case 0:
				return 1 / (1 - a)
			case 1:
				return -1 / a
			}
			return (a - t) / float64((1-a)*a)
		},
		LogTerm: func(y Output, t float64) float64 { return -xlog(t, y.LnA) - xlog(1-t, y.LnRest()) },
		LogSlope: func(y Output, t float64) float64 {
			if t == 1 {
				return -1
			}
			return (y.A - t) / y.Rest
		},
		LogitSlope: func(y Output, t float64) float64 {
			if t == 1 {
				return -y.Rest
			}
			return y.A - t
		},
		Targets: unit,
		Accepts: func(a, t float64) bool { return !(a < 0 || a > 1 || a == 0 && t > 0 || a == 1 && t < 1) },
		Outputs: "between 0 and 1, and neither unless it is the target",
		Output:  Sigmoid,
		fast32:  fast[float32]{costs: logisticLosses[float32], delta: difference[float32]},
		fast64:  fast[float64]{costs: logisticLosses[float64], delta: difference[float64]},
		behind:  Sigmoid,
	}
	Hellinger = &Cost{
		Name:     "hellinger",
		Formula:  "(1/√2) Σ (√a − √t)²",
		Gradient: "(√a−√t) / (√2 √a)",
		Slope: func(a, t float64) float64 {
			if t == 0 {
				return 1 / math.Sqrt2 // the limit of 0/0
			}
			return (math.Sqrt(a) - math.Sqrt(t)) / float64(math.Sqrt2*math.Sqrt(a))
		},
		LogTerm: func(y Output, t float64) float64 {
			r := math.Sqrt(y.A) - math.Sqrt(t)
			return float64(r * r / math.Sqrt2)
		},
		LogSlope: func(y Output, t float64) float64 {
			r := math.Sqrt(y.A)
			return float64((r - math.Sqrt(t)) * r / math.Sqrt2)
		},
		Targets: nonNegative,
		Accepts: func(a, _ float64) bool { return !(a < 0) },
		Outputs: "of at least 0",
		Output:  Sigmoid,
	}
	KullbackLeibler = &Cost{
		Name:     "kullback-leibler",
		Formula:  "Σ t ln(t/a)",
		Gradient: "−t/a",
		Slope:    negativeRatio,
		LogTerm:  func(y Output, t float64) float64 { return xlog(t, lnRatio(t, y)) },
		LogSlope: func(_ Output, t float64) float64 { return -t },
		Targets:  nonNegative,
		Accepts:  aboveZeroUnlessTarget,
		Outputs:  "above 0, or 0 where the target is 0",
		Output:   Softmax,
		fast32:   fast[float32]{delta: scaledDifference[float32]},
		fast64:   fast[float64]{delta: scaledDifference[float64]},
		behind:   Softmax,
	}
	GeneralizedKL = &Cost{
		Name:     "generalized-kl",
		Formula:  "Σ t ln(t/a) − Σ t + Σ a",
		Gradient: "(a−t) / a",
		Slope: func(a, t float64) float64 {
			if t == 0 {
				return 1 // the limit of 0/0
			}
			return (a - t) / a
		},
		LogTerm:  func(y Output, t float64) float64 { return notBelowZero(xlog(t, lnRatio(t, y)) - t + y.A) },
		LogSlope: func(y Output, t float64) float64 { return y.A - t },
		Targets:  nonNegative,
		Accepts:  aboveZeroUnlessTarget,
		Outputs:  "above 0, or 0 where the target is 0",
		Output:   Sigmoid,
		fast32:   fast[float32]{delta: scaledDifference[float32]},
		fast64:   fast[float64]{delta: scaledDifference[float64]},
		behind:   Softmax,
	}
	ItakuraSaito = &Cost{
		Name:     "itakura-saito",
		Formula:  "Σ (t/a − ln(t/a) − 1)",
		Gradient: "(a−t) / a²",
		Slope:    func(a, t float64) float64 { return (a - t) / a / a },
		LogTerm: func(y Output, t float64) float64 {
			r := lnRatio(t, y)
			return notBelowZero(scalar.Exp(r) - r - 1)
		},
		LogSlope: func(y Output, t float64) float64 {
			if y.A < vanishing {
				return 1 - scalar.Exp(lnRatio(t, y))
			}
			return (y.A - t) / y.A
		},
		Targets: positive,
		Accepts: func(a, _ float64) bool { return !(a <= 0) },
		Outputs: "above 0",
		Output:  Sigmoid,
	}
	SoftmaxCrossEntropy = &Cost{
		Name:       "softmax-cross-entropy",
		Formula:    "−Σ t ln a",
		Gradient:   "−t/a",
		Slope:      negativeRatio,
		LogTerm:    func(y Output, t float64) float64 { return -xlog(t, y.LnA) },
		LogSlope:   func(_ Output, t float64) float64 { return -t },
		Targets:    nonNegative,
		Accepts:    aboveZeroUnlessTarget,
		Outputs:    "above 0, or 0 where the target is 0",
		Output:     Softmax,
		OutputOnly: true,
		fast32:     fast[float32]{costs: softmaxLosses[float32], delta: scaledDifference[float32]},
		fast64:     fast[float64]{costs: softmaxLosses[float64], delta: scaledDifference[float64]},
		behind:     Softmax,
	}
	AbsoluteError = &Cost{
		Name:     "absolute",
		Formula:  "Σ |a−t|",
		Gradient: "sign(a−t)",
		Term:     func(a, t float64) float64 { return math.Abs(a - t) },
		Slope:    func(a, t float64) float64 { return sign(a - t) },
		Output:   Sigmoid,
	}
	Hinge = &Cost{
		Name:     "hinge",
		Formula:  "Σ max(0, 1−y a), y = 2t−1",
		Gradient: "−y where y a < 1, else 0",
		Term:     func(a, t float64) float64 { m, _ := margin(a, t); return m },
		Slope: func(a, t float64) float64 {
			if m, y := margin(a, t); m != 0 {
				return -y
			}
			return 0
		},
		Targets: unit,
		Signed:  true,
		Output:  Identity,
	}
	SquaredHinge = &Cost{
		Name:     "squared-hinge",
		Formula:  "Σ max(0, 1−y a)², y = 2t−1",
		Gradient: "−2 y max(0, 1−y a)",
		Term:     func(a, t float64) float64 { m, _ := margin(a, t); return float64(m * m) },
		Slope:    func(a, t float64) float64 { m, y := margin(a, t); return float64(-2 * y * m) },
		Targets:  unit,
		Signed:   true,
		Output:   Identity,
	}
	// Poisson is for counts t, with rates a. Less its part without a, it is −ln of the
	// probability of t.
	Poisson = &Cost{
		Name:     "poisson",
		Formula:  "Σ (a − t ln a)",
		Gradient: "(a−t) / a",
		Slope: func(a, t float64) float64 {
			if t == 0 {
				return 1 // the limit of 0/0
			}
			return (a - t) / a
		},
		LogTerm:  func(y Output, t float64) float64 { return y.A - xlog(t, y.LnA) },
		LogSlope: func(y Output, t float64) float64 { return y.A - t },
		Targets:  nonNegative,
		Accepts:  aboveZeroUnlessTarget,
		Outputs:  "above 0, or 0 where the target is 0",
		Output:   Softplus,
	}
)

// Exponential returns the cost τ exp( (1/τ) Σ (a−t)² ), which large errors dominate:
// the more so, the smaller τ is. τ is above 0 and at most 10¹⁰⁰, because the cost is
// never below it and sums over all samples have to stay finite.
func Exponential(tau float64) *Cost {
	return &Cost{
		Name:     "exponential",
		Formula:  "τ exp( (1/τ) Σ (a−t)² )",
		Gradient: "(2/τ) (a−t) C",
		Term:     func(a, t float64) float64 { return float64((a - t) * (a - t)) },
		Slope:    func(a, t float64) float64 { return float64(2 * (a - t)) },
		OfSum:    func(sum float64) float64 { return float64(tau * scalar.Exp(sum/tau)) },
		Factor:   func(sum float64) float64 { return scalar.Exp(sum / tau) },
		Output:   Sigmoid,
		Param:    &Param[Cost]{Name: "tau", Symbol: "τ", Value: tau, Max: 1e100, With: Exponential, Remedy: "raise"},
	}
}

// Huber returns the cost that is quadratic up to errors of δ, which is above 0, and grows
// linearly beyond, so that single large errors count for less.
func Huber(delta float64) *Cost {
	return &Cost{
		Name:     "huber",
		Formula:  "Σ ½ (a−t)², δ (|a−t|−½δ) past δ",
		Gradient: "a − t within ±δ",
		Term: func(a, t float64) float64 {
			if d := math.Abs(a - t); d > delta {
				return float64(delta * (d - float64(delta/2)))
			}
			return halfSquare(a - t)
		},
		Slope:  func(a, t float64) float64 { return max(-delta, min(delta, a-t)) },
		Output: Sigmoid,
		Param:  &Param[Cost]{Name: "delta", Symbol: "δ", Value: delta, Max: 1e100, With: Huber},
	}
}

var costs = []*Cost{
	Quadratic, CrossEntropy, Exponential(10), Hellinger, KullbackLeibler, GeneralizedKL, ItakuraSaito, SoftmaxCrossEntropy,
	Huber(1), AbsoluteError, Hinge, SquaredHinge, Poisson,
}

// halfSquare returns ½d².
func halfSquare(d float64) float64 { return float64(0.5 * d * d) }

// halfSquares returns ½ Σ (a−t)².
func halfSquares[T kernels.Float](a, t []T) (sum float64) {
	for j, t := range t[:len(a)] {
		sum += halfSquare(float64(a[j]) - float64(t))
	}
	return sum
}

// negativeRatio returns −t/a, and 0 where that is 0/0.
func negativeRatio(a, t float64) float64 {
	if t == 0 {
		return 0
	}
	return -t / a
}

func aboveZeroUnlessTarget(a, t float64) bool { return !(a < 0 || a == 0 && t > 0) }

// xlog returns x·ln, which is 0 where x is 0 whatever the logarithm.
func xlog(x, ln float64) float64 {
	if x == 0 {
		return 0
	}
	return float64(x * ln)
}

// lnRatio returns ln(t/a).
func lnRatio(t float64, y Output) float64 { return scalar.Log(t) - y.LnA }

// notBelowZero removes what rounding left of a difference that can't be negative.
func notBelowZero(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x
}

// sign returns −1, 0 or 1; NaN for NaN.
func sign(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

// margin returns what is missing to a margin of 1, max(0, 1−y a), and y = 2t−1.
func margin(a, t float64) (missing, y float64) {
	y = float64(2*t) - 1
	return max(0, 1-float64(y*a)), y
}
