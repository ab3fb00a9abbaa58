package kernels

import (
	"math/bits"

	"github.com/nabla-go/nabla/internal/race"
)

// Vector is a vector whose elements are Inc apart in memory, such as a column of a
// [Matrix]. Element i is Data[i*Inc] or, if Inc is negative, Data[(i−N+1)*Inc]: the vector
// then runs from the end of Data to its begin. Functions accept it if N ≥ 0, Inc ≠ 0 and,
// unless it is empty, len(Data) ≥ (N−1)·|Inc| + 1. They never touch what lies between.
//
// The layout is that of gonum's blas32.Vector and blas64.Vector, and so are the rules of
// Inc. Vector[float64] and blas64.Vector convert into each other.
type Vector[T Float] struct {
	N    int
	Data []T
	Inc  int
}

// strideBlock is the number of elements that are gathered at a time: a multiple of all
// lanes.
const strideBlock = 128

// DotStrided returns Σ x[i]·y[i] with the bits of [Dot] of the same elements. It panics on
// bad vectors and if their lengths differ.
func DotStrided[T Float](x, y Vector[T]) T {
	switch {
	case !x.valid() || !y.valid():
		panic("kernels: DotStrided: bad vector" + wantVector)
	case x.N != y.N:
		panic("kernels: DotStrided: lengths of x and y differ")
	}
	x.read()
	y.read()
	var px, py [strideBlock]T
	if x.N <= strideBlock {
		return dot(x.part(0, px[:x.N]), y.part(0, py[:x.N]))
	}
	var acc wide[T]
	for i := 0; i < x.N; i += strideBlock {
		n := min(x.N-i, strideBlock)
		acc.addDot(x.part(i, px[:n]), y.part(i, py[:n]))
	}
	return acc.sum()
}

// AxpyStrided adds alpha·x to y: y[i] = fma(alpha, x[i], y[i]), also for alpha = 0. It
// panics on bad vectors, if their lengths differ and if they overlap without being equal.
func AxpyStrided[T Float](alpha T, x, y Vector[T]) {
	switch {
	case !x.valid() || !y.valid():
		panic("kernels: AxpyStrided: bad vector" + wantVector)
	case x.N != y.N:
		panic("kernels: AxpyStrided: lengths of x and y differ")
	case x.partialOverlap(&y):
		panic("kernels: AxpyStrided: x and y overlap")
	}
	x.read()
	y.write()
	var px, py [strideBlock]T
	for i := 0; i < x.N; i += strideBlock {
		n := min(x.N-i, strideBlock)
		p := y.part(i, py[:n])
		axpy(alpha, x.part(i, px[:n]), p)
		y.putBack(i, p)
	}
}

// ScalStrided multiplies x by alpha: x[i] = alpha·x[i], also for alpha = 0. It panics on a
// bad vector.
func ScalStrided[T Float](alpha T, x Vector[T]) {
	if !x.valid() {
		panic("kernels: ScalStrided: bad vector" + wantVector)
	}
	x.write()
	var px [strideBlock]T
	for i := 0; i < x.N; i += strideBlock {
		p := x.part(i, px[:min(x.N-i, strideBlock)])
		scal(alpha, p)
		x.putBack(i, p)
	}
}

// CopyStrided sets dst[i] = x[i]. It panics on bad vectors, if their lengths differ and if
// dst overlaps x without being equal to it.
func CopyStrided[T Float](dst, x Vector[T]) {
	switch {
	case !dst.valid() || !x.valid():
		panic("kernels: CopyStrided: bad vector" + wantVector)
	case dst.N != x.N:
		panic("kernels: CopyStrided: lengths of dst and x differ")
	case dst.partialOverlap(&x):
		panic("kernels: CopyStrided: dst overlaps x without being equal to it")
	}
	x.read()
	dst.write()
	d, s := dst.first(), x.first()
	for n := x.N; n > 0; n -= copyBlock {
		m := min(n, copyBlock)
		copyStrided(m, dst.Data, d, dst.Inc, x.Data, s, x.Inc)
		d, s = d+m*dst.Inc, s+m*x.Inc
	}
}

// SwapStrided exchanges x[i] and y[i]. It panics on bad vectors, if their lengths differ
// and if they overlap without being equal.
func SwapStrided[T Float](x, y Vector[T]) {
	switch {
	case !x.valid() || !y.valid():
		panic("kernels: SwapStrided: bad vector" + wantVector)
	case x.N != y.N:
		panic("kernels: SwapStrided: lengths of x and y differ")
	case x.partialOverlap(&y):
		panic("kernels: SwapStrided: x and y overlap")
	}
	x.write()
	y.write()
	i, j := x.first(), y.first()
	for range x.N {
		x.Data[i], y.Data[j] = y.Data[j], x.Data[i]
		i, j = i+x.Inc, j+y.Inc
	}
}

// copyStrided copies n elements, from place s of src on, to place d of dst on.
//
//go:noinline
func copyStrided[T Float](n int, dst []T, d, incD int, src []T, s, incS int) {
	for range n {
		dst[d] = src[s]
		d, s = d+incD, s+incS
	}
}

// wantVector ends the messages about bad vectors.
const wantVector = ": want N >= 0, Inc != 0, len(Data) >= (N-1)*|Inc|+1"

func (v *Vector[T]) valid() bool {
	if v.N < 0 || v.Inc == 0 {
		return false
	}
	if v.N == 0 {
		return true
	}
	hi, last := bits.Mul(uint(v.N-1), v.distance())
	return hi == 0 && last < uint(len(v.Data))
}

// distance is |Inc|.
func (v *Vector[T]) distance() uint {
	if v.Inc < 0 {
		return -uint(v.Inc)
	}
	return uint(v.Inc)
}

// first returns where in Data element 0 is.
func (v *Vector[T]) first() int {
	if v.Inc < 0 && v.N > 0 {
		return (1 - v.N) * v.Inc
	}
	return 0
}

// part returns elements i to i + len(buffer): in buffer, unless they are contiguous.
func (v *Vector[T]) part(i int, buffer []T) []T {
	if v.Inc == 1 {
		return v.Data[i:][:len(buffer)]
	}
	copyStrided(len(buffer), buffer, 0, 1, v.Data, v.first()+i*v.Inc, v.Inc)
	return buffer
}

// putBack writes what [Vector.part] has returned, unless that is part of the vector.
func (v *Vector[T]) putBack(i int, part []T) {
	if v.Inc != 1 {
		copyStrided(len(part), v.Data, v.first()+i*v.Inc, v.Inc, part, 0, 1)
	}
}

// column returns v as a matrix with one column. Its rows are in the order of memory.
func (v *Vector[T]) column() Matrix[T] {
	return Matrix[T]{Rows: v.N, Cols: 1, Data: v.Data, Stride: int(v.distance())}
}

// partialOverlap reports whether v and w, of equal length, share an element without being
// the same vector.
func (v *Vector[T]) partialOverlap(w *Vector[T]) bool {
	a, b := v.column(), w.column()
	return overlapMatrix(&a, &b) && (&v.Data[0] != &w.Data[0] || v.Inc != w.Inc && v.N > 1)
}

// read and write tell the race detector of all elements.
func (v *Vector[T]) read() {
	if race.Enabled {
		c := v.column()
		readMatrix(&c)
	}
}

func (v *Vector[T]) write() {
	if race.Enabled {
		c := v.column()
		writeMatrix(&c)
	}
}
