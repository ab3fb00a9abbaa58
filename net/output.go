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
	if !t.Valid() {
		return fmt.Errorf("net: the targets' Data has %d elements, too few for %d rows of %d with stride %d", len(t.Data), t.Rows, t.Cols, t.Stride)
	}
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
	ws.task.t = t
	n.run(ws, costSamples, 1, 1, t.Rows, costWork*t.Rows*t.Cols)
	total := 0.0
	for _, c := range ws.costs[:t.Rows] {
		total += c
	}
	if math.IsNaN(total) {
		if err := n.domainError(ws, t); err != nil {
			return math.NaN(), err
		}
	}
	return total / float64(t.Rows), nil
}

// costWork is how many multiply-adds take as long as the cost of an output.
const costWork = 256

// costs sets ws.costs of samples k to l, to NaN where an output is outside the
// domain of the cost.
func (n *Network[T]) costs(ws *Workspace[T], t *kernels.Matrix[T], k, l int) {
	if k >= l {
		return
	}
	L := n.Depth()
	c, σ, costs := n.cfg.Cost, n.activation(L), ws.costs[k:l]
	var views [3]kernels.Matrix[T]
	z, a, t, tmp := rows(&views[0], &ws.z[L], k, l), rows(&views[1], &ws.a[L], k, l), rows(&views[2], t, k, l), ws.logs.samples(k, l, n.Outputs())
	switch {
	case c == CrossEntropy && σ == Sigmoid:
		logisticLosses(costs, z, t, tmp)
		return
	case σ == Softmax && c != Quadratic && c != Exponential:
		softmaxExps(z, tmp)
	}
	for k := range costs {
		sum := sumTerms(c, σ, z.Row(k), a.Row(k), t.Row(k), tmp.samples(k, k+1, z.Cols))
		costs[k] = c.ofSum(sum, n.cfg.Tau)
	}
}

// domainError names the first output outside the domain of the cost.
func (n *Network[T]) domainError(ws *Workspace[T], t kernels.Matrix[T]) error {
	L, c := n.Depth(), n.cfg.Cost
	if σ := n.activation(L); σ == Sigmoid || σ == Softmax {
		return nil
	}
	for k := range t.Rows {
		for j, a := range ws.a[L].Row(k) {
			if !c.accepts(float64(a), float64(t.Row(k)[j])) {
				return fmt.Errorf("net: sample %d of the batch: output %d is %v: cost %v needs outputs %s", k+1, j+1, a, c, c.domain())
			}
		}
	}
	return nil
}

// sumTerms returns the sum of the cost's terms of one sample, NaN if an output is
// outside the cost's domain. tmp is the sample's, after softmaxExps behind a softmax.
func sumTerms[T kernels.Float](c Cost, σ Activation, z, a, t []T, tmp logs) (sum float64) {
	switch {
	case c == Quadratic:
		for j, t := range t[:len(a)] {
			d := float64(a[j]) - float64(t)
			sum += float64(0.5 * d * d)
		}
	case c == Exponential:
		for j := range a {
			sum += c.term(output{a: float64(a[j])}, float64(t[j]))
		}
	case σ == Sigmoid:
		for j := range z {
			sum += c.term(logistic(float64(z[j])), float64(t[j]))
		}
	case σ == Softmax:
		s := newSoftmaxRow(z, tmp)
		for j, t := range t {
			if t == 0 && c == SoftmaxCrossEntropy {
				continue // the term is 0
			}
			sum += c.term(s.output(j, float64(z[j])), float64(t))
		}
	default:
		for j := range a {
			a, t := float64(a[j]), float64(t[j])
			if !c.accepts(a, t) {
				return math.NaN()
			}
			sum += c.term(output{a: a, u: 1 - a, lnA: generic.Log(a)}, t)
		}
	}
	return sum
}

// outputDelta sets δ^L = ∂C/∂z^L of samples k to l, from the logits where cost and
// activation cancel.
func (n *Network[T]) outputDelta(ws *Workspace[T], t *kernels.Matrix[T], k, l int) {
	if k >= l {
		return
	}
	L := n.Depth()
	c, σ := n.cfg.Cost, n.activation(L)
	var views [4]kernels.Matrix[T]
	delta, z := rows(&views[0], &ws.delta[L], k, l), rows(&views[1], &ws.z[L], k, l)
	a, t := rows(&views[2], &ws.a[L], k, l), rows(&views[3], t, k, l)
	switch {
	case c == CrossEntropy && σ == Sigmoid: // a − t
		subRows(delta, a, t)
	case c == Quadratic && σ != Softmax: // (a − t) ⊙ σ'(z)
		subRows(delta, a, t)
		mulPrime(σ, delta, z, a)
	case σ == Softmax && c.sumsTargets(): // (Σt) a − t
		softmaxDelta(delta, a, t)
	case σ == Softmax: // h − (Σh) a, where h = ∂C/∂(ln a)
		tmp := ws.logs.samples(k, l, n.Outputs())
		softmaxExps(z, tmp)
		for k := range delta.Rows {
			n.softmaxLogDelta(delta.Row(k), z.Row(k), a.Row(k), t.Row(k), tmp.samples(k, k+1, z.Cols))
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

// softmaxDelta sets delta = (Σt) a − t, row by row. Where the targets of every
// sample add up to 1, as one-hot ones do, that is a − t.
func softmaxDelta[T kernels.Float](delta, a, t *kernels.Matrix[T]) {
	ones := true
	for k := range t.Rows {
		sum := T(sumTargets(t.Row(k)))
		delta.Row(k)[0] = sum
		ones = ones && sum == 1
	}
	if ones {
		subRows(delta, a, t)
		return
	}
	for k := range delta.Rows {
		delta, sum := delta.Row(k), delta.Row(k)[0]
		copy(delta, a.Row(k))
		kernels.Scal(sum, delta)
		kernels.Sub(delta, delta, t.Row(k))
	}
}

// sumTargets adds up the targets of a sample, in ascending order.
func sumTargets[T kernels.Float](t []T) (sum float64) {
	for _, t := range t {
		sum += float64(t)
	}
	return sum
}

// softmaxLogDelta sets delta = h − (Σh) a, where h = ∂C/∂(ln a), in the form
// delta_j = (1−a_j) h_j − a_j Σ_{k≠j} h_k. The h of the largest output, which
// may be huge as 1−a vanishes, is kept apart from the sum of the others.
func (n *Network[T]) softmaxLogDelta(delta, z, a, t []T, tmp logs) {
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
func subRows[T kernels.Float](dst, x, y *kernels.Matrix[T]) {
	if contiguous(y) {
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

// logs is memory for exponentials and logarithms of the outputs of some samples.
// They are float64 whatever T is, so that costs are as accurate as their sum.
type logs struct {
	e, ln []float64
	top   []int // index of a sample's largest z
}

func newLogs(samples, outputs int) logs {
	return logs{e: alignedSlice[float64](samples * outputs), ln: alignedSlice[float64](samples * outputs), top: make([]int, samples)}
}

// samples returns the memory of samples k to l.
func (g logs) samples(k, l, outputs int) logs {
	return logs{e: g.e[k*outputs : l*outputs], ln: g.ln[k*outputs : l*outputs], top: g.top[k:l]}
}

// logisticLosses sets costs to the cross-entropy of samples of sigmoid neurons,
// Σ [max(z, 0) − t z + ln(1 + e^{−|z|})].
func logisticLosses[T kernels.Float](costs []float64, z, t *kernels.Matrix[T], tmp logs) {
	e, ln := tmp.e, tmp.ln
	for j, z := range z.Data {
		e[j] = -math.Abs(float64(z))
	}
	kernels.Exp(e, e)
	for j, e := range e {
		ln[j] = 1 + e
	}
	kernels.Log(ln, ln)
	for k := range costs {
		z, t, e, ln := z.Row(k), t.Row(k), e[k*z.Cols:][:z.Cols], ln[k*z.Cols:][:z.Cols]
		sum := 0.0
		for j := range z {
			z, t, u := float64(z[j]), float64(t[j]), 1+e[j]
			ln1p := ln[j] + (e[j]-(u-1))/u // with what 1 + e lost to rounding
			sum += notBelowZero((max(z, 0) - float64(t*z)) + ln1p)
		}
		costs[k] = sum
	}
}

// softmaxExps sets tmp.e to e^{z_j − max} of every row of z, and tmp.top.
func softmaxExps[T kernels.Float](z *kernels.Matrix[T], tmp logs) {
	for k := range z.Rows {
		z, e, top := z.Row(k), tmp.e[k*z.Cols:][:z.Cols], 0
		for j, v := range z {
			if v > z[top] {
				top = j
			}
		}
		tmp.top[k] = top
		for j, v := range z {
			e[j] = float64(v) - float64(z[top])
		}
	}
	kernels.Exp(tmp.e, tmp.e)
}

// A softmaxRow holds what the outputs of one softmax have in common.
type softmaxRow struct {
	e          []float64 // e^{z_j − max}
	top        int       // index of the largest z
	max        float64   // z[top]
	rest       float64   // Σ e_j without the largest
	sum, lnSum float64   // Σ e_j, and its logarithm
}

// newSoftmaxRow takes the sample's exponentials from tmp.
func newSoftmaxRow[T kernels.Float](z []T, tmp logs) softmaxRow {
	s := softmaxRow{e: tmp.e, top: tmp.top[0], max: float64(z[tmp.top[0]])}
	largest := s.e[s.top]
	s.e[s.top] = 0
	for _, e := range s.e {
		s.rest += e
	}
	s.e[s.top] = largest
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
