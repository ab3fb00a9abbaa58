package train

import (
	"context"
	"slices"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/internal/prefetch"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// shuffleStream is the stream of the seed that orders samples. The layers of a
// network are initialised from streams 1, 2, …, so one seed serves for both.
const shuffleStream = 0

// A feeder gives the batches of a training.
type feeder[T kernels.Float] interface {
	// batch returns the next batch, which is the first one of the given epoch if the one
	// before is done. It is valid until the next call.
	batch(ctx context.Context, epoch int) (batch[T], error)
	done() bool // all batches of the epoch have been returned
	steps() int // batches of an epoch
	// save, check and restore are for the part of a state that says where the feeder is.
	save(*State[T])
	check(*State[T]) error
	restore(*State[T])
	generator() [2]uint64 // the state of the generator that orders samples
	survey() (*survey[T], error)
	interrupt() // a context has ended: close must not wait
	close()
}

// A batcher cuts the training data into the batches of an epoch.
type batcher[T kernels.Float] struct {
	data        batch[T]
	net         *net.Network[T]
	task        metrics.Task
	size        int      // samples of a batch
	draw        int      // samples of a draw: all of them, or fewer in two-level sampling
	order       []int    // a permutation of the samples, nil for file order
	gathered    batch[T] // memory for samples that are not neighbours
	rand        *rng.Rand
	epoch, next int                     // samples of this epoch that have been drawn, and of its current draw that have been returned
	pool        *parallel.Pool          // its workers gather; nil is the caller alone
	gather      func(share, shares int) // gathers a part of chosen and prefetches one of upcoming
	chosen      []int                   // samples of the batch that is being gathered
	upcoming    []int                   // samples of the next batch of the draw
}

func newBatcher[T kernels.Float](net *net.Network[T], d batch[T], o *Options, task metrics.Task) *batcher[T] {
	n := d.Len()
	b := &batcher[T]{data: d, net: net, task: task, size: min(o.Batch, n), draw: n}
	if o.Draw > 0 {
		b.draw = min(o.Draw, n)
	}
	b.size = min(b.size, b.draw)
	if o.FileOrder || b.size == n {
		return b // one batch needs no order
	}
	b.rand = rng.New(o.Seed, shuffleStream)
	b.order = make([]int, n)
	for k := range b.order {
		b.order[k] = k
	}
	if b.size > 1 {
		b.gathered = batch[T]{X: kernels.NewMatrix[T](b.size, d.X.Cols), T: kernels.NewMatrix[T](b.size, d.outputs())}
		if d.W != nil {
			b.gathered.W = make([]T, b.size)
		}
		b.gather = func(share, shares int) {
			lo, hi := len(b.chosen)*share/shares, len(b.chosen)*(share+1)/shares
			for k := lo; k < hi; k++ {
				copy(b.gathered.X.Row(k), b.data.X.Row(b.chosen[k]))
				copy(b.gathered.T.Row(k), b.data.target(b.chosen[k]))
				if b.data.W != nil {
					b.gathered.W[k] = b.data.W[b.chosen[k]]
				}
			}
			b.prefetch(lo, hi)
		}
	}
	return b
}

// copyWork is how many multiply-adds take as long as copying an element from memory.
const copyWork = 16

// steps returns the number of batches in an epoch, which is as many draws as cover the
// number of samples.
func (b *batcher[T]) steps() int { return divideUp(b.data.Len(), b.draw) * divideUp(b.draw, b.size) }

// seek makes the next batch that which comes after the given number of batches of an
// epoch. It leaves the order as it is.
func (b *batcher[T]) seek(steps int) {
	perDraw := divideUp(b.draw, b.size)
	b.epoch, b.next = divideUp(steps, perDraw)*b.draw, b.draw
	if rest := steps % perDraw; rest > 0 {
		b.next = rest * b.size
	}
	if steps == 0 {
		b.next = 0
	}
}

// done reports whether all batches of the epoch have been returned.
func (b *batcher[T]) done() bool { return b.next == b.draw && b.epoch >= b.data.Len() }

func divideUp(x, y int) int { return (x + y - 1) / y }

func (b *batcher[T]) save(s *State[T]) {
	if b.rand != nil {
		s.Order, s.Generator = slices.Clone(b.order), b.rand.State()
	}
}

func (b *batcher[T]) check(s *State[T]) error { return checkOrder(s.Order, len(b.order)) }

func (b *batcher[T]) restore(s *State[T]) {
	b.seek(s.EpochSteps)
	copy(b.order, s.Order)
	if b.rand != nil {
		b.rand.SetState(s.Generator)
	}
}

func (b *batcher[T]) generator() (words [2]uint64) {
	if b.rand != nil {
		words = b.rand.State()
	}
	return words
}

func (b *batcher[T]) survey() (*survey[T], error) {
	v := newSurvey[T](b.data.Len(), b.task)
	v.add(b.net, 0, &b.data)
	return v, nil
}

func (b *batcher[T]) interrupt() {}

func (b *batcher[T]) close() {}

func (b *batcher[T]) batch(context.Context, int) (batch[T], error) { return b.take(), nil }

// take returns the next batch, which is the first one of the next epoch if this one is
// done. The batch is valid until the next call.
func (b *batcher[T]) take() batch[T] {
	if b.done() {
		b.epoch, b.next = 0, 0
	}
	if b.next == b.draw {
		b.next = 0
	}
	if b.next == 0 {
		b.epoch += b.draw
		b.shuffle()
	}
	i, j := b.next, min(b.next+b.size, b.draw)
	b.next = j
	if b.order == nil {
		return b.data.slice(i, j)
	}
	b.upcoming = b.order[j:min(j+b.size, b.draw)]
	if b.size == 1 {
		defer b.prefetch(0, 1)
		return b.data.slice(b.order[i], b.order[i]+1)
	}
	b.chosen = b.order[i:j]
	b.pool.Share(j-i, copyWork*int64(j-i)*int64(b.data.X.Cols+b.data.outputs()), b.gather)
	return b.gathered.slice(0, j-i)
}

// prefetch prefetches samples lo to hi of the next batch into L2 of the worker that will
// gather them, while the present batch is computed with: shuffled samples are scattered
// over memory, where no hardware prefetcher foresees them. Of a large batch only the
// first samples are prefetched, because L2 has to hold the rest of the step as well.
func (b *batcher[T]) prefetch(lo, hi int) {
	const most = 1 << 15 // elements
	for k := lo; k < min(hi, len(b.upcoming), most/b.data.X.Cols); k++ {
		prefetch.Slice(b.data.X.Row(b.upcoming[k]))
		prefetch.Slice(b.data.target(b.upcoming[k]))
	}
}

// shuffle puts draw samples, chosen at random and in random order, at the front of
// the permutation (Fisher and Yates).
func (b *batcher[T]) shuffle() {
	if b.order == nil {
		return
	}
	for k := range b.draw {
		l := k + b.rand.IntN(len(b.order)-k)
		b.order[k], b.order[l] = b.order[l], b.order[k]
	}
}
