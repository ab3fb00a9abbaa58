package gonum

import "github.com/nabla-go/nabla/kernels"

// The functions of this file and of level2.go and level3.go return false, and have written
// nothing, if the call is one for gonum's own implementation: it is wrong, there is nothing
// to do, or gonum's is better for it.

// shortest is the length below which gonum's own functions of vectors are faster.
const shortest = 32

func dot[T float](n int, x []T, incX int, y []T, incY int) (sum T, ok bool) {
	if incX != 1 || incY != 1 || n < shortest || n > len(x) || n > len(y) {
		return 0, false
	}
	return kernels.Dot(x[:n], y[:n]), true
}

func axpy[T float](n int, alpha T, x []T, incX int, y []T, incY int) bool {
	if incX != 1 || incY != 1 || n < shortest || n > len(x) || n > len(y) || alpha == 0 {
		return false
	}
	x, y = x[:n], y[:n]
	if &x[0] != &y[0] && overlap(x, y) {
		return false
	}
	kernels.Axpy(alpha, x, y)
	return true
}

func scal[T float](n int, alpha T, x []T, incX int) bool {
	if incX != 1 || n < shortest || n > len(x) || alpha == 0 { // gonum's 0·NaN is 0
		return false
	}
	kernels.Scal(alpha, x[:n])
	return true
}
