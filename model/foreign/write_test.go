package foreign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/onnx"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// What is written without a scaler in the file, and with one, comes back and predicts the
// same, bit for bit.
func TestWriteTensors(t *testing.T) {
	t.Run("f32", testWriteTensors[float32])
	t.Run("f64", testWriteTensors[float64])
}

func testWriteTensors[T kernels.Float](t *testing.T) {
	m := everyActivation[T](t)["scaled"]
	o := Options{Activations: []*net.Activation{net.SiLU, net.Tanh, net.Softmax}}
	x := inputs[T](7)
	scaled := inputs[T](7)
	train.Scale(m.Scaler, scaled)
	want := m.Net.Predict(scaled)

	var b, again bytes.Buffer
	require.NoError(t, WriteNPZ(&b, m))
	require.NoError(t, WriteNPZ(&again, m))
	require.Equal(t, b.Bytes(), again.Bytes())
	back, err := ReadNPZ(&b, o)
	require.NoError(t, err)
	got, ok := any(back.F32).(*model.Model[T])
	if !ok {
		got = any(back.F64).(*model.Model[T])
	}
	require.Equal(t, m.Scaler, got.Scaler)
	require.Equal(t, m.Net.Fingerprint(), got.Net.Fingerprint())
	train.Scale(got.Scaler, x)
	require.Equal(t, want.Data, got.Net.Predict(x).Data)

	b.Reset()
	require.NoError(t, WriteSafetensors(&b, m))
	back, err = ReadSafetensors(&b, o)
	require.NoError(t, err)
	if got, ok = any(back.F32).(*model.Model[T]); !ok {
		got = any(back.F64).(*model.Model[T])
	}
	require.Equal(t, m.Net.Fingerprint(), got.Net.Fingerprint())
}

// table returns a model of a table with gaps, categories and rare levels, and rows of it.
func table(t *testing.T, task dataset.Task) (*model.Model[float32], kernels.Matrix[float32], []map[string]any) {
	t.Helper()
	one := 1.0
	e := &dataset.Encoder{
		Columns: []dataset.Column{
			{Name: "age", Type: "number", Role: "input", Fill: 30, Mark: true},
			{Name: "port", Type: "category", Role: "input", Levels: []string{"C", "Q", "S"}, Rare: []string{"X"}, Other: true, FillWord: "S", Mark: true},
			{Name: "name", Type: "text", Role: "dropped"},
			{Type: "category", Role: "input", Levels: []string{"no", "yes"}, FillWord: "yes"},
			{Name: "fare", Type: "number", Role: "input", Fill: 7.25},
			{Name: "target", Type: "category", Role: "target"},
		},
		Targets: []dataset.Target{{Column: 5, Classes: []string{"died", "survived"}}},
		Task:    task, Missing: "auto", Scale: "auto",
	}
	outputs := 2
	switch task {
	case dataset.Regression:
		e.Columns[5].Type, e.Targets[0], outputs = "number", dataset.Target{Column: 5, Mean: 100, SD: 20}, 1
	case dataset.Labels:
		e.Columns = append(e.Columns, dataset.Column{Name: "other", Type: "category", Role: "target"})
		e.Targets = []dataset.Target{{Column: 5, Classes: []string{"died", "survived"}}, {Column: 6, Classes: []string{"0", "1"}}}
	}
	require.NoError(t, e.Check())
	e.Scaler = &train.Scaler{Mean: make([]float64, e.Inputs()), SD: make([]float64, e.Inputs())}
	for j := range e.Scaler.SD {
		e.Scaler.Mean[j], e.Scaler.SD[j] = 0.1*float64(j), one+float64(j)
	}
	e.Scaler.SD[3] = 0
	σ := map[dataset.Task]*net.Activation{dataset.Classification: net.Softmax, dataset.Regression: net.Identity, dataset.Labels: net.Sigmoid}[task]
	m := &model.Model[float32]{Net: network[float32](t, e.Inputs(), net.Dense(9, net.ELU(1)), net.Dense(outputs, σ)), Classes: e.Classes(), Features: e.Names(), Scaler: e.Scaler, Encoder: e}
	require.NoError(t, m.Check())

	text := "age,port,name,,fare\n20,C,a,no,1\n,S,b,yes,2\n30.5,,c,,\n40,X,d,perhaps,1e3\n50,unknown,e,yes,-7\n60,Q,f,no,?\n"
	rows, err := dataset.NewRows[float32](bytes.NewReader([]byte(text)), "rows", e, dataset.TableOptions{})
	require.NoError(t, err)
	x := kernels.NewMatrix[float32](6, e.Inputs())
	for k := range x.Rows {
		require.NoError(t, rows.Next(x.Row(k)))
	}
	nan := any(nil)
	return m, x, []map[string]any{
		{"age": 20, "port": "C", "column 4": "no", "fare": 1}, {"age": nan, "port": "S", "column 4": "yes", "fare": 2},
		{"age": 30.5, "port": "", "column 4": "", "fare": nan}, {"age": 40, "port": "X", "column 4": "perhaps", "fare": 1e3},
		{"age": 50, "port": "unknown", "column 4": "yes", "fare": -7}, {"age": 60, "port": "Q", "column 4": "no", "fare": nan},
	}
}

// exportCase is what tools/reference/exports.py compares a runtime's answers with.
type exportCase struct {
	Columns []map[string]any `json:"columns,omitempty"` // rows of inputs by name; null is NaN
	X       [][]any          `json:"x,omitempty"`       // rows of the one input
	Y       [][]any          `json:"y"`
	Class   []string         `json:"class,omitempty"`
	Labels  [][]string       `json:"labels,omitempty"`
	Double  bool             `json:"double"`
	Modules []string         `json:"modules,omitempty"` // of PyTorch's Sequential
}

func anyRows[T kernels.Float](m kernels.Matrix[T]) (rows [][]any) {
	for k := range m.Rows {
		var row []any
		for _, v := range m.Row(k) {
			if x := float64(v); x-x == 0 {
				row = append(row, x)
			} else {
				row = append(row, fmt.Sprint(x))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// exports writes every kind of ONNX file into a folder, for tools/reference/exports.py.
func TestExports(t *testing.T) {
	dir := os.Getenv("NABLA_EXPORTS")
	if dir == "" {
		dir = t.TempDir()
	}
	cases := make(map[string]exportCase)
	exportAll[float32](t, dir, cases, "f32")
	exportAll[float64](t, dir, cases, "f64")
	for _, task := range []dataset.Task{dataset.Classification, dataset.Regression, dataset.Labels} {
		m, x, rows := table(t, task)
		y := m.Net.Predict(x)
		c := exportCase{Columns: rows}
		for k := range y.Rows {
			switch task {
			case dataset.Classification:
				c.Class = append(c.Class, m.Classes[train.Class(m.Net, y.Row(k))])
			case dataset.Labels:
				var labels []string
				for o, target := range m.Encoder.Targets {
					labels = append(labels, target.Classes[train.Class(m.Net, y.Row(k)[o:o+1])])
				}
				c.Labels = append(c.Labels, labels)
			}
		}
		dataset.Restore(m.Encoder, y)
		c.Y = anyRows(y)
		name := fmt.Sprintf("table_%v.onnx", task)
		cases[name] = c
		writeExport(t, filepath.Join(dir, name), m)
	}
	m, x, rows := table(t, dataset.Classification)
	m.Net = network[float32](t, x.Cols, net.Dense(9, net.ELU(1)), net.Dense(1, net.Sigmoid))
	y := m.Net.Predict(x)
	require.NoError(t, m.Net.SetThreshold(float64(slices.Min(y.Data)+slices.Max(y.Data))/2))
	c := exportCase{Columns: rows, Y: anyRows(y)}
	for k := range y.Rows {
		c.Class = append(c.Class, m.Classes[train.Class(m.Net, y.Row(k))])
	}
	require.Contains(t, c.Class, "survived")
	require.Contains(t, c.Class, "died")
	cases["table_threshold.onnx"] = c
	writeExport(t, filepath.Join(dir, "table_threshold.onnx"), m)
	b, err := json.Marshal(cases)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "exports.json"), b, 0o600))
}

func writeExport[T kernels.Float](t *testing.T, path string, m *model.Model[T]) []byte {
	var b, again bytes.Buffer
	require.NoError(t, WriteONNX(&b, m))
	require.NoError(t, WriteONNX(&again, m))
	require.Equal(t, b.Bytes(), again.Bytes())
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return b.Bytes()
}

// torchModules returns PyTorch's modules of a network, in Python.
func torchModules[T kernels.Float](n *net.Network[T]) (modules []string) {
	σ := map[string]string{
		"identity": "nn.Identity()", "sigmoid": "nn.Sigmoid()", "tanh": "nn.Tanh()", "relu": "nn.ReLU()", "softmax": "nn.Softmax(1)",
		"leaky-relu": "nn.LeakyReLU(0.3)", "elu": "nn.ELU(0.3)", "selu": "nn.SELU()", "softplus": "nn.Softplus(threshold=100)", "gelu": "nn.GELU()",
		"gelu-tanh": "nn.GELU(approximate='tanh')", "silu": "nn.SiLU()", "hard-sigmoid": "nn.Hardsigmoid()", "clipped-relu": "nn.Hardtanh(0, 0.3)",
		"exp": "type('Exp', (nn.Module,), {'forward': lambda self, z: z.exp()})()",
	}
	in := n.Inputs()
	for i := 1; i <= n.Depth(); i++ {
		l := n.Layer(i)
		modules = append(modules, fmt.Sprintf("nn.Linear(%d, %d)", in, l.Out), σ[l.Activation.Name])
		in = l.Out
	}
	return modules
}

func exportAll[T kernels.Float](t *testing.T, dir string, cases map[string]exportCase, precision string) {
	for name, m := range everyActivation[T](t) {
		x := kernels.NewMatrix[T](50, m.Net.Inputs())
		all := inputs[T](m.Net.Inputs())
		for k := range x.Rows {
			for j := range x.Row(k) {
				if v := all.Row(k % all.Rows)[j]; math.Abs(float64(v)) < 1e4 && math.Abs(float64(v)) > 1e-30 {
					x.Row(k)[j] = v
				}
			}
		}
		c := exportCase{X: anyRows(x), Double: precision == "f64"}
		scaled := x
		scaled.Data = append([]T(nil), x.Data...)
		train.Scale(m.Scaler, scaled)
		y := m.Net.Predict(scaled)
		c.Y = anyRows(y)
		for k := range y.Rows {
			if m.Classes != nil {
				c.Class = append(c.Class, m.Classes[train.Class(m.Net, y.Row(k))])
			}
		}
		file := name + "_" + precision + ".onnx"
		if name != "scaled" { // whose scaler is no part of a state dict
			c.Modules = torchModules(m.Net)
			path := filepath.Join(dir, name+"_"+precision)
			require.NoError(t, m.Save(path+".safetensors"))
			var b bytes.Buffer
			require.NoError(t, WriteSafetensors(&b, m))
			require.NoError(t, os.WriteFile(path+".state.safetensors", b.Bytes(), 0o600))
		}
		cases[file] = c
		written := writeExport(t, filepath.Join(dir, file), m)

		// The network comes back; a scaler of float64 before one of float32 can't.
		back, err := ReadONNX(bytes.NewReader(written), Options{})
		require.NoError(t, err, name)
		require.Equal(t, precision == "f64", back.F64 != nil)
		var rows, want [][]float64
		for k := range x.Rows {
			rows, want = append(rows, wide(x.Row(k))), append(want, wide(y.Row(k)))
		}
		requireClose(t, want, predict(back, rows), 1e-6, name)
	}
}

// A scaler and names of classes come back from a graph.
func TestONNXScaler(t *testing.T) {
	m := &model.Model[float32]{
		Net: network[float32](t, 3, net.Dense(4, net.Tanh), net.Dense(2, net.Softmax)), Classes: []string{"no", "yes"},
		Scaler: &train.Scaler{Mean: []float64{2000, 1, 0.1}, SD: []float64{3, 0, 0.7}},
	}
	var b bytes.Buffer
	require.NoError(t, WriteONNX(&b, m))
	file, err := onnx.Parse(b.Bytes())
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"": Opset}, file.Opsets)
	require.Equal(t, "batch", file.Graph.Inputs[0].Shape[0].Name)
	back, err := ReadONNX(&b, Options{})
	require.NoError(t, err)
	require.Equal(t, m.Scaler, back.F32.Scaler)
	require.Equal(t, m.Classes, back.F32.Classes)
	require.Equal(t, m.Net.Fingerprint(), back.F32.Net.Fingerprint())
}

func TestONNXRefuses(t *testing.T) {
	m, _, _ := table(t, dataset.Classification)
	write := func() error { return WriteONNX(&bytes.Buffer{}, m) }
	require.NoError(t, write())
	c := &m.Encoder.Columns[3]
	old := *c
	c.Type, c.Levels, c.Calendar = "date", nil, true
	require.ErrorContains(t, write(), "the encoder makes")
	e, err := inputColumns(m.Encoder)
	require.Nil(t, e)
	require.ErrorContains(t, err, `column 4, "", has dates, which ONNX's operators can't read`)
	*c = old
	c.Hashed = 64
	_, err = inputColumns(m.Encoder)
	require.ErrorContains(t, err, "has levels that share inputs by a hash")

	cube := net.NewActivation("cube", func(z float64) float64 { return z * z * z }, func(z float64) float64 { return 3 * z * z })
	own := &model.Model[float32]{Net: network[float32](t, 2, net.Dense(2, cube))}
	require.ErrorContains(t, WriteONNX(&bytes.Buffer{}, own), `layer 1: the activation "cube" can't be said in ONNX`)
}

// An output of float32 is above the threshold in the file if it is above the threshold.
func TestThresholdRoundedDown(t *testing.T) {
	for _, threshold := range []float64{0.1, 0.3, 0.5, 0.7, -0.1, -0.3} {
		b := &builder{kind: onnx.Float32}
		b.above(threshold)
		written := float32(b.graph.Constants[0].Numbers[0])
		for y := math.Nextafter32(float32(threshold), -2); y <= math.Nextafter32(float32(threshold), 2); y = math.Nextafter32(y, 2) {
			require.Equal(t, float64(y) > threshold, y > written, "%v above %v", y, threshold)
		}
	}
}
