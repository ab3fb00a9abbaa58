package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// small returns an untrained network for noisy data.
func small[T kernels.Float](t testing.TB) *nn.Network[T] {
	return newNet[T](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(4, nn.Sigmoid), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
}

func newTrainer[T kernels.Float](t testing.TB, n *nn.Network[T], d, validation *train.Data[T], o train.Options) *train.Trainer[T] {
	t.Helper()
	r, err := train.New(n, d, validation, o)
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

// trainings are options of all kinds: what differs in them must not be lost between
// steps.
func trainings() map[string]train.Options {
	all := map[string]train.Options{}
	for _, m := range train.Methods() {
		all[m.Name] = train.Options{Rate: m.Rate, Batch: 7, Optimizer: m.Optimizer()}
	}
	adam := train.Options{Rate: 0.01, Batch: 7, Optimizer: train.Adam()}
	for _, s := range []train.Schedule{
		train.Constant().WithWarmup(3, 0.1), train.StepDecay(2, 0.5), train.ExponentialDecay(0.9), train.InverseScaling(0.5),
		train.PolynomialDecay(2), train.CosineDecay(0.1), train.CosineRestarts(2, 2, 0.1), train.OneCycle(0.3, 25, 1e4),
		train.ReduceOnPlateau(0.5, 0).With("threshold", 0.1).WithWarmup(1, 0.5),
	} {
		for _, bySteps := range []bool{false, true} {
			if bySteps && s.Rule.Observe != nil {
				continue
			}
			o := adam
			s.BySteps = bySteps
			o.Schedule = s
			all[fmt.Sprintf("%v, by steps: %v", s.Rule, bySteps)] = o
		}
	}
	with := func(name string, change func(o *train.Options)) {
		o := adam
		change(&o)
		all[name] = o
	}
	with("two-level", func(o *train.Options) { o.Draw = 20 })
	with("two-level, one batch a draw", func(o *train.Options) { o.Draw, o.Batch = 12, 12 })
	with("online", func(o *train.Options) { o.Batch = 1 })
	with("full batch", func(o *train.Options) { o.Batch = train.All })
	with("file order", func(o *train.Options) { o.FileOrder = true })
	with("rates by layer", func(o *train.Options) { o.LayerRates = []float64{0, 0.5, 1} })
	with("rates by layer, sgd", func(o *train.Options) { o.LayerRates, o.Optimizer = []float64{0, 0.5, 1}, train.SGD() })
	for _, m := range []train.Optimizer{train.SGD(), train.Adam()} {
		name := ", " + m.Method.Name
		with("decay"+name, func(o *train.Options) {
			o.Optimizer, o.Decay = m, train.WeightDecay{L2: 0.1, Decoupled: 0.2}
		})
		with("L1"+name, func(o *train.Options) { o.Optimizer, o.Decay = m, train.WeightDecay{L1: 0.1, Biases: true} })
		with("clipping by value"+name, func(o *train.Options) { o.Optimizer, o.ClipValue = m, 1e-3 })
		with("clipping by norm"+name, func(o *train.Options) { o.Optimizer, o.ClipNorm = m, 0.1 })
		with("max-norm"+name, func(o *train.Options) { o.Optimizer, o.MaxNorm = m, 0.5 })
		with("all of them"+name, func(o *train.Options) {
			o.Optimizer, o.Decay = m, train.WeightDecay{L1: 0.01, L2: 0.01, Decoupled: 0.1, Biases: true}
			o.ClipValue, o.ClipNorm, o.MaxNorm, o.LayerRates = 1e-2, 0.05, 1, []float64{1, 0, 0.5}
		})
	}
	with("class weights", func(o *train.Options) { o.ClassWeights = []float64{0.5, 2} })
	with("label smoothing", func(o *train.Options) { o.LabelSmoothing = 0.1 })
	with("input noise", func(o *train.Options) { o.InputNoise = 0.1 })
	with("input noise, sgd, file order", func(o *train.Options) { o.InputNoise, o.Optimizer, o.FileOrder = 0.1, train.SGD(), true })
	with("metrics", func(o *train.Options) {
		o.Metrics = []*metrics.Metric{metrics.ROCAUC, metrics.Confusion, metrics.Accuracy}
	})
	with("watching a metric", func(o *train.Options) {
		o.Watch, o.Schedule = metrics.F1, train.ReduceOnPlateau(0.5, 0)
	})
	with("patience", func(o *train.Options) { o.Patience, o.Rate = 1, 3 })
	return all
}

const (
	samplesOfTrainings = 50
	epochsOfTrainings  = 6
)

// n calls for one epoch, and single steps, are one call for n epochs, bit for bit, and
// so is a training that stops anywhere and goes on from its state in another trainer with
// another number of workers.
func TestTrainingInPieces(t *testing.T) {
	for name, o := range trainings() {
		t.Run(name, func(t *testing.T) {
			piecewise(t, o, func() *nn.Network[float32] { return small[float32](t) })
			piecewise(t, o, func() *nn.Network[float64] { return small[float64](t) })
		})
	}
}

// So is one with dropout and layer normalisation.
func TestDropoutInPieces(t *testing.T) {
	cfg := nn.Config{
		Inputs: 3, InputDropout: 0.1, Cost: nn.SoftmaxCrossEntropy, Seed: 1,
		Layers: []nn.Layer{nn.Dense(5, nn.Tanh).WithDropout(0.3), nn.Dense(4, nn.ReLU).WithLayerNorm().WithDropout(0.5), nn.Dense(2, nn.Softmax)},
	}
	for _, name := range []string{"sgd", "adam", "all of them, adam"} {
		t.Run(name, func(t *testing.T) {
			piecewise(t, trainings()[name], func() *nn.Network[float32] { return newNet[float32](t, cfg) })
			piecewise(t, trainings()[name], func() *nn.Network[float64] { return newNet[float64](t, cfg) })
		})
	}
}

func piecewise[T kernels.Float](t *testing.T, o train.Options, network func() *nn.Network[T]) {
	ctx, d, validation := context.Background(), noisy[T](samplesOfTrainings), noisy[T](30)
	o.Epochs, o.Seed = epochsOfTrainings, 3
	whole := newTrainer(t, network(), d, validation, o)
	require.NoError(t, whole.Run(ctx, o.Epochs))
	want := whole.State()

	n := network()
	epochs := newTrainer(t, n, d, validation, o)
	for range o.Epochs {
		require.NoError(t, epochs.Run(ctx, 1))
	}
	require.True(t, epochs.State().Equal(want), "one epoch at a time")

	byFit := network()
	r, err := train.Fit(ctx, byFit, d, validation, o)
	require.NoError(t, err)
	require.Len(t, r.Epochs, want.Epochs)
	if o.Patience > 0 {
		require.True(t, epochs.TakeBest())
		require.True(t, r.StoppedEarly)
	}
	require.Equal(t, byFit.Fingerprint(), n.Fingerprint(), "Fit")

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	parallel.Insist(true)
	defer parallel.Insist(false)
	state := newTrainer(t, network(), d, validation, o).State()
	for piece := 0; state.Epochs < o.Epochs && !state.Stopped; piece++ {
		o.Workers = piece % 4
		next := newTrainer(t, network(), d, validation, o)
		require.NoError(t, next.Restore(state))
		require.True(t, next.State().Equal(state))
		for k := 0; k <= piece%11 && state.Epochs < o.Epochs && !state.Stopped; k++ {
			_, err := next.Step(ctx)
			require.NoError(t, err)
			state = next.State()
		}
		next.Close()
	}
	require.True(t, state.Equal(want), "from state to state")
}

// All kinds of trainings have one result on every CPU.
func TestTrainingsOnEveryISA(t *testing.T) {
	prints := map[string]string{}
	onEveryISA(t, func(t *testing.T) {
		for name, o := range trainings() {
			n, m := small[float32](t), small[float64](t)
			o.Epochs = 2
			validated(t, n, noisy[float32](samplesOfTrainings), noisy[float32](30), o)
			validated(t, m, noisy[float64](samplesOfTrainings), noisy[float64](30), o)
			print := n.Fingerprint() + m.Fingerprint()
			if prints[name] == "" {
				prints[name] = print
			}
			require.Equal(t, prints[name], print, name)
		}
	})
	different := map[string]bool{}
	for _, p := range prints {
		different[p] = true
	}
	require.Greater(t, len(different), len(prints)-8, "options without an effect")
}

// A state taken in the middle of an epoch is a copy: what happens later leaves it as it is.
func TestStateIsACopy(t *testing.T) {
	o := train.Options{Epochs: 3, Rate: 0.01, Batch: 7, Optimizer: train.Adam(), Patience: 9, Schedule: train.ReduceOnPlateau(0.5, 1)}
	r := newTrainer(t, small[float64](t), noisy[float64](50), noisy[float64](20), o)
	require.NoError(t, r.Run(context.Background(), 1))
	_, err := r.Step(context.Background())
	require.NoError(t, err)
	state := r.State()
	copied := state.Clone()
	require.True(t, state.Equal(copied))
	require.NoError(t, r.Run(context.Background(), 2))
	require.True(t, state.Equal(copied))
	later := r.State()
	require.False(t, later.Equal(state))
	require.NoError(t, r.Restore(state))
	require.True(t, r.State().Equal(copied))
	require.NoError(t, r.Run(context.Background(), 2))
	require.True(t, r.State().Equal(later), "the same way again")

	for name, change := range map[string]func(s *train.State[float64]){
		"Params":       func(s *train.State[float64]) { s.Params[0]++ },
		"Slots":        func(s *train.State[float64]) { s.Slots[1][0]++ },
		"Steps":        func(s *train.State[float64]) { s.Steps++ },
		"Epochs":       func(s *train.State[float64]) { s.Epochs++ },
		"EpochSteps":   func(s *train.State[float64]) { s.EpochSteps++ },
		"EpochSamples": func(s *train.State[float64]) { s.EpochSamples++ },
		"EpochCost":    func(s *train.State[float64]) { s.EpochCost++ },
		"Order":        func(s *train.State[float64]) { s.Order[0], s.Order[1] = s.Order[1], s.Order[0] },
		"Generator":    func(s *train.State[float64]) { s.Generator[1]++ },
		"Last":         func(s *train.State[float64]) { s.Last[0]++ },
		"Best":         func(s *train.State[float64]) { s.Best[0]++ },
		"BestEpoch":    func(s *train.State[float64]) { s.BestEpoch++ },
		"BestScore":    func(s *train.State[float64]) { s.BestScore++ },
		"Stopped":      func(s *train.State[float64]) { s.Stopped = true },
		"Schedule":     func(s *train.State[float64]) { s.Schedule[1]++ },
		"History":      func(s *train.State[float64]) { s.History[0].Cost++ },
	} {
		other := state.Clone()
		change(other)
		require.False(t, other.Equal(state), name)
		require.True(t, state.Equal(copied), name)
	}
}

// What is not a state of this training is refused, and changes nothing.
func TestRestoreErrors(t *testing.T) {
	o := train.Options{Epochs: 3, Rate: 0.01, Batch: 7, Optimizer: train.Adam(), Patience: 9, Schedule: train.ReduceOnPlateau(0.5, 1)}
	r := newTrainer(t, small[float64](t), noisy[float64](50), noisy[float64](20), o)
	require.NoError(t, r.Run(context.Background(), 1))
	good := r.State()
	for want, change := range map[string]func(s *train.State[float64]){
		"parameters: the network has":          func(s *train.State[float64]) { s.Params = s.Params[1:] },
		"not finite":                           func(s *train.State[float64]) { s.Last[0] = s.Last[0] / 0 * 0 },
		"no parameters of the best epoch":      func(s *train.State[float64]) { s.Best = nil },
		"1 slices of an optimizer's state":     func(s *train.State[float64]) { s.Slots = s.Slots[1:] },
		"slice 2 of the optimizer's state has": func(s *train.State[float64]) { s.Slots[1] = s.Slots[1][1:] },
		"a history of 1":                       func(s *train.State[float64]) { s.Epochs = 2 },
		"is number 2":                          func(s *train.State[float64]) { s.BestEpoch = 2 },
		"3 numbers of a schedule":              func(s *train.State[float64]) { s.Schedule = s.Schedule[1:] },
		"step 8 of an epoch, which has 8":      func(s *train.State[float64]) { s.EpochSteps = 8 },
		"order of 49 samples":                  func(s *train.State[float64]) { s.Order = s.Order[1:] },
		"not a permutation: 50":                func(s *train.State[float64]) { s.Order[3] = 50 },
		"not a permutation":                    func(s *train.State[float64]) { s.Order[3] = s.Order[4] },
	} {
		bad := good.Clone()
		change(bad)
		require.ErrorContains(t, r.Restore(bad), want)
		require.True(t, r.State().Equal(good), want)
	}
}

// Samples that come one by one are learned like those of an epoch in file order.
func TestLearn(t *testing.T) {
	for _, m := range train.Methods() {
		d := noisy[float32](40)
		o := train.Options{Epochs: 1, Rate: 0.01, Batch: 1, FileOrder: true, Optimizer: m.Optimizer()}
		n := small[float32](t)
		fit(t, n, d, o)

		online := small[float32](t)
		r := newTrainer(t, online, nil, nil, train.Options{Rate: 0.01, Optimizer: m.Optimizer()})
		require.Same(t, online, r.Network())
		one := &train.Data[float32]{X: d.X.Slice(0, 1), T: d.T.Slice(0, 1)}
		for k := range d.Len() {
			one.X, one.T = d.X.Slice(k, k+1), d.T.Slice(k, k+1)
			report, err := r.Learn(one)
			require.NoError(t, err)
			require.Equal(t, k+1, report.Number)
			require.Equal(t, 1, report.Samples)
		}
		require.Equal(t, n.Fingerprint(), online.Fingerprint(), m.Name)
		require.Zero(t, testing.AllocsPerRun(20, func() { _, _ = r.Learn(one) }), m.Name)

		_, err := r.Step(context.Background())
		require.EqualError(t, err, "train: the trainer has no training data: want some in New, or Learn")
		before := r.State()
		_, err = r.Learn(&train.Data[float32]{X: d.X.Slice(0, 2), T: d.T.Slice(0, 1)})
		require.EqualError(t, err, "train: Learn: 2 rows of inputs but 1 rows of targets")
		require.True(t, r.State().Equal(before))
	}
}

// A sample that makes parameters infinite doesn't take all that was learned with it.
func TestLearnDiverges(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
	r := newTrainer(t, n, nil, nil, train.Options{Rate: 1e-3})
	good := &train.Data[float32]{X: matrix([]float32{1}), T: matrix([]float32{3})}
	kept := ""
	for k := range 130 {
		_, err := r.Learn(good)
		require.NoError(t, err)
		if k+1 == 128 {
			kept = n.Fingerprint()
		}
	}
	_, err := r.Learn(&train.Data[float32]{X: matrix([]float32{1e18}), T: matrix([]float32{-1e18})})
	require.NoError(t, err)
	_, err = r.Learn(&train.Data[float32]{X: matrix([]float32{1e18}), T: matrix([]float32{-1e18})})
	var diverged *train.DivergedError
	require.ErrorAs(t, err, &diverged)
	require.ErrorContains(t, err, "diverged in step 132")
	require.Equal(t, kept, n.Fingerprint())
	_, again := r.Learn(good)
	require.Equal(t, err, again, "nothing goes on after an error")
	s := r.State()
	require.NoError(t, r.Restore(s))
	_, err = r.Learn(good)
	require.NoError(t, err)
}

// After a context has ended, the training goes on where it was stopped.
func TestRunGoesOnAfterContext(t *testing.T) {
	o := train.Options{Epochs: 4, Rate: 0.1, Batch: 7, Optimizer: train.Momentum()}
	whole := newTrainer(t, small[float32](t), noisy[float32](50), nil, o)
	require.NoError(t, whole.Run(context.Background(), 4))
	r := newTrainer(t, small[float32](t), noisy[float32](50), nil, o)
	for r.State().Epochs < 4 {
		err := r.Run(&endsAfter{Context: context.Background(), most: 3}, 1)
		require.True(t, err == nil || errors.Is(err, context.Canceled) && strings.Contains(err.Error(), "stopped in epoch"), "%v", err)
	}
	require.True(t, r.State().Equal(whole.State()))
}

// Frozen layers keep their parameters and the optimizer's state; factors of 1 change
// nothing; and a factor is a learning rate of the layer's own.
func TestLayerRates(t *testing.T) {
	d := noisy[float64](50)
	for _, m := range train.Methods() {
		trained := func(rates []float64) *nn.Network[float64] {
			n := small[float64](t)
			fit(t, n, d, train.Options{Epochs: 2, Rate: 0.01, Batch: 8, Optimizer: m.Optimizer(), LayerRates: rates})
			return n
		}
		plain, ones, frozen := trained(nil), trained([]float64{1, 1, 1}), trained([]float64{1, 0, 0.5})
		require.Equal(t, plain.Fingerprint(), ones.Fingerprint(), m.Name)
		require.Equal(t, small[float64](t).Weights(2).Data, frozen.Weights(2).Data, m.Name)
		require.Equal(t, small[float64](t).Biases(2), frozen.Biases(2), m.Name)
		require.NotEqual(t, small[float64](t).Weights(1).Data, frozen.Weights(1).Data, m.Name)
		require.NotEqual(t, plain.Weights(3).Data, frozen.Weights(3).Data, m.Name)

		// Of one step, half the rate is half the way.
		step := func(rates []float64) (change float64) {
			n := small[float64](t)
			fit(t, n, d, train.Options{Epochs: 1, Rate: 0.01, Batch: train.All, Optimizer: m.Optimizer(), LayerRates: rates})
			return n.Biases(3)[0] - small[float64](t).Biases(3)[0]
		}
		near(t, m.Name, step([]float64{1, 1, 0.5})/step(nil), 0.5, 1e-10)
	}
	for want, rates := range map[string][]float64{
		"2 factors in LayerRates: want one for each of the 3 layers": {1, 1},
		"factor for layer 2 is -1: want":                             {1, -1, 1},
	} {
		_, err := train.New(small[float64](t), d, nil, train.Options{Epochs: 1, Rate: 1, Batch: 1, LayerRates: rates})
		require.ErrorContains(t, err, want)
	}
}

// A schedule by steps changes the rate within an epoch, and the report has it.
func TestScheduleBySteps(t *testing.T) {
	var rates []float64
	fit(t, small[float64](t), noisy[float64](50), train.Options{
		Epochs: 2, Rate: 0.5, Batch: 20, Schedule: train.PolynomialDecay(1).PerStep().WithWarmup(2, 0.5),
		StepProgress: func(s train.StepReport) { rates = append(rates, s.Rate) },
	})
	require.InDeltaSlice(t, []float64{0.25, 0.375, 0.5, 0.375, 0.25, 0.125}, rates, 1e-15)
}

// Callbacks see every step and every epoch.
func TestStepProgress(t *testing.T) {
	var reports []train.StepReport
	d := noisy[float32](50)
	r := fit(t, small[float32](t), d, train.Options{Epochs: 2, Rate: 0.1, Batch: 20,
		StepProgress: func(s train.StepReport) { reports = append(reports, s) }})
	require.Len(t, reports, 6)
	total := 0.0
	for k, s := range reports {
		require.Equal(t, k+1, s.Number)
		require.Equal(t, k/3+1, s.Epoch)
		require.Equal(t, []int{20, 20, 10}[k%3], s.Samples)
		require.Equal(t, 0.1, s.Rate)
		if k < 3 {
			total += s.Cost * float64(s.Samples)
		}
	}
	near(t, "cost", total/50, r.Epochs[0].Cost, 1e-15)
}

// Neither a step nor, nearly, an epoch allocates.
func TestTrainerAllocatesNothing(t *testing.T) {
	for name, o := range trainings() {
		o.Epochs, o.Patience, o.Metrics, o.Watch = 1, 0, nil, nil
		r := newTrainer(t, small[float32](t), noisy[float32](samplesOfTrainings), noisy[float32](30), o)
		steps := samplesOfTrainings * 20
		var err error
		allocs := testing.AllocsPerRun(2, func() {
			for range steps {
				if _, e := r.Step(context.Background()); e != nil {
					err = e
				}
			}
		})
		require.NoError(t, err, name)
		// An epoch makes the reports of its layers; the history grows by a slice that doubles.
		epochs := float64(len(r.Result().Epochs) / 3)
		require.LessOrEqual(t, allocs, epochs+12, name)
	}
}

// Metrics of the history are those of the outputs; Patience follows the watched one.
func TestMetricsInHistory(t *testing.T) {
	d, validation := noisy[float64](50), noisy[float64](30)
	measured := []*metrics.Metric{metrics.F1Macro, metrics.ROCAUC, metrics.Confusion}
	n := small[float64](t)
	r := validated(t, n, d, validation, train.Options{Epochs: 4, Rate: 0.5, Batch: 5, Metrics: measured})
	meter, err := metrics.New[float64](train.TaskOf(n, validation), measured...)
	require.NoError(t, err)
	require.NoError(t, meter.Add(n.Predict(validation.X), validation.T, nil))
	got := r.Epochs[3].Metrics
	require.Len(t, got, 3)
	near(t, "F1", got[0], meter.Value(metrics.F1Macro), 0)
	near(t, "area", got[1], meter.Value(metrics.ROCAUC), 0)
	require.True(t, math.IsNaN(got[2]))

	for _, watch := range []*metrics.Metric{metrics.Accuracy, metrics.LogLoss} {
		n := small[float64](t)
		var prints []string
		r := validated(t, n, d, validation, train.Options{Epochs: 200, Rate: 3, Batch: 5, Patience: 3, Watch: watch, Metrics: []*metrics.Metric{watch},
			Progress: func(train.Epoch) { prints = append(prints, n.Fingerprint()) }})
		require.True(t, r.StoppedEarly)
		require.Len(t, r.Epochs, r.Best+3)
		for k, e := range r.Epochs {
			require.False(t, watch.Better(e.Metrics[0], r.Epochs[r.Best-1].Metrics[0]), "epoch %d", k+1)
		}
		require.Equal(t, prints[r.Best-1], n.Fingerprint())
	}
	for want, o := range map[string]train.Options{
		"metrics need validation data":                            {Metrics: measured},
		"metric mse is for regression: the task is two classes":   {Watch: metrics.MSE},
		"metric confusion_matrix can't be watched: it is no sing": {Watch: metrics.Confusion},
	} {
		o.Epochs, o.Rate, o.Batch = 1, 1, 1
		v := validation
		if o.Watch == nil {
			v = nil
		}
		_, err := train.New(small[float64](t), d, v, o)
		require.ErrorContains(t, err, want)
	}
}

// Outputs are classes or numbers by what the data say.
func TestTaskOf(t *testing.T) {
	network := func(outputs int, σ *nn.Activation) *nn.Network[float64] {
		return newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(outputs, σ)}, Seed: 1})
	}
	for i, c := range []struct {
		n    *nn.Network[float64]
		d    train.Data[float64]
		want metrics.Kind
	}{
		{network(3, nn.Sigmoid), train.Data[float64]{T: matrix([]float64{0, 1, 0})}, metrics.ManyClasses},
		{network(3, nn.Sigmoid), train.Data[float64]{T: matrix([]float64{0, 0.5, 0})}, metrics.Numbers},
		{network(3, nn.Sigmoid), train.Data[float64]{T: matrix([]float64{0, 0.5, 0}), Labels: []int{1}}, metrics.ManyClasses},
		{network(3, nn.Softmax), train.Data[float64]{T: matrix([]float64{0, 0.5, 0.5})}, metrics.ManyClasses},
		{network(1, nn.Identity), train.Data[float64]{T: matrix([]float64{0}, []float64{2})}, metrics.Numbers},
		{network(1, nn.Identity), train.Data[float64]{T: matrix([]float64{0})}, metrics.Numbers},
		{network(1, nn.Sigmoid), train.Data[float64]{T: matrix([]float64{0})}, metrics.TwoClasses},
		{network(1, nn.Tanh), train.Data[float64]{T: matrix([]float64{-1}, []float64{1})}, metrics.TwoClasses},
		{network(1, nn.Tanh), train.Data[float64]{T: matrix([]float64{-1}, []float64{0})}, metrics.Numbers},
	} {
		require.Equal(t, c.want, train.TaskOf(c.n, &c.d).Kind(), "case %d", i)
	}
	d := &train.Data[float64]{X: matrix([]float64{0}, []float64{1}), T: matrix([]float64{0}, []float64{3})}
	_, accuracy, err := train.Evaluate(network(1, nn.Identity), d)
	require.NoError(t, err)
	require.True(t, math.IsNaN(accuracy), "a regression has no accuracy")
}
