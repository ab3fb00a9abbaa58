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
		{"train and test in front, and a part for validation", map[string][]byte{
			"train_images": bytesArray("(2, 1)", 1, 2), "train_labels": bytesArray("(2, 1)", 0, 1), "test_images": bytesArray("(1, 1)", 9), "test_labels": bytesArray("(1, 1)", 1),
			"val_images": bytesArray("(2, 1)", 7, 8), "val_labels": bytesArray("(2, 1)", 1, 0)}, TableOptions{},
			nil, []float64{1, 2}, []int{0, 1}, []string{"0", "1"}},
		{"validation data in place of test data", map[string][]byte{
			"x_train": bytesArray("(2, 1)", 1, 2), "y_train": bytesArray("(2,)", 0, 1), "x_val": bytesArray("(1, 1)", 9), "y_val": bytesArray("(1,)", 1)}, TableOptions{TestPart: true},
			nil, []float64{9}, []int{0}, []string{"1"}},
		{"a one for the class", map[string][]byte{"X": bytesArray("(3, 1)", 1, 2, 3), "y": bytesArray("(3, 3)", 0, 0, 1, 1, 0, 0, 0, 0, 1)}, TableOptions{},
			nil, []float64{1, 2, 3}, []int{1, 0, 1}, []string{"0", "2"}},
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

}

// A target of several columns that isn't a one among zeros is several targets.
func TestTargetArrays(t *testing.T) {
	for _, c := range []struct {
		arrays map[string][]byte
		opt    TableOptions
		task   Task
		want   []float64
	}{
		{map[string][]byte{"X": bytesArray("(3, 1)", 1, 2, 3), "y": bytesArray("(3, 2)", 5, 6, 7, 9, 8, 2)}, TableOptions{}, Regression, []float64{5, 6, 7, 9, 8, 2}},
		{map[string][]byte{"X": bytesArray("(2, 1)", 1, 2), "y": bytesArray("(2, 2)", 0, 1, 1, 0)}, TableOptions{Task: Regression}, Regression, []float64{0, 1, 1, 0}},
		{map[string][]byte{"X": bytesArray("(2, 1)", 1, 2), "y": bytesArray("(2, 2)", 1, 1, 0, 0)}, TableOptions{}, Labels, []float64{1, 1, 0, 0}},
		{map[string][]byte{"X": bytesArray("(3, 1)", 1, 2, 3), "b": bytesArray("(3,)", 5, 7, 8), "a": bytesArray("(3,)", 6, 9, 2)}, TableOptions{Targets: []string{"b,a"}}, Regression, []float64{5, 6, 7, 9, 8, 2}},
	} {
		table, err := ReadTable[float64](npz(t, c.arrays), c.opt)
		require.NoError(t, err)
		task, _ := table.Task()
		require.Equal(t, c.task, task)
		e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2, 3}[:d.Len()], d.X.Data)
		Restore(e, d.T)
		require.InDeltaSlice(t, c.want, d.T.Data, 1e-12)
		again, err := ReadTable[float64](npz(t, c.arrays), TableOptions{Encoder: e, Targets: c.opt.Targets})
		require.NoError(t, err)
		d, _, err = Encode(e, again, again.Rows())
		require.NoError(t, err)
		Restore(e, d.T)
		require.InDeltaSlice(t, c.want, d.T.Data, 1e-12)
	}
}

// A target that can't be read is no reason to take another one.
func TestNoTargetArray(t *testing.T) {
	objects := npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", 0x80, 4, '.')
	complex := npy("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 1)}", make([]byte, 16)...)
	for _, c := range []struct {
		arrays map[string][]byte
		opt    TableOptions
		want   string
	}{
		{map[string][]byte{"a": bytesArray("(2, 1)", 1, 2)}, TableOptions{}, "f.npz: a is the only array: want another one, called y, label, target or class"},
		{map[string][]byte{"a": bytesArray("(2, 1)", 1, 2), "b": bytesArray("(2,)", 1, 2)}, TableOptions{}, "f.npz: no array is called y, label, target or class: there are a, b: try target=NAME"},
		{map[string][]byte{"a": bytesArray("(2, 1)", 1, 2), "y": bytesArray("(2,)", 1, 2)}, TableOptions{Targets: []string{"z"}}, `f.npz: no array is called "z": there are a, y`},
		{map[string][]byte{"a": bytesArray("(2, 1)", 1, 2), "y": objects}, TableOptions{}, `f.npz: the target "y" has elements of type "|O": want numbers or texts (in NumPy: y.astype(str))`},
		{map[string][]byte{"a": complex, "y": bytesArray("(2,)", 1, 2)}, TableOptions{}, `f.npz: no array has inputs: want one of numbers or texts with a row for each of the 2 samples (array "a" has elements of type "<c8", which are not supported: left out)`},
		{nil, TableOptions{}, "f.npz: there is no array in it"},
	} {
		_, err := ReadTable[float64](npz(t, c.arrays), c.opt)
		require.ErrorContains(t, err, c.want)
	}
	path := filepath.Join(t.TempDir(), "i.npy")
	require.NoError(t, os.WriteFile(path, bytesArray("(2, 1, 2)", 1, 2, 3, 4), 0o600))
	_, err := ReadTable[float64](path, TableOptions{})
	require.ErrorContains(t, err, "i.npy: an array of shape [2 1 2] has no targets: want rows and columns, or an NPZ file with one more array, called y or label")
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
