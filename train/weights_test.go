package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// scikit-learn's "balanced".
func TestReferenceBalanced(t *testing.T) {
	var file struct {
		Balanced []struct {
			Labels       []int
			ClassWeights []float64 `json:"class_weights"`
		}
	}
	readReference(t, "costs.json", &file)
	require.NotEmpty(t, file.Balanced)
	for _, c := range file.Balanced {
		w, err := train.BalancedWeights(c.Labels, len(c.ClassWeights))
		require.NoError(t, err)
		require.InDeltaSlice(t, c.ClassWeights, w, 1e-15)
		w, err = train.BalancedWeights(c.Labels, len(c.ClassWeights)+1)
		require.NoError(t, err)
		require.InDeltaSlice(t, append(c.ClassWeights, 0), w, 1e-15)
	}
	_, err := train.BalancedWeights([]int{0, 2}, 2)
	require.EqualError(t, err, "label 2 of item 1 is out of range: want 0…1")
	_, err = train.BalancedWeights(nil, 0)
	require.EqualError(t, err, "0 classes: want at least 1")
}

// A sample of weight 2 counts like two of them, one of weight 0 like none.
func TestSampleWeights(t *testing.T) {
	d := noisy[float64](40)
	twice := &train.Data[float64]{X: kernels.NewMatrix[float64](40, 3), T: kernels.NewMatrix[float64](40, 2)}
	for k := range 40 {
		d.Weights = append(d.Weights, float64(2*(k%2)))
		copy(twice.X.Row(k), d.X.Row(k|1))
		copy(twice.T.Row(k), d.T.Row(k|1))
	}
	for _, m := range train.Methods() {
		a, b := small[float64](t), small[float64](t)
		o := train.Options{Epochs: 10, Rate: 0.01, Batch: 8, FileOrder: true, Optimizer: m.Optimizer()}
		weighted, plain := validated(t, a, d, d, o), validated(t, b, twice, twice, o)
		require.InDeltaSlice(t, b.Params(), a.Params(), 1e-6, m.Name)
		near(t, "cost", weighted.Epochs[9].Cost, plain.Epochs[9].Cost, 1e-6)
		near(t, "validation cost", weighted.Epochs[9].ValidationCost, plain.Epochs[9].ValidationCost, 1e-6)
	}
	for _, batch := range []int{1, 7} { // weights follow their samples through the order
		o := train.Options{Epochs: 3, Rate: 0.1, Batch: batch, Seed: 2}
		ones := noisy[float32](40)
		a := small[float32](t)
		fit(t, a, ones, o)
		for range 40 {
			ones.Weights = append(ones.Weights, 1)
		}
		b := small[float32](t)
		fit(t, b, ones, o)
		require.Equal(t, a.Fingerprint(), b.Fingerprint())
	}
	first, _ := d.Split(0.5, 1)
	require.Equal(t, d.Subset([]int{0, 1}).Weights, []float64{0, 2})
	require.Len(t, first.Weights, first.Len())
}

// Weights of classes are those of their samples, by label or by target, in a training and
// in Learn.
func TestClassWeights(t *testing.T) {
	d := noisy[float32](30)
	o := train.Options{Epochs: 3, Rate: 0.1, Batch: 4, Seed: 1}
	weighted := *d
	for k := range 30 {
		weighted.Weights = append(weighted.Weights, []float32{0.5, 3}[2*k/30])
	}
	want := small[float32](t)
	fit(t, want, &weighted, o)

	o.ClassWeights = []float64{0.5, 3}
	byTarget := small[float32](t)
	fit(t, byTarget, d, o)
	require.Equal(t, want.Fingerprint(), byTarget.Fingerprint())

	labelled := *d
	for k := range 30 {
		labelled.Labels = append(labelled.Labels, 2*k/30)
		labelled.Weights = append(labelled.Weights, 2)
	}
	o.ClassWeights = []float64{0.25, 1.5}
	byLabel := small[float32](t)
	fit(t, byLabel, &labelled, o)
	require.Equal(t, want.Fingerprint(), byLabel.Fingerprint())

	learn := func(d *train.Data[float32], o train.Options) string {
		n := small[float32](t)
		_, err := newTrainer(t, n, nil, nil, o).Learn(d)
		require.NoError(t, err)
		return n.Fingerprint()
	}
	require.Equal(t, learn(&weighted, train.Options{Rate: 0.1}), learn(&labelled, train.Options{Rate: 0.1, ClassWeights: o.ClassWeights}))
}

// A training with label smoothing is one on smoothed targets; validation is not smoothed.
func TestLabelSmoothing(t *testing.T) {
	d, smoothed := noisy[float32](30), noisy[float32](30)
	nn.SmoothTargets(smoothed.T, 0.2)
	o := train.Options{Epochs: 3, Rate: 0.1, Batch: 4, Seed: 1}
	a, b := small[float32](t), small[float32](t)
	ra := validated(t, a, smoothed, d, o)
	o.LabelSmoothing = 0.2
	rb := validated(t, b, d, d, o)
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
	for k := range ra.Epochs {
		require.Equal(t, ra.Epochs[k].Cost, rb.Epochs[k].Cost)
		require.Equal(t, ra.Epochs[k].ValidationCost, rb.Epochs[k].ValidationCost)
	}
	require.Equal(t, noisy[float32](30).T, d.T, "the data are only read")
}

func TestWeightErrors(t *testing.T) {
	for want, change := range map[string]func(d *train.Data[float64], o *train.Options){
		"training data: 2 weights for 6 samples":     func(d *train.Data[float64], _ *train.Options) { d.Weights = []float64{1, 1} },
		"training data: 1 labels for 6 samples":      func(d *train.Data[float64], _ *train.Options) { d.Labels = []int{1} },
		"the weight of sample 2 is -1: want":         func(d *train.Data[float64], _ *train.Options) { d.Weights = []float64{1, -1, 1, 1, 1, 1} },
		"1 ClassWeights: want one for each of the 2": func(_ *train.Data[float64], o *train.Options) { o.ClassWeights = []float64{1} },
		"the weight of class 1 is NaN: want":         func(_ *train.Data[float64], o *train.Options) { o.ClassWeights = []float64{1, math.NaN()} },
		"sample 3 is of class 2: there are 2 ClassWeights": func(d *train.Data[float64], o *train.Options) {
			d.Labels, o.ClassWeights = []int{0, 0, 2, 0, 0, 0}, []float64{1, 1}
		},
		"LabelSmoothing is 1: want at least 0": func(_ *train.Data[float64], o *train.Options) { o.LabelSmoothing = 1 },
		"label smoothing is for targets of 0 and 1: target row 2, column 1 is 0.5": func(d *train.Data[float64], o *train.Options) {
			d.T.Row(1)[0], o.LabelSmoothing = 0.5, 0.1
		},
		"InputNoise is -1: want": func(_ *train.Data[float64], o *train.Options) { o.InputNoise = -1 },
		"ClipNorm is NaN: want":  func(_ *train.Data[float64], o *train.Options) { o.ClipNorm = math.NaN() },
		"Decay.L1 is -1: want":   func(_ *train.Data[float64], o *train.Options) { o.Decay.L1 = -1 },
		"both the optimizer adamw and Options.Decay": func(_ *train.Data[float64], o *train.Options) {
			o.Optimizer, o.Decay.Decoupled = train.AdamW(), 0.1
		},
		"weight decay λ is 1: want less than 1": func(_ *train.Data[float64], o *train.Options) { o.Rate, o.Decay.L2 = 0.5, 2 },
	} {
		d, o := noisy[float64](6), train.Options{Epochs: 1, Rate: 0.1, Batch: 2}
		change(d, &o)
		n := small[float64](t)
		before := n.Fingerprint()
		_, err := train.Fit(context.Background(), n, d, nil, o)
		require.ErrorContains(t, err, want)
		require.Equal(t, before, n.Fingerprint())
	}
	d, o := noisy[float32](4), train.Options{Epochs: 1, Rate: 0.1, Batch: 2, ClipValue: 1e-50}
	_, err := train.Fit(context.Background(), small[float32](t), d, nil, o)
	require.ErrorContains(t, err, "ClipValue 1e-50 rounds to 0 in float32")
}

// Noise has the deviation asked for, is new in every step and for every position, and
// leaves validation alone.
func TestInputNoise(t *testing.T) {
	const samples, deviation = 2000, 0.5
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](samples, 2), T: kernels.NewMatrix[float64](samples, 1)}
	n := newNet[float64](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	w := n.Weights(1).Data
	w[0], w[1] = 1, 2
	r := validated(t, n, d, d, train.Options{Epochs: 2, Batch: train.All, InputNoise: deviation})
	for _, e := range r.Epochs { // ½ E (x₁ + 2 x₂)² = ½ (1 + 4) deviation²
		near(t, "cost", e.Cost, 2.5*deviation*deviation, 0.06)
		near(t, "validation cost", e.ValidationCost, 0, 0)
	}
	if r.Epochs[0].Cost == r.Epochs[1].Cost {
		t.Error("two steps have the same noise")
	}
	other := validated(t, n, d, d, train.Options{Epochs: 1, Batch: train.All, InputNoise: deviation, Seed: 1})
	if r.Epochs[0].Cost == other.Epochs[0].Cost {
		t.Error("two seeds have the same noise")
	}
}
