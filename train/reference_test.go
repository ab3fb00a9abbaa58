package train_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// readReference reads a file of values of PyTorch and scikit-learn.
func readReference(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("../tools/reference/testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v))
}

// Every schedule has PyTorch's or scikit-learn's rates.
func TestReferenceSchedules(t *testing.T) {
	var file struct {
		Rate  float64
		Cases []struct {
			Schedule string
			Params   map[string]any
			Warmup   int
			Start    float64
			Costs    []float64
			Rates    []float64
		}
	}
	readReference(t, "schedules.json", &file)
	seen := map[*train.Rule]bool{}
	for i, c := range file.Cases {
		p := func(name string) float64 {
			x, ok := c.Params[name].(float64)
			require.True(t, ok, "case %d has no %s", i, name)
			return x
		}
		total := len(c.Rates)
		var s train.Schedule
		switch c.Schedule {
		case "constant":
			s = train.Constant()
		case "step":
			s = train.StepDecay(int(p("every")), p("factor"))
		case "exponential":
			s = train.ExponentialDecay(p("factor"))
		case "inverse-scaling":
			s = train.InverseScaling(p("power"))
		case "polynomial":
			s, total = train.PolynomialDecay(p("power")), int(p("total"))+c.Warmup
		case "cosine":
			s, total = train.CosineDecay(p("least")/file.Rate), int(p("period"))+1+c.Warmup
		case "cosine-restarts":
			s = train.CosineRestarts(int(p("period")), int(p("times")), p("least")/file.Rate)
		case "one-cycle":
			if c.Params["anneal"] != "cos" {
				continue // PyTorch's default is the form that there is
			}
			s = train.OneCycle(p("rise"), p("start_divisor"), p("end_divisor"))
		case "plateau":
			s = train.ReduceOnPlateau(p("factor"), int(p("patience"))).With("least", p("least")/file.Rate).With("cooldown", p("cooldown"))
			if s = s.With("threshold", p("threshold")); c.Params["threshold_mode"] == "abs" {
				s = s.With("threshold", 0).With("margin", p("threshold"))
			}
		default:
			t.Errorf("case %d: no schedule is %s", i, c.Schedule)
			continue
		}
		seen[s.Rule] = true
		s = s.WithWarmup(c.Warmup, c.Start)
		require.NoError(t, s.Check())
		state := append([]float64(nil), s.Rule.State...)
		for e, want := range c.Rates {
			got := file.Rate * s.Factor(train.Position{Done: e, Total: total, State: state})
			if !(math.Abs(got-want) <= 1e-13*want+1e-16) {
				t.Errorf("case %d, %s, epoch %d: %v, want %v", i, c.Schedule, e, got, want)
			}
			if s.Rule.Observe != nil {
				s.Rule.Observe(state, s.Values, c.Costs[e])
			}
		}
	}
	for _, r := range train.Rules() {
		require.True(t, seen[r], "no reference values of %v", r)
	}
}

// Whole trainings have PyTorch's costs, gradient norms and parameters after every step.
func TestReferenceTrainings(t *testing.T) {
	type layer struct {
		W [][]float64
		B []float64
	}
	var file struct {
		Trainings []struct {
			Name, Cost, Optimizer string
			Widths                []int
			Activations           []string
			Params                map[string]any
			X, T                  [][]float64
			Initial               []layer
			Steps                 []struct {
				Cost         float64
				GradientNorm float64 `json:"gradient_norm"`
				Layers       []layer
			}
		}
	}
	readReference(t, "trainings.json", &file)
	require.NotEmpty(t, file.Trainings)
	for _, c := range file.Trainings {
		cost, err := nn.ParseCost(c.Cost)
		require.NoError(t, err)
		cfg := nn.Config{Inputs: c.Widths[0], Cost: cost, Init: nn.Zero}
		for i, name := range c.Activations {
			σ, err := nn.ParseActivation(name)
			require.NoError(t, err)
			cfg.Layers = append(cfg.Layers, nn.Dense(c.Widths[i+1], σ))
		}
		n := newNet[float64](t, cfg)
		for i, l := range c.Initial {
			copy(n.Weights(i+1).Data, slices.Concat(l.W...))
			copy(n.Biases(i+1), l.B)
		}
		m, err := train.ParseMethod(c.Optimizer)
		require.NoError(t, err)
		o := train.Options{Epochs: len(c.Steps), Batch: train.All, Optimizer: m.Optimizer()}
		number := func(name string, otherwise float64) float64 {
			if x, ok := c.Params[name].(float64); ok {
				return x
			}
			return otherwise
		}
		o.Rate, o.ClipNorm, o.Decay.L2 = number("rate", 0), number("clip_norm", 0), number("decay", 0)
		o.Decay.Biases = c.Params["decays"] == "all"
		for _, h := range m.Hyperparameters {
			*h.Field(&o.Optimizer) = number(h.Name, h.Value)
		}
		r := newTrainer(t, n, &train.Data[float64]{X: matrix(c.X...), T: matrix(c.T...)}, nil, o)
		for k, want := range c.Steps {
			report, err := r.Step(context.Background())
			require.NoError(t, err)
			near(t, c.Name+": cost", report.Cost, want.Cost, 1e-13)
			if o.ClipNorm > 0 {
				near(t, c.Name+": norm", report.GradientNorm, want.GradientNorm, 1e-13)
			}
			for i, l := range want.Layers {
				require.InDeltaSlice(t, slices.Concat(l.W...), n.Weights(i+1).Data, 1e-12, "%s, step %d", c.Name, k+1)
				require.InDeltaSlice(t, l.B, n.Biases(i+1), 1e-12, "%s, step %d", c.Name, k+1)
			}
		}
	}
}
