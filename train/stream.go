package train

import (
	"context"
	"fmt"
	"iter"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// A Stream is training data that need not fit into memory: samples that are read from the
// first to the last, once an epoch. Package dataset makes one of a file; a function that
// yields samples is enough.
//
// A pass yields the same samples in the same order each time, cut into [Data] of any sizes.
// Neither these sizes nor the speed of reading decide anything: a training has the same
// parameters, bit for bit.
type Stream[T kernels.Float] struct {
	// Pass begins to read at the first sample. The loop over it runs in a goroutine of its
	// own. A block is only read, and only until the next one is asked for; of its fields X, T,
	// Weights and Labels count. After an error there are no more blocks; the error says what
	// is wrong and where.
	Pass func() iter.Seq2[*Data[T], error]
	Len  int // samples of a pass

	Name     string   // as in Data
	Classes  []string // as in Data
	Features []string // as in Data
	Scaler   *Scaler  // what the inputs have gone through; nil for nothing
}

// Load reads a whole pass into memory.
func (s *Stream[T]) Load() (*Data[T], error) {
	all := &Data[T]{Name: s.Name, Classes: s.Classes, Features: s.Features, Scaler: s.Scaler}
	n := 0
	for b, err := range s.Pass() {
		if err != nil {
			return nil, err
		}
		if b.Len() == 0 {
			continue
		}
		if n+b.Len() > s.Len {
			return nil, s.longer()
		}
		if n == 0 {
			all.X, all.T = kernels.NewMatrix[T](s.Len, b.X.Cols), kernels.NewMatrix[T](s.Len, b.T.Cols)
		}
		if b.X.Cols != all.X.Cols || b.T.Cols != all.T.Cols || b.T.Cols > 0 && b.T.Rows != b.Len() {
			return nil, fmt.Errorf("samples %d to %d have %d inputs and %d targets: those before have %d and %d", n+1, n+b.Len(), b.X.Cols, b.T.Cols, all.X.Cols, all.T.Cols)
		}
		for k := range b.Len() {
			copy(all.X.Row(n+k), b.X.Row(k))
			if b.T.Cols > 0 {
				copy(all.T.Row(n+k), b.T.Row(k))
			}
		}
		all.Labels, all.Weights = append(all.Labels, b.Labels...), append(all.Weights, b.Weights...)
		n += b.Len()
	}
	if n < s.Len {
		return nil, s.shorter(n)
	}
	return all, nil
}

func (s *Stream[T]) longer() error {
	return fmt.Errorf("the stream has more samples than the %d that it promises", s.Len)
}

func (s *Stream[T]) shorter(n int) error {
	return fmt.Errorf("the stream ends after %d of the %d samples that it promises", n, s.Len)
}

// check returns an error if s can't be trained on with o.
func (s *Stream[T]) check(o *Options) error {
	switch {
	case s.Pass == nil || s.Len < 1:
		return fmt.Errorf("train: training data: a stream of %d samples: want at least 1, and a Pass", s.Len)
	case o.Draw > 0:
		return fmt.Errorf("train: Draw takes samples from all of them: a stream of %d samples has a Window of %d at a time", s.Len, o.Window)
	case o.Batch >= s.Len:
		return fmt.Errorf("train: a batch of all samples would hold the stream in memory: want less than its %d samples, or a Window of as many", s.Len)
	}
	return nil
}

// NewStreamTrainer is [New] for samples that are read while the training goes on. A goroutine
// of the trainer's reads ahead; [Trainer.Close] ends it.
//
// The order of the samples is that of the stream, shuffled within a window. The window is a
// list of [Options].Window samples, at first the first ones. The next sample of the training
// is one of the list, chosen at random; the last one of the list takes its place, and the
// next sample of the stream comes to the end of the list. Each epoch has a generator of its
// own, that of Seed and of 2³² plus the epoch's number, so the order follows from seed, epoch
// and position.
//
// Memory is taken for the window, four batches (or as many as make 256 KiB), one block of
// the stream, and the validation data. A stream that fits into the window is read into
// memory once, and the training is that of [New]. A State says where a stream is by
// the numbers of its epoch and step; a trainer that is restored reads the pass anew up to there.
//
// After an error of the stream, which a step returns, the state is that of the step before,
// and the next step begins to read the pass anew.
func NewStreamTrainer[T kernels.Float](n *net.Network[T], s *Stream[T], validation *Data[T], o Options) (*Trainer[T], error) {
	if s.Pass == nil || s.Len < 1 || s.Len > max(o.Window, 1) {
		return newTrainer(n, nil, s, validation, o)
	}
	d, err := s.Load()
	if err != nil {
		return nil, fmt.Errorf("train: training data: %w", err)
	}
	return newTrainer(n, d, nil, validation, o)
}

// FitStream is [Fit] for samples that are read while the training goes on; see
// [NewStreamTrainer]. After an error of the stream the network has the parameters of the last
// step.
func FitStream[T kernels.Float](ctx context.Context, n *net.Network[T], s *Stream[T], validation *Data[T], o Options) (Result, error) {
	t, err := NewStreamTrainer(n, s, validation, o)
	if err != nil {
		return Result{}, err
	}
	return t.fit(ctx)
}
