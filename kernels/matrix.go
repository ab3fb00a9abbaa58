package kernels

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"
)

// Float is the element type of every kernel.
type Float interface{ ~float32 | ~float64 }

// Matrix is a dense row-major matrix: element (i, j) is Data[i*Stride+j].
// Kernels accept it if Rows and Cols are not negative, Stride ≥ Cols and, unless
// it is empty, len(Data) ≥ (Rows−1)·Stride + Cols. They never touch the elements
// between Cols and Stride. A Stride that is left out is 0, which no matrix with columns
// has: [NewMatrix], [MatrixOf] and [MatrixFromRows] set it.
//
// The layout is that of gonum's blas32.General and blas64.General. Matrix[float64] and
// blas64.General convert into each other; blas32.General has its fields in another order.
type Matrix[T Float] struct {
	Rows, Cols int
	Data       []T
	Stride     int
}

// Transpose tells Gemm whether an operand is used as it is or transposed. Its values
// are those of gonum's blas.Transpose.
type Transpose byte

const (
	NoTrans Transpose = 'N' // the matrix itself
	Trans   Transpose = 'T' // its transpose
)

// NewMatrix returns a rows × cols matrix of zeros with Stride = cols.
// It panics if a dimension is negative or rows·cols overflows int.
func NewMatrix[T Float](rows, cols int) Matrix[T] {
	if rows < 0 || cols < 0 {
		panic("kernels: NewMatrix: negative dimension")
	}
	if cols > 0 && rows > math.MaxInt/cols {
		panic("kernels: NewMatrix: dimensions too large")
	}
	return Matrix[T]{Rows: rows, Cols: cols, Data: make([]T, rows*cols), Stride: cols}
}

// MatrixOf returns the rows × cols matrix, with Stride = cols, whose rows stand one after
// another in data. It shares data's memory. It panics if a dimension is negative or
// len(data) is not rows·cols.
func MatrixOf[T Float](rows, cols int, data []T) Matrix[T] {
	if rows < 0 || cols < 0 {
		panic("kernels: MatrixOf: negative dimension")
	}
	if hi, n := bits.Mul(uint(rows), uint(cols)); hi != 0 || n != uint(len(data)) {
		panic("kernels: MatrixOf: len(data) != rows*cols")
	}
	return Matrix[T]{Rows: rows, Cols: cols, Data: data, Stride: cols}
}

// MatrixFromRows returns a matrix with copies of rows, which all have one length. It panics
// if they don't.
func MatrixFromRows[T Float](rows [][]T) Matrix[T] {
	if len(rows) == 0 {
		return Matrix[T]{}
	}
	m := NewMatrix[T](len(rows), len(rows[0]))
	for i, row := range rows {
		if len(row) != m.Cols {
			panic("kernels: MatrixFromRows: rows of different lengths")
		}
		copyRows(1, m.Cols, m.Row(i), 0, row, 0)
	}
	return m
}

// Row returns row i as a slice of length and capacity Cols that shares the
// matrix's memory. It panics unless 0 ≤ i < Rows and Stride ≥ Cols.
func (m Matrix[T]) Row(i int) []T {
	if uint(i) >= uint(m.Rows) {
		panic("kernels: Matrix.Row: want 0 <= i < Rows")
	}
	if m.Stride < m.Cols {
		panic("kernels: Matrix.Row: want Stride >= Cols (MatrixOf sets it)")
	}
	return row(&m, i)
}

// row is Row for an i that is in range.
func row[T Float](m *Matrix[T], i int) []T {
	if m.Cols == 0 {
		return nil // Data may be empty, whatever Stride is
	}
	return m.Data[i*m.Stride : i*m.Stride+m.Cols : i*m.Stride+m.Cols]
}

// Slice returns rows i up to, but not including, j. It shares the matrix's memory.
// It panics unless 0 ≤ i ≤ j ≤ Rows and Stride ≥ Cols.
func (m Matrix[T]) Slice(i, j int) Matrix[T] {
	if i < 0 || i > j || j > m.Rows {
		panic("kernels: Matrix.Slice: want 0 <= i <= j <= Rows")
	}
	if m.Stride < m.Cols {
		panic("kernels: Matrix.Slice: want Stride >= Cols (MatrixOf sets it)")
	}
	v := Matrix[T]{Rows: j - i, Cols: m.Cols, Stride: m.Stride}
	if i < j && m.Cols > 0 {
		v.Data = m.Data[i*m.Stride : (j-1)*m.Stride+m.Cols]
	}
	return v
}

// Col returns column j as a vector whose elements are Stride apart. It shares the matrix's
// memory. It panics unless 0 ≤ j < Cols and Stride ≥ Cols.
func (m Matrix[T]) Col(j int) Vector[T] {
	if uint(j) >= uint(m.Cols) {
		panic("kernels: Matrix.Col: want 0 <= j < Cols")
	}
	if m.Stride < m.Cols {
		panic("kernels: Matrix.Col: want Stride >= Cols (MatrixOf sets it)")
	}
	v := Vector[T]{N: m.Rows, Inc: m.Stride}
	if m.Rows > 0 {
		v.Data = m.Data[j : (m.Rows-1)*m.Stride+j+1]
	}
	return v
}

// wantMatrix ends the messages about bad matrices.
const wantMatrix = ": want Rows, Cols >= 0, Stride >= Cols (MatrixOf sets it), len(Data) >= (Rows-1)*Stride+Cols"

// Valid reports whether Data holds the elements that the other fields describe.
// Kernels panic if it is false.
func (m Matrix[T]) Valid() bool { return valid(&m) }

// Check returns an error that says what is wrong with m if it is not Valid.
func (m Matrix[T]) Check() error {
	switch {
	case valid(&m):
		return nil
	case m.Rows < 0 || m.Cols < 0:
		return fmt.Errorf("a matrix of %d rows and %d columns: want neither negative", m.Rows, m.Cols)
	case m.Stride < m.Cols:
		return fmt.Errorf("stride %d: want at least %d, the number of columns (kernels.MatrixOf sets it)", m.Stride, m.Cols)
	default:
		return fmt.Errorf("%d elements of data, too few for %d rows of %d with stride %d", len(m.Data), m.Rows, m.Cols, m.Stride)
	}
}

// Overlaps reports whether m and o share an element. Matrices whose rows interleave, such
// as left and right half of one, share none. If their strides differ, it is enough that one
// begins between the first and the last element of the other.
func (m Matrix[T]) Overlaps(o Matrix[T]) bool { return overlapMatrix(&m, &o) }

// valid is Valid. Methods have value receivers, so that they work on results of
// functions; what kernels call for each operand takes a pointer and copies nothing.
func valid[T Float](m *Matrix[T]) bool {
	if m.Rows < 0 || m.Cols < 0 || m.Stride < m.Cols {
		return false
	}
	if m.Rows == 0 || m.Cols == 0 {
		return true
	}
	hi, last := bits.Mul(uint(m.Rows-1), uint(m.Stride))
	return hi == 0 && m.Cols <= len(m.Data) && last <= uint(len(m.Data)-m.Cols)
}

// extent returns the part of Data from the first element to the last.
func extent[T Float](m *Matrix[T]) []T {
	if m.Rows == 0 || m.Cols == 0 {
		return nil
	}
	return m.Data[:(m.Rows-1)*m.Stride+m.Cols]
}

// from returns Data from row i on, or nothing if the matrix is empty.
func from[T Float](m *Matrix[T], i int) []T {
	if m.Rows == 0 || m.Cols == 0 {
		return nil
	}
	return m.Data[i*m.Stride:]
}

// overlap reports whether x and y share memory.
func overlap[A, B any](x []A, y []B) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return x0 < y0+uintptr(len(y))*unsafe.Sizeof(y[0]) && y0 < x0+uintptr(len(x))*unsafe.Sizeof(x[0])
}

// partialOverlap reports whether x and y, of equal length, share memory without
// being the same slice.
func partialOverlap[T Float](x, y []T) bool {
	d := uintptr(unsafe.Pointer(unsafe.SliceData(x))) - uintptr(unsafe.Pointer(unsafe.SliceData(y)))
	n := uintptr(len(x)) * unsafe.Sizeof(T(0))
	return d != 0 && (d < n || -d < n)
}

// overlapMatrix reports whether a and b share an element. Matrices whose rows
// interleave, such as left and right half of one, share none.
func overlapMatrix[T Float](a, b *Matrix[T]) bool {
	x, y := extent(a), extent(b)
	if !overlap(x, y) {
		return false
	}
	if a.Stride != b.Stride {
		return true
	}
	size := int(unsafe.Sizeof(x[0]))
	d := int(uintptr(unsafe.Pointer(&y[0]))-uintptr(unsafe.Pointer(&x[0]))) / size
	col := ((d % a.Stride) + a.Stride) % a.Stride // column of a at which b's rows begin
	return col < a.Cols || col+b.Cols > a.Stride
}
