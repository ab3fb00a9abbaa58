package generic

import "github.com/nabla-go/nabla/internal/scalar"

// Assembly for conversions takes eight elements and more: it ends with whole vectors that
// overlap those before them.

func convert[D, S float](dst []D, x []S) {
	for i, v := range x {
		dst[i] = D(v)
	}
}

// to16 and from16 go by way of float32, which is exact where the others are float64: Odd32
// keeps what matters for the rounding.
func to16[T float](dst []uint16, x []T, f func(float32) uint16) {
	for i, v := range x {
		if lanes[T]() == 8 {
			dst[i] = f(scalar.Odd32(float64(v)))
		} else {
			dst[i] = f(float32(v))
		}
	}
}

func from16[T float](dst []T, x []uint16, f func(uint16) float32) {
	for i, v := range x {
		dst[i] = T(f(v))
	}
}

// ConvertF32 sets dst[i] to x[i], rounded to nearest even.
//
//nabla:blocks
//nabla:few 7
//nabla:without AVX512
//go:noinline
func ConvertF32(dst []float32, x []float64) { convert(dst, x) }

// ConvertF64 sets dst[i] to x[i], which is exact.
//
//go:noinline
func ConvertF64(dst []float64, x []float32) { convert(dst, x) }

// ToFloat16F32 sets dst[i] to x[i] as float16, rounded to nearest even.
//
//nabla:blocks
//nabla:few 7
//nabla:without AVX512
//go:noinline
func ToFloat16F32(dst []uint16, x []float32) { to16(dst, x, scalar.ToFloat16) }

// ToFloat16F64 is ToFloat16F32 for float64, with one rounding.
//
//go:noinline
func ToFloat16F64(dst []uint16, x []float64) { to16(dst, x, scalar.ToFloat16) }

// FromFloat16F32 sets dst[i] to the float16 x[i], which is exact.
//
//nabla:blocks
//nabla:few 7
//nabla:without AVX512
//go:noinline
func FromFloat16F32(dst []float32, x []uint16) { from16(dst, x, scalar.FromFloat16) }

// FromFloat16F64 is FromFloat16F32 for float64.
//
//go:noinline
func FromFloat16F64(dst []float64, x []uint16) { from16(dst, x, scalar.FromFloat16) }

// ToBFloat16F32 sets dst[i] to x[i] as bfloat16, rounded to nearest even.
//
//nabla:blocks
//nabla:few 7
//nabla:without AVX512
//go:noinline
func ToBFloat16F32(dst []uint16, x []float32) { to16(dst, x, scalar.ToBFloat16) }

// ToBFloat16F64 is ToBFloat16F32 for float64, with one rounding.
//
//go:noinline
func ToBFloat16F64(dst []uint16, x []float64) { to16(dst, x, scalar.ToBFloat16) }

// FromBFloat16F32 sets dst[i] to the bfloat16 x[i], which is exact.
//
//nabla:blocks
//nabla:few 7
//nabla:without AVX512
//go:noinline
func FromBFloat16F32(dst []float32, x []uint16) { from16(dst, x, scalar.FromBFloat16) }

// FromBFloat16F64 is FromBFloat16F32 for float64.
//
//go:noinline
func FromBFloat16F64(dst []float64, x []uint16) { from16(dst, x, scalar.FromBFloat16) }
