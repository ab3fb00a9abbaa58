package dataset

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// textArray is an NPY file of words of four bytes.
func textArray(words ...string) []byte {
	var data []byte
	for _, w := range words {
		data = append(append(data, w...), make([]byte, 4-len(w))...)
	}
	return npy(fmt.Sprintf("{'descr': '|S4', 'fortran_order': False, 'shape': (%d,)}", len(words)), data...)
}

// Arrays of words name columns and classes, as those of scikit-learn's data do.
func TestArraysOfNames(t *testing.T) {
	x, y := bytesArray("(3, 2)", 1, 2, 3, 4, 6, 5), bytesArray("(3,)", 1, 0, 1)
	objects := npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", 0x80, 4, '.')
	for _, c := range []struct {
		name    string
		arrays  map[string][]byte
		opt     TableOptions
		columns []string
		classes []string
		notes   string
	}{
		{"both", map[string][]byte{"data": x, "target": y, "feature_names": textArray("age", "size"), "target_names": textArray("no", "yes")}, TableOptions{},
			[]string{"age", "size", "target"}, []string{"no", "yes"}, "[]"},
		{"a table with its target", map[string][]byte{"data": x, "columns": textArray("age", "kind")}, TableOptions{Task: Classification},
			[]string{"age", "kind"}, []string{"2", "4", "5"}, "[]"},
		{"the target by name", map[string][]byte{"data": x, "columns": textArray("age", "kind")}, TableOptions{Task: Classification, Targets: []string{"age"}},
			[]string{"age", "kind"}, []string{"1", "3", "6"}, "[]"},
		{"one array of two", map[string][]byte{"a": bytesArray("(3,)", 9, 8, 8), "x": x, "y": y, "column_names": textArray("age", "size")}, TableOptions{},
			[]string{"a", "age", "size", "y"}, []string{"0", "1"}, "[]"},
		{"another number of names", map[string][]byte{"x": x, "y": y, "feature_names": textArray("a", "b", "c"), "class_names": textArray("only")}, TableOptions{},
			[]string{"", "", ""}, []string{"0", "1"},
			`[array "class_names" doesn't name the targets: there is 1, and it has 1 names array "feature_names" has 3 names, which are those of no single array with as many columns: left out]`},
		{"objects", map[string][]byte{"x": x, "y": y, "columns": objects}, TableOptions{},
			[]string{"", "", ""}, []string{"0", "1"}, `[array "columns" has elements of type "|O", from which no names can be read (in NumPy: columns.astype(str)): left out]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadTable[float64](npz(t, c.arrays), c.opt)
			require.NoError(t, err)
			var names []string
			for _, column := range table.columns {
				names = append(names, column.name)
			}
			require.Equal(t, c.columns, names)
			require.Equal(t, c.notes, fmt.Sprint(table.Notes))
			e, _, err := FitEncoder(table, table.Rows(), EncoderOptions{})
			require.NoError(t, err)
			require.Equal(t, c.classes, e.Classes())
			// The same file is one to test with.
			_, err = ReadTable[float64](npz(t, c.arrays), TableOptions{Encoder: e})
			require.NoError(t, err)
		})
	}
	// A model whose classes have other names takes the numbers.
	table, err := ReadTable[float64](npz(t, map[string][]byte{"x": x, "y": y}), TableOptions{})
	require.NoError(t, err)
	e, _, err := FitEncoder(table, table.Rows(), EncoderOptions{})
	require.NoError(t, err)
	table, err = ReadTable[float64](npz(t, map[string][]byte{"x": x, "y": y, "target_names": textArray("no", "yes")}), TableOptions{Encoder: e})
	require.NoError(t, err)
	require.Equal(t, []string{`array "target_names" doesn't name the targets: the model's classes have other names`}, table.Notes)
}

// The elements of an NPY file of texts are cells; its columns have no names.
func TestArrayOfTexts(t *testing.T) {
	path := npyFile(t, npy("{'descr': '|S2', 'fortran_order': False, 'shape': (2, 2)}", []byte("1\x00ab2\x00cd")...))
	table, err := ReadTable[float64](path, TableOptions{})
	require.NoError(t, err)
	e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2}, d.X.Data)
	require.Nil(t, d.Features)
	require.Equal(t, []string{"ab", "cd"}, e.Classes())
}

// Rows to predict come in arrays, too: alone, beside others, with the target or without.
func TestRowsOfArrays(t *testing.T) {
	x, y := bytesArray("(3, 2)", 1, 2, 3, 4, 6, 5), bytesArray("(3,)", 1, 0, 1)
	names := textArray("age", "size")
	want := []float64{1, 2, 3, 4, 6, 5}
	all := map[string][]byte{"data": x, "target": y, "feature_names": names}
	table, err := ReadTable[float64](npz(t, all), TableOptions{})
	require.NoError(t, err)
	e, _, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	for name, path := range map[string]string{
		"as in training": npz(t, all),
		"no target":      npz(t, map[string][]byte{"data": x, "feature_names": names}),
		"no names":       npz(t, map[string][]byte{"whatever": x}),
		"several":        npz(t, map[string][]byte{"age": bytesArray("(3,)", 1, 3, 6), "size": bytesArray("(3,)", 2, 4, 5), "y": y}),
		"NPY":            npyFile(t, x),
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := OpenRows[float64](path, e, TableOptions{})
			require.NoError(t, err)
			require.Empty(t, rows.Notes())
			var got []float64
			for {
				row := make([]float64, 2)
				require.True(t, rows.Ready())
				if err := rows.Next(row); err == io.EOF {
					break
				} else {
					require.NoError(t, err)
				}
				got = append(got, row...)
			}
			require.Equal(t, want, got)
			require.NoError(t, rows.Close())
		})
	}
	for path, want := range map[string]string{
		npz(t, map[string][]byte{"data": x, "feature_names": textArray("age", "cost")}): `"cost"`,
		npyFile(t, bytesArray("(2, 1)", 1, 2)):                                          "a.npy has 1 input columns, the model takes 2",
		npyFile(t, bytesArray("(2, 3)", 1, 2, 1, 3, 4, 0)):                              "a.npy has 3 columns, the model takes 2 inputs: leave the label out",
		npyFile(t, bytesArray("(2,)", 1, 2)):                                            "an array of shape [2]: want rows and columns",
		npz(t, map[string][]byte{"target": y}):                                          "no samples",
	} {
		_, err := OpenRows[float64](path, e, TableOptions{})
		require.ErrorContains(t, err, want)
	}
}

// npyFile writes a file and returns its path.
func npyFile(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
