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

	"github.com/nabla-go/nabla/internal/strictjson"
)

// maxHeader is the longest header that is accepted, the limit of the reference
// implementation.
const maxHeader = 100_000_000

const metadataKey = "__metadata__"

// Info is what the header says of a tensor.
type Info struct {
	Name       string
	DType      string // such as "F32"
	Shape      []int  // empty for a scalar
	Begin, End int    // where its bytes stand in the data
}

// A Header is all of a file but its data.
type Header struct {
	Tensors  []Info // in the order of their data, which they fill
	Metadata map[string]string
}

// Size returns the number of bytes of the data.
func (h *Header) Size() int {
	if n := len(h.Tensors); n > 0 {
		return h.Tensors[n-1].End
	}
	return 0
}

// sizes has the bytes of an element of every type of the format whose elements are whole
// bytes.
var sizes = map[string]int{
	"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E5M2": 1, "F8_E4M3": 1, "C64": 8,
	"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
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

// Encode returns the beginning of a file, up to the data, which begin at a multiple of
// 8. It sets Begin and End of the tensors. Equal headers give equal bytes.
func (h *Header) Encode() ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 8))
	b.WriteByte('{')
	field := func(key string, value any) {
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		k, _ := json.Marshal(key)
		v, _ := json.Marshal(value)
		fmt.Fprintf(b, "%s:%s", k, v)
	}
	for key, text := range h.Metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			return nil, fmt.Errorf("metadata %q: %q is not UTF-8", key, text)
		}
	}
	if len(h.Metadata) > 0 {
		field(metadataKey, h.Metadata) // encoding/json sorts the keys of a map
	}
	seen := map[string]bool{metadataKey: true}
	end := 0
	for i := range h.Tensors {
		t := &h.Tensors[i]
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor name %q is reserved or used twice", t.Name)
		}
		if !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("tensor name %q is not UTF-8", t.Name)
		}
		seen[t.Name] = true
		n, ok := elements(t.Shape)
		size := sizes[t.DType]
		if !ok || size == 0 || n > (math.MaxInt-end)/size {
			return nil, fmt.Errorf("tensor %q: no file can hold shape %v of %s", t.Name, t.Shape, t.DType)
		}
		t.Begin, t.End = end, end+n*size
		end = t.End
		field(t.Name, map[string]any{"dtype": t.DType, "shape": append([]int{}, t.Shape...), "data_offsets": []int{t.Begin, t.End}})
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len()-8 > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes, more than %d", b.Len()-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(b.Len()-8))
	return b.Bytes(), nil
}

// ReadHeader reads the beginning of a file, up to the data, and returns it decoded and
// as it stands. Of what can't be a safetensors file, however long, it reads 9 bytes;
// memory is taken as bytes come.
func ReadHeader(r io.Reader) (h *Header, raw []byte, err error) {
	start := make([]byte, 9)
	if n, err := io.ReadFull(r, start); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, nil, fmt.Errorf("not a safetensors file: %d bytes are too few", n)
	} else if err != nil {
		return nil, nil, err
	}
	n := binary.LittleEndian.Uint64(start)
	switch {
	case n < uint64(len("{}")):
		return nil, nil, fmt.Errorf("not a safetensors file: a header of %d bytes is too short", n)
	case n > maxHeader:
		return nil, nil, fmt.Errorf("not a safetensors file: a header of %d bytes is longer than %d", n, maxHeader)
	case start[8] != '{':
		return nil, nil, fmt.Errorf("not a safetensors file: the header begins with %q, want {", start[8])
	}
	raw, err = io.ReadAll(io.MultiReader(bytes.NewReader(start), io.LimitReader(r, int64(n)-1)))
	if err != nil {
		return nil, nil, err
	}
	if rest := len(raw) - 8; uint64(rest) < n {
		return nil, nil, fmt.Errorf("damaged safetensors file: the header takes %d bytes, but only %d are there", n, rest)
	}
	h, err = parseHeader(raw[8:])
	return h, raw, err
}

// parseHeader decodes the JSON object and checks that the tensors fill their data.
func parseHeader(text []byte) (*Header, error) {
	entries, metadata, err := decodeHeader(text)
	if err != nil {
		return nil, fmt.Errorf("damaged safetensors header: %w", err)
	}
	h := &Header{Metadata: metadata, Tensors: slices.Collect(maps.Values(entries))}
	slices.SortFunc(h.Tensors, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End), cmp.Compare(a.Name, b.Name))
	})
	end := 0
	for i := range h.Tensors {
		t := &h.Tensors[i]
		if sizes[t.DType] == 0 {
			return nil, fmt.Errorf("tensor %q: elements of type %q are not supported", t.Name, t.DType)
		}
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("damaged safetensors file: tensor %q: %w", t.Name, err)
		}
		if t.Begin != end {
			return nil, fmt.Errorf("damaged safetensors file: tensor %q begins at byte %d of the data, but the one before it ends at %d", t.Name, t.Begin, end)
		}
		end = t.End
	}
	return h, nil
}

// check tells whether the header agrees with itself on the tensor.
func (t *Info) check() error {
	if t.Begin > t.End {
		return fmt.Errorf("data offsets [%d, %d] end before they begin", t.Begin, t.End)
	}
	n, ok := elements(t.Shape)
	size := sizes[t.DType]
	if !ok || n > math.MaxInt/size {
		return fmt.Errorf("shape %v has more elements than can be addressed", t.Shape)
	}
	if n*size != t.End-t.Begin {
		return fmt.Errorf("shape %v of %s takes %d bytes, but the data offsets [%d, %d] span %d", t.Shape, t.DType, n*size, t.Begin, t.End, t.End-t.Begin)
	}
	return nil
}

// decodeHeader reads the JSON object. Unlike json.Unmarshal it refuses keys that
// occur twice, and numbers that aren't plain integers. Fields that it doesn't know may
// hold anything.
func decodeHeader(header []byte) (entries map[string]Info, metadata map[string]string, err error) {
	if err := strictjson.Check(header); err != nil {
		return nil, nil, err
	}
	h := headerParser{json.NewDecoder(bytes.NewReader(header))}
	h.UseNumber()
	entries = make(map[string]Info)
	err = h.object(func(name string) (err error) {
		if name == metadataKey {
			metadata, err = h.metadata()
			return err
		}
		entries[name], err = h.entry(name)
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

// metadata reads an object of strings; null stands for none.
func (h headerParser) metadata() (m map[string]string, err error) {
	var raw json.RawMessage
	if err := h.Decode(&raw); err != nil || string(raw) == "null" {
		return nil, err
	}
	inner := headerParser{json.NewDecoder(bytes.NewReader(raw))}
	m = make(map[string]string)
	err = inner.object(func(key string) (err error) {
		m[key], err = inner.text()
		return err
	})
	return m, err
}

func (h headerParser) entry(name string) (Info, error) {
	e := Info{Name: name}
	var offsets []int
	err := h.object(func(key string) (err error) {
		switch key {
		case "dtype":
			e.DType, err = h.text()
		case "shape":
			e.Shape, err = h.integers()
		case "data_offsets":
			offsets, err = h.integers()
		default:
			var skipped json.RawMessage
			err = h.Decode(&skipped)
		}
		return err
	})
	if err == nil && (e.DType == "" || e.Shape == nil || len(offsets) != 2) {
		err = errors.New("want dtype, shape and two data_offsets")
	}
	if err == nil {
		e.Begin, e.End = offsets[0], offsets[1]
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
