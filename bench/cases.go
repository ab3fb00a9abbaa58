package bench

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/bench/internal/probe"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

// A Case is one kernel on operands of one type, shape and layout.
type Case struct {
	Kernel string // as in package kernels; GemvT+Ger and Gemm+Gemm are two calls, Empty is a Go function that does nothing
	Row    string // of the kernel in kerneltest.Table; "" if it isn't one kernel
	Type   string // f32 or f64
	Shape  string // rows x columns, or elements, or m x n x k of a product
	Dims   []int  // the numbers of Shape
	Layout Layout
	Work   Work
	// Elements is how many results an elementwise kernel has, else 0.
	Elements int
	// Group names the cases that are measured together, because they share a limit.
	Group string
	// Setup makes operands and returns the call, n times.
	Setup func() func(n int)
}

// Name returns kernel/type/isa=level/shape and the layout if there is one.
func (c Case) Name(level isa.Level) string {
	name := fmt.Sprintf("%s/%s/isa=%v/%s", c.Kernel, c.Type, level, c.Shape)
	if c.Layout.Name != "" {
		name += "/" + c.Layout.Name
	}
	return name
}

func (c Case) is32() bool { return c.Type == "f32" }

// Heavy reports whether plain Go would need more than a moment for one call.
func (c Case) Heavy() bool { return c.Work.MulAdds > 20_000_000 }

// A Layout says how operands lie in memory.
type Layout struct {
	Name   string // "" for 64-byte alignment, off=16 or stride=+3
	Offset int    // bytes from a 64-byte boundary to the first element
	Pad    int    // elements between the end of a row and the next
}

var layouts = []Layout{{}, {Name: "off=16", Offset: 16}, {Name: "stride=+3", Pad: 3}}

// Vector returns n elements between −1 and 1, offset bytes off a 64-byte boundary.
func Vector[T kernels.Float](n, offset int) []T {
	size := int(unsafe.Sizeof(T(0)))
	s := make([]T, n+128/size)
	skip := 0
	if off := int(uintptr(unsafe.Pointer(&s[0])) % 64); off != 0 {
		skip = (64 - off) / size
	}
	s = s[skip+offset/size:][:n:n]
	state := uint32(n)
	for i := range s {
		state = state*1664525 + 1013904223
		s[i] = T(int32(state)) * 0x1p-31
	}
	return s
}

// Matrix returns a rows × cols matrix of elements between −1 and 1.
func Matrix[T kernels.Float](rows, cols int, l Layout) kernels.Matrix[T] {
	stride := cols + l.Pad
	return kernels.Matrix[T]{Rows: rows, Cols: cols, Stride: stride, Data: Vector[T](rows*stride, l.Offset)}
}

// Tiny is a step that changes numbers, but not by much however often it is taken.
const Tiny = 0x1p-30

// Cases returns all cases, in the order of a table.
func Cases() []Case {
	var all []Case
	all = append(all, sweepsOverMatrices[float32]()...)
	all = append(all, sweepsOverMatrices[float64]()...)
	all = append(all, updates[float32]()...)
	all = append(all, updates[float64]()...)
	all = append(all, products[float32]()...)
	all = append(all, products[float64]()...)
	all = append(all, vectors[float32]()...)
	all = append(all, vectors[float64]()...)
	all = append(all, others[float32](all)...)
	all = append(all, others[float64](all)...)
	return all
}

// typeName returns f32 or f64, and the size of an element.
func typeName[T kernels.Float]() (string, int) {
	if size := int(unsafe.Sizeof(T(0))); size == 8 {
		return "f64", size
	}
	return "f32", 4
}

// sweepsOverMatrices are Gemv, GemvT and Ger.
func sweepsOverMatrices[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	for _, s := range [][2]int{
		{10, 30}, {10, 128}, {30, 784}, {128, 784}, {512, 512}, {512, 784}, {1024, 1024}, {4096, 4096},
		{7, 13}, {33, 127}, {257, 511},
	} {
		m, n := s[0], s[1]
		for _, l := range layouts {
			if m == 4096 && l.Name != "" {
				continue
			}
			shape := fmt.Sprintf("%dx%d", m, n)
			read := Work{MulAdds: m * n, Sweep: probe.Read, Bytes: (m*n + m + n) * size}
			update := Work{MulAdds: m * n, Sweep: probe.Update, Bytes: m * n * size}
			add := func(kernel string, w Work, setup func() func(n int)) {
				cases = append(cases, Case{Kernel: kernel, Row: kernel, Type: typ, Shape: shape, Dims: []int{m, n}, Layout: l, Work: w, Group: "matrix " + shape, Setup: setup})
			}
			add("Gemv", read, func() func(int) {
				a, x, y := Matrix[T](m, n, l), Vector[T](n, l.Offset), Vector[T](m, l.Offset)
				return func(times int) {
					for range times {
						kernels.Gemv(1, a, x, 0, y)
					}
				}
			})
			add("GemvT", read, func() func(int) {
				a, x, y := Matrix[T](m, n, l), Vector[T](m, l.Offset), Vector[T](n, l.Offset)
				return func(times int) {
					for range times {
						kernels.GemvT(1, a, x, 0, y)
					}
				}
			})
			add("Ger", update, func() func(int) {
				a, x, y := Matrix[T](m, n, l), Vector[T](m, l.Offset), Vector[T](n, l.Offset)
				return func(times int) {
					for range times {
						kernels.Ger(Tiny, x, y, a)
					}
				}
			})
		}
	}
	return cases
}

// updates are the fused product and update of the weights, beside two calls.
func updates[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	for _, s := range [][2]int{{30, 784}, {128, 784}, {512, 512}, {512, 784}, {1024, 1024}, {4096, 4096}} {
		p, q := s[0], s[1]
		for _, m := range []int{1, 10, 32} {
			if p == 4096 && m > 1 {
				continue
			}
			shape := fmt.Sprintf("%dx%dx%d", m, p, q)
			w := Work{MulAdds: 2 * m * p * q, Sweep: probe.Update, Bytes: p * q * size}
			operands := func() (d, x, w, dx kernels.Matrix[T]) {
				return Matrix[T](m, p, Layout{}), Matrix[T](m, q, Layout{}), Matrix[T](p, q, Layout{}), Matrix[T](m, q, Layout{})
			}
			add := func(kernel string, setup func() func(n int)) {
				row := kernel
				if strings.Contains(kernel, "+") {
					row = ""
				}
				cases = append(cases, Case{Kernel: kernel, Row: row, Type: typ, Shape: shape, Dims: []int{m, p, q}, Work: w, Group: "update " + shape, Setup: setup})
			}
			add("GemmUpdate", func() func(int) {
				d, x, w, dx := operands()
				return func(times int) {
					for range times {
						kernels.GemmUpdate(Tiny, d, x, w, dx)
					}
				}
			})
			if m == 1 {
				add("GemvT+Ger", func() func(int) {
					d, x, w, dx := operands()
					return func(times int) {
						for range times {
							kernels.GemvT(1, w, d.Data, 0, dx.Data)
							kernels.Ger(Tiny, d.Data, x.Data, w)
						}
					}
				})
				continue
			}
			add("Gemm+Gemm", func() func(int) {
				d, x, w, dx := operands()
				return func(times int) {
					for range times {
						kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, d, w, 0, dx)
						kernels.Gemm(kernels.Trans, kernels.NoTrans, Tiny, d, x, 1, w)
					}
				}
			})
		}
	}
	return cases
}

// A form is one of the products of a training step.
type form struct {
	name, row      string
	transA, transB kernels.Transpose
	update         bool // C += Tiny·product instead of C = product
}

var (
	formAB   = form{"GemmNN", "Gemm A·B", kernels.NoTrans, kernels.NoTrans, false} // δ W
	formABT  = form{"GemmNT", "Gemm A·Bᵀ", kernels.NoTrans, kernels.Trans, false}  // x Wᵀ
	formATB  = form{"GemmTN", "Gemm Aᵀ·B", kernels.Trans, kernels.NoTrans, true}   // W += δᵀ x
	formATBT = form{"GemmTT", "Gemm Aᵀ·Bᵀ", kernels.Trans, kernels.Trans, false}   // no step has it
)

// products are the Gemms: square ones, and those of the steps of 784-512-256-10,
// 784-30-10 and 1024-1024-1024-1024. The name of the kernel tells what is transposed; the shape is
// m x n x k for an m × n result.
func products[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	add := func(f form, group string, m, n, k int) {
		cases = append(cases, Case{
			Kernel: f.name, Row: f.row, Type: typ, Shape: fmt.Sprintf("%dx%dx%d", m, n, k), Dims: []int{m, n, k}, Group: group,
			Work: Work{MulAdds: m * n * k, Sweep: probe.Read, Bytes: (m*n + n*k + m*k) * size},
			Setup: func() func(int) {
				dim := func(trans kernels.Transpose, rows, cols int) kernels.Matrix[T] {
					if trans == kernels.Trans {
						rows, cols = cols, rows
					}
					return Matrix[T](rows, cols, Layout{})
				}
				a, b, c := dim(f.transA, m, k), dim(f.transB, k, n), Matrix[T](m, n, Layout{})
				alpha, beta := T(1), T(0)
				if f.update {
					alpha, beta = Tiny, 1
				}
				return func(times int) {
					for range times {
						kernels.Gemm(f.transA, f.transB, alpha, a, b, beta, c)
					}
				}
			},
		})
	}
	for _, n := range []int{64, 128, 256, 512, 1024} {
		for _, f := range []form{formAB, formABT, formATB, formATBT} {
			add(f, fmt.Sprintf("square %d", n), n, n, n)
		}
	}
	for _, m := range []int{8, 10, 32, 128, 512} {
		for _, l := range [][2]int{{784, 512}, {512, 256}, {256, 10}, {784, 30}, {30, 10}, {1024, 1024}} {
			in, out := l[0], l[1]
			group := fmt.Sprintf("step %d", m)
			add(formABT, group, m, out, in)
			add(formAB, group, m, in, out)
			add(formATB, group, out, in, m)
		}
	}
	return cases
}

// lengths are those of the vectors that elementwise kernels and reductions are timed on.
var lengths = []int{1, 16, 256, 4096, 1 << 20}

// vectorKernels are the kernels whose operands are vectors: reductions, elementwise
// kernels and optimizer steps.
func vectorKernels[T kernels.Float]() []kerneltest.Kernel[T] {
	return slices.DeleteFunc(kerneltest.Table[T](), func(k kerneltest.Kernel[T]) bool { return k.Family.HasMatrices() })
}

// sweeps has, by the roles of a kernel's vectors, the plain pass over memory that does
// as many loads and stores.
var sweeps = map[string]probe.Sweep{
	"Out In": probe.Copy, "Out In In": probe.Add, "InOut": probe.Update, "InOut In": probe.Axpy, "InOut InOut In": probe.Update2, "InOut InOut InOut In": probe.Update3,
}

// workOf returns what a call of k on vectors of n elements has to do.
func workOf[T kernels.Float](k kerneltest.Kernel[T], n int) Work {
	w := Work{MulAdds: k.Work.MulAdds * n, Divs: k.Work.Divs * n, Roots: k.Work.Roots * n, Bytes: n * int(unsafe.Sizeof(T(0)))}
	shapes := k.Shapes(kerneltest.Size{M: 1, N: n, K: 1})
	if k.Family == kerneltest.Conversion {
		return Work{} // no sweep has vectors of two types
	}
	if k.Family == kerneltest.Reduction {
		w.Sweep = probe.Read
		w.Bytes *= len(shapes) - 1
		return w
	}
	var roles []string
	for _, s := range shapes {
		roles = append(roles, map[kerneltest.Role]string{kerneltest.In: "In", kerneltest.Out: "Out", kerneltest.InOut: "InOut"}[s.Role])
	}
	sweep, ok := sweeps[strings.Join(roles, " ")]
	if !ok {
		w.Bytes = 0 // no sweep is like it: no limit
	}
	w.Sweep = sweep
	return w
}

// operands returns operands of k for a size, of numbers that suit it.
func operands[T kernels.Float](k kerneltest.Kernel[T], s kerneltest.Size) []kernels.Matrix[T] {
	var o []kernels.Matrix[T]
	for i, shape := range k.Shapes(s) {
		m := Matrix[T](shape.Rows, shape.Cols, Layout{})
		if k.Suit != nil {
			for j, x := range m.Data {
				m.Data[j] = k.Suit(i, x)
			}
		}
		o = append(o, m)
	}
	return o
}

// vectors are reductions, elementwise kernels, optimizer steps and Softmax.
func vectors[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	for _, n := range lengths {
		group := fmt.Sprintf("vector %d", n)
		for _, k := range vectorKernels[T]() {
			cases = append(cases, Case{
				Kernel: k.Name, Row: k.Name, Type: typ, Shape: fmt.Sprint(n), Dims: []int{n}, Group: group, Work: workOf(k, n), Elements: n,
				Setup: func() func(int) {
					o := operands(k, kerneltest.Size{M: 1, N: n, K: 1})
					return func(times int) {
						for range times {
							k.Call(1, 0, o)
						}
					}
				},
			})
		}
		if n == 1 {
			cases = append(cases, emptyCalls[T](typ, group)...)
		}
	}
	for _, s := range [][2]int{{1, 10}, {10, 10}, {32, 10}, {128, 10}, {32, 1000}} {
		m, n := s[0], s[1]
		cases = append(cases, Case{
			Kernel: "Softmax", Row: "Softmax", Type: typ, Shape: fmt.Sprintf("%dx%d", m, n), Dims: []int{m, n}, Group: "softmax", Elements: m * n,
			Work: Work{Divs: m * n, Sweep: probe.Copy, Bytes: m * n * size},
			Setup: func() func(int) {
				z, dst := Matrix[T](m, n, Layout{}), Matrix[T](m, n, Layout{})
				return func(times int) {
					for range times {
						kernels.Softmax(dst, z)
					}
				}
			},
		})
	}
	return cases
}

// others are the kernels on matrices that have no cases of their own above, at one
// size each.
func others[T kernels.Float](have []Case) []Case {
	typ, _ := typeName[T]()
	var cases []Case
	for _, k := range kerneltest.Table[T]() {
		if slices.ContainsFunc(have, func(c Case) bool { return c.Row == k.Name && c.Type == typ }) {
			continue
		}
		s := kerneltest.Size{M: 32, N: 128, K: 784}
		name := strings.ReplaceAll(k.Name, " ", "-")
		cases = append(cases, Case{
			Kernel: name, Row: k.Name, Type: typ, Shape: fmt.Sprintf("%dx%dx%d", s.M, s.N, s.K), Dims: []int{s.M, s.N, s.K}, Group: "other " + name,
			Setup: func() func(int) {
				o := operands(k, s)
				return func(times int) {
					for range times {
						k.Call(1, 0, o)
					}
				}
			},
		})
	}
	return cases
}

// Operands returns four vectors of numbers that suit the kernel on vectors of that
// name: its inputs, then what it writes, then vectors that it doesn't use.
func Operands[T kernels.Float](kernel string, n int) (v [4][]T) {
	for i := range v {
		v[i] = Vector[T](n, 0)
	}
	for _, k := range vectorKernels[T]() {
		if k.Name != kernel {
			continue
		}
		s := kerneltest.Size{M: 1, N: n, K: 1}
		o, at := operands(k, s), 0
		for _, written := range []bool{false, true} {
			for i, shape := range k.Shapes(s) {
				if (shape.Role != kerneltest.In) == written && !(i == 0 && k.Family == kerneltest.Reduction) {
					v[at] = o[i].Data
					at++
				}
			}
		}
	}
	return v
}

// emptyCalls are calls of functions that do nothing with the arguments of Dot,
// Axpy and ReLU: what any call costs.
func emptyCalls[T kernels.Float](typ, group string) []Case {
	x, y := Vector[T](1, 0), Vector[T](1, 0)
	calls := []struct {
		shape string
		run   func(int)
	}{
		{"dot", func(times int) {
			for range times {
				emptyDot(x, y)
			}
		}},
		{"axpy", func(times int) {
			for range times {
				emptyAxpy(Tiny, x, y)
			}
		}},
		{"relu", func(times int) {
			for range times {
				emptyReLU(x, y)
			}
		}},
	}
	var cases []Case
	for _, c := range calls {
		cases = append(cases, Case{Kernel: "Empty", Type: typ, Shape: c.shape, Group: group, Setup: func() func(int) { return c.run }})
	}
	return cases
}

//go:noinline
func emptyDot[T kernels.Float](x, y []T) (s T) { return s }

//go:noinline
func emptyAxpy[T kernels.Float](alpha T, x, y []T) {}

//go:noinline
func emptyReLU[T kernels.Float](dst, z []T) {}
