package net

import (
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// masks name the neurons that are off in a pass. The masks themselves are computed where
// they are needed, and never stored.
type masks struct {
	on         bool
	seed, step uint64
}

// beginDropout makes ws ready for a pass with dropout, and drops inputs.
func (n *Network[T]) beginDropout(ws *Workspace[T], seed, step uint64) {
	ws.masks = masks{seed: seed, step: step}
	for i := range n.Depth() {
		if n.drop(i) == 0 {
			continue
		}
		ws.masks.on = true
		if cap(ws.dropped[i].Data) < ws.rows*n.widths[i] {
			ws.dropped[i].Data = alignedSlice[T](ws.rows * n.widths[i])
		}
		setRows(&ws.dropped[i], ws.batch, n.widths[i])
		ws.out[i] = &ws.dropped[i]
	}
	if n.drop(0) > 0 {
		n.run(ws, dropInputs, 0, 0, ws.batch, dropWork*int64(ws.batch)*int64(n.Inputs()))
	}
}

// dropWork is how many multiply-adds take as long as the mask of an element.
const dropWork = 8

// drop returns the probability with which an output of layer i, or an input for 0, is off.
func (n *Network[T]) drop(i int) float64 {
	if i == 0 {
		return n.cfg.InputDropout
	}
	return n.cfg.Layers[i-1].Dropout
}

// dropOutputs computes what layer i hands on of samples k to l and neurons lo to hi: a^i
// with the mask.
func (n *Network[T]) dropOutputs(ws *Workspace[T], i, k, l, lo, hi int) {
	if p := n.drop(i); ws.masks.on && p > 0 {
		for ; k < l; k++ {
			kernels.Dropout(ws.dropped[i].Row(k)[lo:hi], ws.a[i].Row(k)[lo:hi], p, ws.masks.key(i, k), uint32(lo))
		}
	}
}

// dropDelta multiplies ∂C by what layer i hands on with the mask, which makes it ∂C/∂a^i.
func (n *Network[T]) dropDelta(ws *Workspace[T], i, k, l, lo, hi int) {
	if p := n.drop(i); ws.masks.on && p > 0 {
		for ; k < l; k++ {
			d := ws.delta[i].Row(k)[lo:hi]
			kernels.Dropout(d, d, p, ws.masks.key(i, k), uint32(lo))
		}
	}
}

// key returns the key of the mask of layer i and sample k.
func (m *masks) key(i, k int) uint64 { return rng.Key(m.seed, uint64(i), m.step, uint64(k)) }
