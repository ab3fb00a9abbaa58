package net

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/kernels/generic"
)

// CheckTargets returns an error that names the first target that the cost can't
// take or the output activation can't reach, or that is not finite. One row of t
// is a sample.
func (n *Network[T]) CheckTargets(t kernels.Matrix[T]) error {
	if t.Cols != n.Outputs() {
		return fmt.Errorf("net: targets have %d columns: want %d, one for each output", t.Cols, n.Outputs())
	}
	σ := n.Layer(n.Depth()).Activation
	lo, hi := n.cfg.Cost.targetBounds()
	aLo, aHi := σ.bounds()
	if σ == Softmax && n.cfg.Cost.sumsTargets() {
		aHi = inf
	}
	lo, hi = max(lo, aLo), min(hi, aHi)
	for k := range t.Rows {
		for j, v := range t.Row(k) {
			t := float64(v)
			switch {
			case math.IsNaN(t) || math.IsInf(t, 0):
				return fmt.Errorf("net: target row %d, column %d is %v: want a finite number", k+1, j+1, t)
			case t < lo || t > hi:
				return fmt.Errorf("net: target row %d, column %d is %v: want %s for cost %v on a %v output", k+1, j+1, t, interval(lo, hi), n.cfg.Cost, σ)
			case t == 0 && n.cfg.Cost == ItakuraSaito:
				return fmt.Errorf("net: target row %d, column %d is 0: cost %v needs targets above 0", k+1, j+1, n.cfg.Cost)
			}
		}
	}
	return nil
}

// interval describes the numbers from lo to hi, at least one of which is finite.
func interval(lo, hi float64) string {
	if hi == inf {
		return fmt.Sprintf("at least %v", lo)
	}
	return fmt.Sprintf("%v to %v", lo, hi)
}

// sumsTargets reports whether δ^L behind a softmax is (Σt)·a − t.
func (c Cost) sumsTargets() bool {
	return c == SoftmaxCrossEntropy || c == KullbackLeibler || c == GeneralizedKL
}

// Cost returns the mean cost of the batch that Forward has just seen, given its
// targets t: the sum over samples in ascending order, in float64, divided by
// their number; 0 for an empty batch. The error names an output outside the
// domain of the cost, which a sigmoid or a softmax layer never gives. Cost
// panics if t does not fit.
func (n *Network[T]) Cost(ws *Workspace[T], t kernels.Matrix[T]) (float64, error) {
	n.checkTarget(ws, t)
	if t.Rows == 0 {
		return 0, nil
	}
	L := n.Depth()
	c, total := n.cfg.Cost, 0.0
	for k := range t.Rows {
		sum, bad := sumTerms(c, n.Layer(L).Activation, ws.z[L].Row(k), ws.a[L].Row(k), t.Row(k), &ws.logs)
		if bad >= 0 {
			return math.NaN(), fmt.Errorf("net: sample %d of the batch: output %d is %v: cost %v needs outputs %s",
				k+1, bad+1, ws.a[L].Row(k)[bad], c, c.domain())
		}
		total += c.ofSum(sum, n.cfg.Tau)
	}
	return total / float64(t.Rows), nil
}

// sumTerms returns the sum of the cost's terms of one sample, and the index of
// an output outside the cost's domain or −1.
func sumTerms[T kernels.Float](c Cost, σ Activation, z, a, t []T, tmp *logs) (sum float64, bad int) {
	switch {
	case c == Quadratic || c == Exponential:
		for j := range a {
			sum += c.term(output{a: float64(a[j])}, float64(t[j]))
		}
	case c == CrossEntropy && σ == Sigmoid:
		return logisticLoss(z, t, tmp), -1
	case σ == Sigmoid:
		for j := range z {
			sum += c.term(logistic(float64(z[j])), float64(t[j]))
		}
	case σ == Softmax:
		s := newSoftmaxRow(z, tmp)
		for j := range z {
			sum += c.term(s.output(j, float64(z[j])), float64(t[j]))
		}
	default:
		for j := range a {
			a, t := float64(a[j]), float64(t[j])
			if !c.accepts(a, t) {
				return 0, j
			}
			sum += c.term(output{a: a, u: 1 - a, lnA: generic.Log(a)}, t)
		}
	}
	return sum, -1
}

// outputDelta sets δ^L = ∂C/∂z^L, from the logits where cost and activation cancel.
func (n *Network[T]) outputDelta(ws *Workspace[T], t kernels.Matrix[T]) {
	L := n.Depth()
	c, σ := n.cfg.Cost, n.Layer(L).Activation
	delta, z, a := ws.delta[L], ws.z[L], ws.a[L]
	switch {
	case c == CrossEntropy && σ == Sigmoid: // a − t
		subRows(delta, a, t)
	case c == Quadratic && σ != Softmax: // (a − t) ⊙ σ'(z)
		subRows(delta, a, t)
		mulPrime(σ, delta, z, a)
	case σ == Softmax && c.sumsTargets(): // (Σt) a − t
		for k := range delta.Rows {
			softmaxDelta(delta.Row(k), a.Row(k), t.Row(k))
		}
	case σ == Softmax: // h − (Σh) a, where h = ∂C/∂(ln a)
		for k := range delta.Rows {
			n.softmaxLogDelta(delta.Row(k), z.Row(k), a.Row(k), t.Row(k), &ws.logs)
		}
	case σ == Sigmoid && c != Exponential: // h (1−a)
		for k := range delta.Rows {
			delta, z, t := delta.Row(k), z.Row(k), t.Row(k)
			for j := range delta {
				o := logistic(float64(z[j]))
				delta[j] = T(c.logSlope(o, float64(t[j])) * o.u)
			}
		}
	default: // ∇_a C ⊙ σ'(z)
		for k := range delta.Rows {
			n.gradient(delta.Row(k), z.Row(k), a.Row(k), t.Row(k))
		}
		mulPrime(σ, delta, z, a)
	}
}

// softmaxDelta sets delta = (Σt) a − t.
func softmaxDelta[T kernels.Float](delta, a, t []T) {
	sum := 0.0
	for _, t := range t {
		sum += float64(t)
	}
	copy(delta, a)
	kernels.Scal(T(sum), delta)
	kernels.Sub(delta, delta, t)
}

// softmaxLogDelta sets delta = h − (Σh) a, where h = ∂C/∂(ln a), in the form
// delta_j = (1−a_j) h_j − a_j Σ_{k≠j} h_k. The h of the largest output, which
// may be huge as 1−a vanishes, is kept apart from the sum of the others.
func (n *Network[T]) softmaxLogDelta(delta, z, a, t []T, tmp *logs) {
	c, factor := n.cfg.Cost, n.factor(a, t)
	s := newSoftmaxRow(z, tmp)
	largest, rest := 0.0, 0.0
	for j := range delta {
		h := c.logSlope(s.output(j, float64(z[j])), float64(t[j]))
		if j == s.top {
			largest = h
		} else {
			rest += h
		}
	}
	for j := range delta {
		o := s.output(j, float64(z[j]))
		h := c.logSlope(o, float64(t[j]))
		others := rest
		if j != s.top {
			others = rest - h + largest
		}
		delta[j] = T(factor * (float64(o.u*h) - float64(o.a*others)))
	}
}

// gradient sets g = ∇_a C of one sample. Behind a ReLU at rest, where σ' = 0, it
// is 0 even if the cost has no derivative there.
func (n *Network[T]) gradient(g, z, a, t []T) {
	c, σ, factor := n.cfg.Cost, n.Layer(n.Depth()).Activation, n.factor(a, t)
	for j := range g {
		if σ == ReLU && z[j] <= 0 {
			g[j] = 0
			continue
		}
		g[j] = T(factor * c.slope(float64(a[j]), float64(t[j])))
	}
}

// factor returns what the derivatives of a sample's cost by its outputs have in
// common: 2C/τ for the exponential cost, otherwise 1.
func (n *Network[T]) factor(a, t []T) float64 {
	if n.cfg.Cost != Exponential {
		return 1
	}
	sum := 0.0
	for j := range a {
		sum += Exponential.term(output{a: float64(a[j])}, float64(t[j]))
	}
	return float64(2 * generic.Exp(sum/n.cfg.Tau))
}

// subRows sets dst = x − y, row by row where y is not contiguous.
func subRows[T kernels.Float](dst, x, y kernels.Matrix[T]) {
	if y.Stride == y.Cols {
		kernels.Sub(dst.Data, x.Data, y.Data[:len(x.Data)])
		return
	}
	for k := range dst.Rows {
		kernels.Sub(dst.Row(k), x.Row(k), y.Row(k))
	}
}

// logistic returns the output of a sigmoid neuron. ln a = −ln(1 + e^{−z}) loses
// nothing where a rounds to 0 or 1.
func logistic(z float64) output {
	e := generic.Exp(-math.Abs(z))
	big, small, ln := 1/(1+e), e/(1+e), generic.Log1p(e)
	if z < 0 {
		return output{a: small, u: big, lnA: z - ln}
	}
	return output{a: big, u: small, lnA: -ln} // NaN if z is
}

// logs is memory for exponentials and logarithms of one sample's outputs. They
// are float64 whatever T is, so that costs are as accurate as their sum.
type logs struct{ e, ln []float64 }

// logisticLoss returns the cross-entropy of sigmoid neurons,
// Σ [max(z, 0) − t z + ln(1 + e^{−|z|})].
func logisticLoss[T kernels.Float](z, t []T, tmp *logs) float64 {
	e, ln := tmp.e, tmp.ln
	for j, z := range z {
		e[j] = -math.Abs(float64(z))
	}
	kernels.Exp(e, e)
	for j, e := range e {
		ln[j] = 1 + e
	}
	kernels.Log(ln, ln)
	sum := 0.0
	for j := range z {
		z, t, u := float64(z[j]), float64(t[j]), 1+e[j]
		ln1p := ln[j] + (e[j]-(u-1))/u // with what 1 + e lost to rounding
		sum += notBelowZero((max(z, 0) - float64(t*z)) + ln1p)
	}
	return sum
}

// A softmaxRow holds what the outputs of one softmax have in common.
type softmaxRow struct {
	e          []float64 // e^{z_j − max}
	top        int       // index of the largest z
	max        float64   // z[top]
	rest       float64   // Σ e_j without the largest
	sum, lnSum float64   // Σ e_j, and its logarithm
}

func newSoftmaxRow[T kernels.Float](z []T, tmp *logs) softmaxRow {
	s := softmaxRow{e: tmp.e, max: float64(z[0])}
	for j, v := range z {
		if float64(v) > s.max {
			s.top, s.max = j, float64(v)
		}
	}
	for j, v := range z {
		s.e[j] = float64(v) - s.max
	}
	kernels.Exp(s.e, s.e)
	for j, e := range s.e {
		if j != s.top {
			s.rest += e
		}
	}
	s.sum = 1 + s.rest
	s.lnSum = generic.Log1p(s.rest)
	return s
}

// output returns output j, whose pre-activation is z. 1−a of the largest is the
// sum of the others, so it does not vanish where a rounds to 1.
func (s *softmaxRow) output(j int, z float64) output {
	others := s.rest
	if j != s.top {
		others = s.sum - s.e[j]
	}
	return output{a: s.e[j] / s.sum, u: others / s.sum, lnA: (z - s.max) - s.lnSum}
}
