package foreign

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A stack is a network while its modules come one by one. All numbers are float64, in
// which those of all formats are exact.
type stack struct {
	width  int  // of what comes next; 0 while it is open
	rank   int  // dimensions of what comes next, samples included; 0 if unknown
	double bool // whether parameters are float64
	layers []stacked
	open   bool // whether the last layer has no activation yet

	// What the next module gets is scale ⊙ x + shift; nil for x itself.
	scale, shift []float64
	scaler       *train.Scaler
	divided      bool // whether the scaler divides
}

// A stacked layer is σ(W x + b), or σ of the layer normalisation of that.
type stacked struct {
	in, out     int
	w           []float64 // out × in
	b           []float64
	gamma, beta []float64 // nil without normalisation
	σ           *net.Activation
}

// maxDiagonal bounds the width of a layer that is made of n numbers, where it takes n².
const maxDiagonal = 4096

// takes checks the width of a module.
func (s *stack) takes(name string, width int) error {
	if s.width == 0 {
		s.width = width
	}
	if width != s.width {
		return fmt.Errorf("%s takes %d numbers, but what comes before it gives %d", name, width, s.width)
	}
	if width == 0 {
		return fmt.Errorf("%s takes no numbers", name)
	}
	return nil
}

// close ends the last layer if it has no activation.
func (s *stack) close() {
	if s.open {
		s.layers[len(s.layers)-1].σ = net.Identity
		s.open = false
	}
}

// linear appends W x + b. W is out × in; b may be nil. It takes the slices over.
func (s *stack) linear(name string, out, in int, w, b []float64) error {
	if err := s.takes(name, in); err != nil {
		return err
	}
	if out == 0 {
		return fmt.Errorf("%s gives no numbers", name)
	}
	if b == nil {
		b = make([]float64, out)
	}
	if len(w) != out*in || len(b) != out {
		return fmt.Errorf("%s: %d weights and %d biases for %d inputs and %d outputs", name, len(w), len(b), in, out)
	}
	s.close()
	if s.scale != nil && !s.scaleInputs() {
		for i := range out {
			row := w[i*in : (i+1)*in]
			for j := range row {
				b[i] += float64(row[j] * s.shift[j])
				row[j] *= s.scale[j]
			}
		}
	}
	s.scale, s.shift = nil, nil
	s.layers = append(s.layers, stacked{in: in, out: out, w: w, b: b})
	s.width, s.open = out, true
	return nil
}

// diagonal makes a layer of what stands between the last one and the next module.
func (s *stack) diagonal(name string) error {
	n := s.width
	if n == 0 || n > maxDiagonal {
		return fmt.Errorf("%s stands beside no linear layer and has a width of %d: up to %d are supported there", name, n, maxDiagonal)
	}
	w := make([]float64, n*n)
	for j := range n {
		w[j*n+j] = 1
	}
	return s.linear(name, n, n, w, nil)
}

// affine appends scale ⊙ x + shift. Either may have one number for all.
func (s *stack) affine(name string, scale, shift []float64) error {
	n := max(len(scale), len(shift))
	if n == 1 {
		n = s.width
	}
	if err := s.takes(name, n); err != nil {
		return err
	}
	scale, shift = spread(scale, n), spread(shift, n)
	if scale == nil || shift == nil {
		return fmt.Errorf("%s: numbers for another width than %d", name, n)
	}
	if s.open {
		last := &s.layers[len(s.layers)-1]
		if last.gamma != nil {
			compose(last.gamma, last.beta, scale, shift)
			return nil
		}
		for i := range n {
			row := last.w[i*last.in : (i+1)*last.in]
			for j := range row {
				row[j] *= scale[i]
			}
			last.b[i] = float64(last.b[i]*scale[i]) + shift[i]
		}
		return nil
	}
	if s.scale != nil {
		compose(s.scale, s.shift, scale, shift)
		return nil
	}
	s.scale, s.shift = scale, shift
	return nil
}

// compose turns a x + b into scale (a x + b) + shift.
func compose(a, b, scale, shift []float64) {
	for j := range a {
		a[j] *= scale[j]
		b[j] = float64(b[j]*scale[j]) + shift[j]
	}
}

// spread returns a copy of v with n elements, or nil if it can't be one.
func spread(v []float64, n int) []float64 {
	if len(v) != 1 && len(v) != n {
		return nil
	}
	c := make([]float64, n)
	for j := range c {
		c[j] = v[0]
		if len(v) > 1 {
			c[j] = v[j]
		}
	}
	return c
}

// scaleInputs makes a scaler of scale ⊙ x + shift of the raw inputs, where that can be: it
// is computed in float64, and weights times large inputs would cancel each other.
func (s *stack) scaleInputs() bool {
	if len(s.layers) > 0 || s.scaler != nil || slices.ContainsFunc(s.scale, func(v float64) bool { return !(v > 0) }) {
		return false
	}
	mean, sd := make([]float64, s.width), make([]float64, s.width)
	for j, v := range s.scale {
		mean[j], sd[j] = -s.shift[j]/v, 1/v
	}
	s.scaler = &train.Scaler{Mean: mean, SD: sd}
	return true
}

// scales makes x − c or x/c of the raw inputs part of the scaler, if it can be: first a
// difference, then a quotient. A division by +Inf is how a column is left out.
func (s *stack) scales(op string, c []float64) bool {
	if len(s.layers) > 0 || s.scale != nil || s.width == 0 {
		return false
	}
	c = spread(c, s.width)
	switch {
	case c == nil:
		return false
	case op == "Sub" && s.scaler == nil:
		s.scaler = &train.Scaler{Mean: c, SD: slices.Repeat([]float64{1}, s.width)}
		return true
	case op == "Div" && !s.divided && !slices.ContainsFunc(c, func(v float64) bool { return !(v > 0) }):
		if s.scaler == nil {
			s.scaler = &train.Scaler{Mean: make([]float64, s.width)}
		}
		for j := range c {
			if math.IsInf(c[j], 1) {
				c[j] = 0
			}
		}
		s.scaler.SD, s.divided = c, true
		return true
	}
	return false
}

// batchNorm appends γ (x − mean)/√(variance + ε) + β.
func (s *stack) batchNorm(name string, gamma, beta, mean, variance []float64, ε float64) error {
	n := len(mean)
	if len(gamma) != n || len(beta) != n || len(variance) != n {
		return fmt.Errorf("%s: %d factors, %d offsets, %d means and %d variances", name, len(gamma), len(beta), n, len(variance))
	}
	scale, shift := make([]float64, n), make([]float64, n)
	for j := range n {
		if !(variance[j]+ε > 0) {
			return fmt.Errorf("%s: variance %d is %v: want one above 0", name, j+1, variance[j])
		}
		scale[j] = gamma[j] / math.Sqrt(variance[j]+ε)
		shift[j] = beta[j] - float64(mean[j]*scale[j])
	}
	return s.affine(name, scale, shift)
}

// normEpsilon is ε of package net's layer normalisation.
const normEpsilon = 1e-5

// layerNorm appends γ (x − mean x)/√(var x + ε) + β. For another ε than package net's, x is
// multiplied by what makes the quotient the same.
func (s *stack) layerNorm(name string, gamma, beta []float64, ε float64) error {
	if len(gamma) != len(beta) {
		return fmt.Errorf("%s: %d factors and %d offsets", name, len(gamma), len(beta))
	}
	if !(ε > 0) {
		return fmt.Errorf("%s: ε is %v: want more than 0", name, ε)
	}
	if err := s.takes(name, len(gamma)); err != nil {
		return err
	}
	if !s.open || s.layers[len(s.layers)-1].gamma != nil {
		s.close()
		if err := s.diagonal(name); err != nil {
			return err
		}
	}
	if ε != normEpsilon {
		if err := s.affine(name, []float64{math.Sqrt(normEpsilon / ε)}, []float64{0}); err != nil {
			return err
		}
	}
	last := &s.layers[len(s.layers)-1]
	last.gamma, last.beta = gamma, beta
	return nil
}

// activate appends σ.
func (s *stack) activate(name string, σ *net.Activation) error {
	if σ == net.Identity {
		return nil
	}
	if !s.open {
		if err := s.diagonal(name); err != nil {
			return err
		}
	}
	s.layers[len(s.layers)-1].σ = σ
	s.open = false
	return nil
}

// complement turns the output p of a sigmoid neuron into 1 − p and p.
func (s *stack) complement(name string) error {
	if len(s.layers) == 0 || s.open || s.scale != nil {
		return fmt.Errorf("%s: 1 − p and p of what is no single sigmoid neuron", name)
	}
	last := &s.layers[len(s.layers)-1]
	if last.out != 1 || last.σ != net.Sigmoid || last.gamma != nil {
		return fmt.Errorf("%s: 1 − p and p of what is no single sigmoid neuron", name)
	}
	w := make([]float64, 2*last.in)
	for j, v := range last.w {
		w[j], w[last.in+j] = -v, v
	}
	last.w, last.b, last.out, s.width = w, []float64{-last.b[0], last.b[0]}, 2, 2
	return nil
}

// finish returns the network.
func (s *stack) finish(o *Options) (*Model, error) {
	if s.scale != nil {
		if err := s.diagonal("the last module"); err != nil {
			return nil, err
		}
	}
	s.close()
	if len(s.layers) == 0 {
		return nil, fmt.Errorf("there is no linear layer")
	}
	var err error
	m := &Model{}
	if s.double {
		m.F64, err = build[float64](s, o)
	} else {
		m.F32, err = build[float32](s, o)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

func build[T kernels.Float](s *stack, o *Options) (*model.Model[T], error) {
	cfg := net.Config{Inputs: s.layers[0].in, Init: net.Zero, Cost: o.Cost}
	for _, l := range s.layers {
		layer := net.Dense(l.out, l.σ)
		layer.LayerNorm = l.gamma != nil
		cfg.Layers = append(cfg.Layers, layer)
	}
	if cfg.Cost == nil {
		cfg.Cost = costFor(s.layers[len(s.layers)-1].σ)
	}
	n, err := net.New[T](cfg)
	if err != nil {
		return nil, err
	}
	for i, l := range s.layers {
		for j, from := range [4][]float64{l.w, l.b, l.gamma, l.beta} {
			to := [4][]T{n.Weights(i + 1).Data, n.Biases(i + 1), n.Gamma(i + 1), n.Beta(i + 1)}[j]
			for k, v := range from {
				to[k] = T(v)
			}
		}
	}
	m := &model.Model[T]{Net: n, Classes: o.Classes, Features: o.Features, Scaler: s.scaler}
	return m, m.Check()
}

// costFor returns the cost that goes with an output layer.
func costFor(σ *net.Activation) *net.Cost {
	switch σ {
	case net.Softmax:
		return net.SoftmaxCrossEntropy
	case net.Sigmoid:
		return net.CrossEntropy
	}
	return net.Quadratic
}
