package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

func linear(t testing.TB) *nn.Network[float64] {
	return newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
}

func TestOptionErrors(t *testing.T) {
	good := train.Options{Epochs: 1, Rate: 1, Batch: 1}
	for want, change := range map[string]func(o *train.Options, d, validation *train.Data[float64]){
		"-1 epochs":          func(o *train.Options, _, _ *train.Data[float64]) { o.Epochs = -1 },
		"learning rate NaN":  func(o *train.Options, _, _ *train.Data[float64]) { o.Rate = math.NaN() },
		"learning rate +Inf": func(o *train.Options, _, _ *train.Data[float64]) { o.Rate = math.Inf(1) },
		"learning rate -1":   func(o *train.Options, _, _ *train.Data[float64]) { o.Rate = -1 },
		"rate 5e-324, divided by 2, rounds to 0 in float64: want at least 9.9e-324": func(o *train.Options, _, _ *train.Data[float64]) { o.Rate, o.Batch = 5e-324, 2 },
		"factor for epoch 1 is -1: want": func(o *train.Options, _, _ *train.Data[float64]) {
			o.Schedule = ruled(func(train.Position) float64 { return -1 })
		},
		"batches of 0 samples":  func(o *train.Options, _, _ *train.Data[float64]) { o.Batch = 0 },
		"batches of -1 samples": func(o *train.Options, _, _ *train.Data[float64]) { o.Batch = -1 },
		"draws of -5 samples":   func(o *train.Options, _, _ *train.Data[float64]) { o.Draw = -5 },
		"excludes FileOrder":    func(o *train.Options, _, _ *train.Data[float64]) { o.Draw, o.FileOrder = 5, true },
		"-1 workers":            func(o *train.Options, _, _ *train.Data[float64]) { o.Workers = -1 },
		"patience of -1":        func(o *train.Options, _, _ *train.Data[float64]) { o.Patience = -1 },
		"needs validation data": func(o *train.Options, _, _ *train.Data[float64]) { o.Patience = 1 },
		"factor for epoch 1": func(o *train.Options, _, _ *train.Data[float64]) {
			o.Schedule = ruled(func(train.Position) float64 { return math.NaN() })
		},
		"optimizer sgd has no β₁ (beta1)": func(o *train.Options, _, _ *train.Data[float64]) { o.Optimizer.Beta1 = 0.9 },
		"weight decay λ is 1: want less than 1": func(o *train.Options, _, _ *train.Data[float64]) {
			o.Rate, o.Optimizer = 0.5, train.AdamW()
			o.Optimizer.Decay = 2
		},
		"training data: no sampl":     func(_ *train.Options, d, _ *train.Data[float64]) { *d = train.Data[float64]{} },
		"inputs: 2 elements of data":  func(_ *train.Options, d, _ *train.Data[float64]) { d.X.Data = d.X.Data[:2] },
		"targets: 0 elements of data": func(_ *train.Options, d, _ *train.Data[float64]) { d.T.Data = nil },
		"2 rows of inputs but 3 ":     func(_ *train.Options, d, _ *train.Data[float64]) { d.X = d.X.Slice(0, 2) },
		"have 2 columns but the ":     func(_ *train.Options, d, _ *train.Data[float64]) { d.X = kernels.NewMatrix[float64](3, 2) },
		"targets have 2 columns":      func(_ *train.Options, d, _ *train.Data[float64]) { d.T = kernels.NewMatrix[float64](3, 2) },
		"input row 2, column 1":       func(_ *train.Options, d, _ *train.Data[float64]) { d.X.Data[1] = math.NaN() },
		"target row 3, column 1":      func(_ *train.Options, d, _ *train.Data[float64]) { d.T.Data[2] = math.Inf(1) },
		"validation data: 0 rows of inputs but 3": func(_ *train.Options, d, validation *train.Data[float64]) {
			*validation = train.Data[float64]{X: kernels.NewMatrix[float64](0, 1), T: d.T}
		},
		"validation data: inputs": func(_ *train.Options, _, validation *train.Data[float64]) {
			*validation = train.Data[float64]{X: kernels.NewMatrix[float64](3, 2), T: kernels.NewMatrix[float64](3, 1)}
		},
	} {
		n, o, d, validation := linear(t), good, numbered(3), new(train.Data[float64])
		before := n.Fingerprint()
		change(&o, d, validation)
		_, err := train.Fit(context.Background(), n, d, validation, o)
		if err == nil || !strings.HasPrefix(err.Error(), "train: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if n.Fingerprint() != before {
			t.Errorf("%s: the network has changed", want)
		}
	}
}

// What rounding to float32 makes of a number decides whether it is a good one.
func TestOptionsThatRound(t *testing.T) {
	all := train.Optimizer{}
	momentum, adam := train.Momentum(), train.Adam()
	momentum.Mu, adam.Epsilon = 0.99999999, 1e-50
	for _, c := range []struct {
		rate      float64
		batch     int
		draw      int
		optimizer train.Optimizer
		want      string // "" for none
	}{
		{1e-320, 1, 0, all, "train: learning rate 1e-320, divided by 1, rounds to 0 in float32: want at least 1.4e-45"},
		{2e-45, 2, 0, all, ""},
		{2e-45, 4, 0, all, "rounds to 0 in float32: want at least 5.6e-45"},
		{2e-45, 4, 2, all, ""},
		{2e-45, train.All, 0, all, "divided by 4, rounds"},
		{2e-45, train.All, 0, train.Momentum(), ""},
		{1e-60, 1, 0, train.Adam(), "rounds to 0"},
		{0, 1, 0, all, ""},
		{1, 1, 0, momentum, "μ (momentum) of momentum is 0.99999999, which rounds to 1 in float32"},
		{1, 1, 0, adam, "ε (eps) of adam is 1e-50, which rounds to 0 in float32"},
	} {
		n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Seed: 1})
		_, err := train.Fit(context.Background(), n, gate(0, 1, 1, 0), nil, train.Options{Epochs: 1, Rate: c.rate, Batch: c.batch, Draw: c.draw, Optimizer: c.optimizer})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

func TestTargetsOutOfReach(t *testing.T) {
	d := &train.Data[float32]{X: matrix([]float32{0}, []float32{1}), T: matrix([]float32{10}, []float32{90})}
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}})
	_, err := train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 1, Rate: 1, Batch: 1})
	if err == nil || !strings.Contains(err.Error(), "target row 1, column 1 is 10: want 0 to 1") {
		t.Errorf("error %v", err)
	}
}

// y = 10⁶ x at rate 10: the weights overflow.
func TestDivergence(t *testing.T) {
	d := &train.Data[float32]{X: matrix([]float32{1}, []float32{2}, []float32{3}), T: matrix([]float32{1e6}, []float32{2e6}, []float32{3e6})}
	for _, batch := range []int{1, 2, train.All} {
		n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
		epoch, step := firstBadStep(nn.Convert[float32](n), d, batch)
		lastGood := n.Fingerprint()
		r, err := train.Fit(context.Background(), n, d, nil, train.Options{
			Epochs: 50, Rate: 10, Batch: batch, FileOrder: true,
			Progress: func(train.Epoch) { lastGood = n.Fingerprint() },
		})
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) {
			t.Fatalf("batch %d: error %v, want a DivergedError", batch, err)
		}
		if diverged.Epoch != epoch || diverged.Step != step || len(r.Epochs) != epoch-1 {
			t.Errorf("batch %d: %d epochs, then %v; want epoch %d, step %d", batch, len(r.Epochs), err, epoch, step)
		}
		if !strings.Contains(err.Error(), "diverged in epoch ") {
			t.Errorf("error %v", err)
		}
		if n.Fingerprint() != lastGood {
			t.Errorf("batch %d: the network does not have the parameters of the last good epoch", batch)
		}
	}
}

// firstBadStep trains n at rate 10 in file order until a cost, or a parameter at
// the end of an epoch, is not finite.
func firstBadStep(n *nn.Network[float32], d *train.Data[float32], batch int) (epoch, step int) {
	bad := func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
	ws := n.NewWorkspace(d.Len())
	for epoch = 1; ; epoch++ {
		step = 0
		for i := 0; i < d.Len(); i += min(batch, d.Len()) {
			step++
			j := min(i+min(batch, d.Len()), d.Len())
			n.Forward(ws, d.X.Slice(i, j))
			if c, _ := n.Cost(ws, d.T.Slice(i, j)); bad(c) {
				return epoch, step
			}
			n.Descend(ws, d.T.Slice(i, j), 10)
		}
		if bad(float64(n.Weights(1).Data[0])) || bad(float64(n.Biases(1)[0])) {
			return epoch, step
		}
	}
}

// An infinite cost stops at its own step, before the parameters are touched.
func TestInfiniteCost(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	n.Weights(1).Data[0] = 1e20
	d := &train.Data[float32]{X: matrix([]float32{1e20}, []float32{0}, []float32{0}), T: matrix([]float32{0}, []float32{0}, []float32{0})}
	_, err := train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 1, Rate: 1, Batch: 1, FileOrder: true})
	var diverged *train.DivergedError
	if !errors.As(err, &diverged) || *diverged != (train.DivergedError{Epoch: 1, Step: 1, Cost: math.Inf(1)}) {
		t.Errorf("error %v", err)
	}
}

// Every step has a finite cost, their sum has not; and the exponential cost has a
// parameter that may be the reason.
func TestInfiniteCostOfAnEpoch(t *testing.T) {
	d := &train.Data[float64]{X: matrix([]float64{0}, []float64{0}), T: matrix([]float64{0}, []float64{0})}
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero, Cost: nn.Exponential(2)})
	n.Biases(1)[0] = 37.6537 // a cost of 1.5e308
	_, err := train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 1, Rate: 0, Batch: 1})
	var diverged *train.DivergedError
	if !errors.As(err, &diverged) || *diverged != (train.DivergedError{Epoch: 1, Step: 2, Cost: math.Inf(1), Remedy: "raise τ of the exponential cost, which is 2"}) {
		t.Fatalf("error %v", err)
	}
	if want := "the cost is +Inf: raise τ of the exponential cost, which is 2, lower the learning rate or"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// The very last step of a training is not left unchecked.
func TestDivergenceInTheLastStep(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
	before := n.Fingerprint()
	d := &train.Data[float32]{X: matrix([]float32{1e5}), T: matrix([]float32{1})}
	_, err := train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 1, Rate: 1e35, Batch: 1})
	var diverged *train.DivergedError
	if !errors.As(err, &diverged) || n.Fingerprint() != before {
		t.Errorf("error %v; the parameters have changed: %v", err, n.Fingerprint() != before)
	} else if !strings.Contains(err.Error(), "epoch 1, step 1: parameters are no longer finite") {
		t.Errorf("error %v", err)
	}
}

// A cost that its output activation can leave stops with a place, not with NaN.
func TestDomainErrorStops(t *testing.T) {
	d := &train.Data[float64]{X: matrix([]float64{0}, []float64{1}), T: matrix([]float64{0.5}, []float64{0.5})}
	n := linear(t)
	n.Weights(1).Data[0], n.Biases(1)[0] = -1, 0.5
	before := n.Fingerprint()
	_, err := train.Fit(context.Background(), newCost(t, n, nn.CrossEntropy), d, nil, train.Options{Epochs: 1, Rate: 1, Batch: train.All})
	if err == nil || !strings.Contains(err.Error(), "epoch 1, step 1: net: sample 2 of the batch: output 1 is -0.5") {
		t.Errorf("error %v", err)
	}
	if n.Fingerprint() != before {
		t.Error("the network has changed")
	}
}

// In the validation data, too; what the epoch did is undone.
func TestDomainErrorOfValidation(t *testing.T) {
	d := &train.Data[float64]{X: matrix([]float64{0}), T: matrix([]float64{0.5})}
	bad := &train.Data[float64]{X: matrix([]float64{0}, []float64{1}), T: matrix([]float64{0.5}, []float64{0.5})}
	n := linear(t)
	n.Weights(1).Data[0], n.Biases(1)[0] = -1, 0.4
	n = newCost(t, n, nn.CrossEntropy)
	before := n.Fingerprint()
	_, err := train.Fit(context.Background(), n, d, bad, train.Options{Epochs: 1, Rate: 0.1, Batch: 1})
	if err == nil || !strings.Contains(err.Error(), "validation after epoch 1: net: sample 2 of the batch: output 1 is -0.5") {
		t.Errorf("error %v", err)
	}
	if n.Fingerprint() != before {
		t.Error("the network has changed")
	}
}

// newCost returns a network of n's parameters that minimises c.
func newCost(t *testing.T, n *nn.Network[float64], c *nn.Cost) *nn.Network[float64] {
	cfg := n.Config()
	cfg.Cost = c
	m := newNet[float64](t, cfg)
	copy(m.Params(), n.Params())
	return m
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := linear(t)
	r, err := train.Fit(ctx, n, numbered(4), nil, train.Options{
		Epochs: 100, Rate: 0.01, Batch: 1,
		Progress: func(e train.Epoch) {
			if e.Number == 3 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped in epoch 4 after step 0") {
		t.Errorf("error %v", err)
	}
	if len(r.Epochs) != 3 {
		t.Errorf("%d epochs were completed, want 3", len(r.Epochs))
	}
}

// endsAfter is a context that ends when it has been asked so many times, each time
// before a step.
type endsAfter struct {
	context.Context
	asked, most int
}

func (c *endsAfter) Err() error {
	if c.asked++; c.asked > c.most {
		return context.Canceled
	}
	return nil
}

// A step that spoils the parameters while ctx ends is not reported as a divergence,
// and nobody is left with what it has spoiled.
func TestContextEndsInABadStep(t *testing.T) {
	for _, samples := range []int{1, 2} { // the bad step is the epoch's last, or not
		d := &train.Data[float32]{X: kernels.NewMatrix[float32](samples, 1), T: kernels.NewMatrix[float32](samples, 1)}
		d.X.Data[0], d.T.Data[0] = 1e5, 1
		n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Seed: 1})
		before := n.Fingerprint()
		ctx := &endsAfter{Context: context.Background(), most: 1}
		_, err := train.Fit(ctx, n, d, nil, train.Options{Epochs: 2, Rate: 1e35, Batch: 1, FileOrder: true})
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped in epoch 1 after step 1") {
			t.Errorf("%d samples: error %v", samples, err)
		}
		if n.Fingerprint() != before {
			t.Errorf("%d samples: the network does not have the parameters of the last good epoch", samples)
		}
	}
}

func TestEpochReports(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Init: nn.Zero})
	d := noisy[float32](10)
	var seen []train.Epoch
	r := validated(t, n, d, d, train.Options{Epochs: 3, Rate: 1, Schedule: train.StepDecay(2, 0.5), Batch: 4, Progress: func(e train.Epoch) { seen = append(seen, e) }})
	if !reflect.DeepEqual(seen, r.Epochs) || len(seen) != 3 {
		t.Fatalf("progress reported %+v, the result has %+v", seen, r.Epochs)
	}
	for k, e := range seen {
		if e.Number != k+1 || e.Steps != 3*(k+1) {
			t.Errorf("epoch %d, %d steps; want %d, %d", e.Number, e.Steps, k+1, 3*(k+1))
		}
		near(t, "rate", e.Rate, []float64{1, 1, 0.5}[k], 0)
	}
	cost, accuracy, err := train.Evaluate(n, d)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "validation cost", seen[2].ValidationCost, cost, 0)
	near(t, "validation accuracy", seen[2].ValidationAccuracy, accuracy, 0)
}

// The cost of an epoch is the mean over samples, not over batches of unequal size.
func TestEpochCostIsMeanOverSamples(t *testing.T) {
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](5, 1), T: matrix([]float64{10}, []float64{0}, []float64{0}, []float64{0}, []float64{0})}
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	r := fit(t, n, d, train.Options{Epochs: 1, Rate: 0, Batch: 4, FileOrder: true})
	near(t, "cost", r.Epochs[0].Cost, 10, 1e-15) // ½·10² / 5
	if v := r.Epochs[0].ValidationCost; v == v {
		t.Errorf("without validation data its cost is %v, want NaN", v)
	}
}

// The best epoch's parameters are restored when the validation cost rises.
func TestEarlyStopping(t *testing.T) {
	d := &train.Data[float64]{X: matrix([]float64{1}), T: matrix([]float64{10})}
	validation := &train.Data[float64]{X: matrix([]float64{1}), T: matrix([]float64{5})}
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	var prints []string
	r := validated(t, n, d, validation, train.Options{Epochs: 100, Rate: 0.05, Batch: 1, Patience: 4,
		Progress: func(train.Epoch) { prints = append(prints, n.Fingerprint()) }})
	if !r.StoppedEarly || len(r.Epochs) != r.Best+4 || r.Best < 2 {
		t.Fatalf("stopped early: %v, best %d of %d epochs", r.StoppedEarly, r.Best, len(r.Epochs))
	}
	for _, e := range r.Epochs {
		if e.ValidationCost < r.Epochs[r.Best-1].ValidationCost {
			t.Errorf("epoch %d is better than the best", e.Number)
		}
	}
	if n.Fingerprint() != prints[r.Best-1] {
		t.Error("the network does not have the parameters of the best epoch")
	}
}

func TestOneWorkerStartsNoGoroutine(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(64, nn.Tanh), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
	before := runtime.NumGoroutine()
	fit(t, n, noisy[float32](100), train.Options{Epochs: 2, Rate: 0.1, Batch: 50, Workers: 1, Progress: func(train.Epoch) {
		if now := runtime.NumGoroutine(); now > before {
			t.Errorf("%d goroutines, before there were %d", now, before)
		}
	}})
}

// However a training ends, its workers end with it.
func TestWorkersEnd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const alone = 2 // the test and its runner
	awaitGoroutines(t, alone)
	for _, c := range []struct {
		rate float64
		end  func(cancel func()) // after the first epoch
		want string              // part of the error
	}{
		{0.1, func(func()) {}, ""},
		{1e300, func(func()) {}, "diverged"},
		{0.1, func(cancel func()) { cancel() }, "context canceled"},
		{0.1, func(func()) { panic("stop") }, "panic: stop"},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Identity), nn.Dense(2, nn.Identity)}, Seed: 1})
		during := 0
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v", p)
				}
			}()
			_, err = train.Fit(ctx, n, noisy[float32](20), nil, train.Options{Epochs: 2, Rate: c.rate, Batch: 5, Workers: 4,
				Schedule: ruled(func(train.Position) float64 { during = runtime.NumGoroutine(); return 1 }),
				Progress: func(train.Epoch) { c.end(cancel) }})
			return err
		}()
		cancel()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if during != alone+3 {
			t.Errorf("%d goroutines during the training, want %d", during, alone+3)
		}
		awaitGoroutines(t, alone)
	}
}

// awaitGoroutines waits until there are no more goroutines than should be.
func awaitGoroutines(t *testing.T, want int) {
	t.Helper()
	for range 2000 {
		if runtime.NumGoroutine() <= want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, want %d", runtime.NumGoroutine(), want)
}

// Neither Workers nor GOMAXPROCS changes a bit, whatever the method and whether
// the last batch is short.
func TestResultDoesNotDependOnWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	d := noisy[float32](90)
	for _, m := range []*train.Method{train.SGD().Method, train.Adam().Method} {
		var first train.Result
		var print string
		for _, procs := range []int{1, 4} {
			for _, workers := range []int{0, 1, 2, 3, 8} {
				runtime.GOMAXPROCS(procs)
				n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(90, nn.Tanh), nn.Dense(80, nn.ReLU), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
				r := validated(t, n, d, d, train.Options{Epochs: 3, Rate: 0.01, Batch: 40, Workers: workers, Optimizer: m.Optimizer()})
				if print == "" {
					first, print = r, n.Fingerprint()
				}
				if f := n.Fingerprint(); f != print {
					t.Errorf("%v, %d workers, GOMAXPROCS %d: fingerprint %s, want %s", m, workers, procs, f, print)
				}
				for k, e := range r.Epochs {
					if want := first.Epochs[k]; e.Cost != want.Cost || e.ValidationCost != want.ValidationCost {
						t.Errorf("%v, %d workers, GOMAXPROCS %d, epoch %d: costs %v and %v, want %v and %v", m, workers, procs, k+1, e.Cost, e.ValidationCost, want.Cost, want.ValidationCost)
					}
				}
			}
		}
	}
}

// Trainings share nothing, neither random numbers nor workers.
func TestConcurrentTrainings(t *testing.T) {
	fingerprint := func() (string, error) {
		n, err := nn.New[float32](nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(100, nn.Tanh), nn.Dense(130, nn.ReLU), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
		if err != nil {
			return "", err
		}
		_, err = train.Fit(context.Background(), n, noisy[float32](50), nil, train.Options{Epochs: 3, Rate: 0.05, Batch: 20, Seed: 1, Workers: 2})
		return n.Fingerprint(), err
	}
	want, err := fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := fingerprint(); got != want || err != nil {
				t.Errorf("fingerprint %s (%v), want %s", got, err, want)
			}
		})
	}
	wg.Wait()
}

// Samples sorted by class: shuffled they are learned sooner than in file order.
func TestShufflingHelps(t *testing.T) {
	d := noisy[float32](60)
	cost := func(fileOrder bool) float64 {
		total := 0.0
		for seed := range uint64(10) {
			n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid), nn.Dense(2, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: seed})
			fit(t, n, d, train.Options{Epochs: 10, Rate: 3, Batch: 10, Seed: seed, FileOrder: fileOrder})
			c, _, err := train.Evaluate(n, d)
			if err != nil {
				t.Fatal(err)
			}
			total += c
		}
		return total
	}
	if s, f := cost(false), cost(true); !(s < f/1.5) {
		t.Errorf("cost %v shuffled, %v in file order", s, f)
	}
}

// With one class only, the cost is finite and falls.
func TestSingleClass(t *testing.T) {
	d := gate(1, 1, 1, 1)
	n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1})
	r := fit(t, n, d, train.Options{Epochs: 1000, Rate: 5, Batch: 1})
	if last := r.Epochs[999].Cost; !(last >= 0 && last < 1e-3) {
		t.Errorf("cost %v", last)
	}
}

// Costs are summed in float64: a float32 sum of a million tenths is off by 1 %.
func TestCostSum(t *testing.T) {
	const n = 1 << 20
	d := &train.Data[float32]{X: kernels.NewMatrix[float32](n, 1), T: kernels.NewMatrix[float32](n, 1)}
	net := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	net.Biases(1)[0] = float32(math.Sqrt(0.2)) // a cost of 0.1
	cost, _, err := train.Evaluate(net, d)
	if err != nil {
		t.Fatal(err)
	}
	b := float64(net.Biases(1)[0])
	near(t, "mean cost", cost/(b*b/2), 1, 1e-12)
}
