package net

import (
	"math"

	"github.com/nabla-go/nabla/kernels/generic"
)

// A Cost is what training minimises: a function of a sample's outputs a and
// targets t. Sums are over the outputs; terms with t = 0 in front are 0.
//
// Where the output layer is a sigmoid or a softmax, δ^L and the logarithms are
// computed from z^L, so that an output that has rounded to 0 or 1 still has a
// finite cost and the right sensitivity. Where an output is below e^−700, or so,
// ItakuraSaito is infinite, and so is CrossEntropy behind a softmax; there, δ^L may
// be NaN. All costs go with all output activations as far as their domains agree;
// [Network.CheckTargets] and [Network.Cost] report where they don't.
type Cost uint8

const (
	//                                   C                               ∇_a C
	Quadratic           Cost = iota // ½ Σ (a−t)²                      a − t
	CrossEntropy                    // −Σ [t ln a + (1−t) ln(1−a)]     (a−t) / ((1−a) a)
	Exponential                     // τ exp( (1/τ) Σ (a−t)² )         (2/τ) (a−t) C
	Hellinger                       // (1/√2) Σ (√a − √t)²             (√a−√t) / (√2 √a)
	KullbackLeibler                 // Σ t ln(t/a)                     −t/a
	GeneralizedKL                   // Σ t ln(t/a) − Σ t + Σ a         (a−t) / a
	ItakuraSaito                    // Σ (t/a − ln(t/a) − 1)           (a−t) / a²
	SoftmaxCrossEntropy             // −Σ t ln a                       −t/a, only behind a softmax
)

var costNames = [...]string{
	Quadratic: "quadratic", CrossEntropy: "cross-entropy", Exponential: "exponential", Hellinger: "hellinger",
	KullbackLeibler: "kullback-leibler", GeneralizedKL: "generalized-kl", ItakuraSaito: "itakura-saito",
	SoftmaxCrossEntropy: "softmax-cross-entropy",
}

// String returns the name that [ParseCost] takes.
func (c Cost) String() string { return nameOf(costNames[:], int(c), "Cost") }

// ParseCost returns the cost called name: quadratic, cross-entropy, exponential,
// hellinger, kullback-leibler, generalized-kl, itakura-saito or
// softmax-cross-entropy.
func ParseCost(name string) (Cost, error) {
	i, err := parse(costNames[:], name, "cost")
	return Cost(i), err
}

// An output is one element of a^L, as accurate as its activation allows.
type output struct {
	a, u float64 // a and 1−a
	lnA  float64 // ln a
}

// lnU returns ln(1−a).
func (o output) lnU() float64 {
	if o.u < 0.5 {
		return generic.Log(o.u)
	}
	return generic.Log1p(-o.a)
}

// term returns what one output adds to the cost. For Exponential it is (a−t)²,
// which [Cost.ofSum] completes; Quadratic, the fastest, is sumTerms' own.
func (c Cost) term(o output, t float64) float64 {
	switch c {
	case CrossEntropy:
		return -xlog(t, o.lnA) - xlog(1-t, o.lnU())
	case Hellinger:
		r := math.Sqrt(o.a) - math.Sqrt(t)
		return float64(r * r / math.Sqrt2)
	case KullbackLeibler:
		return xlog(t, lnRatio(t, o))
	case GeneralizedKL:
		return notBelowZero(xlog(t, lnRatio(t, o)) - t + o.a)
	case ItakuraSaito:
		r := lnRatio(t, o)
		return notBelowZero(generic.Exp(r) - r - 1)
	case SoftmaxCrossEntropy:
		return -xlog(t, o.lnA)
	}
	return float64((o.a - t) * (o.a - t))
}

// ofSum returns the cost of a sample from the sum of its terms.
func (c Cost) ofSum(sum, tau float64) float64 {
	if c == Exponential {
		return float64(tau * generic.Exp(sum/tau))
	}
	return sum
}

// slope returns ∂C/∂a for one output, up to the factor of the exponential cost.
// Limits stand where t makes the formula 0/0.
func (c Cost) slope(a, t float64) float64 {
	switch c {
	case CrossEntropy:
		switch t {
		case 0:
			return 1 / (1 - a)
		case 1:
			return -1 / a
		}
		return (a - t) / float64((1-a)*a)
	case Hellinger:
		if t == 0 {
			return 1 / math.Sqrt2
		}
		return (math.Sqrt(a) - math.Sqrt(t)) / float64(math.Sqrt2*math.Sqrt(a))
	case KullbackLeibler:
		if t == 0 {
			return 0
		}
		return -t / a
	case GeneralizedKL:
		if t == 0 {
			return 1
		}
		return (a - t) / a
	case ItakuraSaito:
		return (a - t) / a / a
	}
	return a - t
}

// logSlope returns a ∂C/∂a = ∂C/∂(ln a) for one output, up to the factor of the
// exponential cost. It is finite where ∂C/∂a is not, and so is what δ^L is made of
// behind a sigmoid (σ' = a(1−a)) and a softmax.
func (c Cost) logSlope(o output, t float64) float64 {
	switch c {
	case CrossEntropy:
		if t == 1 {
			return -1
		}
		return (o.a - t) / o.u
	case Hellinger:
		r := math.Sqrt(o.a)
		return float64((r - math.Sqrt(t)) * r / math.Sqrt2)
	case KullbackLeibler:
		return -t
	case GeneralizedKL:
		return o.a - t
	case ItakuraSaito:
		return (o.a - t) / o.a
	}
	return float64(o.a * (o.a - t))
}

// domain says in words which outputs c can take; accepts decides.
func (c Cost) domain() string {
	switch c {
	case CrossEntropy:
		return "between 0 and 1, and neither unless it is the target"
	case Hellinger:
		return "of at least 0"
	case KullbackLeibler, GeneralizedKL:
		return "above 0, or 0 where the target is 0"
	}
	return "above 0"
}

// accepts reports whether c is finite and real at output a and target t. NaN is
// accepted: it is a diverged training, not a wrong cost.
func (c Cost) accepts(a, t float64) bool {
	switch c {
	case CrossEntropy:
		return !(a < 0 || a > 1 || a == 0 && t > 0 || a == 1 && t < 1)
	case Hellinger:
		return !(a < 0)
	case KullbackLeibler, GeneralizedKL:
		return !(a < 0 || a == 0 && t > 0)
	case ItakuraSaito:
		return !(a <= 0)
	}
	return true
}

// targetBounds returns the least and greatest target that c allows.
func (c Cost) targetBounds() (lo, hi float64) {
	switch c {
	case CrossEntropy:
		return 0, 1
	case Hellinger, KullbackLeibler, GeneralizedKL, SoftmaxCrossEntropy, ItakuraSaito:
		return 0, inf
	}
	return -inf, inf
}

// xlog returns x·ln, which is 0 where x is 0 whatever the logarithm.
func xlog(x, ln float64) float64 {
	if x == 0 {
		return 0
	}
	return float64(x * ln)
}

// lnRatio returns ln(t/a).
func lnRatio(t float64, o output) float64 { return generic.Log(t) - o.lnA }

// notBelowZero removes what rounding left of a difference that can't be negative.
func notBelowZero(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x
}
