package onnx

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Append appends the file of m to b. Equal models give equal bytes. It is an error if a
// tensor is neither of float32, float64, int64 or bool, nor of strings.
func (m *Model) Append(b []byte) ([]byte, error) {
	b = number(b, 1, m.IR)
	b = text(b, 2, m.Producer)
	graph, err := m.Graph.append(nil)
	if err != nil {
		return nil, err
	}
	b = text(b, 7, string(graph))
	for _, domain := range slices.Sorted(maps.Keys(m.Opsets)) {
		var o []byte
		if domain != "" {
			o = text(o, 1, domain)
		}
		b = text(b, 8, string(number(o, 2, m.Opsets[domain])))
	}
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		b = text(b, 14, string(text(text(nil, 1, key), 2, m.Metadata[key])))
	}
	return b, nil
}

func (g *Graph) append(b []byte) ([]byte, error) {
	for _, n := range g.Nodes {
		node, err := n.append(nil)
		if err != nil {
			return nil, err
		}
		b = text(b, 1, string(node))
	}
	b = text(b, 2, g.Name)
	for _, t := range g.Constants {
		tensor, err := t.append(nil)
		if err != nil {
			return nil, err
		}
		b = text(b, 5, string(tensor))
	}
	for _, v := range g.Inputs {
		b = text(b, 11, string(v.append(nil)))
	}
	for _, v := range g.Outputs {
		b = text(b, 12, string(v.append(nil)))
	}
	return b, nil
}

func (n *Node) append(b []byte) ([]byte, error) {
	for _, s := range n.Inputs {
		b = text(b, 1, s)
	}
	for _, s := range n.Outputs {
		b = text(b, 2, s)
	}
	if n.Name != "" {
		b = text(b, 3, n.Name)
	}
	b = text(b, 4, n.Op)
	for _, a := range n.Attributes {
		attribute, err := a.append(nil)
		if err != nil {
			return nil, err
		}
		b = text(b, 5, string(attribute))
	}
	if n.Domain != "" {
		b = text(b, 7, n.Domain)
	}
	return b, nil
}

func (a *Attribute) append(b []byte) ([]byte, error) {
	b = text(b, 1, a.Name)
	switch a.Type {
	case Float:
		b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(a.F))
	case Int:
		b = number(b, 3, a.I)
	case String:
		b = text(b, 4, a.S)
	case TensorA:
		tensor, err := a.T.append(nil)
		if err != nil {
			return nil, err
		}
		b = text(b, 5, string(tensor))
	case Floats:
		for _, v := range a.Floats {
			b = protowire.AppendFixed32(protowire.AppendTag(b, 7, protowire.Fixed32Type), math.Float32bits(v))
		}
	case Ints:
		for _, v := range a.Ints {
			b = number(b, 8, v)
		}
	case Strings:
		for _, s := range a.Strings {
			b = text(b, 9, s)
		}
	default:
		return nil, fmt.Errorf("attribute %q of type %d", a.Name, a.Type)
	}
	return number(b, 20, int64(a.Type)), nil
}

func (t *Tensor) append(b []byte) ([]byte, error) {
	for _, d := range t.Shape {
		b = number(b, 1, int64(d))
	}
	b = number(b, 2, int64(t.Type))
	for _, s := range t.Strings {
		b = text(b, 6, s)
	}
	b = text(b, 8, t.Name)
	if t.Type == Text {
		return b, nil
	}
	raw := make([]byte, 0, 4*len(t.Numbers))
	for _, v := range t.Numbers {
		switch t.Type {
		case Float32:
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		case Float64:
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
		case Int64:
			raw = binary.LittleEndian.AppendUint64(raw, uint64(int64(v)))
		case Bool:
			raw = append(raw, byte(v))
		default:
			return nil, fmt.Errorf("tensor %q of type %d", t.Name, t.Type)
		}
	}
	return text(b, 9, string(raw)), nil
}

func (v *Value) append(b []byte) []byte {
	var shape []byte
	for _, d := range v.Shape {
		if d.Name != "" {
			shape = text(shape, 1, string(text(nil, 2, d.Name)))
		} else {
			shape = text(shape, 1, string(number(nil, 1, int64(d.Size))))
		}
	}
	tensor := text(number(nil, 1, int64(v.Type)), 2, string(shape))
	return text(text(b, 1, v.Name), 2, string(text(nil, 1, string(tensor))))
}

func number(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func text(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}
