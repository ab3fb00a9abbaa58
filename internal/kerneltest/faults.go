package kerneltest

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// A Fault is a call that a kernel must refuse, made from the shapes in its row.
type Fault[T Float] struct {
	What     string // for a reader
	Word     string // one of the alternatives in this regular expression stands in the panic's message
	Operands []kernels.Matrix[T]
}

// Faults returns calls with everything that may be wrong about shapes and memory:
// each operand of every wrong length, every matrix that isn't one, each pair of an
// output and another operand that overlap where they must not.
func (k *Kernel[T]) Faults() []Fault[T] {
	size := Size{3, 5, 4}
	right := k.Shapes(size)
	first := 0
	if k.Family == Reduction || right[0] == (Shape{1, 1, Out}) {
		first = 1 // operand 0 is a result
	}
	var faults []Fault[T]
	for i := first; i < len(right); i++ {
		for _, d := range [][2]int{{0, 1}, {0, -1}, {1, 0}, {-1, 0}} {
			shapes := append([]Shape(nil), right...)
			shapes[i].Cols += d[0]
			shapes[i].Rows += d[1]
			if right[i].Rows == 1 && d[1] != 0 || k.fits(shapes) {
				continue
			}
			faults = append(faults, Fault[T]{fmt.Sprintf("operand %d is %d × %d for %d × %d", i, shapes[i].Rows, shapes[i].Cols, right[i].Rows, right[i].Cols),
				"len|shapes|rows|columns|Rows|Cols", operandsOf[T](shapes)})
		}
		if right[i].Rows > 1 {
			for _, bad := range badMatrices[T](right[i]) {
				o := operandsOf[T](right)
				o[i] = bad
				faults = append(faults, Fault[T]{fmt.Sprintf("operand %d is bad: %d × %d, stride %d, %d elements", i, bad.Rows, bad.Cols, bad.Stride, len(bad.Data)), "bad (matrix|vector)", o})
			}
		}
	}
	for i := first; i < len(right); i++ {
		for j := first; j < len(right); j++ {
			if right[i].Role == In || right[i].Role == Length || right[j].Role == Length || i == j {
				continue
			}
			for _, shift := range k.shifts(right, i, j) {
				faults = append(faults, Fault[T]{fmt.Sprintf("operand %d begins at element %d of operand %d", j, shift, i), "overlap", overlapping[T](right, i, j, shift)})
			}
		}
	}
	return faults
}

// fits reports whether shapes are those of any size.
func (k *Kernel[T]) fits(shapes []Shape) bool {
	for m := range 8 {
		for n := range 8 {
			for l := range 8 {
				other, equal := k.Shapes(Size{m, n, l}), true
				for i := range shapes {
					equal = equal && shapes[i].Rows == other[i].Rows && shapes[i].Cols == other[i].Cols
				}
				if equal {
					return true
				}
			}
		}
	}
	return false
}

// shifts returns where in operand i operand j must not begin: everywhere, but for
// elementwise kernels and vectors with an increment, where an output may be exactly an input.
func (k *Kernel[T]) shifts(shapes []Shape, i, j int) []int {
	last := shapes[i].Rows*shapes[i].Cols - 1
	s := []int{1, last, 1 - shapes[j].Rows*shapes[j].Cols}
	if k.Family != Elementwise && k.Family != Rows && !(k.Family == Strided && shapes[i].Cols == 1) {
		s = append(s, 0)
	}
	return s
}

// operandsOf returns operands of these shapes, all elements 3.
func operandsOf[T Float](shapes []Shape) []kernels.Matrix[T] {
	o := make([]kernels.Matrix[T], len(shapes))
	for i, s := range shapes {
		o[i] = kernels.NewMatrix[T](s.Rows, s.Cols)
		fill(o[i], func() T { return 3 })
	}
	return o
}

// overlapping returns operands of which j begins shift elements behind i.
func overlapping[T Float](shapes []Shape, i, j, shift int) []kernels.Matrix[T] {
	o := operandsOf[T](shapes)
	memory := make([]T, 100)
	at := func(start int, m *kernels.Matrix[T]) {
		m.Data = memory[start:][:len(m.Data)]
	}
	at(40, &o[i])
	at(40+shift, &o[j])
	fill(o[i], func() T { return 3 })
	fill(o[j], func() T { return 3 })
	return o
}

// badMatrices returns matrices that no matrix of this shape looks like.
func badMatrices[T Float](s Shape) []kernels.Matrix[T] {
	data := make([]T, 50)
	for i := range data {
		data[i] = 3
	}
	r, c, n := s.Rows, s.Cols, s.Rows*s.Cols
	big := math.MaxInt/4 + 1
	return []kernels.Matrix[T]{
		{Rows: -1, Cols: c, Stride: c, Data: data},
		{Rows: r, Cols: -c, Stride: c, Data: data},
		{Rows: r, Cols: c, Stride: c - 1, Data: data},
		{Rows: r, Cols: c, Stride: 0, Data: data},
		{Rows: r, Cols: c, Stride: -c, Data: data},
		{Rows: r, Cols: c, Stride: math.MinInt, Data: data},
		{Rows: r, Cols: c, Stride: c, Data: data[:n-1]},
		{Rows: r, Cols: c, Stride: c + 1, Data: data[:n+r-2]},
		{Rows: r, Cols: c, Stride: c, Data: data[:0]}, // the capacity would do
		{Rows: r, Cols: c, Stride: c},
		{Rows: r, Cols: c, Stride: math.MaxInt, Data: data},
		{Rows: big + 1, Cols: c, Stride: 8, Data: data}, // (Rows−1)·Stride is 0 in an int
		{Rows: math.MaxInt, Cols: math.MaxInt, Stride: math.MaxInt, Data: data},
	}
}
