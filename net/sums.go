package net

import "github.com/nabla-go/nabla/kernels"

// This file has sums over a batch go from one workspace to the next, where several have a part
// of the samples each; see part.go.

// SetSums makes Backward, Update and Descend take the sums over the batch that belong to layer
// i, Σ_k δ^i_k (a^{i-1}_k)ᵀ, Σ_k δ^i_k and those for γ and β, from the memory of
// [Workspace.Gradient], if given(i) is true; nil, as at first, stands for no layer. They have
// to stand there after [Network.Pull]; [Network.AddSums] makes them.
func (ws *Workspace[T]) SetSums(given func(layer int) bool) { ws.given = given }

func (ws *Workspace[T]) summed(i int) bool { return ws.given != nil && ws.given(i) }

// AddSums adds the samples of this workspace's part, in ascending order, to elements lo to hi
// of [Workspace.Gradient], which hold the sums over all samples before that part: zeros, if it
// is the first. Elements of a W must be whole rows. So the sums of workspaces with parts that
// follow each other have the bits of one workspace with all samples. AddSums needs [Network.Pull].
func (n *Network[T]) AddSums(ws *Workspace[T], lo, hi int) {
	n.checkWorkspace(ws)
	ws.needGradient()
	if ws.lo == ws.hi {
		return
	}
	ws.task.lo, ws.task.hi = lo, hi
	n.run(ws, sumNeurons, 1, n.Depth(), n.widest, int64(ws.hi-ws.lo)*int64(hi-lo))
}

// sumSamples is how many samples are added at a time, so few that their factors stay in L2:
// the rows of W are few.
const sumSamples = 256

// addSums does a share of AddSums.
func (n *Network[T]) addSums(ws *Workspace[T], share, shares int) {
	var views [2]kernels.Matrix[T]
	k, l := ws.lo, ws.hi
	for i := 1; i <= n.Depth(); i++ {
		in := n.widths[i-1]
		if lo, hi := ws.within(ws.grad.w[i].Data, in, share, shares); lo < hi {
			for at := k; at < l; at += sumSamples {
				end := min(at+sumSamples, l)
				delta := block(&views[0], &ws.delta[i], at, end, lo, hi)
				kernels.GemmResume(kernels.Trans, *delta, *rows(&views[1], ws.out[i-1], at, end), ws.grad.w[i].Slice(lo, hi))
			}
		}
		if lo, hi := ws.within(ws.grad.b[i], 1, share, shares); lo < hi {
			resumeRows(ws.grad.b[i][lo:hi], block(&views[0], &ws.delta[i], k, l, lo, hi), ws.ones)
		}
		if n.params.gamma[i] == nil {
			continue
		}
		norm := &ws.norm[i]
		if lo, hi := ws.within(ws.grad.gamma[i], 1, share, shares); lo < hi {
			ws.gammaTerms(i, k, l, lo, hi)
			resumeRows(ws.grad.gamma[i][lo:hi], block(&views[0], &norm.gamma, k, l, lo, hi), ws.ones)
		}
		if lo, hi := ws.within(ws.grad.beta[i], 1, share, shares); lo < hi {
			resumeRows(ws.grad.beta[i][lo:hi], block(&views[0], &norm.z, k, l, lo, hi), ws.ones)
		}
	}
}

// within returns one share of the rows, of so many columns, of a tensor of the gradient that
// are among the elements of the task.
func (ws *Workspace[T]) within(tensor []T, cols, share, shares int) (lo, hi int) {
	at := ws.grad.offset(tensor)
	first := min(max(ws.task.lo-at, 0), len(tensor)) / cols
	last := min(max(ws.task.hi-at, 0), len(tensor)) / cols
	lo, hi = cut(last-first, grain, share, shares)
	return first + lo, first + hi
}

// resumeRows adds the rows of m to dst, in ascending order: the products with ones are exact.
func resumeRows[T kernels.Float](dst []T, m *kernels.Matrix[T], ones []T) {
	kernels.GemmResume(kernels.Trans, kernels.MatrixOf(m.Rows, 1, ones[:m.Rows]), *m, kernels.MatrixOf(1, len(dst), dst))
}

// scaleSums sets dst = α sums + β dst as a product with these sums does; dst may be sums if β
// is 0.
func scaleSums[T kernels.Float](alpha T, sums []T, beta T, dst []T) {
	switch {
	case beta == 0 && alpha == 0:
		clear(dst)
	case beta == 0:
		copy(dst, sums)
		kernels.Scal(alpha, dst)
	default:
		if beta != 1 {
			kernels.Scal(beta, dst)
		}
		if alpha != 0 {
			kernels.Axpy(alpha, sums, dst)
		}
	}
}

// sums returns the given sums for neurons lo to hi of tensor number j of layer i, in the order
// of [parameters.tensors]; nil if they are not given.
func (ws *Workspace[T]) sums(i, j, lo, hi int) []T {
	if !ws.summed(i) {
		return nil
	}
	return ws.grad.tensors(i)[j][lo:hi]
}

// sumRows sets dst = α Σ_k m_k + β dst for the rows m_k of m, or, unless sums is nil, for these
// sums.
func (ws *Workspace[T]) sumRows(dst, sums []T, m *kernels.Matrix[T], beta T) {
	if sums != nil {
		scaleSums(ws.task.alpha, sums, beta, dst)
		return
	}
	addRows(dst, ws.task.alpha, m, ws.ones, beta)
}
