package kerneltest

import (
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// Case is one call of a kernel.
type Case[T Float] struct {
	Size
	Alpha, Beta T
	Place       Place    // of all operands
	Pad         int      // elements between the rows of matrices
	Overlay     int      // bit i−1: operand i is operand 0 itself
	Next        func() T // gives the operands' elements
}

func (c Case[T]) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d alpha=%v beta=%v place=%d pad=%d overlay=%b", c.M, c.N, c.K, c.Alpha, c.Beta, c.Place, c.Pad, c.Overlay)
}

// Try makes one call at the active level and returns how it differs from the
// definition: by a bit of the output, by a bit changed outside it, or by
// touching memory that it must not.
func (k *Kernel[T]) Try(mem *Arena[T], c Case[T]) error {
	if err := k.try(mem, c); err != nil {
		return fmt.Errorf("%s, %v: %w", k.Name, c, err)
	}
	return nil
}

func (k *Kernel[T]) try(mem *Arena[T], c Case[T]) error {
	shapes := k.Shapes(c.Size)
	operands := make([]operand[T], len(shapes))
	args, want := make([]kernels.Matrix[T], len(shapes)), make([]kernels.Matrix[T], len(shapes))
	for i, s := range shapes {
		pad := 0
		if s.Rows > 1 {
			pad = c.Pad
		}
		if i > 0 && c.Overlay>>(i-1)&1 == 1 {
			args[i] = args[0]
		} else {
			operands[i] = mem.operand(i, s, pad, c.Place)
			args[i] = operands[i].Matrix
			if s.Role == In || s.Role == InOut || s.Role == Scaled && c.Beta != 0 || i == 0 && c.Overlay != 0 {
				fill(args[i], c.Next)
			}
		}
		want[i] = clone(args[i])
	}
	k.Define(c.Alpha, c.Beta, want)
	if err := call(func() { k.Call(c.Alpha, c.Beta, args) }); err != nil {
		return err
	}
	for i := range operands {
		if operands[i].window == nil {
			continue // operand 0
		}
		if err := operands[i].differs(want[i], shapes[i].Role != In && shapes[i].Role != Length); err != nil {
			return fmt.Errorf("operand %d: %w", i, err)
		}
	}
	return nil
}

// fill sets all elements of m.
func fill[T Float](m kernels.Matrix[T], next func() T) {
	for i := range m.Rows {
		row := m.Row(i)
		for j := range row {
			row[j] = next()
		}
	}
}

// clone returns a copy of m without padding.
func clone[T Float](m kernels.Matrix[T]) kernels.Matrix[T] {
	data := make([]T, 0, m.Rows*m.Cols)
	for i := range m.Rows {
		data = append(data, m.Row(i)...)
	}
	return kernels.Matrix[T]{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols, Data: data}
}

// call runs f and returns a memory fault as an error.
func call(f func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = fmt.Errorf("touches memory at %#x, outside its operands", r.Addr())
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// differs returns the first difference between o and the matrix that it should
// be, poison around it included. In an output any NaN equals any NaN.
func (o *operand[T]) differs(want kernels.Matrix[T], output bool) error {
	p := Bits(poison[T]())
	end := o.start // of the rows seen so far
	for i := range o.Rows {
		begin := o.start + i*o.Stride
		if o.Cols == 0 {
			begin = o.start
		}
		if err := unharmed(o.window, end, begin, o.start, p); err != nil {
			return err
		}
		end = begin + o.Cols
		for j, got := range o.window[begin:end] {
			w := want.Data[i*want.Stride+j]
			if Bits(got) != Bits(w) && !(output && got != got && w != w) {
				return fmt.Errorf("element (%d, %d) is %v (%#x), want %v (%#x)", i, j, got, Bits(got), w, Bits(w))
			}
		}
	}
	if err := unharmed(o.window, 0, o.start, o.start, p); err != nil {
		return err
	}
	return unharmed(o.window, end, len(o.window), o.start, p)
}

// unharmed reports if an element of window[i:j] isn't poison any more.
func unharmed[T Float](window []T, i, j, start int, poison uint64) error {
	if at := slices.IndexFunc(window[i:j], func(x T) bool { return Bits(x) != poison }); at >= 0 {
		return fmt.Errorf("wrote %v to data[%d], which is not an element", window[i+at], i+at-start)
	}
	return nil
}
