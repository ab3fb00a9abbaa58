package kernels_test

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"github.com/nabla-go/nabla/internal/isa"
	. "github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

// These are the rules of the contract in numbers that a reader can check by hand.

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// on runs both instances of a test on every instruction set.
func on(t *testing.T, f32, f64 func(t *testing.T)) {
	Each(t, func(t *testing.T, _ isa.Level) {
		t.Run("float32", f32)
		t.Run("float64", f64)
	})
}

// vec returns numbers as a vector with NaN between its length and its capacity.
func vec[T Float](x ...float64) []T {
	v := make([]T, len(x), len(x)+20)
	for i := range v {
		v[i] = T(x[i])
	}
	for i := range v[len(v):cap(v)] {
		v[len(v):cap(v)][i] = T(nan)
	}
	return v
}

// mat returns a matrix, given row after row, with padding of 77 between rows.
func mat[T Float](rows, cols, pad int, x ...float64) kernels.Matrix[T] {
	m := kernels.Matrix[T]{Rows: rows, Cols: cols, Stride: cols + pad, Data: make([]T, rows*(cols+pad))}
	for i := range m.Data {
		m.Data[i] = 77
	}
	for i := range rows {
		for j := range cols {
			m.Row(i)[j] = T(x[i*cols+j])
		}
	}
	return m
}

// fill returns n times x.
func fill(n int, x float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = x
	}
	return v
}

// same compares bits, any NaN being equal to any NaN.
func same[T Float](t *testing.T, want, got []T) {
	t.Helper()
	if !assert.Len(t, got, len(want)) {
		return
	}
	for i := range want {
		assert.True(t, Equal(want[i], got[i]), "[%d] is %v, want %v", i, got[i], want[i])
	}
}

func TestBetaZeroOverwrites(t *testing.T) { on(t, testBetaZero[float32], testBetaZero[float64]) }

func testBetaZero[T Float](t *testing.T) {
	for _, garbage := range []float64{nan, inf} {
		for _, beta := range []T{0, T(math.Copysign(0, -1))} {
			y := vec[T](fill(5, garbage)...)
			kernels.Gemv(1, mat[T](5, 5, 0, fill(25, 0)...), vec[T](fill(5, 0)...), beta, y)
			same(t, vec[T](0, 0, 0, 0, 0), y)
			y = vec[T](fill(5, garbage)...)
			kernels.GemvT(1, mat[T](5, 5, 0, fill(25, 0)...), vec[T](fill(5, 0)...), beta, y)
			same(t, vec[T](0, 0, 0, 0, 0), y)
			for n := 1; n <= 33; n++ {
				for _, m := range []int{1, 2, 5, 12, 13, n} {
					c := mat[T](m, n, 1, fill(m*n, garbage)...)
					kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, mat[T](m, 3, 2, fill(3*m, 1)...), mat[T](3, n, 0, fill(3*n, 1)...), beta, c)
					same(t, mat[T](m, n, 1, fill(m*n, 3)...).Data, c.Data)
					c = mat[T](m, n, 2, fill(m*n, garbage)...)
					kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, mat[T](m, 3, 0, fill(3*m, 1)...), mat[T](n, 3, 1, fill(3*n, 1)...), beta, c)
					same(t, mat[T](m, n, 2, fill(m*n, 3)...).Data, c.Data)
				}
			}
		}
	}
}

func TestMax(t *testing.T) { on(t, testMax[float32], testMax[float64]) }

func testMax[T Float](t *testing.T) {
	negZero := math.Copysign(0, -1)
	for _, x := range []struct {
		want float64
		of   []float64
	}{
		{-3, []float64{-3}}, {2, []float64{1, 2, -5}}, {negZero, []float64{negZero, negZero}},
		{0, []float64{0, negZero}}, {0, []float64{negZero, 0}}, {0, []float64{negZero, -1, 0, negZero}},
		{inf, []float64{-inf, inf, 1}}, {-inf, []float64{-inf, -inf}}, {nan, []float64{nan, inf}}, {nan, []float64{inf, nan, 1}},
		{1, append(append(fill(16, 0), fill(16, -inf)...), 1)}, // products of neighbours are NaN, and no element is
	} {
		for _, before := range []int{0, 7, 100, 9000} { // so many −Inf stand in front
			v := append(fill(before, -inf), x.of...)
			same(t, []T{T(x.want)}, []T{kernels.Max(vec[T](v...))})
		}
	}
}

// TestPlacesOfExtremes: whatever block of a long vector has it, the first extreme counts, and
// the first NaN before all.
func TestPlacesOfExtremes(t *testing.T) {
	on(t, testPlacesOfExtremes[float32], testPlacesOfExtremes[float64])
}

func testPlacesOfExtremes[T Float](t *testing.T) {
	arg := func(x []T) [3]int { return [3]int{kernels.ArgMax(x), kernels.ArgMin(x), kernels.Iamax(x)} }
	for _, n := range []int{1, 2, 13, 40, 9000, 20000} {
		x := make([]T, n)
		assert.Equal(t, [3]int{}, arg(x), n)
		for _, i := range []int{0, n / 2, n - 1} {
			clear(x)
			x[i], x[n-1] = 2, 2
			assert.Equal(t, [3]int{i, arg(x)[1], i}, arg(x), "%d: %d", n, i)
			x[i], x[n-1] = -2, -2
			assert.Equal(t, [3]int{arg(x)[0], i, i}, arg(x), "%d: %d", n, i)
			x[0] = T(math.Inf(1))
			x[i], x[n-1] = T(math.NaN()), T(math.NaN())
			assert.Equal(t, [3]int{i, i, i}, arg(x), "%d: NaN at %d", n, i)
		}
	}
}

func TestAlphaBeta(t *testing.T) { on(t, testAlphaBeta[float32], testAlphaBeta[float64]) }

func testAlphaBeta[T Float](t *testing.T) {
	ones := fill(3, 1)
	for _, x := range []struct{ alpha, beta, want T }{{1, 0.5, 4}, {2, 0.5, 7}, {1, 0, 3}, {1, 1, 5}, {-1, -1, -5}} {
		for _, trans := range forms {
			a, b, c := mat[T](1, 3, 0, ones...), mat[T](3, 1, 0, ones...), mat[T](1, 1, 0, 2)
			if trans[0] == kernels.Trans {
				a = mat[T](3, 1, 4, ones...)
			}
			if trans[1] == kernels.Trans {
				b = mat[T](1, 3, 0, ones...)
			}
			kernels.Gemm(trans[0], trans[1], x.alpha, a, b, x.beta, c)
			same(t, []T{x.want}, c.Data)
		}
		y := vec[T](2)
		kernels.Gemv(x.alpha, mat[T](1, 3, 0, ones...), vec[T](ones...), x.beta, y)
		same(t, []T{x.want}, y)
		y = vec[T](2)
		kernels.GemvT(x.alpha, mat[T](3, 1, 2, ones...), vec[T](ones...), x.beta, y)
		same(t, []T{x.want}, y)
	}
}

// TestAlphaZero: A, B and x are not read.
func TestAlphaZero(t *testing.T) { on(t, testAlphaZero[float32], testAlphaZero[float64]) }

func testAlphaZero[T Float](t *testing.T) {
	for _, beta := range []float64{0, 1, 2, 0.5} {
		for _, bad := range []float64{nan, inf} {
			a := mat[T](4, 4, 1, fill(16, bad)...)
			want := vec[T](fill(4, 3*beta)...)
			y := vec[T](fill(4, 3)...)
			kernels.Gemv(0, a, vec[T](fill(4, bad)...), T(beta), y)
			same(t, want, y)
			y = vec[T](fill(4, 3)...)
			kernels.GemvT(0, a, vec[T](fill(4, bad)...), T(beta), y)
			same(t, want, y)
			for _, trans := range forms {
				c := mat[T](4, 4, 2, fill(16, 3)...)
				kernels.Gemm(trans[0], trans[1], 0, a, a, T(beta), c)
				same(t, mat[T](4, 4, 2, fill(16, 3*beta)...).Data, c.Data)
			}
			c := mat[T](4, 4, 2, fill(16, 3)...)
			kernels.Ger(0, vec[T](fill(4, bad)...), vec[T](fill(4, bad)...), c)
			same(t, mat[T](4, 4, 2, fill(16, 3)...).Data, c.Data)
		}
	}
}

// TestNoTerms: with k = 0 the result is +0 or beta·C.
func TestNoTerms(t *testing.T) { on(t, testNoTerms[float32], testNoTerms[float64]) }

func testNoTerms[T Float](t *testing.T) {
	for _, beta := range []float64{0, 1, 0.5} {
		old := 8.0
		if beta == 0 {
			old = nan
		}
		for n := 1; n <= 9; n++ {
			want := fill(n*n, 8*beta)
			for _, trans := range forms {
				a, b, c := kernels.Matrix[T]{Rows: n}, kernels.Matrix[T]{Cols: n, Stride: n}, mat[T](n, n, 3, fill(n*n, old)...)
				if trans[0] == kernels.Trans {
					a = kernels.Matrix[T]{Cols: n, Stride: n}
				}
				if trans[1] == kernels.Trans {
					b = kernels.Matrix[T]{Rows: n, Stride: 5}
				}
				kernels.Gemm(trans[0], trans[1], 1, a, b, T(beta), c)
				same(t, mat[T](n, n, 3, want...).Data, c.Data)
			}
			y := vec[T](fill(n, old)...)
			kernels.Gemv(1, kernels.Matrix[T]{Rows: n}, nil, T(beta), y)
			same(t, vec[T](want[:n]...), y)
			y = vec[T](fill(n, old)...)
			kernels.GemvT(1, kernels.Matrix[T]{Cols: n, Stride: n}, nil, T(beta), y)
			same(t, vec[T](want[:n]...), y)
		}
	}
}

// TestNothing: nil and empty operands are the same and leave all as it is.
func TestNothing(t *testing.T) { on(t, testNothing[float32], testNothing[float64]) }

func testNothing[T Float](t *testing.T) {
	for _, none := range [][]T{nil, {}, vec[T]()} {
		assert.Zero(t, kernels.Dot(none, none))
		assert.Zero(t, kernels.Sum(none))
		kernels.Axpy(1, none, none)
		kernels.Scal(1, none)
		kernels.Sigmoid(none, none)
		kernels.Mul(none, none, none)
		for _, stride := range []int{0, 3} {
			empty := kernels.Matrix[T]{Data: none, Stride: stride}
			kernels.Gemv(1, empty, none, 0, none)
			kernels.GemvT(1, empty, none, 0, none)
			kernels.Ger(1, none, none, empty)
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, empty, empty, 0, empty)
			kernels.Softmax(empty, empty)
		}
		kernels.Softmax(kernels.Matrix[T]{Rows: 3, Data: none, Stride: 4}, kernels.Matrix[T]{Rows: 3, Data: none, Stride: 2})
		many := kernels.Matrix[T]{Rows: math.MaxInt, Data: none}
		kernels.Softmax(many, many)
		kernels.Ger(1, none, vec[T](1, 2, 3, 4, 5), kernels.Matrix[T]{Cols: 5, Data: none, Stride: 5})
		kernels.Ger(1, vec[T](1, 2, 3), none, kernels.Matrix[T]{Rows: 3, Data: none})
		kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, mat[T](2, 2, 0, 1, 2, 3, 4), kernels.Matrix[T]{Rows: 2, Data: none}, 0, kernels.Matrix[T]{Rows: 2, Data: none, Stride: 7})
	}
}

// TestNoSkips: zeros among the data don't hide a NaN.
func TestNoSkips(t *testing.T) { on(t, testNoSkips[float32], testNoSkips[float64]) }

func testNoSkips[T Float](t *testing.T) {
	a := mat[T](2, 2, 1, 0, 0, 0, 0)
	kernels.Ger(1, vec[T](0, 1), vec[T](nan, 2), a)
	same(t, mat[T](2, 2, 1, nan, 0, nan, 2).Data[:5], a.Data[:5])
	y := vec[T](1, 2)
	kernels.GemvT(1, mat[T](2, 2, 0, nan, 1, 1, inf), vec[T](0, 0), 0, y)
	same(t, vec[T](nan, nan), y)
	y = vec[T](1, nan)
	kernels.Axpy(0, vec[T](inf, 2), y)
	same(t, vec[T](nan, nan), y)
	kernels.Scal(0, y)
	same(t, vec[T](nan, nan), y)
}

func TestSmallProducts(t *testing.T) { on(t, testSmallProducts[float32], testSmallProducts[float64]) }

func testSmallProducts[T Float](t *testing.T) {
	y := vec[T](0, 0, 0)
	kernels.Gemv(1, mat[T](3, 2, 0, 1, 2, 3, 4, 5, 6), vec[T](1, 2), 0, y)
	same(t, vec[T](5, 11, 17), y)

	// One row has 1e8 + 1 − 1e8: in lanes of their own, of which the fold adds the
	// outer two first.
	y = vec[T](0)
	kernels.Gemv(1, mat[T](1, 3, 0, 1e8, 1, -1e8), vec[T](1, 1, 1), 0, y)
	same(t, vec[T](1), y)

	// C may be a part of a matrix that A is another part of.
	all := mat[T](2, 5, 0, 1, 2, 0, 0, 9, 3, 4, 0, 0, 9)
	a := kernels.Matrix[T]{Rows: 2, Cols: 2, Stride: 5, Data: all.Data}
	c := kernels.Matrix[T]{Rows: 2, Cols: 2, Stride: 5, Data: all.Data[2:]}
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, a, mat[T](2, 2, 0, 0, 1, 1, 0), 0, c)
	same(t, mat[T](2, 5, 0, 1, 2, 2, 1, 9, 3, 4, 4, 3, 9).Data, all.Data)
}

// TestManyRows sums more rows than a fixed scratch would hold (OpenBLAS#154).
func TestManyRows(t *testing.T) { on(t, testManyRows[float32], testManyRows[float64]) }

func testManyRows[T Float](t *testing.T) {
	const m = 4194305
	ones := make([]T, 2*m)
	for i := range ones {
		ones[i] = 1
	}
	y := vec[T](0, 0)
	kernels.GemvT(1, kernels.Matrix[T]{Rows: m, Cols: 2, Stride: 2, Data: ones}, ones[:m:m], 0, y)
	same(t, vec[T](m, m), y)
}

// TestNaNInEveryLane: NaN stays NaN at every position (pytorch#13448).
func TestNaNInEveryLane(t *testing.T) { on(t, testNaN[float32], testNaN[float64]) }

func testNaN[T Float](t *testing.T) {
	unary := map[string]func(dst, z []T){
		"Exp": kernels.Exp[T], "Log": kernels.Log[T], "Sigmoid": kernels.Sigmoid[T], "SigmoidPrime": kernels.SigmoidPrime[T], "Tanh": kernels.Tanh[T],
		"TanhPrime": kernels.TanhPrime[T], "ReLU": kernels.ReLU[T], "ReLUPrime": kernels.ReLUPrime[T],
	}
	for name, f := range unary {
		for n := 1; n <= 40; n++ {
			z, dst := vec[T](fill(n, nan)...), vec[T](fill(n, 1)...)
			f(dst, z)
			for i, x := range dst {
				assert.True(t, x != x, "%s: [%d] of %d is %v", name, i, n, x)
			}
		}
	}
}

// TestRowsOfGemm: a row of a product has the bits of the product of that row.
func TestRowsOfGemm(t *testing.T) { on(t, testRowsOfGemm[float32], testRowsOfGemm[float64]) }

func testRowsOfGemm[T Float](t *testing.T) {
	for i, s := range []Size{at(1, 10, 30), at(3, 5, 17), at(13, 35, 47), at(32, 10, 64), at(5, 130, 300)} {
		next := Values[T](Plain, uint64(i))
		random := func(rows, cols int) kernels.Matrix[T] {
			m := kernels.NewMatrix[T](rows, cols)
			for i := range m.Data {
				m.Data[i] = next()
			}
			return m
		}
		a, b, c := random(s.M, s.K), random(s.K, s.N), random(s.M, s.N)
		aT, bT := kernels.NewMatrix[T](s.K, s.M), kernels.NewMatrix[T](s.N, s.K)
		for l := range s.K {
			for i := range s.M {
				aT.Row(l)[i] = a.Row(i)[l]
			}
			for j := range s.N {
				bT.Row(j)[l] = b.Row(l)[j]
			}
		}
		dots, chains := kernels.NewMatrix[T](s.M, s.N), kernels.NewMatrix[T](s.M, s.N)
		copy(dots.Data, c.Data)
		copy(chains.Data, c.Data)
		for i := range s.M {
			kernels.Gemv(1.5, bT, a.Row(i), -0.3, dots.Row(i))
			kernels.GemvT(1.5, b, a.Row(i), -0.3, chains.Row(i))
		}
		for _, form := range []struct {
			transA, transB kernels.Transpose
			a, b, want     kernels.Matrix[T]
		}{{kernels.NoTrans, kernels.Trans, a, bT, dots}, {kernels.Trans, kernels.Trans, aT, bT, dots}, {kernels.NoTrans, kernels.NoTrans, a, b, chains}, {kernels.Trans, kernels.NoTrans, aT, b, chains}} {
			got := kernels.NewMatrix[T](s.M, s.N)
			copy(got.Data, c.Data)
			kernels.Gemm(form.transA, form.transB, 1.5, form.a, form.b, -0.3, got)
			same(t, form.want.Data, got.Data)
		}
	}
}

// TestLargeProducts: nor does it matter what is packed, cut and spilled when
// operands don't fit into a cache. Of the rows, the ends of blocks are looked at.
func TestLargeProducts(t *testing.T) {
	if hurried() {
		t.Skip("takes long")
	}
	on(t, testLargeProducts[float32], testLargeProducts[float64])
}

func testLargeProducts[T Float](t *testing.T) {
	if kernels.ISA() == "generic" && len(kernels.ISAs()) > 1 {
		t.Skip("takes seconds in plain Go, and the blocks are the same")
	}
	const m, n, k, pad = 97, 515, 1030, 3
	next := Values[T](Plain, 1)
	random := func(rows, cols int) kernels.Matrix[T] {
		a := kernels.Matrix[T]{Rows: rows, Cols: cols, Stride: cols + pad, Data: make([]T, rows*(cols+pad))}
		for i := range a.Data {
			a.Data[i] = next()
		}
		return a
	}
	for _, trans := range forms {
		a, b := random(m, k), random(k, n)
		if trans[0] == kernels.Trans {
			a = random(k, m)
		}
		if trans[1] == kernels.Trans {
			b = random(n, k)
		}
		beta := T(-0.3)
		if trans[0] == trans[1] {
			beta = 0
		}
		c := random(m, n)
		got := c
		got.Data = slices.Clone(c.Data)
		kernels.Gemm(trans[0], trans[1], 1.5, a, b, beta, got)
		for _, i := range []int{0, 1, 11, 12, 50, 95, 96} {
			x := make([]T, k)
			for l := range x {
				if trans[0] == kernels.Trans {
					x[l] = a.Row(l)[i]
				} else {
					x[l] = a.Row(i)[l]
				}
			}
			if trans[1] == kernels.Trans {
				kernels.Gemv(1.5, b, x, beta, c.Row(i))
			} else {
				kernels.GemvT(1.5, b, x, beta, c.Row(i))
			}
			same(t, c.Row(i), got.Row(i))
		}
	}
}

// TestOneResultPerValue: an element's result depends neither on its position
// nor on the length.
func TestOneResultPerValue(t *testing.T) {
	eachKernel(t, testOneResult[float32], Elementwise, Update)
	eachKernel(t, testOneResult[float64], Elementwise, Update)
}

func testOneResult[T Float](t *testing.T, k Kernel[T], _ *Arena[T]) {
	values := append(Specials[T](), -1.1053, 3.5, -20)
	operands := len(k.Shapes(Size{}))
	run := func(start, n int) []T {
		o := make([]kernels.Matrix[T], operands)
		for i := range o {
			data := make([]T, n)
			copy(data, values[start:])
			o[i] = kernels.Matrix[T]{Rows: 1, Cols: n, Data: data, Stride: n}
		}
		k.Call(1.7, 0, o)
		return o[0].Data
	}
	want := run(0, len(values))
	for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 40} {
		for start := 0; start < len(values)-n; start += someSpecials() {
			same(t, want[start:start+n], run(start, n))
		}
	}
}

func TestMatrices(t *testing.T) {
	data := []float32{1, 2, 3, 4, 5, 6}
	m := kernels.MatrixOf(3, 2, data)
	assert.Equal(t, kernels.Matrix[float32]{Rows: 3, Cols: 2, Stride: 2, Data: data}, m)
	assert.Same(t, &data[0], &m.Data[0])
	assert.Equal(t, m, kernels.MatrixFromRows([][]float32{{1, 2}, {3, 4}, {5, 6}}))
	assert.True(t, kernels.MatrixOf[float32](0, 3, nil).Valid())
	assert.True(t, kernels.MatrixFromRows[float32](nil).Valid())
	assert.Equal(t, 2, kernels.MatrixFromRows([][]float32{nil, {}}).Rows)

	assert.NoError(t, m.Check())
	m.Stride = 0
	assert.ErrorContains(t, m.Check(), "stride 0: want at least 2, the number of columns (kernels.MatrixOf sets it)")
	m.Stride = 3
	assert.ErrorContains(t, m.Check(), "6 elements of data, too few for 3 rows of 2 with stride 3")
	m.Rows = -1
	assert.ErrorContains(t, m.Check(), "-1 rows")
}

// AdamW takes small parameters for 0 on every eighth step, as the documentation says, and
// Adam never does.
func TestAdamWFlushes(t *testing.T) { on(t, testAdamWFlushes[float32], testAdamWFlushes[float64]) }

func testAdamWFlushes[T Float](t *testing.T) {
	small := T(0x1p-64)
	if unsafe.Sizeof(small) == 8 {
		small = T(math.Ldexp(1, -512))
	}
	for step := 1; step <= 16; step++ {
		w, zeros := []T{small, -small, 1}, make([][]T, 3)
		for i := range zeros {
			zeros[i] = make([]T, 3)
		}
		kernels.AdamW(w, zeros[0], zeros[1], zeros[2], step, kernels.AdamWParams{LR: 1e-9, Beta1: 0.9, Beta2: 0.999, Decay: 1e-9})
		if flushed := w[0] == 0 && w[1] == 0 && !math.Signbit(float64(w[1])); flushed != (step%8 == 0) || w[2] != 1 {
			t.Errorf("step %d: w is %v", step, w)
		}
		copy(w, []T{small, -small, 1})
		kernels.Adam(w, zeros[0], zeros[1], zeros[2], step, kernels.AdamParams{LR: 1e-9, Beta1: 0.9, Beta2: 0.999})
		if w[0] != small || w[1] != -small {
			t.Errorf("step %d of Adam: w is %v", step, w)
		}
	}
}

func TestClamp(t *testing.T) { on(t, testClamp[float32], testClamp[float64]) }

func testClamp[T Float](t *testing.T) {
	negZero := math.Copysign(0, -1)
	for _, c := range []struct {
		lo, hi  float64
		x, want []float64
	}{
		{-1, 2, []float64{-3, -1, 0, negZero, 2, 3, nan, inf, -inf}, []float64{-1, -1, 0, negZero, 2, 2, nan, 2, -1}},
		{0, 1, []float64{negZero, 0, -1e-40, 1}, []float64{negZero, 0, 0, 1}},
		{negZero, 1, []float64{negZero, 0, -1}, []float64{negZero, 0, negZero}},
		{-1, negZero, []float64{negZero, 0, 1}, []float64{negZero, 0, negZero}},
		{0, 0, []float64{negZero, 5, -5, nan}, []float64{negZero, 0, 0, nan}},
		{-inf, inf, []float64{-inf, inf, 1e-40, nan}, []float64{-inf, inf, 1e-40, nan}},
	} {
		for _, before := range []int{0, 5, 9000} { // so many elements stand in front
			x := vec[T](append(fill(before, c.lo), c.x...)...)
			kernels.Clamp(x, x, T(c.lo), T(c.hi))
			same(t, vec[T](append(fill(before, c.lo), c.want...)...), x)
		}
	}
}

func TestDropout(t *testing.T) { on(t, testDropout[float32], testDropout[float64]) }

func testDropout[T Float](t *testing.T) {
	const key = 0x0123456789abcdef
	bits := []float64{0xee23445c, 0xc5c6e63f, 0xc473aa6d, 0xcc48674b} // by hand, for elements 0 to 3
	for i, b := range bits {
		p := b * 0x1p-32 // bits that equal p·2³² keep the element
		same(t, vec[T](1/(1-p)), dropped(vec[T](1), p, key, uint32(i)))
		same(t, vec[T](0), dropped(vec[T](1), p+0x1p-32, key, uint32(i)))
		p += 0x1p-33 // rounded down
		same(t, vec[T](1/(1-p)), dropped(vec[T](1), p, key, uint32(i)))
	}
	on := []float64{1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0}
	for first := range on {
		for _, x := range []float64{-1.5, nan, inf, 0} {
			want := fill(len(on)-first, 0)
			for i := range want {
				if on[first+i] == 1 {
					want[i] = 2 * x
				}
			}
			same(t, vec[T](want...), dropped(vec[T](fill(len(want), x)...), 0.5, key, uint32(first)))
		}
	}
	negZero := math.Copysign(0, -1)
	same(t, vec[T](negZero, nan, 1e-40), dropped(vec[T](negZero, nan, 1e-40), 0, key, 0))
	for _, x := range dropped(vec[T](fill(70, 1)...), 1-0x1p-53, key, 0) { // ⌊p·2³²⌋ = 2³² − 1
		same(t, []T{0}, []T{x})
	}
	// Elements are counted modulo 2³².
	long := dropped(vec[T](fill(100, 1)...), 0.5, key, math.MaxUint32-49)
	same(t, dropped(vec[T](fill(50, 1)...), 0.5, key, 0), long[50:])
}

func dropped[T Float](x []T, p float64, key uint64, first uint32) []T {
	dst := vec[T](fill(len(x), nan)...)
	kernels.Dropout(dst, x, p, key, first)
	return dst
}

// TestBackwards: a vector with a negative increment is read from its end, as in BLAS.
func TestBackwards(t *testing.T) { on(t, testBackwards[float32], testBackwards[float64]) }

func testBackwards[T Float](t *testing.T) {
	forward := kernels.Vector[T]{N: 3, Inc: 2, Data: vec[T](1, 77, 2, 77, 3)}
	back := kernels.Vector[T]{N: 3, Inc: -1, Data: vec[T](10, 20, 40)}
	same(t, []T{40 + 2*20 + 3*10}, []T{kernels.DotStrided(forward, back)})
	kernels.AxpyStrided(2, forward, back)
	same(t, vec[T](16, 24, 42), back.Data)
	kernels.CopyStrided(forward, back)
	same(t, vec[T](42, 77, 24, 77, 16), forward.Data)
	kernels.SwapStrided(forward, kernels.Vector[T]{N: 3, Inc: -3, Data: vec[T](7, 0, 0, 8, 0, 0, 9)})
	same(t, vec[T](9, 77, 8, 77, 7), forward.Data)
	kernels.ScalStrided(-1, kernels.Vector[T]{N: 2, Inc: -2, Data: forward.Data})
	same(t, vec[T](-9, 77, -8, 77, 7), forward.Data)
	// A vector that is exactly the other.
	kernels.AxpyStrided(1, forward, forward)
	same(t, vec[T](-18, 77, -16, 77, 14), forward.Data)
	same(t, []T{-32, 154}, []T{mat[T](2, 2, 1, -18, -16, 77, 154).Col(1).Data[0] * 2, mat[T](2, 2, 1, -18, -16, 77, 154).Col(1).Data[3]})
}

// TestBatchOrder: products of a batch are made in ascending order, and may read the result
// of one before.
func TestBatchOrder(t *testing.T) { on(t, testBatchOrder[float32], testBatchOrder[float64]) }

func testBatchOrder[T Float](t *testing.T) {
	a := mat[T](2, 2, 1, 1, 2, 3, 4)
	b, c, d := mat[T](2, 1, 0, 1, 1), mat[T](2, 1, 3, 0, 0), mat[T](2, 1, 0, 100, 100)
	kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, 1, []kernels.Matrix[T]{a, a}, []kernels.Matrix[T]{b, c}, 1, []kernels.Matrix[T]{c, d})
	same(t, vec[T](117, 137), d.Data) // A·(A·(1, 1)) = A·(3, 7)
	y := vec[T](0, 0)
	kernels.GemvBatch(1, []kernels.Matrix[T]{a, a}, [][]T{b.Data, y}, 0, [][]T{y, d.Data})
	same(t, vec[T](17, 37), d.Data)
}

// TestScatterAddOrder: what is added to one row is added in the order of its indices.
func TestScatterAddOrder(t *testing.T) {
	on(t, testScatterAddOrder[float32], testScatterAddOrder[float64])
}

func testScatterAddOrder[T Float](t *testing.T) {
	huge := 0x1p80
	dst := mat[T](2, 1, 0, 0, 5)
	kernels.ScatterAddRows(dst, mat[T](4, 1, 0, huge, 1, -huge, 1), []int{0, 0, 0, 0})
	same(t, vec[T](1, 5), dst.Data)
}

// TestHalves: every number of 16 bits goes to float32 or float64 and back unchanged, and
// those between two of them go to the right one, at any place in a vector.
func TestHalves(t *testing.T) { on(t, testHalves[float32], testHalves[float64]) }

func testHalves[T Float](t *testing.T) {
	all := make([]uint16, 1<<16)
	for i := range all {
		all[i] = uint16(i)
	}
	for _, format := range []struct {
		name       string
		from       func([]T, []uint16)
		to         func([]uint16, []T)
		inf, quiet uint16
	}{
		{"float16", kernels.FromFloat16[T], kernels.ToFloat16[T], 0x7c00, 0x200},
		{"bfloat16", kernels.FromBFloat16[T], kernels.ToBFloat16[T], 0x7f80, 0x40},
	} {
		x, back := make([]T, len(all)), make([]uint16, len(all))
		format.from(x, all)
		format.to(back, x)
		for i, b := range back {
			want := uint16(i)
			if want&0x7fff > format.inf {
				want |= format.quiet
				assert.True(t, x[i] != x[i], "%s %#x is %v", format.name, i, x[i])
			}
			assert.Equal(t, want, b, "%s %#x", format.name, i)
		}
		// Halfway between neighbours, to the even one; a little less or more, to the nearer.
		var between []T
		var want []uint16
		for i := range format.inf {
			low, high := x[i], x[i+1]
			if i+1 == format.inf {
				high = low + (low - x[i-1]) // infinity stands for what would be next
			}
			middle := low + (high-low)/2
			if math.IsInf(float64(high), 1) {
				middle = FromBits[T]((Bits(low) + Bits(high)) / 2)
			}
			below, above := FromBits[T](Bits(middle)-1), FromBits[T](Bits(middle)+1)
			between = append(between, middle, -middle, below, above, -above)
			want = append(want, i+i&1, (i+i&1)|0x8000, i, i+1, (i+1)|0x8000)
		}
		got := make([]uint16, len(between))
		format.to(got, between)
		assert.True(t, slices.Equal(want, got), "%s: numbers between two", format.name)
		for n := range 70 {
			part := vec[T](fill(n, 0)...)
			format.from(part, all[1000:][:n])
			same(t, x[1000:][:n], part)
			got := make([]uint16, n+1)
			format.to(got[:n], x[1000:][:n])
			assert.True(t, slices.Equal(got[:n], all[1000:][:n]) && got[n] == 0, "%s, %d numbers", format.name, n)
		}
	}
}

// TestConvert: float64 to float32 is Go's conversion, and back it is exact.
func TestConvert(t *testing.T) {
	Each(t, func(t *testing.T, _ isa.Level) {
		next := Values[float64](Range, 1)
		x := append(Specials[float64](), 0x1p-149, 0x1p-150, 0x1.8p-150, math.MaxFloat32, 0x1.ffffffp127, 0x1.fffffefp127)
		for range 300 {
			x = append(x, next())
		}
		for n := range len(x) {
			got, back := make([]float32, n+1), make([]float64, n+1)
			kernels.Convert(got[:n], x[:n])
			kernels.Convert(back[:n], got[:n])
			for i, v := range x[:n] {
				if !Equal(float32(v), got[i]) || !Equal(float64(float32(v)), back[i]) {
					t.Fatalf("%v becomes %v and then %v", v, got[i], back[i])
				}
			}
			if got[n] != 0 || back[n] != 0 {
				t.Fatalf("wrote behind %d elements", n)
			}
		}
		same := make([]float64, 20)
		kernels.Convert(same, x[:20])
		assert.True(t, slices.EqualFunc(same, x[:20], Equal))
		kernels.Convert(same, same)
	})
}

// TestPowEasy: groups before the first one with a pair that isn't easy are done, and nothing
// of others is written: dst may be x.
func TestPowEasy(t *testing.T) { on(t, testPowEasy[float32], testPowEasy[float64]) }

func testPowEasy[T Float](t *testing.T) {
	for n := range 41 {
		for hard := range n + 1 {
			for kind, pair := range [][2]T{{0, 2}, {-1.5, 2}, {T(inf), 2}, {T(nan), 2}, {1.5, T(nan)}, {1.5, 1e6}, {1.5, -1e6}} {
				if kind > 0 && hard < n && hard%8 != kind { // each kind at one place of a group
					continue
				}
				x, y, want := make([]T, n), make([]T, n), make([]T, n)
				for i := range x {
					x[i], y[i] = T(i+1)/8, T(i%7)-3.25
				}
				if hard < n {
					x[hard], y[hard] = pair[0], pair[1]
				}
				copy(want, x)
				done := min(hard, n) / 8 * 8
				kernels.Pow(want[:done], x[:done], y[:done])
				assert.Equal(t, done, kernels.PowEasy(x, x, y), "%d elements, a hard pair at %d", n, hard)
				same(t, want, x)
			}
		}
	}
}

// TestVarianceOfInfinities: a mean that overflows makes an infinite variance, an infinite
// element NaN.
func TestVarianceOfInfinities(t *testing.T) {
	on(t, testVarianceOfInfinities[float32], testVarianceOfInfinities[float64])
}

func testVarianceOfInfinities[T Float](t *testing.T) {
	huge := math.MaxFloat64
	if unsafe.Sizeof(T(0)) == 4 {
		huge = math.MaxFloat32
	}
	same(t, []T{T(inf)}, []T{kernels.Variance(vec[T](fill(200, huge)...))})
	same(t, []T{T(nan)}, []T{kernels.Variance(vec[T](append(fill(200, huge), inf)...))})
	same(t, []T{T(nan)}, []T{kernels.Variance(vec[T](1, 2, inf))})
	same(t, []T{T(nan)}, []T{kernels.Variance(vec[T](1, nan, -inf))})
	same(t, []T{T(nan)}, []T{kernels.Variance(vec[T]())})
}

// TestCosineOfExtremes: squares of neither vector, of one or of both underflow or overflow.
func TestCosineOfExtremes(t *testing.T) {
	on(t, testCosineOfExtremes[float32], testCosineOfExtremes[float64])
}

func testCosineOfExtremes[T Float](t *testing.T) {
	exponents := []int{-149, -70, 0, 70, 125} // subnormal and the largest as well
	if unsafe.Sizeof(T(0)) == 8 {
		exponents = []int{-1074, -600, 0, 600, 1021}
	}
	for _, n := range []int{3, 40} {
		for _, ea := range exponents {
			for _, eb := range exponents {
				a, b := math.Ldexp(1, ea), math.Ldexp(1, eb)
				x, y := vec[T](fill(n, 3*a)...), vec[T](fill(n, b)...)
				x[0], y[0] = T(4*a), T(-b)
				want := float64(3*n-7) / math.Sqrt(float64(9*n+7)*float64(n))
				assert.InDelta(t, want, float64(kernels.CosineSimilarity(x, y)), 1e-6, "%d elements times %g and %g", n, a, b)
			}
		}
	}
}

// TestResume: a product in parts is the product, also where sums are −0 in between and where
// a part is empty.
func TestResume(t *testing.T) { on(t, testResume[float32], testResume[float64]) }

func testResume[T Float](t *testing.T) {
	const m, n, k = 5, 37, 11
	for _, form := range []kernels.Transpose{kernels.NoTrans, kernels.Trans} {
		a, b, want, got := make([]T, m*k), make([]T, k*n), kernels.NewMatrix[T](m, n), kernels.NewMatrix[T](m, n)
		for _, x := range [][]T{a, b} {
			for i := range x {
				x[i] = T(i*7919%101-50) / 37
			}
		}
		negative := T(math.Copysign(0, -1))
		for j := range n { // products of the first term are ±0
			b[j] = negative
		}
		B := kernels.MatrixOf(k, n, b)
		part := func(lo, hi int) kernels.Matrix[T] {
			if form == kernels.Trans {
				return kernels.MatrixOf(k, m, a).Slice(lo, hi)
			}
			return kernels.Matrix[T]{Rows: m, Cols: hi - lo, Stride: k, Data: a[lo:]}
		}
		kernels.Gemm(form, kernels.NoTrans, 1, part(0, k), B, 0, want)
		for _, p := range [][2]int{{0, 1}, {1, 1}, {1, 4}, {4, 10}, {10, 11}} {
			kernels.GemmResume(form, part(p[0], p[1]), B.Slice(p[0], p[1]), got)
		}
		same(t, want.Data, got.Data)
	}
}
