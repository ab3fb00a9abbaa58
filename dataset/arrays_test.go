package dataset

import (
	"archive/zip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/train"
)

// npz writes a file of arrays, each given as an NPY file.
func npz(t *testing.T, arrays map[string][]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.npz")
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for name, data := range arrays {
		w, err := z.Create(name + ".npy")
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	return path
}

// bytesArray is an NPY file of bytes.
func bytesArray(shape string, elements ...byte) []byte {
	return npy("{'descr': '|u1', 'fortran_order': False, 'shape': "+shape+"}", elements...)
}

func TestReadArrays(t *testing.T) {
	texts := npy("{'descr': '|S1', 'fortran_order': False, 'shape': (3,)}", 'a', 'b', 'a')
	for _, c := range []struct {
		name   string
		arrays map[string][]byte
		opt    TableOptions
		names  []string
		x      []float64
		labels []int
		want   []string // classes
	}{
		{"a matrix and labels", map[string][]byte{"X": bytesArray("(3, 2)", 1, 2, 3, 4, 6, 5), "y": bytesArray("(3,)", 7, 9, 7)}, TableOptions{},
			nil, []float64{1, 2, 3, 4, 6, 5}, []int{0, 1, 0}, []string{"7", "9"}},
		{"texts as labels", map[string][]byte{"data": bytesArray("(3, 2)", 1, 2, 3, 4, 6, 5), "target": texts}, TableOptions{},
			nil, []float64{1, 2, 3, 4, 6, 5}, []int{0, 1, 0}, []string{"a", "b"}},
		{"columns by name", map[string][]byte{"age": bytesArray("(3,)", 1, 2, 4), "sex": texts, "kind": bytesArray("(3, 1)", 0, 1, 1), "version": bytesArray("()", 3)}, TableOptions{Targets: []string{"kind"}},
			[]string{"age", "sex=a", "sex=b"}, []float64{1, 1, 0, 2, 0, 1, 4, 1, 0}, []int{0, 1, 1}, []string{"0", "1"}},
		{"the part to train with", map[string][]byte{
			"x_train": bytesArray("(2, 1)", 1, 2), "y_train": bytesArray("(2,)", 0, 1), "x_test": bytesArray("(1, 1)", 9), "y_test": bytesArray("(1,)", 1)}, TableOptions{},
			nil, []float64{1, 2}, []int{0, 1}, []string{"0", "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadTable[float64](npz(t, c.arrays), c.opt)
			require.NoError(t, err)
			_, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
			require.NoError(t, err)
			require.Equal(t, c.names, d.Features)
			require.Equal(t, c.x, d.X.Data)
			require.Equal(t, c.labels, d.Labels)
			require.Equal(t, c.want, d.Classes)
		})
	}
	// Pictures of bytes are scaled as images: centred by one number.
	table, err := ReadTable[float64](npz(t, map[string][]byte{"x": bytesArray("(2, 1, 2)", 0, 255, 51, 102), "y": bytesArray("(2,)", 0, 1)}), TableOptions{})
	require.NoError(t, err)
	_, d, err := FitEncoder(table, table.Rows(), EncoderOptions{})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{-0.4, 0.6, -0.2, 0}, d.X.Data, 1e-12)
	require.Equal(t, &train.Scaler{Mean: []float64{102, 102}, SD: []float64{255, 255}}, d.Scaler)

	_, err = ReadTable[float64](npz(t, map[string][]byte{"a": bytesArray("(2, 1)", 1, 2)}), TableOptions{})
	require.ErrorContains(t, err, "f.npz: no array is called y, label, target or class: there are a: try target=NAME")
}

// A single array is a table whose last column is the target.
func TestReadArray(t *testing.T) {
	table, err := ReadTable[float64](testdata("npy_c_order_f4_2x3.npy"), TableOptions{Task: Regression})
	require.NoError(t, err)
	e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 4, 5}, d.X.Data)
	Restore(e, d.T)
	require.Equal(t, []float64{3, 6}, d.T.Data)
	_, err = ReadTable[float64](testdata("npy_truncated.npy"), TableOptions{})
	require.Error(t, err)
}
