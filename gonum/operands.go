package gonum

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/blas"
)

// float is what BLAS has two of everything for.
type float interface{ float32 | float64 }

// view returns rows × cols elements of a, with leading dimension lda, as a matrix. Valid
// reports whether a is long enough.
func view[T float](rows, cols int, a []T, lda int) kernels.Matrix[T] {
	return kernels.Matrix[T]{Rows: rows, Cols: cols, Data: a, Stride: lda}
}

// block returns rows × cols elements of a from row i and column j on.
func block[T float](a kernels.Matrix[T], i, j, rows, cols int) kernels.Matrix[T] {
	return kernels.Matrix[T]{Rows: rows, Cols: cols, Data: a.Data[i*a.Stride+j:], Stride: a.Stride}
}

// overlap reports whether x and y share memory.
func overlap[T float](x, y []T) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	size := unsafe.Sizeof(x[0])
	return x0 < y0+uintptr(len(y))*size && y0 < x0+uintptr(len(x))*size
}

// extent returns a from its first element to its last.
func extent[T float](a *kernels.Matrix[T]) []T {
	return a.Data[:(a.Rows-1)*a.Stride+a.Cols]
}

// isTranspose, isUplo, isSide and isDiag report whether a flag has one of its values.
func isTranspose(t blas.Transpose) bool {
	return t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans
}
func isUplo(u blas.Uplo) bool { return u == blas.Upper || u == blas.Lower }
func isSide(s blas.Side) bool { return s == blas.Left || s == blas.Right }
func isDiag(d blas.Diag) bool { return d == blas.Unit || d == blas.NonUnit }

// trans returns t as kernels name it: transposed, if t isn't NoTrans.
func trans(t blas.Transpose) kernels.Transpose {
	if t == blas.NoTrans {
		return kernels.NoTrans
	}
	return kernels.Trans
}

// holds reports whether x has n > 0 elements that are inc apart.
func holds[T float](n int, x []T, inc int) bool {
	if n <= 0 || inc == 0 {
		return false
	}
	step := uint(inc)
	if inc < 0 {
		step = -step
	}
	hi, last := bits.Mul(uint(n-1), step)
	return hi == 0 && last < uint(len(x))
}

// gather copies the elements of x that are inc apart to dst, as many as dst holds. As
// everywhere in BLAS, a negative inc starts at the far end.
func gather[T float](dst, x []T, inc int) {
	i := 0
	if inc < 0 {
		i = -(len(dst) - 1) * inc
	}
	for k := range dst {
		dst[k] = x[i]
		i += inc
	}
}

// scatter copies src to the elements of x that are inc apart.
func scatter[T float](x []T, inc int, src []T) {
	i := 0
	if inc < 0 {
		i = -(len(src) - 1) * inc
	}
	for _, v := range src {
		x[i] = v
		i += inc
	}
}

// pools keep scratch memory, for float32 and float64.
var pools [2]sync.Pool

func pool[T float]() *sync.Pool { return &pools[unsafe.Sizeof(T(0))/8] }

// scratch returns n elements of undefined value. They go back with release.
func scratch[T float](n int) *[]T {
	p, _ := pool[T]().Get().(*[]T)
	if p == nil {
		p = new([]T)
	}
	if cap(*p) < n {
		*p = make([]T, n)
	}
	*p = (*p)[:n]
	return p
}

func release[T float](p *[]T) {
	if p != nil {
		pool[T]().Put(p)
	}
}

// vector returns n elements of x that are inc apart as a slice: x itself, or a copy, which
// stands in the memory of p, if inc isn't 1 or x overlaps others.
func vector[T float](n int, x []T, inc int, others ...[]T) (v []T, p *[]T) {
	if inc == 1 {
		v = x[:n]
		free := true
		for _, o := range others {
			free = free && !overlap(v, o)
		}
		if free {
			return v, nil
		}
	}
	p = scratch[T](n)
	gather(*p, x, inc)
	return *p, p
}

// store writes v back to x, if it is a copy in the memory of p, and releases p.
func store[T float](x []T, inc int, v []T, p *[]T) {
	if p != nil {
		scatter(x, inc, v)
		release(p)
	}
}
