package kernels

import (
	"unsafe"

	"github.com/nabla-go/nabla/internal/race"
)

// Convert sets dst[i] to x[i]: rounded to nearest, ties to even, from float64 to float32,
// where what is too large becomes ±Inf; exactly otherwise. A NaN stays a NaN. It panics if
// the lengths differ and if dst overlaps x; if their types are the same, dst may be x.
func Convert[D, S Float](dst []D, x []S) {
	if len(dst) != len(x) {
		panic("kernels: Convert: len(dst) != len(x)")
	}
	same := sizeOf[D]() == sizeOf[S]()
	if overlap(dst, x) && !(same && unsafe.Pointer(&dst[0]) == unsafe.Pointer(&x[0])) {
		panic("kernels: Convert: dst overlaps x")
	}
	race.Read(x)
	race.Write(dst)
	switch {
	case same:
		copyRows(1, len(x), dst, 0, *(*[]D)(unsafe.Pointer(&x)), 0)
	case is32[D]():
		convertF32(as[float32](dst), as[float64](x))
	default:
		convertF64(as[float64](dst), as[float32](x))
	}
}

// ToFloat16 sets dst[i] to the bits of x[i] as float16, IEEE 754's binary16: rounded once,
// to nearest, ties to even. What is 65520 or more becomes +Inf, numbers below 2⁻¹⁴ become
// subnormal. A NaN stays a NaN. It panics if the lengths differ and if dst overlaps x.
func ToFloat16[T Float](dst []uint16, x []T) {
	if len(dst) != len(x) {
		panic("kernels: ToFloat16: len(dst) != len(x)")
	}
	if overlap(dst, x) {
		panic("kernels: ToFloat16: dst overlaps x")
	}
	race.Read(x)
	race.Write(dst)
	toFloat16(dst, x)
}

// FromFloat16 sets dst[i] to the number whose bits as float16, IEEE 754's binary16, are
// x[i]. A NaN stays a NaN. It panics if the lengths differ and if dst overlaps x.
func FromFloat16[T Float](dst []T, x []uint16) {
	if len(dst) != len(x) {
		panic("kernels: FromFloat16: len(dst) != len(x)")
	}
	if overlap(dst, x) {
		panic("kernels: FromFloat16: dst overlaps x")
	}
	race.Read(x)
	race.Write(dst)
	fromFloat16(dst, x)
}

// ToBFloat16 sets dst[i] to the bits of x[i] as bfloat16, the upper half of a float32:
// rounded once, to nearest, ties to even. A NaN stays a NaN. It panics if the lengths
// differ and if dst overlaps x.
func ToBFloat16[T Float](dst []uint16, x []T) {
	if len(dst) != len(x) {
		panic("kernels: ToBFloat16: len(dst) != len(x)")
	}
	if overlap(dst, x) {
		panic("kernels: ToBFloat16: dst overlaps x")
	}
	race.Read(x)
	race.Write(dst)
	toBFloat16(dst, x)
}

// FromBFloat16 sets dst[i] to the number whose bits as bfloat16, the upper half of a
// float32, are x[i]. A NaN stays a NaN. It panics if the lengths differ and if dst overlaps
// x.
func FromBFloat16[T Float](dst []T, x []uint16) {
	if len(dst) != len(x) {
		panic("kernels: FromBFloat16: len(dst) != len(x)")
	}
	if overlap(dst, x) {
		panic("kernels: FromBFloat16: dst overlaps x")
	}
	race.Read(x)
	race.Write(dst)
	fromBFloat16(dst, x)
}
