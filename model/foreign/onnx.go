package foreign

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/nabla-go/nabla/internal/onnx"
)

// ReadONNX reads a network from an ONNX file: one path from an input to an output of
// Gemm, MatMul, Add, Sub, Mul and Div with constants, BatchNormalization,
// LayerNormalization, Scaler of ai.onnx.ml, activations that package net has, as one
// operator or in the usual formulas, Softmax, Flatten, and what changes nothing, such as
// Dropout. Its input has one sample a row.
// What computes a class of the result is left out, but for the names of classes.
//
// The models of package net, which it writes with [WriteONNX], are read only as far as
// they consist of these operators.
func ReadONNX(r io.Reader, o Options) (*Model, error) {
	file, err := onnx.Read(r)
	if err != nil {
		return nil, err
	}
	if v := file.Opsets[""]; v < 1 || v > newestOpset {
		return nil, fmt.Errorf("version %d of ONNX's operators: 1 to %d are known", v, newestOpset)
	}
	g := &graph{Model: file, constants: make(map[string]*onnx.Tensor), makers: make(map[string]*onnx.Node)}
	if err := g.index(); err != nil {
		return nil, err
	}
	path, err := g.path(o.Output)
	if err != nil {
		return nil, err
	}
	s := &stack{}
	if err := g.enter(s, path[0]); err != nil {
		return nil, err
	}
	value := path[0].data
	for _, step := range path {
		if err := g.apply(s, step); err != nil {
			return nil, err
		}
		value = step.node.Outputs[0]
	}
	if s.rank != 0 && s.rank != 2 {
		return nil, fmt.Errorf("the output %q has more than two dimensions", value)
	}
	if o.Classes == nil {
		o.Classes = g.classes(value, s.width)
	}
	return s.finish(&o)
}

// newestOpset is the newest version of ONNX's operators whose meaning is known here.
const newestOpset = 28

// A graph is a file with its constants and nodes by the names of what they give.
type graph struct {
	*onnx.Model
	constants map[string]*onnx.Tensor
	makers    map[string]*onnx.Node
}

func (g *graph) index() error {
	for i := range g.Graph.Constants {
		t := &g.Graph.Constants[i]
		if g.constants[t.Name] != nil {
			return fmt.Errorf("constant %q occurs twice", t.Name)
		}
		g.constants[t.Name] = t
	}
	for i := range g.Graph.Nodes {
		n := &g.Graph.Nodes[i]
		for _, out := range n.Outputs {
			if out != "" && (g.makers[out] != nil || g.constants[out] != nil) {
				return fmt.Errorf("value %q is computed twice", out)
			}
			g.makers[out] = n
		}
		if err := g.fold(n); err != nil {
			return fmt.Errorf("%s: %w", describe(n), err)
		}
	}
	return nil
}

// fold computes what a node makes of constants, where exporters leave that to the reader.
func (g *graph) fold(n *onnx.Node) error {
	if n.Op == "Constant" && len(n.Outputs) == 1 {
		t, err := constant(n)
		g.constants[n.Outputs[0]] = t
		return err
	}
	if len(n.Inputs) == 0 || len(n.Outputs) != 1 || g.constants[n.Inputs[0]] == nil || n.Domain != "" {
		return nil
	}
	t := *g.constants[n.Inputs[0]]
	switch n.Op {
	case "Identity", "Cast":
		if n.Op == "Cast" && !isFloat(onnx.DataType(attribute(n, "to").I)) {
			return nil
		}
	case "Transpose":
		perm := attribute(n, "perm").Ints
		if len(t.Shape) != 2 || perm != nil && !slices.Equal(perm, []int64{1, 0}) {
			return nil
		}
		t.Numbers = transposed(t.Numbers, t.Shape[0], t.Shape[1])
		t.Shape = []int{t.Shape[1], t.Shape[0]}
	default:
		return nil
	}
	g.constants[n.Outputs[0]] = &t
	return nil
}

func isFloat(t onnx.DataType) bool { return t == onnx.Float32 || t == onnx.Float64 }

// constant returns the value of a node Constant.
func constant(n *onnx.Node) (*onnx.Tensor, error) {
	if len(n.Attributes) != 1 {
		return nil, fmt.Errorf("want one attribute")
	}
	a := n.Attributes[0]
	switch a.Name {
	case "value":
		return &a.T, nil
	case "value_float":
		return &onnx.Tensor{Type: onnx.Float32, Numbers: []float64{float64(a.F)}}, nil
	case "value_floats":
		t := &onnx.Tensor{Type: onnx.Float32, Shape: []int{len(a.Floats)}}
		for _, v := range a.Floats {
			t.Numbers = append(t.Numbers, float64(v))
		}
		return t, nil
	case "value_int":
		return &onnx.Tensor{Type: onnx.Int64, Numbers: []float64{float64(a.I)}}, nil
	case "value_ints":
		t := &onnx.Tensor{Type: onnx.Int64, Shape: []int{len(a.Ints)}}
		for _, v := range a.Ints {
			t.Numbers = append(t.Numbers, float64(v))
		}
		return t, nil
	}
	return nil, fmt.Errorf("attribute %q is not supported", a.Name)
}

// describe names a node in messages.
func describe(n *onnx.Node) string {
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	name := n.Name
	if name == "" && len(n.Outputs) > 0 {
		name = n.Outputs[0]
	}
	return fmt.Sprintf("node %q (%s)", name, op)
}

// attribute returns the attribute of a node, or an empty one.
func attribute(n *onnx.Node, name string) onnx.Attribute {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a
		}
	}
	return onnx.Attribute{}
}

func float(n *onnx.Node, name string, byDefault float64) float64 {
	if a := attribute(n, name); a.Name != "" {
		return float64(a.F)
	}
	return byDefault
}

func integerOf(n *onnx.Node, name string, byDefault int64) int64 {
	if a := attribute(n, name); a.Name != "" {
		return a.I
	}
	return byDefault
}

// A step is a node on the path from the input to the output, and the name of what it gets
// from the one before it. If it is the last of several nodes that are an activation
// together, activate puts that on the stack.
type step struct {
	node     *onnx.Node
	data     string
	activate func(*stack) error
}

// path returns the nodes between the graph's input and the wanted output.
func (g *graph) path(output string) ([]step, error) {
	var candidates []string
	for _, v := range g.Graph.Outputs {
		if output == "" && !isFloat(v.Type) && v.Type != 0 {
			continue // a class
		}
		candidates = append(candidates, v.Name)
	}
	if output != "" {
		candidates = []string{output}
	}
	var first error
	var found []step
	for _, name := range candidates {
		p, err := g.trace(name)
		switch {
		case err == nil && found == nil:
			found = p
		case err == nil:
			return nil, fmt.Errorf("the file has several outputs, %q: say which one is wanted", candidates)
		case first == nil:
			first = err
		}
	}
	if found == nil && first == nil {
		first = fmt.Errorf("the file has no output of float32 or float64")
	}
	if found == nil {
		return nil, first
	}
	return found, nil
}

// trace follows the path back from the value called name.
func (g *graph) trace(name string) ([]step, error) {
	var path []step
	for len(path) <= len(g.Graph.Nodes) {
		if slices.ContainsFunc(g.Graph.Inputs, func(v onnx.Value) bool { return v.Name == name }) && g.constants[name] == nil {
			if len(path) == 0 {
				break
			}
			slices.Reverse(path)
			return path, nil
		}
		n := g.makers[name]
		if n == nil {
			return nil, fmt.Errorf("nothing computes the value %q", name)
		}
		if s, ok := g.compose(name); ok {
			path, name = append(path, s), s.data
			continue
		}
		if _, ok := operators[operator{n.Domain, n.Op}]; !ok {
			return nil, fmt.Errorf("%s: the operator is not supported", describe(n))
		}
		if len(n.Outputs) == 0 || n.Outputs[0] != name {
			return nil, fmt.Errorf("%s: its output %q is not supported", describe(n), name)
		}
		data := ""
		for _, in := range n.Inputs {
			if in == "" || g.constants[in] != nil {
				continue
			}
			if data != "" && data != in && !g.isComplement(n) {
				return nil, fmt.Errorf("%s: two of its inputs, %q and %q, are computed: want a path without branches", describe(n), data, in)
			}
			data = in // of a complement the second one
		}
		if data == "" {
			return nil, fmt.Errorf("%s: none of its inputs is computed from those of the graph", describe(n))
		}
		path = append(path, step{node: n, data: data})
		name = data
	}
	return nil, fmt.Errorf("no path leads from the input to %q", name)
}

// isComplement tells whether n puts 1 − p before p, as scikit-learn's probabilities of two
// classes.
func (g *graph) isComplement(n *onnx.Node) bool {
	if n.Op != "Concat" || len(n.Inputs) != 2 {
		return false
	}
	minus := g.makers[n.Inputs[0]]
	return minus != nil && minus.Op == "Sub" && len(minus.Inputs) == 2 && minus.Inputs[1] == n.Inputs[1] && isAll(g.constants[minus.Inputs[0]], 1)
}

// isAll reports whether t has elements and all are v.
func isAll(t *onnx.Tensor, v float64) bool {
	return t != nil && len(t.Numbers) > 0 && !slices.ContainsFunc(t.Numbers, func(x float64) bool { return x != v })
}

// enter learns the width from the graph's input, one sample a row.
func (g *graph) enter(s *stack, first step) error {
	i := slices.IndexFunc(g.Graph.Inputs, func(v onnx.Value) bool { return v.Name == first.data })
	in := g.Graph.Inputs[i]
	if len(in.Shape) > 0 {
		s.rank = len(in.Shape)
	}
	if transposes(first.node) {
		return nil
	}
	width := 1
	for _, d := range in.Shape[min(1, len(in.Shape)):] {
		if d.Size < 0 || d.Size > 0 && width > math.MaxInt32/d.Size {
			return fmt.Errorf("input %q has more numbers than are supported", in.Name)
		}
		width *= d.Size // 0 if it is open
	}
	if len(in.Shape) > 1 {
		s.width = width
	}
	return nil
}

// classes returns the names of classes that a node takes from the index of the largest
// output, or nil.
func (g *graph) classes(value string, n int) []string {
	for i := range g.Graph.Nodes {
		top := &g.Graph.Nodes[i]
		if top.Op != "ArgMax" || len(top.Inputs) != 1 || top.Inputs[0] != value || len(top.Outputs) != 1 {
			continue
		}
		for j := range g.Graph.Nodes {
			pick := &g.Graph.Nodes[j]
			if pick.Op != "ArrayFeatureExtractor" && pick.Op != "Gather" || len(pick.Inputs) != 2 || pick.Inputs[1] != top.Outputs[0] {
				continue
			}
			if t := g.constants[pick.Inputs[0]]; t != nil && len(t.Strings)+len(t.Numbers) == n {
				names := slices.Clone(t.Strings)
				for _, v := range t.Numbers {
					names = append(names, strconv.FormatFloat(v, 'g', -1, 64))
				}
				return names
			}
		}
	}
	return nil
}
