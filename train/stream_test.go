package train_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// streamOf returns a stream of d in blocks of the given sizes, in turn. before, if not nil,
// is called before each block.
func streamOf[T kernels.Float](d *train.Data[T], before func(), sizes ...int) *train.Stream[T] {
	return &train.Stream[T]{Len: d.Len(), Classes: d.Classes, Pass: func() iter.Seq2[*train.Data[T], error] {
		return func(yield func(*train.Data[T], error) bool) {
			block := &train.Data[T]{}
			for i, n := 0, 0; i < d.Len(); n++ {
				j := min(i+sizes[n%len(sizes)], d.Len())
				samples := make([]int, 0, j-i)
				for k := i; k < j; k++ {
					samples = append(samples, k)
				}
				if before != nil {
					before()
				}
				// The memory of the block before is used again, as readers do.
				*block = *d.Subset(samples)
				if !yield(block, nil) {
					return
				}
				for k := range block.X.Data {
					block.X.Data[k] = T(math.NaN())
				}
				i = j
			}
		}
	}}
}

// orderOf returns the samples of so many epochs in the order in which they are trained on,
// told apart by their costs.
func orderOf(t *testing.T, n, epochs int, o train.Options, sizes ...int) (order []int) {
	t.Helper()
	d := numbered(n)
	net := linear(t)
	net.Weights(1).Data[0], net.Biases(1)[0] = 1, 0
	o.Rate, o.Batch, o.Epochs = 0, 1, epochs
	o.StepProgress = func(r train.StepReport) { order = append(order, int(math.Round(math.Sqrt(2*r.Cost)))) }
	_, err := train.FitStream(context.Background(), net, streamOf(d, nil, sizes...), nil, o)
	require.NoError(t, err)
	return order
}

// Every epoch has each sample once. A window of 0 or 1 takes them in the order of the
// stream; in a larger one, sample k comes when at least the k+1−window first have come.
func TestStreamOrder(t *testing.T) {
	const n, epochs = 50, 3
	for _, window := range []int{0, 1, 2, 7, 49} {
		var before []int
		for _, sizes := range [][]int{{1}, {50}, {3, 1, 0, 8}} {
			order := orderOf(t, n, epochs, train.Options{Window: window, Seed: 3}, sizes...)
			require.Len(t, order, n*epochs)
			for epoch := range slices.Chunk(order, n) {
				for at, k := range epoch {
					require.GreaterOrEqual(t, at, k-max(window, 1)+1)
				}
				sorted := slices.Clone(epoch)
				slices.Sort(sorted)
				for k, x := range sorted {
					require.Equal(t, k, x)
				}
				require.Equal(t, window < 2, slices.Equal(sorted, epoch), "window %d", window)
			}
			require.Equal(t, window < 2, slices.Equal(order[:n], order[n:2*n]))
			if before != nil {
				require.Equal(t, before, order, "window %d, blocks of %v", window, sizes)
			}
			before = order
		}
	}
	inOrder := orderOf(t, n, 1, train.Options{Window: 7, FileOrder: true}, 4)
	require.True(t, slices.IsSorted(inOrder))
	require.NotEqual(t, orderOf(t, n, 1, train.Options{Window: 7, Seed: 1}, 4), orderOf(t, n, 1, train.Options{Window: 7, Seed: 2}, 4))
}

// Each sample of the window is as likely as another one to be the next.
func TestStreamWindowIsUniform(t *testing.T) {
	const window, trials = 4, 2000
	var counts [window]int
	for seed := range trials {
		counts[orderOf(t, 6, 1, train.Options{Window: window, Seed: uint64(seed)}, 6)[0]]++
	}
	for k, c := range counts {
		// Binomial: the deviation is √(trials·¼·¾) = 19.4.
		near(t, fmt.Sprintf("times that sample %d was the first", k), float64(c), trials/window, 5*19.4)
	}
}

// The bits of a training depend neither on the blocks nor on how fast they come nor on
// workers; a window that holds all samples gives those of data in memory.
func TestStreamBits(t *testing.T) {
	d := noisy[float32](101)
	weighted := noisy[float32](101)
	labelled := noisy[float32](101)
	for k := range 101 {
		weighted.Weights = append(weighted.Weights, float32(k%3))
		labelled.Labels = append(labelled.Labels, 2*k/101)
	}
	labelled.T = kernels.Matrix[float32]{}
	slow := func() {
		for range 50 {
			runtime.Gosched()
		}
	}
	options := trainings()
	for name, d := range map[string]*train.Data[float32]{"online": d, "adam": weighted, "class weights": labelled, "label smoothing": labelled, "sgd": d} {
		o := options[name]
		if name == "label smoothing" {
			o.ClassWeights = []float64{1, 2}
		}
		o.Epochs, o.Seed = 3, 5
		for _, window := range []int{0, 13, 100, 101, 1000} {
			o.Window = window
			var want string
			if window > 100 {
				n := small[float32](t)
				fit(t, n, d, o)
				want = n.Fingerprint()
			}
			for i, sizes := range [][]int{{101}, {1}, {17, 2}} {
				n := small[float32](t)
				o.Workers = 1 + i
				pace := slow
				if i == 1 {
					pace = nil
				}
				r, err := train.FitStream(context.Background(), n, streamOf(d, pace, sizes...), d, o)
				require.NoError(t, err)
				require.Len(t, r.Epochs, 3)
				if want == "" {
					want = n.Fingerprint()
				}
				require.Equal(t, want, n.Fingerprint(), "%s, window %d, blocks of %v", name, window, sizes)
			}
		}
	}
}

// A training on a stream goes on from the state of any step, as one that was never stopped.
func TestStreamRestore(t *testing.T) {
	d := noisy[float32](101)
	o := train.Options{Rate: 0.01, Batch: 7, Epochs: 2, Optimizer: train.Adam(), Window: 30, Seed: 2}
	whole, err := train.NewStreamTrainer(small[float32](t), streamOf(d, nil, 10), nil, o)
	require.NoError(t, err)
	defer whole.Close()
	states := []*train.State[float32]{whole.State()}
	for !whole.Ended(2) {
		_, err := whole.Step(context.Background())
		require.NoError(t, err)
		states = append(states, whole.State())
	}
	require.Len(t, states, 31)
	other, err := train.NewStreamTrainer(small[float32](t), streamOf(d, nil, 3), nil, o)
	require.NoError(t, err)
	defer other.Close()
	for _, from := range []int{0, 29, 1, 14, 15, 16, 20} {
		require.NoError(t, other.Restore(states[from]))
		for step := from; step < min(from+9, 30); step++ {
			_, err := other.Step(context.Background())
			require.NoError(t, err)
			require.True(t, states[step+1].Equal(other.State()), "from step %d, step %d", from, step+1)
		}
	}
	bad := states[20].Clone()
	bad.Order = []int{0}
	require.ErrorContains(t, other.Restore(bad), "an order of 1 samples")

	// At the end there is no step that reads the stream, but a diagnosis does.
	last, err := train.NewStreamTrainer(small[float32](t), streamOf(d, nil, 3), nil, o)
	require.NoError(t, err)
	defer last.Close()
	require.NoError(t, last.Restore(states[30]))
	want, err := whole.Diagnose()
	require.NoError(t, err)
	got, err := last.Diagnose()
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// failing returns d in blocks of 10, with an error in place of a block until it is cured.
func failing(d *train.Data[float32], at int, failure *error) *train.Stream[float32] {
	s := streamOf(d, nil, 10)
	pass := s.Pass
	s.Pass = func() iter.Seq2[*train.Data[float32], error] {
		return func(yield func(*train.Data[float32], error) bool) {
			n := 0
			for b, err := range pass() {
				if n == at && *failure != nil {
					yield(nil, *failure)
					return
				}
				if n++; !yield(b, err) {
					return
				}
			}
		}
	}
	return s
}

// An error of the stream comes at the same step whatever the reader was ahead; the state
// before it is whole, and the next step tries again.
func TestStreamErrors(t *testing.T) {
	d := noisy[float32](101)
	o := train.Options{Rate: 0.01, Batch: 7, Epochs: 2, Optimizer: train.Adam(), Window: 30, Seed: 2}
	want := small[float32](t)
	_, err := train.FitStream(context.Background(), want, streamOf(d, nil, 10), nil, o)
	require.NoError(t, err)

	failure := errors.New("rows.csv:61: a bad cell")
	n := small[float32](t)
	trainer, err := train.NewStreamTrainer(n, failing(d, 6, &failure), nil, o)
	require.NoError(t, err)
	defer trainer.Close()
	steps := 0
	for err == nil {
		steps++
		_, err = trainer.Step(context.Background())
	}
	// 60 samples are there, 30 of them are the window, and those that went out are 31.
	require.Equal(t, 31/7+1, steps)
	require.EqualError(t, err, "train: epoch 1, after sample 28 of 101: rows.csv:61: a bad cell")
	require.ErrorIs(t, err, failure)
	require.NoError(t, trainer.Failed())
	require.Equal(t, 4, trainer.State().Steps)
	failure = nil
	require.NoError(t, trainer.Run(context.Background(), 2))
	require.Equal(t, want.Fingerprint(), n.Fingerprint())
}

func TestStreamRefusals(t *testing.T) {
	d := noisy[float32](60)
	o := train.Options{Rate: 0.01, Batch: 7, Epochs: 2, Window: 10}
	cases := map[string]func(s *train.Stream[float32], o *train.Options){
		"a stream of 0 samples":            func(s *train.Stream[float32], _ *train.Options) { s.Len = 0 },
		"and a Pass":                       func(s *train.Stream[float32], _ *train.Options) { s.Pass = nil },
		"a batch of all samples":           func(_ *train.Stream[float32], o *train.Options) { o.Batch = train.All },
		"Draw takes samples from all":      func(_ *train.Stream[float32], o *train.Options) { o.Draw = 10 },
		"a window of -1 samples":           func(_ *train.Stream[float32], o *train.Options) { o.Window = -1 },
		"batches of 0 samples":             func(_ *train.Stream[float32], o *train.Options) { o.Batch = 0 },
		"after 60 of the 61 samples":       func(s *train.Stream[float32], _ *train.Options) { s.Len = 61 },
		"more samples than the 59 that it": func(s *train.Stream[float32], _ *train.Options) { s.Len = 59 },
		"samples 21 to 30 of the stream: input row 3, column 2 is NaN": func(s *train.Stream[float32], _ *train.Options) {
			d := noisy[float32](60)
			d.X.Row(22)[1] = float32(math.NaN())
			*s = *streamOf(d, nil, 10)
		},
		"samples 1 to 10 of the stream: inputs have 2 columns": func(s *train.Stream[float32], _ *train.Options) {
			d := noisy[float32](60)
			d.X.Cols = 2
			*s = *streamOf(d, nil, 10)
		},
	}
	for want, change := range cases {
		s, o := streamOf(d, nil, 10), o
		change(s, &o)
		n := small[float32](t)
		_, err := train.FitStream(context.Background(), n, s, nil, o)
		require.ErrorContains(t, err, want)
		if o.Window = 100; s.Pass != nil && want[0] == 's' || want[0] == 'm' {
			_, err = train.FitStream(context.Background(), n, s, nil, o)
			require.Error(t, err, want)
		}
	}
}

// What a context ends can be gone on with, also while the stream makes wait.
func TestStreamInterrupted(t *testing.T) {
	d := noisy[float32](101)
	o := train.Options{Rate: 0.01, Batch: 7, Epochs: 2, Window: 30}
	ctx, cancel := context.WithCancel(context.Background())
	hung := make(chan bool)
	var stop atomic.Value
	stop.Store(cancel)
	var blocks atomic.Int32
	s := streamOf(d, func() {
		if n := blocks.Add(1); n == 5 || n == 20 {
			stop.Load().(context.CancelFunc)()
			<-hung
		}
	}, 10)
	n := small[float32](t)
	trainer, err := train.NewStreamTrainer(n, s, nil, o)
	require.NoError(t, err)
	defer trainer.Close()
	require.ErrorIs(t, trainer.Run(ctx, 2), context.Canceled)
	ctx, cancel = context.WithCancel(context.Background())
	stop.Store(cancel)
	hung <- true
	require.ErrorIs(t, trainer.Run(ctx, 2), context.Canceled)
	state := trainer.State()
	trainer.Close() // which doesn't wait for what hangs
	close(hung)
	require.NoError(t, trainer.Restore(state))
	require.NoError(t, trainer.Run(context.Background(), 2-state.Epochs)) // it may have stopped between two
	want := small[float32](t)
	_, err = train.FitStream(context.Background(), want, streamOf(d, nil, 10), nil, o)
	require.NoError(t, err)
	require.Equal(t, want.Fingerprint(), n.Fingerprint())
}

// When a training has ended, nothing of it reads on.
func TestStreamEnds(t *testing.T) {
	d := noisy[float32](101)
	reading := 0
	s := streamOf(d, nil, 10)
	pass := s.Pass
	s.Pass = func() iter.Seq2[*train.Data[float32], error] {
		return func(yield func(*train.Data[float32], error) bool) {
			reading++ // a race, and a wrong number, if the reader goes on
			defer func() { reading-- }()
			pass()(yield)
		}
	}
	for range 20 {
		_, err := train.FitStream(context.Background(), small[float32](t), s, nil, train.Options{Rate: 0.01, Batch: 7, Epochs: 1, Window: 30})
		require.NoError(t, err)
		require.Zero(t, reading)
	}
}

// A step on a stream allocates nothing, and memory doesn't grow with the stream.
func TestStreamMemory(t *testing.T) {
	const rows, blocks = 1000, 100 // of 64 float32: 25.6 MB
	block := &train.Data[float32]{X: kernels.NewMatrix[float32](rows, 64), T: kernels.NewMatrix[float32](rows, 1)}
	s := &train.Stream[float32]{Len: rows * blocks, Pass: func() iter.Seq2[*train.Data[float32], error] {
		return func(yield func(*train.Data[float32], error) bool) {
			for i := range blocks {
				for j := range block.X.Data {
					block.X.Data[j] = float32(i%7) - 3
				}
				if !yield(block, nil) {
					return
				}
			}
		}
	}}
	n := newNet[float32](t, nn.Config{Inputs: 64, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
	before := heap()
	trainer, err := train.NewStreamTrainer(n, s, nil, train.Options{Rate: 1e-4, Batch: 50, Window: 2000, Epochs: 1})
	require.NoError(t, err)
	defer trainer.Close()
	most := uint64(0)
	for !trainer.Ended(1) {
		_, err := trainer.Step(context.Background())
		require.NoError(t, err)
		if trainer.Steps()%500 == 0 {
			most = max(most, heap()-before)
		}
	}
	// The window has 2000 × 260 bytes, and each of 4 chunks 256 KiB.
	require.Less(t, most, uint64(2500<<10))
	runtime.KeepAlive(trainer)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
