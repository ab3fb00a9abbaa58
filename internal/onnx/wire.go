package onnx

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A field is a field of a message.
type field struct {
	number protowire.Number
	wire   protowire.Type
	data   []byte // bytes, or what begins with the number
}

// fields calls do at every field of a message.
func fields(message []byte, do func(field) error) error {
	for len(message) > 0 {
		number, wire, n := protowire.ConsumeTag(message)
		if n < 0 {
			return damaged(n)
		}
		message = message[n:]
		f := field{number, wire, message}
		if wire == protowire.BytesType {
			f.data, n = protowire.ConsumeBytes(message)
		} else {
			n = protowire.ConsumeFieldValue(number, wire, message)
		}
		if n < 0 {
			return damaged(n)
		}
		if err := do(f); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}

func damaged(n int) error { return fmt.Errorf("damaged ONNX file: %w", protowire.ParseError(n)) }

var errType = errors.New("damaged ONNX file: a field has another type than its number says")

func (f field) content() ([]byte, error) {
	if f.wire != protowire.BytesType {
		return nil, errType
	}
	return f.data, nil
}

func (f field) bytes() (string, error) {
	b, err := f.content()
	return string(b), err
}

// text returns a name.
func (f field) text() (string, error) {
	s, err := f.bytes()
	if err == nil && !utf8.ValidString(s) {
		err = fmt.Errorf("damaged ONNX file: the name %q is not UTF-8", s)
	}
	return s, err
}

func (f field) message(do func(field) error) error {
	b, err := f.content()
	if err != nil {
		return err
	}
	return fields(b, do)
}

func (f field) integer() (v int64, err error) {
	if f.wire != protowire.VarintType {
		return 0, errType
	}
	u, _ := protowire.ConsumeVarint(f.data)
	return int64(u), nil
}

func (f field) fixed32() (uint32, error) {
	if f.wire != protowire.Fixed32Type {
		return 0, errType
	}
	v, _ := protowire.ConsumeFixed32(f.data)
	return v, nil
}

// integers calls do at every number of a repeated field, which may be packed.
func (f field) integers(do func(uint64)) error {
	return repeated(f, protowire.VarintType, protowire.ConsumeVarint, do)
}

func (f field) fixed32s(do func(uint32)) error {
	return repeated(f, protowire.Fixed32Type, protowire.ConsumeFixed32, do)
}

func (f field) fixed64s(do func(uint64)) error {
	return repeated(f, protowire.Fixed64Type, protowire.ConsumeFixed64, do)
}

func repeated[V any](f field, wire protowire.Type, consume func([]byte) (V, int), do func(V)) error {
	if f.wire == wire {
		v, _ := consume(f.data)
		do(v)
		return nil
	}
	if f.wire != protowire.BytesType {
		return errType
	}
	for b := f.data; len(b) > 0; {
		v, n := consume(b)
		if n < 0 {
			return damaged(n)
		}
		do(v)
		b = b[n:]
	}
	return nil
}
