package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
	"github.com/nabla-go/nabla/train"
)

// A rankCase is a training that several ranks must end like one.
type rankCase struct {
	name     string
	cfg      nn.Config
	o        train.Options
	samples  int
	validate int  // samples for validation
	weighted bool // samples have weights
	labels   bool // in place of targets
}

func rankCases() []rankCase {
	wide := nn.Config{Inputs: 3, Seed: 3, Cost: nn.CrossEntropy, Layers: []nn.Layer{nn.Dense(37, nn.ReLU), nn.Dense(18, nn.Tanh), nn.Dense(2, nn.Softmax)}}
	with := func(c nn.Config, layer func(nn.Layer) nn.Layer) nn.Config {
		c.Layers = append([]nn.Layer(nil), c.Layers...)
		for i := range c.Layers[:len(c.Layers)-1] {
			c.Layers[i] = layer(c.Layers[i])
		}
		return c
	}
	dropped := with(wide, func(l nn.Layer) nn.Layer { return l.WithDropout(0.3) })
	dropped.InputDropout = 0.2
	normal := with(wide, nn.Layer.WithLayerNorm)
	adam := train.Options{Epochs: 2, Rate: 0.01, Batch: 20, Optimizer: train.Adam(), Seed: 5}
	change := func(o train.Options, f func(*train.Options)) train.Options {
		f(&o)
		return o
	}
	return []rankCase{
		{name: "sgd", cfg: wide, o: train.Options{Epochs: 2, Rate: 0.1, Batch: 16}, samples: 64},
		{name: "online", cfg: wide, o: train.Options{Epochs: 1, Rate: 0.1, Batch: 1}, samples: 40},
		{name: "sgd, decay, max-norm", cfg: wide, o: train.Options{Epochs: 2, Rate: 0.1, Batch: 16, MaxNorm: 0.8, Decay: train.WeightDecay{L2: 0.01, Biases: true}}, samples: 50},
		{name: "adam, uneven", cfg: wide, o: adam, samples: 71, validate: 300},
		{name: "dropout", cfg: dropped, o: change(adam, func(o *train.Options) { o.InputNoise = 0.1 }), samples: 50, validate: 10},
		{name: "layer normalisation", cfg: normal, o: adam, samples: 71, weighted: true},
		{name: "sgd, layer normalisation, dropout", cfg: with(normal, func(l nn.Layer) nn.Layer { return l.WithDropout(0.5) }), o: train.Options{Epochs: 2, Rate: 0.1, Batch: 25}, samples: 70},
		{name: "clipping", cfg: wide, samples: 64, validate: 600, labels: true, o: change(adam, func(o *train.Options) {
			o.ClipNorm, o.ClipValue, o.LayerRates, o.Decay = 0.1, 0.05, []float64{0.5, 0, 1}, train.WeightDecay{L1: 0.001}
			o.Metrics, o.Watch, o.Patience = []*metrics.Metric{metrics.Precision}, metrics.F1, 5
		})},
		{name: "quadratic, full batch", cfg: nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(9, nn.Sigmoid), nn.Dense(2, nn.Sigmoid)}}, samples: 33, weighted: true,
			o: train.Options{Epochs: 4, Rate: 1, Batch: train.All}},
		{name: "large batch", cfg: normal, o: change(adam, func(o *train.Options) { o.Batch = train.All }), samples: 1100},
		{name: "draws", cfg: wide, samples: 50, o: change(adam, func(o *train.Options) { o.Draw, o.Batch, o.LabelSmoothing = 30, 8, 0.1 })},
	}
}

// ranksOf runs f for each of size ranks and returns their errors.
func ranksOf(size int, f func(c ranks.Comm) error) []error {
	errs := make([]error, size)
	var all sync.WaitGroup
	for r, c := range ranks.Goroutines(size) {
		all.Go(func() {
			if errs[r] = f(c); errs[r] != nil {
				c.Abort(errs[r])
			}
		})
	}
	all.Wait()
	return errs
}

// end trains and returns the state at the end, with what Diagnose says.
func end[T kernels.Float](c rankCase, comm ranks.Comm, workers int) (*train.State[T], string, error) {
	n, err := nn.New[T](c.cfg)
	if err != nil {
		return nil, "", err
	}
	d, validation := noisy[T](c.samples), noisy[T](c.validate)
	if c.weighted {
		for k := range d.Len() {
			d.Weights = append(d.Weights, T(k%3))
		}
	}
	if c.labels {
		for k := range d.Len() {
			d.Labels = append(d.Labels, int(d.T.Row(k)[1]))
		}
		d.T = kernels.Matrix[T]{Rows: d.Len()}
	}
	c.o.Ranks, c.o.Workers = comm, workers
	t, err := train.New(n, d, validation, c.o)
	if err != nil {
		return nil, "", err
	}
	defer t.Close()
	if err := t.Run(context.Background(), c.o.Epochs); err != nil {
		return nil, "", err
	}
	warnings, err := t.Diagnose()
	return t.State(), fmt.Sprint(warnings), err
}

// Any number of ranks ends with the state of one, bit for bit.
func TestRanks(t *testing.T) {
	for _, c := range rankCases() {
		t.Run(c.name, func(t *testing.T) {
			testRanks[float32](t, c, 1, 2, 3, 4, 7)
			testRanks[float64](t, c, 2, 3)
		})
	}
}

func testRanks[T kernels.Float](t *testing.T, c rankCase, sizes ...int) {
	want, warned, err := end[T](c, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		for i, err := range ranksOf(size, func(comm ranks.Comm) error {
			got, words, err := end[T](c, comm, 1+comm.Rank()%2)
			if err == nil && (!got.Equal(want) || words != warned) {
				err = errors.New("another state or diagnosis than that of one process")
			}
			return err
		}) {
			if err != nil {
				t.Errorf("%T, rank %d of %d: %v", T(0), i, size, err)
			}
		}
	}
}

// Ranks that read streams of their own end like one, unless a sample differs.
func TestRanksStream(t *testing.T) {
	run := func(comm ranks.Comm, other int) (*train.State[float32], error) {
		n, err := nn.New[float32](rankCases()[0].cfg)
		if err != nil {
			return nil, err
		}
		d := noisy[float32](50)
		if comm != nil && comm.Rank() == other {
			d.X.Data[3*40] += 1e-7
		}
		tr, err := train.NewStreamTrainer(n, streamOf(d, nil, 7, 13), nil, train.Options{Epochs: 2, Rate: 0.1, Batch: 8, Window: 20, Ranks: comm})
		if err != nil {
			return nil, err
		}
		defer tr.Close()
		err = tr.Run(context.Background(), 2)
		return tr.State(), err
	}
	want, err := run(nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range ranksOf(3, func(comm ranks.Comm) error {
		got, err := run(comm, -1)
		if err == nil && !got.Equal(want) {
			err = errors.New("another state than that of one process")
		}
		return err
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", r, err)
		}
	}
	for r, err := range ranksOf(3, func(comm ranks.Comm) error {
		_, err := run(comm, 1)
		return err
	}) {
		if err == nil || !strings.Contains(err.Error(), "the stream of rank 1 has other samples") {
			t.Errorf("rank %d: error %v", r, err)
		}
	}
}

// Ranks that update rows of W each, or have sums pass from one to the next, or do either by
// layer, end with the same state, too.
func TestRanksRows(t *testing.T) { testWay(t, rankcost.Always(rankcost.Rows)) }
func TestRanksSums(t *testing.T) { testWay(t, rankcost.Always(rankcost.Sums)) }
func TestRanksBoth(t *testing.T) {
	testWay(t, func(l rankcost.Layer) rankcost.Way {
		if l.Weights > 500 { // the second layer
			return rankcost.Rows
		}
		return rankcost.Sums
	})
}

// A way can be asked for.
func TestRanksAskedWay(t *testing.T) {
	for way, want := range map[string]bool{"rows": true, "sums": false, "columns": false} {
		t.Setenv("NABLA_WAY", way)
		c := rankCases()[0]
		for r, err := range ranksOf(2, func(comm ranks.Comm) error {
			n, err := nn.New[float32](c.cfg)
			if err != nil {
				return err
			}
			o := c.o
			o.Ranks = comm
			tr, err := train.New(n, noisy[float32](c.samples), nil, o)
			if err == nil && tr.Collective() != want {
				err = fmt.Errorf("Collective is %v", tr.Collective())
			}
			return err
		}) {
			if (err != nil) != (way == "columns") || err != nil && !strings.Contains(err.Error(), `NABLA_WAY: "columns" is no way`) {
				t.Errorf("way %s, rank %d: error %v", way, r, err)
			}
		}
	}
}

// Whatever the optimizer.
func TestRanksMethods(t *testing.T) {
	for _, way := range []rankcost.Way{rankcost.Rows, rankcost.Sums} {
		defer rankcost.Force(rankcost.Always(way))()
		for _, m := range train.Methods() {
			c := rankCases()[0]
			c.o.Optimizer, c.o.Rate = m.Optimizer(), 0.01
			t.Run(fmt.Sprint(m.Name, way), func(t *testing.T) {
				testRanks[float32](t, c, 3)
				testRanks[float64](t, c, 2)
			})
		}
	}
}

func testWay(t *testing.T, way func(rankcost.Layer) rankcost.Way) {
	defer rankcost.Force(way)()
	for _, c := range rankCases() {
		t.Run(c.name, func(t *testing.T) {
			testRanks[float32](t, c, 2, 3, 7)
			testRanks[float64](t, c, 4)
		})
	}
}

// What differs between ranks is found before the first step.
func TestRanksDiffer(t *testing.T) {
	for want, change := range map[string]func(n *nn.Config, d *train.Data[float64], o *train.Options){
		"the option Rate (0.25, and rank 0 has 0.5)":  func(_ *nn.Config, _ *train.Data[float64], o *train.Options) { o.Rate = 0.25 },
		"the option Optimizer (Method adam":           func(_ *nn.Config, _ *train.Data[float64], o *train.Options) { o.Optimizer = train.Adam() },
		"the option Schedule (Rule cosine":            func(_ *nn.Config, _ *train.Data[float64], o *train.Options) { o.Schedule = train.CosineDecay(0) },
		"the training data (4 samples, SHA-256 ":      func(_ *nn.Config, d *train.Data[float64], _ *train.Options) { d.X.Data[3] = 5 },
		"the initial parameters (SHA-256 ":            func(n *nn.Config, _ *train.Data[float64], _ *train.Options) { n.Seed = 2 },
		"the network (1 inputs, dropout 0; 1 tanh":    func(n *nn.Config, _ *train.Data[float64], _ *train.Options) { n.Layers[0].Activation = nn.Tanh },
		"the option Decay (L1 0.1 L2 0 Decoupled 0 B": func(_ *nn.Config, _ *train.Data[float64], o *train.Options) { o.Decay.L1 = 0.1 },
	} {
		for r, err := range ranksOf(3, func(comm ranks.Comm) error {
			cfg := nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1}
			d, o := numbered(4), train.Options{Epochs: 1, Rate: 0.5, Batch: 2, Ranks: comm}
			if comm.Rank() == 2 {
				change(&cfg, d, &o)
			}
			n, err := nn.New[float64](cfg)
			if err != nil {
				return err
			}
			_, err = train.New(n, d, nil, o)
			return err
		}) {
			if err == nil || !strings.Contains(err.Error(), "rank 2 has not the same as rank 0") || !strings.Contains(err.Error(), want) {
				t.Errorf("rank %d: error %v, want %q", r, err, want)
			}
		}
	}
}

// All ranks end with the error of one: that of a sample which only one of them has had.
func TestRanksDiverge(t *testing.T) {
	run := func(comm ranks.Comm) error {
		n, err := nn.New[float32](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Cost: nn.CrossEntropy, Seed: 1})
		if err != nil {
			return err
		}
		n.Weights(1).Data[0], n.Biases(1)[0] = 1, 0
		d := &train.Data[float32]{X: kernels.MatrixOf(4, 1, []float32{0.5, 0.5, 0.5, 7}), T: kernels.NewMatrix[float32](4, 1)}
		tr, err := train.New(n, d, nil, train.Options{Epochs: 1, Rate: 0.1, Batch: 4, Ranks: comm})
		if err != nil {
			return err
		}
		return tr.Run(context.Background(), 1)
	}
	want := run(nil)
	if want == nil || !strings.Contains(want.Error(), "sample 4 of the batch") {
		t.Fatalf("alone: error %v", want)
	}
	for r, err := range ranksOf(3, run) {
		if err == nil || err.Error() != want.Error() {
			t.Errorf("rank %d: error %v, want %v", r, err, want)
		}
	}
}

// If the context of one rank ends, all stop after the same step, and go on from there.
func TestRanksStopTogether(t *testing.T) {
	c := rankCases()[3]
	want, _, err := end[float32](c, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	stopped := make([]int, 3)
	for r, err := range ranksOf(3, func(comm ranks.Comm) error {
		ctx, cancel := context.WithCancel(context.Background())
		o := c.o
		o.Ranks = comm
		o.StepProgress = func(s train.StepReport) {
			if comm.Rank() == 1 && s.Number == 2 {
				cancel()
			}
		}
		n, err := nn.New[float32](c.cfg)
		if err != nil {
			return err
		}
		tr, err := train.New(n, noisy[float32](c.samples), noisy[float32](c.validate), o)
		if err != nil {
			return err
		}
		if err := tr.Run(ctx, c.o.Epochs); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("error %v: want that of a context", err)
		}
		stopped[comm.Rank()] = tr.Steps()
		if err := tr.Run(context.Background(), c.o.Epochs); err != nil {
			return err
		}
		if !tr.State().Equal(want) {
			return errors.New("another state than that of one process")
		}
		return nil
	}) {
		if err != nil || stopped[r] != 3 {
			t.Errorf("rank %d: stopped after step %d, want 3; error %v", r, stopped[r], err)
		}
	}
}

// A rank that is gone ends the others.
func TestRanksAbort(t *testing.T) {
	gone := errors.New("gone")
	for r, err := range ranksOf(3, func(comm ranks.Comm) error {
		tr, err := train.New(linear(t), numbered(4), nil, train.Options{Epochs: 1, Rate: math.SmallestNonzeroFloat32, Batch: 1, Ranks: comm})
		if err != nil {
			return err
		}
		if comm.Rank() == 1 {
			return gone
		}
		return tr.Run(context.Background(), 1)
	}) {
		if r != 1 && (!errors.Is(err, ranks.ErrAborted) || !errors.Is(err, gone)) {
			t.Errorf("rank %d: error %v", r, err)
		}
	}
}
