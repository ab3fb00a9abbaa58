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
	if kernels.NumericVersion != "2" {
		t.Fatalf("these are the fingerprints of numeric version 2, not %s", kernels.NumericVersion)
	}
	onEveryISA(t, func(t *testing.T) {
		golden[float32](t, "mini-batch, sigmoid, quadratic",
			"fe3858a58c8edad3460325efa542bef47868c226ad108a68644b09ec8bc82659",
			nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.Quadratic},
			train.Options{Rate: 3, Batch: 10})
		golden[float32](t, "online, sigmoid, cross-entropy",
			"75204c1972ebae7b879596539d7ba0f4b740d5eb189e533739f70eb8d881fea2",
			nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.CrossEntropy},
			train.Options{Rate: 0.5, Batch: 1})
		golden[float32](t, "mini-batch, relu, softmax cross-entropy, steps",
			"5d872dfc036e351b74762e5870b5a849ead385ee4dfcaf56852c0ba0d8bc1bca",
			nn.Config{Layers: []nn.Layer{nn.Dense(33, nn.ReLU), nn.Dense(17, nn.ReLU), nn.Dense(3, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy},
			train.Options{Rate: 0.1, Batch: 32, Schedule: train.StepDecay(2, 0.3)})
		golden[float64](t, "full batch, tanh, exponential, cosine",
			"ef6bec2771323fd28000d8da9fb308b188b588b7cfff3947858f5d013c585b80",
			nn.Config{Layers: []nn.Layer{nn.Dense(9, nn.Tanh), nn.Dense(3, nn.Identity)}, Cost: nn.Exponential(2)},
			train.Options{Rate: 0.05, Batch: train.All, Schedule: train.CosineDecay(0.1)})
		golden[float64](t, "two-level, softmax, Hellinger",
			"ab2570bcc5202e1a8c146649c70394841af210da29d9f0ebf7e37e1a16e99191",
			nn.Config{Layers: []nn.Layer{nn.Dense(8, nn.Softmax), nn.Dense(3, nn.Softmax)}, Cost: nn.Hellinger},
			train.Options{Rate: 1, Batch: 7, Draw: 50})
		golden[float32](t, "mini-batch, sigmoid, Itakura–Saito",
			"9014540260e0d8658d396cdf2727bb8eb2e012b3ba56d73c380039e86e1ebd72",
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
