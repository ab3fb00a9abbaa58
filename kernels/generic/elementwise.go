package generic

import "github.com/nabla-go/nabla/internal/scalar"

func add[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = xi + y[i]
	}
}

func sub[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = xi - y[i]
	}
}

func hadamard[T float](dst, x, y []T) {
	for i, xi := range x {
		dst[i] = xi * y[i]
	}
}

func flush[T float](x []T) {
	for i, xi := range x {
		x[i] = scalar.Flush(xi)
	}
}

// AddF32 sets dst[i] = x[i] + y[i].
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func AddF32(dst, x, y []float32) { add(dst, x, y) }

// AddF64 sets dst[i] = x[i] + y[i].
//
//go:noinline
func AddF64(dst, x, y []float64) { add(dst, x, y) }

// SubF32 sets dst[i] = x[i] − y[i].
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func SubF32(dst, x, y []float32) { sub(dst, x, y) }

// SubF64 sets dst[i] = x[i] − y[i].
//
//go:noinline
func SubF64(dst, x, y []float64) { sub(dst, x, y) }

// MulF32 sets dst[i] = x[i]·y[i].
//
//nabla:blocks
//nabla:checks
//nabla:few cores.Active.FewElements
//go:noinline
func MulF32(dst, x, y []float32) { hadamard(dst, x, y) }

// MulF64 sets dst[i] = x[i]·y[i].
//
//go:noinline
func MulF64(dst, x, y []float64) { hadamard(dst, x, y) }

// FlushF32 sets x[i] = +0 if |x[i]| < LeastFactor. NaN stays.
//
//nabla:blocks
//nabla:few cores.Active.FewElements
//go:noinline
func FlushF32(x []float32) { flush(x) }

// FlushF64 is FlushF32 for float64.
//
//go:noinline
func FlushF64(x []float64) { flush(x) }
