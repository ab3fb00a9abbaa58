package train_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// kinds returns the kinds of warnings of a training.
func kinds(r train.Result) (found []train.WarningKind) {
	for _, w := range r.Warnings {
		found = append(found, w.Kind)
	}
	return found
}

// Each way to fail is named, and with it what to try.
func TestWarnings(t *testing.T) {
	xor := gate(0, 1, 1, 0)
	shifted := noisy[float32](200) // images on a bright ground: large inputs, all of one sign
	for k := range shifted.X.Data {
		shifted.X.Data[k] = 100 + shifted.X.Data[k]
	}
	numbers := &train.Data[float32]{X: matrix([]float32{0}, []float32{1}, []float32{2}), T: matrix([]float32{0}, []float32{-3}, []float32{-6})}
	three := noisy[float32](60)
	wide := kernels.NewMatrix[float32](60, 4)
	for k := range 60 {
		copy(wide.Row(k), three.T.Row(k))
	}
	three.T, three.Classes = wide, []string{"no", "yes", "perhaps", "never"}

	net := func(inputs, hidden, outputs int, σ, out *nn.Activation, cost *nn.Cost) *nn.Network[float32] {
		cfg := nn.Config{Inputs: inputs, Cost: cost, Seed: 1}
		if hidden > 0 {
			cfg.Layers = append(cfg.Layers, nn.Dense(hidden, σ))
		}
		cfg.Layers = append(cfg.Layers, nn.Dense(outputs, out))
		return newNet[float32](t, cfg)
	}
	for name, c := range map[string]struct {
		n    *nn.Network[float32]
		d    *train.Data[float32]
		o    train.Options
		want []train.WarningKind // exactly these
		says []string
	}{
		"XOR without a hidden layer": {
			net(2, 0, 1, nil, nn.Sigmoid, nn.CrossEntropy), xor, train.Options{Epochs: 500, Rate: 1, Batch: train.All},
			[]train.WarningKind{train.NoHiddenLayer}, []string{"has no hidden layer", "add one"},
		},
		"XOR without a hidden layer, costs that vary": {
			net(2, 0, 1, nil, nn.Sigmoid, nn.CrossEntropy), xor, train.Options{Epochs: 21, Rate: 2, Batch: 1, Seed: 2},
			[]train.WarningKind{train.NoHiddenLayer}, []string{"the cost no longer falls"},
		},
		"XOR, learned": {
			net(2, 4, 1, nn.Sigmoid, nn.Sigmoid, nn.CrossEntropy), xor, train.Options{Epochs: 1000, Rate: 3, Batch: train.All}, nil, nil,
		},
		"saturated": {
			net(3, 8, 2, nn.Sigmoid, nn.Softmax, nn.SoftmaxCrossEntropy), shifted, train.Options{Epochs: 5, Rate: 0.5, Batch: 10},
			[]train.WarningKind{train.Saturated}, []string{"Layer 1 is saturated: for ", "Scale the inputs"},
		},
		"dead": {
			net(3, 8, 2, nn.ReLU, nn.Softmax, nn.SoftmaxCrossEntropy), noisy[float32](200), train.Options{Epochs: 5, Rate: 1e4, Batch: 10},
			[]train.WarningKind{train.DeadNeurons}, []string{"of the relu neurons of layer 1 are dead", "Lower the learning rate"},
		},
		"no step": {
			net(3, 8, 2, nn.Tanh, nn.Softmax, nn.SoftmaxCrossEntropy), noisy[float32](200), train.Options{Epochs: 2, Rate: 0, Batch: 10},
			[]train.WarningKind{train.StuckCost}, []string{"The cost has not moved: it was 0."},
		},
		"classes without samples": {
			net(3, 8, 4, nn.Tanh, nn.Softmax, nn.SoftmaxCrossEntropy), three, train.Options{Epochs: 20, Rate: 0.5, Batch: 10},
			[]train.WarningKind{train.EmptyClasses}, []string{`No sample to learn from is of class 2 ("perhaps"), class 3 ("never").`},
		},
		"a regression": {
			net(1, 0, 1, nil, nn.Identity, nn.Quadratic), numbers, train.Options{Epochs: 300, Rate: 0.1, Batch: train.All}, nil, nil,
		},
		"a regression that stands still": {
			net(1, 0, 1, nil, nn.Identity, nn.Quadratic), numbers, train.Options{Epochs: 3, Rate: 0, Batch: train.All},
			[]train.WarningKind{train.StuckCost}, nil,
		},
		"digits of noise, learned": {
			net(3, 8, 2, nn.Tanh, nn.Softmax, nn.SoftmaxCrossEntropy), noisy[float32](200), train.Options{Epochs: 20, Rate: 0.5, Batch: 10}, nil, nil,
		},
	} {
		r := fit(t, c.n, c.d, c.o)
		found := kinds(r)
		for _, w := range c.want {
			require.Contains(t, found, w, "%s: %v", name, r.Warnings)
		}
		if c.want == nil {
			require.Empty(t, r.Warnings, name)
		}
		all := ""
		for _, w := range r.Warnings {
			all += w.String() + "\n"
			require.True(t, strings.HasSuffix(w.What, ".") && strings.HasSuffix(w.Try, "."), "%v", w)
		}
		for _, s := range c.says {
			require.Contains(t, all, s, name)
		}
	}
}

// Predictions of one class, and predictions that are no better than the most frequent
// one, are told by the validation data, if there are some.
func TestWarningsOfPredictions(t *testing.T) {
	d := noisy[float64](40)
	rare := d.Subset(slices.Concat(upTo(20), []int{20, 21, 22, 23, 24})) // 20 and 5 samples
	n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Init: nn.Zero})
	n.Biases(1)[0] = 1
	r := validated(t, n, d, rare, train.Options{Epochs: 1, Rate: 0, Batch: 5})
	require.Equal(t, []train.WarningKind{train.OneClassOnly}, kinds(r))
	require.Contains(t, r.Warnings[0].What, "All 25 predictions are of class 0.")
	require.Equal(t, "Train for more epochs, try Adam, and check that the inputs say something of the targets.", r.Warnings[0].Try)
	r = validated(t, n, d, d.Subset([]int{0, 1, 2, 3, 20, 21, 22, 23, 24}), train.Options{Epochs: 1, Rate: 0, Batch: 5})
	require.Empty(t, kinds(r), "nine samples say little")

	n.Biases(1)[0] = 0
	n.Weights(1).Row(0)[0] = 1e3 // half of all at random
	r = validated(t, n, d, rare, train.Options{Epochs: 1, Rate: 0, Batch: 5})
	require.Equal(t, []train.WarningKind{train.AtChance}, kinds(r))
	require.Contains(t, r.Warnings[0].What, "and 80.0 % are of class 0.")
}

// What is tried already, or can't be the fault, is no advice.
func TestRemedies(t *testing.T) {
	d := noisy[float64](40)
	far := d.Subset(upTo(40))
	far.X.Data[7] = 300
	for want, c := range map[string]struct {
		data   *train.Data[float64]
		hidden *nn.Activation
		opt    train.Options
	}{
		"Lower the learning rate by 10, and check that the inputs say something of the targets.":                                       {d, nn.ReLU, train.Options{Epochs: 3, Optimizer: train.Adam()}},
		"Scale the inputs, lower the learning rate by 10, try relu, try Adam, and check that the inputs say something of the targets.": {far, nn.Sigmoid, train.Options{Epochs: 3}},
	} {
		n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(2, c.hidden), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
		n.Biases(2)[0] = 99
		c.opt.Batch = 5
		r := validated(t, n, c.data, c.data, c.opt)
		require.Equal(t, train.OneClassOnly, r.Warnings[0].Kind)
		require.Equal(t, want, r.Warnings[0].Try)
	}
}

func upTo(n int) (s []int) {
	for k := range n {
		s = append(s, k)
	}
	return s
}

// The history tells how many neurons have stopped to learn.
func TestLayerReports(t *testing.T) {
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(4, nn.ReLU), nn.Dense(2, nn.Softmax), nn.Dense(1, nn.Identity)}, Seed: 1})
	copy(n.Weights(1).Data, []float64{1, 1, 1, 1})
	copy(n.Biases(1), []float64{1, 0, -5.5, -100})
	d := numbered(10) // 0 … 9: all alive, but 0 at 0; the third for 6 … 9; the last one for none
	r := fit(t, n, d, train.Options{Epochs: 1, Rate: 0, Batch: train.All})
	require.Len(t, r.Epochs[0].Layers, 2)
	near(t, "flat", r.Epochs[0].Layers[0].Flat, (0+1+6+10)/40., 1e-15)
	near(t, "dead", r.Epochs[0].Layers[0].Dead, 0.25, 0)
	if l := r.Epochs[0].Layers[1]; l.Flat == l.Flat || l.Dead == l.Dead {
		t.Errorf("softmax: %+v, want NaN", l)
	}
	r = fit(t, n, numbered(9), train.Options{Epochs: 1, Rate: 0, Batch: train.All})
	if l := r.Epochs[0].Layers[0]; l.Dead == l.Dead {
		t.Errorf("9 samples: %+v, want NaN", l)
	}
}

// Fit refuses what would stay equal for ever, and nothing else.
func TestEqualNeurons(t *testing.T) {
	o := train.Options{Epochs: 1, Rate: 0.1, Batch: 1}
	zero := func() *nn.Network[float64] {
		cfg := small[float64](t).Config()
		cfg.Init = nn.Zero
		return newNet[float64](t, cfg)
	}
	n := zero()
	_, err := train.Fit(context.Background(), n, noisy[float64](10), nil, o)
	require.ErrorContains(t, err, "train: all 5 neurons of hidden layer 1 have the same weights and biases")
	n.Weights(1).Data[2] = 0.1
	_, err = train.Fit(context.Background(), n, noisy[float64](10), nil, o)
	require.ErrorContains(t, err, "all 4 neurons of hidden layer 2")
	n.Biases(2)[1] = 0.1
	fit(t, n, noisy[float64](10), o)

	o.LayerRates = []float64{0, 0, 1}
	fit(t, zero(), noisy[float64](10), o)
	o.LayerRates = nil
	fit(t, newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(1, nn.Tanh), nn.Dense(2, nn.Softmax)}, Init: nn.Zero}), noisy[float64](10), o)
}
