package kerneltest

import (
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/kernels/generic"
)

// conversions returns the conversions between types. An operand of another type than T is
// the memory of elements of T; so vectors are as long as fills a number of these.
func conversions[T Float]() []Kernel[T] {
	return []Kernel[T]{
		converter("Convert", kernels.Convert[T, float32], kernels.Convert[T, float64]),
		toHalf("ToFloat16", kernels.ToFloat16[T], generic.ToFloat16F32, generic.ToFloat16F64),
		fromHalf("FromFloat16", kernels.FromFloat16[T], generic.FromFloat16F32, generic.FromFloat16F64),
		toHalf("ToBFloat16", kernels.ToBFloat16[T], generic.ToBFloat16F32, generic.ToBFloat16F64),
		fromHalf("FromBFloat16", kernels.FromBFloat16[T], generic.FromBFloat16F32, generic.FromBFloat16F64),
	}
}

// view returns the memory of x as a slice of another type, or a longer slice if x
// ends within an element.
func view[E any, T Float](x []T) []E {
	size, each := len(x)*int(unsafe.Sizeof(T(0))), int(unsafe.Sizeof(*new(E)))
	if size%each != 0 {
		return make([]E, size/each+2)
	}
	return unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(x))), size/each)
}

// converter is the conversion to T from the other of float32 and float64.
func converter[T Float](name string, from32 func([]T, []float32), from64 func([]T, []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Conversion,
		Shapes: func(s Size) []Shape {
			if is32[T]() {
				return []Shape{{1, s.N, Out}, {1, 2 * s.N, In}}
			}
			return []Shape{{1, (s.N + 1) / 2 * 2, Out}, {1, (s.N + 1) / 2, In}}
		},
		Call: func(_, _ T, o []kernels.Matrix[T]) {
			if is32[T]() {
				from64(o[0].Data, view[float64](o[1].Data))
			} else {
				from32(o[0].Data, view[float32](o[1].Data))
			}
		},
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			if is32[T]() {
				generic.ConvertF32(as[float32](o[0].Data), view[float64](o[1].Data))
			} else {
				generic.ConvertF64(as[float64](o[0].Data), view[float32](o[1].Data))
			}
		},
	}
}

// halves returns the number of elements of T that n numbers of 16 bits take, and n rounded
// up to fill them.
func halves[T Float](n int) (elements, rounded int) {
	each := int(unsafe.Sizeof(T(0))) / 2
	elements = (n + each - 1) / each
	return elements, elements * each
}

// toHalf is a conversion to numbers of 16 bits, fromHalf one from them.
func toHalf[T Float](name string, call func([]uint16, []T), f32 func([]uint16, []float32), f64 func([]uint16, []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Conversion,
		Shapes: func(s Size) []Shape {
			elements, n := halves[T](s.N)
			return []Shape{{1, elements, Out}, {1, n, In}}
		},
		Call: func(_, _ T, o []kernels.Matrix[T]) { call(view[uint16](o[0].Data), o[1].Data) },
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			if dst := view[uint16](o[0].Data); is32[T]() {
				f32(dst, as[float32](o[1].Data))
			} else {
				f64(dst, as[float64](o[1].Data))
			}
		},
	}
}

func fromHalf[T Float](name string, call func([]T, []uint16), f32 func([]float32, []uint16), f64 func([]float64, []uint16)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Conversion,
		Shapes: func(s Size) []Shape {
			elements, n := halves[T](s.N)
			return []Shape{{1, n, Out}, {1, elements, In}}
		},
		Call: func(_, _ T, o []kernels.Matrix[T]) { call(o[0].Data, view[uint16](o[1].Data)) },
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			if x := view[uint16](o[1].Data); is32[T]() {
				f32(as[float32](o[0].Data), x)
			} else {
				f64(as[float64](o[0].Data), x)
			}
		},
	}
}
