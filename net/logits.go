package net

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// outputsOf sets tmp.y to the outputs of a sample, and tmp.z to its z if they are
// made of z.
func outputsOf[T kernels.Float](σ *Activation, z, a []T, tmp scratch) {
	if σ.logits == nil {
		for j, a := range a {
			a := float64(a)
			tmp.y[j] = Output{A: a, Rest: 1 - a, LnA: scalar.Log(a)}
		}
		return
	}
	convert(tmp.z, z)
	σ.logits.outputs(tmp.y, tmp.z, tmp.e)
}

// The logits of a sigmoid. ln a = −ln(1 + e^{−z}) loses nothing where a rounds to
// 0 or 1.
func logisticOutputs(y []Output, z, _ []float64) {
	for j, z := range z {
		e := scalar.Exp(-math.Abs(z))
		big, small, ln := 1/(1+e), e/(1+e), scalar.Log1p(e)
		y[j] = Output{A: big, Rest: small, LnA: -ln} // NaN if z is
		if z < 0 {
			y[j] = Output{A: small, Rest: big, LnA: z - ln}
		} else if small < vanishing {
			y[j].lnRest = -z - ln
		}
	}
}

// logisticDelta sets h ← h (1−a).
func logisticDelta(h []float64, y []Output, _ []float64) {
	for j, y := range y {
		if !(y.Rest < vanishing) { // else h has this factor already
			h[j] = float64(h[j] * y.Rest)
		}
	}
}

// The logits of an exponential: ln a is z.
func expOutputs(y []Output, z, _ []float64) {
	for j, z := range z {
		a := scalar.Exp(z)
		y[j] = Output{A: a, Rest: 1 - a, LnA: z}
	}
}

// expDelta leaves h as it is, because ∂C/∂z = ∂C/∂(ln a).
func expDelta([]float64, []Output, []float64) {}

// The logits of a softplus. Far below 0 it is e^z, and its logarithm z.
func softplusOutputs(y []Output, z, _ []float64) {
	for j, z := range z {
		e := scalar.Exp(-math.Abs(z))
		a := max(z, 0) + scalar.Log1p(e)
		y[j] = Output{A: a, Rest: 1 - a, LnA: z}
		if z > -40 || z != z {
			y[j].LnA = scalar.Log(a)
		}
	}
}

// softplusDelta sets h ← h σ'(z)/a. Far below 0 that quotient is 1.
func softplusDelta(h []float64, y []Output, z []float64) {
	for j, z := range z {
		if z > -40 || z != z {
			h[j] = float64(h[j]*scalar.Sigmoid(z)) / y[j].A
		}
	}
}

// The logits of a softmax. 1−a of the largest output is the sum of the others, so it
// does not vanish where a rounds to 1.
func softmaxOutputs(y []Output, z, e []float64) {
	top := largest(z)
	for j, v := range z {
		e[j] = v - z[top]
	}
	kernels.Exp(e, e)
	s := newSoftmaxRow(e, top)
	for j, z0 := range z {
		others := s.rest
		if j != top {
			others = s.sum - e[j]
		}
		y[j] = Output{A: e[j] / s.sum, Rest: others / s.sum, LnA: (z0 - z[top]) - s.lnSum}
	}
	if y[top].Rest < vanishing {
		second, sum := sumOfOthers(z, top)
		y[top].lnRest = (second - z[top]) + scalar.Log(sum) - s.lnSum
	}
}

// softmaxDelta sets h ← h − (Σh) a, in the form h_j ← (1−a_j) h_j − a_j Σ_{k≠j} h_k. The
// h of the largest output, which may be huge as 1−a vanishes, is kept apart from the
// sum of the others. Where 1−a does vanish, h is (1−a) h already, and a_j h becomes
// a_j/(1−a) times it.
func softmaxDelta(h []float64, y []Output, z []float64) {
	top, rest := largest(z), 0.0
	for j, h := range h {
		if j != top {
			rest += h
		}
	}
	atTop, whole := h[top], y[top].Rest < vanishing
	second, sum := 0.0, 0.0
	if whole {
		second, sum = sumOfOthers(z, top)
	}
	for j, y := range y {
		switch {
		case whole && j == top:
			h[j] -= part(y.A, rest)
		case math.IsInf(h[j], 0): // an output vanishes
			h[j] *= y.Rest
		case whole:
			share := scalar.Exp(z[j]-second) / sum
			h[j] = float64(y.Rest*h[j]) - part(y.A, rest-h[j]) - float64(share*atTop)
		default:
			others := rest
			if j != top {
				others = rest - h[j] + atTop
			}
			h[j] = float64(y.Rest*h[j]) - part(y.A, others)
		}
	}
}

// part returns a x. Where a has rounded to 0 and x is infinite, that is 0: there, h of the
// output itself is infinite, too.
func part(a, x float64) float64 {
	if a == 0 && math.IsInf(x, 0) {
		return 0
	}
	return float64(a * x)
}

// sumOfOthers returns the largest of z without z[top], and Σ e^{z_j − second} of those.
func sumOfOthers(z []float64, top int) (second, sum float64) {
	second = math.Inf(-1)
	for j, v := range z {
		if j != top {
			second = max(second, v)
		}
	}
	for j, v := range z {
		if j != top {
			sum += scalar.Exp(v - second)
		}
	}
	return second, sum
}

// A softmaxRow holds what the outputs of one softmax have in common.
type softmaxRow struct {
	top        int     // index of the largest z
	rest       float64 // Σ e_j without the largest, where e_j = e^{z_j − max}
	sum, lnSum float64 // Σ e_j, and its logarithm
}

// newSoftmaxRow takes the sample's exponentials e.
func newSoftmaxRow(e []float64, top int) softmaxRow {
	s := softmaxRow{top: top}
	largest := e[top]
	e[top] = 0
	for _, e := range e {
		s.rest += e
	}
	e[top] = largest
	s.sum = 1 + s.rest
	s.lnSum = scalar.Log1p(s.rest)
	return s
}
