package kernels_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
)

// TestPanics provokes every panic of panics.go, in every way that it may be.
func TestPanics(t *testing.T) { on(t, testPanics[float32], testPanics[float64]) }

func testPanics[T kernels.Float](t *testing.T) {
	cases := map[string][]func(){}
	add := func(constant string, calls ...func()) { cases[constant] = append(cases[constant], calls...) }

	// badly calls f with matrices that no 3 × 2 matrix looks like.
	badly := func(constant string, f func(m kernels.Matrix[T])) {
		data := make([]T, 8)
		big := math.MaxInt/4 + 1
		for _, m := range []kernels.Matrix[T]{
			{Rows: -1, Cols: 2, Stride: 2, Data: data},
			{Rows: 3, Cols: -2, Stride: 2, Data: data},
			{Rows: 3, Cols: 2, Stride: 1, Data: data},
			{Rows: 3, Cols: 2, Stride: 0, Data: data},
			{Rows: 3, Cols: 2, Stride: -2, Data: data},
			{Rows: 3, Cols: 2, Stride: math.MinInt, Data: data},
			{Rows: 3, Cols: 2, Stride: 2, Data: data[:5]},
			{Rows: 3, Cols: 2, Stride: 3, Data: data[:7]},
			{Rows: 3, Cols: 2, Stride: 2, Data: data[:0]}, // the capacity would do
			{Rows: 3, Cols: 2, Stride: 2},
			{Rows: 3, Cols: 2, Stride: math.MaxInt, Data: data},
			{Rows: big + 1, Cols: 2, Stride: 8, Data: data}, // (Rows−1)·Stride is 0 in an int
			{Rows: math.MaxInt, Cols: math.MaxInt, Stride: math.MaxInt, Data: data},
		} {
			add(constant, func() { f(m) })
		}
	}
	v := func(n int) []T { return make([]T, n) }
	m := kernels.NewMatrix[T]
	// Parts of the same memory.
	x := vec[T](fill(40, 3)...)
	part := func(i, n int) []T { return x[i : i+n] }
	partly := func(i, rows, cols int) kernels.Matrix[T] {
		return kernels.Matrix[T]{Rows: rows, Cols: cols, Stride: cols, Data: part(i, rows*cols)}
	}

	add("newMatrixSize", func() { m(math.MaxInt/4+1, 4) }, func() { m(math.MaxInt, 2) })
	add("newMatrixNegative", func() { m(-1, 2) }, func() { m(2, -1) }, func() { m(math.MinInt, math.MinInt) })

	for _, i := range []int{-1, 3, math.MaxInt, math.MinInt} {
		add("rowIndex", func() { m(3, 2).Row(i) }, func() { m(3, 0).Row(i) }, func() { partly(0, 3, 2).Slice(0, 3).Row(i) })
	}
	for _, r := range [][2]int{{-1, 2}, {2, 1}, {0, 4}, {4, 4}, {math.MaxInt, math.MinInt}, {math.MinInt, math.MaxInt}} {
		add("sliceBounds", func() { m(3, 2).Slice(r[0], r[1]) }, func() { m(3, 0).Slice(r[0], r[1]) })
	}

	add("dotLength", func() { kernels.Dot(v(3), v(2)) }, func() { kernels.Dot(v(0), v(1)) }, func() { kernels.Dot(nil, v(20)[:1]) })
	add("maxEmpty", func() { kernels.Max[T](nil) }, func() { kernels.Max(v(20)[:0]) })
	add("axpyLength", func() { kernels.Axpy(0, v(3), v(4)) }, func() { kernels.Axpy(1, nil, v(1)) })
	add("axpyOverlap", func() { kernels.Axpy(1, part(0, 5), part(1, 5)) }, func() { kernels.Axpy(1, part(4, 5), part(0, 5)) })

	badly("gemvMatrix", func(a kernels.Matrix[T]) { kernels.Gemv(0, a, v(2), 1, v(3)) })
	add("gemvX", func() { kernels.Gemv(0, m(3, 2), v(3), 0, v(3)) }, func() { kernels.Gemv(1, m(3, 2), v(5)[:1], 0, v(3)) })
	add("gemvY", func() { kernels.Gemv(0, m(3, 2), v(2), 0, v(2)) }, func() { kernels.Gemv(1, m(3, 2), v(2), 0, nil) })
	add("gemvOverlap",
		func() { kernels.Gemv(1, m(2, 2), part(3, 2), 0, part(3, 2)) },
		func() { kernels.Gemv(1, m(2, 2), part(3, 2), 0, part(4, 2)) },
		func() { kernels.Gemv(1, partly(3, 2, 2), v(2), 0, part(2, 2)) },
		func() { kernels.Gemv(1, partly(3, 2, 2), v(2), 0, part(6, 2)) })

	badly("gemvTMatrix", func(a kernels.Matrix[T]) { kernels.GemvT(0, a, v(3), 1, v(2)) })
	add("gemvTX", func() { kernels.GemvT(0, m(3, 2), v(2), 0, v(2)) }, func() { kernels.GemvT(0, m(3, 2), nil, 0, v(2)) })
	add("gemvTY", func() { kernels.GemvT(0, m(3, 2), v(3), 0, v(3)) }, func() { kernels.GemvT(1, m(3, 2), v(3), 0, v(9)[:1]) })
	add("gemvTOverlap",
		func() { kernels.GemvT(1, m(2, 2), part(3, 2), 0, part(3, 2)) },
		func() { kernels.GemvT(1, m(2, 2), part(3, 2), 0, part(2, 2)) },
		func() { kernels.GemvT(1, partly(3, 2, 2), v(2), 0, part(6, 2)) })

	badly("gerMatrix", func(a kernels.Matrix[T]) { kernels.Ger(0, v(3), v(2), a) })
	add("gerX", func() { kernels.Ger(0, v(2), v(2), m(3, 2)) })
	add("gerY", func() { kernels.Ger(0, v(3), v(3), m(3, 2)) })
	add("gerOverlap",
		func() { kernels.Ger(1, part(3, 2), v(2), partly(0, 2, 2)) },
		func() { kernels.Ger(1, v(2), part(0, 2), partly(1, 2, 2)) },
		func() { kernels.Ger(1, v(2), part(1, 2), partly(1, 2, 2)) })

	for _, trans := range []kernels.Transpose{0, 1, 'n', 'C'} {
		add("gemmTrans",
			func() { kernels.Gemm(trans, kernels.NoTrans, 1, m(2, 2), m(2, 2), 0, m(2, 2)) },
			func() { kernels.Gemm(kernels.Trans, trans, 1, m(2, 2), m(2, 2), 0, m(2, 2)) })
	}
	badly("gemmA", func(a kernels.Matrix[T]) { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 0, a, m(2, 4), 1, m(3, 4)) })
	badly("gemmB", func(b kernels.Matrix[T]) { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 0, m(4, 3), b, 1, m(4, 2)) })
	badly("gemmC", func(c kernels.Matrix[T]) { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 0, m(3, 4), m(4, 2), 1, c) })
	add("gemmK",
		func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, m(2, 3), m(4, 5), 0, m(2, 5)) },
		func() { kernels.Gemm(kernels.Trans, kernels.NoTrans, 1, m(3, 2), m(4, 5), 0, m(2, 5)) },
		func() { kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, m(2, 3), m(5, 4), 0, m(2, 5)) },
		func() { kernels.Gemm(kernels.Trans, kernels.Trans, 1, m(3, 2), m(5, 4), 0, m(2, 5)) },
		func() { kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, m(2, 3), m(3, 5), 0, m(2, 5)) })
	add("gemmM",
		func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, m(2, 3), m(3, 5), 0, m(3, 5)) },
		func() { kernels.Gemm(kernels.Trans, kernels.Trans, 1, m(3, 2), m(5, 3), 0, m(0, 5)) })
	add("gemmN",
		func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, m(2, 3), m(3, 5), 0, m(2, 4)) },
		func() { kernels.Gemm(kernels.Trans, kernels.Trans, 1, m(3, 2), m(5, 3), 0, m(2, 0)) })
	add("gemmOverlap",
		func() {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, partly(0, 2, 2), m(2, 2), 0, partly(0, 2, 2))
		},
		func() {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, m(2, 2), partly(0, 2, 2), 0, partly(0, 2, 2))
		},
		func() { kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, partly(3, 2, 2), m(2, 2), 0, partly(0, 2, 2)) },
		func() { kernels.Gemm(kernels.Trans, kernels.NoTrans, 1, m(2, 2), partly(0, 2, 2), 0, partly(3, 2, 2)) },
		// columns 0–2 and 2–4 of the same matrix
		func() {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, kernels.Matrix[T]{Rows: 2, Cols: 3, Stride: 5, Data: x}, m(3, 3), 0, kernels.Matrix[T]{Rows: 2, Cols: 3, Stride: 5, Data: x[2:]})
		},
		// the same memory with another stride
		func() {
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, kernels.Matrix[T]{Rows: 2, Cols: 2, Stride: 5, Data: x}, m(2, 2), 0, kernels.Matrix[T]{Rows: 2, Cols: 2, Stride: 6, Data: x[2:]})
		})

	for name, f := range map[string]func(dst, z []T){
		"exp": kernels.Exp[T], "log": kernels.Log[T], "sigmoid": kernels.Sigmoid[T], "sigmoidPrime": kernels.SigmoidPrime[T],
		"tanh": kernels.Tanh[T], "tanhPrime": kernels.TanhPrime[T], "relu": kernels.ReLU[T], "reluPrime": kernels.ReLUPrime[T],
	} {
		add(name+"Length", func() { f(v(3), v(2)) }, func() { f(v(2), v(3)) }, func() { f(nil, v(1)) }, func() { f(v(8)[:3], v(8)) })
		add(name+"Overlap", func() { f(part(0, 5), part(1, 5)) }, func() { f(part(1, 5), part(0, 5)) }, func() { f(part(0, 5), part(4, 5)) }, func() { f(part(30, 9), part(22, 9)) })
	}
	for name, f := range map[string]func(dst, x, y []T){
		"add": kernels.Add[T], "sub": kernels.Sub[T], "mul": kernels.Mul[T],
		"mulSigmoidPrime": kernels.MulSigmoidPrime[T], "mulTanhPrime": kernels.MulTanhPrime[T], "mulReLUPrime": kernels.MulReLUPrime[T],
	} {
		add(name+"Length", func() { f(v(3), v(2), v(2)) }, func() { f(v(2), v(3), v(2)) }, func() { f(v(2), v(2), v(3)) }, func() { f(nil, v(1), v(1)) })
		add(name+"Overlap",
			func() { f(part(0, 5), part(1, 5), v(5)) }, func() { f(part(1, 5), v(5), part(0, 5)) },
			func() { f(part(3, 5), part(3, 5), part(7, 5)) }, func() { f(part(3, 5), part(2, 5), part(3, 5)) })
	}

	// states calls f, which takes so many vectors, with one of another length and
	// with two that overlap.
	states := func(name string, count int, f func(x [][]T)) {
		for i := range count {
			add(name+"Length", func() {
				x := [][]T{v(3), v(3), v(3), v(3)}
				x[i] = v(8)[:2]
				f(x)
			})
			for j := range i {
				add(name+"Overlap", func() {
					x := [][]T{v(3), v(3), v(3), v(3)}
					x[i], x[j] = part(2, 3), part(4, 3)
					f(x)
				}, func() {
					x := [][]T{v(3), v(3), v(3), v(3)}
					x[i], x[j] = part(2, 3), part(2, 3)
					f(x)
				})
			}
		}
	}
	states("momentum", 3, func(x [][]T) { kernels.Momentum(x[0], x[1], x[2], kernels.MomentumParams{LR: 1, Mu: 1}) })
	states("nesterov", 3, func(x [][]T) { kernels.Nesterov(x[0], x[1], x[2], kernels.MomentumParams{LR: 1, Mu: 1}) })
	states("rmsProp", 3, func(x [][]T) { kernels.RMSProp(x[0], x[1], x[2], kernels.RMSPropParams{LR: 1, Rho: 1, Epsilon: 1}) })
	states("adam", 4, func(x [][]T) {
		kernels.Adam(x[0], x[1], x[2], x[3], 1, kernels.AdamParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1})
	})
	for _, t := range []int{0, -1, math.MinInt} {
		add("adamStep", func() {
			kernels.Adam(v(2), v(2), v(2), v(2), t, kernels.AdamParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1})
		})
		add("adamWStep", func() {
			kernels.AdamW(v(2), v(2), v(2), v(2), t, kernels.AdamWParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1, Decay: 1})
		})
	}
	states("adamW", 4, func(x [][]T) {
		kernels.AdamW(x[0], x[1], x[2], x[3], 1, kernels.AdamWParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1, Decay: 1})
	})

	// D is 4 × 3, X and dX are 4 × 2, W is 3 × 2.
	badly("gemmUpdateW", func(w kernels.Matrix[T]) { kernels.GemmUpdate(1, m(4, 3), m(4, 2), w, m(4, 2)) })
	badly("gemmUpdateD", func(d kernels.Matrix[T]) { kernels.GemmUpdate(1, d, m(3, 4), m(2, 4), m(3, 4)) })
	badly("gemmUpdateX", func(x kernels.Matrix[T]) { kernels.GemmUpdate(1, m(3, 4), x, m(4, 2), m(3, 2)) })
	badly("gemmUpdateDX", func(dx kernels.Matrix[T]) { kernels.GemmUpdate(1, m(3, 4), m(3, 2), m(4, 2), dx) })
	add("gemmUpdateM",
		func() { kernels.GemmUpdate(1, m(5, 3), m(4, 2), m(3, 2), m(4, 2)) },
		func() { kernels.GemmUpdate(1, m(4, 3), m(4, 2), m(3, 2), m(3, 2)) })
	add("gemmUpdateP", func() { kernels.GemmUpdate(1, m(4, 2), m(4, 2), m(3, 2), m(4, 2)) })
	add("gemmUpdateQ",
		func() { kernels.GemmUpdate(1, m(4, 3), m(4, 1), m(3, 2), m(4, 2)) },
		func() { kernels.GemmUpdate(1, m(4, 3), m(4, 2), m(3, 2), m(4, 1)) })
	for _, at := range [][4]int{{0, 3, 12, 20}, {0, 9, 0, 20}, {0, 9, 12, 5}, {12, 0, 0, 20}, {12, 0, 20, 3}, {12, 0, 20, 0}} {
		add("gemmUpdateOverlap", func() {
			w, dx, d, x := partly(at[0], 3, 2), partly(at[1], 2, 2), partly(at[2], 2, 3), partly(at[3], 2, 2)
			kernels.GemmUpdate(1, d, x, w, dx)
		})
	}

	badly("softmaxMatrix", func(z kernels.Matrix[T]) { kernels.Softmax(m(3, 2), z) })
	badly("softmaxMatrix", func(dst kernels.Matrix[T]) { kernels.Softmax(dst, m(3, 2)) })
	add("softmaxShape", func() { kernels.Softmax(m(3, 2), m(2, 3)) }, func() { kernels.Softmax(m(3, 2), m(3, 1)) })
	add("softmaxOverlap",
		func() { kernels.Softmax(partly(0, 2, 3), partly(1, 2, 3)) },
		func() { kernels.Softmax(partly(0, 2, 3), kernels.Matrix[T]{Rows: 2, Cols: 3, Stride: 4, Data: x}) })

	messages := constants(t)
	for name := range cases {
		assert.Contains(t, messages, name)
	}
	for name, message := range messages {
		assert.NotEmpty(t, cases[name], "nothing here panics with %s", name)
		for i, f := range cases[name] {
			assert.PanicsWithValue(t, message, f, "%s, case %d", name, i)
		}
	}
	same(t, vec[T](fill(40, 3)...), x) // nothing was touched before the panic
}

// constants returns the messages in panics.go by name.
func constants(t *testing.T) map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "panics.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	messages := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			message, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			messages[spec.Names[0].Name] = message
		}
		return true
	})
	return messages
}
