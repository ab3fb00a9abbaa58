package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every format is written by the ending of its file or by its name, and what can be read
// back predicts the same.
func TestExport(t *testing.T) {
	path := modelIn(t, "--data", data("csv_two_units.csv"), "--hidden=3", "--activation", "sigmoid", "--cost", "cross-entropy", "--lr", "0.1", "--epochs", "100")
	dir := t.TempDir()
	rows := write(t, "rows.csv", "20,20000\n31,53000\n")
	want := nabla(t, "predict", path, rows)
	require.Equal(t, exitDone, want.code, want.stderr)
	for _, f := range formats {
		file := filepath.Join(dir, "m"+strings.Fields(f.endings)[0])
		r := nabla(t, "export", path, file)
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Equal(t, !f.scaler, strings.Contains(r.stderr, "note: the scaling of the inputs is not part"), f.name)
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		other := filepath.Join(dir, f.name)
		require.Equal(t, exitDone, nabla(t, "export", path, other, "--format", f.name).code)
		again, err := os.ReadFile(other)
		require.NoError(t, err)
		require.Equal(t, b, again)

		if f.name == "npz" {
			back := filepath.Join(dir, "back")
			r := nabla(t, "import", file, "--model", back, "--activations", "sigmoid,sigmoid", "--classes", "0,1")
			require.Equal(t, exitDone, r.code, r.stderr)
			require.Equal(t, want.stdout, nabla(t, "predict", back, rows).stdout)
		}
	}
}

func TestExportFails(t *testing.T) {
	path := modelIn(t, "--epochs", "1")
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{path, filepath.Join(dir, "m.pt")}, "the ending tells no format: want --format onnx, c, npz or safetensors", exitUsage},
		{[]string{path, path}, "it would overwrite the model", exitUsage},
		{[]string{path, filepath.Join(dir, "m.c"), "--name", "a-b"}, `"a-b" is no name of a C function`, exitFailed},
		{[]string{filepath.Join(dir, "none"), filepath.Join(dir, "m.c")}, "none", exitFailed},
	} {
		r := nabla(t, append([]string{"export"}, c.args...)...)
		require.Equal(t, c.code, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}
