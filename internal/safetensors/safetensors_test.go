package safetensors

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
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

// array is a tensor to write.
type array struct {
	name   string
	shape  []int
	values any // []float32 or []float64
}

// encode returns a file.
func encode(metadata map[string]string, arrays ...array) ([]byte, error) {
	h := Header{Metadata: metadata}
	var data bytes.Buffer
	for _, a := range arrays {
		dtype := "F32"
		switch v := a.values.(type) {
		case []float32:
			WriteValues(&data, v)
		case []float64:
			dtype = "F64"
			WriteValues(&data, v)
		}
		h.Tensors = append(h.Tensors, Info{Name: a.name, DType: dtype, Shape: a.shape})
	}
	start, err := h.Encode()
	return append(start, data.Bytes()...), err
}

func values(t *testing.T, tensor Tensor) []float64 {
	t.Helper()
	v, ok := tensor.Values()
	require.True(t, ok)
	return v
}

// A-X09: a linear layer as PyTorch writes it.
func TestParseLinear(t *testing.T) {
	s, err := Parse(readTestdata(t, "st_ok_linear_3out_2in.safetensors"))
	require.NoError(t, err)
	require.Len(t, s.Tensors, 2)
	require.Equal(t, "fc.weight", s.Tensors[0].Name)
	require.Equal(t, []int{3, 2}, s.Tensors[0].Shape)
	for i, want := range [][]float32{{0.5, -0.3, 0.2, 0.8, 1.5, -2.5}, {0.1, -0.2, 0.25}} {
		var got []float32
		for _, v := range values(t, s.Tensors[i]) {
			got = append(got, float32(v))
		}
		require.Equal(t, want, got)
	}
}

// A-X12: empty tensors and scalars are valid.
func TestParseEmptyAndScalar(t *testing.T) {
	s, err := Parse(readTestdata(t, "st_empty_tensor_ok.safetensors"))
	require.NoError(t, err)
	require.Equal(t, "e", s.Tensors[0].Name)
	require.Equal(t, []int{0}, s.Tensors[0].Shape)
	require.Empty(t, s.Tensors[0].Data)
	require.Equal(t, "s", s.Tensors[1].Name)
	require.Equal(t, []float64{2.5}, values(t, s.Tensors[1]))
}

// Case M1: no metadata may be written as null. Fields that the format doesn't know yet may
// hold anything.
func TestParseTolerates(t *testing.T) {
	s, err := Parse(readTestdata(t, "st_meta_null.safetensors"))
	require.NoError(t, err)
	require.Empty(t, s.Metadata)
	require.Equal(t, []int{6}, s.Tensors[0].Shape)
	_, err = Parse(withHeader(`{"t":{"dtype":"U8","more":[{"a":null}],"shape":[1],"data_offsets":[0,1]}}`, 9))
	require.NoError(t, err)
}

// Case M2 and all other floats: every value that they have is one of float64.
func TestValues(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0: 0, 1: 0x1p-24, 0x03ff: 0x1.ff8p-15, 0x0400: 0x1p-14, 0x3c00: 1, 0x3555: 0x1.554p-2, 0x7bff: 65504, 0x7c00: math.Inf(1),
		0x8000: math.Copysign(0, -1), 0x8001: -0x1p-24, 0xc000: -2, 0xfc00: math.Inf(-1),
	} {
		require.Equal(t, math.Float64bits(want), math.Float64bits(Half(bits)), "%#x", bits)
	}
	require.True(t, math.IsNaN(Half(0x7e00)))
	require.True(t, math.IsNaN(Half(0xfc01)))

	bf16 := Tensor{Info{DType: "BF16"}, []byte{0x80, 0x3f, 0x49, 0xc0}}
	require.Equal(t, []float64{1, -3.140625}, values(t, bf16))
	_, ok := (&Tensor{Info{DType: "I64"}, make([]byte, 8)}).Values()
	require.False(t, ok)
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
		{"offset past end", readTestdata(t, "st_offset_past_end.safetensors"), "the tensors end at byte 16 of the data, which has 8"},
		{"unknown dtype", readTestdata(t, "st_unknown_dtype.safetensors"), `"t": `}, // a 32-bit int doesn't even hold its offset
		{"unknown dtype, right offsets", withHeader(`{"t":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "t": elements of type "F99" are not supported`},
		{"huge header", readTestdata(t, "st_header_len_huge.safetensors"), "header of 18446744073709551612 bytes"},
		{"empty file", nil, "0 bytes are too few"},
		{"zeros", make([]byte, 100), "a header of 0 bytes is too short"},
		{"header longer than file", withHeader(`{}`)[:9], "only 1 are there"},
		{"header just over the cap", append(binary.LittleEndian.AppendUint64(nil, maxHeader+1), 0), "longer than"},
		{"no JSON", withHeader(`{"a"`), "not one JSON value"},
		{"two values", withHeader(`{}{}`), "not one JSON value"},
		{"array", withHeader(`[]`), `the header begins with '[', want {`},
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
		{"half of a surrogate pair", withHeader(`{"\ud800":{`+f32x1+`[0,4]}}`, four...), `\ud800 is half of a surrogate pair`}, // case M5
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
	arrays := []array{
		{"b <&\"é", []int{2, 3}, f32},
		{"a", []int{3}, f64},
		{"empty", []int{0, 7}, []float64{}},
		{"scalar", nil, []float32{7}},
	}
	metadata := map[string]string{"z": "1", "a": "line\nbreak"}
	file, err := encode(metadata, arrays...)
	require.NoError(t, err)
	again, err := encode(metadata, arrays...)
	require.NoError(t, err)
	require.Equal(t, file, again)
	require.Zero(t, (binary.LittleEndian.Uint64(file))%8, "data must begin at a multiple of 8")

	// The file decodes at any address (A-M10).
	back, err := Parse(append([]byte{0}, file...)[1:])
	require.NoError(t, err)
	require.Equal(t, metadata, back.Metadata)
	require.Len(t, back.Tensors, 4)
	for i, want := range arrays[:2] {
		require.Equal(t, want.name, back.Tensors[i].Name)
		require.Equal(t, want.shape, back.Tensors[i].Shape)
	}
	got32, got64 := make([]float32, len(f32)), make([]float64, len(f64))
	require.NoError(t, ReadValues(bytes.NewReader(back.Tensors[0].Data), got32, io.Discard))
	require.NoError(t, ReadValues(bytes.NewReader(back.Tensors[1].Data), got64, io.Discard))
	for i := range f32 {
		require.Equal(t, math.Float32bits(f32[i]), math.Float32bits(got32[i]))
	}
	for i := range f64 {
		require.Equal(t, math.Float64bits(f64[i]), math.Float64bits(got64[i]))
	}
}

// The bytes on disk are little-endian on every host; swapped ones are big-endian. Long
// arrays go in pieces.
func TestBytes(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteValues(&b, []float32{1, -2}))
	require.NoError(t, WriteValues(&b, []float64{1}))
	require.Equal(t, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, b.Bytes())
	swap[float32](b.Bytes()[:8])
	swap[float64](b.Bytes()[8:])
	require.Equal(t, []byte{0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}, b.Bytes())

	long := make([]float64, 2*piece/8+3)
	for i := range long {
		long[i] = float64(i)
	}
	b.Reset()
	require.NoError(t, WriteValues(&b, long))
	got := make([]float64, len(long))
	require.ErrorIs(t, ReadValues(bytes.NewReader(b.Bytes()[:b.Len()-1]), got, io.Discard), io.ErrUnexpectedEOF)
	require.NoError(t, ReadValues(&b, got, io.Discard))
	require.Equal(t, long, got)
	require.ErrorIs(t, WriteValues(failing{}, long), os.ErrClosed)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestEncodeRefuses(t *testing.T) {
	x := array{"x", []int{1}, []float32{1}}
	_, err := encode(nil, x, x)
	require.ErrorContains(t, err, `"x" is reserved or used twice`)
	_, err = encode(nil, array{"__metadata__", []int{1}, []float32{1}})
	require.ErrorContains(t, err, "reserved")
	// JSON would turn other bytes into replacement characters.
	_, err = encode(nil, array{"\xe9", []int{1}, []float32{1}})
	require.ErrorContains(t, err, `tensor name "\xe9" is not UTF-8`)
	_, err = encode(map[string]string{"a": "\xe9"})
	require.ErrorContains(t, err, `metadata "a": "\xe9" is not UTF-8`)
	_, err = encode(nil, array{"x", []int{1 << 30, 1 << 30, 1 << 30}, []float32{}})
	require.ErrorContains(t, err, `tensor "x": no file can hold shape`)
}

// What can't be a file is not read: case "A 3 GB file with a plausible length".
func TestReadsTheBeginningOnly(t *testing.T) {
	file := append(binary.LittleEndian.AppendUint64(nil, maxHeader), "x1,x2,y\n"...)
	r := io.MultiReader(bytes.NewReader(file), iotest.ErrReader(os.ErrClosed))
	_, _, err := ReadHeader(r)
	require.ErrorContains(t, err, "the header begins with 'x', want {")

	// Memory is taken as bytes come, not as the length says.
	file[8] = '{'
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err = ReadHeader(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "the header takes 100000000 bytes, but only 8 are there")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<16))
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
		h := Header{Metadata: s.Metadata}
		var data []byte
		for _, tensor := range s.Tensors {
			h.Tensors = append(h.Tensors, tensor.Info)
			data = append(data, tensor.Data...)
			tensor.Values()
		}
		start, err := h.Encode()
		require.NoError(t, err)
		back, err := Parse(append(start, data...))
		require.NoError(t, err)
		require.Equal(t, len(s.Tensors), len(back.Tensors))
		for i := range s.Tensors {
			require.Equal(t, s.Tensors[i], back.Tensors[i])
		}
	})
}
