package foreign

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// sample is what another program predicted.
type sample struct{ X, Y [][]float64 }

// samples returns what stands in the JSON files of testdata, by the names of the models.
func samples(t *testing.T) map[string]sample {
	t.Helper()
	all := make(map[string]sample)
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &all))
	}
	return all
}

// read reads a file by the form that its name tells.
func read(name string, b []byte, o Options) (*Model, error) {
	r := io.Reader(bytes.NewReader(b))
	switch filepath.Ext(name) {
	case ".safetensors":
		return ReadSafetensors(r, o)
	case ".npz":
		return ReadNPZ(r, o)
	}
	return ReadONNX(r, o)
}

func readFile(t *testing.T, name string, o Options) *Model {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	m, err := read(name, b, o)
	require.NoError(t, err, name)
	return m
}

// predict returns the outputs for raw rows.
func predict(m *Model, rows [][]float64) [][]float64 {
	if m.F64 != nil {
		return predictWith(m.F64, rows)
	}
	return predictWith(m.F32, rows)
}

func predictWith[T kernels.Float](m *model.Model[T], rows [][]float64) (out [][]float64) {
	x := kernels.NewMatrix[T](len(rows), m.Net.Inputs())
	for i, row := range rows {
		for j, v := range row {
			x.Row(i)[j] = T(v)
		}
	}
	train.Scale(m.Scaler, x)
	y := m.Net.Predict(x)
	for i := range y.Rows {
		var row []float64
		for _, v := range y.Row(i) {
			row = append(row, float64(v))
		}
		out = append(out, row)
	}
	return out
}

// requireClose wants |Δ| ≤ tolerance · max(1, |y|).
func requireClose(t *testing.T, want, got [][]float64, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		require.Len(t, got[i], len(want[i]), what)
		for j, v := range want[i] {
			require.True(t, math.Abs(got[i][j]-v) <= tolerance*max(1, math.Abs(v)), "%s: row %d: %v, want %v", what, i, got[i], want[i])
		}
	}
}

// Every file of another program predicts here what it predicted there.
func TestOthersModels(t *testing.T) {
	options := map[string]Options{
		"keras.npz":                {Activations: []*net.Activation{net.ReLU, net.ELU(1), net.Softmax}, Norms: NormsAfterActivation},
		"sklearn_classifier.npz":   {Activations: []*net.Activation{net.ReLU, net.Softmax}},
		"torch_norms.safetensors":  {Activations: []*net.Activation{net.SiLU, net.GELU, net.ELU(0.5), net.Identity}},
		"torch_ten.safetensors":    {Activations: []*net.Activation{net.Tanh, net.Identity}},
		"torch2_norms.safetensors": {Activations: []*net.Activation{net.SiLU, net.GELU, net.ELU(0.5), net.Identity}},
		"torch2_f64.safetensors":   {Activations: []*net.Activation{net.GELU, net.Softplus, net.Identity}},
	}
	for name, s := range samples(t) {
		o, ok := options[name]
		if !ok && strings.HasSuffix(name, ".safetensors") {
			o.Activations = []*net.Activation{net.ReLU, net.Tanh, net.Softmax}
		}
		m := readFile(t, name, o)
		tolerance := 1e-5
		if m.F64 != nil {
			tolerance = 1e-13
		}
		require.Equal(t, strings.Contains(name, "f64"), m.F64 != nil, name)
		requireClose(t, s.Y, predict(m, s.X), tolerance, name)
	}
}

// Names of classes and the scaler come along where a file has them.
func TestOthersNames(t *testing.T) {
	m := readFile(t, "sklearn_pipeline.onnx", Options{}).F32
	require.Equal(t, []string{"ash", "birch", "cedar"}, m.Classes)
	require.InDelta(t, 3.797, m.Scaler.Mean[1], 1e-3)
	require.Equal(t, net.SoftmaxCrossEntropy, m.Net.Config().Cost)
	require.Equal(t, []string{"0", "1"}, readFile(t, "sklearn_binary.onnx", Options{}).F32.Classes)

	m = readFile(t, "torch_mlp.onnx", Options{Classes: []string{"a", "b", "c"}, Features: []string{"p", "q", "r", "s"}, Cost: net.KullbackLeibler}).F32
	require.Equal(t, []string{"a", "b", "c"}, m.Classes)
	require.Equal(t, []string{"p", "q", "r", "s"}, m.Features)
	require.Equal(t, net.KullbackLeibler, m.Net.Config().Cost)
}

// Cases A-X01, A-X02, A-X09, A-X11, M2 and M3.
func TestCases(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		x, y []float64
	}{
		"onnx_gemm_transB1_3out_2in.onnx":   {Options{}, []float64{1, -1}, []float64{-0.5, -1, -1.5}},
		"onnx_square_transB1_sigmoid.onnx":  {Options{}, []float64{1, -1}, []float64{0.26894142, 0.26894142}},
		"onnx_gemm_alpha_beta.onnx":         {Options{}, []float64{1, -1}, []float64{0.5, -0.5, -1.5}},
		"st_ok_linear_3out_2in.safetensors": {Options{Activations: []*net.Activation{net.Identity}}, []float64{1, -1}, []float64{0.9, -0.8, 4.25}},
	} {
		requireClose(t, [][]float64{c.y}, predict(readFile(t, name, c.o), [][]float64{c.x}), 1e-6, name)
	}
	for _, name := range []string{"st_f16.safetensors", "st_plain_seq.safetensors"} {
		m := readFile(t, name, Options{Activations: []*net.Activation{net.ReLU, net.Softmax}}).F32
		require.Equal(t, []int{4, 5, 3}, []int{m.Net.Inputs(), m.Net.Layer(1).Out, m.Net.Outputs()})
		for _, v := range predictWith(m, [][]float64{{1, 2, 3, 4}})[0] {
			require.True(t, v > 0 && v < 1, name)
		}
	}
}

// Memory is in proportion to the file.
func TestReadMemory(t *testing.T) {
	for _, name := range []string{"torch_mlp.onnx", "torch_mlp.safetensors", "keras.npz"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for n := range len(b) {
			_, err := read(name, b[:n], Options{Activations: []*net.Activation{net.ReLU, net.Tanh, net.Softmax}, Norms: NormsAfterActivation})
			require.Error(t, err, "%s: %d bytes", name, n)
		}
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100*len(b)*len(b)+1<<20), name)
	}
}
