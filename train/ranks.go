package train

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// A team is a trainer's connection to those of the other ranks; nil is a trainer alone.
//
// Each rank takes some samples of a batch, one after the other, through the passes forward
// and back. Then all ranks gather the costs, the a^{i-1} and the δ^i of all samples, and each
// computes the sums of the update, or rows of them, over all samples, in their order; or sums
// pass through the ranks, each of which adds its samples. So nothing is added up in another
// order than by a trainer alone.
type team[T kernels.Float] struct {
	ranks.Comm
	message []byte // of all ranks, one after the other
	bounds  []int  // where the messages of ranks begin
	factors []kernels.Matrix[T]
	ending  bool           // the context of a rank has ended
	checks  bool           // samples are of a stream, so that each batch has to be compared
	sum     uint32         // of the batch, if it is
	ways    []rankcost.Way // by layer
	divides bool           // some layer is divided by rows, see rows.go
	runs    [][]int        // what passes through the ranks, see sums.go
}

func newTeam[T kernels.Float](c ranks.Comm) *team[T] {
	if c == nil || c.Size() == 1 {
		return nil
	}
	return &team[T]{Comm: c, bounds: make([]int, c.Size()+1)}
}

// begin makes the passes that follow compute this rank's part of each batch.
func (t *team[T]) begin(ws *net.Workspace[T]) {
	if t != nil {
		ws.SetPart(t.cut)
	}
}

func (t *team[T]) cut(samples int) (lo, hi int) { return ranks.Cut(samples, t.Rank(), t.Size()) }

// ended reports whether the training has to end because of ctx, or, with several ranks, that of
// any of them: between the same two steps on all of them.
func (t *team[T]) ended(ctx context.Context) bool {
	if t == nil {
		return ctx.Err() != nil
	}
	return t.ending
}

// own returns the context that ends this rank's own calls. With several ranks that is none: a
// rank doesn't stop before the others know.
func (t *team[T]) own(ctx context.Context) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// alone returns err, which this rank alone may have, and ends the others with it.
func (t *team[T]) alone(err error) error {
	if t != nil {
		t.Abort(err)
	}
	return err
}

// exchange takes this rank's part of the batch that ws has just seen back to δ^1, and gives
// ws what the other ranks have made of theirs.
func (t *team[T]) exchange(ctx context.Context, n *net.Network[T], ws *net.Workspace[T], b *batch[T]) error {
	if t == nil {
		return nil
	}
	if n.Pull(ws, b.T); t.checks {
		t.sum = checksum(b)
	}
	t.factors = ws.AppendFactors(t.factors[:0])
	t.ending = ctx.Err() != nil
	if err := t.gather(b.Len(), ws.Costs(), t.factors); err != nil {
		return err
	}
	for _, c := range ws.Costs() {
		if math.IsNaN(c) { // perhaps of an output outside the domain of the cost, which has to be found
			return t.gather(b.Len(), nil, []kernels.Matrix[T]{ws.A(n.Depth())})
		}
	}
	return nil
}

// gather completes costs, unless they are nil, and matrices, whose rows follow each other
// without gaps: each rank has its part of the samples.
func (t *team[T]) gather(samples int, costs []float64, matrices []kernels.Matrix[T]) error {
	for r := range t.Size() {
		lo, hi := ranks.Cut(samples, r, t.Size())
		size := headLength
		if costs != nil {
			size += 8 * (hi - lo)
		}
		for i := range matrices {
			size += len(bytesOf(matrices[i].Data[:(hi-lo)*matrices[i].Cols]))
		}
		t.bounds[r+1] = t.bounds[r] + size
	}
	t.message = slices.Grow(t.message[:0], t.bounds[t.Size()])[:t.bounds[t.Size()]]
	each := func(r int, move func(message, own []byte) int) {
		message := t.message[t.bounds[r]+headLength:]
		lo, hi := ranks.Cut(samples, r, t.Size())
		if costs != nil {
			message = message[move(message, bytesOf(costs[lo:hi])):]
		}
		for i := range matrices {
			cols := matrices[i].Cols
			message = message[move(message, bytesOf(matrices[i].Data[lo*cols:hi*cols])):]
		}
	}
	head := t.message[t.bounds[t.Rank()]:]
	if head[0] = 0; t.ending {
		head[0] = 1
	}
	binary.LittleEndian.PutUint32(head[1:], t.sum)
	each(t.Rank(), func(message, own []byte) int { return copy(message, own) })
	if err := t.AllGather(t.message, t.bounds); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for r := range t.Size() {
		head := t.message[t.bounds[r]:]
		if t.ending = t.ending || head[0] != 0; binary.LittleEndian.Uint32(head[1:]) != binary.LittleEndian.Uint32(t.message[1:]) {
			return fmt.Errorf("train: the stream of rank %d has other samples than that of rank 0 in this batch", r)
		}
		if r != t.Rank() {
			each(r, func(message, own []byte) int { return copy(own, message) })
		}
	}
	return nil
}

// headLength is the length of what stands in front of a rank's message: whether its context
// has ended, and the checksum of its batch.
const headLength = 5

// checksum returns one of the inputs, targets and weights of b.
func checksum[T kernels.Float](b *batch[T]) (sum uint32) {
	table := crc32.MakeTable(crc32.Castagnoli)
	for k := range b.X.Rows {
		sum = crc32.Update(sum, table, bytesOf(b.X.Row(k)))
		sum = crc32.Update(sum, table, bytesOf(b.T.Row(k)))
	}
	return crc32.Update(sum, table, bytesOf(b.W))
}

// bytesOf returns the memory of x.
func bytesOf[E any](x []E) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}

// evaluate computes the outputs and the cost of each sample of e, whole batches of which are
// divided among the ranks. It reports whether all costs are numbers; if not, each rank has
// to evaluate all samples, to find out why.
func (t *team[T]) evaluate(e *evaluator[T], n *net.Network[T], ws *net.Workspace[T]) (y kernels.Matrix[T], costs []float64, ok bool, err error) {
	samples := e.data.Len()
	batches := divideUp(samples, net.PredictBatch)
	y, costs = kernels.NewMatrix[T](samples, n.Outputs()), make([]float64, samples)
	first := func(r int) int { return min(batches*r/t.Size()*net.PredictBatch, samples) }
	for i := first(t.Rank()); i < first(t.Rank()+1); i += net.PredictBatch {
		b := e.data.slice(i, min(i+net.PredictBatch, samples))
		outputs := n.Forward(ws, b.X)
		ws.SetSampleWeights(b.W)
		n.Cost(ws, b.T) // an error shows in the costs
		copy(costs[i:], ws.Costs())
		copy(y.Data[i*y.Cols:], outputs.Data)
	}
	bounds := func(size int) []int {
		for r := range t.bounds {
			t.bounds[r] = first(r) * size
		}
		return t.bounds
	}
	err = t.AllGather(bytesOf(costs), bounds(8))
	if err == nil {
		err = t.AllGather(bytesOf(y.Data), bounds(y.Cols*int(unsafe.Sizeof(T(0)))))
	}
	if err != nil {
		return y, costs, false, err
	}
	return y, costs, !slices.ContainsFunc(costs, math.IsNaN), nil
}

// report returns what r reports of the batch that has been evaluated last or, if evaluated is false,
// trained with last.
func (t *team[T]) report(r *layerReporter[T], n *net.Network[T], ws *net.Workspace[T], evaluated bool) ([]LayerReport, error) {
	if t == nil || n.Depth() == 1 {
		return r.report(n, ws), nil
	}
	if !evaluated {
		var layers []kernels.Matrix[T]
		for i := 1; i < n.Depth(); i++ {
			layers = append(layers, ws.Z(i), ws.A(i))
		}
		err := t.gather(layers[0].Rows, nil, layers)
		return r.report(n, ws), err
	}
	last := t.Size() - 1 // which has had the last batch
	numbers := make([]byte, 0, 16*(n.Depth()-1))
	for _, l := range r.report(n, ws) {
		numbers = binary.LittleEndian.AppendUint64(numbers, math.Float64bits(l.Flat))
		numbers = binary.LittleEndian.AppendUint64(numbers, math.Float64bits(l.Dead))
	}
	if err := t.Broadcast(last, numbers); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	reports := make([]LayerReport, 0, n.Depth()-1)
	for ; len(numbers) > 0; numbers = numbers[16:] {
		reports = append(reports, LayerReport{
			Flat: math.Float64frombits(binary.LittleEndian.Uint64(numbers)), Dead: math.Float64frombits(binary.LittleEndian.Uint64(numbers[8:])),
		})
	}
	return reports, nil
}
