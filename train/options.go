package train

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/ranks"
)

// maxWindow bounds Options.Window.
const maxWindow = math.MaxInt32

// All as Options.Batch makes all training samples one batch.
const All = math.MaxInt

// Options say how to train. Epochs, Rate and Batch have no defaults.
type Options struct {
	Epochs    int       // passes through the training data
	Rate      float64   // the learning rate η
	Schedule  Schedule  // what changes the rate from epoch to epoch; the zero value keeps it
	Optimizer Optimizer // the zero value is plain gradient descent

	// LayerRates, if not nil, has a factor of the learning rate for each of layers 1 … L.
	// A factor of 0 freezes the layer: nothing changes its parameters.
	LayerRates []float64

	Decay WeightDecay // what draws parameters towards 0; the zero value is nothing
	// ClipValue, if not 0, brings every element of the gradient into [−ClipValue, ClipValue].
	ClipValue float64
	// ClipNorm, if not 0, is the largest norm of the gradient of all parameters together
	// that are trained; a longer gradient is multiplied by ClipNorm / (norm + 1e-6). The
	// norm is that after clipping by value and before the decay: kernels.Dot adds the squares
	// of 4096 elements of a W or b, and the sums are added in float64 in the order of the
	// parameters.
	ClipNorm float64
	// InputNoise, if not 0, is the standard deviation of normal noise that is added to
	// every input in every step. The noise is a function of Seed, the step, the position in
	// the batch and the input.
	InputNoise float64
	// MaxNorm, if not 0, is the largest norm of a row of W, the weights into one neuron; a
	// longer one is multiplied by MaxNorm / (norm + 1e-7) after the step.
	MaxNorm float64

	// ClassWeights, if not nil, has a weight for each class, which multiplies that of its
	// samples, see [Data].Weights; [BalancedWeights] makes some. A single output tells two
	// classes. The class of a sample is its label or, without labels, that of its target.
	// Validation has no weights of classes.
	ClassWeights []float64
	// LabelSmoothing s turns targets t of 0 and 1 into (1−s) t + s/K for K classes, in
	// training but not in validation.
	LabelSmoothing float64

	Batch int // samples a step; more than there are is All
	// Draw, if not 0, turns on two-level sampling: Draw samples are drawn at random,
	// none twice, and steps are taken on mini-batches of Batch samples of that draw
	// before the next draw. An epoch has Len/Draw draws, rounded up.
	Draw int
	// FileOrder takes the samples in the order of the data in every epoch. Otherwise
	// each epoch has a new random order, which Seed decides.
	FileOrder bool
	// Window is the number of samples of a [Stream] that are in memory at a time, to choose
	// the next one of; see [NewStreamTrainer]. 0 and 1 take the samples in the order of the
	// stream. Without a stream it means nothing.
	Window int
	Seed   uint64

	// Workers is the largest number of goroutines that compute at the same time, the
	// caller's included; 0 stands for 1, and there are never more than GOMAXPROCS. The
	// result does not depend on it.
	Workers int

	// Ranks, if not nil, connects trainings in other processes that have the same network,
	// data and options. They divide the samples of each batch, and every one ends with the
	// parameters that a training alone has. All make the same calls of their trainers in the
	// same order. If the context of one ends, all stop after the same step. [New] finds what
	// is not the same on all of them.
	Ranks ranks.Comm

	// Metrics are measured on the validation data after every epoch; see Epoch.Metrics.
	Metrics []*metrics.Metric
	// Watch, if not nil, is the metric by which an epoch is better than another one, in
	// place of the validation cost: for Patience, Result.Best and [ReduceOnPlateau].
	Watch *metrics.Metric

	// Patience, if not 0, ends the training after so many epochs in a row without a
	// new minimum of the validation cost, or a new best value of Watch. The network is
	// left with the parameters of the best epoch.
	Patience int

	// Progress, if not nil, is called after every epoch, on the calling goroutine.
	Progress func(Epoch)
	// StepProgress, if not nil, is called after every step, on the calling goroutine.
	StepProgress func(StepReport)
}

// A WeightDecay says what draws parameters towards 0 in every step, weights only unless Biases
// is true. Reported costs don't contain the penalties.
type WeightDecay struct {
	L1 float64 // λ of the penalty λ Σ |w|: λ sign(w), 0 at 0, is added to the gradient
	L2 float64 // λ of the penalty ½λ Σ w²: λ w is added to the gradient
	// Decoupled is λ of decay beside the gradient, w −= η λ w, as in AdamW. With plain
	// gradient descent it is the same as L2.
	Decoupled float64
	Biases    bool // biases decay as well
}

// check returns an error if a number is out of its range or the decay is that of o.
func (d *WeightDecay) check(o *Options) error {
	for _, x := range []struct {
		name  string
		value float64
	}{
		{"Decay.L1", d.L1}, {"Decay.L2", d.L2}, {"Decay.Decoupled", d.Decoupled},
		{"ClipValue", o.ClipValue}, {"ClipNorm", o.ClipNorm}, {"MaxNorm", o.MaxNorm}, {"InputNoise", o.InputNoise},
	} {
		if !(x.value >= 0) || math.IsInf(x.value, 0) {
			return fmt.Errorf("train: %s is %v: want a finite number of at least 0", x.name, x.value)
		}
	}
	if d.Decoupled > 0 && o.Optimizer.Decay > 0 {
		return fmt.Errorf("train: both the optimizer %v and Options.Decay have a decoupled weight decay: want one of them", o.Optimizer.Method)
	}
	decay := o.Optimizer.Decay + d.Decoupled
	if o.Optimizer.method().descends {
		decay += d.L2
	}
	if decay = float64(o.Rate * decay); decay >= 1 {
		return fmt.Errorf("train: learning rate times weight decay λ is %v: want less than 1, or the decay alone takes every parameter to 0 or past it", decay)
	}
	return nil
}

// factors returns LayerRates, or nil if all of them are 1.
func (o *Options) factors() []float64 {
	for _, f := range o.LayerRates {
		if f != 1 {
			return o.LayerRates
		}
	}
	return nil
}

// check returns an error if n can't be trained with these data and options.
func check[T kernels.Float](n *net.Network[T], d *Data[T], s *Stream[T], validation *Data[T], o *Options) error {
	switch {
	case o.Epochs < 0:
		return fmt.Errorf("train: %d epochs: want at least 0", o.Epochs)
	case !(o.Rate >= 0) || math.IsInf(o.Rate, 0):
		return fmt.Errorf("train: learning rate %v: want a finite number of at least 0", o.Rate)
	case o.LayerRates != nil && len(o.LayerRates) != n.Depth():
		return fmt.Errorf("train: %d factors in LayerRates: want one for each of the %d layers", len(o.LayerRates), n.Depth())
	case o.Batch < 1 && (d != nil || s != nil):
		return fmt.Errorf("train: batches of %d samples: want at least 1", o.Batch)
	case o.Draw < 0:
		return fmt.Errorf("train: draws of %d samples: want at least 1, or 0 for no draws", o.Draw)
	case o.Window < 0 || o.Window > maxWindow:
		return fmt.Errorf("train: a window of %d samples: want 0 to %d", o.Window, maxWindow)
	case o.Draw > 0 && o.FileOrder:
		return fmt.Errorf("train: Draw takes samples at random and excludes FileOrder")
	case o.Workers < 0:
		return fmt.Errorf("train: %d workers: want at least 1, or 0 for the default", o.Workers)
	case o.Patience < 0:
		return fmt.Errorf("train: patience of %d epochs: want at least 1, or 0 for no early stopping", o.Patience)
	case o.Patience > 0 && validation.Len() == 0:
		return fmt.Errorf("train: early stopping needs validation data")
	case (o.Watch != nil || len(o.Metrics) > 0) && validation.Len() == 0:
		return fmt.Errorf("train: metrics need validation data")
	case o.Watch != nil && o.Watch.Value == nil:
		return fmt.Errorf("train: metric %v can't be watched: it is no single number", o.Watch)
	}
	if err := o.Optimizer.Check(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := o.Schedule.Check(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := o.Decay.check(o); err != nil {
		return err
	}
	if err := o.checkTargets(classes(n)); err != nil {
		return err
	}
	for i, f := range o.LayerRates {
		if !(f >= 0) || math.IsInf(f, 0) {
			return fmt.Errorf("train: the learning rate's factor for layer %d is %v: want a finite number of at least 0", i+1, f)
		}
	}
	if err := checkNeurons(n, o); err != nil {
		return err
	}
	samples := 1
	if d != nil {
		if err := d.check(n); err != nil {
			return fmt.Errorf("train: training data: %w", err)
		}
		samples = d.Len()
	}
	if s != nil {
		if err := s.check(o); err != nil {
			return err
		}
		samples = s.Len
	}
	if validation.X.Rows != 0 || validation.T.Rows != 0 {
		if err := validation.check(n); err != nil {
			return fmt.Errorf("train: validation data: %w", err)
		}
	}
	return checkRounding[T](o, samples)
}

// checkRounding returns an error if rounding to T makes the learning rate 0 or takes a
// hyperparameter out of its range.
func checkRounding[T kernels.Float](o *Options, samples int) error {
	divisor := 1 // what plain gradient descent divides η by before it rounds it
	if o.Optimizer.method().descends {
		divisor = max(min(o.Batch, samples), 1)
		if o.Draw > 0 {
			divisor = min(divisor, o.Draw)
		}
	}
	if o.Rate > 0 && T(o.Rate/float64(divisor)) == 0 {
		return fmt.Errorf("train: learning rate %v, divided by %d, rounds to 0 in %T: want at least %.2g", o.Rate, divisor, T(0), float64(float64(divisor)*smallest[T]()))
	}
	if c := o.ClipValue; c > 0 && T(c) == 0 {
		return fmt.Errorf("train: ClipValue %v rounds to 0 in %T: want at least %.2g", c, T(0), smallest[T]())
	}
	if err := checkRounded[T](&o.Optimizer); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// smallest returns the smallest positive T.
func smallest[T kernels.Float]() float64 {
	if x := math.SmallestNonzeroFloat64; T(x) != 0 {
		return x
	}
	return math.SmallestNonzeroFloat32
}
