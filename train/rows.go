package train

import (
	"fmt"
	"runtime"
	"slices"
	"time"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// This file divides updates among ranks: each updates some rows of W^i, over all samples, and
// all gather the rows. A rank then has the optimizer's state of its rows only; the memory of
// the others is never touched. The bits are those of ranks that update the whole, so it is
// only a matter of time which layers are divided.

// divide decides, the same on all ranks, which layers are divided. With clipping by norm that
// is none, because the norm takes the whole gradient.
func (t *team[T]) divide(n *net.Network[T], ws *net.Workspace[T], o *Options, batch int) error {
	if t == nil || o.ClipNorm > 0 {
		return nil
	}
	t.divided = make([]bool, n.Depth()+1)
	largest := 0
	for i := 1; i <= n.Depth(); i++ {
		largest = max(largest, len(n.Weights(i).Data))
	}
	if largest < rankcost.Few {
		return nil
	}
	m, err := t.measure(o)
	if err != nil {
		return err
	}
	choice := make([]byte, n.Depth()+1)
	for i := 1; i <= n.Depth(); i++ {
		frozen := o.LayerRates != nil && o.LayerRates[i-1] == 0
		if weights := len(n.Weights(i).Data); !frozen && weights >= rankcost.Few && rankcost.RowsPay(m, weights, batch, t.Size(), int(unsafe.Sizeof(T(0)))) {
			choice[i] = 1
		}
	}
	if err := t.Broadcast(0, choice); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for i, c := range choice {
		t.divided[i] = c == 1
	}
	t.divides = slices.Contains(t.divided, true)
	if t.divides {
		ws.SetRows(func(i int) (lo, hi int) {
			rows := n.Weights(i).Rows
			if !t.divided[i] {
				return 0, rows
			}
			return ranks.Cut(rows, t.Rank(), t.Size())
		})
	}
	return nil
}

// measure finds out what the model of the costs has to know.
func (t *team[T]) measure(o *Options) (m rankcost.Machine, err error) {
	gather := func(bytes int) (least float64, err error) {
		buf := make([]byte, bytes*t.Size())
		for r := range t.bounds {
			t.bounds[r] = bytes * r
		}
		for try := range 4 {
			start := time.Now()
			if err := t.AllGather(buf, t.bounds); err != nil {
				return 0, fmt.Errorf("train: %w", err)
			}
			if d := time.Since(start).Seconds(); try == 0 || d < least {
				least = d
			}
		}
		return max(least, 1e-9), nil
	}
	if m.Latency, err = gather(1); err != nil {
		return m, err
	}
	const large = 1 << 19
	seconds, err := gather(large)
	if err != nil {
		return m, err
	}
	m.Bandwidth = float64(large*(t.Size()-1)) / seconds
	const side = 128
	w, best := kernels.NewMatrix[T](side, side), 0.0
	for range 4 {
		start := time.Now()
		kernels.Gemm(kernels.Trans, kernels.NoTrans, 1, w, w, 0, kernels.NewMatrix[T](side, side))
		best = max(best, side*side*side/max(time.Since(start).Seconds(), 1e-9))
	}
	m.Rate = float64(best * float64(min(max(o.Workers, 1), runtime.GOMAXPROCS(0))))
	m.Step = float64(1+o.Optimizer.method().Slots) / m.Rate
	return m, nil
}

// gatherRows completes W of the layers that are divided, or what stands in x, of the shape of
// all parameters, for them.
func (t *team[T]) gatherRows(tensors []tensor, x []T) error {
	if t == nil || !t.divides {
		return nil
	}
	for i := range tensors {
		w := &tensors[i]
		if w.bias || !t.divided[w.layer] {
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
