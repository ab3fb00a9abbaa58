package net

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// Convert returns a copy of n with elements of type U, each parameter rounded once.
func Convert[U, T kernels.Float](n *Network[T]) *Network[U] {
	c := newNetwork[U](n.Config())
	for i := 1; i <= n.Depth(); i++ {
		from := n.params.tensors(i)
		for k, to := range c.params.tensors(i) {
			convert(to, from[k])
		}
	}
	return c
}

func convert[U, T kernels.Float](dst []U, src []T) {
	for k, v := range src {
		dst[k] = U(v)
	}
}

// GradientCheck compares backpropagation with central differences
// (C(w+h) − C(w−h)) / 2h, for every parameter and every input, in float64
// whatever T is. It returns the largest [RelativeDifference] among the tensors
// W1, b1, …, WL, bL and x, and the tensor's name; NaN counts as larger than any number.
// With layer normalisation of layer i there are gammai and betai, too. Activations and
// costs of your own are checked like the built-in ones.
//
// A right gradient differs by less than 1e-6. The comparison says nothing if a
// pre-activation is within h of a kink, as ReLU has one at 0, or if the gradient is below
// about 1e-11 of the cost, because the cost is rounded. GradientCheck panics if x does
// not fit the network or t.
func (n *Network[T]) GradientCheck(x, t kernels.Matrix[T], options ...CheckOption) (worst float64, tensor string, err error) {
	var o check
	for _, option := range options {
		option(&o)
	}
	if err := n.CheckTargets(t); err != nil {
		return 0, "", err
	}
	if !x.Valid() {
		panic(inputShape)
	}
	c, x64, t64 := Convert[float64](n), matrix64(x), matrix64(t)
	ws, probe := c.NewWorkspace(x.Rows), c.NewWorkspace(x.Rows)
	forward := func(ws *Workspace[float64]) {
		if o.dropout {
			c.ForwardTraining(ws, x64, o.seed, o.step)
		} else {
			c.Forward(ws, x64)
		}
		ws.SetSampleWeights(o.weights)
	}
	forward(ws)
	c.Backward(ws, t64)
	compare := func(name string, values, gradient []float64) {
		numeric := make([]float64, len(values))
		for k, v := range values {
			h := float64(1e-5 * max(1, math.Abs(v)))
			cost := func(at float64) float64 {
				values[k] = at
				forward(probe)
				y, e := c.Cost(probe, t64)
				if e != nil && err == nil {
					err = e
				}
				return y
			}
			lo, hi := v-h, v+h
			numeric[k] = (cost(hi) - cost(lo)) / (hi - lo)
			values[k] = v
		}
		if d := RelativeDifference(gradient, numeric); d > worst || math.IsNaN(d) {
			worst, tensor = d, name // nothing is above a NaN
		}
	}
	for i := 1; i <= c.Depth(); i++ {
		compare(fmt.Sprintf("W%d", i), c.Weights(i).Data, ws.WeightGradient(i).Data)
		compare(fmt.Sprintf("b%d", i), c.Biases(i), ws.BiasGradient(i))
		compare(fmt.Sprintf("gamma%d", i), c.Gamma(i), ws.GammaGradient(i))
		compare(fmt.Sprintf("beta%d", i), c.Beta(i), ws.BetaGradient(i))
	}
	dx := c.InputGradient(ws)
	kernels.Scal(1/float64(max(x.Rows, 1)), dx.Data) // C is the mean over the samples
	compare("x", x64.Data, dx.Data)
	return worst, tensor, err
}

// A CheckOption says how [Network.GradientCheck] passes through the network.
type CheckOption func(*check)

type check struct {
	weights    []float64
	dropout    bool
	seed, step uint64
}

// CheckWeights gives weights to the samples.
func CheckWeights(w []float64) CheckOption { return func(c *check) { c.weights = w } }

// CheckDropout takes [Network.ForwardTraining], with its seed and step.
func CheckDropout(seed, step uint64) CheckOption {
	return func(c *check) { c.dropout, c.seed, c.step = true, seed, step }
}

// SampleGradient sets dst, which has the layout of [Network.Params], to the gradient of the
// cost of sample k alone, with its weight. It needs the δ of a Backward with the same
// weights; the mean over all k is the gradient of that. SampleGradient panics if k or dst
// does not fit.
func (n *Network[T]) SampleGradient(ws *Workspace[T], dst []T, k int) {
	n.checkWorkspace(ws)
	if len(dst) != len(n.params.flat) || k < 0 || k >= ws.batch {
		panic(sampleGradient)
	}
	clear(dst)
	for i := 1; i <= n.Depth(); i++ {
		part := func(tensor []T) []T {
			at := n.params.offset(tensor)
			return dst[at : at+len(tensor)]
		}
		w, delta := n.params.w[i], ws.delta[i].Row(k)
		w.Data = part(w.Data)
		kernels.Ger(1, delta, ws.out[i-1].Row(k), w)
		copy(part(n.params.b[i]), delta)
		if n.params.gamma[i] != nil {
			dz := part(n.params.beta[i])
			copy(dz, ws.norm[i].z.Row(k))
			kernels.Mul(part(n.params.gamma[i]), dz, ws.norm[i].u.Row(k))
		}
	}
}

// RelativeDifference returns ‖g − n‖ / max(‖g‖, ‖n‖), which is 0 if both are 0
// and 2 if g = −n.
func RelativeDifference(g, n []float64) float64 {
	var diff, gg, nn float64
	for k := range g {
		diff = math.Hypot(diff, g[k]-n[k])
		gg = math.Hypot(gg, g[k])
		nn = math.Hypot(nn, n[k])
	}
	if diff == 0 {
		return 0
	}
	return diff / max(gg, nn)
}

// Saturation returns the share of layer i's pre-activations with |z| > 20 in the
// batch that Forward has just seen. A sigmoid or tanh neuron hardly learns there, since
// σ' is nearly 0. Scaled inputs help, or in the output layer another cost.
func (n *Network[T]) Saturation(ws *Workspace[T], i int) float64 {
	z := ws.Z(i).Data
	if len(z) == 0 {
		return 0
	}
	count := 0
	for _, v := range z {
		if v > 20 || v < -20 {
			count++
		}
	}
	return float64(count) / float64(len(z))
}

// matrix64 returns a contiguous copy of m in float64.
func matrix64[T kernels.Float](m kernels.Matrix[T]) kernels.Matrix[float64] {
	c := kernels.NewMatrix[float64](m.Rows, m.Cols)
	for k := range m.Rows {
		convert(c.Row(k), m.Row(k))
	}
	return c
}
