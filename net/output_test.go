package net_test

import (
	"math"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// single returns a network of one layer whose pre-activations are its inputs,
// and the result of one pass over x and t.
func single[T kernels.Float](t *testing.T, cfg nn.Config, x, target kernels.Matrix[T]) (n *nn.Network[T], ws *nn.Workspace[T]) {
	t.Helper()
	cfg.Inputs, cfg.Init = x.Cols, nn.Zero
	n = newNet[T](t, cfg)
	for j := range x.Cols {
		n.Weights(1).Row(j)[j] = 1
	}
	ws = n.NewWorkspace(x.Rows)
	n.Forward(ws, x)
	n.Backward(ws, target)
	return n, ws
}

// Every cost against its formula, at a = ½ and ¼.
func TestCostValues(t *testing.T) {
	ln := math.Log
	targets := matrix([]float64{0.2, 0.9})
	z := matrix([]float64{0, -ln(3)}) // a = ½, ¼
	sq := 0.3*0.3 + 0.65*0.65
	root := func(a, t float64) float64 { return (math.Sqrt(a) - math.Sqrt(t)) * (math.Sqrt(a) - math.Sqrt(t)) }
	tested := map[string]bool{nn.SoftmaxCrossEntropy.Name: true}
	for _, c := range []struct {
		cost *nn.Cost
		want float64
	}{
		{nn.Quadratic, sq / 2},
		{nn.CrossEntropy, -(0.2*ln(0.5) + 0.8*ln(0.5) + 0.9*ln(0.25) + 0.1*ln(0.75))},
		{nn.Exponential(1), math.Exp(sq)},
		{nn.Exponential(2.5), 2.5 * math.Exp(sq/2.5)},
		{nn.Hellinger, (root(0.5, 0.2) + root(0.25, 0.9)) / math.Sqrt2},
		{nn.KullbackLeibler, 0.2*ln(0.4) + 0.9*ln(3.6)},
		{nn.GeneralizedKL, 0.2*ln(0.4) + 0.9*ln(3.6) - 1.1 + 0.75},
		{nn.Huber(1), sq / 2},
		{nn.Huber(0.5), 0.3*0.3/2 + 0.5*(0.65-0.25)},
		{nn.AbsoluteError, 0.95},
		{nn.Hinge, (1 + 0.6*0.5) + (1 - 0.8*0.25)},
		{nn.SquaredHinge, 1.3*1.3 + 0.8*0.8},
		{nn.Poisson, 0.5 - 0.2*ln(0.5) + 0.25 - 0.9*ln(0.25)},
		{nn.ItakuraSaito, 0.4 - ln(0.4) - 1 + 3.6 - ln(3.6) - 1},
	} {
		tested[c.cost.Name] = true
		cfg := nn.Config{Layers: []nn.Layer{nn.Dense(2, nn.Sigmoid)}, Cost: c.cost}
		n, ws := single(t, cfg, z, targets)
		near(t, c.cost.String()+" of a sigmoid", costOf(t, n, ws, targets), c.want, 1e-14)
		cfg.Layers[0].Activation = nn.Identity
		n, ws = single(t, cfg, matrix([]float64{0.5, 0.25}), targets)
		near(t, c.cost.String()+" of an identity", costOf(t, n, ws, targets), c.want, 1e-14)
	}
	cfg := nn.Config{Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy}
	n, ws := single(t, cfg, z, targets) // a = ¾, ¼
	near(t, "softmax cross-entropy", costOf(t, n, ws, targets), -(0.2*ln(0.75) + 0.9*ln(0.25)), 1e-14)
	for _, c := range costs {
		if !tested[c.Name] {
			t.Errorf("no value of %v is tested", c)
		}
	}
}

// The cost behind a softmax, from its logits, is the cost of its outputs.
func TestCostsOfSoftmax(t *testing.T) {
	z := matrix([]float64{0.3, -0.4, 1.1})
	targets := matrix([]float64{0.2, 0.5, 0.3})
	for _, c := range costs {
		if c.OutputOnly {
			continue
		}
		n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(3, nn.Softmax)}, Cost: c}, z, targets)
		m, wsm := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(3, nn.Identity)}, Cost: c}, ws.A(1), targets)
		near(t, c.String(), costOf(t, n, ws, targets), costOf(t, m, wsm, targets), 1e-14)
	}
}

// Saturated outputs have the right cost and sensitivity, without 0·ln 0 or 0/0.
func TestCrossEntropyOfSaturatedSigmoid(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, c := range []struct{ z, target, cost, delta float64 }{
			{1000, 1, 0, 0}, {-1000, 0, 0, 0}, {1000, 0, 1000, 1}, {-1000, 1, 1000, -1},
			{50, 0, 50, 1}, {-800, 0, 0, 0},
		} {
			cfg := nn.Config{Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy}
			target := matrix([]float64{c.target})
			n, ws := single(t, cfg, matrix([]float64{c.z}), target)
			near(t, "cost", costOf(t, n, ws, target), c.cost, 1e-12)
			near(t, "δ", ws.Delta(1).Data[0], c.delta, 1e-15)
			target32 := matrix([]float32{float32(c.target)})
			n32, ws32 := single(t, cfg, matrix([]float32{float32(c.z)}), target32)
			near(t, "cost in float32", costOf(t, n32, ws32, target32), c.cost, 1e-12)
			near(t, "δ in float32", float64(ws32.Delta(1).Data[0]), c.delta, 1e-15)
		}
	})
}

// No cost gives NaN behind a sigmoid or softmax that has rounded to 0 and 1.
func TestSaturatedOutputsAreFinite(t *testing.T) {
	z := matrix([]float32{200, -200, 1}, []float32{-40, 40, -90}, []float32{1000, 999, -1000}, []float32{1000, -500, -500})
	targets := matrix([]float32{1, 0, 0}, []float32{0, 0, 1}, []float32{0, 1, 0}, []float32{1, 0, 0})
	for _, σ := range []*nn.Activation{nn.Sigmoid, nn.Softmax} {
		for _, c := range costs {
			if !c.Targets.Contains(0) || c.OutputOnly && σ != c.Output {
				continue
			}
			n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(3, σ)}, Cost: c}, z, targets)
			if cost := costOf(t, n, ws, targets); !(cost >= 0 && cost < 1e4) {
				t.Errorf("%v of a %v costs %v", c, σ, cost)
			}
			for _, d := range ws.Delta(1).Data {
				if !(d >= -2000 && d <= 2000) {
					t.Errorf("%v of a %v: δ = %v", c, σ, ws.Delta(1).Data)
					break
				}
			}
		}
	}
}

// Where outputs vanish, ItakuraSaito is infinite, and so are the sensitivities, with the
// right signs and without NaN; where quotients are within reach, they are right.
func TestItakuraSaitoOfVanishingOutputs(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		σ        *nn.Activation
		z, t     []float64
		want     []float64
		cost     float64
		relative float64
	}{
		{nn.Softmax, []float64{800, 0, 0}, []float64{0.2, 0.4, 0.4}, []float64{inf, -inf, -inf}, inf, 0},
		{nn.Softmax, []float64{0, 900, 1000}, []float64{0.2, 0.4, 0.4}, []float64{-inf, inf, inf}, inf, 0},
		{nn.Softmax, []float64{711, 0}, []float64{0.5, 0.01}, []float64{0.01 * math.Exp(709) * math.Exp(2), -0.01 * math.Exp(709) * math.Exp(2)}, 0.01 * math.Exp(709) * math.Exp(2), 1e-10},
		{nn.Sigmoid, []float64{-711, 800}, []float64{0.01, 1}, []float64{-0.01 * math.Exp(709) * math.Exp(2), 0}, 0.01 * math.Exp(709) * math.Exp(2), 1e-10},
		{nn.Sigmoid, []float64{-800, 0}, []float64{0.01, 0.5}, []float64{-inf, 0}, inf, 0},
	} {
		n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(len(c.z), c.σ)}, Cost: nn.ItakuraSaito}, matrix(c.z), matrix(c.t))
		same := func(got, want float64) bool {
			return got == want || math.Abs(got-want) <= c.relative*math.Abs(want)
		}
		if cost := costOf(t, n, ws, matrix(c.t)); !same(cost, c.cost) {
			t.Errorf("%v at %v costs %v, want %v", c.σ, c.z, cost, c.cost)
		}
		for j, want := range c.want {
			if got := ws.Delta(1).Data[j]; !same(got, want) {
				t.Errorf("%v at %v: δ_%d = %v, want %v", c.σ, c.z, j, got, want)
			}
		}
	}
}

// A cost of one's own gets ln(1−a) and its slope where 1−a has vanished, also in float32.
func TestOwnCostOfVanishingRest(t *testing.T) {
	reversed := &nn.Cost{ // −ln(1−a)
		Name:       "reversed",
		Slope:      func(a, _ float64) float64 { return 1 / (1 - a) },
		LogTerm:    func(y nn.Output, _ float64) float64 { return -y.LnRest() },
		LogSlope:   func(y nn.Output, _ float64) float64 { return y.A / y.Rest },
		LogitSlope: func(y nn.Output, _ float64) float64 { return y.A },
	}
	for _, z := range []float32{20, 100, 700, 740, 800, 3e4} {
		for _, σ := range []*nn.Activation{nn.Sigmoid, nn.Softmax} {
			z, zero := matrix([]float32{z, 0}), matrix([]float32{0, 0})
			n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(2, σ)}, Cost: reversed}, z, zero)
			want, delta := float64(z.Data[0]), []float32{1, -1}
			if σ == nn.Sigmoid {
				want, delta[1] = want+math.Ln2, 0.5
			}
			near(t, σ.String()+": cost", costOf(t, n, ws, zero), want, 1e-8)
			nearAll(t, σ.String()+": δ", ws.Delta(1).Data, delta, 1e-6)
		}
	}
}

// With the quadratic cost the sensitivity of a saturated neuron is small but not 0.
func TestQuadraticCostOfSaturatedSigmoid(t *testing.T) {
	cfg := nn.Config{Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}}
	zero := matrix([]float64{0})
	_, ws := single(t, cfg, matrix([]float64{40}), zero)
	near(t, "a(40)", ws.A(1).Data[0], 1, 0)
	near(t, "δ(40)", ws.Delta(1).Data[0]/4.248354255291589e-18, 1, 1e-14)

	// z = 0.8 · 62.5 = 50
	for _, c := range []struct {
		cost *nn.Cost
		want float64
	}{{nn.Quadratic, 62.5 * 1.9287498479639178e-22}, {nn.CrossEntropy, 62.5}} {
		n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}, Cost: c.cost, Init: nn.Zero})
		n.Weights(1).Data[0] = 0.8
		ws := n.NewWorkspace(1)
		n.Forward(ws, matrix([]float64{62.5}))
		n.Backward(ws, zero)
		near(t, c.cost.String()+" gradient", ws.WeightGradient(1).Data[0]/c.want, 1, 1e-14)
	}
}

func TestSoftmaxByRows(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		z := matrix([]float32{1000, 1001, 1002}, []float32{0, 0, 0})
		targets := matrix([]float32{0, 0, 1}, []float32{1, 0, 0})
		n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(3, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy}, z, targets)
		nearAll(t, "softmax", ws.A(1).Data, []float32{0.0900306, 0.2447285, 0.6652410, 1. / 3, 1. / 3, 1. / 3}, 2e-7)
		near(t, "cost", costOf(t, n, ws, targets), (0.40760596444438+math.Log(3))/2, 1e-13)
		nearAll(t, "δ", ws.Delta(1).Data, []float32{0.0900306, 0.2447285, 0.6652410 - 1, -2. / 3, 1. / 3, 1. / 3}, 2e-7)
	})
}

// Targets of a softmax cross-entropy need not sum to 1.
func TestSoftmaxCrossEntropyOfWeightedTargets(t *testing.T) {
	n := newNet[float64](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
	worst, tensor, err := n.GradientCheck(filled[float64](2, 2, -1, 1), matrix([]float64{2, 0.5, 0}, []float64{0, 0, 0.1}))
	if err != nil || !(worst <= 1e-6) {
		t.Errorf("∂C/∂%s differs by %.2g (%v)", tensor, worst, err)
	}
}

func TestCheckTargets(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		cost *nn.Cost
		σ    *nn.Activation
		t    float64
		want string // part of the error; empty if the target is right
	}{
		{nn.Quadratic, nn.Sigmoid, 1, ""},
		{nn.Quadratic, nn.Sigmoid, 50, "target row 2, column 1 is 50: want 0 to 1"},
		{nn.Quadratic, nn.Tanh, -1, ""},
		{nn.Quadratic, nn.Tanh, -1.5, "want -1 to 1"},
		{nn.Quadratic, nn.ReLU, -1, "at least 0"},
		{nn.Quadratic, nn.Identity, -1e6, ""},
		{nn.Quadratic, nn.Identity, nan, "finite"},
		{nn.Quadratic, nn.Identity, inf, "finite"},
		{nn.CrossEntropy, nn.Identity, 1.01, "want 0 to 1 for cost cross-entropy"},
		{nn.CrossEntropy, nn.Tanh, -0.5, "want 0 to 1"},
		{nn.Hellinger, nn.Identity, -0.1, "at least 0"},
		{nn.KullbackLeibler, nn.Identity, -0.1, "at least 0"},
		{nn.KullbackLeibler, nn.Sigmoid, 0, ""},
		{nn.GeneralizedKL, nn.Identity, 7, ""},
		{nn.GeneralizedKL, nn.Identity, -0.1, "at least 0"},
		{nn.ItakuraSaito, nn.Sigmoid, 0, "above 0"},
		{nn.ItakuraSaito, nn.Sigmoid, 0.5, ""},
		{nn.Hinge, nn.Identity, -1, "want 0 to 1"},
		{nn.SquaredHinge, nn.Identity, 2, "want 0 to 1"},
		{nn.Poisson, nn.Identity, -1, "at least 0"},
	} {
		n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, c.σ)}, Cost: c.cost})
		err := n.CheckTargets(matrix([]float64{0.5}, []float64{c.t}))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %v, target %v: error %v, want %q", c.cost, c.σ, c.t, err, c.want)
		}
	}
	for _, c := range []struct {
		cost *nn.Cost
		t    float64
		ok   bool
	}{
		{nn.SoftmaxCrossEntropy, 2, true}, {nn.KullbackLeibler, 2, true}, {nn.GeneralizedKL, 2, true},
		{nn.SoftmaxCrossEntropy, -0.1, false}, {nn.Quadratic, 2, false}, {nn.Quadratic, -0.1, false},
	} {
		n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(2, nn.Softmax)}, Cost: c.cost})
		if err := n.CheckTargets(matrix([]float64{0.5, c.t})); (err == nil) != c.ok {
			t.Errorf("%v, softmax, target %v: error %v", c.cost, c.t, err)
		}
	}
	n := newNet[float64](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Sigmoid)}})
	if err := n.CheckTargets(kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{0}}); err == nil || !strings.Contains(err.Error(), "1 elements of data, too few for 2 rows of 1") {
		t.Errorf("targets that aren't there: error %v", err)
	}
	if err := n.CheckTargets(matrix([]float64{0, 1})); err == nil || !strings.Contains(err.Error(), "2 columns: want 1") {
		t.Errorf("wrong width: error %v", err)
	}
}

// An output outside the domain of the cost is an error with a place, not NaN.
func TestCostDomain(t *testing.T) {
	for _, c := range []struct {
		cost *nn.Cost
		σ    *nn.Activation
		z    float64
		ok   bool
	}{
		{nn.CrossEntropy, nn.Tanh, -0.1, false},
		{nn.CrossEntropy, nn.Identity, 1.1, false},
		{nn.CrossEntropy, nn.ReLU, 0, false},
		{nn.CrossEntropy, nn.Identity, 0.9, true},
		{nn.Hellinger, nn.Identity, -0.1, false},
		{nn.Hellinger, nn.ReLU, -0.1, true},
		{nn.KullbackLeibler, nn.ReLU, -0.1, false},
		{nn.GeneralizedKL, nn.Tanh, -0.1, false},
		{nn.ItakuraSaito, nn.ReLU, -0.1, false},
		{nn.ItakuraSaito, nn.Identity, 3, true},
		{nn.Exponential(1), nn.Identity, -3, true},
	} {
		target := matrix([]float64{0.5}, []float64{0.5})
		n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(1, c.σ)}, Cost: c.cost}, matrix([]float64{0.5}, []float64{c.z}), target)
		cost, err := n.Cost(ws, target)
		if c.ok && (err != nil || math.IsNaN(cost)) {
			t.Errorf("%v, %v at z = %v: cost %v, %v", c.cost, c.σ, c.z, cost, err)
		}
		if !c.ok && (err == nil || !strings.Contains(err.Error(), "sample 2 of the batch: output 1")) {
			t.Errorf("%v, %v at z = %v: cost %v, error %v", c.cost, c.σ, c.z, cost, err)
		}
	}
}

// Where output and target are both 0 or both 1, the slope has a limit.
func TestSlopeLimits(t *testing.T) {
	for _, c := range []struct {
		cost *nn.Cost
		at   float64
		want float64
	}{
		{nn.CrossEntropy, 0, 1},
		{nn.CrossEntropy, 1, -1},
		{nn.Hellinger, 0, 1 / math.Sqrt2},
		{nn.KullbackLeibler, 0, 0},
		{nn.GeneralizedKL, 0, 1},
	} {
		at := matrix([]float64{c.at})
		n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Cost: c.cost}, at, at)
		near(t, c.cost.String()+" slope", ws.Delta(1).Data[0], c.want, 1e-15)
		near(t, c.cost.String(), costOf(t, n, ws, at), 0, 0)
	}
}

// A ReLU output at rest gets no gradient, whatever the cost's slope there.
func TestReLUOutputAtRest(t *testing.T) {
	for _, c := range costs {
		if c.OutputOnly {
			continue
		}
		_, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(1, nn.ReLU)}, Cost: c}, matrix([]float64{-1}), matrix([]float64{0.5}))
		if d := ws.Delta(1).Data[0]; d != 0 {
			t.Errorf("%v: δ = %v, want 0", c, d)
		}
	}
}

func TestNamesOfCostsAndActivations(t *testing.T) {
	for _, c := range costs {
		if got, err := nn.ParseCost(c.String()); got != c || err != nil {
			t.Errorf("ParseCost(%q) = %v, %v", c, got, err)
		}
	}
	for _, σ := range activations {
		if got, err := nn.ParseActivation(σ.String()); got != σ || err != nil {
			t.Errorf("ParseActivation(%q) = %v, %v", σ, got, err)
		}
	}
	if got, err := nn.ParseActivation("own silu", silu); got != silu || err != nil {
		t.Errorf("ParseActivation(own silu) = %v, %v", got, err)
	}
	if got, err := nn.ParseCost("log-cosh", logCosh); got != logCosh || err != nil {
		t.Errorf("ParseCost(log-cosh) = %v, %v", got, err)
	}
	if _, err := nn.ParseCost("mse"); err == nil || !strings.Contains(err.Error(), `"mse": want one of quadratic, cross-entropy`) {
		t.Errorf("unknown cost: error %v", err)
	}
	if _, err := nn.ParseActivation("swish", silu); err == nil || !strings.Contains(err.Error(), "want one of identity, sigmoid, tanh, relu, softmax, exp") || !strings.HasSuffix(err.Error(), ", own silu") {
		t.Errorf("unknown activation: error %v", err)
	}
}
