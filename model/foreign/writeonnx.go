package foreign

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unsafe"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/onnx"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// The versions that WriteONNX writes: of ONNX's operators and of its machine learning
// operators, which stand for categories, and the version of the format that goes with
// them.
const (
	Opset   = 17
	OpsetML = 3
	ir      = 8
)

// WriteONNX writes a graph that predicts as the model does, from raw inputs and for any
// number of samples at once, with version 17 of ONNX's operators. Gaps, categories and
// scaling are part of the graph.
//
// The input "x" has a row for each sample. NaN is a gap, if the model fills gaps. A model
// with categories has an input for each column of the table instead, of one column each: floats, or
// strings where "" is a gap.
//
// The output "y" has the outputs of the network, or the numbers of a regression. If there
// are classes, "class" has the name of that with the largest output; if there are several
// labels to predict, "labels" has them. The results are those of the model up to rounding.
//
// It is an error if the model has an activation of your own, or columns of dates or of so
// many levels that they share inputs by a hash: ONNX's operators can't say those.
func WriteONNX[T kernels.Float](w io.Writer, m *model.Model[T]) error {
	if err := m.Check(); err != nil {
		return err
	}
	b := &builder{kind: onnx.Float32}
	if unsafe.Sizeof(T(0)) == 8 {
		b.kind = onnx.Float64
	}
	x, err := b.inputs(m.Encoder, m.Net.Inputs())
	if err != nil {
		return err
	}
	x = b.scale(x, m.Scaler)
	for i := 1; i <= m.Net.Depth(); i++ {
		l, w := m.Net.Layer(i), m.Net.Weights(i)
		layer := fmt.Sprintf("layer%d", i)
		x = b.node("Gemm", layer, x, b.numbers(layer+".weight", b.kind, wide(w.Data), w.Rows, w.Cols), b.numbers(layer+".bias", b.kind, wide(m.Net.Biases(i)), w.Rows), intAttribute("transB", 1))
		if l.LayerNorm {
			x = b.node("LayerNormalization", layer+".norm", x, b.numbers(layer+".gamma", b.kind, wide(m.Net.Gamma(i)), w.Rows), b.numbers(layer+".beta", b.kind, wide(m.Net.Beta(i)), w.Rows), intAttribute("axis", -1), floatAttribute("epsilon", normEpsilon))
		}
		if x, err = b.activation(l.Activation, x, fmt.Sprintf("layer%d.%s", i, l.Activation)); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	b.outputs(m.Encoder, x, m.Classes, m.Net.Outputs(), m.Net.Threshold())
	file := onnx.Model{
		IR: ir, Producer: "nabla", Opsets: map[string]int64{"": Opset}, Graph: b.graph,
		Metadata: map[string]string{"fingerprint": m.Net.Fingerprint(), "numeric_version": kernels.NumericVersion},
	}
	if b.ml {
		file.Opsets["ai.onnx.ml"] = OpsetML
	}
	file.Graph.Name = "network"
	data, err := file.Append(nil)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func wide[T kernels.Float](x []T) []float64 {
	w := make([]float64, len(x))
	for i, v := range x {
		w[i] = float64(v)
	}
	return w
}

// A builder puts a graph together.
type builder struct {
	graph onnx.Graph
	kind  onnx.DataType // of the parameters
	ml    bool          // an operator of ai.onnx.ml is used
	names map[string]bool
}

func intAttribute(name string, v int64) onnx.Attribute {
	return onnx.Attribute{Name: name, Type: onnx.Int, I: v}
}

func floatAttribute(name string, v float64) onnx.Attribute {
	return onnx.Attribute{Name: name, Type: onnx.Float, F: float32(v)}
}

// unique returns a name that nothing else in the graph has.
func (b *builder) unique(name string) string {
	if b.names == nil {
		b.names = map[string]bool{"": true, "y": true, "class": true, "labels": true}
	}
	base := name
	for i := 2; b.names[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	b.names[name] = true
	return name
}

// node appends a node with inputs, which are strings, and attributes, and returns the name
// of its output.
func (b *builder) node(op, name string, parts ...any) string {
	out := b.unique(name)
	b.add(op, out, parts...)
	return out
}

// add appends a node whose output is called out.
func (b *builder) add(op, out string, parts ...any) {
	n := onnx.Node{Op: op, Name: out, Outputs: []string{out}}
	if op == "LabelEncoder" {
		n.Domain, b.ml = "ai.onnx.ml", true
	}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			n.Inputs = append(n.Inputs, p)
		case []string:
			n.Inputs = append(n.Inputs, p...)
		case onnx.Attribute:
			n.Attributes = append(n.Attributes, p)
		}
	}
	b.graph.Nodes = append(b.graph.Nodes, n)
}

// numbers appends a constant and returns its name.
func (b *builder) numbers(name string, t onnx.DataType, v []float64, shape ...int) string {
	name = b.unique(name)
	b.graph.Constants = append(b.graph.Constants, onnx.Tensor{Name: name, Type: t, Shape: shape, Numbers: v})
	return name
}

func (b *builder) strings(name string, v []string, shape ...int) string {
	name = b.unique(name)
	b.graph.Constants = append(b.graph.Constants, onnx.Tensor{Name: name, Type: onnx.Text, Shape: shape, Strings: v})
	return name
}

// number appends a single number of the parameters' type.
func (b *builder) number(name string, v float64) string {
	return b.numbers(name, b.kind, []float64{v}, 1)
}

func (b *builder) cast(x, name string, to onnx.DataType) string {
	return b.node("Cast", name, x, intAttribute("to", int64(to)))
}

func (b *builder) input(name string, t onnx.DataType, width int) {
	b.graph.Inputs = append(b.graph.Inputs, onnx.Value{Name: name, Type: t, Shape: []onnx.Dim{{Name: "batch"}, {Size: width}}})
}

// inputs appends the inputs of the graph and what makes n inputs of the network of them.
func (b *builder) inputs(e *dataset.Encoder, n int) (string, error) {
	columns, err := inputColumns(e)
	if err != nil {
		return "", err
	}
	plain, fills := true, false
	for _, c := range columns {
		plain = plain && c.Type == "number" && !c.Mark
		fills = fills || c.Type == "number"
	}
	if plain {
		x := b.unique("x")
		b.input(x, b.kind, n)
		if e == nil || e.Missing == "error" || !fills {
			return x, nil
		}
		fill := make([]float64, n)
		for i, c := range columns {
			fill[i] = c.Fill
		}
		return b.node("Where", "filled", b.node("IsNaN", "gap", x), b.numbers("fill", b.kind, fill, 1, n), x), nil
	}
	var parts []string
	for i := range columns {
		c := &columns[i]
		name := c.Name
		if name == "" {
			name = "column " + strconv.Itoa(c.number)
		}
		name = b.unique(name)
		if c.Type == "number" {
			parts = append(parts, b.numberColumn(c, name)...)
		} else {
			parts = append(parts, b.categoryColumn(e, c, name)...)
		}
	}
	return b.node("Concat", "encoded", parts, intAttribute("axis", 1)), nil
}

// A numberedColumn is a column and its number in the table, from 1.
type numberedColumn struct {
	*dataset.Column
	number int
}

// inputColumns returns the columns that make inputs, or an error if one of them can't be
// said in ONNX.
func inputColumns(e *dataset.Encoder) (columns []numberedColumn, err error) {
	if e == nil {
		return nil, nil
	}
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.Role != "input" {
			continue
		}
		switch {
		case c.Type == "number" || c.Type == "category" && c.Hashed == 0:
			columns = append(columns, numberedColumn{c, i + 1})
		case c.Type == "category":
			return nil, fmt.Errorf("column %d, %q, has levels that share inputs by a hash, which ONNX's operators can't compute", i+1, c.Name)
		case c.Type == "date":
			return nil, fmt.Errorf("column %d, %q, has dates, which ONNX's operators can't read", i+1, c.Name)
		}
	}
	return columns, nil
}

func (b *builder) numberColumn(c *numberedColumn, name string) (parts []string) {
	b.input(name, b.kind, 1)
	gap := b.node("IsNaN", name+".gap", name)
	parts = append(parts, b.node("Where", name+".filled", gap, b.number(name+".fill", c.Fill), name))
	if c.Mark {
		parts = append(parts, b.cast(gap, name+".missing", b.kind))
	}
	return parts
}

// gapMarks are what a table may have in place of a value, besides what its encoder names.
var gapMarks = []string{"", "?", "NA", "N/A", "#N/A", "<NA>", "nan", "NaN", "NAN", "na", "n/a", "null", "NULL", "Null"}

func (b *builder) categoryColumn(e *dataset.Encoder, c *numberedColumn, name string) (parts []string) {
	b.input(name, onnx.Text, 1)
	other := int64(-1)
	width := len(c.Levels)
	if c.Other {
		other = int64(width)
		width++
	}
	fill := other
	code := onnx.Attribute{Name: "values_int64s", Type: onnx.Ints}
	keys := onnx.Attribute{Name: "keys_strings", Type: onnx.Strings}
	missing := onnx.Attribute{Name: "values_int64s", Type: onnx.Ints}
	for i, l := range c.Levels {
		keys.Strings, code.Ints, missing.Ints = append(keys.Strings, l), append(code.Ints, int64(i)), append(missing.Ints, 0)
		if l == c.FillWord {
			fill = int64(i)
		}
	}
	seen := make(map[string]bool)
	for _, l := range c.Levels {
		seen[l] = true
	}
	for _, mark := range append(append([]string(nil), gapMarks...), e.Gaps...) {
		if !seen[mark] {
			seen[mark] = true
			keys.Strings, code.Ints, missing.Ints = append(keys.Strings, mark), append(code.Ints, fill), append(missing.Ints, 1)
		}
	}
	if width > 0 {
		index := make([]float64, width)
		for i := range index {
			index[i] = float64(i)
		}
		level := b.node("LabelEncoder", name+".level", name, keys, code, intAttribute("default_int64", other))
		equal := b.node("Equal", name+".equal", level, b.numbers(name+".levels", onnx.Int64, index, 1, width))
		parts = append(parts, b.cast(equal, name+".encoded", b.kind))
	}
	if c.Mark {
		gap := b.node("LabelEncoder", name+".gap", name, keys, missing, intAttribute("default_int64", 0))
		parts = append(parts, b.cast(gap, name+".missing", b.kind))
	}
	return parts
}

// scale appends the scaler, which is computed in float64. A column of no deviation is
// divided by +Inf.
func (b *builder) scale(x string, s *train.Scaler) string {
	if s == nil {
		return x
	}
	sd := make([]float64, len(s.SD))
	for j, v := range s.SD {
		if sd[j] = v; v == 0 {
			sd[j] = math.Inf(1)
		}
	}
	x = b.cast(x, "double", onnx.Float64)
	x = b.node("Sub", "centred", x, b.numbers("mean", onnx.Float64, s.Mean, 1, len(sd)))
	x = b.node("Div", "scaled", x, b.numbers("deviation", onnx.Float64, sd, 1, len(sd)))
	return b.cast(x, "inputs", b.kind)
}

// activation appends σ(z).
func (b *builder) activation(σ *net.Activation, z, name string) (string, error) {
	write, ok := onnxActivations[σ.Name]
	if !ok || !isBuiltIn(σ) {
		return "", fmt.Errorf("the activation %q can't be said in ONNX: want a built-in one", σ)
	}
	param := 0.0
	if σ.Param != nil {
		param = σ.Param.Value
	}
	return write(b, z, name, param), nil
}

// elu appends above · z above 0 and below · (e^z − 1) below.
func (b *builder) elu(z, name string, above, below float64) string {
	exp := b.node("Exp", name+".exp", b.node("Min", name+".low", z, b.scalar(name+".zero", 0)))
	low := b.node("Mul", name+".below", b.node("Sub", name+".minus", exp, b.number(name+".one", 1)), b.number(name+".factor", below))
	high := b.node("Relu", name+".high", z)
	if above != 1 {
		high = b.node("Mul", name+".above", high, b.number(name+".scale", above))
	}
	return b.node("Add", name, high, low)
}

// onnxActivations has, for each built-in activation, what appends it. Operators that ONNX
// Runtime has for float32 only are made of others in float64, where there are others: of Erf,
// and so of gelu, it has none.
var onnxActivations = map[string]func(b *builder, z, name string, param float64) string{
	"identity": func(_ *builder, z, _ string, _ float64) string { return z },
	"sigmoid":  single("Sigmoid"), "tanh": single("Tanh"), "relu": single("Relu"), "exp": single("Exp"),
	"softmax": func(b *builder, z, name string, _ float64) string {
		return b.node("Softmax", name, z, intAttribute("axis", -1))
	},
	"leaky-relu": func(b *builder, z, name string, slope float64) string {
		if b.kind == onnx.Float32 {
			return b.node("LeakyRelu", name, z, floatAttribute("alpha", slope))
		}
		low := b.node("Mul", name+".below", b.node("Min", name+".low", z, b.scalar(name+".zero", 0)), b.number(name+".slope", slope))
		return b.node("Add", name, b.node("Relu", name+".above", z), low)
	},
	"elu": func(b *builder, z, name string, alpha float64) string {
		if b.kind == onnx.Float32 {
			return b.node("Elu", name, z, floatAttribute("alpha", alpha))
		}
		return b.elu(z, name, 1, alpha)
	},
	"selu": func(b *builder, z, name string, _ float64) string {
		scale, alpha := 1.0507009873554805, 1.6732632423543772
		if b.kind == onnx.Float32 {
			return b.node("Selu", name, z, floatAttribute("alpha", alpha), floatAttribute("gamma", scale))
		}
		return b.elu(z, name, scale, float64(scale*alpha))
	},
	"softplus": func(b *builder, z, name string, _ float64) string {
		if b.kind == onnx.Float32 {
			return b.node("Softplus", name, z)
		}
		small := b.node("Exp", name+".exp", b.node("Neg", name+".negative", b.node("Abs", name+".abs", z)))
		log := b.node("Log", name+".log", b.node("Add", name+".sum", small, b.number(name+".one", 1)))
		return b.node("Add", name, b.node("Relu", name+".above", z), log)
	},
	"hard-sigmoid": func(b *builder, z, name string, _ float64) string {
		if b.kind == onnx.Float32 {
			return b.node("HardSigmoid", name, z, floatAttribute("alpha", 1.0/6), floatAttribute("beta", 0.5))
		}
		line := b.node("Add", name+".line", b.node("Div", name+".sixth", z, b.number(name+".six", 6)), b.number(name+".half", 0.5))
		return b.node("Clip", name, line, b.scalar(name+".low", 0), b.scalar(name+".high", 1))
	},
	"clipped-relu": func(b *builder, z, name string, high float64) string {
		return b.node("Clip", name, z, b.scalar(name+".low", 0), b.scalar(name+".high", high))
	},
	"silu": func(b *builder, z, name string, _ float64) string {
		return b.node("Mul", name, z, b.node("Sigmoid", name+".gate", z))
	},
	"gelu": func(b *builder, z, name string, _ float64) string {
		erf := b.node("Erf", name+".erf", b.node("Mul", name+".scaled", z, b.number(name+".root", math.Sqrt2/2)))
		half := b.node("Mul", name+".half", z, b.number(name+".one_half", 0.5))
		return b.node("Mul", name, half, b.node("Add", name+".phi", erf, b.number(name+".one", 1)))
	},
	"gelu-tanh": func(b *builder, z, name string, _ float64) string {
		const c = 2 * 0.7978845608028654
		cubic := b.node("Mul", name+".cubic", b.node("Mul", name+".square", z, z), b.number(name+".factor", c*0.044715))
		u := b.node("Mul", name+".u", b.node("Add", name+".polynomial", cubic, b.number(name+".constant", c)), z)
		return b.node("Mul", name, z, b.node("Sigmoid", name+".gate", u))
	},
}

func single(op string) func(b *builder, z, name string, _ float64) string {
	return func(b *builder, z, name string, _ float64) string { return b.node(op, name, z) }
}

// scalar appends a number without dimensions.
func (b *builder) scalar(name string, v float64) string {
	return b.numbers(name, b.kind, []float64{v})
}

// outputs appends the outputs of the graph.
func (b *builder) outputs(e *dataset.Encoder, y string, classes []string, n int, threshold float64) {
	batch := onnx.Dim{Name: "batch"}
	output := func(name string, t onnx.DataType, shape ...onnx.Dim) {
		b.graph.Outputs = append(b.graph.Outputs, onnx.Value{Name: name, Type: t, Shape: shape})
	}
	if e != nil && e.Task == dataset.Regression {
		var mean, sd []float64
		for _, t := range e.Targets {
			mean, sd = append(mean, t.Mean), append(sd, t.SD)
		}
		y = b.cast(y, "standardised", onnx.Float64)
		y = b.node("Mul", "spread", y, b.numbers("target.deviation", onnx.Float64, sd, 1, len(sd)))
		y = b.node("Add", "restored", y, b.numbers("target.mean", onnx.Float64, mean, 1, len(sd)))
		b.add("Cast", "y", y, intAttribute("to", int64(b.kind)))
	} else {
		b.add("Identity", "y", y)
	}
	output("y", b.kind, batch, onnx.Dim{Size: n})
	if classes != nil {
		top := ""
		if n > 1 {
			top = b.node("ArgMax", "index", "y", intAttribute("axis", 1), intAttribute("keepdims", 0))
		} else {
			above := b.node("Cast", "second", b.above(threshold), intAttribute("to", int64(onnx.Int64)))
			top = b.node("Reshape", "index", above, b.numbers("flat", onnx.Int64, []float64{-1}, 1))
		}
		b.add("Gather", "class", b.strings("classes", classes, len(classes)), top, intAttribute("axis", 0))
		output("class", onnx.Text, batch)
	}
	if e != nil && e.Task == dataset.Labels {
		var no, yes []string
		for _, t := range e.Targets {
			no, yes = append(no, t.Classes[0]), append(yes, t.Classes[1])
		}
		b.add("Where", "labels", b.above(threshold), b.strings("yes", yes, 1, n), b.strings("no", no, 1, n))
		output("labels", onnx.Text, batch, onnx.Dim{Size: n})
	}
}

// above appends which outputs are above a threshold. That is rounded down to the type of the
// outputs, which are above both or none.
func (b *builder) above(threshold float64) string {
	if t := float32(threshold); b.kind == onnx.Float32 && float64(t) > threshold {
		threshold = float64(math.Nextafter32(t, float32(math.Inf(-1))))
	}
	return b.node("Greater", "above", "y", b.number("threshold", threshold))
}
