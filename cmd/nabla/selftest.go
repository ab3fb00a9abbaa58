package main

import (
	"math"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// selfTest compares every kernel on every instruction set of this machine with
// plain Go, bit for bit; any NaN equals any NaN. It must not run beside kernels.
func selfTest() []isaCheck {
	want := outputsOn(isa.Generic)
	var checks []isaCheck
	for _, level := range isa.Available() {
		check := isaCheck{ISA: level.String(), Kernels: len(want), Differ: []string{}}
		for i, got := range outputsOn(level) {
			if !sameBits(got.values, want[i].values) {
				check.Differ = append(check.Differ, got.kernel)
			}
		}
		checks = append(checks, check)
	}
	return checks
}

// output is what one kernel made of all its test inputs.
type output struct {
	kernel string
	values []float64 // float32 converts exactly
}

func outputsOn(level isa.Level) []output {
	defer isa.Force(level)()
	return append(outputs[float32]("F32"), outputs[float64]("F64")...)
}

// selfTestSizes lie around the widths of vectors and unrolled loops.
var selfTestSizes = []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129, 257}

// outputs runs every kernel of package kernels on the same inputs every time:
// normal numbers of many magnitudes, then special values between them.
func outputs[T kernels.Float](suffix string) []output {
	var all []output
	run := func(name string, f func(in *inputs[T], n int) []T) {
		o := output{kernel: name + suffix}
		in := &inputs[T]{rand: rng.New(1, 0)}
		for _, n := range selfTestSizes {
			for _, in.specials = range []bool{false, true} {
				for _, v := range f(in, n) {
					o.values = append(o.values, float64(v))
				}
			}
		}
		all = append(all, o)
	}
	unary := func(name string, kernel func(dst, z []T)) {
		run(name, func(in *inputs[T], n int) []T {
			dst := make([]T, n)
			kernel(dst, in.slice(n))
			return dst
		})
	}
	binary := func(name string, kernel func(dst, x, y []T)) {
		run(name, func(in *inputs[T], n int) []T {
			dst := make([]T, n)
			kernel(dst, in.slice(n), in.slice(n))
			return dst
		})
	}
	unary("Exp", kernels.Exp[T])
	unary("Log", kernels.Log[T])
	unary("Sigmoid", kernels.Sigmoid[T])
	unary("SigmoidPrime", kernels.SigmoidPrime[T])
	unary("Tanh", kernels.Tanh[T])
	unary("TanhPrime", kernels.TanhPrime[T])
	unary("ReLU", kernels.ReLU[T])
	unary("ReLUPrime", kernels.ReLUPrime[T])
	binary("Add", kernels.Add[T])
	binary("Sub", kernels.Sub[T])
	binary("Mul", kernels.Mul[T])
	binary("MulSigmoidPrime", kernels.MulSigmoidPrime[T])
	binary("MulTanhPrime", kernels.MulTanhPrime[T])
	binary("MulReLUPrime", kernels.MulReLUPrime[T])
	run("Softmax", func(in *inputs[T], n int) []T {
		z := in.matrix(3, n)
		kernels.Softmax(z, z)
		return z.Data
	})
	run("Dot", func(in *inputs[T], n int) []T {
		return []T{kernels.Dot(in.slice(n), in.slice(n))}
	})
	run("Sum", func(in *inputs[T], n int) []T {
		return []T{kernels.Sum(in.slice(n))}
	})
	run("Axpy", func(in *inputs[T], n int) []T {
		y := in.slice(n)
		kernels.Axpy(0.7, in.slice(n), y)
		return y
	})
	run("Scal", func(in *inputs[T], n int) []T {
		x := in.slice(n)
		kernels.Scal(0.7, x)
		return x
	})
	run("Gemv", func(in *inputs[T], n int) []T {
		y := in.slice(9)
		kernels.Gemv(0.7, in.matrix(9, n), in.slice(n), 0.3, y)
		return y
	})
	run("GemvT", func(in *inputs[T], n int) []T {
		y := in.slice(n)
		kernels.GemvT(0.7, in.matrix(9, n), in.slice(9), 0.3, y)
		return y
	})
	run("Ger", func(in *inputs[T], n int) []T {
		a := in.matrix(9, n)
		kernels.Ger(0.7, in.slice(9), in.slice(n), a)
		return a.Data
	})
	for _, form := range []struct {
		name           string
		transA, transB kernels.Transpose
	}{
		{"Gemm", kernels.NoTrans, kernels.NoTrans}, {"GemmAᵀB", kernels.Trans, kernels.NoTrans},
		{"GemmABᵀ", kernels.NoTrans, kernels.Trans}, {"GemmAᵀBᵀ", kernels.Trans, kernels.Trans},
	} {
		run(form.name, func(in *inputs[T], n int) []T {
			shape := func(t kernels.Transpose, rows, cols int) kernels.Matrix[T] {
				if t {
					rows, cols = cols, rows
				}
				return in.matrix(rows, cols)
			}
			m, k := 7, 19 // n varies over columns, then over the inner dimension
			c, d := in.matrix(m, n), in.matrix(m, k)
			kernels.Gemm(form.transA, form.transB, 0.7, shape(form.transA, m, k), shape(form.transB, k, n), 0.3, c)
			kernels.Gemm(form.transA, form.transB, 1, shape(form.transA, m, n), shape(form.transB, n, k), 0, d)
			return append(c.Data, d.Data...)
		})
	}
	return all
}

// inputs makes test data.
type inputs[T kernels.Float] struct {
	rand     *rng.Rand
	specials bool // put special values between the others
}

func (in *inputs[T]) slice(n int) []T {
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, -1e-310, 88.7, -103.9, 709.7, -745.1}
	s := make([]T, n)
	for i := range s {
		if in.specials && in.rand.IntN(4) == 0 {
			s[i] = T(special[in.rand.IntN(len(special))])
		} else {
			s[i] = T(math.Ldexp(in.rand.Float64()-0.5, in.rand.IntN(12)-5))
		}
	}
	return s
}

func (in *inputs[T]) matrix(rows, cols int) kernels.Matrix[T] {
	return kernels.Matrix[T]{Rows: rows, Cols: cols, Data: in.slice(rows * cols), Stride: cols}
}

// sameBits reports whether x and y are equal bit for bit, any NaN being equal to
// any NaN.
func sameBits(x, y []float64) bool {
	for i := range x {
		if math.Float64bits(x[i]) != math.Float64bits(y[i]) && !(math.IsNaN(x[i]) && math.IsNaN(y[i])) {
			return false
		}
	}
	return len(x) == len(y)
}
