package net_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

func TestNewRefusesBadConfigs(t *testing.T) {
	sigmoid := []nn.Layer{nn.Dense(1, nn.Sigmoid)}
	for _, c := range []struct {
		cfg  nn.Config
		want string
	}{
		{nn.Config{Inputs: 0, Layers: sigmoid}, "0 inputs"},
		{nn.Config{Inputs: -1, Layers: sigmoid}, "-1 inputs"},
		{nn.Config{Inputs: 2}, "no layers"},
		{nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(0, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)}}, "layer 1 has 0 neurons"},
		{nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(2, nn.Sigmoid), nn.Dense(-3, nn.Sigmoid)}}, "layer 2 has -3 neurons"},
		{nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Softmax)}}, "always the same: use sigmoid"},
		{nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(2, &nn.Activation{Name: "σ"})}}, "layer 1: activation σ: no F32.Apply"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Cost: &nn.Cost{Name: "C"}}, "cost C: no Term or LogTerm"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Cost: nn.SoftmaxCrossEntropy}, "needs a softmax output layer, not sigmoid"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Init: &nn.Init{Name: "mine"}}, "initialisation mine: no Fill"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Init: &nn.Init{Name: "orthogonal"}}, "initialisation orthogonal is not the built-in one"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Cost: nn.Exponential(-1)}, "cost exponential: tau is -1: want a number above 0, at most 1e+100"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Cost: nn.Exponential(1e101)}, "at most 1e+100"},
		{nn.Config{Inputs: 2, Layers: sigmoid, Cost: nn.Exponential(math.NaN())}, "want a number above 0"},
		{nn.Config{Inputs: math.MaxInt / 2, Layers: []nn.Layer{nn.Dense(3, nn.Sigmoid)}}, "layer 1 of 3 × "},
		{nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(math.MaxInt, nn.Sigmoid)}}, "in all"},
		{nn.Config{Inputs: 1 << 24, Layers: []nn.Layer{nn.Dense(1<<24, nn.Sigmoid)}}, "layer 1 of 16777216 × 16777216 weights: want less than "},
	} {
		if n, err := nn.New[float32](c.cfg); err == nil || n != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%+v): error %v, want %q", c.cfg, err, c.want)
		}
	}
}

func TestLayout(t *testing.T) {
	t.Run("float32", testLayout[float32])
	t.Run("float64", testLayout[float64])
}

// Tensors begin on cache lines; padding is and stays +0, whatever training does.
func testLayout[T kernels.Float](t *testing.T) {
	n := newNet[T](t, nn.Config{Inputs: 5, Layers: []nn.Layer{nn.Dense(3, nn.Tanh), nn.Dense(7, nn.ReLU), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
	if got, want := n.NumParams(), 5*3+3+3*7+7+7*2+2; got != want {
		t.Errorf("NumParams() = %d, want %d", got, want)
	}
	ws := n.NewWorkspace(4)
	x, y := filled[T](4, 5, -1, 1), filled[T](4, 2, 0, 1)
	for range 3 {
		n.Forward(ws, x)
		n.Backward(ws, y)
		n.Descend(ws, y, 0.1)
	}
	for _, flat := range [][]T{n.Params(), ws.Gradient()} {
		inTensors := 0
		for _, v := range flat {
			if v != 0 {
				inTensors++
			}
		}
		if inTensors > n.NumParams() {
			t.Errorf("%d elements are not 0, more than the %d parameters", inTensors, n.NumParams())
		}
	}
	for i := 1; i <= n.Depth(); i++ {
		for _, s := range [][]T{n.Weights(i).Data, n.Biases(i), ws.WeightGradient(i).Data, ws.BiasGradient(i)} {
			if uintptr(unsafe.Pointer(&s[0]))%64 != 0 {
				t.Errorf("layer %d: a tensor of %d elements is not on a 64-byte boundary", i, len(s))
			}
			clear(s)
		}
		if w := n.Weights(i); w.Rows != n.Layer(i).Out || w.Stride != w.Cols {
			t.Errorf("layer %d: weights are %d × %d with stride %d", i, w.Rows, w.Cols, w.Stride)
		}
	}
	zero := make([]T, len(n.Params()))
	sameBits(t, "padding of the parameters", n.Params(), zero)
	sameBits(t, "padding of the gradient", ws.Gradient(), zero)
}

// A network does not share its description with anybody.
func TestConfigIsCopied(t *testing.T) {
	layers := []nn.Layer{nn.Dense(2, nn.Identity)}
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: layers})
	layers[0].Out = 7
	n.Config().Layers[0].Out = 8
	if out := n.Layer(1).Out; out != 2 {
		t.Errorf("the layer has become %d neurons wide", out)
	}
}

func TestViewsAlias(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	n.Weights(1).Row(0)[0] = 3
	n.Biases(1)[0] = 0.5
	if y := n.Predict(matrix([]float32{2})).Data[0]; y != 6.5 {
		t.Errorf("after an edit in place the network answers %v, want 6.5", y)
	}
}

func TestInit(t *testing.T) {
	layers := []nn.Layer{nn.Dense(3, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)}
	zero := newNet[float32](t, nn.Config{Inputs: 2, Layers: layers, Init: nn.Zero})
	sameBits(t, "zero init", zero.Params(), make([]float32, len(zero.Params())))

	a := newNet[float32](t, nn.Config{Inputs: 2, Layers: layers, Seed: 1})
	b := newNet[float32](t, nn.Config{Inputs: 2, Layers: layers, Seed: 1})
	c := newNet[float32](t, nn.Config{Inputs: 2, Layers: layers, Seed: 2})
	sameBits(t, "same seed", a.Params(), b.Params())
	if a.Fingerprint() == c.Fingerprint() {
		t.Error("two seeds gave one network")
	}

	// Layers draw from streams of their own: the first does not depend on the second.
	d := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Sigmoid), nn.Dense(2, nn.Tanh)}, Seed: 1})
	sameBits(t, "layer 1", d.Weights(1).Data, a.Weights(1).Data)
}

// The pre-activations of a fresh 784-100-10 have a standard deviation of order 1.
func TestInitialPreActivations(t *testing.T) {
	for _, hidden := range []*nn.Activation{nn.Sigmoid, nn.Tanh, nn.ReLU} {
		n := newNet[float32](t, nn.Config{Inputs: 784, Layers: []nn.Layer{nn.Dense(100, hidden), nn.Dense(10, nn.Sigmoid)}, Seed: 1})
		ws := n.NewWorkspace(64)
		n.Forward(ws, filled[float32](64, 784, 0, 1))
		for i := 1; i <= 2; i++ {
			z := ws.Z(i).Data
			sum, squares := 0.0, 0.0
			for _, v := range z {
				sum += float64(v)
				squares += float64(v) * float64(v)
			}
			mean := sum / float64(len(z))
			if sd := math.Sqrt(squares/float64(len(z)) - mean*mean); !(sd > 0.3 && sd < 3) {
				t.Errorf("%v: z of layer %d has standard deviation %v", hidden, i, sd)
			}
			if s := n.Saturation(ws, i); s != 0 {
				t.Errorf("%v: %v of layer %d starts saturated", hidden, s, i)
			}
		}
	}
}

func TestSaturation(t *testing.T) {
	n, ws := single(t, nn.Config{Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid)}}, matrix([]float64{20, 21, -21, 0}), matrix([]float64{0, 0, 0, 0}))
	near(t, "saturation", n.Saturation(ws, 1), 0.5, 0)
}

// Parameters that decay end at 0, and NaN stays.
func TestDecayFlushes(t *testing.T) {
	layers := []nn.Layer{nn.Dense(5, nn.Identity)}
	x, target := matrix([]float32{0}), kernels.NewMatrix[float32](1, 5)
	n := newNet[float32](t, nn.Config{Inputs: 1, Layers: layers, Init: nn.Zero})
	copy(n.Weights(1).Data, []float32{0x1p-61, -0x1p-61, 0x1p-63, -0x1p-149, float32(math.NaN())})
	ws := n.NewWorkspace(1)
	step := func(lambda float64) {
		n.Forward(ws, x)
		n.DescendDecay(ws, target, 1, lambda, true)
	}
	step(0)
	sameBits(t, "weights without decay", n.Weights(1).Data[:4], []float32{0x1p-61, -0x1p-61, 0x1p-63, -0x1p-149})
	step(0.5)
	sameBits(t, "weights after decay", n.Weights(1).Data[:4], []float32{0x1p-62, -0x1p-62, 0, 0})
	if w := n.Weights(1).Data[4]; w == w {
		t.Errorf("NaN became %v", w)
	}
}

// δ is never a number whose product with another such number is subnormal.
func TestDeltaFlushes(t *testing.T) {
	for _, σ := range nn.Activations() {
		if σ.ByRows {
			continue
		}
		n := newNet[float32](t, nn.Config{Inputs: 40, Layers: []nn.Layer{nn.Dense(40, σ), nn.Dense(1, nn.Identity)}, Init: nn.Zero})
		for j := range 40 {
			n.Weights(2).Data[j] = float32(math.Ldexp(1, -3*j))
			n.Weights(1).Row(j)[j] = 1
		}
		x := matrix(make([]float32, 40))
		for j := range x.Data {
			x.Data[j] = 0.25
		}
		ws := n.NewWorkspace(1)
		n.Forward(ws, x)
		n.Backward(ws, matrix([]float32{-1}))
		zeros := 0
		for _, g := range n.InputGradient(ws).Data {
			if g != 0 && !(math.Abs(float64(g)) >= 0x1p-63) {
				t.Errorf("%v: δ is %v", σ, g)
			}
			if g == 0 {
				zeros++
			}
		}
		if zeros < 15 {
			t.Errorf("%v: %d of δ are 0", σ, zeros)
		}
	}
}

// A layer that is normalised makes δ smaller once more, by the deviation of its
// pre-activations.
func TestNormedDeltaFlushes(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(3, nn.Identity).WithLayerNorm(), nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	for j := range 3 {
		n.Weights(1).Row(j)[j] = 1
	}
	for _, c := range []struct {
		weight float32
		kept   bool
	}{{0x1p-10, true}, {0x1p-40, false}} {
		n.Weights(2).Data[0] = c.weight
		ws := n.NewWorkspace(1)
		n.Forward(ws, matrix([]float32{0x1p40, 0, -0x1p40}))
		n.Backward(ws, matrix([]float32{-1}))
		for j, g := range n.InputGradient(ws).Data {
			if kept := math.Abs(float64(g)) >= 0x1p-63; kept != c.kept || !kept && math.Float32bits(g) != 0 {
				t.Errorf("weight %v: δ of neuron %d is %v", c.weight, j, g)
			}
		}
	}
}

func TestFingerprint(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}, Init: nn.Zero})
	copy(n.Weights(1).Data, []float32{1, -2})
	n.Biases(1)[0] = 0.5
	parameters := "\x00\x00\x80\x3f" + "\x00\x00\x00\xc0" + "\x00\x00\x00\x3f" // 1, −2, ½
	sum := sha256.Sum256([]byte(kernels.NumericVersion + parameters))
	plain := n.Fingerprint()
	if want := hex.EncodeToString(sum[:]); plain != want {
		t.Errorf("fingerprint %s, want %s", plain, want)
	}
	n.Biases(1)[0] = math.Float32frombits(0x7f800001)
	signalling := n.Fingerprint()
	n.Biases(1)[0] = math.Float32frombits(0xffc12345)
	if n.Fingerprint() != signalling {
		t.Error("two NaN have different fingerprints")
	}
	if signalling == plain {
		t.Error("a NaN has the fingerprint of a number")
	}
}

func TestConvert(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(4, nn.Tanh), nn.Dense(2, nn.Identity)}, Seed: 1})
	back := nn.Convert[float32](nn.Convert[float64](n))
	sameBits(t, "parameters", back.Params(), n.Params())
	back.Biases(1)[0]++
	if n.Biases(1)[0] == back.Biases(1)[0] {
		t.Error("the copy shares memory")
	}
}

// Goroutines share a network, each with its own workspace; a sample's outputs are
// the same alone and in any batch, in a workspace of any size, in rows with gaps.
func TestConcurrentPrediction(t *testing.T) {
	n := newNet[float32](t, nn.Config{Inputs: 20, Layers: []nn.Layer{nn.Dense(13, nn.Sigmoid), nn.Dense(5, nn.Softmax)}, Seed: 1})
	x := filled[float32](300, 20, -1, 1)
	want := n.Predict(x)
	ws := n.NewWorkspace(1)
	for k := range x.Rows {
		sameBits(t, "outputs of a sample alone", n.Forward(ws, x.Slice(k, k+1)).Data, want.Row(k))
	}
	var wg sync.WaitGroup
	for size := 1; size <= 8; size++ {
		wg.Go(func() {
			ws := n.NewWorkspace(size)
			y := kernels.Matrix[float32]{Rows: 17, Cols: 5, Stride: 5 + size, Data: make([]float32, 17*(5+size))}
			for i := 0; i+y.Rows <= x.Rows; i++ {
				n.PredictInto(ws, y, x.Slice(i, i+y.Rows))
				for k := range y.Rows {
					sameBits(t, "outputs", y.Row(k), want.Row(i+k))
				}
			}
			if y.Data[5] != 0 {
				t.Error("PredictInto wrote between the rows")
			}
		})
	}
	wg.Wait()
}

func TestPredictIntoAllocatesNothing(t *testing.T) {
	n := deep[float32](t)
	x, y := filled[float32](10, 19, -1, 1), kernels.NewMatrix[float32](10, 5)
	for _, rows := range []int{1, 4, 10} {
		ws := n.NewWorkspace(rows)
		if a := testing.AllocsPerRun(20, func() { n.PredictInto(ws, y, x) }); a != 0 {
			t.Errorf("with room for %d samples it allocates %v times", rows, a)
		}
	}
}

func TestPanics(t *testing.T) {
	n := newNet[float64](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Sigmoid)}})
	other := newNet[float64](t, nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid)}})
	ws := n.NewWorkspace(1)
	x, y := filled[float64](2, 2, 0, 1), filled[float64](2, 3, 0, 1)
	n.Forward(ws, x)
	short := x
	short.Data = short.Data[:3]
	for what, f := range map[string]func(){
		"wrong width of x":      func() { n.Forward(ws, filled[float64](2, 3, 0, 1)) },
		"data too short":        func() { n.Forward(ws, short) },
		"negative rows":         func() { n.Forward(ws, kernels.Matrix[float64]{Rows: -1, Cols: 2, Stride: 2}) },
		"stride below cols":     func() { n.Forward(ws, kernels.Matrix[float64]{Rows: 1, Cols: 2, Stride: 1, Data: make([]float64, 4)}) },
		"foreign workspace":     func() { other.Forward(ws, x) },
		"wrong width of t":      func() { n.Backward(ws, x) },
		"wrong number of rows":  func() { n.Descend(ws, y.Slice(0, 1), 1) },
		"wrong targets of Cost": func() { n.Cost(ws, x) },
		"bad x of PredictInto":  func() { n.PredictInto(ws, y, short) },
		"wrong rows of y":       func() { n.PredictInto(ws, y.Slice(0, 1), x) },
		"wrong width of y":      func() { n.PredictInto(ws, x, x) },
		"y too short":           func() { n.PredictInto(ws, kernels.Matrix[float64]{Rows: 2, Cols: 3, Stride: 3, Data: y.Data[:5]}, x) },
		"Backward of no batch":  func() { n.Backward(n.NewWorkspace(2), y) },
		"Descend of no batch":   func() { n.Descend(n.NewWorkspace(2), y, 1) },
		"Cost of no batch":      func() { n.Cost(n.NewWorkspace(2), y) },
		"x of GradientCheck":    func() { n.GradientCheck(short, y) },
		"layer 0":               func() { n.Weights(0) },
		"layer L+1":             func() { ws.Delta(2) },
	} {
		if s, ok := panics(f).(string); !ok || !strings.HasPrefix(s, "net: ") {
			t.Errorf("%s: no panic of package net", what)
		}
	}
}
