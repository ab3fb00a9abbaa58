package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Array is an array of any number of dimensions, as NumPy stores it.
type Array[T kernels.Float] struct {
	Shape []int    // empty for a scalar
	Data  []T      // row-major ("C order"), whatever the order in the file; nil if it holds no numbers
	Text  []string // the elements of an array of texts, likewise
	Type  string   // of the elements in the file it was read from, as in "<f4"
}

// bytes returns what the elements take.
func (a *Array[T]) bytes() int64 {
	total := int64(len(a.Data)) * elemSize[T]()
	for _, s := range a.Text {
		total += textBytes + int64(len(s))
	}
	return total
}

// textBytes is what a text takes beside its bytes.
const textBytes = 24

// ReadNPY reads an array of floats, integers, truth values or texts, of either byte
// order, in row-major or column-major ("Fortran") order, and rounds each number once
// to T. Structured types are an error, and so are Python objects, which could run code.
func ReadNPY[T kernels.Float](path string, limits ...Limits) (Array[T], error) {
	f, err := open(path)
	if err != nil {
		return Array[T]{}, err
	}
	defer f.Close()
	a, err := decodeNPY[T](f, limits...)
	if err == nil && a.Data == nil && a.Text == nil {
		err = fmt.Errorf("elements of type %q are not supported: want floats, integers, truth values or texts", a.Type)
	}
	if err != nil {
		return Array[T]{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// ReadNPZ reads the arrays of an NPZ file (a zip file of NPY files), compressed
// or not, by name. Those that hold neither numbers nor texts have a shape and a type only.
func ReadNPZ[T kernels.Float](path string, limits ...Limits) (map[string]Array[T], error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	arrays, err := decodeNPZ[T](&z.Reader, limits...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return arrays, nil
}

// DecodeNPZ is ReadNPZ for the size bytes that r holds.
func DecodeNPZ[T kernels.Float](r io.ReaderAt, size int64) (map[string]Array[T], error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	return decodeNPZ[T](z)
}

func decodeNPZ[T kernels.Float](z *zip.Reader, limits ...Limits) (map[string]Array[T], error) {
	arrays := make(map[string]Array[T])
	l := firstLimits(limits)
	for _, entry := range z.File {
		name, ok := strings.CutSuffix(entry.Name, ".npy")
		if _, twice := arrays[name]; !ok || twice {
			return nil, fmt.Errorf("entry %q occurs twice or is no .npy file", entry.Name)
		}
		r, err := entry.Open()
		if err == nil {
			arrays[name], err = decodeNPY[T](r, l)
			r.Close()
		}
		if err != nil {
			return nil, named(entry.Name+": ", err)
		}
		if l.Memory > 0 {
			a := arrays[name]
			l.Memory = max(l.Memory-a.bytes(), 1)
		}
	}
	return arrays, nil
}

// decodeNPY reads one array. One that holds neither numbers nor texts has a shape and a
// type only.
func decodeNPY[T kernels.Float](r io.Reader, limits ...Limits) (a Array[T], err error) {
	h, err := readNPYHeader(r)
	if err != nil {
		return a, err
	}
	a.Shape, a.Type = h.shape, h.descr
	text, textSize := npyText(h.descr)
	element, size := npyElement[T](h.descr)
	if element == nil && text == nil {
		return a, nil
	}
	toSize := elemSize[T]()
	if text != nil {
		size, toSize = textSize, textBytes+int64(textSize)
	}
	data, err := readPromised(r, a.Shape, size, toSize, limits...)
	if err != nil {
		return a, err
	}
	if text != nil {
		a.Text = make([]string, len(data)/max(size, 1))
		for i := range a.Text {
			a.Text[i] = text(data[i*size : (i+1)*size])
		}
		if h.fortran {
			a.Text = rowMajor(a.Text, a.Shape)
		}
		return a, nil
	}
	a.Data = make([]T, len(data)/size)
	for i := range a.Data {
		a.Data[i] = element(data[i*size:])
	}
	if h.fortran && len(a.Shape) > 1 {
		a.Data = rowMajor(a.Data, a.Shape)
	}
	return a, nil
}

// npyText returns how to decode one text of a NumPy type, and its size in bytes, or nil if
// the type is none of texts.
func npyText(descr string) (text func([]byte) string, size int) {
	if len(descr) < 3 || !strings.Contains("<>=|", descr[:1]) || !strings.Contains("US", descr[1:2]) {
		return nil, 0
	}
	n, err := strconv.Atoi(descr[2:])
	if err != nil || n < 1 || n > maxNPYHeader {
		return nil, 0
	}
	if descr[1] == 'S' {
		return func(b []byte) string { return string(bytes.TrimRight(b, "\x00")) }, n
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	return func(b []byte) string {
		var s []rune
		for ; len(b) >= 4; b = b[4:] {
			s = append(s, rune(order.Uint32(b)))
		}
		return strings.TrimRight(string(s), "\x00")
	}, 4 * n
}

// npyElement returns how to decode one element of a NumPy type, and its size in
// bytes, or nil for a type that is not supported.
func npyElement[T kernels.Float](descr string) (element func([]byte) T, size int) {
	if len(descr) != 3 || !strings.Contains("<>=|", descr[:1]) {
		return nil, 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	switch descr[1:] {
	case "f2":
		return func(b []byte) T { return T(half(order.Uint16(b))) }, 2
	case "f4":
		return func(b []byte) T { return T(math.Float32frombits(order.Uint32(b))) }, 4
	case "f8":
		return func(b []byte) T { return T(math.Float64frombits(order.Uint64(b))) }, 8
	case "i1":
		return func(b []byte) T { return T(int8(b[0])) }, 1
	case "i2":
		return func(b []byte) T { return T(int16(order.Uint16(b))) }, 2
	case "i4":
		return func(b []byte) T { return T(int32(order.Uint32(b))) }, 4
	case "i8":
		return func(b []byte) T { return T(int64(order.Uint64(b))) }, 8
	case "u1", "b1":
		return func(b []byte) T { return T(b[0]) }, 1
	case "u2":
		return func(b []byte) T { return T(order.Uint16(b)) }, 2
	case "u4":
		return func(b []byte) T { return T(order.Uint32(b)) }, 4
	case "u8":
		return func(b []byte) T { return T(order.Uint64(b)) }, 8
	}
	return nil, 0
}

// half returns the value of a float16.
func half(b uint16) float64 {
	sign, exponent, fraction := float64(1), int(b>>10&31), float64(b&1023)
	if b>>15 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return math.Copysign(math.Ldexp(fraction, -24), sign)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// rowMajor brings column-major elements into row-major order.
func rowMajor[E any](data []E, shape []int) []E {
	out := make([]E, len(data))
	index := make([]int, len(shape)) // of the next element of data: the first dimension runs fastest
	for _, v := range data {
		at := 0
		for d, i := range index {
			at = at*shape[d] + i
		}
		out[at] = v
		for d := range index {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}

// WriteNPY writes an array in NPY version 1, little-endian and row-major. It
// panics if the shape has another number of elements than Data or a negative
// dimension.
func WriteNPY[T kernels.Float](w io.Writer, a Array[T]) error {
	if elements, ok := product(1, a.Shape); !ok || elements != len(a.Data) {
		panic("dataset: WriteNPY: shape and data differ in length")
	}
	dims := ""
	for _, d := range a.Shape {
		dims += strconv.Itoa(d) + ", "
	}
	if len(a.Shape) > 1 {
		dims = strings.TrimSuffix(dims, ", ")
	} else {
		dims = strings.TrimSuffix(dims, " ") // the tuple of one number has a comma: (3,)
	}
	size := int(unsafe.Sizeof(T(0)))
	header := fmt.Sprintf("{'descr': '<f%d', 'fortran_order': False, 'shape': (%s), }", size, dims)
	const before = len(npyMagic) + 4
	padding := 63 - (before+len(header))%64 // so that the elements begin at a multiple of 64
	header += strings.Repeat(" ", padding) + "\n"
	file := append([]byte(npyMagic), 1, 0)
	file = binary.LittleEndian.AppendUint16(file, uint16(len(header)))
	file = append(file, header...)
	for _, v := range a.Data {
		if size == 4 {
			file = binary.LittleEndian.AppendUint32(file, math.Float32bits(float32(v)))
		} else {
			file = binary.LittleEndian.AppendUint64(file, math.Float64bits(float64(v)))
		}
	}
	_, err := w.Write(file)
	return err
}
