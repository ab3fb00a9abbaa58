package onnx

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// everything is a model with all that can be written.
func everything() *Model {
	return &Model{
		IR: 8, Producer: "test", Opsets: map[string]int64{"": 17, "ai.onnx.ml": 3}, Metadata: map[string]string{"a": "b", "c": ""},
		Graph: Graph{
			Name: "g",
			Nodes: []Node{{
				Op: "Op", Domain: "ai.onnx.ml", Name: "n", Inputs: []string{"x", "", "w"}, Outputs: []string{"y"},
				Attributes: []Attribute{
					{Name: "f", Type: Float, F: -0.5}, {Name: "i", Type: Int, I: -1}, {Name: "s", Type: String, S: "\xff"},
					{Name: "t", Type: TensorA, T: Tensor{Name: "in", Type: Int64, Shape: []int{2}, Numbers: []float64{1, -2}}},
					{Name: "F", Type: Floats, Floats: []float32{1, 2}}, {Name: "I", Type: Ints, Ints: []int64{math.MinInt64, 3}}, {Name: "S", Type: Strings, Strings: []string{"", "é"}},
				},
			}},
			Constants: []Tensor{
				{Name: "w", Type: Float32, Shape: []int{1, 2}, Numbers: []float64{1.5, math.Inf(1)}},
				{Name: "d", Type: Float64, Numbers: []float64{math.Pi}},
				{Name: "b", Type: Bool, Shape: []int{2}, Numbers: []float64{0, 1}},
				{Name: "s", Type: Text, Shape: []int{2}, Strings: []string{"a", ""}},
				{Name: "e", Type: Float32, Shape: []int{0, 3}, Numbers: []float64{}},
			},
			Inputs:  []Value{{Name: "x", Type: Float32, Shape: []Dim{{Name: "batch"}, {Size: 4}}}},
			Outputs: []Value{{Name: "y", Type: Text, Shape: []Dim{{Size: 1}}}},
		},
	}
}

func encode(t testing.TB, m *Model) []byte {
	t.Helper()
	b, err := m.Append(nil)
	require.NoError(t, err)
	return b
}

func TestRoundTrip(t *testing.T) {
	b := encode(t, everything())
	require.Equal(t, b, encode(t, everything()))
	back, err := Read(iotest.OneByteReader(bytes.NewReader(b)))
	require.NoError(t, err)
	require.Equal(t, everything(), back)
}

// tensor returns a file with one constant, made of fields.
func tensor(f ...func([]byte) []byte) []byte {
	var t []byte
	for _, field := range f {
		t = field(t)
	}
	return text(number(nil, 1, 8), 7, string(text(nil, 5, string(t))))
}

func integer(field protowire.Number, v int64) func([]byte) []byte {
	return func(b []byte) []byte { return number(b, field, v) }
}

func raw(field protowire.Number, s string) func([]byte) []byte {
	return func(b []byte) []byte { return text(b, field, s) }
}

// Data stand raw or in typed fields, packed or not, in every type that fields are for.
func TestTypedData(t *testing.T) {
	packed := func(v ...uint64) string {
		var b []byte
		for _, x := range v {
			b = protowire.AppendVarint(b, x)
		}
		return string(b)
	}
	fixed := string(protowire.AppendFixed32(protowire.AppendFixed32(nil, math.Float32bits(1.5)), math.Float32bits(-2)))
	minus := uint64(math.MaxUint64) // −1 as a varint
	for name, c := range map[string]struct {
		file []byte
		want []float64
	}{
		"float packed": {tensor(integer(1, 2), integer(2, 1), raw(4, fixed)), []float64{1.5, -2}},
		"float single": {tensor(integer(1, 1), integer(2, 1), func(b []byte) []byte {
			return protowire.AppendFixed32(protowire.AppendTag(b, 4, protowire.Fixed32Type), math.Float32bits(3))
		}), []float64{3}},
		"packed shape": {tensor(raw(1, packed(1, 2)), integer(2, 1), raw(4, fixed)), []float64{1.5, -2}},
		"double":       {tensor(integer(1, 1), integer(2, 11), raw(10, string(protowire.AppendFixed64(nil, math.Float64bits(math.Pi))))), []float64{math.Pi}},
		"int64":        {tensor(integer(1, 2), integer(2, 7), raw(7, packed(5, minus))), []float64{5, -1}},
		"int32":        {tensor(integer(1, 2), integer(2, 6), raw(5, packed(5, minus))), []float64{5, -1}},
		"half typed":   {tensor(integer(1, 2), integer(2, 10), raw(5, packed(0x3c00, 0xc000))), []float64{1, -2}},
		"half raw":     {tensor(integer(1, 2), integer(2, 10), raw(9, "\x00\x3c\x00\xc0")), []float64{1, -2}},
		"bfloat typed": {tensor(integer(1, 1), integer(2, 16), raw(5, packed(0x3fc0))), []float64{1.5}},
		"bfloat raw":   {tensor(integer(1, 1), integer(2, 16), raw(9, "\xc0\x3f")), []float64{1.5}},
		"uint64":       {tensor(integer(1, 1), integer(2, 13), raw(11, packed(9))), []float64{9}},
		"raw int8":     {tensor(integer(1, 2), integer(2, 3), raw(9, "\x01\xff")), []float64{1, -1}},
		"raw uint16":   {tensor(integer(1, 1), integer(2, 4), raw(9, "\xff\xff")), []float64{65535}},
		"scalar":       {tensor(integer(2, 1), raw(9, "\x00\x00\x80\x3f")), []float64{1}},
	} {
		m, err := Parse(c.file)
		require.NoError(t, err, name)
		require.Equal(t, c.want, m.Graph.Constants[0].Numbers, name)
	}
}

func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":               {nil, "not an ONNX file: it is empty"},
		"text":                {[]byte("x1,x2\n"), `not an ONNX file: it begins with "x"`},
		"a zip":               {[]byte("PK\x03\x04"), "not an ONNX file"},
		"no graph":            {number(nil, 1, 8), "not an ONNX file: no graph is in it"},
		"two graphs":          {text(text(nil, 7, ""), 7, ""), "it has 2 graphs"},
		"cut":                 {encode(t, everything())[:100], "not an ONNX file"},
		"functions":           {text(text(nil, 7, ""), 25, ""), "functions of the file's own"},
		"sparse constants":    {text(nil, 7, string(text(nil, 15, ""))), "sparse constants"},
		"a type that changed": {text(nil, 7, string(number(nil, 1, 3))), "a field has another type"},
		"another file":        {tensor(integer(1, 1), integer(2, 1), integer(14, 1)), "its data stand in another file"},
		"external":            {tensor(integer(1, 1), integer(2, 1), raw(13, "")), "its data stand in another file"},
		"segments":            {tensor(raw(3, "")), "tensors in segments"},
		"too few bytes":       {tensor(integer(1, 3), integer(2, 1), raw(9, "\x00\x00\x80\x3f")), "shape [3] of elements of 4 bytes, but 4 bytes"},
		"too few elements":    {tensor(integer(1, 3), integer(2, 7), raw(7, "\x01")), "shape [3], but 1 elements"},
		"a huge shape":        {tensor(integer(1, 1<<40), integer(1, 1<<40), integer(2, 1), raw(9, "")), "more elements than can be addressed"},
		"a negative shape":    {tensor(integer(1, -1), integer(2, 1), raw(9, "")), "more elements than can be addressed"},
		"complex":             {tensor(integer(1, 1), integer(2, 14), raw(9, "")), "elements of type 14 are not supported"},
		"strings":             {tensor(integer(1, 2), integer(2, 8), raw(6, "a")), "shape [2], but 1 strings"},
		"a string of bytes":   {tensor(integer(1, 1), integer(2, 8), raw(6, "\xff")), "is not UTF-8"},
		"a name of bytes":     {tensor(integer(1, 1), integer(2, 1), raw(8, "\xff")), "is not UTF-8"},
	} {
		_, err := Read(bytes.NewReader(c.file))
		require.ErrorContains(t, err, c.want, name)
	}
	_, err := (&Model{Graph: Graph{Constants: []Tensor{{Type: Int8, Numbers: []float64{1}}}}}).Append(nil)
	require.ErrorContains(t, err, `tensor "" of type 3`)
	_, err = (&Model{Graph: Graph{Nodes: []Node{{Attributes: []Attribute{{Name: "g", Type: 5}}}}}}).Append(nil)
	require.ErrorContains(t, err, `attribute "g" of type 5`)
	_, err = Read(iotest.ErrReader(os.ErrClosed))
	require.ErrorIs(t, err, os.ErrClosed)
}

// Of what can't be a file only the beginning is read, and memory is in proportion to bytes.
func TestMemory(t *testing.T) {
	_, err := Read(io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<13)), iotest.ErrReader(os.ErrClosed)))
	require.ErrorContains(t, err, "not an ONNX file")

	nodes := text(nil, 7, strings.Repeat("\x0a\x00", 1<<20)) // a million empty nodes
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Parse(nodes)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "more than 16384 nodes")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20<<20))
}

// Any bytes give a model that is written and read back as it is, or an error.
func FuzzParse(f *testing.F) {
	f.Add(encode(f, everything()))
	names, err := filepath.Glob("../../model/foreign/testdata/*.onnx")
	require.NoError(f, err)
	require.NotEmpty(f, names)
	for _, name := range names {
		b, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Parse(file)
		if err != nil {
			return
		}
		b, err := m.Append(nil)
		if err != nil {
			return // a type that isn't written
		}
		back, err := Parse(b)
		require.NoError(t, err)
		again, err := back.Append(nil)
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}
