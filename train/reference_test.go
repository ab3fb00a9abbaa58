package train_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

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
