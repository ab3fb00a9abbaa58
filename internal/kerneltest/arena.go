package kerneltest

import (
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Place tells where in memory an operand lies. Place Inside+k, k = 0..15, is k
// elements behind a 64-byte boundary.
type Place int

const (
	End    Place = iota // ends where inaccessible memory begins
	Begin               // begins where inaccessible memory ends
	Inside              // amid accessible memory
)

// margin is the number of poisoned elements around an operand.
const margin = 64

// Arena provides memory for the operands of kernels, with inaccessible pages
// around it where the operating system can do that. The zero Arena is ready
// for use.
type Arena[T Float] struct {
	slots [5]slot[T]
}

type slot[T Float] struct {
	mem  []T
	free func()
}

// operand is a matrix with what surrounds it.
type operand[T Float] struct {
	kernels.Matrix[T]
	window []T // the matrix with a margin on each side
	start  int // of the matrix in window
}

// Free returns the arena's memory to the operating system.
func (a *Arena[T]) Free() {
	for i := range a.slots {
		if a.slots[i].free != nil {
			a.slots[i].free()
		}
	}
	*a = Arena[T]{}
}

// operand returns an r × c matrix with poison in all its elements and around
// them, between its rows, and between the length and the capacity of its data.
// It is valid until the next call with the same number.
func (a *Arena[T]) operand(number int, s Shape, pad int, at Place) operand[T] {
	stride, n := s.Cols+pad, 0
	if s.Rows > 0 && s.Cols > 0 {
		n = (s.Rows-1)*stride + s.Cols
	}
	mem := a.slots[number].grow(n + 4*margin)
	start := 0
	switch {
	case at == End:
		start = len(mem) - n
	case at >= Inside:
		start = margin + int(at-Inside) // margin elements are a multiple of 64 bytes
	}
	low, high := max(start-margin, 0), min(start+n+margin, len(mem))
	o := operand[T]{window: mem[low:high:high], start: start - low}
	o.Matrix = kernels.Matrix[T]{Rows: s.Rows, Cols: s.Cols, Stride: stride, Data: mem[start : start+n : high]}
	p := poison[T]()
	for i := range o.window {
		o.window[i] = p
	}
	return o
}

// grow returns the slot's memory, at least n elements of it.
func (s *slot[T]) grow(n int) []T {
	if n > len(s.mem) {
		if s.free != nil {
			s.free()
		}
		size := int(unsafe.Sizeof(T(0)))
		b, free := guarded(max(2*n*size, 1<<16))
		s.mem, s.free = unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/size), free
	}
	return s.mem
}
