package train

import (
	"fmt"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/ranks"
)

// This file divides updates among ranks: each updates some rows of W^i, over all samples, and
// all gather the rows. A rank then has the optimizer's state of its rows only; the memory of
// the others is never touched.

// gatherRows completes W of the layers that are divided, or what stands in x, of the shape of
// all parameters, for them.
func (t *team[T]) gatherRows(tensors []tensor, x []T) error {
	if t == nil || !t.divides {
		return nil
	}
	for i := range tensors {
		w := &tensors[i]
		if w.bias || t.ways[w.layer] != rankcost.Rows {
			continue
		}
		for r := range t.Size() {
			_, hi := ranks.Cut(w.rows(), r, t.Size())
			t.bounds[r+1] = hi * w.cols * int(unsafe.Sizeof(x[0]))
		}
		t.bounds[0] = 0
		if err := t.AllGather(bytesOf(x[w.lo:w.hi]), t.bounds); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// Collective reports whether State and Chain need the calls of all ranks after the same step,
// because each rank has a part of the optimizer's state; see [Options].Ranks.
func (t *Trainer[T]) Collective() bool { return t.team != nil && t.team.divides }

// slots returns the optimizer's state. Where ranks have some rows of it each, that is a copy,
// and all of them have to call slots.
func (t *Trainer[T]) slots() [][]T {
	if !t.Collective() {
		return t.state.Slots
	}
	var all [][]T
	for _, x := range t.state.Slots {
		whole := make([]T, len(x))
		t.copyParams(whole, x)
		if err := t.team.gatherRows(t.stepper.tensors, whole); err != nil {
			t.fail(err)
		}
		all = append(all, whole)
	}
	return all
}
