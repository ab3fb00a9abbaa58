package foreign

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// network returns one with parameters from a normal distribution.
func network[T kernels.Float](t testing.TB, inputs int, layers ...net.Layer) *net.Network[T] {
	t.Helper()
	n, err := net.New[T](net.Config{Inputs: inputs, Layers: layers, Seed: 1})
	require.NoError(t, err)
	r := rng.New(7, 0)
	for i := 1; i <= n.Depth(); i++ {
		for _, tensor := range [][]T{n.Biases(i), n.Gamma(i), n.Beta(i)} {
			for k := range tensor {
				tensor[k] += T(0.3 * r.Normal())
			}
		}
	}
	return n
}

// everyActivation returns networks that have, together, all that a model may have.
func everyActivation[T kernels.Float](t testing.TB) map[string]*model.Model[T] {
	models := make(map[string]*model.Model[T])
	for _, σ := range net.Activations() {
		name := strings.ReplaceAll(σ.Name, "-", "_")
		if σ.Param != nil {
			σ = σ.Param.With(0.3)
		}
		models[name] = &model.Model[T]{Net: network[T](t, 7, net.Dense(130, σ), net.Dense(3, net.Identity))}
		if !σ.ByRows { // and alone, so that nothing covers up what it does
			n := network[T](t, 1, net.Dense(1, σ))
			n.Weights(1).Data[0], n.Biases(1)[0] = 1, 0
			models[name+"_alone"] = &model.Model[T]{Net: n}
		}
	}
	models["scaled"] = &model.Model[T]{
		Net:     network[T](t, 7, net.Dense(70, net.SiLU).WithLayerNorm().WithDropout(0.5), net.Dense(5, net.Tanh).WithLayerNorm(), net.Dense(4, net.Softmax).WithLayerNorm()),
		Classes: []string{"a", "b\"\\ü", "c", "d"},
		Scaler:  &train.Scaler{Mean: []float64{2000, 1, 2, 3, -4, 5, 6}, SD: []float64{7, 0.1, 0, 1, 2, 3, 4}},
	}
	return models
}

// inputs returns rows for a network: of one input many values of every size and kind.
func inputs[T kernels.Float](n int) kernels.Matrix[T] {
	r := rng.New(3, uint64(n))
	x := kernels.NewMatrix[T](50, n)
	if n == 1 {
		x = kernels.NewMatrix[T](4000, 1)
	}
	for i := range x.Data {
		x.Data[i] = T(5 * r.Normal())
		if n == 1 && i%2 == 0 {
			if unsafe.Sizeof(x.Data[i]) == 4 {
				x.Data[i] = T(math.Float32frombits(uint32(r.Uint64())))
			} else {
				x.Data[i] = T(math.Float64frombits(r.Uint64()))
			}
		}
		if n == 1 && i%4 == 1 {
			x.Data[i] *= T(math.Ldexp(1, -i/40))
		}
	}
	return x
}

// The program has the bits of the model, for every activation and all that there is.
func TestC(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Logf("no gcc for this machine: %v", err)
		return
	}
	t.Run("f32", func(t *testing.T) { testC[float32](t, gcc) })
	t.Run("f64", func(t *testing.T) { testC[float64](t, gcc) })
}

func testC[T kernels.Float](t *testing.T, gcc string) {
	dir := t.TempDir()
	models := everyActivation[T](t)
	args := []string{"-std=c99", "-O2", "-Wall", "-Wextra", "-Wno-unknown-pragmas", "-Werror", "-o", filepath.Join(dir, "predict"), filepath.Join(dir, "main.c")}
	var declare, choose strings.Builder
	ctype := map[string]string{"F32": "float", "F64": "double"}[safetensors.DType[T]()]
	for name := range models {
		// What an activation does alone is all that there is to it; of the others a few do.
		if !strings.HasSuffix(name, "_alone") && name != "scaled" && name != "softmax" && name != "tanh" {
			delete(models, name)
		}
	}
	for name, m := range models {
		var b bytes.Buffer
		require.NoError(t, WriteC(&b, m, "predict_"+name))
		path := filepath.Join(dir, "m_"+name+".c")
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
		args = append(args, path)
		fmt.Fprintf(&declare, "void predict_%s(const %s *, %s *);\n", name, ctype, ctype)
		fmt.Fprintf(&choose, "\tif (!strcmp(v[1], %q))\n\t\twhile (fread(x, sizeof *x, %d, stdin) == %d) { predict_%s(x, y); fwrite(y, sizeof *y, %d, stdout); }\n",
			name, m.Net.Inputs(), m.Net.Inputs(), name, m.Net.Outputs())
	}
	main := "#include <stdio.h>\n#include <string.h>\n" + declare.String() + "int main(int c, char **v)\n{\n\t" + ctype + " x[100], y[100];\n\tif (c != 2)\n\t\treturn 1;\n" + choose.String() + "\treturn 0;\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.c"), []byte(main), 0o600))
	out, err := exec.Command(gcc, append(args, "-lm")...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for name, m := range models {
		x := inputs[T](m.Net.Inputs())
		var in bytes.Buffer
		require.NoError(t, safetensors.WriteValues(&in, x.Data))
		cmd := exec.Command(filepath.Join(dir, "predict"), name)
		cmd.Stdin = &in
		out, err := cmd.Output()
		require.NoError(t, err)
		raw := inputs[T](x.Cols)
		train.Scale(m.Scaler, x)
		want := m.Net.Predict(x)
		got := make([]T, len(want.Data))
		require.NoError(t, safetensors.ReadValues(bytes.NewReader(out), got, io.Discard), name)
		for i, v := range want.Data {
			if got[i] != v && (got[i] == got[i] || v == v) || math.Signbit(float64(got[i])) != math.Signbit(float64(v)) && v == v {
				require.Fail(t, "other bits", "%s: sample %v: %v, want %v", name, raw.Row(i/want.Cols), got[i], v)
			}
		}
	}
}

// With what changes bits, the program doesn't compile.
func TestCRefusesFastMath(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Logf("no gcc here: %v", err)
		return
	}
	path := filepath.Join(t.TempDir(), "m.c")
	var b bytes.Buffer
	require.NoError(t, WriteC(&b, everyActivation[float32](t)["tanh"], "predict"))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	for _, flag := range []string{"-ffast-math", "-Ofast", "-ffinite-math-only"} {
		out, err := exec.Command(gcc, flag, "-c", "-o", os.DevNull, path).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "compile this without -ffast-math")
	}
}

func TestCRefuses(t *testing.T) {
	cube := net.NewActivation("cube", func(z float64) float64 { return z * z * z }, func(z float64) float64 { return 3 * z * z })
	own := &model.Model[float32]{Net: network[float32](t, 2, net.Dense(2, cube))}
	require.ErrorContains(t, WriteC(io.Discard, own, "predict"), `layer 1 has the activation "cube", which can't be said in C`)
	m := &model.Model[float32]{Net: network[float32](t, 2, net.Dense(2, net.ReLU))}
	for _, name := range []string{"", "1a", "a-b", "ä"} {
		require.ErrorContains(t, WriteC(io.Discard, m, name), "is no name of a C function")
	}
	m.Net.Biases(1)[0] = float32(math.NaN())
	require.ErrorContains(t, WriteC(io.Discard, m, "predict"), "layer 1 has a parameter that is NaN")
	m.Net.Biases(1)[0] = 0
	require.ErrorIs(t, WriteC(failing{}, m, "predict"), os.ErrClosed)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }
