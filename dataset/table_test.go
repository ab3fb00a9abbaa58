package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// encoded reads a text and encodes all its rows without scaling.
func encoded[T kernels.Float](t testing.TB, text string, opt TableOptions) (*train.Data[T], *Encoder, *Table[T]) {
	t.Helper()
	table, err := DecodeTable[T](strings.NewReader(text), "f", opt)
	require.NoError(t, err)
	e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, e.Inputs(), d.X.Cols)
	require.Len(t, e.Names(), d.X.Cols)
	return d, e, table
}

// A-I04: byte order mark, quotes, CRLF; and other encodings and compressions.
func TestTableForms(t *testing.T) {
	plain := string(testfile(t, "csv_bom_quoted.csv"))
	text := strings.TrimPrefix(plain, utf8Mark)
	wide := func(order func(uint16) []byte) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			b.Write(order(u))
		}
		return b.String()
	}
	for name, form := range map[string]string{
		"as it is": plain, "CRLF": strings.ReplaceAll(strings.ReplaceAll(plain, "\r", ""), "\n", "\r\n"),
		"gzipped": string(gzipped(t, []byte(plain))), "no line end": strings.TrimRight(plain, "\r\n"),
		"UTF-16LE":   wide(func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }),
		"UTF-16BE":   wide(func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }),
		"semicolons": strings.ReplaceAll(text, ",", ";"),
		"tabs":       strings.ReplaceAll(text, ",", "\t"),
		"bars":       strings.ReplaceAll(text, ",", "|"),
		"blanks":     strings.ReplaceAll(text, ",", "  "),
		"comma":      strings.ReplaceAll(strings.ReplaceAll(text, ",", ";"), ".", ","),
		"comments":   "# first\n" + strings.Replace(text, "\n", "\n# x, y, z\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			d, e, _ := encoded[float64](t, form, TableOptions{})
			require.Equal(t, []string{"x1", "x2"}, d.Features)
			require.Equal(t, []float64{0.5, 1.25, -1, 0.002}, d.X.Data)
			require.Equal(t, []string{"0", "1"}, d.Classes)
			require.Equal(t, []int{0, 1}, d.Labels)
			require.Zero(t, d.T.Cols)
			require.Nil(t, d.Scaler)
			require.Equal(t, Classification, e.Task)
		})
	}
}

// D12: what isn't read is named.
func TestPackingsAreNamed(t *testing.T) {
	for _, p := range packings {
		if p.unpack != nil {
			continue
		}
		_, err := DecodeTable[float32](strings.NewReader(p.magic+"\x00\x01 more of it"), "f", TableOptions{})
		require.ErrorContains(t, err, "f: "+p.name)
		for _, read := range []func(path string) error{
			func(path string) error { _, err := ReadIDXLabels(path); return err },
			func(path string) error { _, err := ReadNPY[float32](path); return err },
		} {
			path := filepath.Join(t.TempDir(), "f")
			require.NoError(t, os.WriteFile(path, []byte(p.magic+"\x00\x01 more of it"), 0o600))
			require.ErrorContains(t, read(path), p.name)
		}
	}
}

// A-I06: the label map.
func TestTableLabels(t *testing.T) {
	d, _, _ := encoded[float32](t, string(testfile(t, "csv_labels_1_to_3.csv")), TableOptions{})
	require.Equal(t, []string{"1", "2", "3"}, d.Classes)
	require.Equal(t, []int{0, 1, 2, 0, 1, 2, 0, 1, 2}, d.Labels)
	for _, c := range []struct {
		labels  string // one sample each
		classes []string
		want    []int
	}{
		{"10 9 9.0 -0", []string{"0", "9", "10"}, []int{2, 1, 1, 0}},
		{"setosa 1 virginica", []string{"1", "setosa", "virginica"}, []int{1, 0, 2}},
		{"1_0 10 0x1p3", []string{"0x1p3", "10", "1_0"}, []int{2, 1, 0}},
		{"9007199254740993 9007199254740992", []string{"9007199254740992", "9007199254740993"}, []int{1, 0}},
		{"16777217 16777216", []string{"16777216", "16777217"}, []int{1, 0}},
	} {
		d, _, _ := encoded[float32](t, "5,"+strings.ReplaceAll(c.labels, " ", "\n6,"), TableOptions{})
		require.Equal(t, c.classes, d.Classes)
		require.Equal(t, c.want, d.Labels)
	}

	// A later file is read with the classes of the first.
	_, e, _ := encoded[float32](t, "x,y\n5,1\n5,2\n5,3\n", TableOptions{})
	later, err := DecodeTable[float32](strings.NewReader("x,y\n5,3\n5,1.0\n"), "f", TableOptions{Encoder: e})
	require.NoError(t, err)
	d, _, err = Encode(e, later, later.Rows())
	require.NoError(t, err)
	require.Equal(t, []int{2, 0}, d.Labels)
	_, err = DecodeTable[float32](strings.NewReader("x,y\n5,3\n5,4\n"), "f", TableOptions{Encoder: e})
	require.EqualError(t, err, `f:3: label "4" is unknown: want one of 1, 2, 3`)
}

// Which columns are inputs and which are targets.
func TestTableColumns(t *testing.T) {
	const text = "kind,a,b\nx,1,2\ny,3,4\n"
	for _, target := range []string{"kind", "1"} {
		d, _, _ := encoded[float64](t, text, TableOptions{Targets: []string{target}})
		require.Equal(t, []float64{1, 2, 3, 4}, d.X.Data)
		require.Equal(t, []string{"a", "b"}, d.Features)
		require.Equal(t, []string{"x", "y"}, d.Classes)
	}
	// A number is a column, even if a cell of the first sample equals it.
	d, _, _ := encoded[float64](t, "0,7,5\n1,2,6\n", TableOptions{Targets: []string{"1"}})
	require.Equal(t, []float64{7, 5, 2, 6}, d.X.Data)
	require.Equal(t, []string{"0", "1"}, d.Classes)

	d, _, _ = encoded[float64](t, " 1 , 2\n3,4\n", TableOptions{NoTarget: true})
	require.Equal(t, []float64{1, 2, 3, 4}, d.X.Data)
	require.Nil(t, d.Features)
	require.Nil(t, d.Labels)

	d, _, _ = encoded[float64](t, "a,b,c,y\n1,2,3,0\n4,5,6,1\n", TableOptions{Drop: []string{"b"}})
	require.Equal(t, []float64{1, 3, 4, 6}, d.X.Data)
	require.Equal(t, []string{"a", "c"}, d.Features)
}

// D1 and its kind: which first records are headers. Where it isn't clear, it is asked.
func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		name, text string
		rows       int    // 0: it is asked
		feature    string // the first, if it is a header
	}{
		{"words", "a,b,y\n1,2,0\n3,4,1\n", 2, "a"},
		{"no words", "1.5,2,0\n3,4,1\n", 2, ""},
		{"consecutive from 0", string(testfile(t, "csv_numeric_header_0_to_4.csv")), 60, "0"},
		{"consecutive from 0 behind an index", ",0,1,2\n0,5.5,6,1\n1,7.5,8,0\n2,6,6,1\n", 3, "0"},
		{"two numbers", "0,1\n1,0\n2,1\n", 3, ""},
		{"years", "2001,2002,2003,2004\n5,1,3,0\n6,1,2,1\n5,2,3,0\n", 0, ""},
		{"years and a word", "2001,2002,kind\n5,1,a\n6,1,b\n5,2,a\n6,3,b\n", 0, ""},
		{"from 1", "1,2,3\n5,1,0\n6,1,1\n", 0, ""},
		{"a class that isn't there again", "5.5,2,7\n5,1,0\n6,1,1\n5,2,0\n1,1,1\n", 0, ""},
		{"a number above words", "0.0,1.0,2.0\n5,1,a\n6,1,b\n5,2,a\n1,1,b\n", 0, ""},
		{"a number above numbers with a fraction", "0.5,1.5,2.0\n5,1,0.5\n6,1,1.5\n5,2,0.5\n1,1,1.5\n", 5, ""},
		{"each class once", "5.5,2,7\n5,1,0\n6,1,1\n", 3, ""},
		{"words and numbers", "V1,2,V3\n5,1,0\n6,1,1\n", 0, ""},
		{"a header with the sign of sodium", "RI,Na,type\n1.5,13,2\n1.6,14,1\n", 2, "RI"},
		{"words only, as values", "p,x,e\np,y,e\nq,x,f\nq,y,f\n", 4, ""},
		{"words only, as names", "cap,colour,kind\np,y,e\nq,x,f\nq,y,f\n", 3, "cap=p"},
		{"words of unequal columns", "2.5,low\n3.5,high\n", 2, ""},
		{"a gap in the first record", "NA,2,0\n1,2,1\n", 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := DecodeTable[float64](strings.NewReader(c.text), "f", TableOptions{})
			if c.rows == 0 {
				var o *OptionError
				require.ErrorAs(t, err, &o)
				require.True(t, o.Question)
				require.Equal(t, []Option{{"header", "yes"}, {"header", "no"}}, o.Options)
				for header, rows := range map[Header]int{WithHeader: strings.Count(c.text, "\n") - 1, NoHeader: strings.Count(c.text, "\n")} {
					if c.name == "words and numbers" && header == NoHeader {
						continue
					}
					table, err := DecodeTable[float64](strings.NewReader(c.text), "f", TableOptions{Header: header})
					require.NoError(t, err)
					require.Equal(t, rows, table.Len())
				}
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.rows, table.Len())
			_, d, err := FitEncoder(table, table.Rows(), EncoderOptions{})
			require.NoError(t, err)
			if c.feature == "" {
				require.Nil(t, d.Features)
			} else {
				require.Equal(t, c.feature, d.Features[0])
			}
		})
	}
}

// A-I05 and its kind: every error names file, line, and column where there is one, and
// what helps.
func TestTableRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        TableOptions
		want       string
	}{
		{"word", "a,b,y\n1,2.5,0\n1,two,0\n", TableOptions{}, `f:3: column 2 (b): "two" is not a number (1 of 2 cells): try na=two, columns=b=category or drop=b`},
		{"digits of Go", "1,2.5,0\n1,1_0,0\n", TableOptions{}, `f:2: column 2: "1_0" is not a number`},
		{"hexadecimal", "1,2.5,0\n1,0x1p4,0\n", TableOptions{}, `f:2: column 2: "0x1p4" is not a number`},
		{"infinite", "1,-Inf,0\n", TableOptions{}, `f:1: column 2: "-Inf" is not a number`},
		{"too large", "1,1e39,0\n", TableOptions{}, `f:1: column 2: "1e39" is too large for float32`},
		{"all bad columns", "a,b,c,y\n1.5,x,3,0\n1,2.5,3,1\ny,3.5,1e39,1\nz,2.5,4,1\n1,1.5,1e40,1\n", TableOptions{},
			`f:4: column 1 (a): "y" is not a number, nor is "z" (2 of 4 cells); column 2 (b): "x" is not a number (1 of 5 cells); line 4: column 3 (c): "1e39" is too large for float32; line 6: column 3 (c): "1e40" is too large for float32: try na=y,x, columns=a=category,b=category or drop=a,b`},
		{"missing targets", "a,y\n1,\n2,NA\n", TableOptions{}, "f: no samples: the target is missing in all 2 rows"},
		{"label is no class", "a,y\n1,0.5\n", TableOptions{Task: Classification}, "f: column 2 (y): label 0.5 is no class: want a whole number or a word"},
		{"word is no number", "a,y\n1,0.5\n1,x\n", TableOptions{Task: Regression}, `f:3: column 2 (y): "x" is not a number`},
		{"ragged", "a,b,y\n1,2,0\n1,2\n", TableOptions{}, "f:3: 2 columns, but the first record has 3"},
		{"ragged the other way", "1,2,0\n1,2,0,7\n1,2,1\n", TableOptions{}, "f:2: 4 columns"},
		{"quote", "a,y\n1,\"0\n", TableOptions{}, "f:2: a quote opens"},
		{"lines count in quoted cells", "\"a\nb\",y\n1.5,0\nx,0\n", TableOptions{}, "f:4: column 1 (a b)"},
		{"empty", "", TableOptions{}, "f: no samples"},
		{"header only", "a,y\n", TableOptions{}, "f: no samples after the column names a, y"},
		{"one column", "a\n1\n", TableOptions{}, "f:1: one column only"},
		{"Latin-1 label", "1,b\n2,caf\xe9\n", TableOptions{}, `f:2: column 2: "caf\xe9" is not UTF-8: save the file as UTF-8`},
		{"Latin-1 header", "h\xf6he,y\n1,0\n", TableOptions{}, `f:1: column 1: "h\xf6he" is not UTF-8`},
		{"half a character of UTF-16", "\xff\xfea", TableOptions{}, "f: the UTF-16 text ends within a character"},
		{"IDX", string(testfile(t, "idx3_2images.idx")), TableOptions{NoTarget: true}, "f: an IDX file: want the folder that holds those of images and labels, for training and testing"},
		{"picture", "\xff\xd8\xff\xe0", TableOptions{}, "f: a picture: want a table with a row for each picture, or a folder with a folder of PNG or JPEG files for each class"},
		{"pickle", "\x80\x04\x95\x10\x00", TableOptions{}, "f: a pickle of Python, which may hold anything: save the data as CSV, NPY or NPZ"},
		{"gzipped pickle", string(gzipped(t, []byte("\x80\x03}q\x00"))), TableOptions{}, "f: a pickle of Python"},
		{"data of R", string(gzipped(t, []byte("X\n\x00\x00\x00\x02"))), TableOptions{}, "f: data of R (.rds): save the table as CSV"},
		{"Arrow", "ARROW1\x00\x00", TableOptions{}, "f: an Arrow file (Feather): save the table as CSV"},
		{"safetensors", "\x10\x00\x00\x00\x00\x00\x00\x00{}", TableOptions{}, "f: a model (safetensors): want data"},
		{"LIBSVM", "+1 1:0.5 3:1 7:-2e3\n-1 2:1\n", TableOptions{}, "f: a sparse table (LIBSVM, cells such as 3:0.5): want a column for each input"},
		{"NPY", string(testfile(t, "npy_c_order_f4_2x3.npy")), TableOptions{}, `f: not a text: it begins with "\x93NUMPY`},
		{"CR", "a,y\r1,0\r2,1\r", TableOptions{}, "f: lines end with CR alone: want LF or CRLF"},
		{"no such column", "a,y\n1,0\n", TableOptions{Targets: []string{"z"}}, `f:1: no column is called "z" (target): the first record is a, y`},
		{"two such columns", "y,a,y\n1,2,0\n", TableOptions{Targets: []string{"y"}}, `f:1: several columns are called "y": give the number of the target column`},
		{"no header for the name", "1,0\n1,0\n", TableOptions{Targets: []string{"y"}}, `f:1: no column is called "y"`},
		{"column number", "a,y\n1,0\n", TableOptions{Targets: []string{"3"}}, "f:1: target column 3 is out of range: want 1…2"},
		{"unknown type", "a,y\n1,0\n", TableOptions{Types: []ColumnType{{"a", "float"}}}, `f:1: column 1 (a): unknown type "float": want number, category, date or text`},
		{"a long cell", "a,b,y\n2.5,1,0\n1.5," + strings.Repeat("x", 2<<20) + ",0\n", TableOptions{}, "f:3: column 2 (b): the cell has 2097152 bytes: want at most 1048576"},
		{"a long line", strings.Repeat("x;", 1<<20), TableOptions{Limits: Limits{Line: 1000}}, "f:1: the line is longer than 1000 bytes"},
		{"many columns", strings.Repeat("x,", 1000) + "y\n1\n", TableOptions{Targets: []string{"z"}}, `f:1: no column is called "z" (target): the first record is x, x, x, x, x, x, x, x, x, x, …`},
		{"truncated gzip", string(gzipped(t, []byte("a,y\n1,0\n"))[:30]), TableOptions{}, "f: truncated: the compressed data break off"},
		{"more after the gzip", string(gzipped(t, []byte("a,y\n1,0\n"))) + strings.Repeat("\x00", 512), TableOptions{}, "f: the compressed data are followed by something else"},
		{"damaged gzip", "\x1f\x8bxx12345678", TableOptions{}, "f: damaged gzip header"},
		{"gzip breaks off in its header", string(gzipped(t, []byte("a,y\n1,0\n"))[:7]), TableOptions{}, "f: damaged gzip header: truncated: the compressed data break off"},
		{"too many classes", numbered(1001), TableOptions{Task: Classification}, "f: column 2 has more than 1000 different labels (0, 1, 2), too many to be classes: is it the target? Try target=NAME"},
		{"nothing left", "a,y\nx,0\n,1\n", TableOptions{Types: []ColumnType{{"a", "text"}}}, "f: no column is left to learn from (column 1 (a): text)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeTable[float32](strings.NewReader(c.text), "f", c.opt)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := ReadTable[float32](filepath.Join(t.TempDir(), "none.csv"), TableOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "1,%d\n", i)
	}
	return b.String()
}

func FuzzDecodeTable(f *testing.F) {
	for _, name := range []string{"csv_bom_quoted.csv", "csv_missing.csv", "csv_labels_1_to_3.csv", "xor.csv", "csv_trailing_comma.csv", "csv_numeric_header_0_to_4.csv"} {
		f.Add(string(testfile(f, name)))
	}
	f.Add("id;born;name;y\n1;2020-01-01;x;1,5\n2;2020-01-02;y;2,5\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
		if err != nil {
			return
		}
		e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{})
		if err != nil {
			return
		}
		require.NoError(t, e.Check())
		require.Len(t, d.X.Data, d.X.Rows*d.X.Cols)
		require.Equal(t, table.Len(), d.X.Rows)
		if d.Labels == nil {
			require.Equal(t, e.Outputs(), d.T.Cols)
		}
		for _, l := range d.Labels {
			require.Less(t, l, len(d.Classes))
		}
		table.Summary(e)
		table.Warnings(table.Rows())
		if rows, err := NewRows[float32](strings.NewReader(text), "f", e, TableOptions{}); err == nil {
			for x := make([]float32, e.Inputs()); rows.Next(x) == nil; {
			}
		}
	})
}
