package bench

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/bench/internal/probe"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
)

// A Case is one kernel on operands of one type, shape and layout.
type Case struct {
	Kernel string // as in package kernels; GemvT+Ger and Gemm+Gemm are two calls, Empty is a Go function that does nothing
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
				cases = append(cases, Case{Kernel: kernel, Type: typ, Shape: shape, Dims: []int{m, n}, Layout: l, Work: w, Group: "matrix " + shape, Setup: setup})
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
				cases = append(cases, Case{Kernel: kernel, Type: typ, Shape: shape, Dims: []int{m, p, q}, Work: w, Group: "update " + shape, Setup: setup})
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
	name           string
	transA, transB kernels.Transpose
	update         bool // C += Tiny·product instead of C = product
}

var (
	formAB  = form{"GemmNN", kernels.NoTrans, kernels.NoTrans, false} // δ W
	formABT = form{"GemmNT", kernels.NoTrans, kernels.Trans, false}   // x Wᵀ
	formATB = form{"GemmTN", kernels.Trans, kernels.NoTrans, true}    // W += δᵀ x
)

// products are the Gemms: square ones, and those of the steps of 784-512-256-10
// and 784-30-10. The name of the kernel tells what is transposed; the shape is
// m x n x k for an m × n result.
func products[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	add := func(f form, group string, m, n, k int) {
		cases = append(cases, Case{
			Kernel: f.name, Type: typ, Shape: fmt.Sprintf("%dx%dx%d", m, n, k), Dims: []int{m, n, k}, Group: group,
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
		for _, f := range []form{formAB, formABT, formATB} {
			add(f, fmt.Sprintf("square %d", n), n, n, n)
		}
	}
	for _, m := range []int{8, 10, 32, 128, 512} {
		for _, l := range [][2]int{{784, 512}, {512, 256}, {256, 10}, {784, 30}, {30, 10}} {
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

// An elementwise kernel, what it has to do for one element, and its call.
type elementwise[T kernels.Float] struct {
	name  string
	sweep probe.Sweep
	work  Work // of one element; Bytes is filled in
	call  func(v [4][]T)
}

func elementwiseKernels[T kernels.Float]() []elementwise[T] {
	unary := func(name string, divs int, f func(dst, z []T)) elementwise[T] {
		return elementwise[T]{name, probe.Copy, Work{Divs: divs}, func(v [4][]T) { f(v[1], v[0]) }}
	}
	binary := func(name string, divs int, f func(dst, x, y []T)) elementwise[T] {
		return elementwise[T]{name, probe.Add, Work{Divs: divs}, func(v [4][]T) { f(v[2], v[0], v[1]) }}
	}
	return []elementwise[T]{
		{"Dot", probe.Read, Work{MulAdds: 1}, func(v [4][]T) { kernels.Dot(v[0], v[1]) }},
		{"Sum", probe.Read, Work{}, func(v [4][]T) { kernels.Sum(v[0]) }},
		{"Axpy", probe.Axpy, Work{MulAdds: 1}, func(v [4][]T) { kernels.Axpy(Tiny, v[0], v[1]) }},
		{"Scal", probe.Update, Work{}, func(v [4][]T) { kernels.Scal(1, v[0]) }},
		binary("Add", 0, kernels.Add[T]),
		binary("Sub", 0, kernels.Sub[T]),
		binary("Mul", 0, kernels.Mul[T]),
		unary("ReLU", 0, kernels.ReLU[T]),
		unary("ReLUPrime", 0, kernels.ReLUPrime[T]),
		binary("MulReLUPrime", 0, kernels.MulReLUPrime[T]),
		unary("Exp", 0, kernels.Exp[T]),
		unary("Log", 0, kernels.Log[T]),
		unary("Sigmoid", 1, kernels.Sigmoid[T]),
		unary("SigmoidPrime", 1, kernels.SigmoidPrime[T]),
		binary("MulSigmoidPrime", 1, kernels.MulSigmoidPrime[T]),
		unary("Tanh", 1, kernels.Tanh[T]),
		unary("TanhPrime", 1, kernels.TanhPrime[T]),
		binary("MulTanhPrime", 1, kernels.MulTanhPrime[T]),
		{"Momentum", probe.Update2, Work{}, func(v [4][]T) { kernels.Momentum(v[1], v[2], v[0], kernels.MomentumParams{LR: Tiny, Mu: 0.9}) }},
		{"Nesterov", probe.Update2, Work{}, func(v [4][]T) { kernels.Nesterov(v[1], v[2], v[0], kernels.MomentumParams{LR: Tiny, Mu: 0.9}) }},
		{"RMSProp", probe.Update2, Work{Divs: 1, Roots: 1}, func(v [4][]T) {
			kernels.RMSProp(v[1], v[2], v[0], kernels.RMSPropParams{LR: Tiny, Rho: 0.9, Epsilon: 1e-8})
		}},
		{"Adam", probe.Update3, Work{Divs: 1, Roots: 1}, func(v [4][]T) {
			kernels.Adam(v[1], v[2], v[3], v[0], 10, kernels.AdamParams{LR: Tiny, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
		}},
		{"AdamW", probe.Update3, Work{Divs: 1, Roots: 1}, func(v [4][]T) {
			kernels.AdamW(v[1], v[2], v[3], v[0], 10, kernels.AdamWParams{LR: Tiny, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Decay: 0.01})
		}},
	}
}

// vectors are elementwise kernels, optimizer steps, reductions and Softmax.
// Functions of z get numbers between −8 and 8, Log positive ones, and second
// moments of optimizers are positive.
func vectors[T kernels.Float]() []Case {
	typ, size := typeName[T]()
	var cases []Case
	for _, n := range lengths {
		group := fmt.Sprintf("vector %d", n)
		for _, e := range elementwiseKernels[T]() {
			w := e.work
			w.MulAdds, w.Divs, w.Roots = w.MulAdds*n, w.Divs*n, w.Roots*n
			w.Sweep, w.Bytes = e.sweep, n*size
			if e.name == "Dot" {
				w.Bytes = 2 * n * size
			}
			cases = append(cases, Case{
				Kernel: e.name, Type: typ, Shape: fmt.Sprint(n), Dims: []int{n}, Group: group, Work: w, Elements: n,
				Setup: func() func(int) {
					v := Operands[T](e.name, n)
					call := e.call
					return func(times int) {
						for range times {
							call(v)
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
			Kernel: "Softmax", Type: typ, Shape: fmt.Sprintf("%dx%d", m, n), Dims: []int{m, n}, Group: "softmax", Elements: m * n,
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

// Operands returns four vectors with numbers that suit the kernel.
func Operands[T kernels.Float](kernel string, n int) (v [4][]T) {
	for i := range v {
		v[i] = Vector[T](n, 0)
	}
	switch {
	case kernel == "Log":
		for i, x := range v[0] {
			v[0][i] = 8 + T(7*x)
		}
	case strings.HasPrefix(kernel, "Mul"):
		kernels.Scal(8, v[1])
	case kernel == "Exp" || strings.HasPrefix(kernel, "Sigmoid") || strings.HasPrefix(kernel, "Tanh"):
		kernels.Scal(8, v[0])
	case kernel == "RMSProp" || strings.HasPrefix(kernel, "Adam"):
		kernels.ReLU(v[2], v[2])
		kernels.ReLU(v[3], v[3])
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
