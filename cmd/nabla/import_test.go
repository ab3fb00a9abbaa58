package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func foreignFile(name string) string {
	return filepath.Join("..", "..", "model", "foreign", "testdata", name)
}

// A file of each format becomes a model that predicts.
func TestImport(t *testing.T) {
	for name, flags := range map[string]string{
		"torch_mlp.onnx":           "--classes a,b,c --features p,q,r,s",
		"sklearn_pipeline.onnx":    "",
		"st_plain_seq.safetensors": "--activations leaky-relu:0.2,softmax --classes a,b,c",
		"keras.npz":                "--activations relu,elu:1,softmax --norms after",
	} {
		path := filepath.Join(t.TempDir(), "m")
		r := nabla(t, append([]string{"import", foreignFile(name), "--model", path}, strings.Fields(flags)...)...)
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Contains(t, r.stdout, "inputs       4\nlayer 1 ")
		r = nabla(t, "predict", path, write(t, "rows.csv", "1,2,3,4\n"), "--outputs")
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Regexp(t, `^(a|b|c|ash|birch|cedar|0|1|2),`, r.stdout)
	}
	file, err := os.Open(foreignFile("torch_mlp.onnx"))
	require.NoError(t, err)
	defer file.Close()
	r := nablaWith(t, t.Context(), file, "import", "-", "--json", "--model", filepath.Join(t.TempDir(), "m"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, []any{"6 neurons, relu", "5 neurons, tanh", "3 neurons, softmax"}, r.last(t)["layers"])
}

func TestImportFails(t *testing.T) {
	seq := foreignFile("st_plain_seq.safetensors")
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{seq, "the file has 2 linear layers and doesn't say their activations", exitFailed},
		{seq + " --activations relu,swish", `--activations "relu,swish": unknown activation "swish"`, exitUsage},
		{seq + " --activations relu:2,softmax", "relu has no parameter", exitUsage},
		{seq + " --activations elu:x,softmax", `α of elu is "x": want a number above 0`, exitUsage},
		{seq + " --activations relu,softmax --classes a,b", "2 class names for 3 outputs", exitFailed},
		{seq + " --model " + seq, "it would overwrite what is imported", exitUsage},
		{data("xor.csv"), "it is neither a safetensors file nor an NPZ file, and not an ONNX file", exitFailed},
		{modelIn(t, "--epochs", "1"), "this is a model of nabla already", exitFailed},
		{"none", "none: no such file", exitFailed},
	} {
		path := filepath.Join(t.TempDir(), "m")
		args := append([]string{"import", "--model", path}, strings.Fields(c.args)...)
		r := nabla(t, args...)
		require.Equal(t, c.code, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
		require.NoFileExists(t, path)
	}
}
