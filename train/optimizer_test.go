package train_test

import (
	"math"
	"strings"
	"testing"

	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

var methods = []train.Method{train.SGD, train.Momentum, train.Nesterov, train.RMSProp, train.Adam, train.AdamW}

func TestMethodNames(t *testing.T) {
	for _, m := range methods {
		if got, err := train.ParseMethod(m.String()); got != m || err != nil {
			t.Errorf("ParseMethod(%q) = %v, %v", m.String(), got, err)
		}
	}
	if _, err := train.ParseMethod("Adam"); err == nil || !strings.Contains(err.Error(), "want one of sgd, momentum, nesterov, rmsprop, adam, adamw") {
		t.Errorf("error %v", err)
	}
	if got := train.Method(99).String(); got != "Method(99)" {
		t.Errorf("an unknown method is %s", got)
	}
}

func TestOptimizerDefaults(t *testing.T) {
	for m, want := range map[train.Method]train.Optimizer{
		train.SGD:      {},
		train.Momentum: {Method: train.Momentum, Mu: 0.9},
		train.Nesterov: {Method: train.Nesterov, Mu: 0.9},
		train.RMSProp:  {Method: train.RMSProp, Beta2: 0.9, Epsilon: 1e-8},
		train.Adam:     {Method: train.Adam, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8},
		train.AdamW:    {Method: train.AdamW, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Decay: 0.01},
	} {
		o := train.Optimizer{Method: m}
		if err := o.Check(); err != nil || o != want {
			t.Errorf("%v: %+v, %v; want %+v", m, o, err, want)
		}
	}
}

func TestOptimizerErrors(t *testing.T) {
	for want, o := range map[string]train.Optimizer{
		"unknown optimizer Method(99)":       {Method: 99},
		"optimizer sgd has no momentum μ":    {Mu: 0.9},
		"optimizer adam has no momentum μ":   {Method: train.Adam, Mu: 0.9},
		"optimizer adam has no weight decay": {Method: train.Adam, Decay: 0.1},
		"optimizer momentum has no β₂":       {Method: train.Momentum, Beta2: 0.9},
		"momentum μ of nesterov is 1: want":  {Method: train.Nesterov, Mu: 1},
		"β₁ of adam is -0.5: want a number":  {Method: train.Adam, Beta1: -0.5},
		"β₂ of rmsprop is NaN: want":         {Method: train.RMSProp, Beta2: math.NaN()},
		"ε of adamw is +Inf: want a number":  {Method: train.AdamW, Epsilon: math.Inf(1)},
	} {
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", o, err, want)
		}
	}
}

// Each method descends, has its state from step to step, and leaves the padding at +0.
func TestMethodsLearn(t *testing.T) {
	d := noisy[float64](101)
	for _, m := range methods {
		n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
		rate := 0.01
		if m == train.SGD {
			rate = 0.3
		}
		r := fit(t, n, d, train.Options{Epochs: 30, Rate: rate, Batch: 10, Optimizer: train.Optimizer{Method: m}})
		if first, last := r.Epochs[0].Cost, r.Epochs[29].Cost; !(last < 0.7*first) {
			t.Errorf("%v: the cost went from %v to %v", m, first, last)
		}
		for i := 1; i <= n.Depth(); i++ {
			clear(n.Weights(i).Data)
			clear(n.Biases(i))
		}
		for k, v := range n.Params() {
			if math.Float64bits(v) != 0 {
				t.Fatalf("%v: padding element %d is %v", m, k, v)
			}
		}
	}
}

// Two steps of every method on C = ½ (w x + b − t)², by the formulas of the documentation.
func TestMethodSteps(t *testing.T) {
	const x, target, eta = 2.0, 1.0, 0.1
	for _, m := range methods {
		n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
		n.Weights(1).Data[0] = 0.25
		d := &train.Data[float64]{X: matrix([]float64{x}), T: matrix([]float64{target})}
		fit(t, n, d, train.Options{Epochs: 2, Rate: eta, Batch: 1, Optimizer: train.Optimizer{Method: m}})

		w, b := 0.25, 0.0 // the weight and the bias
		var v, s [2]float64
		for k := 1.0; k <= 2; k++ {
			delta := w*x + b - target
			for i, g := range [2]float64{delta * x, delta} {
				p := [2]*float64{&w, &b}[i]
				switch m {
				case train.SGD:
					*p -= eta * g
				case train.Momentum:
					v[i] = 0.9*v[i] + g
					*p -= eta * v[i]
				case train.Nesterov:
					v[i] = 0.9*v[i] + g
					*p -= eta * (g + 0.9*v[i])
				case train.RMSProp:
					s[i] = 0.9*s[i] + 0.1*g*g
					*p -= eta * g / (math.Sqrt(s[i]) + 1e-8)
				default:
					v[i], s[i] = 0.9*v[i]+0.1*g, 0.999*s[i]+0.001*g*g
					if m == train.AdamW {
						*p -= eta * 0.01 * *p
					}
					*p -= eta * v[i] / (1 - math.Pow(0.9, k)) / (math.Sqrt(s[i]/(1-math.Pow(0.999, k))) + 1e-8)
				}
			}
		}
		near(t, m.String()+": w", n.Weights(1).Data[0], w, 1e-12)
		near(t, m.String()+": b", n.Biases(1)[0], b, 1e-12)
	}
}

func TestMethodGolden(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for m, want := range map[train.Method]string{
			train.Momentum: "f70c8a30e7ba0d463f1a910c48e21925389c2b2004d50f01c445cc37120e9061",
			train.Nesterov: "d086e4391a42f39efc9a53f635bf7f9383969bb589718a3ca8e92eefe346516f",
			train.RMSProp:  "1a3d84e835680eae948cc28c6ed9c2c05bfc6ba1707279a5e00488422468ec3d",
			train.Adam:     "256ef62aec9db108e8ed91a92476a409f18e72cd7d7cd8a17ca657a7aae25036",
			train.AdamW:    "67dfb12b1a46606b88d98e41e6b7bffd916934fa4c6b608ff59f23b07443f39e",
		} {
			golden[float32](t, m.String(), want,
				nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.CrossEntropy},
				train.Options{Rate: 0.01, Batch: 10, Optimizer: train.Optimizer{Method: m}})
		}
	})
}

// A training allocates at its start and once an epoch, but in no step, also where
// the last batch is short.
func TestStepsDoNotAllocate(t *testing.T) {
	d := noisy[float32](1003)
	for _, m := range methods {
		allocs := func(batch int) float64 {
			n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
			return testing.AllocsPerRun(3, func() {
				fit(t, n, d, train.Options{Epochs: 3, Rate: 0.001, Batch: batch, Optimizer: train.Optimizer{Method: m}})
			})
		}
		if few, many := allocs(500), allocs(5); many > few+2 {
			t.Errorf("%v: 9 steps allocate %v times, 603 steps %v times", m, few, many)
		}
	}
}
