package dataset

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Array is an array of any number of dimensions, as NumPy stores it.
type Array[T kernels.Float] struct {
	Shape []int  // empty for a scalar
	Data  []T    // row-major ("C order"), whatever the order in the file
	Type  string // of the elements in the file it was read from, as in "<f4"
}

// The NPY format: the magic string, the version (two bytes), the length of the
// header (little-endian, two bytes in version 1, four in 2 and 3), the header, a
// Python dictionary such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
// and then the elements. Source: NumPy, numpy.lib.format.
const npyMagic = "\x93NUMPY"

// maxNPYHeader limits the header in bytes; NumPy writes some hundred.
const maxNPYHeader = 1 << 20

var (
	npyDescr   = regexp.MustCompile(`['"]descr['"]\s*:\s*['"]([^'"]*)['"]`)
	npyFortran = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False)`)
	npyShape   = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([^()]*)\)`)
)

// ReadNPY reads an array of floats, integers or truth values of either byte
// order in row-major or column-major ("Fortran") order, and rounds each element once
// to T. Structured types are an error, and so are Python objects, which could run code.
func ReadNPY[T kernels.Float](path string) (Array[T], error) {
	f, err := open(path)
	if err != nil {
		return Array[T]{}, err
	}
	defer f.Close()
	a, err := decodeNPY[T](f)
	if err != nil {
		return Array[T]{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// ReadNPZ reads the arrays of an NPZ file (a zip file of NPY files), compressed
// or not, by name.
func ReadNPZ[T kernels.Float](path string) (map[string]Array[T], error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	arrays, err := decodeNPZ[T](&z.Reader)
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

func decodeNPZ[T kernels.Float](z *zip.Reader) (map[string]Array[T], error) {
	arrays := make(map[string]Array[T])
	for _, entry := range z.File {
		name, ok := strings.CutSuffix(entry.Name, ".npy")
		if _, twice := arrays[name]; !ok || twice {
			return nil, fmt.Errorf("entry %q occurs twice or is no .npy file", entry.Name)
		}
		r, err := entry.Open()
		if err == nil {
			arrays[name], err = decodeNPY[T](r)
			r.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
	return arrays, nil
}

func decodeNPY[T kernels.Float](r io.Reader) (a Array[T], err error) {
	header, err := readNPYHeader(r)
	if err != nil {
		return a, err
	}
	descr, fortran, shape := npyDescr.FindStringSubmatch(header), npyFortran.FindStringSubmatch(header), npyShape.FindStringSubmatch(header)
	if descr == nil || fortran == nil || shape == nil {
		return a, fmt.Errorf("the header has no plain type, order and shape: %.200q", header)
	}
	if a.Shape, err = parseNPYShape(shape[1]); err != nil {
		return a, err
	}
	a.Type = descr[1]
	element, size := npyElement[T](a.Type)
	if element == nil {
		return a, fmt.Errorf("elements of type %q are not supported: want floats of 4 or 8 bytes, integers or truth values", descr[1])
	}
	data, err := readPromised(r, a.Shape, size)
	if err != nil {
		return a, err
	}
	a.Data = make([]T, len(data)/size)
	for i := range a.Data {
		a.Data[i] = element(data[i*size:])
	}
	if fortran[1] == "True" {
		a.Data = rowMajor(a.Data, a.Shape)
	}
	return a, nil
}

// readNPYHeader reads up to the first element and returns the dictionary.
func readNPYHeader(r io.Reader) (string, error) {
	head := make([]byte, len(npyMagic)+2)
	if n, err := io.ReadFull(r, head); err != nil || string(head[:len(npyMagic)]) != npyMagic {
		return "", fmt.Errorf("not an NPY file: it begins with %q", head[:n])
	}
	length := make([]byte, 4)
	if major := head[len(npyMagic)]; major == 1 {
		length = length[:2]
	} else if major < 1 || major > 3 {
		return "", fmt.Errorf("NPY version %d is unknown: want 1 to 3", major)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return "", fmt.Errorf("the NPY header is cut short: %w", err)
	}
	n := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if n > maxNPYHeader {
		return "", fmt.Errorf("an NPY header of %d bytes is longer than %d", n, maxNPYHeader)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return "", fmt.Errorf("the NPY header is cut short: %w", err)
	}
	return string(header), nil
}

// parseNPYShape reads the inside of a tuple such as "", "3," or "2, 3".
func parseNPYShape(tuple string) ([]int, error) {
	shape := []int{}
	for d := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(tuple), ","), ",") {
		if tuple = strings.TrimSpace(d); tuple == "" && len(shape) == 0 {
			break // a scalar
		}
		n, err := strconv.Atoi(strings.TrimSuffix(tuple, "L")) // Python 2 wrote 3L
		if err != nil || n < 0 {
			return nil, fmt.Errorf("dimension %q of the shape is no whole number of at least 0", d)
		}
		shape = append(shape, n)
	}
	return shape, nil
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

// rowMajor brings column-major elements into row-major order.
func rowMajor[T kernels.Float](data []T, shape []int) []T {
	out := make([]T, len(data))
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
