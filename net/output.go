package net

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// Cost returns the mean cost of the batch that Forward has just seen, given its
// targets t: the sum over samples in ascending order, in float64, divided by
// their number, also if they have weights; 0 for an empty batch. The error names an output outside the
// domain of the cost, which a sigmoid or a softmax layer never gives. Cost
// panics if t does not fit.
func (n *Network[T]) Cost(ws *Workspace[T], t kernels.Matrix[T]) (float64, error) {
	n.checkTarget(ws, t)
	if t.Rows == 0 {
		return 0, nil
	}
	ws.task.t = t
	ws.needScratch(n)
	if !ws.pulled {
		n.run(ws, costSamples, n.Depth(), n.Depth(), ws.hi-ws.lo, costWork*int64(ws.hi-ws.lo)*int64(t.Cols))
	}
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

// domainError names the first output outside the domain of the cost.
func (n *Network[T]) domainError(ws *Workspace[T], t kernels.Matrix[T]) error {
	L, c := n.Depth(), n.cfg.Cost
	if c.Accepts == nil {
		return nil
	}
	for k := range t.Rows {
		for j, a := range ws.a[L].Row(k) {
			if !c.accepts(n.activation(L), float64(a), float64(t.Row(k)[j])) {
				return fmt.Errorf("net: sample %d of the batch: output %d is %v: cost %v needs outputs %s", k+1, j+1, a, c, c.Outputs)
			}
		}
	}
	return nil
}

// weightedCosts sets ws.costs of samples k to l with their weights.
func (n *Network[T]) weightedCosts(ws *Workspace[T], t *kernels.Matrix[T], k, l int) {
	n.costs(ws, t, k, l)
	if ws.weights != nil {
		for ; k < l; k++ {
			ws.costs[k] = float64(float64(ws.weights[k]) * ws.costs[k])
		}
	}
}

// costs sets ws.costs of samples k to l, to NaN where an output is outside the
// domain of the cost.
func (n *Network[T]) costs(ws *Workspace[T], t *kernels.Matrix[T], k, l int) {
	if k >= l {
		return
	}
	L := n.Depth()
	c, σ, costs := n.cfg.Cost, n.activation(L), ws.costs[k:l]
	var views [3]kernels.Matrix[T]
	z, a, t, tmp := rows(&views[0], &ws.z[L], k, l), rows(&views[1], &ws.a[L], k, l), rows(&views[2], t, k, l), ws.scratch.samples(k, l, n.Outputs())
	if σ == c.behind && n.fast.costs != nil {
		n.fast.costs(costs, *z, *t, tmp)
		return
	}
	for k := range costs {
		if c.LogTerm != nil {
			tmp := tmp.samples(k, k+1, z.Cols)
			outputsOf(σ, z.Row(k), a.Row(k), tmp)
			costs[k] = sumLogTerms(c, σ, tmp.y, t.Row(k))
			continue
		}
		costs[k] = n.sumTerms(a.Row(k), t.Row(k))
		if c.OfSum != nil {
			costs[k] = c.OfSum(costs[k])
		}
	}
}

// sumTerms returns the sum of the terms of one sample, NaN if an output is outside
// the cost's domain.
func (n *Network[T]) sumTerms(a, t []T) (sum float64) {
	if n.fast.sum != nil {
		return n.fast.sum(a, t)
	}
	c := n.cfg.Cost
	for j := range a {
		a, t := float64(a[j]), float64(t[j])
		if !c.accepts(nil, a, t) {
			return math.NaN()
		}
		sum += c.Term(a, t)
	}
	return sum
}

// sumLogTerms is sumTerms for costs with a LogTerm, where y are the outputs.
func sumLogTerms[T kernels.Float](c *Cost, σ *Activation, y []Output, t []T) (sum float64) {
	for j, y := range y {
		t := float64(t[j])
		if !c.accepts(σ, y.A, t) {
			return math.NaN()
		}
		sum += c.LogTerm(y, t)
	}
	return sum
}

// weightedOutputDelta sets δ^L of samples k to l with their weights. Small ones become
// 0, so that products with them are not subnormal.
func (n *Network[T]) weightedOutputDelta(ws *Workspace[T], t *kernels.Matrix[T], k, l int) {
	n.outputDelta(ws, t, k, l)
	L := n.Depth()
	delta := &ws.delta[L]
	if ws.weights != nil {
		for k := k; k < l; k++ {
			kernels.Scal(ws.weights[k], delta.Row(k))
		}
	}
	kernels.Flush(delta.Data[k*delta.Cols : l*delta.Cols]) // rows follow each other without gaps
	n.normBackward(ws, L, k, l)
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
	case σ == c.behind:
		n.fast.delta(*delta, *a, *t)
	case n.usesLogits():
		tmp := ws.scratch.samples(k, l, n.Outputs())
		for k := range delta.Rows {
			n.logDelta(delta.Row(k), z.Row(k), a.Row(k), t.Row(k), tmp.samples(k, k+1, z.Cols))
		}
	default: // ∇_a C ⊙ σ'(z)
		if n.fast.slope != nil {
			elementwise(n.fast.slope, delta, a, t)
		} else {
			for k := range delta.Rows {
				n.slopes(delta.Row(k), z.Row(k), a.Row(k), t.Row(k))
			}
		}
		n.mulPrime(L, delta, z, a)
	}
}

// usesLogits reports whether δ^L is computed from ∂C/∂(ln a): for costs that have
// it, and behind a softmax for all costs, because 1−a vanishes there.
func (n *Network[T]) usesLogits() bool {
	σ := n.activation(n.Depth())
	return σ.logits != nil && (n.cfg.Cost.LogSlope != nil || σ.ByRows)
}

// logDelta sets delta = ∂C/∂z of one sample from h = ∂C/∂(ln a).
func (n *Network[T]) logDelta(delta, z, a, t []T, tmp scratch) {
	c, σ, factor := n.cfg.Cost, n.activation(n.Depth()), n.factor(a, t)
	outputsOf(σ, z, a, tmp)
	h := tmp.e
	for j, y := range tmp.y {
		vanishes := σ.logits.unit && y.Rest < vanishing
		switch t := float64(t[j]); {
		case vanishes && c.LogitSlope != nil:
			h[j] = c.LogitSlope(y, t)
			continue
		case c.LogSlope != nil:
			h[j] = c.LogSlope(y, t)
		default:
			h[j] = float64(y.A * c.Slope(y.A, t))
		}
		if vanishes {
			h[j] *= y.Rest
		}
	}
	σ.logits.delta(h, tmp.y, tmp.z)
	for j, d := range h {
		delta[j] = T(factor * d)
	}
}

// slopes sets g = ∇_a C of one sample. Where the activation is at rest, σ' = 0, it is
// 0 even if the cost has no derivative there.
func (n *Network[T]) slopes(g, z, a, t []T) {
	c, σ, factor := n.cfg.Cost, n.activation(n.Depth()), n.factor(a, t)
	for j := range g {
		if σ.AtRest != nil && σ.AtRest(float64(z[j])) {
			g[j] = 0
			continue
		}
		g[j] = T(factor * c.Slope(float64(a[j]), float64(t[j])))
	}
}

// factor returns what the derivatives of a sample's cost by its outputs have in
// common.
func (n *Network[T]) factor(a, t []T) float64 {
	if n.cfg.Cost.Factor == nil {
		return 1
	}
	return n.cfg.Cost.Factor(n.sumTerms(a, t))
}

// elementwise calls f(dst, x, y) for all elements at once, or row by row where y is
// not contiguous.
func elementwise[T kernels.Float](f func(dst, x, y []T), dst, x, y *kernels.Matrix[T]) {
	if contiguous(y) {
		f(dst.Data, x.Data, y.Data[:len(x.Data)])
		return
	}
	for k := range dst.Rows {
		f(dst.Row(k), x.Row(k), y.Row(k))
	}
}

// Vector forms of costs behind the activation with which they cancel.

// difference sets delta = a − t.
func difference[T kernels.Float](delta, a, t kernels.Matrix[T]) {
	elementwise(kernels.Sub, &delta, &a, &t)
}

// scaledDifference sets delta = (Σt) a − t, row by row. Where the targets of every
// sample add up to 1, as one-hot ones do, that is a − t.
func scaledDifference[T kernels.Float](delta, a, t kernels.Matrix[T]) {
	ones := true
	for k := range t.Rows {
		sum := T(sumTargets(t.Row(k)))
		delta.Row(k)[0] = sum
		ones = ones && sum == 1
	}
	if ones {
		difference(delta, a, t)
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

// logisticLosses sets costs to the cross-entropy of samples of sigmoid neurons,
// Σ [max(z, 0) − t z + ln(1 + e^{−|z|})].
func logisticLosses[T kernels.Float](costs []float64, z, t kernels.Matrix[T], tmp scratch) {
	e, ln := tmp.e, tmp.z
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

// softmaxLosses sets costs to the cross-entropy of samples of a softmax, −Σ t ln a.
func softmaxLosses[T kernels.Float](costs []float64, z, t kernels.Matrix[T], tmp scratch) {
	for k := range z.Rows {
		z, e := z.Row(k), tmp.e[k*z.Cols:][:z.Cols]
		tmp.top[k] = largest(z)
		for j, v := range z {
			e[j] = float64(v) - float64(z[tmp.top[k]])
		}
	}
	kernels.Exp(tmp.e, tmp.e)
	for k := range costs {
		z, t, sum := z.Row(k), t.Row(k), 0.0
		s := newSoftmaxRow(tmp.e[k*len(z):][:len(z)], tmp.top[k])
		top := float64(z[s.top])
		for j, t := range t {
			if t != 0 {
				sum -= xlog(float64(t), (float64(z[j])-top)-s.lnSum)
			}
		}
		costs[k] = sum
	}
}

// largest returns the index of the largest element, the first of several.
func largest[T kernels.Float](z []T) (top int) {
	for j, v := range z {
		if v > z[top] {
			top = j
		}
	}
	return top
}

// scratch is memory for the costs and the δ^L of some samples. It is float64 whatever T
// is, so that costs are as accurate as their sum.
type scratch struct {
	z, e []float64
	y    []Output // only where it is needed
	top  []int    // index of a sample's largest z
}

// samples returns the memory of samples k to l.
func (s scratch) samples(k, l, outputs int) scratch {
	v := scratch{z: s.z[k*outputs : l*outputs], e: s.e[k*outputs : l*outputs], top: s.top[k:l]}
	if s.y != nil {
		v.y = s.y[k*outputs : l*outputs]
	}
	return v
}
