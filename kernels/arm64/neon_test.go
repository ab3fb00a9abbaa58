//go:build arm64 && !purego

package arm64_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/nabla-go/nabla/kernels/arm64"
	"github.com/nabla-go/nabla/kernels/generic"
)

// vectorKernels are kernels whose slices all have the same length, each behind
// its definition.
var vectorKernels = [][2]any{
	{generic.DotF32, arm64.DotF32NEON}, {generic.DotF64, arm64.DotF64NEON},
	{generic.SumF32, arm64.SumF32NEON}, {generic.SumF64, arm64.SumF64NEON},
	{generic.MaxF32, arm64.MaxF32NEON}, {generic.MaxF64, arm64.MaxF64NEON},
	{generic.DotLanesF32, arm64.DotLanesF32NEON}, {generic.DotLanesF64, arm64.DotLanesF64NEON},
	{generic.DotWideF32, arm64.DotWideF32NEON}, {generic.DotWideF64, arm64.DotWideF64NEON},
	{generic.SumWideF32, arm64.SumWideF32NEON}, {generic.SumWideF64, arm64.SumWideF64NEON},
	{generic.AxpyF32, arm64.AxpyF32NEON}, {generic.AxpyF64, arm64.AxpyF64NEON},
	{generic.ScalF32, arm64.ScalF32NEON}, {generic.ScalF64, arm64.ScalF64NEON},
	{generic.AddF32, arm64.AddF32NEON}, {generic.AddF64, arm64.AddF64NEON},
	{generic.SubF32, arm64.SubF32NEON}, {generic.SubF64, arm64.SubF64NEON},
	{generic.MulF32, arm64.MulF32NEON}, {generic.MulF64, arm64.MulF64NEON},
	{generic.ExpF32, arm64.ExpF32NEON}, {generic.ExpF64, arm64.ExpF64NEON},
	{generic.LogF32, arm64.LogF32NEON}, {generic.LogF64, arm64.LogF64NEON},
	{generic.SigmoidF32, arm64.SigmoidF32NEON}, {generic.SigmoidF64, arm64.SigmoidF64NEON},
	{generic.SigmoidPrimeF32, arm64.SigmoidPrimeF32NEON}, {generic.SigmoidPrimeF64, arm64.SigmoidPrimeF64NEON},
	{generic.MulSigmoidPrimeF32, arm64.MulSigmoidPrimeF32NEON}, {generic.MulSigmoidPrimeF64, arm64.MulSigmoidPrimeF64NEON},
	{generic.TanhF32, arm64.TanhF32NEON}, {generic.TanhF64, arm64.TanhF64NEON},
	{generic.TanhPrimeF32, arm64.TanhPrimeF32NEON}, {generic.TanhPrimeF64, arm64.TanhPrimeF64NEON},
	{generic.MulTanhPrimeF32, arm64.MulTanhPrimeF32NEON}, {generic.MulTanhPrimeF64, arm64.MulTanhPrimeF64NEON},
	{generic.ReLUF32, arm64.ReLUF32NEON}, {generic.ReLUF64, arm64.ReLUF64NEON},
	{generic.ReLUPrimeF32, arm64.ReLUPrimeF32NEON}, {generic.ReLUPrimeF64, arm64.ReLUPrimeF64NEON},
	{generic.MulReLUPrimeF32, arm64.MulReLUPrimeF32NEON}, {generic.MulReLUPrimeF64, arm64.MulReLUPrimeF64NEON},
	{generic.SoftmaxF32, arm64.SoftmaxF32NEON}, {generic.SoftmaxF64, arm64.SoftmaxF64NEON},
	{generic.MomentumF32, arm64.MomentumF32NEON}, {generic.MomentumF64, arm64.MomentumF64NEON},
	{generic.NesterovF32, arm64.NesterovF32NEON}, {generic.NesterovF64, arm64.NesterovF64NEON},
	{generic.RMSPropF32, arm64.RMSPropF32NEON}, {generic.RMSPropF64, arm64.RMSPropF64NEON},
	{generic.AdamF32, arm64.AdamF32NEON}, {generic.AdamF64, arm64.AdamF64NEON},
}

// TestVectors calls kernels and their definitions with equal arguments. Lanes
// begin with −0 as well as with numbers, and elements around slices must stay.
func TestVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range vectorKernels {
		typ := reflect.TypeOf(k[0])
		for n := range 100 {
			for kind := range 3 {
				var args [2][]reflect.Value
				for i := range typ.NumIn() {
					for j, v := range twice(r, typ.In(i), n, kind) {
						args[j] = append(args[j], v)
					}
				}
				var results [2][]reflect.Value
				for j := range k {
					results[j] = reflect.ValueOf(k[j]).Call(args[j])
				}
				for i := range args[0] {
					compare(t, k[1], n, args[0][i], args[1][i])
				}
				for i := range results[0] {
					compare(t, k[1], n, results[0][i], results[1][i])
				}
			}
		}
	}
}

// twice returns two equal values of a type: a float, an array of lanes or a
// slice of n elements, with more behind them. Elements are of the usual size,
// some of them special, or all −0.
func twice(r *rand.Rand, typ reflect.Type, n, kind int) (v [2]reflect.Value) {
	switch typ.Kind() {
	case reflect.Slice:
		s := reflect.MakeSlice(typ, n+8, n+8)
		fill(r, s, kind)
		c := reflect.MakeSlice(typ, n+8, n+8)
		reflect.Copy(c, s)
		return [2]reflect.Value{s.Slice(0, n), c.Slice(0, n)}
	case reflect.Pointer:
		p, q := reflect.New(typ.Elem()), reflect.New(typ.Elem())
		fill(r, p.Elem(), kind)
		q.Elem().Set(p.Elem())
		return [2]reflect.Value{p, q}
	}
	x := reflect.ValueOf(r.NormFloat64()).Convert(typ)
	return [2]reflect.Value{x, x}
}

var specials = []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e-310, -1e-310, 1e-40, -1e-40, 88.8, -87.4, -103.9, 709.8, -745.1, 1e-30}

func fill(r *rand.Rand, list reflect.Value, kind int) {
	for i := range list.Len() {
		x := 3 * r.NormFloat64()
		switch {
		case kind == 1 && r.IntN(8) == 0:
			x = specials[r.IntN(len(specials))]
		case kind == 2:
			x = math.Copysign(0, -1)
		}
		list.Index(i).SetFloat(x)
	}
}

// compare fails the test unless two values are equal bit by bit; any NaN equals
// any NaN.
func compare(t *testing.T, kernel any, n int, want, got reflect.Value) {
	t.Helper()
	switch want.Kind() {
	case reflect.Pointer:
		compare(t, kernel, n, want.Elem(), got.Elem())
	case reflect.Slice, reflect.Array:
		if want.Kind() == reflect.Slice {
			want, got = want.Slice(0, want.Cap()), got.Slice(0, got.Cap())
		}
		for i := range want.Len() {
			compare(t, kernel, n, want.Index(i), got.Index(i))
		}
	default:
		w, g := want.Float(), got.Float()
		if math.Float64bits(w) != math.Float64bits(g) && (w == w || g == g) {
			t.Fatalf("%T, n = %d: %v, want %v", kernel, n, g, w)
		}
	}
}

// products are the kernels of matrices for one element type.
type products[T float32 | float64] struct {
	gemv, gemvT func(m, n int, alpha T, a []T, lda int, x []T, beta T, y []T)
	gemvTResume func(m, n int, a []T, lda int, x, y []T)
	gemvTGer    func(m, n int, alpha T, x, z []T, a []T, lda int, y []T)
	ger         func(m, n int, alpha T, x, y []T, a []T, lda int)
	rowRow      func(m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	chain       func(m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool)
}

func TestProducts(t *testing.T) {
	t.Run("F32", func(t *testing.T) {
		testProducts(t, products[float32]{generic.GemvF32, generic.GemvTF32, generic.GemvTResumeF32, generic.GemvTGerF32,
			generic.GerF32, generic.GemmDotF32, generic.GemmOuterF32},
			products[float32]{arm64.GemvF32NEON, arm64.GemvTF32NEON, arm64.GemvTResumeF32NEON, arm64.GemvTGerF32NEON,
				arm64.GerF32NEON, arm64.GemmDotF32NEON, arm64.GemmOuterF32NEON})
	})
	t.Run("F64", func(t *testing.T) {
		testProducts(t, products[float64]{generic.GemvF64, generic.GemvTF64, generic.GemvTResumeF64, generic.GemvTGerF64,
			generic.GerF64, generic.GemmDotF64, generic.GemmOuterF64},
			products[float64]{arm64.GemvF64NEON, arm64.GemvTF64NEON, arm64.GemvTResumeF64NEON, arm64.GemvTGerF64NEON,
				arm64.GerF64NEON, arm64.GemmDotF64NEON, arm64.GemmOuterF64NEON})
	})
}

// testProducts compares kernels with their definitions at random sizes, with
// gaps between rows and with strides of A that no public function uses. What
// kernels write to is compared as a whole, gaps included.
func testProducts[T float32 | float64](t *testing.T, generic, neon products[T]) {
	r := rand.New(rand.NewPCG(3, 4))
	for kind := range 3 {
		for range 200 {
			m, n, k := 1+r.IntN(14), 1+r.IntN(70), 1+r.IntN(40)
			pad, transposed, resume := r.IntN(3), r.IntN(2) == 1, r.IntN(2) == 1
			lda, ldb, ldc := n+pad, max(n, k)+pad, n+pad
			rsA, csA := k+pad, 1+r.IntN(2)
			if transposed {
				rsA, csA = 1+r.IntN(2), 2*m+pad
			}
			alpha, beta := T(r.NormFloat64()), T(r.IntN(2))*T(r.NormFloat64())
			list := func(n int) []T {
				x := make([]T, n)
				fill(r, reflect.ValueOf(x), kind)
				return x
			}
			a, b, x, z := list(200+20*lda), list(90*ldb), list(80), list(80)
			c := list(20 * ldc)
			y := list(80)
			try := func(name string, call func(p products[T], a, c, y []T)) {
				t.Helper()
				var out [2][3][]T
				for i, p := range []products[T]{generic, neon} {
					out[i] = [3][]T{append([]T(nil), a...), append([]T(nil), c...), append([]T(nil), y...)}
					call(p, out[i][0], out[i][1], out[i][2])
				}
				for i := range out[0] {
					for j, want := range out[0][i] {
						got := out[1][i][j]
						if math.Float64bits(float64(want)) != math.Float64bits(float64(got)) && (want == want || got == got) {
							t.Fatalf("%s: m, n, k = %d, %d, %d: element %d of operand %d is %v, want %v", name, m, n, k, j, i, got, want)
						}
					}
				}
			}
			try("Gemv", func(p products[T], a, _, y []T) { p.gemv(m, n, alpha, a, lda, x, beta, y) })
			try("GemvT", func(p products[T], a, _, y []T) { p.gemvT(m, n, alpha, a, lda, x, beta, y) })
			try("GemvTResume", func(p products[T], a, _, y []T) { p.gemvTResume(m, n, a, lda, x, y) })
			try("GemvTGer", func(p products[T], a, _, y []T) { p.gemvTGer(m, n, alpha, x, z, a, lda, y) })
			try("Ger", func(p products[T], a, _, _ []T) { p.ger(m, n, alpha, x, z, a, lda) })
			try("GemmDot", func(p products[T], _, c, _ []T) { p.rowRow(m, n, k, alpha, b, ldb, b, ldb, beta, c, ldc) })
			if resume {
				beta = 0
			}
			a = list(m*rsA + k*csA)
			try("GemmOuter", func(p products[T], a, c, _ []T) {
				p.chain(m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc, resume)
			})
		}
	}
}
