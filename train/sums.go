package train

import (
	"fmt"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/net"
)

// This file has the sums of an update pass through the ranks in order, where a batch is so
// large that its factors outweigh the parameters. Each rank adds its samples, which come after
// those of the ranks before, and the last one gives the sums to all. So a sum is the one chain
// that it is in one process. Sums pass in pieces, so that all ranks work at once.

// cutSums cuts what passes through the ranks into about so many pieces of whole rows. Each of the
// runs that it returns is a part of the gradient without gaps: where its pieces begin, and where
// the last one ends.
func (t *team[T]) cutSums(tensors []tensor, pieces int) (runs [][]int) {
	passes := func(i int) bool { return i >= 0 && t.ways[tensors[i].layer] == rankcost.Sums }
	total := 0
	for i := range tensors {
		if passes(i) {
			total += tensors[i].hi - tensors[i].lo
		}
	}
	size := divideUp(total, pieces)
	for i := range tensors {
		if !passes(i) {
			continue
		}
		w := &tensors[i]
		if !passes(i - 1) {
			runs = append(runs, []int{w.lo})
		}
		run := &runs[len(runs)-1]
		for at := w.lo; at < w.hi; {
			begin := (*run)[len(*run)-1]
			rows := max(1, divideUp(begin+size-at, w.cols))
			if at = min(at+rows*w.cols, w.hi); at-begin >= size || at == w.hi && !(i+1 < len(tensors) && passes(i+1)) {
				*run = append(*run, at)
			}
		}
	}
	return runs
}

// passSums completes the sums over the batch that pass through the ranks.
func (t *team[T]) passSums(n *net.Network[T], ws *net.Workspace[T]) error {
	if t == nil || t.runs == nil {
		return nil
	}
	sums, last := ws.Gradient(), t.Size()-1
	for _, run := range t.runs {
		for p, hi := range run[1:] {
			lo := run[p]
			if t.Rank() == 0 {
				clear(sums[lo:hi])
			}
			if err := t.pass(bytesOf(sums[lo:hi]), func() { n.AddSums(ws, lo, hi) }); err != nil {
				return fmt.Errorf("train: %w", err)
			}
		}
	}
	for _, run := range t.runs {
		if err := t.Broadcast(last, bytesOf(sums[run[0]:run[len(run)-1]])); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// pass takes what the rank before has in buf, calls add, and hands buf on to the next.
func (t *team[T]) pass(buf []byte, add func()) error {
	if t.Rank() > 0 {
		if err := t.Receive(t.Rank()-1, buf); err != nil {
			return err
		}
	}
	add()
	if t.Rank() == t.Size()-1 {
		return nil
	}
	return t.Send(t.Rank()+1, buf)
}
