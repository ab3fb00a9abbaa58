package net_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// readReference reads a file of values that the program in tools/reference has had from
// PyTorch, or computed with many digits.
func readReference(t *testing.T, name string, file any) {
	t.Helper()
	data, err := os.ReadFile("../tools/reference/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, file); err != nil {
		t.Fatal(err)
	}
}

// withParam returns row with its parameter set to the one in params, if it has one.
func withParam[P any](row *P, p *nn.Param[P], params map[string]float64) *P {
	if p == nil {
		return row
	}
	return p.With(params[p.Name])
}

type costCase struct {
	Name, Cost, Activation string
	Params                 map[string]float64
	Z, T                   [][]float64
	SampleWeights          []float64 `json:"sample_weights"`
	Labels                 []int
	ClassWeights           []float64 `json:"class_weights"`
	Costs                  []float64
	Mean                   float64
	Delta                  [][]float64
}

func TestCostsAgainstReference(t *testing.T) {
	var file struct{ Cases []costCase }
	readReference(t, "costs.json", &file)
	seen := make(map[string]bool)
	for _, c := range file.Cases {
		seen[c.Cost] = true
		testCostCase[float64](t, c, 4e-15)
		testCostCase[float32](t, c, 1e-5)
	}
	for _, c := range costs {
		if !seen[c.Name] {
			t.Errorf("there is no reference value of %v", c)
		}
	}
}

func testCostCase[T kernels.Float](t *testing.T, c costCase, tol float64) {
	t.Helper()
	cost, err := nn.ParseCost(c.Cost)
	if err != nil {
		t.Error(err)
		return
	}
	σ, err := nn.ParseActivation(c.Activation)
	if err != nil {
		t.Error(err)
		return
	}
	cfg := nn.Config{Layers: []nn.Layer{nn.Dense(len(c.Z[0]), σ)}, Cost: withParam(cost, cost.Param, c.Params)}
	z, targets := matrixOf[T](c.Z), matrixOf[T](c.T)
	nn.SmoothTargets(targets, c.Params["smoothing"])
	n, ws := single(t, cfg, z, targets)
	if c.SampleWeights != nil || c.ClassWeights != nil {
		w := make([]T, z.Rows)
		for k := range w {
			w[k] = 1
			if c.SampleWeights != nil {
				w[k] *= T(c.SampleWeights[k])
			}
			if c.ClassWeights != nil {
				w[k] *= T(c.ClassWeights[c.Labels[k]])
			}
		}
		ws.SetSampleWeights(w)
		n.Backward(ws, targets)
	}
	name := fmt.Sprintf("%T: %s: %s behind %s", T(0), c.Name, c.Cost, c.Activation)
	check := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
			t.Errorf("%s: %s = %v, want %v", name, what, got, want)
		}
	}
	check("mean cost", costOf(t, n, ws, targets), c.Mean)
	for k, row := range c.Delta {
		for j, want := range row {
			check(fmt.Sprintf("δ of sample %d, output %d", k, j), float64(ws.Delta(1).Row(k)[j]), want)
		}
	}
}

// Values and derivatives of activations, to a few units of the last place of max(1, |z|)
// and, between −5 and 5, to a few more of their own.
func TestActivationsAgainstReference(t *testing.T) {
	var file struct {
		Z           []float64
		Elementwise []struct {
			Name   string
			Params map[string]float64
			A      []float64 `json:"exact_a"`
			Prime  []float64 `json:"exact_da"`
		}
	}
	readReference(t, "activations.json", &file)
	seen := map[string]bool{nn.Softmax.Name: true}
	for _, c := range file.Elementwise {
		σ, err := nn.ParseActivation(c.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		seen[c.Name] = true
		σ = withParam(σ, σ.Param, c.Params)
		onEveryISA(t, func(t *testing.T) {
			a, delta := make([]float64, len(file.Z)), make([]float64, len(file.Z))
			for j := range delta {
				delta[j] = 1
			}
			σ.F64.Apply(a, file.Z)
			σ.F64.MulPrime(delta, file.Z, a)
			for j, z := range file.Z {
				check := func(what string, got, want float64) {
					if !(math.Abs(got-want) <= 1e-15*max(1, math.Abs(z))) && got != want {
						t.Errorf("%v: %s(%v) = %v, want %v", σ, what, z, got, want)
					}
					if math.Abs(z) < 5 && !(math.Abs(got-want) <= 4e-15*math.Abs(want)+1e-320) {
						t.Errorf("%v: %s(%v) = %v, want %v: relative error %.2g", σ, what, z, got, want, math.Abs(got/want-1))
					}
				}
				check("σ", a[j], c.A[j])
				check("σ'", delta[j], c.Prime[j])
			}
		})
	}
	for _, σ := range activations {
		if !seen[σ.Name] {
			t.Errorf("there is no reference value of %v", σ)
		}
	}
}

func matrixOf[T kernels.Float](rows [][]float64) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](len(rows), len(rows[0]))
	for k, row := range rows {
		for j, v := range row {
			m.Row(k)[j] = T(v)
		}
	}
	return m
}
