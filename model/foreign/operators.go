package foreign

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/onnx"
	"github.com/nabla-go/nabla/net"
)

// An operator is the name of one.
type operator struct{ domain, op string }

// A rule says how an operator that is read goes on the stack, and which attributes it may
// have; the table is for those of all versions of ONNX's operators up to 24.
type rule struct {
	apply      func(*graph, *stack, step) error
	attributes string // names, each behind the letter of its type: f, i or s
}

var operators map[operator]rule

func init() {
	const domainML = "ai.onnx.ml"
	operators = map[operator]rule{
		{"", "Gemm"}:               {(*graph).gemm, "f alpha f beta i transA i transB"},
		{"", "MatMul"}:             {(*graph).matMul, ""},
		{"", "Add"}:                {(*graph).arithmetic, ""},
		{"", "Sub"}:                {(*graph).arithmetic, ""},
		{"", "Mul"}:                {(*graph).arithmetic, ""},
		{"", "Div"}:                {(*graph).arithmetic, ""},
		{domainML, "Scaler"}:       {(*graph).scaler, "F offset F scale"},
		{"", "BatchNormalization"}: {(*graph).batchNorm, "f epsilon f momentum i training_mode"},
		{"", "LayerNormalization"}: {(*graph).layerNorm, "i axis f epsilon i stash_type"},
		{"", "Flatten"}:            {(*graph).flatten, "i axis"},
		{"", "Reshape"}:            {(*graph).reshape, "i allowzero"},
		{"", "Identity"}:           {(*graph).nothing, ""},
		{"", "Dropout"}:            {(*graph).dropout, "f ratio i seed"},
		{"", "Cast"}:               {(*graph).cast, "i to i saturate"},
		{"", "Concat"}:             {(*graph).concat, "i axis"},
		{"", "Softmax"}:            {(*graph).softmax, "i axis"},
		{"", "Relu"}:               {activation(net.ReLU), ""},
		{"", "Sigmoid"}:            {activation(net.Sigmoid), ""},
		{"", "Tanh"}:               {activation(net.Tanh), ""},
		{"", "Softplus"}:           {activation(net.Softplus), ""},
		{"", "Exp"}:                {activation(net.Exp), ""},
		{"", "Swish"}:              {(*graph).swish, "f alpha"},
		{"", "Gelu"}:               {(*graph).gelu, "s approximate"},
		{"", "LeakyRelu"}:          {(*graph).leakyReLU, "f alpha"},
		{"", "Elu"}:                {(*graph).elu, "f alpha"},
		{"", "Selu"}:               {(*graph).selu, "f alpha f gamma"},
		{"", "HardSigmoid"}:        {(*graph).hardSigmoid, "f alpha f beta"},
		{"", "Clip"}:               {(*graph).clip, "f min f max"},
	}
}

var attributeTypes = map[string]onnx.AttributeType{"f": onnx.Float, "i": onnx.Int, "s": onnx.String, "F": onnx.Floats}

// checkAttributes refuses attributes that the rule doesn't know, of another type, or twice.
func (r rule) checkAttributes(n *onnx.Node) error {
	known := make(map[string]onnx.AttributeType)
	for words := strings.Fields(r.attributes); len(words) > 0; words = words[2:] {
		known[words[1]] = attributeTypes[words[0]]
	}
	for _, a := range n.Attributes {
		t, ok := known[a.Name]
		if !ok {
			return fmt.Errorf("the attribute %q is not supported, or occurs twice", a.Name)
		}
		if a.Type != t && a.Type != 0 { // files before version 3 of the format have no types
			return fmt.Errorf("the attribute %q has type %d: want %d", a.Name, a.Type, t)
		}
		delete(known, a.Name)
	}
	return nil
}

// apply puts a step on the stack.
func (g *graph) apply(s *stack, at step) error {
	if err := g.put(s, at); err != nil {
		return fmt.Errorf("%s: %w", describe(at.node), err)
	}
	return nil
}

func (g *graph) put(s *stack, at step) error {
	if at.activate != nil {
		return at.activate(s)
	}
	r := operators[operator{at.node.Domain, at.node.Op}]
	if err := r.checkAttributes(at.node); err != nil {
		return err
	}
	return r.apply(g, s, at)
}

// activation returns the function for the operator of an activation without attributes.
func activation(a *net.Activation) func(*graph, *stack, step) error {
	return func(_ *graph, s *stack, at step) error { return s.activate("the activation", a) }
}

// withParameter puts an activation with a parameter on the stack.
func withParameter(s *stack, param *net.Param[net.Activation], value float64) error {
	if !(value > 0 && value <= param.Max) {
		return fmt.Errorf("%s is %v: want a number above 0, at most %v", param.Symbol, value, param.Max)
	}
	return s.activate("the activation", param.With(value))
}

// matrix returns a constant of two dimensions.
func (g *graph) matrix(s *stack, name string) (*onnx.Tensor, error) {
	t := g.constants[name]
	if t == nil || len(t.Shape) != 2 || len(t.Numbers) == 0 {
		return nil, fmt.Errorf("%q is no constant matrix", name)
	}
	s.double = s.double || t.Type == onnx.Float64
	return t, nil
}

// vector returns a constant that has one number, or one for each column.
func (g *graph) vector(s *stack, name string) ([]float64, error) {
	t := g.constants[name]
	if t == nil || len(t.Numbers) == 0 {
		return nil, fmt.Errorf("%q is no constant of numbers", name)
	}
	for i, d := range t.Shape {
		if d != 1 && i != len(t.Shape)-1 {
			return nil, fmt.Errorf("%q has shape %v: want one number, or one for each column", name, t.Shape)
		}
	}
	if s.rank != 0 && len(t.Shape) > s.rank {
		return nil, fmt.Errorf("%q has shape %v, more dimensions than what it goes with", name, t.Shape)
	}
	return slices.Clone(t.Numbers), nil
}

// transposes tells whether a node takes its data with samples as columns.
func transposes(n *onnx.Node) bool { return n.Op == "Gemm" && integerOf(n, "transA", 0) != 0 }

func (g *graph) gemm(s *stack, at step) error {
	n := at.node
	if len(n.Inputs) < 2 || n.Inputs[0] != at.data {
		return fmt.Errorf("the data are no left factor")
	}
	if transposes(n) && slices.ContainsFunc(g.Graph.Inputs, func(v onnx.Value) bool { return v.Name == at.data }) {
		// samples are columns in the file, and rows here
	} else if transposes(n) {
		return fmt.Errorf("transA of what was computed is not supported")
	}
	if s.rank > 2 {
		return fmt.Errorf("its data have %d dimensions: want a Flatten before it", s.rank)
	}
	t, err := g.matrix(s, n.Inputs[1])
	if err != nil {
		return err
	}
	in, out, w := t.Shape[0], t.Shape[1], []float64(nil)
	if integerOf(n, "transB", 0) != 0 {
		in, out, w = out, in, slices.Clone(t.Numbers)
	} else {
		w = transposed(t.Numbers, in, out)
	}
	alpha, beta := float(n, "alpha", 1), float(n, "beta", 1)
	multiply(w, alpha)
	var b []float64
	if len(n.Inputs) > 2 && n.Inputs[2] != "" && beta != 0 {
		if b, err = g.vector(s, n.Inputs[2]); err != nil {
			return err
		}
		if b = spread(b, out); b == nil {
			return fmt.Errorf("%q has another width than %d", n.Inputs[2], out)
		}
		multiply(b, beta)
	}
	s.rank = 2
	return s.linear(describe(n), out, in, w, b)
}

func multiply(x []float64, factor float64) {
	if factor == 1 {
		return
	}
	for i := range x {
		x[i] *= factor
	}
}

func (g *graph) matMul(s *stack, at step) error {
	n := at.node
	if len(n.Inputs) != 2 || n.Inputs[0] != at.data {
		return fmt.Errorf("the data are no left factor")
	}
	if s.rank > 2 {
		return fmt.Errorf("its data have %d dimensions: want a Flatten before it", s.rank)
	}
	t, err := g.matrix(s, n.Inputs[1])
	if err != nil {
		return err
	}
	return s.linear(describe(n), t.Shape[1], t.Shape[0], transposed(t.Numbers, t.Shape[0], t.Shape[1]), nil)
}

// arithmetic is Add, Sub, Mul or Div with a constant.
func (g *graph) arithmetic(s *stack, at step) error {
	n := at.node
	if len(n.Inputs) != 2 || n.Inputs[0] == n.Inputs[1] {
		return fmt.Errorf("want data and a constant")
	}
	if s.rank > 2 {
		return fmt.Errorf("its data have %d dimensions: want a Flatten before it", s.rank)
	}
	constant, left := n.Inputs[1], n.Inputs[0] == at.data // the data stand left
	if !left {
		constant = n.Inputs[0]
	}
	c, err := g.vector(s, constant)
	if err != nil {
		return err
	}
	if left && s.scales(n.Op, c) {
		return nil
	}
	one, zero := []float64{1}, []float64{0}
	switch n.Op {
	case "Add":
		return s.affine(describe(n), one, c)
	case "Mul":
		return s.affine(describe(n), c, zero)
	case "Sub":
		if left {
			multiply(c, -1)
			return s.affine(describe(n), one, c)
		}
		return s.affine(describe(n), []float64{-1}, c)
	}
	if !left || slices.Contains(c, 0) {
		return fmt.Errorf("a division by data or by 0")
	}
	for i := range c {
		c[i] = 1 / c[i]
	}
	return s.affine(describe(n), c, zero)
}

func (g *graph) batchNorm(s *stack, at step) error {
	n := at.node
	if len(n.Inputs) != 5 || n.Inputs[0] != at.data || integerOf(n, "training_mode", 0) != 0 || s.rank > 2 {
		return fmt.Errorf("want the data of a trained network, with two dimensions, and four constants")
	}
	var v [4][]float64
	for i, name := range n.Inputs[1:] {
		var err error
		if v[i], err = g.vector(s, name); err != nil {
			return err
		}
	}
	return s.batchNorm(describe(n), v[0], v[1], v[2], v[3], float(n, "epsilon", 1e-5))
}

func (g *graph) layerNorm(s *stack, at step) error {
	n := at.node
	if axis := integerOf(n, "axis", -1); len(n.Inputs) < 2 || n.Inputs[0] != at.data || axis != -1 && axis != 1 || s.rank > 2 {
		return fmt.Errorf("want it along the last of two dimensions")
	}
	gamma, err := g.vector(s, n.Inputs[1])
	if err != nil {
		return err
	}
	beta := make([]float64, len(gamma))
	if len(n.Inputs) > 2 && n.Inputs[2] != "" {
		if beta, err = g.vector(s, n.Inputs[2]); err != nil {
			return err
		}
	}
	return s.layerNorm(describe(n), gamma, beta, float(n, "epsilon", 1e-5))
}

// scaler is (x − offset)·scale.
func (g *graph) scaler(s *stack, at step) error {
	offset, scale := attribute(at.node, "offset").Floats, attribute(at.node, "scale").Floats
	if s.rank > 2 || len(offset) == 0 || len(scale) == 0 {
		return fmt.Errorf("want offset and scale of two dimensions")
	}
	if len(offset) != len(scale) && min(len(offset), len(scale)) != 1 {
		return fmt.Errorf("%d offsets, but %d scales", len(offset), len(scale))
	}
	factors, shifts := make([]float64, max(len(offset), len(scale))), make([]float64, max(len(offset), len(scale)))
	for j := range factors {
		factors[j] = float64(scale[min(j, len(scale)-1)])
		shifts[j] = -float64(float64(offset[min(j, len(offset)-1)]) * factors[j])
	}
	return s.affine(describe(at.node), factors, shifts)
}

func (g *graph) flatten(s *stack, at step) error {
	if axis := integerOf(at.node, "axis", 1); axis != 1 && !(axis < 0 && s.rank != 0 && int(axis) == 1-s.rank) {
		return fmt.Errorf("axis is %d: want 1, so that samples stay rows", axis)
	}
	s.rank = 2
	return nil
}

// reshape keeps samples as rows of numbers.
func (g *graph) reshape(s *stack, at step) error {
	n := at.node
	var shape []float64
	if len(n.Inputs) == 2 && g.constants[n.Inputs[1]] != nil {
		shape = g.constants[n.Inputs[1]].Numbers
	}
	ok := len(shape) == 2 && n.Inputs[0] == at.data && integerOf(n, "allowzero", 0) == 0 && (s.rank == 2 || s.rank == 0 || s.width > 0)
	if ok {
		rows, cols := shape[0], shape[1]
		ok = cols == float64(s.width) && rows == -1 || rows == 0 && (cols == -1 || cols == float64(s.width)) || s.width > 0 && rows == -1 && cols == float64(s.width)
	}
	if !ok {
		return fmt.Errorf("want samples to stay rows, with a shape of [-1, %d]", s.width)
	}
	s.rank = 2
	return nil
}

func (g *graph) nothing(*stack, step) error { return nil }

func (g *graph) dropout(s *stack, at step) error {
	if len(at.node.Inputs) > 2 && at.node.Inputs[2] != "" && !isAll(g.constants[at.node.Inputs[2]], 0) {
		return fmt.Errorf("it isn't that of a trained network")
	}
	return nil
}

func (g *graph) cast(s *stack, at step) error {
	if to := onnx.DataType(integerOf(at.node, "to", 0)); !isFloat(to) {
		return fmt.Errorf("a conversion to type %d: want float32 or float64", to)
	}
	return nil
}

// softmax follows both rules: up to version 12 of the operators it goes over all dimensions
// from axis on, by default 1; from 13 on along axis, by default the last.
func (g *graph) softmax(s *stack, at step) error {
	version := g.Opsets[""]
	axis := integerOf(at.node, "axis", map[bool]int64{true: 1, false: -1}[version < 13])
	if s.rank > 2 || axis != 1 && !(axis == -1) {
		return fmt.Errorf("with version %d of the operators, axis %d of data with %d dimensions is not along the outputs of a sample", version, axis, max(s.rank, 2))
	}
	return s.activate("the activation", net.Softmax)
}

// clip is a clipped ReLU between other limits.
func (g *graph) clip(s *stack, at step) error {
	n := at.node
	low, high := float(n, "min", math.Inf(-1)), float(n, "max", math.Inf(1))
	for i, limit := range []*float64{&low, &high} {
		if len(n.Inputs) <= i+1 || n.Inputs[i+1] == "" {
			continue
		}
		v, err := g.vector(s, n.Inputs[i+1])
		if err != nil {
			return err
		}
		if len(v) != 1 {
			return fmt.Errorf("want one limit for all")
		}
		*limit = v[0]
	}
	if high >= math.MaxFloat32 {
		high = math.Inf(1)
	}
	switch {
	case !(low > -math.MaxFloat32 && low < high):
		return fmt.Errorf("limits %v and %v: want a lower one that is finite, and a higher one above it", low, high)
	case low == 0 && math.IsInf(high, 1):
		return s.activate("the activation", net.ReLU)
	case low != 0:
		if err := s.affine(describe(n), []float64{1}, []float64{-low}); err != nil {
			return err
		}
	}
	if math.IsInf(high, 1) {
		if err := s.activate("the activation", net.ReLU); err != nil {
			return err
		}
	} else if err := withParameter(s, net.ClippedReLU(1).Param, high-low); err != nil {
		return err
	}
	if low == 0 {
		return nil
	}
	return s.affine(describe(n), []float64{1}, []float64{low})
}

// hardSigmoid is min(1, max(0, α z + β)), which package net has for α = 1/6 and β = 1/2.
func (g *graph) hardSigmoid(s *stack, at step) error {
	alpha, beta := float(at.node, "alpha", 0.2), float(at.node, "beta", 0.5)
	if math.Abs(alpha-1.0/6) > 1e-7 || beta != 0.5 {
		if err := s.affine(describe(at.node), []float64{6 * alpha}, []float64{float64(6*beta) - 3}); err != nil {
			return err
		}
	}
	return s.activate("the activation", net.HardSigmoid)
}

func (g *graph) leakyReLU(s *stack, at step) error {
	slope := float(at.node, "alpha", 0.01)
	if slope == 0 {
		return s.activate("the activation", net.ReLU)
	}
	return withParameter(s, net.LeakyReLU(1).Param, slope)
}

func (g *graph) elu(s *stack, at step) error {
	return withParameter(s, net.ELU(1).Param, float(at.node, "alpha", 1))
}

func (g *graph) selu(s *stack, at step) error {
	alpha, gamma := float(at.node, "alpha", 1.67326319217681884765625), float(at.node, "gamma", 1.05070102214813232421875)
	if math.Abs(alpha-1.6732632) > 1e-5 || math.Abs(gamma-1.0507010) > 1e-5 {
		return fmt.Errorf("α is %v and γ is %v: want 1.6733 and 1.0507", alpha, gamma)
	}
	return s.activate("the activation", net.SELU)
}

func (g *graph) gelu(s *stack, at step) error {
	switch a := attribute(at.node, "approximate").S; a {
	case "", "none":
		return s.activate("the activation", net.GELU)
	case "tanh":
		return s.activate("the activation", net.GELUTanh)
	default:
		return fmt.Errorf("the approximation %q is not known", a)
	}
}

func (g *graph) swish(s *stack, at step) error {
	if alpha := float(at.node, "alpha", 1); alpha != 1 {
		return fmt.Errorf("α is %v: want 1", alpha)
	}
	return s.activate("the activation", net.SiLU)
}

// concat is what isComplement recognises.
func (g *graph) concat(s *stack, at step) error {
	if axis := integerOf(at.node, "axis", 0); !g.isComplement(at.node) || axis != 1 && axis != -1 {
		return fmt.Errorf("want 1 − p and p of one output p")
	}
	return s.complement(describe(at.node))
}
