package kernels_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

// A refusal is a call that must panic with a message of this package.
type refusal struct {
	about string // what the message begins with, behind "kernels: "
	word  string // a regular expression that the message fulfils
	call  func()
}

// TestPanics makes every call that must be refused: those that follow from the table
// of kernels, and those of special. Each panics with a message that names the function
// and what is wrong, before anything is written, and no message is left over.
func TestPanics(t *testing.T) {
	left := messages(t)
	for _, r := range append(special[float32](), special[float64]()...) {
		refused(t, left, r)
	}
	fromTable[float32](t, left)
	fromTable[float64](t, left)
	for message, seen := range left {
		assert.True(t, seen, "nothing panics with %q", message)
	}
}

// fromTable makes the calls that follow from the table.
func fromTable[T Float](t *testing.T, left map[string]bool) {
	for _, k := range Table[T]() {
		name := k.Public()
		faults := k.Faults()
		if shapes := k.Shapes(Size{M: 3, N: 5, K: 4}); len(shapes) > 2 || k.Family != Reduction && len(shapes) > 1 {
			assert.NotEmpty(t, faults, k.Name)
		}
		for _, f := range faults {
			refused(t, left, refusal{name + ": ", f.Word, func() { k.Call(1, 1, f.Operands) }}, k.Name, f.What)
			for _, o := range f.Operands {
				for _, x := range o.Data {
					assert.Equal(t, T(3), x, "%s, %s: wrote before it panicked", k.Name, f.What)
				}
			}
		}
	}
}

// refused makes a call and notes the message that it panics with.
func refused(t *testing.T, left map[string]bool, r refusal, what ...any) {
	t.Helper()
	what = append(what, r.about)
	defer func() {
		t.Helper()
		got, ok := recover().(string)
		if !assert.True(t, ok, "no panic with a string: %v", what) {
			return
		}
		assert.True(t, strings.HasPrefix(got, "kernels: "+r.about), "%q: %v", got, what)
		assert.Regexp(t, regexp.MustCompile(r.word), got, what...)
		if _, ok := left[got]; !ok {
			got, _, _ = strings.Cut(got, ": want Rows, Cols >= 0") // the message of a bad matrix
			got, _, _ = strings.Cut(got, ": want N >= 0")          // that of a bad vector
		}
		_, ok = left[got]
		assert.True(t, ok, "%q is no constant of package kernels: %v", got, what)
		left[got] = true
	}()
	r.call()
}

// special has the calls to refuse that no table knows.
func special[T Float]() []refusal {
	var list []refusal
	add := func(about, word string, calls ...func()) {
		for _, call := range calls {
			list = append(list, refusal{about, word, call})
		}
	}
	v := func(n int) []T { return make([]T, n) }
	m := kernels.NewMatrix[T]
	x := v(40)
	// over is a part of x as a 2 × cols matrix.
	over := func(start, cols, stride int) kernels.Matrix[T] {
		return kernels.Matrix[T]{Rows: 2, Cols: cols, Stride: stride, Data: x[start:]}
	}

	add("NewMatrix: ", "negative", func() { m(-1, 2) }, func() { m(2, -1) }, func() { m(math.MinInt, math.MinInt) })
	add("NewMatrix: ", "too large", func() { m(math.MaxInt/4+1, 4) }, func() { m(math.MaxInt, 2) })
	of := kernels.MatrixOf[T]
	add("MatrixOf: ", "negative", func() { of(-1, -2, v(2)) }, func() { of(2, -1, nil) })
	add("MatrixOf: ", "rows\\*cols", func() { of(2, 2, v(3)) }, func() { of(2, 2, v(5)) }, func() { of(math.MaxInt, math.MaxInt, nil) })
	add("MatrixFromRows: ", "lengths", func() { kernels.MatrixFromRows([][]T{v(2), v(3)}) }, func() { kernels.MatrixFromRows([][]T{v(1), nil}) })
	unset := kernels.Matrix[T]{Rows: 2, Cols: 3, Data: v(6)}
	add("Matrix.Row: ", "MatrixOf", func() { unset.Row(0) })
	add("Matrix.Slice: ", "MatrixOf", func() { unset.Slice(0, 1) }, func() { unset.Slice(1, 1) })
	add("Gemv: bad matrix A", "MatrixOf", func() { kernels.Gemv(1, unset, v(3), 0, v(2)) })
	for _, i := range []int{-1, 3, math.MaxInt, math.MinInt} {
		add("Matrix.Row: ", "i < Rows", func() { m(3, 2).Row(i) }, func() { m(3, 0).Row(i) }, func() { m(3, 2).Slice(0, 3).Row(i) })
	}
	for _, r := range [][2]int{{-1, 2}, {2, 1}, {0, 4}, {4, 4}, {math.MaxInt, math.MinInt}, {math.MinInt, math.MaxInt}} {
		add("Matrix.Slice: ", "i <= j", func() { m(3, 2).Slice(r[0], r[1]) }, func() { m(3, 0).Slice(r[0], r[1]) })
	}

	add("Dot: ", "len", func() { kernels.Dot(v(0), v(1)) }, func() { kernels.Dot(nil, v(20)[:1]) })
	add("Exp: ", "len", func() { kernels.Exp(nil, v(1)) }, func() { kernels.Exp(v(8)[:3], v(8)) })
	for name, call := range map[string]func(x []T){
		"Max": func(x []T) { kernels.Max(x) }, "Min": func(x []T) { kernels.Min(x) }, "MinMax": func(x []T) { kernels.MinMax(x) },
		"ArgMax": func(x []T) { kernels.ArgMax(x) }, "ArgMin": func(x []T) { kernels.ArgMin(x) }, "Iamax": func(x []T) { kernels.Iamax(x) },
	} {
		add(name+": ", "empty", func() { call(nil) }, func() { call(v(20)[:0]) })
	}

	for _, trans := range []kernels.Transpose{0, 1, 'n', 'C'} {
		add("Gemm: ", "NoTrans or Trans",
			func() { kernels.Gemm(trans, kernels.NoTrans, 1, m(2, 2), m(2, 2), 0, m(2, 2)) },
			func() { kernels.Gemm(kernels.Trans, trans, 1, m(2, 2), m(2, 2), 0, m(2, 2)) })
		add("GemmResume: ", "NoTrans or Trans", func() { kernels.GemmResume(trans, m(2, 2), m(2, 2), m(2, 2)) })
	}
	add("Gemm: ", "overlap", // columns 0–2 and 2–4 of the same matrix, and the same memory with another stride
		func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, over(0, 3, 5), m(3, 3), 0, over(2, 3, 5)) },
		func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, over(0, 2, 5), m(2, 2), 0, over(2, 2, 6)) })
	for _, j := range []int{-1, 2, math.MaxInt, math.MinInt} {
		add("Matrix.Col: ", "j < Cols", func() { m(3, 2).Col(j) }, func() { m(0, 2).Col(j) })
	}
	add("Matrix.Col: ", "MatrixOf", func() { unset.Col(0) })
	one := []kernels.Matrix[T]{m(2, 2)}
	for _, trans := range []kernels.Transpose{0, 1, 'n', 'C'} {
		add("GemmBatch: ", "NoTrans or Trans",
			func() { kernels.GemmBatch(trans, kernels.NoTrans, 1, one, one, 0, one) },
			func() { kernels.GemmBatch(kernels.Trans, trans, 1, one, one, 0, one) })
	}
	add("GemmBatch: ", "lengths",
		func() { kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, 1, one, one, 0, nil) },
		func() { kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, 1, one, nil, 0, one) },
		func() { kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, 1, nil, one, 0, one) })
	add("GemvBatch: ", "lengths",
		func() { kernels.GemvBatch(1, one, [][]T{v(2)}, 0, nil) },
		func() { kernels.GemvBatch(1, one, nil, 0, [][]T{v(2)}) })
	for _, bad := range []int{-1, 2, math.MaxInt, math.MinInt} {
		add("GatherRows: ", "< a.Rows", func() { kernels.GatherRows(m(2, 3), m(2, 3), []int{1, bad}) })
		add("ScatterAddRows: ", "< dst.Rows", func() { kernels.ScatterAddRows(m(2, 3), m(2, 3), []int{1, bad}) })
	}
	// Vectors that share some elements, begin at one but go on otherwise, or are each other backwards.
	column := func(start, n, inc int) kernels.Vector[T] { return kernels.Vector[T]{N: n, Inc: inc, Data: x[start:]} }
	for _, other := range []kernels.Vector[T]{column(4, 4, 2), column(0, 4, 4), column(0, 4, -2)} {
		add("AxpyStrided: ", "overlap", func() { kernels.AxpyStrided(1, column(0, 4, 2), other) })
		add("CopyStrided: ", "overlap", func() { kernels.CopyStrided(column(0, 4, 2), other) })
		add("SwapStrided: ", "overlap", func() { kernels.SwapStrided(column(0, 4, 2), other) })
	}
	for _, bad := range []kernels.Vector[T]{column(0, -1, 1), column(0, 3, 0), column(38, 3, 1), column(38, 2, -2), column(0, 3, math.MinInt), column(0, 3, math.MaxInt)} {
		add("DotStrided: ", "bad vector", func() { kernels.DotStrided(bad, column(0, bad.N, 1)) }, func() { kernels.DotStrided(column(0, 3, 1), bad) })
	}
	add("CumSum: ", "overlaps", func() { kernels.CumSum(x[:5], x[1:6]) })
	add("Softmax: ", "overlap", func() { kernels.Softmax(over(0, 3, 3), over(0, 3, 4)) })

	for _, t := range []int{0, -1, math.MinInt} {
		add("Adam: ", "t < 1", func() {
			kernels.Adam(v(2), v(2), v(2), v(2), t, kernels.AdamParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1})
		})
		add("AMSGrad: ", "t < 1", func() {
			kernels.AMSGrad(v(2), v(2), v(2), v(2), v(2), t, kernels.AdamParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1})
		})
		add("AdamW: ", "t < 1", func() {
			kernels.AdamW(v(2), v(2), v(2), v(2), t, kernels.AdamWParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1, Decay: 1})
		})
	}
	for _, x := range [][2]float64{{2, 1}, {nan, 1}, {1, nan}, {inf, -inf}} {
		add("Clamp: ", "lo > hi", func() { kernels.Clamp(v(2), v(2), T(x[0]), T(x[1])) })
	}
	for _, p := range []float64{1, 2, -0x1p-1074, math.Inf(1), math.NaN()} {
		add("Dropout: ", "p is not in", func() { kernels.Dropout(v(2), v(2), p, 1, 0) })
	}
	return list
}

// messages returns all strings in the sources of package kernels that begin with
// "kernels: ". They are constants beside the checks.
func messages(t *testing.T) map[string]bool {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && strings.HasPrefix(s, "kernels: ") {
					found[s] = false
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found)
	return found
}
