package safetensors

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
)

// withHeader builds a safetensors file from a header and data.
func withHeader(header string, data ...byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), data...)
}

func readTestdata(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

// encode returns the bytes that Write writes.
func encode(f *File) ([]byte, error) {
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// values returns the values of t, whose shape they must fill.
func values[T kernels.Float](t Tensor) ([]T, error) {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	v := make([]T, n)
	return v, Copy(v, t)
}

// A-X09: a linear layer as PyTorch writes it.
func TestParseLinear(t *testing.T) {
	s, err := Parse(readTestdata(t, "st_ok_linear_3out_2in.safetensors"))
	require.NoError(t, err)
	require.Len(t, s.Tensors, 2)
	require.Equal(t, "fc.weight", s.Tensors[0].Name)
	require.Equal(t, []int{3, 2}, s.Tensors[0].Shape)
	w, err := values[float32](s.Tensors[0])
	require.NoError(t, err)
	require.Equal(t, []float32{0.5, -0.3, 0.2, 0.8, 1.5, -2.5}, w)
	b, err := values[float32](s.Tensors[1])
	require.NoError(t, err)
	require.Equal(t, []float32{0.1, -0.2, 0.25}, b)

	_, err = values[float64](s.Tensors[0])
	require.ErrorContains(t, err, `"fc.weight" is F32, want F64`)
}

// A-X12: empty tensors and scalars are valid.
func TestParseEmptyAndScalar(t *testing.T) {
	s, err := Parse(readTestdata(t, "st_empty_tensor_ok.safetensors"))
	require.NoError(t, err)
	require.Equal(t, "e", s.Tensors[0].Name)
	require.Equal(t, []int{0}, s.Tensors[0].Shape)
	require.Empty(t, s.Tensors[0].Data)
	require.Equal(t, "s", s.Tensors[1].Name)
	v, err := values[float32](s.Tensors[1])
	require.NoError(t, err)
	require.Equal(t, []float32{2.5}, v)
}

func TestCopyRefuses(t *testing.T) {
	for _, tensor := range []Tensor{
		{Name: "t", DType: "F32", Shape: []int{1}, Data: make([]byte, 3)},
		{Name: "t", DType: "F32", Shape: []int{2}, Data: make([]byte, 4)},
		{Name: "t", DType: "F32", Shape: []int{-1, -1}, Data: make([]byte, 4)},
		{Name: "t", DType: "F32", Shape: []int{0}, Data: make([]byte, 4)},
	} {
		_, err := values[float32](tensor)
		require.ErrorContains(t, err, `tensor "t" has shape [`)
	}
	require.ErrorContains(t, Copy(make([]float32, 2), NewTensor("t", []int{3}, []float32{1, 2, 3})), `tensor "t" has 3 elements, want 2`)
}

// A-X06, X07, X08 and their kind.
func TestParseRefuses(t *testing.T) {
	const f32x1 = `"dtype":"F32","shape":[1],"data_offsets":`
	four := make([]byte, 4)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"shape bigger than offsets", readTestdata(t, "st_shape_bigger_than_offsets.safetensors"), "[1000 1000] of F32 takes 4000000 bytes, but the data offsets [0, 4] span 4"},
		{"offset past end", readTestdata(t, "st_offset_past_end.safetensors"), "[0, 16] are not within the 8 bytes"},
		{"unknown dtype", readTestdata(t, "st_unknown_dtype.safetensors"), `"t": `}, // a 32-bit int doesn't even hold its offset
		{"unknown dtype, right offsets", withHeader(`{"t":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`, four...), `"F99" is not supported`},
		{"huge header", readTestdata(t, "st_header_len_huge.safetensors"), "header of 18446744073709551612 bytes"},
		{"empty file", nil, "0 bytes are too few"},
		{"zeros", make([]byte, 100), "a header of 0 bytes is too short"},
		{"header longer than file", withHeader(`{}`)[:9], "only 1 are there"},
		{"header just over the cap", binary.LittleEndian.AppendUint64(nil, maxHeader+1), "longer than"},
		{"no JSON", withHeader(`{"a"`), "not one JSON value"},
		{"two values", withHeader(`{}{}`), "not one JSON value"},
		{"array", withHeader(`[]`), "want an object"},
		{"bad UTF-8", withHeader("{\"\xff\":1}"), "UTF-8"},
		{"bytes after the tensors", withHeader(`{"t":{`+f32x1+`[0,4]}}`, 0, 0, 0, 0, 9), "end at byte 4 of the data, which has 5"},
		{"hole", withHeader(`{"t":{`+f32x1+`[4,8]}}`, make([]byte, 8)...), "begins at byte 4"},
		{"overlap", withHeader(`{"t":{`+f32x1+`[0,4]},"u":{`+f32x1+`[2,6]}}`, make([]byte, 6)...), `"u" begins at byte 2`},
		{"same bytes twice", withHeader(`{"t":{`+f32x1+`[0,4]},"u":{`+f32x1+`[0,4]}}`, four...), `"u" begins at byte 0`},
		{"begin after end", withHeader(`{"t":{`+f32x1+`[4,0]}}`, four...), "[4, 0]"},
		{"name twice", withHeader(`{"t":{`+f32x1+`[0,4]},"t":{`+f32x1+`[0,4]}}`, four...), `"t" occurs twice`},
		{"field twice", withHeader(`{"t":{`+f32x1+`[0,4],"dtype":"F64"}}`, four...), `"dtype" occurs twice`},
		{"metadata key twice", withHeader(`{"__metadata__":{"a":"1","a":"2"}}`), `"a" occurs twice`},
		{"metadata of numbers", withHeader(`{"__metadata__":{"a":1}}`), "want a string"},
		{"metadata no object", withHeader(`{"__metadata__":"a"}`), "want an object"},
		{"unknown field", withHeader(`{"t":{`+f32x1+`[0,4],"x":1}}`, four...), "unknown field"},
		{"no dtype", withHeader(`{"t":{"shape":[1],"data_offsets":[0,4]}}`, four...), "want dtype, shape"},
		{"no shape", withHeader(`{"t":{"dtype":"F32","data_offsets":[0,4]}}`, four...), "want dtype, shape"},
		{"three offsets", withHeader(`{"t":{`+f32x1+`[0,2,4]}}`, four...), "two data_offsets"},
		{"negative offset", withHeader(`{"t":{`+f32x1+`[-4,0]}}`, four...), "want an integer"},
		{"fractional offset", withHeader(`{"t":{`+f32x1+`[0,4.0]}}`, four...), "want an integer"},
		{"offset as text", withHeader(`{"t":{`+f32x1+`["0",4]}}`, four...), "want an integer"},
		{"nested shape", withHeader(`{"t":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, four...), "want an integer"},
		{"offset beyond int", withHeader(`{"t":{`+f32x1+`[0,18446744073709551620]}}`, four...), "want an integer"},
		{"product wraps", withHeader(`{"t":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,4],"data_offsets":[0,4]}}`, four...), "more elements than can be addressed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.file)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestRoundTrip(t *testing.T) {
	f32 := []float32{0, float32(math.Copysign(0, -1)), 1e-45, -1.5, float32(math.Inf(1)), math.Float32frombits(0x7fc12345)}
	f64 := []float64{math.Pi, 5e-324, math.Inf(-1)}
	s := &File{
		Tensors: []Tensor{
			NewTensor("b <&\"é", []int{2, 3}, f32),
			NewTensor("a", []int{3}, f64),
			NewTensor("empty", []int{0, 7}, []float64{}),
			NewTensor("scalar", nil, []float32{7}),
		},
		Metadata: map[string]string{"z": "1", "a": "line\nbreak"},
	}
	file, err := encode(s)
	require.NoError(t, err)
	again, err := encode(s)
	require.NoError(t, err)
	require.Equal(t, file, again)
	require.Zero(t, (binary.LittleEndian.Uint64(file))%8, "data must begin at a multiple of 8")

	// The file decodes at any address (A-M10).
	back, err := Parse(append([]byte{0}, file...)[1:])
	require.NoError(t, err)
	require.Equal(t, s.Metadata, back.Metadata)
	require.Len(t, back.Tensors, 4)
	for i, want := range []string{"b <&\"é", "a"} {
		require.Equal(t, want, back.Tensors[i].Name)
		require.Equal(t, s.Tensors[i].Shape, back.Tensors[i].Shape)
	}
	got32, err := values[float32](back.Tensors[0])
	require.NoError(t, err)
	for i := range f32 {
		require.Equal(t, math.Float32bits(f32[i]), math.Float32bits(got32[i]))
	}
	got64, err := values[float64](back.Tensors[1])
	require.NoError(t, err)
	for i := range f64 {
		require.Equal(t, math.Float64bits(f64[i]), math.Float64bits(got64[i]))
	}
}

// The bytes on disk are little-endian on every host.
func TestTensorBytes(t *testing.T) {
	require.Equal(t, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, NewTensor("t", []int{2}, []float32{1, -2}).Data)
	require.Equal(t, []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, NewTensor("t", []int{1}, []float64{1}).Data)
}

func TestWriteRefusesNames(t *testing.T) {
	x := NewTensor("x", []int{1}, []float32{1})
	_, err := encode(&File{Tensors: []Tensor{x, x}})
	require.ErrorContains(t, err, `"x" is reserved or used twice`)
	_, err = encode(&File{Tensors: []Tensor{NewTensor("__metadata__", []int{1}, []float32{1})}})
	require.ErrorContains(t, err, "reserved")
	// JSON would turn other bytes into replacement characters.
	_, err = encode(&File{Tensors: []Tensor{NewTensor("\xe9", []int{1}, []float32{1})}})
	require.ErrorContains(t, err, `tensor name "\xe9" is not UTF-8`)
	_, err = encode(&File{Metadata: map[string]string{"a": "\xe9"}})
	require.ErrorContains(t, err, `metadata "a": "\xe9" is not UTF-8`)
}

// Any bytes give a file that agrees with itself, or an error, and cost memory
// in proportion to their number.
func FuzzParse(f *testing.F) {
	names, err := filepath.Glob("testdata/*.safetensors")
	require.NoError(f, err)
	require.NotEmpty(f, names)
	for _, name := range names {
		b, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Parse(file)
		if err != nil {
			return
		}
		out, err := encode(s)
		require.NoError(t, err)
		back, err := Parse(out)
		require.NoError(t, err)
		require.Equal(t, len(s.Tensors), len(back.Tensors))
		for i := range s.Tensors {
			require.Equal(t, s.Tensors[i], back.Tensors[i])
		}
	})
}
