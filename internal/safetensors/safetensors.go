// Package safetensors reads and writes files of the safetensors format, of float32
// and float64 tensors. What the tensors and the metadata mean is package model's
// affair.
//
// A file is the length n of the header as little-endian uint64, n bytes of JSON
// padded with spaces, then the tensors, little-endian, which fill the rest of the
// file without holes or overlap. The JSON object maps the name of each tensor to
// {"dtype", "shape", "data_offsets": [begin, end]} and "__metadata__" to an object
// of strings.
//
// Source: https://github.com/huggingface/safetensors, README, section Format.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// maxHeader is the longest header that is accepted, the limit of the reference
// implementation.
const maxHeader = 100_000_000

const metadataKey = "__metadata__"

// Tensor is one array of a file.
type Tensor struct {
	Name  string
	DType string // "F32" or "F64"
	Shape []int  // empty for a scalar
	Data  []byte // row-major, little-endian
}

// File is the content of a file.
type File struct {
	Tensors  []Tensor // in the order of their data
	Metadata map[string]string
}

// NewTensor returns a tensor that holds a copy of values. It panics unless shape
// has as many elements.
func NewTensor[T kernels.Float](name string, shape []int, values []T) Tensor {
	if n, ok := elements(shape); !ok || n != len(values) {
		panic("safetensors: NewTensor: shape and values differ in length")
	}
	t := Tensor{Name: name, DType: DType[T](), Shape: slices.Clone(shape)}
	t.Data = make([]byte, 0, len(values)*dtypeSize(t.DType))
	for _, v := range values {
		if t.DType == "F32" {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(float32(v)))
		} else {
			t.Data = binary.LittleEndian.AppendUint64(t.Data, math.Float64bits(float64(v)))
		}
	}
	return t
}

// Copy decodes the values of t into dst. Values of the other precision than T are
// an error: converting them would change what a network computes. So are data that
// don't fill the shape, and a shape that dst doesn't have room for.
func Copy[T kernels.Float](dst []T, t Tensor) error {
	if want := DType[T](); t.DType != want {
		return fmt.Errorf("tensor %q is %s, want %s", t.Name, t.DType, want)
	}
	size := dtypeSize(t.DType)
	n, ok := elements(t.Shape)
	if !ok || len(t.Data)%size != 0 || n != len(t.Data)/size {
		return fmt.Errorf("tensor %q has shape %v of %s, but %d bytes of data", t.Name, t.Shape, t.DType, len(t.Data))
	}
	if n != len(dst) {
		return fmt.Errorf("tensor %q has %d elements, want %d", t.Name, n, len(dst))
	}
	for i := range dst {
		if size == 4 {
			dst[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:])))
		} else {
			dst[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:])))
		}
	}
	return nil
}

// DType returns the format's name of T: "F32" or "F64".
func DType[T kernels.Float]() string {
	if unsafe.Sizeof(T(0)) == 4 {
		return "F32"
	}
	return "F64"
}

// dtypeSize returns the bytes of an element, or 0 for an unknown type.
func dtypeSize(dtype string) int {
	switch dtype {
	case "F32":
		return 4
	case "F64":
		return 8
	}
	return 0
}

// elements returns the product of the dimensions, unless one is negative or it
// is too large for an int.
func elements(shape []int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		hi, lo := bits.Mul(uint(n), uint(d))
		if d < 0 || hi != 0 || lo > math.MaxInt {
			return 0, false
		}
		n = int(lo)
	}
	return n, true
}

// Write writes the file to w, or nothing if the content is no valid file. Equal
// contents give equal bytes.
func (f *File) Write(w io.Writer) error {
	header, err := f.header()
	if err != nil {
		return err
	}
	start := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(header)), uint64(len(header)))
	if _, err := w.Write(append(start, header...)); err != nil {
		return err
	}
	for _, t := range f.Tensors {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// header returns the JSON object, padded so that the data begin at a multiple of 8.
func (f *File) header() ([]byte, error) {
	var header bytes.Buffer
	header.WriteByte('{')
	field := func(key string, value any) {
		if header.Len() > 1 {
			header.WriteByte(',')
		}
		k, _ := json.Marshal(key)
		v, _ := json.Marshal(value)
		fmt.Fprintf(&header, "%s:%s", k, v)
	}
	for key, text := range f.Metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			return nil, fmt.Errorf("metadata %q: %q is not UTF-8", key, text)
		}
	}
	if len(f.Metadata) > 0 {
		field(metadataKey, f.Metadata) // encoding/json sorts the keys of a map
	}
	seen := map[string]bool{metadataKey: true}
	end := 0
	for _, t := range f.Tensors {
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor name %q is reserved or used twice", t.Name)
		}
		if !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("tensor name %q is not UTF-8", t.Name)
		}
		seen[t.Name] = true
		begin := end
		end += len(t.Data)
		e := entry{DType: t.DType, Shape: t.Shape, Offsets: []int{begin, end}}
		if e.Shape == nil {
			e.Shape = []int{}
		}
		if err := e.check(end); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		field(t.Name, e)
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if header.Len() > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes, more than %d", header.Len(), maxHeader)
	}
	return header.Bytes(), nil
}

// headerLength reads the length of the header from the first 8 bytes of a file.
func headerLength(file []byte) (uint64, error) {
	if len(file) < 8 {
		return 0, fmt.Errorf("not a safetensors file: %d bytes are too few", len(file))
	}
	n := binary.LittleEndian.Uint64(file)
	switch {
	case n < uint64(len("{}")):
		return 0, fmt.Errorf("not a safetensors file: a header of %d bytes is too short", n)
	case n > maxHeader:
		return 0, fmt.Errorf("not a safetensors file: a header of %d bytes is longer than %d", n, maxHeader)
	}
	return n, nil
}

// ReadAll reads r to its end, but of what can't be a safetensors file, however
// long, no more than the beginning. [Parse] tells what is wrong with that.
func ReadAll(r io.Reader) ([]byte, error) {
	start, err := io.ReadAll(io.LimitReader(r, 8))
	if err != nil {
		return nil, err
	}
	if _, err := headerLength(start); err != nil {
		return start, nil
	}
	return io.ReadAll(io.MultiReader(bytes.NewReader(start), r))
}

// Parse decodes a file of F32 and F64 tensors and checks it to the
// last byte. The tensors' data alias file; nothing is allocated by what the
// header claims, only by its length.
func Parse(file []byte) (*File, error) {
	n, err := headerLength(file)
	if err != nil {
		return nil, err
	}
	if rest := len(file) - 8; n > uint64(rest) {
		return nil, fmt.Errorf("damaged safetensors file: the header takes %d bytes, but only %d are there", n, rest)
	}
	header, data := file[8:8+n], file[8+n:]
	entries, metadata, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("damaged safetensors header: %w", err)
	}
	names := slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
		x, y := entries[a].Offsets, entries[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]), cmp.Compare(a, b))
	})
	f := &File{Metadata: metadata}
	end := 0
	for _, name := range names {
		e := entries[name]
		if err := e.check(len(data)); err != nil {
			return nil, fmt.Errorf("damaged safetensors file: tensor %q: %w", name, err)
		}
		if e.Offsets[0] != end {
			return nil, fmt.Errorf("damaged safetensors file: tensor %q begins at byte %d of the data, but the one before it ends at %d", name, e.Offsets[0], end)
		}
		begin := end
		end = e.Offsets[1]
		f.Tensors = append(f.Tensors, Tensor{Name: name, DType: e.DType, Shape: e.Shape, Data: data[begin:end:end]})
	}
	if end != len(data) {
		return nil, fmt.Errorf("damaged safetensors file: the tensors end at byte %d of the data, which has %d", end, len(data))
	}
	return f, nil
}

// entry is what the header says of one tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"` // begin, end
}

// check tells whether the entry agrees with itself and with dataLen bytes of data.
func (e entry) check(dataLen int) error {
	size := dtypeSize(e.DType)
	if size == 0 {
		return fmt.Errorf("dtype %q is not supported: want F32 or F64", e.DType)
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || begin > end || end > dataLen {
		return fmt.Errorf("data offsets [%d, %d] are not within the %d bytes of data", begin, end, dataLen)
	}
	n, ok := elements(e.Shape)
	if !ok || n > math.MaxInt/size {
		return fmt.Errorf("shape %v has more elements than can be addressed", e.Shape)
	}
	if n*size != end-begin {
		return fmt.Errorf("shape %v of %s takes %d bytes, but the data offsets [%d, %d] span %d", e.Shape, e.DType, n*size, begin, end, end-begin)
	}
	return nil
}

// parseHeader reads the JSON object. Unlike json.Unmarshal it refuses keys that
// occur twice, fields it doesn't know, and numbers that aren't plain integers.
func parseHeader(header []byte) (entries map[string]entry, metadata map[string]string, err error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("it is not UTF-8")
	}
	if !json.Valid(header) {
		return nil, nil, errors.New("it is not one JSON value")
	}
	h := headerParser{json.NewDecoder(bytes.NewReader(header))}
	h.UseNumber()
	entries = make(map[string]entry)
	err = h.object(func(name string) (err error) {
		if name == metadataKey {
			metadata, err = h.metadata()
			return err
		}
		entries[name], err = h.entry()
		return err
	})
	return entries, metadata, err
}

// headerParser reads JSON that is known to be valid.
type headerParser struct{ *json.Decoder }

// object reads an object and calls value at the value of each key.
func (h headerParser) object(value func(key string) error) error {
	if t, err := h.Token(); t != json.Delim('{') {
		return cmp.Or(err, fmt.Errorf("found %v, want an object", t))
	}
	seen := make(map[string]bool)
	for h.More() {
		t, err := h.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		if seen[key] {
			return fmt.Errorf("key %q occurs twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	_, err := h.Token()
	return err
}

func (h headerParser) metadata() (map[string]string, error) {
	m := make(map[string]string)
	err := h.object(func(key string) (err error) {
		m[key], err = h.text()
		return err
	})
	return m, err
}

func (h headerParser) entry() (entry, error) {
	var e entry
	err := h.object(func(key string) (err error) {
		switch key {
		case "dtype":
			e.DType, err = h.text()
		case "shape":
			e.Shape, err = h.integers()
		case "data_offsets":
			e.Offsets, err = h.integers()
		default:
			err = errors.New("unknown field")
		}
		return err
	})
	if err == nil && (e.DType == "" || e.Shape == nil || len(e.Offsets) != 2) {
		err = errors.New("want dtype, shape and two data_offsets")
	}
	return e, err
}

func (h headerParser) text() (string, error) {
	t, err := h.Token()
	if s, ok := t.(string); ok {
		return s, nil
	}
	return "", cmp.Or(err, fmt.Errorf("found %v, want a string", t))
}

// integers reads an array of integers ≥ 0 and never returns a nil slice with a
// nil error.
func (h headerParser) integers() ([]int, error) {
	if t, err := h.Token(); t != json.Delim('[') {
		return nil, cmp.Or(err, fmt.Errorf("found %v, want an array", t))
	}
	list := []int{}
	for h.More() {
		t, err := h.Token()
		if err != nil {
			return nil, err
		}
		number, _ := t.(json.Number)
		n, err := strconv.ParseInt(number.String(), 10, strconv.IntSize)
		if err != nil || strings.HasPrefix(number.String(), "-") {
			return nil, fmt.Errorf("found %v, want an integer that an int can hold", t)
		}
		list = append(list, int(n))
	}
	_, err := h.Token()
	return list, err
}
