package train

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

func reference(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("../tools/reference/testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v))
}

// row returns a stepper of a network with the weights w into one neuron.
func row[T kernels.Float](t *testing.T, w []float64, o Options) (*stepper[T], []T) {
	n, err := net.New[T](net.Config{Inputs: len(w), Layers: []net.Layer{net.Dense(1, net.Identity)}, Init: net.Zero})
	require.NoError(t, err)
	set(n.Weights(1).Data, w)
	return newStepper(&o, n, n.NewWorkspace(1)), n.Weights(1).Data
}

func set[T kernels.Float](dst []T, src []float64) {
	for k, v := range src {
		dst[k] = T(v)
	}
}

// nearAll compares got with want.
func nearAll[T kernels.Float](t *testing.T, what string, got []T, want []float64, tol float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for k, w := range want {
		if !(math.Abs(float64(got[k])-w) <= tol*max(1, math.Abs(w))) {
			t.Errorf("%s: element %d is %v, want %v", what, k, got[k], w)
		}
	}
}

// Every optimizer, with L1, L2 and decoupled decay, takes PyTorch's steps from given
// gradients, in both precisions.
func TestReferenceOptimizers(t *testing.T) {
	var file struct {
		W     []float64
		G     [][]float64
		Cases []struct {
			Optimizer string
			Params    map[string]float64
			After     [][]float64
		}
	}
	reference(t, "optimizers.json", &file)
	seen := map[*Method]bool{}
	for _, c := range file.Cases {
		m, err := ParseMethod(c.Optimizer)
		if err != nil {
			t.Log(err)
			continue
		}
		seen[m] = true
		o := Options{Rate: c.Params["rate"], Optimizer: m.Optimizer(), Decay: WeightDecay{L1: c.Params["l1"], L2: c.Params["decay"]}}
		for _, h := range m.Hyperparameters {
			if h.Hyperparameter == Decay {
				o.Optimizer.Decay, o.Decay.L2 = o.Decay.L2, 0
			} else if x, ok := c.Params[h.Name]; ok {
				*h.Field(&o.Optimizer) = x
			}
		}
		require.NoError(t, o.Optimizer.Check())
		referenceSteps[float64](t, o, file.W, file.G, c.After, 1e-12)
		referenceSteps[float32](t, o, file.W, file.G, c.After, 2e-4)
		if m == adamW { // decoupled decay beside Adam
			o.Decay.Decoupled, o.Optimizer.Method, o.Optimizer.Decay = o.Optimizer.Decay, adam, 0
			referenceSteps[float64](t, o, file.W, file.G, c.After, 1e-12)
		}
	}
	for _, m := range methods {
		require.True(t, seen[m], "no reference values of %v", m)
	}
}

func referenceSteps[T kernels.Float](t *testing.T, o Options, w []float64, g, after [][]float64, tol float64) {
	s, params := row[T](t, w, o)
	for i := range g {
		set(s.ws.WeightGradient(1).Data, g[i])
		s.number, s.rate = i+1, o.Rate
		s.stepTensor(&s.tensors[0], s.tensors[0].lo, s.tensors[0].hi)
		nearAll(t, o.Optimizer.method().Name, params, after[i], tol)
	}
}

// Clipping and max-norm have PyTorch's values.
func TestReferenceClipping(t *testing.T) {
	var file struct {
		ClipValue []struct {
			Limit float64
			X, Y  []float64
		} `json:"clip_value"`
		ClipNorm []struct {
			Name      string
			Max, Norm float64
			X, Y      [][][]float64
		} `json:"clip_norm"`
		MaxNorm []struct {
			Max  float64
			W, Y [][]float64
		} `json:"max_norm"`
	}
	reference(t, "layers.json", &file)
	for _, c := range file.ClipValue {
		s, _ := row[float64](t, c.X, Options{ClipValue: c.Limit})
		x := slices.Clone(c.X)
		s.clipValue(x)
		require.True(t, slices.EqualFunc(x, c.Y, same[float64]), "%v clipped to %v: %v", c.X, c.Limit, x)
	}
	for _, c := range file.ClipNorm {
		flat := func(x [][][]float64) (all []float64) {
			for _, m := range x {
				all = append(all, slices.Concat(m...)...)
			}
			return all
		}
		for _, scale := range []float64{1, 1e200} { // 1e200: squares overflow
			x := flat(c.X)
			kernels.Scal(scale, x)
			s, w := row[float64](t, make([]float64, len(x)), Options{Rate: 1, ClipNorm: c.Max * scale})
			copy(s.ws.WeightGradient(1).Data, x)
			s.measureShare(0, 1)
			s.clipNorm()
			near := func(got, want float64) {
				require.InDelta(t, want, got, 1e-14*max(1, math.Abs(want)), c.Name)
			}
			if c.Norm*scale < 1e300 {
				near(s.norm/scale, c.Norm)
			}
			if scale > 1 {
				continue // the 1e-6 in the divisor has no effect
			}
			s.rate = 1
			s.stepShare(0, 1)
			for k, want := range flat(c.Y) {
				near(-w[k], want)
			}
		}
	}
	for _, c := range file.MaxNorm {
		w := slices.Concat(c.W...)
		limitRows(w, len(c.W[0]), c.Max)
		nearAll(t, "max-norm", w, slices.Concat(c.Y...), 1e-15)
	}
}

// A tensor of more than a block has the norm and the step of the whole, in whatever shares
// they are computed.
func TestClippingInBlocks(t *testing.T) {
	w := make([]float64, 3*normBlock-100)
	for k := range w {
		w[k] = math.Sin(float64(k))
	}
	want := 0.0
	for _, shares := range []int{1, 2, 3, 7} {
		s, params := row[float64](t, w, Options{ClipValue: 0.9, ClipNorm: 2, Decay: WeightDecay{L1: 0.1, L2: 0.3, Decoupled: 0.2}})
		g, plain := s.ws.WeightGradient(1).Data, make([]float64, len(w))
		for k := range g {
			g[k] = math.Cos(float64(k))
			plain[k] = min(max(g[k], -0.9), 0.9)
		}
		set(s.ws.BiasGradient(1), []float64{7}) // comes after the tensor, and has a block of its own
		norm := math.Sqrt(kernels.Dot(plain, plain) + 0.9*0.9)
		for share := range shares {
			s.measureShare(share, shares)
		}
		s.clipNorm()
		require.InEpsilon(t, norm, s.norm, 1e-14)
		if want == 0 {
			want = s.norm
		}
		require.True(t, s.norm == want, "norm %v in %d shares, want %v", s.norm, shares, want)

		s.rate = 0.5
		s.stepTensor(&s.tensors[0], 0, len(w))
		for k, v := range w {
			d := float64(plain[k]*s.clip) + 0.3*v + math.Copysign(0.1, v)
			if v == 0 {
				d -= 0.1
			}
			if after := (1-0.5*0.2)*v - 0.5*d; !(math.Abs(params[k]-after) <= 1e-15) {
				t.Fatalf("parameter %d is %v, want %v", k, params[k], after)
			}
		}
	}
}

// Without clipping by norm, a step clips its gradient by value.
func TestStepClipsByValue(t *testing.T) {
	s, params := row[float64](t, []float64{1, 2, 3}, Options{ClipValue: 0.5})
	set(s.ws.WeightGradient(1).Data, []float64{-4, 0.25, 4})
	s.rate = 0.5
	s.stepRange(s.tensors[0].lo, s.tensors[0].hi)
	require.Equal(t, []float64{1.25, 1.875, 2.75}, params)
}

// The sum of squares has the value of the plain sum, also where that overflows T.
func TestSumSquares(t *testing.T) {
	for _, scale := range []float32{1, 1e25} {
		var x []float32
		want := 0.0
		for k := range 50 {
			near := math.Abs(sumSquares(x)-want) <= 1e-6*want
			require.True(t, near, "%d elements", k)
			v := scale * float32(math.Sin(float64(k)))
			x, want = append(x, v), want+float64(v)*float64(v)
		}
	}
}

// The fused step of plain gradient descent with L2, or with max-norm, takes the steps of
// the stored gradient, to rounding.
func TestFusedDecay(t *testing.T) {
	cfg := net.Config{Inputs: 4, Layers: []net.Layer{net.Dense(9, net.Tanh), net.Dense(3, net.Sigmoid)}, Seed: 1}
	x, y := kernels.NewMatrix[float64](5, 4), kernels.NewMatrix[float64](5, 3)
	for k := range x.Data {
		x.Data[k] = math.Sin(float64(k))
	}
	for _, o := range []Options{
		{Decay: WeightDecay{L2: 0.3}}, {Decay: WeightDecay{Decoupled: 0.3, Biases: true}},
		{Decay: WeightDecay{L2: 0.1, Decoupled: 0.2}}, {MaxNorm: 0.5}, {MaxNorm: 0.5, Decay: WeightDecay{L2: 0.3}},
	} {
		var params [2][]float64
		for i, clip := range []float64{0, 1e9} { // clipping needs the gradient
			n, err := net.New[float64](cfg)
			require.NoError(t, err)
			o.ClipValue = clip
			ws := n.NewWorkspace(5)
			s := newStepper(&o, n, ws)
			require.Equal(t, clip == 0, s.descends)
			for number := range 10 {
				n.Forward(ws, x)
				s.take(y, number+1, 0.5)
			}
			params[i] = n.Params()
			if o.MaxNorm > 0 {
				for k := range 9 {
					require.LessOrEqual(t, math.Sqrt(sumSquares(n.Weights(1).Row(k))), o.MaxNorm+1e-12)
				}
			}
		}
		nearAll(t, "parameters", params[0], params[1], 1e-12)
	}
}
