package onnx

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/nabla-go/nabla/internal/safetensors"
)

// Read reads a file to its end; of what can't be one, however long, no more than the
// beginning.
func Read(r io.Reader) (*Model, error) {
	b := bufio.NewReader(r)
	start, err := b.Peek(1)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(start) == 0 {
		return nil, errors.New("not an ONNX file: it is empty")
	}
	if !bytes.Contains([]byte(firstBytes), start) {
		return nil, fmt.Errorf("not an ONNX file: it begins with %q", start)
	}
	data, err := io.ReadAll(b)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// firstBytes are the tags of a model's fields, one of which a file begins with.
const firstBytes = "\x08\x12\x1a\x22\x28\x32\x3a\x42\x72"

// Parse decodes a file. Memory is in proportion to it.
func Parse(data []byte) (*Model, error) {
	m := &Model{Opsets: make(map[string]int64), Metadata: make(map[string]string)}
	graphs := 0
	err := fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			m.IR, err = f.integer()
		case 2:
			m.Producer, err = f.text()
		case 7:
			graphs++
			err = f.message(m.Graph.decode)
		case 8:
			err = m.decodeOpset(f)
		case 14:
			err = m.decodeMetadata(f)
		case 25:
			err = errors.New("functions of the file's own are not supported")
		}
		return err
	})
	if graphs == 0 {
		return nil, errors.New("not an ONNX file: no graph is in it")
	}
	if err == nil && graphs > 1 {
		err = fmt.Errorf("damaged ONNX file: it has %d graphs", graphs)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) decodeOpset(f field) error {
	var domain string
	var version int64
	err := f.message(func(f field) (err error) {
		switch f.number {
		case 1:
			domain, err = f.text()
		case 2:
			version, err = f.integer()
		}
		return err
	})
	if domain == "ai.onnx" {
		domain = ""
	}
	if _, twice := m.Opsets[domain]; twice && err == nil {
		err = fmt.Errorf("two versions of the operators of domain %q", domain)
	}
	m.Opsets[domain] = version
	return err
}

func (m *Model) decodeMetadata(f field) error {
	var key, value string
	err := f.message(func(f field) (err error) {
		switch f.number {
		case 1:
			key, err = f.text()
		case 2:
			value, err = f.text()
		}
		return err
	})
	m.Metadata[key] = value
	return err
}

// most is the largest number of nodes, constants, inputs and outputs of a graph each, and
// of what a node has: an empty one takes two bytes of a file, but a hundred of memory.
const most = 1 << 14

var errMany = fmt.Errorf("more than %d nodes, constants, inputs or outputs are not supported", most)

func (g *Graph) decode(f field) (err error) {
	if max(len(g.Nodes), len(g.Constants), len(g.Inputs), len(g.Outputs)) >= most {
		return errMany
	}
	switch f.number {
	case 1:
		var n Node
		err = f.message(n.decode)
		g.Nodes = append(g.Nodes, n)
	case 2:
		g.Name, err = f.text()
	case 5:
		var t Tensor
		t, err = decodeTensor(f)
		g.Constants = append(g.Constants, t)
	case 11, 12:
		var v Value
		err = f.message(v.decode)
		if f.number == 11 {
			g.Inputs = append(g.Inputs, v)
		} else {
			g.Outputs = append(g.Outputs, v)
		}
	case 15:
		err = errors.New("sparse constants are not supported")
	}
	return err
}

func (n *Node) decode(f field) (err error) {
	var s string
	if max(len(n.Inputs), len(n.Outputs), len(n.Attributes)) >= most {
		return errMany
	}
	switch f.number {
	case 1:
		s, err = f.text()
		n.Inputs = append(n.Inputs, s)
	case 2:
		s, err = f.text()
		n.Outputs = append(n.Outputs, s)
	case 3:
		n.Name, err = f.text()
	case 4:
		n.Op, err = f.text()
	case 5:
		var a Attribute
		err = f.message(a.decode)
		n.Attributes = append(n.Attributes, a)
	case 7:
		n.Domain, err = f.text()
		if n.Domain == "ai.onnx" {
			n.Domain = ""
		}
	}
	return err
}

func (a *Attribute) decode(f field) (err error) {
	switch f.number {
	case 1:
		a.Name, err = f.text()
	case 2:
		var v uint32
		v, err = f.fixed32()
		a.F = math.Float32frombits(v)
	case 3:
		a.I, err = f.integer()
	case 4:
		a.S, err = f.bytes()
	case 5:
		a.T, err = decodeTensor(f)
	case 7:
		err = f.fixed32s(func(v uint32) { a.Floats = append(a.Floats, math.Float32frombits(v)) })
	case 8:
		err = f.integers(func(v uint64) { a.Ints = append(a.Ints, int64(v)) })
	case 9:
		var s string
		s, err = f.bytes()
		a.Strings = append(a.Strings, s)
	case 20:
		var t int64
		t, err = f.integer()
		a.Type = AttributeType(t)
	}
	return err
}

func (v *Value) decode(f field) (err error) {
	switch f.number {
	case 1:
		v.Name, err = f.text()
	case 2:
		err = f.message(func(f field) error {
			if f.number != 1 {
				return nil // a sequence, a map or the like: Type stays 0
			}
			return f.message(v.decodeType)
		})
	}
	return err
}

func (v *Value) decodeType(f field) error {
	switch f.number {
	case 1:
		t, err := f.integer()
		v.Type = DataType(t)
		return err
	case 2:
		return f.message(func(f field) error {
			if f.number != 1 {
				return nil
			}
			var d Dim
			err := f.message(func(f field) (err error) {
				switch f.number {
				case 1:
					var n int64
					n, err = f.integer()
					if d.Size = int(n); err == nil && (n < 0 || int64(d.Size) != n) {
						err = fmt.Errorf("a dimension of %d", n)
					}
				case 2:
					d.Name, err = f.text()
				}
				return err
			})
			v.Shape = append(v.Shape, d)
			return err
		})
	}
	return nil
}

// A rawTensor is a tensor as it stands in the file.
type rawTensor struct {
	Tensor
	raw              []byte
	hasRaw, external bool
	numbers          []float64 // of any of the typed fields
	bits             []uint64  // of int32_data, for types of 16 bits
}

func decodeTensor(f field) (Tensor, error) {
	var t rawTensor
	if err := f.message(t.decode); err != nil {
		return Tensor{}, err
	}
	if err := t.finish(); err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return t.Tensor, nil
}

func (t *rawTensor) decode(f field) (err error) {
	number := func(v float64) { t.numbers = append(t.numbers, v) }
	switch f.number {
	case 1:
		err = f.integers(func(v uint64) {
			d := int(v)
			if int64(d) != int64(v) {
				d = -1
			}
			t.Shape = append(t.Shape, d)
		})
	case 2:
		var v int64
		v, err = f.integer()
		t.Type = DataType(v)
	case 3:
		err = errors.New("tensors in segments are not supported")
	case 4:
		err = f.fixed32s(func(v uint32) { number(float64(math.Float32frombits(v))) })
	case 5:
		err = f.integers(func(v uint64) { t.bits = append(t.bits, v) })
	case 6:
		var s string
		s, err = f.bytes()
		t.Strings = append(t.Strings, s)
	case 7:
		err = f.integers(func(v uint64) { number(float64(int64(v))) })
	case 8:
		t.Name, err = f.text()
	case 9:
		t.raw, err = f.content()
		t.hasRaw = true
	case 10:
		err = f.fixed64s(func(v uint64) { number(math.Float64frombits(v)) })
	case 11:
		err = f.integers(func(v uint64) { number(float64(v)) })
	case 13:
		t.external = true
	case 14:
		var v int64
		v, err = f.integer()
		t.external = t.external || v == 1
	}
	return err
}

// elements decodes an element of each type that stands in raw data: its size, and its
// value.
var elements = map[DataType]struct {
	size  int
	value func([]byte) float64
}{
	Float32:  {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	Float64:  {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
	Float16:  {2, func(b []byte) float64 { return half(uint64(binary.LittleEndian.Uint16(b))) }},
	BFloat16: {2, func(b []byte) float64 { return bfloat(uint64(binary.LittleEndian.Uint16(b))) }},
	Int64:    {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
	Int32:    {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
	Int16:    {2, func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) }},
	Int8:     {1, func(b []byte) float64 { return float64(int8(b[0])) }},
	Uint64:   {8, func(b []byte) float64 { return float64(binary.LittleEndian.Uint64(b)) }},
	Uint32:   {4, func(b []byte) float64 { return float64(binary.LittleEndian.Uint32(b)) }},
	Uint16:   {2, func(b []byte) float64 { return float64(binary.LittleEndian.Uint16(b)) }},
	Uint8:    {1, func(b []byte) float64 { return float64(b[0]) }},
	Bool:     {1, func(b []byte) float64 { return float64(b[0]) }},
}

func half(b uint64) float64   { return safetensors.Half(uint16(b)) }
func bfloat(b uint64) float64 { return float64(math.Float32frombits(uint32(uint16(b)) << 16)) }

// finish brings the elements together and compares their number with the shape.
func (t *rawTensor) finish() error {
	if t.external {
		return errors.New("its data stand in another file: save the model in one file")
	}
	count := 1
	for _, d := range t.Shape {
		hi, lo := bits.Mul(uint(count), uint(d))
		if d < 0 || hi != 0 || lo > math.MaxInt {
			return fmt.Errorf("shape %v has more elements than can be addressed", t.Shape)
		}
		count = int(lo)
	}
	if t.Type == Text {
		if len(t.Strings) != count || t.hasRaw {
			return fmt.Errorf("damaged: shape %v, but %d strings", t.Shape, len(t.Strings))
		}
		for _, s := range t.Strings {
			if !utf8.ValidString(s) {
				return fmt.Errorf("the string %q is not UTF-8", s)
			}
		}
		return nil
	}
	e, ok := elements[t.Type]
	if !ok {
		return fmt.Errorf("elements of type %d are not supported", t.Type)
	}
	if t.hasRaw {
		if len(t.raw)%e.size != 0 || len(t.raw)/e.size != count {
			return fmt.Errorf("damaged: shape %v of elements of %d bytes, but %d bytes", t.Shape, e.size, len(t.raw))
		}
		t.Numbers = make([]float64, count)
		for i := range t.Numbers {
			t.Numbers[i] = e.value(t.raw[i*e.size:])
		}
		return nil
	}
	t.Numbers = t.numbers
	for _, v := range t.bits {
		switch t.Type {
		case Float16:
			t.Numbers = append(t.Numbers, half(v))
		case BFloat16:
			t.Numbers = append(t.Numbers, bfloat(v))
		default:
			t.Numbers = append(t.Numbers, float64(int32(v)))
		}
	}
	if len(t.Numbers) != count {
		return fmt.Errorf("damaged: shape %v, but %d elements", t.Shape, len(t.Numbers))
	}
	return nil
}
