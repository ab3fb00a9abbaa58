package train

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// This file chooses how ranks update each layer: the ways of package rankcost. All have the
// same bits, so it is only a matter of time.

// wayVariable is the environment variable that asks for one way in place of the fastest.
const wayVariable = "NABLA_WAY"

// choose decides, the same on all ranks, how layers are updated. With clipping by norm none is
// divided by rows, because the norm takes the whole gradient.
func (t *team[T]) choose(n *net.Network[T], ws *net.Workspace[T], o *Options, batch int) error {
	if t == nil {
		return nil
	}
	t.ways = make([]rankcost.Way, n.Depth()+1)
	step := rankcost.Step{Batch: batch, Ranks: t.Size(), Width: int(unsafe.Sizeof(T(0)))}
	layers, large := layersOf(n), false
	for i := range layers {
		large = large || layers[i].Weights >= rankcost.Few || batch*layers[i].Factors >= rankcost.Few
	}
	choose := rankcost.Choose
	if name := os.Getenv(wayVariable); name != "" {
		way, err := rankcost.ParseWay(name)
		if err != nil {
			return fmt.Errorf("train: %s: %w", wayVariable, err)
		}
		large, choose = true, rankcost.Only(way)
	}
	if !large {
		return nil
	}
	m, err := t.measure(o)
	if err != nil {
		return err
	}
	choice := make([]byte, n.Depth()+1, n.Depth()+5)
	weights, rows := 0, 0
	for i := 1; i <= n.Depth(); i++ {
		if o.LayerRates != nil && o.LayerRates[i-1] == 0 { // frozen
			continue
		}
		l := layers[i-1]
		way := choose(m, l, step, o.ClipNorm == 0)
		if choice[i] = byte(way); way == rankcost.Sums {
			weights, rows = weights+l.Weights, rows+l.Rows
		}
	}
	adding := float64(weights) * float64(batch) / m.Rate / float64(t.Size())
	choice = binary.LittleEndian.AppendUint32(choice, uint32(m.Pieces(float64(weights*step.Width), adding, max(rows, 1), t.Size())))
	if err := t.Broadcast(0, choice); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for i := range t.ways {
		t.ways[i] = rankcost.Way(choice[i])
	}
	t.divides = slices.Contains(t.ways, rankcost.Rows)
	if t.divides {
		ws.SetRows(func(i int) (lo, hi int) {
			rows := n.Weights(i).Rows
			if t.ways[i] != rankcost.Rows {
				return 0, rows
			}
			return ranks.Cut(rows, t.Rank(), t.Size())
		})
	}
	if slices.Contains(t.ways, rankcost.Sums) {
		ws.SetSums(func(i int) bool { return t.ways[i] == rankcost.Sums })
		t.runs = t.cutSums(tensors(n), int(binary.LittleEndian.Uint32(choice[len(t.ways):])))
	}
	return nil
}

// layersOf returns what the model of the costs has to know of layers 1 … L.
func layersOf[T kernels.Float](n *net.Network[T]) (layers []rankcost.Layer) {
	c := n.Config()
	widths := []int{c.Inputs}
	for i := range c.Layers {
		widths = append(widths, c.Layers[i].Out)
		l := rankcost.LayerOf(widths, i+1)
		if c.Layers[i].LayerNorm {
			l.Factors += 2 * c.Layers[i].Out
		}
		layers = append(layers, l)
	}
	return layers
}

// measure finds out what the model of the costs has to know.
func (t *team[T]) measure(o *Options) (m rankcost.Machine, err error) {
	large := rankcost.Message
	buf := make([]byte, large*t.Size())
	gather := func(bytes int) error {
		for r := range t.bounds {
			t.bounds[r] = bytes * r
		}
		return t.AllGather(buf[:bytes*t.Size()], t.bounds)
	}
	// All begin together, and rank 0, whose measurements count, ends last.
	least := func(do func() error) (seconds float64) {
		for try := 0; try < 4 && err == nil; try++ {
			if err = gather(1); err != nil {
				break
			}
			start := time.Now()
			if err = do(); err != nil {
				break
			}
			if d := time.Since(start).Seconds(); try == 0 || d < seconds {
				seconds = d
			}
		}
		return max(seconds, 1e-9)
	}
	last := t.Size() - 1
	m.Latency = least(func() error { return gather(1) })
	m.Bandwidth = float64(large*last) / least(func() error { return gather(large) })
	const pieces = 8
	piece := large / pieces
	through := least(func() error {
		for range pieces {
			if err := t.pass(buf[:piece], func() {}); err != nil {
				return err
			}
		}
		return t.Broadcast(last, buf[:1])
	})
	m.Pass = float64(piece*(pieces+last)) / through
	m.Spread = float64(large) / least(func() error { return t.Broadcast(last, buf[:large]) })
	if err != nil {
		return m, fmt.Errorf("train: %w", err)
	}
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
