package net

import (
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// normEpsilon is what a variance is increased by. It is PyTorch's default.
const normEpsilon = 1e-5

// A normalised layer is what the pass back through a layer normalisation needs.
type normalised[T kernels.Float] struct {
	u       kernels.Matrix[T] // (u − mean u) / √(var u + ε)
	inverse []T               // 1 / √(var u + ε) of each sample
	z       kernels.Matrix[T] // ∂C/∂z
	gamma   kernels.Matrix[T] // ∂C/∂γ of each sample
}

// normForward turns u^i = W^i a^{i-1} + b^i, which stands in z^i, into
// z^i = γ ⊙ (u − mean u) / √(var u + ε) + β for samples k to l.
func (n *Network[T]) normForward(ws *Workspace[T], i, k, l int) {
	gamma, beta, norm := n.params.gamma[i], n.params.beta[i], &ws.norm[i]
	if gamma == nil {
		return
	}
	count := float64(len(gamma))
	for ; k < l; k++ {
		z, u := ws.z[i].Row(k), norm.u.Row(k)
		mean := T(float64(kernels.Sum(z)) / count)
		for j, v := range z {
			u[j] = v - mean
		}
		variance := float64(kernels.Dot(u, u)) / count
		norm.inverse[k] = T(1 / math.Sqrt(variance+normEpsilon))
		kernels.Scal(norm.inverse[k], u)
		kernels.Mul(z, u, gamma)
		kernels.Add(z, z, beta)
	}
}

// normBackward turns ∂C/∂z^i of samples k to l, which stands in δ^i, into ∂C/∂u^i: with
// g = γ ⊙ ∂C/∂z and the normalised û,
//
//	∂C/∂u = (g − mean g − û mean(g ⊙ û)) / √(var u + ε)
//
// where small elements become 0, as in mulPrime.
func (n *Network[T]) normBackward(ws *Workspace[T], i, k, l int) {
	gamma, norm := n.params.gamma[i], &ws.norm[i]
	if gamma == nil {
		return
	}
	count := float64(len(gamma))
	for ; k < l; k++ {
		delta, u := ws.delta[i].Row(k), norm.u.Row(k)
		copy(norm.z.Row(k), delta)
		kernels.Mul(delta, delta, gamma)
		mean := T(float64(kernels.Sum(delta)) / count)
		along := T(float64(kernels.Dot(delta, u)) / count)
		for j := range delta {
			delta[j] -= mean
		}
		kernels.Axpy(-along, u, delta)
		kernels.Scal(norm.inverse[k], delta)
		kernels.Flush(delta)
	}
}

// normGradient sets γ and β of p, from neuron lo to hi, to beta times themselves plus α
// times the sums over the batch of ∂C/∂z ⊙ û and ∂C/∂z.
func (n *Network[T]) normGradient(ws *Workspace[T], p *parameters[T], i, lo, hi int, beta T) {
	if p.gamma[i] == nil {
		return
	}
	var views [2]kernels.Matrix[T]
	norm := &ws.norm[i]
	dz, dgamma := block(&views[0], &norm.z, 0, ws.batch, lo, hi), block(&views[1], &norm.gamma, 0, ws.batch, lo, hi)
	if !ws.summed(i) {
		ws.gammaTerms(i, 0, ws.batch, lo, hi)
	}
	ws.sumRows(p.gamma[i][lo:hi], ws.sums(i, 2, lo, hi), dgamma, beta)
	ws.sumRows(p.beta[i][lo:hi], ws.sums(i, 3, lo, hi), dz, beta)
}

// gammaTerms computes ∂C/∂γ = ∂C/∂z ⊙ û of samples k to l and neurons lo to hi.
func (ws *Workspace[T]) gammaTerms(i, k, l, lo, hi int) {
	norm := &ws.norm[i]
	for ; k < l; k++ {
		kernels.Mul(norm.gamma.Row(k)[lo:hi], norm.z.Row(k)[lo:hi], norm.u.Row(k)[lo:hi])
	}
}
