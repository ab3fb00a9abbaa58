package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A training with options of every kind is repeated from its model alone, to the same file
// but for what was given again.
func TestLike(t *testing.T) {
	csv := data("csv_labels_1_to_3.csv")
	for name, flags := range map[string][]string{
		"plain":  {"--epochs", "2"},
		"digits": {"--epochs", "2", "--optimizer", "adam", "--beta1", "0.8", "--hidden", "20,10", "--activation", "leaky-relu", "--slope", "0.2"},
		"table":  {"--data", csv, "--epochs", "3", "--hidden=", "--test-share", "0.25", "--precision", "f64", "--seed", "7", "--batch", "full", "--lr", "2"},
		"mnist":  {"--data", mnist(t, nil), "--epochs", "1", "--cost", "exponential", "--tau", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			path := modelIn(t, flags...)
			again := filepath.Join(t.TempDir(), "again")
			r := nabla(t, "train", "--like", path, "--model", again, "--threads", "2")
			require.Equal(t, exitDone, r.code, r.stderr)
			require.Contains(t, r.stderr, "the fingerprint is that of the model that was repeated")
			a, err := os.ReadFile(path)
			require.NoError(t, err)
			b, err := os.ReadFile(again)
			require.NoError(t, err)
			require.Equal(t, nabla(t, "show", path).stdout, nabla(t, "show", again).stdout)
			require.Equal(t, a, b)

			r = nabla(t, "train", "--like", path, "--model", again, "--seed", "99")
			require.Equal(t, exitDone, r.code, r.stderr)
			require.Contains(t, r.stderr, "note: --seed is given")
			require.Contains(t, r.stderr, "the fingerprint is not that of the model that was repeated, ")
		})
	}
}

// Other data are noticed by their content, and the same ones found by another name.
func TestLikeData(t *testing.T) {
	b, err := os.ReadFile(data("csv_two_units.csv"))
	require.NoError(t, err)
	csv := write(t, "f.csv", string(b))
	path := modelIn(t, "--data", csv, "--epochs", "1")
	moved := write(t, "g.csv", string(b))
	require.NoError(t, os.WriteFile(csv, append(b, "40,40000,1\n"...), 0o600))
	to := filepath.Join(t.TempDir(), "m")

	r := nabla(t, "train", "--like", path, "--model", to)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "--like: "+csv+" is not the file that the model was made of")
	require.NoFileExists(t, to)
	r = nabla(t, "train", "--like", path, "--model", to, "--data", moved)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stderr, "the fingerprint is that of the model")
	r = nabla(t, "train", "--like", path, "--model", to, "--data", data("csv_imbalanced_9to1.csv"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stderr, "note: "+data("csv_imbalanced_9to1.csv")+" is not the file")

	r = nabla(t, "train", "--like", filepath.Join("..", "..", "model", "testdata", "xor.safetensors"), "--model", to)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "xor.safetensors doesn't say how it was made")
}

func TestShow(t *testing.T) {
	path := modelIn(t, "--data", data("csv_two_units.csv"), "--epochs", "2", "--cost", "exponential")
	r := nabla(t, "show", path)
	require.Equal(t, exitDone, r.code, r.stderr)
	for _, want := range []string{
		"layer 1          100 neurons, relu\n", "cost             exponential (τ 10)\n", `classes          "0", "1"`, "--epochs 2\n",
		"csv_two_units.csv, 155 bytes, SHA-256 ", "epochs           2\n", "epoch 2          rate 3e-05", "train accuracy   ", "made by          nabla ",
	} {
		require.Contains(t, r.stdout, want)
	}
	columns := nabla(t, "show", modelIn(t, "--data", write(t, "f.csv", ",a,b,y\n"+strings.Repeat("1,2.5,x,0\n2,3.5,y,1\n", 8)), "--drop", "1", "--epochs", "1")).stdout
	require.Equal(t, 1, strings.Count(columns, "rate 0.003"))
	require.Contains(t, columns, `"column 1: left out", "a: number, input", "b: category, input", "y: category, target"`)
	v := nabla(t, "show", path, "--json").last(t)
	require.Equal(t, 2.0, v["format"])
	require.Equal(t, []any{"2"}, v["made"].(map[string]any)["options"].(map[string]any)["epochs"])
	r = nabla(t, "show", filepath.Join("..", "..", "model", "testdata", "version1.safetensors"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stdout, "format           version 1, F32, numeric version 1\n")
}
