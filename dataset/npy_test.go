package dataset

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A-X03, A-X04: order of dimensions and of bytes.
func TestReadNPY(t *testing.T) {
	for _, name := range []string{"npy_c_order_f4_2x3.npy", "npy_fortran_f4_2x3.npy", "npy_bigendian_f8_2x3.npy"} {
		want := []float64{1, 2, 3, 4, 5, 6}
		a, err := ReadNPY[float64](testdata(name))
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, a.Shape)
		require.Equal(t, want, a.Data)
		b, err := ReadNPY[float32](testdata(name))
		require.NoError(t, err)
		require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, b.Data)
	}
}

// A-X04.
func TestReadNPZ(t *testing.T) {
	arrays, err := ReadNPZ[float32](testdata("npz_stored_Wb.npz"))
	require.NoError(t, err)
	require.Equal(t, map[string]Array[float32]{
		"W": {Shape: []int{2, 2}, Data: []float32{0.5, -0.3, 0.2, 0.8}, Type: "<f4"},
		"b": {Shape: []int{2}, Data: []float32{0.1, -0.2}, Type: "<f4"},
	}, arrays)

	deflated := func(names ...string) string {
		var file bytes.Buffer
		z := zip.NewWriter(&file)
		for _, name := range names {
			w, err := z.Create(name)
			require.NoError(t, err)
			require.NoError(t, WriteNPY(w, Array[float32]{Data: []float32{7}}))
		}
		require.NoError(t, z.Close())
		path := filepath.Join(t.TempDir(), "f.npz")
		require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
		return path
	}
	arrays, err = ReadNPZ[float32](deflated("a.npy", "b.npy"))
	require.NoError(t, err)
	require.Len(t, arrays, 2)
	for _, names := range [][]string{{"a.npy", "a.npy"}, {"a.txt"}} {
		_, err = ReadNPZ[float32](deflated(names...))
		require.ErrorContains(t, err, "occurs twice or is no .npy file")
	}
	_, err = ReadNPZ[float32](testdata("npy_c_order_f4_2x3.npy"))
	require.ErrorContains(t, err, "npy_c_order_f4_2x3.npy: zip")
}

// npy builds a file from the entries of its dictionary and its elements.
func npy(dict string, elements ...byte) []byte {
	return append(append([]byte(npyMagic+"\x01\x00"), byte(len(dict)), 0), append([]byte(dict), elements...)...)
}

func TestNPYTypes(t *testing.T) {
	for _, c := range []struct {
		descr    string
		elements []byte
		want     []float64
	}{
		{"|u1", []byte{0, 255}, []float64{0, 255}},
		{"|i1", []byte{0, 255}, []float64{0, -1}},
		{"|b1", []byte{0, 1}, []float64{0, 1}},
		{"<i2", []byte{1, 0, 0xfe, 0xff}, []float64{1, -2}},
		{">i2", []byte{0, 1, 0xff, 0xfe}, []float64{1, -2}},
		{"<u2", []byte{1, 0, 0xfe, 0xff}, []float64{1, 65534}},
		{"<i4", []byte{1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}, []float64{1, -2}},
		{">u4", []byte{0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe}, []float64{1, 4294967294}},
		{"<i8", []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []float64{1, -2}},
		{">u8", []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0}, []float64{1, 1 << 40}},
		{"<f2", []byte{0, 0x3c, 1, 0x80}, []float64{1, -0x1p-24}},
		{">f2", []byte{0x7b, 0xff, 0xfc, 0}, []float64{65504, math.Inf(-1)}},
		{"=f4", []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, []float64{1, -2}},
	} {
		a, err := decodeNPY[float64](bytes.NewReader(npy(`{"shape": (2,), "descr":'`+c.descr+`', 'fortran_order':False}`, c.elements...)))
		require.NoError(t, err, c.descr)
		require.Equal(t, c.want, a.Data, c.descr)
	}
}

// Shapes as Python 2 wrote them.
func TestNPYLongShape(t *testing.T) {
	a, err := decodeNPY[float64](bytes.NewReader(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 2L), }", 3, 4)))
	require.NoError(t, err)
	require.Equal(t, Array[float64]{Shape: []int{1, 2}, Data: []float64{3, 4}, Type: "|u1"}, a)
}

// D5: texts, alone and beside numbers.
func TestNPYText(t *testing.T) {
	for _, c := range []struct {
		dict     string
		elements string
		want     []string
	}{
		{"'descr': '<U2', 'fortran_order': False, 'shape': (2,)", "a\x00\x00\x00\xe9\x00\x00\x00b\x00\x00\x00\x00\x00\x00\x00", []string{"aé", "b"}},
		{"'descr': '>U1', 'fortran_order': False, 'shape': (1,)", "\x00\x00\x00a", []string{"a"}},
		{"'descr': '|S2', 'fortran_order': True, 'shape': (2,2)", "a\x00bbc\x00dd", []string{"a", "c", "bb", "dd"}},
	} {
		a, err := decodeNPY[float32](bytes.NewReader(npy("{"+c.dict+"}", []byte(c.elements)...)))
		require.NoError(t, err)
		require.Equal(t, c.want, a.Text)
		require.Nil(t, a.Data)
	}
	arrays, err := ReadNPZ[float32](testdata("npz_numbers_and_text.npz"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, arrays["names"].Text)
	require.Equal(t, []float32{0, 1, 2, 3, 4, 5}, arrays["x"].Data)
}

// A column-major array of three dimensions: element (i, j, k) stands at
// i + 2j + 6k in the file and is that number.
func TestNPYFortranOrder(t *testing.T) {
	var elements []byte
	for i := range byte(24) {
		elements = append(elements, i)
	}
	a, err := decodeNPY[float32](bytes.NewReader(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", elements...)))
	require.NoError(t, err)
	for i := range 2 {
		for j := range 3 {
			for k := range 4 {
				require.Equal(t, float32(i+2*j+6*k), a.Data[12*i+4*j+k])
			}
		}
	}
}

// A-X10 and its kind.
func TestNPYRefuses(t *testing.T) {
	ok := "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"objects", testfile(t, "npy_object_dtype.npy"), `elements of type "|O" are not supported`},
		{"8 GB promised", testfile(t, "npy_truncated.npy"), ""}, // a 32-bit int doesn't hold the size
		{"truncated", npy(ok, 0, 0, 0), "promises 4 bytes, found 3"},
		{"longer", npy(ok, 0, 0, 0, 0, 0), "longer than its header says"},
		{"quarter floats", npy(strings.Replace(ok, "f4", "f1", 1)), `"<f1" are not supported`},
		{"structures", npy(strings.Replace(ok, "'<f4'", "[('x', '<f4')]", 1)), "no plain type"},
		{"no order", npy("{'descr': '<f4', 'shape': (1,), }"), `the key "fortran_order" is missing`},
		{"negative dimension", npy(strings.Replace(ok, "(1,)", "(-1,)", 1)), "a dimension of the shape is no whole number of at least 0"},
		{"no dimension", npy(strings.Replace(ok, "(1,)", "(1,,)", 1)), "a dimension of the shape is no whole number"},
		{"number as the shape", npy(strings.Replace(ok, "(1,)", "(1L)", 1)), "the shape is a number: want a tuple, such as (1,)"},
		{"leading zero", npy(strings.Replace(ok, "(1,)", "(01,)", 1)), "a dimension of the shape is no whole number"},
		{"fourth key", npy(strings.Replace(ok, "}", "'x': '1'}", 1)), `the key "x" is unknown`},
		{"key twice", npy(strings.Replace(ok, "}", "'shape': (2,)}", 1)), `the key "shape" occurs twice`},
		{"text before", npy("x" + ok), "want {"},
		{"text behind", npy(ok + "x"), `"x" follows`},
		{"no comma", npy(strings.Replace(ok, "', 'f", "' 'f", 1)), "want ,"},
		{"no value", npy("{'descr', 'shape'}"), "want :"},
		{"escape", npy(strings.Replace(ok, "<f4", `\\x3cf4`, 1)), "has escapes"},
		{"product wraps", npy(strings.Replace(ok, "(1,)", "(1073741824, 1073741824, 1073741824)", 1)), "more elements than can be addressed"},
		{"other magic", []byte("\x93NUMPX\x01\x00"), "not an NPY file"},
		{"empty", nil, `not an NPY file: it begins with ""`},
		{"version 0", []byte(npyMagic + "\x00\x00"), "NPY version 0 is unknown"},
		{"version 4", []byte(npyMagic + "\x04\x00"), "NPY version 4 is unknown"},
		{"half a length", []byte(npyMagic + "\x02\x00\x00\x00"), "cut short"},
		{"half a header", []byte(npyMagic + "\x01\x00\x08\x00{"), "cut short"},
		{"huge header", []byte(npyMagic + "\x02\x00\xff\xff\xff\xff"), "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.npy")
			require.NoError(t, os.WriteFile(path, c.file, 0o600))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ReadNPY[float32](path)
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
		})
	}
}

// A-X05: what NumPy reads, down to the comma in the shape of a vector.
func TestWriteNPY(t *testing.T) {
	for _, c := range []struct {
		shape []int
		want  string
	}{
		{[]int{3}, "(3,)"}, {[]int{2, 3}, "(2, 3)"}, {nil, "()"}, {[]int{0, 5}, "(0, 5)"},
	} {
		n := 1
		for _, d := range c.shape {
			n *= d
		}
		a := Array[float64]{Shape: append([]int{}, c.shape...), Data: make([]float64, n)}
		for i := range a.Data {
			a.Data[i] = math.Copysign(0, -1) + math.Pi*float64(i)
		}
		var file bytes.Buffer
		require.NoError(t, WriteNPY(&file, a))
		require.Zero(t, (file.Len()-8*n)%64)
		require.Contains(t, file.String(), "{'descr': '<f8', 'fortran_order': False, 'shape': "+c.want+", }")
		require.Equal(t, byte('\n'), file.Bytes()[file.Len()-8*n-1])
		back, err := decodeNPY[float64](&file)
		require.NoError(t, err)
		a.Type = "<f8"
		require.Equal(t, a, back)
	}
	for _, a := range []Array[float32]{
		{Shape: []int{2}},
		{Shape: []int{-1, -1}, Data: []float32{1}},
		{Shape: []int{math.MaxInt/2 + 1, 4}}, // the product wraps to 0
	} {
		require.Panics(t, func() { WriteNPY(&bytes.Buffer{}, a) })
	}
}

func FuzzDecodeNPY(f *testing.F) {
	for _, name := range []string{"npy_c_order_f4_2x3.npy", "npy_fortran_f4_2x3.npy", "npy_object_dtype.npy", "npy_truncated.npy"} {
		f.Add(testfile(f, name))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := decodeNPY[float32](bytes.NewReader(file), Limits{Memory: 1 << 24})
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		require.True(t, len(a.Data) == n || len(a.Text) == n || a.Data == nil && a.Text == nil)
	})
}
