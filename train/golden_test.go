package train_test

import (
	"testing"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// Small trainings have the same result on every CPU and in every build. Where
// kernels.NumericVersion changes, so do these fingerprints, and only there.
func TestGolden(t *testing.T) {
	if kernels.NumericVersion != "1" {
		t.Fatalf("these are the fingerprints of numeric version 1, not %s", kernels.NumericVersion)
	}
	onEveryISA(t, func(t *testing.T) {
		golden[float32](t, "mini-batch, sigmoid, quadratic",
			"3633e7dfb6e87b75a38b2c20b99770e1a7d017c7b6fe38ce50da757fca953dd9",
			nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.Quadratic},
			train.Options{Rate: 3, Batch: 10})
		golden[float32](t, "online, sigmoid, cross-entropy",
			"5e788e0d221eb5bdfe1c699ca4bf69e3db6a6e7a66b9f9a80c4f75642bc5e990",
			nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.CrossEntropy},
			train.Options{Rate: 0.5, Batch: 1})
		golden[float32](t, "mini-batch, relu, softmax cross-entropy, steps",
			"80778c36ad393ac21028a57dd4434998d71dc893ed64e9d60c13aa626d9385db",
			nn.Config{Layers: []nn.Layer{nn.Dense(33, nn.ReLU), nn.Dense(17, nn.ReLU), nn.Dense(3, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, FlushBelow: true},
			train.Options{Rate: 0.1, Batch: 32, Schedule: train.StepDecay(2, 0.3)})
		golden[float64](t, "full batch, tanh, exponential, cosine",
			"5d9aa1386d652ae34433fb15ab76e9fc191e414a37ebc57d406315b285880b07",
			nn.Config{Layers: []nn.Layer{nn.Dense(9, nn.Tanh), nn.Dense(3, nn.Identity)}, Cost: nn.Exponential(2)},
			train.Options{Rate: 0.05, Batch: train.All, Schedule: train.CosineDecay(0.1)})
		golden[float64](t, "two-level, softmax, Hellinger",
			"580153feb72564487946466f17af0d11db131e0731586a7484cd3d65215c6338",
			nn.Config{Layers: []nn.Layer{nn.Dense(8, nn.Softmax), nn.Dense(3, nn.Softmax)}, Cost: nn.Hellinger},
			train.Options{Rate: 1, Batch: 7, Draw: 50})
		golden[float32](t, "mini-batch, sigmoid, Itakura–Saito",
			"7634fd6516572c0cf8e471de9ab3090e8c386535cd6985e6ca913e51e386830e",
			nn.Config{Layers: []nn.Layer{nn.Dense(12, nn.Tanh), nn.Dense(3, nn.Sigmoid)}, Cost: nn.ItakuraSaito},
			train.Options{Rate: 0.01, Batch: 16})
	})
}

func golden[T kernels.Float](t *testing.T, name, want string, cfg nn.Config, o train.Options) {
	t.Helper()
	const samples, inputs, outputs = 100, 21, 3
	r := rng.New(20, 26)
	d := &train.Data[T]{X: kernels.NewMatrix[T](samples, inputs), T: kernels.NewMatrix[T](samples, outputs)}
	for k := range d.X.Data {
		d.X.Data[k] = T(r.Normal())
	}
	for k := range d.T.Data {
		d.T.Data[k] = T(0.01 + float64(0.98*r.Float64()))
	}
	cfg.Inputs, cfg.Seed = inputs, 1
	n := newNet[T](t, cfg)
	o.Epochs, o.Seed = 5, 1
	fit(t, n, d, o)
	if got := n.Fingerprint(); got != want {
		t.Errorf("%s: fingerprint %s, want %s", name, got, want)
	}
}
