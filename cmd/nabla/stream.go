package main

import (
	"iter"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// defaultWindow is the default of --window, and the least number of rows that an encoder is
// fitted to, if there are as many.
const defaultWindow = 10_000

// notStreamed are flags that need all samples in memory.
var notStreamed = []string{"draw", "folds", "group", "order", "image-size", "colours"}

// streamFlags have the training data read in every epoch.
func (p *trainPlan) streamFlags() []flag {
	return []flag{
		newFlag("stream", false, "read the training data anew in every epoch, for data that don't fit into memory: a CSV or NPY file, or a folder with the four MNIST files", func(v bool) error {
			p.data.stream = v
			if !v {
				return nil
			}
			if p.data.path == builtIn || p.data.path == stdinPath {
				return usagef("--stream is for files that can be read again and again, --data is %s", p.data.path)
			}
			for _, name := range notStreamed {
				if p.given(name) {
					return usagef("--%s goes without --stream: it needs all samples in memory", name)
				}
			}
			if p.data.encoding.Missing == "drop" {
				return usagef("--missing drop goes without --stream: want auto, or another policy that leaves out no rows")
			}
			return nil
		}),
		newFlag("window", defaultWindow, "samples of a stream that are in memory at a time, to shuffle among; 0 for the order of the file", func(v int) error {
			p.options.Window, p.data.sample = v, max(v, defaultWindow)
			if p.given("window") && !p.data.stream {
				return usagef("--window is for --stream: want --stream, too")
			}
			return want(v >= 0 && v <= maxWindow, "0 to %d", maxWindow)
		}),
	}
}

// maxWindow bounds --window.
const maxWindow = 1 << 30

// openStream opens a table whose rows are read in every epoch, and returns its sample.
func (s *samples[T]) openStream(d *dataSource, opt dataset.TableOptions) (*dataset.TableStream[T], *dataset.Table[T], error) {
	if !d.stream {
		t, err := readTable[T](d, d.path, opt)
		return nil, t, err
	}
	file, err := dataset.OpenStream[T](d.path, opt, d.sample, tableSplitSeed)
	if err != nil {
		return nil, nil, err
	}
	return file, file.Sample, nil
}

// loadImageStream reads a sample of a folder of images, which are read in every epoch.
func loadImageStream[T kernels.Float](d *dataSource) (s samples[T], err error) {
	file, err := dataset.OpenImageStream[T](d.path, d.imageOptions(), d.sample, tableSplitSeed)
	if err != nil {
		return s, err
	}
	s.training, s.test = file.Sample, file.Test
	var without []int
	if d.validationShare > 0 {
		var rows []int
		rows, without = s.training.SplitRows(d.validationShare, validationSplitSeed)
		s.training, s.validation = s.training.Subset(rows), s.training.Subset(without)
	}
	s.stream = file.Stream(without)
	return s, nil
}

// mapped returns a stream of what f makes of the blocks of s.
func mapped[T kernels.Float](s *train.Stream[T], f func(*train.Data[T]) *train.Data[T]) *train.Stream[T] {
	m := *s
	m.Pass = func() iter.Seq2[*train.Data[T], error] {
		return func(yield func(*train.Data[T], error) bool) {
			for d, err := range s.Pass() {
				if err == nil {
					d = f(d)
				}
				if !yield(d, err) {
					return
				}
			}
		}
	}
	return &m
}

// checkStream returns an error if the steps can't be taken on a stream.
func (t *training[T]) checkStream() error {
	if o := &t.options; t.stream != nil && o.Batch >= t.length() && t.length() > max(o.Window, 1) {
		return usagef("--batch: a step on all %d samples would hold the stream in memory: want a smaller batch, or no --stream", t.length())
	}
	return nil
}

// fitStream brings the blocks of the stream to the form that the network learns from, as
// fitsOrigin and forCost do with samples in memory.
func (t *training[T]) fitStream() {
	if t.stream == nil {
		return
	}
	if t.begin != nil && t.stream.Scaler == nil && t.begin.Scaler != nil {
		t.stream = mapped(t.stream, func(d *train.Data[T]) *train.Data[T] {
			own := *d
			own.X = kernels.NewMatrix[T](d.X.Rows, d.X.Cols)
			for k := range own.X.Rows {
				copy(own.X.Row(k), d.X.Row(k))
			}
			train.Scale(t.begin.Scaler, own.X)
			return &own
		})
		t.stream.Scaler = t.begin.Scaler
	}
	if !t.cost.Targets.Contains(0) {
		cost := t.cost
		t.stream = mapped(t.stream, func(d *train.Data[T]) *train.Data[T] { return forCost(d, cost) })
	}
}

// length returns the number of samples to learn from.
func (t *training[T]) length() int {
	if t.stream != nil {
		return t.stream.Len
	}
	return t.data.Len()
}

// newTrainer returns a trainer for the samples or the stream.
func (t *training[T]) newTrainer(n *net.Network[T], o train.Options) (*train.Trainer[T], error) {
	if t.stream != nil {
		return train.NewStreamTrainer(n, t.stream, t.judge(), o)
	}
	return train.New(n, t.data, t.judge(), o)
}
