package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A-I04: byte order mark, quotes; and CRLF.
func TestCSVWithMarkAndQuotes(t *testing.T) {
	plain := string(testfile(t, "csv_bom_quoted.csv"))
	for name, text := range map[string]string{
		"as it is": plain, "CRLF": strings.ReplaceAll(strings.ReplaceAll(plain, "\r", ""), "\n", "\r\n"),
		"gzipped": string(gzipped(t, []byte(plain))), "no line end": strings.TrimRight(plain, "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := DecodeCSV[float64](strings.NewReader(text), "f", CSV{})
			require.NoError(t, err)
			require.Equal(t, []string{"x1", "x2"}, s.Features)
			require.Equal(t, []float64{0.5, 1.25, -1, 0.002}, s.X.Data)
			require.Equal(t, []string{"0", "1"}, s.Classes)
			require.Equal(t, []int{0, 1}, s.Labels)
			requireOneHot(t, s)
			require.Nil(t, s.Scaler)
		})
	}
}

// A-I06: the label map.
func TestCSVLabels(t *testing.T) {
	s, err := ReadCSV[float32](testdata("csv_labels_1_to_3.csv"), CSV{})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "3"}, s.Classes)
	require.Equal(t, []int{0, 1, 2, 0, 1, 2, 0, 1, 2}, s.Labels)

	for _, c := range []struct {
		labels  string // one sample each
		classes []string
		want    []int
	}{
		{"10 9 9.0 -0", []string{"0", "9", "10"}, []int{2, 1, 1, 0}},
		{"setosa 1 virginica", []string{"1", "setosa", "virginica"}, []int{1, 0, 2}},
		{"1_0 10 0x1p3", []string{"0x1p3", "10", "1_0"}, []int{2, 1, 0}},
		{"9007199254740993 9007199254740992", []string{"9007199254740992", "9007199254740993"}, []int{1, 0}},
	} {
		s, err := DecodeCSV[float32](strings.NewReader("5,"+strings.ReplaceAll(c.labels, " ", "\n5,")), "f", CSV{})
		require.NoError(t, err)
		require.Equal(t, c.classes, s.Classes)
		require.Equal(t, c.want, s.Labels)
	}

	// A later file is read with the classes of the first.
	s, err = DecodeCSV[float32](strings.NewReader("x,y\n5,3\n5,1.0\n"), "f", CSV{Classes: []string{"1", "2", "3"}})
	require.NoError(t, err)
	require.Equal(t, []int{2, 0}, s.Labels)
	require.Equal(t, 3, s.T.Cols)
	_, err = DecodeCSV[float32](strings.NewReader("x,y\n5,3\n5,4\n"), "f", CSV{Classes: []string{"1", "2", "3"}})
	require.EqualError(t, err, `f:3: label "4" is unknown: want one of 1, 2, 3`)
}

func TestCSVColumns(t *testing.T) {
	const text = "kind,a,b\nx,1,2\ny,3,4\n"
	for _, label := range []string{"kind", "1"} {
		s, err := DecodeCSV[float64](strings.NewReader(text), "f", CSV{Label: label})
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2, 3, 4}, s.X.Data)
		require.Equal(t, []string{"a", "b"}, s.Features)
		require.Equal(t, []string{"x", "y"}, s.Classes)
	}
	// A number is a column, even if a cell of the first sample equals it.
	s, err := DecodeCSV[float64](strings.NewReader("0,1,5\n1,2,6\n"), "f", CSV{Label: "1"})
	require.NoError(t, err)
	require.Equal(t, []float64{1, 5, 2, 6}, s.X.Data)
	require.Equal(t, []string{"0", "1"}, s.Classes)

	s, err = DecodeCSV[float64](strings.NewReader(" 1 , 2\n3,4\n"), "f", CSV{NoLabel: true})
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 3, 4}, s.X.Data)
	require.Nil(t, s.Features)
	require.Nil(t, s.Labels)

	// A header of numbers must be announced; data can be declared as such.
	s, err = DecodeCSV[float64](strings.NewReader("1,2,y\n3,4,0\n"), "f", CSV{Header: WithHeader})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, s.Features)
	require.Equal(t, 1, s.Len())
	_, err = DecodeCSV[float64](strings.NewReader("a,b,y\n3,4,0\n"), "f", CSV{Header: NoHeader})
	require.ErrorContains(t, err, `f:1: column 1: "a" is not a number`)
}

// A-I05 and its kind: every error names file, line, and column where there is one.
func TestCSVRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        CSV
		want       string
	}{
		{"missing cells", string(testfile(t, "csv_missing.csv")), CSV{}, `f:3: column 1 (f1): the value is missing ("") (lines with bad cells: 3, 4, 5)`},
		{"word", "a,b,y\n1,2,0\n1,two,0\n", CSV{}, `f:3: column 2 (b): "two" is not a number`},
		{"digits of Go", "1,2,0\n1,1_0,0\n", CSV{}, `f:2: column 2: "1_0" is not a number`},
		{"hexadecimal", "1,2,0\n1,0x1p4,0\n", CSV{}, `f:2: column 2: "0x1p4" is not a number`},
		{"NaN", "1,NaN,0\n", CSV{}, `f:1: column 2: the value is missing ("NaN")`},
		{"missing in the first record", "NA,0\n", CSV{}, `f:1: column 1: the value is missing ("NA")`},
		{"infinite", "1,-Inf,0\n", CSV{}, `f:1: column 2: "-Inf" is not a finite number`},
		{"too large", "1,1e39,0\n", CSV{}, `f:1: column 2: "1e39" is too large for float32`},
		{"missing label", "a,y\n1,\n", CSV{}, `f:2: column 2 (y): the label is missing ("")`},
		{"label is no class", "a,y\n1,0.5\n", CSV{}, "f:2: label 0.5 is no class: want a whole number or a word"},
		{"ragged", "a,b,y\n1,2,0\n1,2\n", CSV{}, "f:3: 2 columns, but the first record has 3"},
		{"ragged the other way", "1,2,0\n1,2,0,7\n", CSV{}, "f:2: 4 columns"},
		{"quote", "a,y\n1,\"0\n", CSV{}, "f:2: "},
		{"lines count in quoted cells", "\"a\nb\",y\n1,0\nx,0\n", CSV{}, "f:4: column 1 (a b)"},
		{"empty", "", CSV{}, "f: no samples"},
		{"header only", "a,y\n", CSV{}, "f: no samples after the column names a, y"},
		{"a space for a comma", "1 2\n", CSV{NoLabel: true}, "f: no samples after the column names 1 2"},
		{"one column", "a;b;y\n1;2;0\n", CSV{}, "f:1: one column only, \"a;b;y\": want inputs and a label, separated by commas"},
		{"UTF-16", "\xff\xfea\x00", CSV{}, "f: the text is UTF-16: save it as UTF-8"},
		{"Latin-1 label", "1,b\n2,caf\xe9\n", CSV{}, `f:2: column 2: the label "caf\xe9" is not UTF-8: save the file as UTF-8`},
		{"Latin-1 header", "h\xf6he,y\n1,0\n", CSV{}, `f:1: column 1: "h\xf6he" is not UTF-8`},
		{"IDX", string(testfile(t, "idx3_2images.idx")), CSV{NoLabel: true}, `f: not a text: it begins with "\x00\x00\b\x03\x00\x00\x00\x02": want comma-separated values`},
		{"NPY", string(testfile(t, "npy_c_order_f4_2x3.npy")), CSV{}, `f: not a text: it begins with "\x93NUMPY`},
		{"CR", "a,y\r1,0\r2,1\r", CSV{}, "f: lines end with CR alone: want LF or CRLF"},
		{"what spreadsheets call missing", "a,y\n1,#N/A\n", CSV{}, `f:2: column 2 (y): the label is missing ("#N/A")`},
		{"what C calls missing", "a,y\n1,-nan\n", CSV{}, `f:2: column 2 (y): the label is missing ("-nan")`},
		{"no such column", "a,y\n1,0\n", CSV{Label: "z"}, `f:1: no column is called "z": the first record is a, y`},
		{"two such columns", "y,a,y\n1,2,0\n", CSV{Label: "y"}, `f:1: several columns are called "y": give the number of the label column`},
		{"no header for the name", "1,0\n1,0\n", CSV{Label: "y"}, `f:1: no column is called "y"`},
		{"header of numbers", "1,2,y\n3,4,0\n5,6,1\n", CSV{}, `f:1: the label "y" is a word, all others are numbers`},
		{"column number", "a,y\n1,0\n", CSV{Label: "3"}, "f:1: label column 3 is out of range: want 1…2"},
		{"a header with the sign of sodium", "RI,Na,type\n1.5,13,2\n", CSV{}, `f:1: column 1: "RI" is not a number: is this a header? Then say that there is one`},
		{"a long cell", "1," + strings.Repeat("x", 1<<20) + ",0\n", CSV{}, `f:1: column 2: "` + strings.Repeat("x", 40) + `…" is not a number`},
		{"a long line", strings.Repeat("x;", 1<<20), CSV{}, `f:1: one column only, "` + strings.Repeat("x;", 20) + `…": want`},
		{"many columns", strings.Repeat("x,", 1000) + "y\n", CSV{Label: "z"}, `f:1: no column is called "z": the first record is x, x, x, x, x, x, x, x, x, x, …`},
		{"truncated gzip", string(gzipped(t, []byte("a,y\n1,0\n"))[:30]), CSV{}, "f: truncated: the compressed data break off"},
		{"more after the gzip", string(gzipped(t, []byte("a,y\n1,0\n"))) + strings.Repeat("\x00", 512), CSV{}, "f: the compressed data are followed by something else"},
		{"damaged gzip", "\x1f\x8bxx", CSV{}, "f: damaged gzip header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeCSV[float32](strings.NewReader(c.text), "f", c.opt)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := ReadCSV[float32](filepath.Join(t.TempDir(), "none.csv"), CSV{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A column that holds no classes would take rows × rows targets.
func TestCSVTooManyClasses(t *testing.T) {
	file := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "1,%d\n", i)
		}
		return b.String()
	}
	s, err := DecodeCSV[float32](strings.NewReader(file(1000)), "f", CSV{})
	require.NoError(t, err)
	require.Len(t, s.Classes, 1000)
	_, err = DecodeCSV[float32](strings.NewReader(file(300_000)), "f", CSV{})
	require.EqualError(t, err, "f: 300000 different labels (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …): want at most 1000 classes: is this the label column?")
}

func FuzzDecodeCSV(f *testing.F) {
	for _, name := range []string{"csv_bom_quoted.csv", "csv_missing.csv", "csv_labels_1_to_3.csv", "xor.csv"} {
		f.Add(string(testfile(f, name)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := DecodeCSV[float32](strings.NewReader(text), "f", CSV{})
		if err != nil {
			return
		}
		require.Len(t, s.X.Data, s.X.Rows*s.X.Cols)
		require.Len(t, s.Labels, s.X.Rows)
		for _, l := range s.Labels {
			require.Less(t, l, len(s.Classes))
		}
	})
}
