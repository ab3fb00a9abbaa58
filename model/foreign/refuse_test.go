package foreign

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/onnx"
	"github.com/nabla-go/nabla/net"
)

// file makes a safetensors file of tensors of zeros: name, type, shape.
func file(t testing.TB, tensors ...any) []byte {
	t.Helper()
	sizes := map[string]int{"F32": 4, "F64": 8, "F16": 2, "BF16": 2, "I64": 8, "U8": 1}
	header := make(map[string]any)
	at := 0
	for i := 0; i < len(tensors); i += 3 {
		n := sizes[tensors[i+1].(string)]
		for _, d := range tensors[i+2].([]int) {
			n *= d
		}
		header[tensors[i].(string)] = map[string]any{"dtype": tensors[i+1], "shape": tensors[i+2], "data_offsets": []int{at, at + n}}
		at += n
	}
	text, err := json.Marshal(header)
	require.NoError(t, err)
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(b, text...), make([]byte, at)...)
}

type shape = []int

// What belongs to no layer is named, and so is what names leave open.
func TestTensorsRefused(t *testing.T) {
	relu2 := []*net.Activation{net.ReLU, net.Identity}
	linear2 := []any{"0.weight", "F32", shape{3, 2}, "0.bias", "F32", shape{3}, "2.weight", "F32", shape{1, 3}, "2.bias", "F32", shape{1}}
	with := func(more ...any) []byte { return file(t, append(append([]any(nil), linear2...), more...)...) }
	for name, c := range map[string]struct {
		file []byte
		o    Options
		want string
	}{
		"no activations":      {with(), Options{}, "the file has 2 linear layers and doesn't say their activations"},
		"too many":            {with(), Options{Activations: append(relu2, net.Tanh)}, "not 3"},
		"a parameter":         {with("scale", "F32", shape{1}), Options{Activations: relu2}, `tensor "scale" belongs to no linear layer and no normalisation`},
		"a buffer":            {with("0.mask", "F32", shape{3}), Options{Activations: relu2}, `tensor "0.mask" belongs to no linear layer`},
		"counters":            {with("0.steps", "I64", shape{3}), Options{Activations: relu2}, `tensor "0.steps" has elements of type I64`},
		"a convolution":       {with("3.weight", "F32", shape{4, 1, 3, 3}), Options{Activations: relu2}, `tensor "3.weight" has shape [4 1 3 3]`},
		"weights alone":       {with("3.weight", "F32", shape{1}), Options{Activations: relu2}, `tensor "3.weight" belongs to no linear layer and no normalisation that is known`},
		"a bias alone":        {with("3.bias", "F32", shape{1}), Options{Activations: relu2}, `tensor "3.bias" belongs to no linear layer and no normalisation that is known`},
		"half of the norm":    {with("3.running_mean", "F32", shape{1}), Options{Activations: relu2}, `tensor "3.running_mean" belongs to no linear layer and no normalisation that is known`},
		"norms of two widths": {with("3.weight", "F32", shape{1}, "3.bias", "F32", shape{2}), Options{Activations: relu2}, `tensor "3.bias" has 2 elements, but "3.weight" has 1`},
		"another bias":        {file(t, "0.weight", "F32", shape{3, 2}, "0.bias", "F32", shape{2}), Options{Activations: relu2[:1]}, `tensor "0.bias" has shape [2], but "0.weight" has shape [3 2]`},
		"widths":              {file(t, "0.weight", "F32", shape{3, 2}, "1.weight", "F32", shape{1, 4}), Options{Activations: relu2}, "1 takes 4 numbers, but what comes before it gives 3"},
		"whole weights":       {file(t, "0.weight", "I64", shape{3, 2}), Options{Activations: relu2[:1]}, `tensor "0.weight" has elements of type I64: want F64, F32, F16 or BF16`},
		"nothing":             {file(t), Options{}, "the file has no weights"},
		"words":               {file(t, "a.weight", "F32", shape{3, 3}, "b.weight", "F32", shape{3, 3}), Options{Activations: relu2}, `neither names nor shapes tell the order of the modules ["a" "b"]: say it`},
		"an order too short":  {file(t, "a.weight", "F32", shape{3, 3}, "b.weight", "F32", shape{3, 3}), Options{Activations: relu2, Order: []string{"a"}}, `the order leaves out "b"`},
		"an unknown module":   {file(t, "a.weight", "F32", shape{3, 3}), Options{Activations: relu2[:1], Order: []string{"a", "c"}}, `the order names "c" once more`},
		"norms without place": {file(t, "fc1.weight", "F32", shape{3, 2}, "bn1.weight", "F32", shape{3}, "bn1.bias", "F32", shape{3}, "fc2.weight", "F32", shape{1, 3}), Options{Activations: relu2}, `say where normalisations stand`},
		"zeros":               {file(t, "0.weight", "F32", shape{0, 2}), Options{Activations: relu2[:1]}, "0 gives no numbers"},
		"a softmax of one":    {file(t, "0.weight", "F32", shape{1, 2}), Options{Activations: []*net.Activation{net.Softmax}}, "the softmax of a single neuron"},
		"a cut file":          {with()[:100], Options{Activations: relu2}, "damaged safetensors file"},
	} {
		_, err := ReadSafetensors(bytes.NewReader(c.file), c.o)
		require.ErrorContains(t, err, c.want, name)
	}
}

// What is right is taken: counters beside weights (case M4), biases as columns or not at
// all, words whose shapes tell the order, an order that is said, and norms where it is said.
func TestTensorsAccepted(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		o    Options
		want []int
	}{
		"counters":           {file(t, "1.num_batches_tracked", "I64", shape{}, "0.steps", "U8", shape{1}, "0.weight", "F32", shape{3, 2}, "1.running_mean", "F32", shape{3}, "1.running_var", "F32", shape{3}), Options{Activations: []*net.Activation{net.ReLU}}, shape{2, 3}},
		"a column":           {file(t, "weight", "BF16", shape{3, 2}, "bias", "BF16", shape{3, 1}), Options{Activations: []*net.Activation{net.ReLU}}, shape{2, 3}},
		"words":              {file(t, "out.weight", "F32", shape{1, 5}, "encoder.weight", "F32", shape{4, 2}, "middle.weight", "F32", shape{5, 4}), Options{Activations: []*net.Activation{net.ReLU, net.Tanh}}, shape{2, 4, 5, 1}},
		"an order":           {file(t, "b.weight", "F32", shape{3, 3}, "a.weight", "F32", shape{3, 3}), Options{Activations: []*net.Activation{net.ReLU, net.Tanh}, Order: []string{"b", "a"}}, shape{3, 3, 3}},
		"named norms":        {file(t, "fc1.weight", "F32", shape{3, 2}, "bn1.weight", "F32", shape{3}, "bn1.bias", "F32", shape{3}, "fc2.weight", "F32", shape{1, 3}), Options{Activations: []*net.Activation{net.ReLU, net.Tanh}, Norms: NormsBeforeActivation}, shape{2, 3, 1}},
		"norms after":        {file(t, "fc1.weight", "F32", shape{3, 2}, "bn1.weight", "F32", shape{3}, "bn1.bias", "F32", shape{3}, "fc2.weight", "F32", shape{1, 3}), Options{Activations: []*net.Activation{net.ReLU, net.Tanh}, Norms: NormsAfterActivation}, shape{2, 3, 3, 1}},
		"modules in modules": {file(t, "net.10.weight", "F32", shape{1, 3}, "net.2.weight", "F32", shape{3, 2}), Options{Activations: []*net.Activation{net.ReLU, net.Tanh}}, shape{2, 3, 1}},
	} {
		m, err := ReadSafetensors(bytes.NewReader(c.file), c.o)
		require.NoError(t, err, name)
		got := []int{m.F32.Net.Inputs()}
		for i := 1; i <= m.F32.Net.Depth(); i++ {
			got = append(got, m.F32.Net.Layer(i).Out)
		}
		require.Equal(t, c.want, got, name)
	}
}

// chain makes an ONNX file of nodes behind each other, from x of two columns to y.
func chain(opset int64, nodes ...onnx.Node) *onnx.Model {
	m := &onnx.Model{IR: 8, Opsets: map[string]int64{"": opset}, Graph: onnx.Graph{
		Inputs:  []onnx.Value{{Name: "x", Type: onnx.Float32, Shape: []onnx.Dim{{Name: "n"}, {Size: 2}}}},
		Outputs: []onnx.Value{{Name: "y", Type: onnx.Float32}},
		Constants: []onnx.Tensor{
			{Name: "w", Type: onnx.Float32, Shape: shape{2, 2}, Numbers: []float64{1, 2, 3, 4}},
			{Name: "b", Type: onnx.Float32, Shape: shape{2}, Numbers: []float64{0.5, -0.5}},
			{Name: "two", Type: onnx.Float32, Numbers: []float64{2}},
			{Name: "zero", Type: onnx.Float32, Numbers: []float64{0}},
			{Name: "column", Type: onnx.Float32, Shape: shape{2, 1}, Numbers: []float64{1, 2}},
			{Name: "one", Type: onnx.Float32, Shape: shape{2}, Numbers: []float64{1, 1}},
		},
	}}
	at := "x"
	for i, n := range nodes {
		n.Inputs = slices.Clone(n.Inputs)
		for k, in := range n.Inputs {
			if in == "." {
				n.Inputs[k] = at
			}
		}
		at = fmt.Sprintf("v%d", i+1)
		if i == len(nodes)-1 {
			at = "y"
		}
		n.Outputs = []string{at}
		m.Graph.Nodes = append(m.Graph.Nodes, n)
	}
	return m
}

func node(op string, inputs []string, attributes ...onnx.Attribute) onnx.Node {
	return onnx.Node{Op: op, Inputs: inputs, Attributes: attributes}
}

func readGraph(t *testing.T, m *onnx.Model) (*Model, error) {
	t.Helper()
	b, err := m.Append(nil)
	require.NoError(t, err)
	return ReadONNX(bytes.NewReader(b), Options{})
}

var matMul = node("MatMul", []string{".", "w"})

// Every operator, with the values that its definition gives for x = (1, −1), for which
// x W is (−2, −2).
func TestOperators(t *testing.T) {
	two := func(op string, attributes ...onnx.Attribute) []onnx.Node {
		return []onnx.Node{matMul, node(op, []string{"."}, attributes...)}
	}
	e2 := math.Exp(-2)
	half := []onnx.Attribute{floatAttribute("alpha", 0.5)}
	for name, c := range map[string]struct {
		nodes []onnx.Node
		want  []float64
	}{
		"Gemm":                 {[]onnx.Node{node("Gemm", []string{".", "w", "b"})}, []float64{-1.5, -2.5}},
		"Gemm without C":       {[]onnx.Node{node("Gemm", []string{".", "w"})}, []float64{-2, -2}},
		"Gemm transposed":      {[]onnx.Node{node("Gemm", []string{".", "w"}, intAttribute("transB", 1))}, []float64{-1, -1}},
		"Gemm with factors":    {[]onnx.Node{node("Gemm", []string{".", "w", "b"}, floatAttribute("alpha", 0.5), floatAttribute("beta", 2))}, []float64{0, -2}},
		"Gemm of columns":      {[]onnx.Node{node("Gemm", []string{".", "w"}, intAttribute("transA", 1))}, []float64{-2, -2}},
		"Gemm with one number": {[]onnx.Node{node("Gemm", []string{".", "w", "two"})}, []float64{0, 0}},
		"Add":                  {[]onnx.Node{matMul, node("Add", []string{"b", "."})}, []float64{-1.5, -2.5}},
		"Sub":                  {[]onnx.Node{matMul, node("Sub", []string{".", "b"})}, []float64{-2.5, -1.5}},
		"Sub from a constant":  {[]onnx.Node{matMul, node("Sub", []string{"two", "."})}, []float64{4, 4}},
		"Mul":                  {[]onnx.Node{matMul, node("Mul", []string{".", "b"})}, []float64{-1, 1}},
		"Div":                  {[]onnx.Node{matMul, node("Div", []string{".", "b"})}, []float64{-4, 4}},
		"scaled inputs":        {[]onnx.Node{node("Sub", []string{".", "b"}), node("Div", []string{".", "two"}), matMul}, []float64{-0.5, -0.5}},
		"negative scale":       {[]onnx.Node{node("Mul", []string{".", "b"}), matMul}, []float64{2, 3}},
		"affine at the end":    {[]onnx.Node{matMul, node("Relu", []string{"."}), node("Add", []string{".", "b"})}, []float64{0.5, -0.5}},
		"BatchNormalization":   {[]onnx.Node{matMul, node("BatchNormalization", []string{".", "two2", "b", "b", "one"}, floatAttribute("epsilon", 3))}, []float64{-2, -2}},
		"LayerNormalization":   {[]onnx.Node{node("Gemm", []string{".", "w", "b"}), node("LayerNormalization", []string{".", "one", "b"}, floatAttribute("epsilon", 0.75))}, []float64{1, -1}},
		"Relu":                 {two("Relu"), []float64{0, 0}},
		"Sigmoid":              {two("Sigmoid"), []float64{e2 / (1 + e2), e2 / (1 + e2)}},
		"Tanh":                 {two("Tanh"), []float64{math.Tanh(-2), math.Tanh(-2)}},
		"Exp":                  {two("Exp"), []float64{e2, e2}},
		"Softplus":             {two("Softplus"), []float64{math.Log1p(e2), math.Log1p(e2)}},
		"Softmax":              {two("Softmax"), []float64{0.5, 0.5}},
		"Elu":                  {two("Elu", half...), []float64{0.5 * (e2 - 1), 0.5 * (e2 - 1)}},
		"Elu by default":       {two("Elu"), []float64{e2 - 1, e2 - 1}},
		"Selu":                 {two("Selu"), []float64{1.0507009873 * 1.6732632423 * (e2 - 1), 1.0507009873 * 1.6732632423 * (e2 - 1)}},
		"LeakyRelu":            {two("LeakyRelu"), []float64{-0.02, -0.02}},
		"LeakyRelu of 0":       {two("LeakyRelu", floatAttribute("alpha", 0)), []float64{0, 0}},
		"HardSigmoid":          {two("HardSigmoid"), []float64{0.1, 0.1}},
		"Clip":                 {[]onnx.Node{matMul, node("Clip", []string{".", "minus", "two"})}, []float64{-1, -1}},
		"Clip below":           {[]onnx.Node{matMul, node("Clip", []string{".", "minus"})}, []float64{-1, -1}},
		"Clip by attributes":   {two("Clip", floatAttribute("min", 0), floatAttribute("max", 6)), []float64{0, 0}},
		"Gelu":                 {two("Gelu"), []float64{-0.045500263, -0.045500263}},
		"Swish":                {two("Swish"), []float64{-2 * e2 / (1 + e2), -2 * e2 / (1 + e2)}},
		"Flatten":              {[]onnx.Node{node("Flatten", []string{"."}), matMul}, []float64{-2, -2}},
		"Reshape":              {[]onnx.Node{matMul, node("Reshape", []string{".", "rows"})}, []float64{-2, -2}},
		"nothing":              {[]onnx.Node{node("Identity", []string{"."}), node("Cast", []string{"."}, intAttribute("to", 1)), node("Dropout", []string{"."}), matMul}, []float64{-2, -2}},
		"an activation first":  {[]onnx.Node{node("Relu", []string{"."}), matMul}, []float64{1, 2}},
	} {
		m := chain(20, c.nodes...)
		m.Graph.Constants = append(m.Graph.Constants,
			onnx.Tensor{Name: "minus", Type: onnx.Float32, Numbers: []float64{-1}},
			onnx.Tensor{Name: "rows", Type: onnx.Int64, Shape: shape{2}, Numbers: []float64{-1, 2}},
			onnx.Tensor{Name: "two2", Type: onnx.Float32, Shape: shape{2}, Numbers: []float64{2, 2}})
		back, err := readGraph(t, m)
		require.NoError(t, err, name)
		want := [][]float64{c.want}
		if name == "BatchNormalization" {
			want = [][]float64{{2*(-2-0.5)/2 + 0.5, 2*(-2+0.5)/2 - 0.5}}
		}
		if name == "LayerNormalization" { // the deviation is ½, the variance ¼ and ¾ are 1
			want = [][]float64{{0.5 + 0.5, -0.5 - 0.5}}
		}
		requireClose(t, want, predict(back, [][]float64{{1, -1}}), 1e-6, name)
	}
}

// What isn't a sequence of known operators is named.
func TestGraphsRefused(t *testing.T) {
	softmax := func(opset, axis int64) *onnx.Model {
		return chain(opset, matMul, node("Softmax", []string{"."}, intAttribute("axis", axis)))
	}
	change := func(m *onnx.Model, f func(*onnx.Model)) *onnx.Model { f(m); return m }
	for name, c := range map[string]struct {
		m    *onnx.Model
		want string
	}{
		"no version":         {chain(0, matMul), "version 0 of ONNX's operators"},
		"a future version":   {chain(99, matMul), "version 99 of ONNX's operators"},
		"a convolution":      {chain(17, node("Conv", []string{".", "w"})), `node "y" (Conv): the operator is not supported`},
		"another domain":     {chain(17, onnx.Node{Op: "Relu", Domain: "com.example", Inputs: []string{"."}}), `(com.example.Relu): the operator is not supported`},
		"a branch":           {chain(17, matMul, node("Mul", []string{".", "x"})), "two of its inputs"},
		"itself":             {chain(17, matMul, node("Mul", []string{".", "."})), "want data and a constant"},
		"W x":                {chain(17, node("MatMul", []string{"w", "."})), "the data are no left factor"},
		"an attribute":       {chain(17, node("Gemm", []string{".", "w"}, intAttribute("broadcast", 1))), `the attribute "broadcast" is not supported`},
		"one twice":          {chain(17, node("Gemm", []string{".", "w"}, intAttribute("transB", 0), intAttribute("transB", 1))), `"transB" is not supported, or occurs twice`},
		"one of its type":    {chain(17, node("Gemm", []string{".", "w"}, intAttribute("alpha", 2))), `the attribute "alpha" has type 2`},
		"samples as columns": {chain(17, matMul, node("Gemm", []string{".", "w"}, intAttribute("transA", 1))), "transA of what was computed"},
		"a column":           {chain(17, matMul, node("Add", []string{".", "column"})), `"column" has shape [2 1]`},
		"a division by 0":    {chain(17, matMul, node("Div", []string{".", "zero"})), "a division by data or by 0"},
		"1 / x":              {chain(17, matMul, node("Div", []string{"two", "."})), "a division by data or by 0"},
		"softmax of samples": {softmax(13, 0), "version 13 of the operators, axis 0"},
		"softmax of all":     {softmax(12, 0), "version 12 of the operators, axis 0"},
		"flatten of all":     {chain(17, node("Flatten", []string{"."}, intAttribute("axis", 0)), matMul), "axis is 0: want 1"},
		"a reshape":          {chain(17, matMul, node("Reshape", []string{".", "b"})), "want samples to stay rows"},
		"training":           {chain(17, matMul, node("BatchNormalization", []string{".", "b", "b", "b", "one"}, intAttribute("training_mode", 1))), "want the data of a trained network"},
		"a variance of 0":    {chain(17, matMul, node("BatchNormalization", []string{".", "b", "b", "b", "b"})), "variance 2 is -0.5"},
		"limits":             {chain(17, matMul, node("Clip", []string{".", "two", "zero"})), "limits 2 and 0"},
		"no limit":           {chain(17, matMul, node("Clip", []string{"."})), "limits -Inf and +Inf"},
		"another Selu":       {chain(17, matMul, node("Selu", []string{"."}, floatAttribute("alpha", 1))), "α is 1"},
		"a steep LeakyRelu":  {chain(17, matMul, node("LeakyRelu", []string{"."}, floatAttribute("alpha", 2))), "slope is 2: want a number above 0, at most 1"},
		"a cast":             {chain(17, node("Cast", []string{"."}, intAttribute("to", 7)), matMul), "a conversion to type 7"},
		"1 − p and p":        {chain(17, matMul, node("Concat", []string{".", "."}, intAttribute("axis", 1))), "want 1 − p and p"},
		"three dimensions": {change(chain(17, matMul), func(m *onnx.Model) {
			m.Graph.Inputs[0].Shape = []onnx.Dim{{Name: "n"}, {Size: 3}, {Size: 2}}
		}), "its data have 3 dimensions: want a Flatten"},
		"another width": {change(chain(17, matMul), func(m *onnx.Model) { m.Graph.Inputs[0].Shape[1].Size = 3 }), "takes 2 numbers, but what comes before it gives 3"},
		"no output":     {change(chain(17, matMul), func(m *onnx.Model) { m.Graph.Outputs[0].Name = "z" }), `nothing computes the value "z"`},
		"two outputs": {change(chain(17, matMul, node("Relu", []string{"."})), func(m *onnx.Model) {
			m.Graph.Outputs = append(m.Graph.Outputs, onnx.Value{Name: "v1", Type: onnx.Float32})
		}), "the file has several outputs"},
		"a circle":         {change(chain(17, matMul), func(m *onnx.Model) { m.Graph.Nodes[0].Inputs[0] = "y" }), "no path leads from the input"},
		"a constant twice": {change(chain(17, matMul), func(m *onnx.Model) { m.Graph.Constants[1].Name = "w" }), `constant "w" occurs twice`},
		"a value twice":    {change(chain(17, matMul, node("Relu", []string{"."})), func(m *onnx.Model) { m.Graph.Nodes[0].Outputs[0] = "y" }), `value "y" is computed twice`},
		"nothing but x":    {change(chain(17, matMul), func(m *onnx.Model) { m.Graph.Outputs[0].Name = "x" }), "no path leads from the input"},
	} {
		_, err := readGraph(t, c.m)
		require.ErrorContains(t, err, c.want, name)
	}
	// Both rules agree where samples are rows.
	for _, m := range []*onnx.Model{softmax(11, 1), softmax(13, 1), softmax(13, -1), chain(11, matMul, node("Softmax", []string{"."}))} {
		back, err := readGraph(t, m)
		require.NoError(t, err)
		require.Equal(t, net.Softmax, back.F32.Net.Layer(1).Activation)
	}
	// One of several outputs can be chosen.
	m := chain(17, matMul, node("Relu", []string{"."}))
	m.Graph.Outputs = append(m.Graph.Outputs, onnx.Value{Name: "v1", Type: onnx.Float32})
	b, err := m.Append(nil)
	require.NoError(t, err)
	back, err := ReadONNX(bytes.NewReader(b), Options{Output: "v1"})
	require.NoError(t, err)
	require.Equal(t, net.Identity, back.F32.Net.Layer(1).Activation)
}

// A norm of a great width beside no linear layer isn't worth a matrix of its square.
func TestDiagonalIsBounded(t *testing.T) {
	b := file(t, "0.weight", "F32", shape{5000}, "0.bias", "F32", shape{5000}, "1.weight", "F32", shape{1, 5000})
	_, err := ReadSafetensors(bytes.NewReader(b), Options{Activations: []*net.Activation{net.Identity}})
	require.ErrorContains(t, err, "has a width of 5000: up to 4096 are supported there")
}

// Any bytes are a model or an error.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, name := range names {
		if ext := filepath.Ext(name); ext == ".onnx" || ext == ".npz" || ext == ".safetensors" {
			b, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(ext, b)
		}
	}
	f.Fuzz(func(t *testing.T, ext string, b []byte) {
		m, err := read("f"+ext, b, Options{Activations: []*net.Activation{net.ReLU, net.Tanh, net.Softmax}, Norms: NormsAfterActivation})
		if err != nil {
			return
		}
		if m.F64 != nil {
			require.NoError(t, m.F64.Check())
		} else {
			require.NoError(t, m.F32.Check())
		}
	})
}
