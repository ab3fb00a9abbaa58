package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"unsafe"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// A streamer cuts a stream into the batches of an epoch.
type streamer[T kernels.Float] struct {
	stream       *Stream[T]
	net          *net.Network[T]
	options      *Options
	task         metrics.Task
	size, window int
	surveyed     atomic.Pointer[survey[T]] // of the last pass that was read to its end
	taken        int                       // samples of this epoch that have been returned
	reader       *reader[T]                // nil before the first batch and after an error
	chunk        *chunk[T]                 // nil if there is none
	at           int                       // samples of the chunk that have been returned
	hurry        bool                      // a context has ended since the last chunk came
}

func newStreamer[T kernels.Float](n *net.Network[T], s *Stream[T], o *Options, task metrics.Task) *streamer[T] {
	f := &streamer[T]{stream: s, net: n, options: o, task: task, size: o.Batch, window: max(o.Window, 1)}
	if o.FileOrder {
		f.window = 1
	}
	return f
}

func (f *streamer[T]) steps() int { return divideUp(f.stream.Len, f.size) }

func (f *streamer[T]) done() bool { return f.taken == f.stream.Len }

func (f *streamer[T]) batch(ctx context.Context, epoch int) (batch[T], error) {
	if f.done() {
		f.taken = 0
	}
	if f.reader == nil {
		f.reader = newReader(f, epoch, f.taken)
	}
	if f.chunk == nil {
		select {
		case f.chunk = <-f.reader.ready:
		case <-ctx.Done():
			f.interrupt()
			return batch[T]{}, ctx.Err()
		}
		f.at, f.hurry = 0, false
		if err := f.chunk.err; err != nil {
			f.close()
			return batch[T]{}, fmt.Errorf("train: epoch %d, after sample %d of %d: %w", epoch, f.taken, f.stream.Len, err)
		}
	}
	if f.at == f.chunk.rows {
		c := f.chunk
		f.chunk = nil
		f.reader.free <- c // there is always room
		return f.batch(ctx, epoch)
	}
	i, j := f.at, min(f.at+f.size, f.chunk.rows)
	f.at, f.taken = j, f.taken+j-i
	return f.chunk.samples.slice(i, j), nil
}

func (f *streamer[T]) close() {
	if f.reader != nil {
		close(f.reader.quit)
		if !f.hurry {
			<-f.reader.done
		}
	}
	f.reader, f.chunk, f.at, f.hurry = nil, nil, 0, false
}

func (f *streamer[T]) interrupt() { f.hurry = true }

func (f *streamer[T]) save(*State[T]) {}

func (f *streamer[T]) restore(s *State[T]) {
	f.close()
	f.taken = s.EpochSteps * f.size
}

func (f *streamer[T]) check(s *State[T]) error {
	if len(s.Order) > 0 {
		return fmt.Errorf("the state has an order of %d samples: a stream has none", len(s.Order))
	}
	return nil
}

func (f *streamer[T]) generator() (words [2]uint64) { return words }

// survey returns that of the last pass that was read to its end, or reads one.
func (f *streamer[T]) survey() (*survey[T], error) {
	if v := f.surveyed.Load(); v != nil {
		return v, nil
	}
	in := newIntake(f, nil)
	defer in.close()
	for range f.stream.Len {
		if _, err := in.next(); err != nil {
			return nil, fmt.Errorf("train: diagnosis: %w", err)
		}
	}
	f.surveyed.Store(in.survey)
	return in.survey, nil
}

// chunkRows returns the number of samples of a chunk.
func (f *streamer[T]) chunkRows(columns int) int {
	least := divideUp(leastChunk, max(columns, 1)*int(unsafe.Sizeof(T(0))))
	return f.size * divideUp(min(least, f.stream.Len), f.size)
}

// A chunk is some batches, one behind the other.
type chunk[T kernels.Float] struct {
	samples batch[T]
	rows    int
	err     error // if it is not nil, the chunk is the last one and has no samples
}

// readAhead is the number of chunks: one that is trained on, one that is filled, and others
// that are ready. leastChunk is the least size of one, in bytes.
const (
	readAhead  = 4
	leastChunk = 256 << 10
)

// streamedShuffle and the number of the epoch name the stream of the seed that orders the
// samples of a [Stream].
const streamedShuffle = 1 << 32

// A reader reads passes, shuffles their samples and makes chunks of them, in a goroutine.
// As one sample leaves the window, another one comes in, also where an epoch ends: then it
// is one of the next epoch.
type reader[T kernels.Float] struct {
	f           *streamer[T]
	ready, free chan *chunk[T]
	quit, done  chan struct{} // closed to end the goroutine, and when it has ended
	in          *intake[T]
	window      batch[T]
	unused      []int32 // rows of the window
	now, next   []int32 // rows with samples of the present epoch, and of the next one
}

// errQuit ends a reader that is no longer wanted.
var errQuit = errors.New("train: the stream is closed")

// newReader begins to read in an epoch, behind so many of its samples.
func newReader[T kernels.Float](f *streamer[T], epoch, skip int) *reader[T] {
	r := &reader[T]{f: f, quit: make(chan struct{}), done: make(chan struct{})}
	r.ready, r.free = make(chan *chunk[T], readAhead+1), make(chan *chunk[T], readAhead)
	for range readAhead {
		r.free <- new(chunk[T])
	}
	go r.run(epoch, skip)
	return r
}

func (r *reader[T]) run(epoch, skip int) {
	defer close(r.done)
	r.in = newIntake(r.f, r.quit)
	defer r.in.close()
	for row := r.f.window - 1; row >= 0; row-- {
		r.unused = append(r.unused, int32(row))
	}
	for ; ; epoch++ {
		if err := r.pass(epoch, skip); err != nil {
			r.ready <- &chunk[T]{err: err} // there is always room
			return
		}
		r.now, r.next, skip = r.next, r.now[:0], 0
	}
}

// pass makes the chunks of an epoch, without so many of its samples.
func (r *reader[T]) pass(epoch, skip int) error {
	random := rng.New(r.f.options.Seed, streamedShuffle+uint64(epoch))
	var c *chunk[T]
	n := r.f.stream.Len
	for k := range n {
		if err := r.fill(n - k); err != nil {
			if c != nil { // its whole batches can still be trained on
				c.rows -= c.rows % r.f.size
				r.ready <- c
			}
			return err
		}
		l, last := random.IntN(len(r.now)), len(r.now)-1
		row := r.now[l]
		r.now[l], r.now = r.now[last], r.now[:last]
		r.unused = append(r.unused, row)
		if k < skip {
			continue
		}
		if c == nil {
			select {
			case c = <-r.free:
			case <-r.quit:
				return errQuit
			}
			c.rows = 0
			c.samples.reserve(r.f.chunkRows(r.window.X.Cols+r.window.T.Cols), &r.window)
		}
		c.samples.copyRow(c.rows, &r.window, int(row))
		if c.rows++; c.rows == c.samples.Len() || k == n-1 {
			r.ready <- c // there is always room
			c = nil
		}
	}
	return nil
}

// fill fills the window. left is the number of samples that the present epoch has still to
// give; those of the stream behind them belong to the next one.
func (r *reader[T]) fill(left int) error {
	for len(r.unused) > 0 {
		k, err := r.in.next()
		if err != nil && len(r.now) < left {
			return err
		}
		if err != nil {
			return nil // it is the next epoch's
		}
		b := &r.in.block
		r.window.reserve(r.f.window, b)
		row := r.unused[len(r.unused)-1]
		r.unused = r.unused[:len(r.unused)-1]
		r.window.copyRow(int(row), b, k)
		if len(r.now) < left {
			r.now = append(r.now, row)
		} else {
			r.next = append(r.next, row)
		}
	}
	return nil
}

// reserve makes b a batch of so many samples of the kind of those of like, if it has no
// memory yet.
func (b *batch[T]) reserve(rows int, like *batch[T]) {
	if b.X.Data != nil {
		return
	}
	b.X, b.T = kernels.NewMatrix[T](rows, like.X.Cols), kernels.NewMatrix[T](rows, like.outputs())
	if like.W != nil {
		b.W = make([]T, rows)
	}
}

// copyRow makes sample k of from sample row of b.
func (b *batch[T]) copyRow(row int, from *batch[T], k int) {
	copy(b.X.Row(row), from.X.Row(k))
	copy(b.T.Row(row), from.target(k))
	if b.W != nil {
		b.W[row] = from.W[k]
	}
}

// An intake gives the samples of a stream one by one, pass after pass.
type intake[T kernels.Float] struct {
	f      *streamer[T]
	quit   <-chan struct{}
	pull   func() (*Data[T], error, bool) // nil between passes
	stop   func()
	block  batch[T]
	memory batch[T] // for weights and targets that are made
	at     int      // samples of the block that were given
	count  int      // samples of the pass that were given
	weighs bool     // the first block has weights
	begun  bool     // there was a block
	survey *survey[T]
	err    error
}

func newIntake[T kernels.Float](f *streamer[T], quit <-chan struct{}) *intake[T] {
	return &intake[T]{f: f, quit: quit}
}

func (in *intake[T]) close() {
	if in.pull != nil {
		in.stop()
	}
}

// next returns the row of the block that is the next sample. An error stays.
func (in *intake[T]) next() (int, error) {
	if in.at == in.block.Len() && in.err == nil {
		in.at, in.block = 0, batch[T]{}
		in.err = in.read()
	}
	if in.err != nil {
		return 0, in.err
	}
	in.at++
	in.count++
	return in.at - 1, nil
}

// read reads the next block that has samples.
func (in *intake[T]) read() error {
	for {
		select {
		case <-in.quit:
			return errQuit
		default:
		}
		if in.pull == nil {
			in.pull, in.stop = iter.Pull2(in.f.stream.Pass())
			in.count, in.survey = 0, newSurvey[T](in.f.stream.Len, in.f.task)
		}
		d, err, ok := in.pull()
		switch s := in.f.stream; {
		case ok && err != nil:
			return err
		case !ok && in.count < s.Len:
			return s.shorter(in.count)
		case !ok:
			in.f.surveyed.Store(in.survey)
			in.pull = nil
		case in.count+d.Len() > s.Len:
			return s.longer()
		case d.Len() > 0:
			return in.check(d)
		}
	}
}

// check makes d, which must be fit for the network, the block.
func (in *intake[T]) check(d *Data[T]) error {
	err := d.check(in.f.net)
	if err == nil && in.begun && in.weighs != (d.Weights != nil) {
		err = errors.New("some samples have weights and others have none: want weights for all")
	}
	if err == nil {
		in.block, err = prepare(in.f.net, d, in.f.options, &in.memory)
	}
	if err != nil {
		in.block = batch[T]{}
		return fmt.Errorf("samples %d to %d of the stream: %w", in.count+1, in.count+d.Len(), err)
	}
	in.weighs, in.begun = d.Weights != nil, true
	in.survey.add(in.f.net, in.count, &in.block)
	return nil
}
