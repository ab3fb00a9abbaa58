package net_test

import (
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// An activation of one's own, made of kernels: z σ(z), whose derivative is
// σ(z) + z σ'(z). Activations that the package has are made in the same way.
var silu = &nn.Activation{
	Name: "own silu",
	F32:  nn.Functions[float32]{Apply: applySiLU[float32], MulPrime: mulSiLUPrime[float32]},
	F64:  nn.Functions[float64]{Apply: applySiLU[float64], MulPrime: mulSiLUPrime[float64]},
}

func applySiLU[T kernels.Float](a, z []T) {
	kernels.Sigmoid(a, z)
	kernels.Mul(a, a, z)
}

func mulSiLUPrime[T kernels.Float](delta, z, _ []T) {
	var sigma, prime [64]T
	for len(z) > 0 {
		n := min(len(z), len(prime))
		s, p, z0 := sigma[:n], prime[:n], z[:n]
		kernels.Sigmoid(s, z0)
		kernels.SigmoidPrime(p, z0)
		kernels.Mul(p, p, z0)
		kernels.Add(p, p, s)
		kernels.Mul(delta[:n], delta[:n], p)
		delta, z = delta[n:], z[n:]
	}
}

// The same by functions of a number.
var scalarSiLU = nn.NewActivation("scalar silu",
	func(z float64) float64 { return z / (1 + math.Exp(-z)) },
	func(z float64) float64 {
		s := 1 / (1 + math.Exp(-z))
		return s + z*s*(1-s)
	})

var logCosh = &nn.Cost{
	Name:  "log-cosh",
	Term:  func(a, t float64) float64 { return math.Log(math.Cosh(a - t)) },
	Slope: func(a, t float64) float64 { return math.Tanh(a - t) },
}

// Activations and costs of one's own work like the built-in ones.
func TestOwnParts(t *testing.T) {
	for _, own := range []*nn.Activation{silu, scalarSiLU} {
		for _, c := range append(nn.Costs(), logCosh) {
			for _, out := range append(nn.Activations(), own) {
				if c.OutputOnly && out != c.Output {
					continue
				}
				n := newNet[float64](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(5, own), nn.Dense(3, out)}, Cost: c, Seed: 3})
				inside(n)
				checkGradient(t, n, fmt.Sprintf("%v, %v, hidden %v", c, out, own))
			}
		}
	}
	config := func(σ *nn.Activation) nn.Config {
		return nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(70, σ), nn.Dense(2, nn.Identity)}, Cost: logCosh, Seed: 1}
	}
	a, b := newNet[float32](t, config(silu)), newNet[float32](t, config(scalarSiLU))
	x := filled[float32](5, 3, -3, 3)
	nearAll(t, "outputs in float32", a.Predict(x).Data, b.Predict(x).Data, 1e-5)
}

// Nor do built-in activations, in layers of more than one chunk.
func TestActivationsAllocateNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector moves arrays to the heap")
	}
	for _, σ := range activations {
		z, a, delta := filled[float32](1, 300, -3, 3).Data, make([]float32, 300), make([]float32, 300)
		if got := testing.AllocsPerRun(20, func() { σ.F32.Apply(a, z); σ.F32.MulPrime(delta, z, a) }); got != 0 {
			t.Errorf("%v allocates %v times", σ, got)
		}
	}
}

func TestOwnPartsAllocateNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector moves arrays to the heap")
	}
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(70, silu), nn.Dense(2, scalarSiLU)}, Cost: logCosh, Seed: 1})
	x, y := filled[float32](7, 3, -1, 1), filled[float32](7, 2, 0, 1)
	ws := n.NewWorkspace(7)
	step := func() {
		n.Forward(ws, x)
		costOf(t, n, ws, y)
		n.Descend(ws, y, 0.1)
	}
	step()
	if a := testing.AllocsPerRun(20, step); a != 0 {
		t.Errorf("a step allocates %v times", a)
	}
}

// What is missing in a part of one's own is an error that names the part and the piece.
func TestNewRefusesIncompleteParts(t *testing.T) {
	activation := func(change func(σ *nn.Activation)) nn.Config {
		σ := *silu
		change(&σ)
		return nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Tanh), nn.Dense(2, &σ)}}
	}
	cost := func(change func(c *nn.Cost)) nn.Config {
		c := *logCosh
		change(&c)
		return nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(2, nn.Tanh)}, Cost: &c}
	}
	one := func(float64) float64 { return 1 }
	for _, c := range []struct {
		cfg  nn.Config
		want string
	}{
		{activation(func(σ *nn.Activation) { σ.Name = "" }), "layer 2: activation without a Name"},
		{activation(func(σ *nn.Activation) { σ.Name = "sigmoid" }), "layer 2: activation sigmoid is not the built-in one"},
		{activation(func(σ *nn.Activation) { σ.F32.Apply = nil }), "activation own silu: no F32.Apply"},
		{activation(func(σ *nn.Activation) { σ.F32.MulPrime = nil }), "activation own silu: no F32.MulPrime"},
		{activation(func(σ *nn.Activation) { σ.F64.Apply = nil }), "activation own silu: no F64.Apply"},
		{activation(func(σ *nn.Activation) { σ.F64.MulPrime = nil }), "activation own silu: no F64.MulPrime"},
		{activation(func(σ *nn.Activation) { σ.Range = &nn.Interval{} }), "activation own silu: Range: from 0 to 0: want Min below Max"},
		{activation(func(σ *nn.Activation) { σ.Gain = math.NaN() }), "activation own silu: Gain is NaN"},
		{activation(func(σ *nn.Activation) { *σ = *nn.NewActivation("f", nil, one) }), "activation f: no F32.Apply"},
		{activation(func(σ *nn.Activation) { *σ = *nn.NewActivation("f", one, nil) }), "activation f: no F32.MulPrime"},
		{cost(func(c *nn.Cost) { c.Name = "" }), "cost without a Name"},
		{cost(func(c *nn.Cost) { c.Name = "quadratic" }), "cost quadratic is not the built-in one"},
		{cost(func(c *nn.Cost) { c.Term = nil }), "cost log-cosh: no Term or LogTerm"},
		{cost(func(c *nn.Cost) { c.Slope = nil }), "cost log-cosh: no Slope"},
		{cost(func(c *nn.Cost) { c.LogTerm = nn.CrossEntropy.LogTerm }), "cost log-cosh: want both LogTerm and LogSlope"},
		{cost(func(c *nn.Cost) { c.LogTerm, c.LogSlope = nn.CrossEntropy.LogTerm, nn.CrossEntropy.LogSlope }), "cost log-cosh: want either Term or LogTerm"},
		{cost(func(c *nn.Cost) { c.OfSum = one }), "cost log-cosh: want both OfSum and Factor"},
		{cost(func(c *nn.Cost) { *c = *nn.CrossEntropy; c.Name = "ce"; c.OfSum, c.Factor = one, one }), "cost ce: OfSum goes with Term"},
		{cost(func(c *nn.Cost) { c.Outputs = "above 0" }), "cost log-cosh: want both Accepts and Outputs"},
		{cost(func(c *nn.Cost) { c.OutputOnly = true }), "cost log-cosh: OutputOnly without Output"},
		{cost(func(c *nn.Cost) { c.Targets = &nn.Interval{Min: 1} }), "cost log-cosh: Targets: from 1 to 0"},
		{cost(func(c *nn.Cost) { c.Param = &nn.Param[nn.Cost]{} }), "cost log-cosh: Param lacks Name, Symbol or With"},
	} {
		if _, err := nn.New[float32](c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// What is nil in a Config stands for a default, and the caller's Config stays as it is.
func TestDefaultsOfConfig(t *testing.T) {
	cfg := nn.Config{Inputs: 1, Layers: []nn.Layer{{Out: 1}}}
	got := newNet[float32](t, cfg).Config()
	if got.Cost != nn.Quadratic || got.Layers[0].Activation != nn.Identity {
		t.Errorf("defaults are %v and %v", got.Cost, got.Layers[0].Activation)
	}
	if cfg.Cost != nil || cfg.Layers[0].Activation != nil {
		t.Errorf("New wrote into the Config: %+v", cfg)
	}
}

// An activation of one's own, of two functions.
func ExampleNewActivation() {
	softsign := nn.NewActivation("softsign",
		func(z float64) float64 { return z / (1 + math.Abs(z)) },
		func(z float64) float64 {
			d := 1 + math.Abs(z)
			return 1 / (d * d)
		})
	n, err := nn.New[float64](nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, softsign), nn.Dense(1, nn.Identity)}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	x := kernels.Matrix[float64]{Rows: 2, Cols: 2, Stride: 2, Data: []float64{1, 2, -1, 0.5}}
	t := kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{1, 0}}
	worst, _, err := n.GradientCheck(x, t)
	fmt.Println(worst < 1e-6, err)
	// Output: true <nil>
}

// A cost of one's own, whose minimum is the value that 90 % of all targets are below: an
// output that is too low costs nine times as much as one that is too high.
func ExampleCost() {
	quantile := &nn.Cost{
		Name: "90%-quantile",
		Term: func(a, t float64) float64 { return max(0.9*(t-a), 0.1*(a-t)) },
		Slope: func(a, t float64) float64 {
			if a < t {
				return -0.9
			}
			return 0.1
		},
	}
	n, err := nn.New[float64](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Cost: quantile, Init: nn.Zero})
	if err != nil {
		log.Fatal(err)
	}
	x := kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{1, 2}}
	t := kernels.Matrix[float64]{Rows: 2, Cols: 1, Stride: 1, Data: []float64{2, 5}}
	ws := n.NewWorkspace(x.Rows)
	n.Forward(ws, x)
	cost, err := n.Cost(ws, t)
	n.Backward(ws, t)
	fmt.Println(cost, ws.BiasGradient(1)[0], err)
	// Output: 3.15 -0.9 <nil>
}

// The built-in costs.
func ExampleCosts() {
	for _, c := range nn.Costs() {
		fmt.Printf("%-22s %-32s %s\n", c, c.Formula, c.Gradient)
	}
	// Output:
	// quadratic              ½ Σ (a−t)²                       a − t
	// cross-entropy          −Σ [t ln a + (1−t) ln(1−a)]      (a−t) / ((1−a) a)
	// exponential            τ exp( (1/τ) Σ (a−t)² )          (2/τ) (a−t) C
	// hellinger              (1/√2) Σ (√a − √t)²              (√a−√t) / (√2 √a)
	// kullback-leibler       Σ t ln(t/a)                      −t/a
	// generalized-kl         Σ t ln(t/a) − Σ t + Σ a          (a−t) / a
	// itakura-saito          Σ (t/a − ln(t/a) − 1)            (a−t) / a²
	// softmax-cross-entropy  −Σ t ln a                        −t/a
	// huber                  Σ ½ (a−t)², δ (|a−t|−½δ) past δ  a − t within ±δ
	// absolute               Σ |a−t|                          sign(a−t)
	// hinge                  Σ max(0, 1−y a), y = 2t−1        −y where y a < 1, else 0
	// squared-hinge          Σ max(0, 1−y a)², y = 2t−1       −2 y max(0, 1−y a)
	// poisson                Σ (a − t ln a)                   (a−t) / a
}

// The built-in activations.
func ExampleActivations() {
	for _, σ := range nn.Activations() {
		fmt.Printf("%-12s %-50s %v\n", σ, σ.Formula, σ.Range)
	}
	// Output:
	// identity     z                                                  any number
	// sigmoid      1 / (1 + e^−z)                                     0 to 1
	// tanh         tanh z                                             -1 to 1
	// relu         max(z, 0)                                          at least 0
	// softmax      e^z_j / Σ_k e^z_k, over the neurons k of the layer 0 to 1
	// exp          e^z                                                at least 0
	// leaky-relu   z above 0, slope · z below                         any number
	// elu          z above 0, α (e^z − 1) below                       at least -1
	// selu         1.0507 z above 0, 1.7581 (e^z − 1) below           at least -1.7581
	// softplus     ln(1 + e^z)                                        at least 0
	// gelu         z Φ(z), Φ the normal distribution                  at least -0.17
	// gelu-tanh    ½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))           at least -0.1701
	// silu         z / (1 + e^−z)                                     at least -0.2785
	// hard-sigmoid (z + 3) / 6, between 0 and 1                       0 to 1
	// clipped-relu z, between 0 and high                              0 to 6
}
