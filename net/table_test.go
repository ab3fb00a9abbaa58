package net

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
)

// Every row has all its pieces.
func TestRows(t *testing.T) {
	for _, a := range activations {
		if err := a.check(); err != nil {
			t.Error(err)
		}
		if a.Formula == "" {
			t.Errorf("activation %v: no Formula", a)
		}
	}
	for _, c := range costs {
		if err := c.check(); err != nil {
			t.Error(err)
		}
		if c.Formula == "" || c.Gradient == "" {
			t.Errorf("cost %v: no Formula or Gradient", c)
		}
		if c.Output == nil || !unit.Contains(c.Output.Threshold()) {
			t.Errorf("cost %v: Output is %v: want an activation for targets of 0 and 1", c, c.Output)
		}
		f32, f64 := reflect.ValueOf(c.fast32), reflect.ValueOf(c.fast64)
		for i := range f32.NumField() {
			if f32.Field(i).IsNil() != f64.Field(i).IsNil() {
				t.Errorf("cost %v: %s is in one of fast32 and fast64 only", c, f32.Type().Field(i).Name)
			}
		}
	}
}

// What a row says of its derivative, that it makes small δ 0 itself, is so, and is said.
func TestFlushes(t *testing.T) {
	for _, a := range activations {
		z, out, delta := []float32{0.5, 0.25}, make([]float32, 2), []float32{0x1p-80, 0x1p-81}
		a.F32.Apply(out, z)
		a.F32.MulPrime(delta, z, out)
		if flushed := delta[0] == 0 && delta[1] == 0; flushed != a.flushes {
			t.Errorf("activation %v: flushes is %v, and δ become %v", a, a.flushes, delta)
		}
	}
}

// Costs that may diverge because of their parameter say which way to change it.
func TestRemedies(t *testing.T) {
	for _, c := range costs {
		if c.Param == nil {
			continue
		}
		want := ""
		if c.Name == "exponential" { // e^(…/τ) grows without bound as τ gets small
			want = "raise"
		}
		if c.Param.Remedy != want {
			t.Errorf("cost %v: Remedy is %q: want %q", c, c.Param.Remedy, want)
		}
	}
}

// Every row that the source has is in its table.
func TestTablesAreComplete(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			name, err := nameIn(literal), error(nil)
			switch kind, _ := literal.Type.(*ast.Ident); {
			case kind == nil || name == "":
				return true
			case kind.Name == "Cost":
				_, err = ParseCost(name)
			case kind.Name == "Activation":
				_, err = ParseActivation(name)
			default:
				return true
			}
			found++
			if err != nil {
				t.Error(err)
			}
			return true
		})
	}
	if want := len(costs) + len(activations); found != want {
		t.Errorf("the source has %d rows, the tables have %d", found, want)
	}
}

// nameIn returns the string in a literal's field Name, or "".
func nameIn(literal *ast.CompositeLit) string {
	for _, e := range literal.Elts {
		field, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := field.Key.(*ast.Ident)
		value, ok := field.Value.(*ast.BasicLit)
		if ok && key != nil && key.Name == "Name" {
			name, _ := strconv.Unquote(value.Value)
			return name
		}
	}
	return ""
}

func TestNamesAreUnique(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range activations {
		if seen["activation "+a.Name] {
			t.Errorf("two activations are called %v", a)
		}
		seen["activation "+a.Name] = true
	}
	for _, c := range costs {
		if seen["cost "+c.Name] {
			t.Errorf("two costs are called %v", c)
		}
		seen["cost "+c.Name] = true
	}
}

// points lie inside the domain of every cost and away from kinks of activations.
var points = []float64{0.05, 0.2, 0.35, 0.5, 0.65, 0.95}

// slopeAt returns the derivative of f at x by central differences.
func slopeAt(f func(float64) float64, x float64) float64 {
	const h = 1e-6
	return (f(x+h) - f(x-h)) / (2 * h)
}

// agree reports whether x and y differ by at most tol, relatively beyond 1.
func agree(x, y, tol float64) bool { return math.Abs(x-y) <= tol*max(1, math.Abs(y)) }

// The slopes of a cost are the derivatives of its terms.
func TestSlopesOfCosts(t *testing.T) {
	for _, c := range costs {
		for _, a := range points {
			for _, target := range points {
				term := func(a float64) float64 {
					if c.LogTerm != nil {
						return c.LogTerm(Output{A: a, Rest: 1 - a, LnA: math.Log(a)}, target)
					}
					return c.Term(a, target)
				}
				slope := c.Slope(a, target)
				if !agree(slopeAt(term, a), slope, 1e-5) {
					t.Errorf("%v at output %v, target %v: Slope = %v, differences %v", c, a, target, slope, slopeAt(term, a))
				}
				if c.LogSlope != nil {
					y := Output{A: a, Rest: 1 - a, LnA: math.Log(a)}
					if got := c.LogSlope(y, target); !agree(got, a*slope, 1e-13) {
						t.Errorf("%v at output %v, target %v: LogSlope = %v, a·Slope = %v", c, a, target, got, a*slope)
					}
				}
				if c.Accepts != nil && !c.Accepts(a, target) {
					t.Errorf("%v accepts no output %v for target %v", c, a, target)
				}
			}
			if c.OfSum != nil && !agree(slopeAt(c.OfSum, a), c.Factor(a), 1e-5) {
				t.Errorf("%v of a sum %v: Factor = %v, differences %v", c, a, c.Factor(a), slopeAt(c.OfSum, a))
			}
		}
	}
}

// The functions of an activation are those of float64, rounded; MulPrime multiplies by the
// derivative of Apply; Range and AtRest tell the truth.
func TestFunctionsOfActivations(t *testing.T) {
	z := []float64{-30, -4, -2, -0.5, 0.25, 1, 2.75, 6.5, 40}
	for _, σ := range activations {
		a := make([]float64, len(z))
		σ.F64.Apply(a, z)
		z32, a32 := make([]float32, len(z)), make([]float32, len(z))
		convert(z32, z)
		σ.F32.Apply(a32, z32)
		delta, delta32 := []float64{1, -2, 3, -4, 5, -6, 7, -8, 9}, []float32{1, -2, 3, -4, 5, -6, 7, -8, 9}
		want := make([]float64, len(z))
		for j := range z {
			for i := range z { // ∂C/∂z_j = Σ_i δ_i ∂a_i/∂z_j
				if i != j && !σ.ByRows {
					continue
				}
				want[j] += delta[i] * slopeAt(func(x float64) float64 {
					moved, out := append([]float64(nil), z...), make([]float64, len(z))
					moved[j] = x
					σ.F64.Apply(out, moved)
					return out[i]
				}, z[j])
			}
		}
		σ.F64.MulPrime(delta, z, a)
		σ.F32.MulPrime(delta32, z32, a32)
		for j := range z {
			if !agree(float64(a32[j]), a[j], 1e-6) || !agree(float64(delta32[j]), delta[j], 1e-6) {
				t.Errorf("%v(%v) is %v in float32 and %v in float64, δ is %v and %v", σ, z[j], a32[j], a[j], delta32[j], delta[j])
			}
			if !agree(delta[j], want[j], 1e-7) {
				t.Errorf("%v at %v: δ = %v, differences %v", σ, z[j], delta[j], want[j])
			}
			if !σ.Range.Contains(a[j]) {
				t.Errorf("%v(%v) = %v, outside its range: %v", σ, z[j], a[j], σ.Range)
			}
			if σ.AtRest != nil && σ.AtRest(z[j]) && delta[j] != 0 {
				t.Errorf("%v is at rest at %v, but its derivative is not 0", σ, z[j])
			}
			const usual = 10 // beyond it a small derivative may have been flushed
			if !σ.ByRows && delta[j] == 0 && math.Abs(z[j]) < usual && (σ.AtRest == nil || !σ.AtRest(z[j])) {
				t.Errorf("the derivative of %v is 0 at %v, but it isn't said to be at rest", σ, z[j])
			}
		}
	}
}

// Vector forms give what the general forms give.
func TestFastForms(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testFastForms[float32](t, 1e-5) })
	t.Run("float64", func(t *testing.T) { testFastForms[float64](t, 1e-12) })
}

func testFastForms[T kernels.Float](t *testing.T, tol float64) {
	const samples, outputs = 4, 3
	x, targets := kernels.NewMatrix[T](samples, outputs), kernels.NewMatrix[T](samples, outputs)
	for k := range x.Data {
		x.Data[k] = T(points[k%5] - points[k%7%6])
		targets.Data[k] = T(points[k%6])
	}
	for _, c := range costs {
		for _, σ := range activations {
			if c.OutputOnly && σ != c.Output {
				continue
			}
			n, err := New[T](Config{Inputs: outputs, Layers: []Layer{Dense(outputs, σ)}, Cost: c, Seed: 2})
			if err != nil {
				t.Fatal(err)
			}
			kernels.Scal(0.1, n.Weights(1).Data)
			for j := range n.Biases(1) {
				n.Biases(1)[j] = 0.5
				if σ == Exp || σ == Softplus {
					n.Biases(1)[j] = -0.5
				}
			}
			general := *c
			general.fast32, general.fast64, general.behind = fast[float32]{}, fast[float64]{}, nil
			slow := *n
			slow.cfg.Cost, slow.fast = &general, fast[T]{}
			ws, slowWS := n.NewWorkspace(samples), n.NewWorkspace(samples)
			n.Forward(ws, x)
			slow.Forward(slowWS, x)
			cost, err := n.Cost(ws, targets)
			if err != nil {
				t.Fatal(err)
			}
			if want, err := slow.Cost(slowWS, targets); err != nil || !agree(cost, want, tol) {
				t.Errorf("%v, %v: cost %v by vector forms, %v by general ones (%v)", c, σ, cost, want, err)
			}
			n.Backward(ws, targets)
			slow.Backward(slowWS, targets)
			for k, d := range ws.delta[1].Data {
				if want := slowWS.delta[1].Data[k]; !agree(float64(d), float64(want), tol) {
					t.Errorf("%v, %v: δ = %v by vector forms, %v by general ones", c, σ, d, want)
				}
			}
		}
	}
}

// No activation gives NaN for a finite z, however large, and its derivative doesn't either.
func TestActivationsOfLargeNumbers(t *testing.T) {
	for _, σ := range activations {
		if σ.ByRows {
			continue
		}
		z, delta := []float32{-3e38, -1e25, -1e15, -1e5, -0, 0, 1e-45, 1e5, 1e15, 1e25, 3e38}, make([]float32, 11)
		a := make([]float32, len(z))
		for j := range delta {
			delta[j] = 1
		}
		σ.F32.Apply(a, z)
		σ.F32.MulPrime(delta, z, a)
		for j, z := range z {
			if a[j] != a[j] || delta[j] != delta[j] {
				t.Errorf("%v(%v) = %v, derivative %v", σ, z, a[j], delta[j])
			}
		}
	}
}

// A row made with another parameter is another row of the same name; its parameter is
// checked.
func TestParameters(t *testing.T) {
	for _, σ := range activations {
		if p := σ.Param; p != nil {
			other := p.With(p.Value / 2)
			if other.Name != σ.Name || other.Param.Value != p.Value/2 || other.check() != nil {
				t.Errorf("%v with %s %v is %v, %v: %v", σ, p.Name, p.Value/2, other, other.Param.Value, other.check())
			}
			for _, bad := range []float64{0, -1, math.NaN(), 2 * p.Max} {
				if p.With(bad).check() == nil {
					t.Errorf("%v with %s %v was accepted", σ, p.Name, bad)
				}
			}
		}
	}
}

func TestInterval(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		i       *Interval
		text    string
		in, out []float64
	}{
		{nil, "any number", []float64{-inf, 0, inf}, []float64{math.NaN()}},
		{unit, "0 to 1", []float64{0, 0.5, 1}, []float64{-0.1, 1.1, math.NaN()}},
		{nonNegative, "at least 0", []float64{0, 7, inf}, []float64{-1e-300, math.NaN()}},
		{positive, "above 0", []float64{1e-300, inf}, []float64{0, -1, math.NaN()}},
		{&Interval{Min: 0, Max: 1, Open: true}, "above 0, at most 1", []float64{1}, []float64{0, 2}},
		{&Interval{Min: -inf, Max: 2}, "at most 2", []float64{-inf, 2}, []float64{3}},
		{positive.and(unit), "above 0, at most 1", []float64{1}, []float64{0}},
		{(&Interval{Min: -1, Max: 1}).and(nonNegative), "0 to 1", []float64{0, 1}, []float64{-1}},
		{positive.and(&Interval{Min: 1, Max: 2}), "1 to 2", []float64{1, 2}, []float64{0.5}},
	} {
		if c.i.String() != c.text {
			t.Errorf("%v, want %s", c.i, c.text)
		}
		for _, x := range c.in {
			if !c.i.Contains(x) {
				t.Errorf("%v does not contain %v", c.i, x)
			}
		}
		for _, x := range c.out {
			if c.i.Contains(x) {
				t.Errorf("%v contains %v", c.i, x)
			}
		}
	}
}

// The gain of every built-in activation: 2 for what lets half of its inputs through,
// and so on. A row without a Gain has 1.
func TestGains(t *testing.T) {
	want := map[string]float64{
		"identity": 0, "sigmoid": 0, "tanh": 0, "softmax": 0, "hard-sigmoid": 0, "softplus": 0, "selu": 0,
		"exp": 0.1353352832366127, "relu": 2, "clipped-relu": 2, "gelu": 2, "gelu-tanh": 2, "silu": 2,
		"leaky-relu": 1.9998000199980002, "elu": 1.5,
	}
	for _, σ := range Activations() {
		gain, ok := want[σ.Name]
		if !ok || !(math.Abs(σ.Gain-gain) <= 1e-15) {
			t.Errorf("%v: gain %v, want %v", σ, σ.Gain, gain)
		}
	}
}
