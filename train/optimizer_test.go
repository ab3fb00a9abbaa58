package train_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// constructorDocs returns the documentation of all exported functions in a file that
// return a value of the given type, in one line.
func constructorDocs(t *testing.T, file, result string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var docs []string
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || !fn.Name.IsExported() || fn.Type.Results == nil {
			continue
		}
		if r, ok := fn.Type.Results.List[0].Type.(*ast.Ident); ok && r.Name == result {
			docs = append(docs, fn.Doc.Text())
		}
	}
	return strings.Join(strings.Fields(strings.Join(docs, " ")), " ")
}

// Every method is found by its name, has a rate to begin with, defaults that are in
// their ranges, and a constructor whose documentation has its formula.
func TestMethods(t *testing.T) {
	docs := constructorDocs(t, "methods.go", "Optimizer")
	for _, m := range train.Methods() {
		if got, err := train.ParseMethod(m.String()); got != m || err != nil {
			t.Errorf("ParseMethod(%q) = %v, %v", m, got, err)
		}
		if m.Formula == "" || !strings.Contains(docs, m.Formula) {
			t.Errorf("no constructor's documentation has the formula of %v, %q", m, m.Formula)
		}
		if !(m.Rate > 0) {
			t.Errorf("%v begins with a learning rate of %v", m, m.Rate)
		}
		o := m.Optimizer()
		if err := o.Check(); err != nil {
			t.Error(err)
		}
		for _, h := range m.Hyperparameters {
			if got := *h.Field(&o); got != h.Value {
				t.Errorf("%v of %v is %v by default, want %v", h, m, got, h.Value)
			}
		}
	}
	if _, err := train.ParseMethod("Adam"); err == nil || !strings.Contains(err.Error(), "want one of sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, amsgrad, lion") {
		t.Errorf("error %v", err)
	}
}

func TestOptimizerDefaults(t *testing.T) {
	for name, c := range map[string]struct{ got, want train.Optimizer }{
		"sgd":      {train.SGD(), train.Optimizer{}},
		"momentum": {train.Momentum(), train.Optimizer{Mu: 0.9}},
		"nesterov": {train.Nesterov(), train.Optimizer{Mu: 0.9}},
		"adagrad":  {train.Adagrad(), train.Optimizer{Epsilon: 1e-10}},
		"amsgrad":  {train.AMSGrad(), train.Optimizer{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}},
		"lion":     {train.Lion(), train.Optimizer{Beta1: 0.9, Beta2: 0.99}},
		"rmsprop":  {train.RMSProp(), train.Optimizer{Beta2: 0.9, Epsilon: 1e-8}},
		"adam":     {train.Adam(), train.Optimizer{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}},
		"adamw":    {train.AdamW(), train.Optimizer{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Decay: 0.01}},
	} {
		method, err := train.ParseMethod(name)
		if c.want.Method = method; err != nil || c.got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, c.got, err, c.want)
		}
	}
}

// Every hyperparameter of an optimizer has a row of its own.
func TestHyperparameters(t *testing.T) {
	var o train.Optimizer
	seen := make(map[*float64]bool)
	for _, h := range train.Hyperparameters() {
		if h.Name == "" || h.Symbol == "" || seen[h.Field(&o)] {
			t.Errorf("%v has no name, no symbol, or the field of another", h)
		}
		seen[h.Field(&o)] = true
	}
	for name, field := range map[string]*float64{"momentum": &o.Mu, "beta1": &o.Beta1, "beta2": &o.Beta2, "eps": &o.Epsilon, "weight-decay": &o.Decay} {
		if !seen[field] {
			t.Errorf("no hyperparameter is %s", name)
		}
	}
}

// changed returns o with one hyperparameter changed.
func changed(o train.Optimizer, h *train.Hyperparameter, x float64) train.Optimizer {
	*h.Field(&o) = x
	return o
}

func TestOptimizerErrors(t *testing.T) {
	step32, step64 := func(train.Step[float32]) {}, func(train.Step[float64]) {}
	for want, o := range map[string]train.Optimizer{
		"optimizer sgd has no μ (momentum)":                                 {Mu: 0.9},
		"optimizer adam has no μ (momentum)":                                changed(train.Adam(), train.Mu, 0.9),
		"optimizer adam has no λ (weight-decay)":                            changed(train.Adam(), train.Decay, 0.1),
		"optimizer momentum has no β₂ (beta2)":                              changed(train.Momentum(), train.Beta2, 0.9),
		"μ (momentum) of nesterov is 1: want at least 0 and less than 1":    changed(train.Nesterov(), train.Mu, 1),
		"β₁ (beta1) of adam is -0.5: want at least 0 and less than 1":       changed(train.Adam(), train.Beta1, -0.5),
		"β₂ (beta2) of rmsprop is NaN: want":                                changed(train.RMSProp(), train.Beta2, math.NaN()),
		"ε (eps) of adamw is +Inf: want more than 0 and less than 1":        changed(train.AdamW(), train.Epsilon, math.Inf(1)),
		"ε (eps) of adam is 0: want more than 0 and less than 1":            changed(train.Adam(), train.Epsilon, 0),
		"optimizer without a Name":                                          {Method: &train.Method{Step32: step32, Step64: step64}},
		"optimizer adam is not the built-in one of that name":               {Method: &train.Method{Name: "adam", Step32: step32, Step64: step64}},
		"optimizer mine lacks Step32 or Step64":                             {Method: &train.Method{Name: "mine", Step32: step32}},
		"optimizer mine has 4 slots of state: want 0 to 3":                  {Method: &train.Method{Name: "mine", Step32: step32, Step64: step64, Slots: 4}},
		"optimizer mine: hyperparameter 1 lacks a name, a symbol or a":      {Method: &train.Method{Name: "mine", Step32: step32, Step64: step64, Hyperparameters: []train.Default{{}}}},
		"optimizer mine: β₁ (beta1) is 2 by default: want at least 0 and l": {Method: &train.Method{Name: "mine", Step32: step32, Step64: step64, Hyperparameters: []train.Default{{Hyperparameter: train.Beta1, Value: 2}}}},
	} {
		before := o
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", o, err, want)
		}
		if o != before && o.Beta2 == o.Beta2 {
			t.Errorf("%s: Check has changed the optimizer", want)
		}
	}
}

// 0 is a value as any other, and not the default: Adam with β₁ = 0 has no momentum.
func TestZeroHyperparameters(t *testing.T) {
	d := noisy[float64](50)
	prints := make(map[string]string)
	for _, m := range train.Methods() {
		for _, h := range m.Hyperparameters {
			if h.Above {
				continue
			}
			for _, x := range []float64{h.Value, 0} {
				n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
				r := fit(t, n, d, train.Options{Epochs: 5, Rate: 0.01, Batch: 10, Optimizer: changed(m.Optimizer(), h.Hyperparameter, x)})
				if c := r.Epochs[4].Cost; !(c < 1) {
					t.Errorf("%v with %v = %v: cost %v", m, h, x, c)
				}
				if x != 0 {
					prints[m.Name+h.Name] = n.Fingerprint()
				} else if n.Fingerprint() == prints[m.Name+h.Name] {
					t.Errorf("%v: %v = 0 is taken for the default", m, h)
				}
			}
		}
	}
}

// Each method descends, has its state from step to step, and leaves the padding at +0.
func TestMethodsLearn(t *testing.T) {
	d := noisy[float64](101)
	for _, m := range train.Methods() {
		n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
		r := fit(t, n, d, train.Options{Epochs: 30, Rate: m.Rate, Batch: 10, Optimizer: m.Optimizer()})
		if first, last := r.Epochs[0].Cost, r.Epochs[29].Cost; !(last < 0.8*first) {
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

// stepsByFormula are the formulas of the documentation, with the defaults, for one
// parameter p with gradient g and state v and s.
var stepsByFormula = map[string]func(p, v, s *float64, g, eta float64, number int){
	"sgd": func(p, _, _ *float64, g, eta float64, _ int) { *p -= eta * g },
	"momentum": func(p, v, _ *float64, g, eta float64, _ int) {
		*v = 0.9**v + g
		*p -= eta * *v
	},
	"nesterov": func(p, v, _ *float64, g, eta float64, _ int) {
		*v = 0.9**v + g
		*p -= eta * (g + 0.9**v)
	},
	"adagrad": func(p, _, s *float64, g, eta float64, _ int) {
		*s += g * g
		*p -= eta * g / (math.Sqrt(*s) + 1e-10)
	},
	"amsgrad": adamByFormula, // the same as long as v grows: TestAMSGrad has what differs
	"lion": func(p, v, _ *float64, g, eta float64, _ int) {
		*p -= eta * math.Copysign(1, 0.9**v+0.1*g)
		*v = 0.99**v + 0.01*g
	},
	"rmsprop": func(p, _, s *float64, g, eta float64, _ int) {
		*s = 0.9**s + 0.1*g*g
		*p -= eta * g / (math.Sqrt(*s) + 1e-8)
	},
	"adam": adamByFormula,
	"adamw": func(p, v, s *float64, g, eta float64, number int) {
		*p -= eta * 0.01 * *p
		adamByFormula(p, v, s, g, eta, number)
	},
}

func adamByFormula(p, v, s *float64, g, eta float64, number int) {
	*v, *s = 0.9**v+0.1*g, 0.999**s+0.001*g*g
	t := float64(number)
	*p -= eta * *v / (1 - math.Pow(0.9, t)) / (math.Sqrt(*s/(1-math.Pow(0.999, t))) + 1e-8)
}

// AMSGrad divides by the root of the largest mean square there has been, and Adam by
// that of the last.
func TestAMSGrad(t *testing.T) {
	w, g := []float64{0}, []float64{1}
	var state [train.MaxSlots][]float64
	for i := range state {
		state[i] = []float64{0}
	}
	var m, v, h, want float64
	o := train.AMSGrad()
	for number := 1; number <= 20; number++ {
		o.Method.Step64(train.Step[float64]{Optimizer: o, W: w, G: g, State: state, Rate: 0.1, Number: number})
		n := float64(number)
		m, v = 0.9*m+0.1*g[0], 0.999*v+0.001*g[0]*g[0]
		h = max(h, v)
		want -= 0.1 * m / (1 - math.Pow(0.9, n)) / (math.Sqrt(h/(1-math.Pow(0.999, n))) + 1e-8)
		g[0] *= 0.3
	}
	near(t, "w", w[0], want, 1e-12)
	if !(h > 1.01*v) {
		t.Errorf("the largest mean square is %v, the last %v", h, v)
	}
}

// Three steps of every method on C = ½ (w x + b − t)², in both precisions.
func TestMethodSteps(t *testing.T) {
	for _, m := range train.Methods() {
		if stepsByFormula[m.Name] == nil {
			t.Errorf("no steps of %v are tested", m)
			continue
		}
		threeSteps[float64](t, m, 1e-12)
		threeSteps[float32](t, m, 1e-5)
	}
}

func threeSteps[T kernels.Float](t *testing.T, m *train.Method, tol float64) {
	const x, target, eta = 2.0, 1.0, 0.1
	n := newNet[T](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	n.Weights(1).Data[0] = 0.25
	d := &train.Data[T]{X: matrix([]T{x}), T: matrix([]T{target})}
	fit(t, n, d, train.Options{Epochs: 3, Rate: eta, Batch: 1, Optimizer: m.Optimizer()})

	w, b := 0.25, 0.0 // the weight and the bias
	var v, s [2]float64
	for number := 1; number <= 3; number++ {
		delta := w*x + b - target
		stepsByFormula[m.Name](&w, &v[0], &s[0], delta*x, eta, number)
		stepsByFormula[m.Name](&b, &v[1], &s[1], delta, eta, number)
	}
	near(t, m.String()+": w", float64(n.Weights(1).Data[0]), w, tol)
	near(t, m.String()+": b", float64(n.Biases(1)[0]), b, tol)
}

func TestMethodGolden(t *testing.T) {
	prints := map[string]string{
		"sgd":      "e0301855a5f81db92f4f50410beb56920a39dea4fb5ef42b0ae823b9213f8c5d",
		"momentum": "2179f85d77f88d9041a5961b7e8d83b32bd371265d23b194a75fa2de9ad536bd",
		"nesterov": "8622f101706e2a71f5034cf58b32fcf1624e6bbe788ca026f033559f089f9249",
		"rmsprop":  "46e0d363e5276733dc0b229031498388c0fe87122493c1c6e01585e13449e258",
		"adagrad":  "1cbedff1b3773728b9128aa10789bacab8b84582b9cf7e56c5154da8b247e1ed",
		"amsgrad":  "b31e43e6402a3a82ea2ae84e17f2c557a19beba9ea0df8da0b925d7447eba37f",
		"lion":     "29d2cf3c44c8956e45efa5c0801d50b8adb87950525b772c895f79782953950d",
		"adam":     "b367f2f81dcadded2d0c152b3edde4ed0e858feffaf2d794e037939aeca3d3ea",
		"adamw":    "4acbf14b97c33f74b823d61d20ff369a664707172f07c45e6c4dfed945f36055",
	}
	onEveryISA(t, func(t *testing.T) {
		for _, m := range train.Methods() {
			golden[float32](t, m.String(), prints[m.Name],
				nn.Config{Layers: []nn.Layer{nn.Dense(19, nn.Sigmoid), nn.Dense(3, nn.Sigmoid)}, Cost: nn.CrossEntropy},
				train.Options{Rate: 0.01, Batch: 10, Optimizer: m.Optimizer()})
		}
	})
}

// A training allocates at its start and once an epoch, but in no step, also where
// the last batch is short.
func TestStepsDoNotAllocate(t *testing.T) {
	d := noisy[float32](1003)
	for _, m := range train.Methods() {
		allocs := func(batch int) float64 {
			n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, nn.Tanh), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
			return testing.AllocsPerRun(3, func() {
				fit(t, n, d, train.Options{Epochs: 3, Rate: 0.001, Batch: batch, Optimizer: m.Optimizer()})
			})
		}
		if few, many := allocs(500), allocs(5); many > few+2 {
			t.Errorf("%v: 9 steps allocate %v times, 603 steps %v times", m, few, many)
		}
	}
}

// signStep is a step of the sign of the gradient, with a memory of gradients.
func signStep[T kernels.Float](s train.Step[T]) {
	for k, g := range s.G {
		m := &s.State[0][k]
		*m = T(s.Beta1)**m + (1-T(s.Beta1))*g
		switch {
		case *m > 0:
			s.W[k] -= T(s.Rate)
		case *m < 0:
			s.W[k] += T(s.Rate)
		}
	}
}

// real is a float32 of somebody else's.
type real float32

// A method of one's own enters by the same door as the built-in ones, also for types
// of one's own.
func TestOwnMethod(t *testing.T) {
	sign := &train.Method{
		Name: "sign", Slots: 1,
		Hyperparameters: []train.Default{{Hyperparameter: train.Beta1, Value: 0.9}},
		Step32:          signStep[float32],
		Step64:          signStep[float64],
	}
	if got, err := train.ParseMethod("sign", sign); got != sign || err != nil {
		t.Errorf("ParseMethod: %v, %v", got, err)
	}
	if _, err := train.ParseMethod("sign"); err == nil || !strings.Contains(err.Error(), `unknown optimizer "sign"`) {
		t.Errorf("error %v", err)
	}
	threeSigns[float32](t, sign)
	threeSigns[float64](t, sign)
	threeSigns[real](t, sign)
}

// threeSigns takes three steps of method sign from w = 0 towards a larger w.
func threeSigns[T kernels.Float](t *testing.T, sign *train.Method) {
	t.Helper()
	n := newNet[T](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	d := &train.Data[T]{X: matrix([]T{1}), T: matrix([]T{10})}
	fit(t, n, d, train.Options{Epochs: 3, Rate: 0.25, Batch: 1, Optimizer: sign.Optimizer()})
	near(t, "w", float64(n.Weights(1).Data[0]), 0.75, 0)
	near(t, "b", float64(n.Biases(1)[0]), 0.75, 0)
}
