package kerneltest

import (
	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// The products and sums below are written down a second time, straight from the
// numeric contract and without any blocks, so that package generic is tested
// as well.

func fma[T Float](x, y, z T) T {
	if is32[T]() {
		return T(scalar.FMA32(float32(x), float32(y), float32(z)))
	}
	return T(scalar.FMA64(float64(x), float64(y), float64(z)))
}

// lanes is the number of elements in 64 bytes.
func lanes[T Float]() int {
	if is32[T]() {
		return 16
	}
	return 8
}

// laneSum adds n terms in a number of lanes, then the lanes by halves: a tree reduction.
func laneSum[T Float](n, lanes int, add func(acc T, i int) T) T {
	acc := make([]T, lanes)
	for i := range n {
		acc[i%lanes] = add(acc[i%lanes], i)
	}
	for lanes /= 2; lanes > 0; lanes /= 2 {
		for i := range lanes {
			acc[i] += acc[i+lanes]
		}
	}
	return acc[0]
}

// laneDot is the sum of products by FMA in a number of lanes.
func laneDot[T Float](x, y []T, lanes int) T {
	return laneSum(len(x), lanes, func(acc T, i int) T { return fma(x[i], y[i], acc) })
}

// epilogue returns alpha·sum + beta·c under the rules for beta = 0.
func epilogue[T Float](alpha, sum, beta, c T) T {
	if beta == 0 {
		return alpha * sum
	}
	bc := beta * c
	return fma(alpha, sum, bc)
}

// gemm is C = alpha·op(A)·op(B) + beta·C.
func gemm[T Float](transA, transB kernels.Transpose, alpha T, a, b kernels.Matrix[T], beta T, c kernels.Matrix[T]) {
	k := a.Cols
	if transA == kernels.Trans {
		k = a.Rows
	}
	x := make([]T, k)
	for i := range c.Rows {
		for l := range x {
			if transA == kernels.Trans {
				x[l] = a.Data[l*a.Stride+i]
			} else {
				x[l] = a.Data[i*a.Stride+l]
			}
		}
		for j := range c.Cols {
			cij := &c.Data[i*c.Stride+j]
			if alpha == 0 || k == 0 {
				if beta == 0 {
					*cij = 0
				} else {
					*cij *= beta
				}
				continue
			}
			var sum T
			if transB == kernels.Trans {
				sum = laneDot(x, b.Data[j*b.Stride:][:k], lanes[T]())
			} else {
				for l := range x {
					sum = fma(x[l], b.Data[l*b.Stride+j], sum)
				}
			}
			*cij = epilogue(alpha, sum, beta, *cij)
		}
	}
}
