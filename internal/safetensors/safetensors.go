// Package safetensors reads and writes files of the safetensors format. What the tensors
// and the metadata mean is package model's affair.
//
// A file is the length n of the header as little-endian uint64, n bytes of JSON that
// begin with {, padded with spaces, then the tensors, little-endian, which fill the rest
// of the file without holes or overlap. The JSON object maps the name of each tensor to
// {"dtype", "shape", "data_offsets": [begin, end]} and "__metadata__" to an object
// of strings, or to null.
//
// Large files are read and written in one pass: [ReadHeader] and [ReadValues],
// [Header.Encode] and [WriteValues]. [Parse] keeps a whole file in memory, for tensors of
// any type.
//
// Source: https://github.com/huggingface/safetensors, README, section Format.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// DType returns the format's name of T: "F32" or "F64".
func DType[T kernels.Float]() string {
	if unsafe.Sizeof(T(0)) == 4 {
		return "F32"
	}
	return "F64"
}

// hostIsLittle tells whether numbers in memory have the format's byte order.
var hostIsLittle = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// piece is how many bytes are read or written at once: they stay in the L2 cache for
// whoever wants to hash them.
const piece = 1 << 18

// ReadValues fills dst from r, which holds little-endian numbers of type T. What it reads
// goes to seen as well, in pieces that don't change after.
func ReadValues[T kernels.Float](r io.Reader, dst []T, seen io.Writer) error {
	for b := asBytes(dst); len(b) > 0; {
		part := b[:min(piece, len(b))]
		if _, err := io.ReadFull(r, part); err != nil {
			return err
		}
		b = b[len(part):]
		if hostIsLittle {
			seen.Write(part)
		} else {
			seen.Write(bytes.Clone(part))
			swap[T](part)
		}
	}
	return nil
}

// WriteValues writes values to w as little-endian numbers.
func WriteValues[T kernels.Float](w io.Writer, values []T) error {
	var swapped []byte
	for b := asBytes(values); len(b) > 0; {
		part := b[:min(piece, len(b))]
		b = b[len(part):]
		if !hostIsLittle {
			swapped = append(swapped[:0], part...)
			swap[T](swapped)
			part = swapped
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// asBytes returns the memory of s.
func asBytes[T kernels.Float](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(T(0))))
}

// swap reverses the bytes of every element of b.
func swap[T kernels.Float](b []byte) {
	if unsafe.Sizeof(T(0)) == 4 {
		for ; len(b) >= 4; b = b[4:] {
			binary.BigEndian.PutUint32(b, binary.LittleEndian.Uint32(b))
		}
		return
	}
	for ; len(b) >= 8; b = b[8:] {
		binary.BigEndian.PutUint64(b, binary.LittleEndian.Uint64(b))
	}
}

// Tensor is one array of a file.
type Tensor struct {
	Info
	Data []byte // row-major, little-endian
}

// File is a file in memory.
type File struct {
	Tensors  []Tensor // in the order of their data
	Metadata map[string]string
}

// Parse decodes a file and checks it to the last byte. The tensors' data alias file.
func Parse(file []byte) (*File, error) {
	h, raw, err := ReadHeader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	data := file[len(raw):]
	if h.Size() != len(data) {
		return nil, fmt.Errorf("damaged safetensors file: the tensors end at byte %d of the data, which has %d", h.Size(), len(data))
	}
	f := &File{Metadata: h.Metadata}
	for _, t := range h.Tensors {
		f.Tensors = append(f.Tensors, Tensor{t, data[t.Begin:t.End:t.End]})
	}
	return f, nil
}

// Values returns the elements of a tensor of F64, F32, F16 or BF16, which are exact in
// float64, and ok = false for other types.
func (t *Tensor) Values() (values []float64, ok bool) {
	element, ok := floats[t.DType]
	if !ok {
		return nil, false
	}
	size := sizes[t.DType]
	values = make([]float64, len(t.Data)/size)
	for i := range values {
		values[i] = element(t.Data[i*size:])
	}
	return values, true
}

var floats = map[string]func([]byte) float64{
	"F64": func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) },
	"F32": func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) },
	"BF16": func(b []byte) float64 {
		return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16))
	},
	"F16": func(b []byte) float64 { return Half(binary.LittleEndian.Uint16(b)) },
}

// Half returns the number whose IEEE 754 binary16 representation is b.
func Half(b uint16) float64 {
	magnitude := math.Inf(1)
	switch exponent, fraction := int(b>>10&31), float64(b&1023); {
	case exponent == 0:
		magnitude = math.Ldexp(fraction, -24)
	case exponent < 31:
		magnitude = math.Ldexp(1024+fraction, exponent-25)
	case fraction != 0:
		magnitude = math.NaN()
	}
	if b>>15 == 1 {
		return -magnitude
	}
	return magnitude
}
