package kernels_test

import (
	"go/ast"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels"
)

var sink any

// TestAllocs calls every function with arrays on the stack: neither the kernel
// nor its caller may allocate.
func TestAllocs(t *testing.T) {
	if race.Enabled {
		t.Skip("what the race detector is told of escapes")
	}
	on(t, testAllocs[float32], testAllocs[float64])
}

func testAllocs[T kernels.Float](t *testing.T) {
	var sum T
	calls := map[string]func(){
		"Dot":  func() { var x, y [64]T; sum += kernels.Dot(x[:], y[:]) },
		"Sum":  func() { var x [64]T; sum += kernels.Sum(x[:]) },
		"Max":  func() { var x [64]T; sum += kernels.Max(x[:]) },
		"Axpy": func() { var x, y [64]T; kernels.Axpy(1, x[:], y[:]) },
		"Scal": func() { var x [64]T; kernels.Scal(1, x[:]) },
		"Gemv": func() {
			var a [35]T
			var x [7]T
			var y [5]T
			kernels.Gemv(1, kernels.Matrix[T]{Rows: 5, Cols: 7, Stride: 7, Data: a[:]}, x[:], 1, y[:])
		},
		"GemvT": func() {
			var a [35]T
			var x [5]T
			var y [7]T
			kernels.GemvT(1, kernels.Matrix[T]{Rows: 5, Cols: 7, Stride: 7, Data: a[:]}, x[:], 1, y[:])
		},
		"Ger": func() {
			var a [35]T
			var x [5]T
			var y [7]T
			kernels.Ger(1, x[:], y[:], kernels.Matrix[T]{Rows: 5, Cols: 7, Stride: 7, Data: a[:]})
		},
		"Gemm": func() {
			for _, trans := range forms {
				var a, b, c [36]T
				m := kernels.Matrix[T]{Rows: 6, Cols: 6, Stride: 6}
				ma, mb, mc := m, m, m
				ma.Data, mb.Data, mc.Data = a[:], b[:], c[:]
				kernels.Gemm(trans[0], trans[1], 1, ma, mb, 1, mc)
			}
		},
		"GemmUpdate": func() {
			var d, x, w, dx [36]T
			m := kernels.Matrix[T]{Rows: 6, Cols: 6, Stride: 6}
			md, mx, mw, mdx := m, m, m, m
			md.Data, mx.Data, mw.Data, mdx.Data = d[:], x[:], w[:], dx[:]
			kernels.GemmUpdate(1, md, mx, mw, mdx)
		},
		"Add":             func() { var z, x, y [64]T; kernels.Add(z[:], x[:], y[:]) },
		"Sub":             func() { var z, x, y [64]T; kernels.Sub(z[:], x[:], y[:]) },
		"Mul":             func() { var z, x, y [64]T; kernels.Mul(z[:], x[:], y[:]) },
		"Exp":             func() { var y, z [64]T; kernels.Exp(y[:], z[:]) },
		"Log":             func() { var y, z [64]T; kernels.Log(y[:], z[:]) },
		"Sigmoid":         func() { var y, z [64]T; kernels.Sigmoid(y[:], z[:]) },
		"SigmoidPrime":    func() { var y, z [64]T; kernels.SigmoidPrime(y[:], z[:]) },
		"Tanh":            func() { var y, z [64]T; kernels.Tanh(y[:], z[:]) },
		"TanhPrime":       func() { var y, z [64]T; kernels.TanhPrime(y[:], z[:]) },
		"ReLU":            func() { var y, z [64]T; kernels.ReLU(y[:], z[:]) },
		"ReLUPrime":       func() { var y, z [64]T; kernels.ReLUPrime(y[:], z[:]) },
		"MulSigmoidPrime": func() { var y, d, z [64]T; kernels.MulSigmoidPrime(y[:], d[:], z[:]) },
		"MulTanhPrime":    func() { var y, d, z [64]T; kernels.MulTanhPrime(y[:], d[:], z[:]) },
		"MulReLUPrime":    func() { var y, d, z [64]T; kernels.MulReLUPrime(y[:], d[:], z[:]) },
		"Momentum":        func() { var w, v, g [64]T; kernels.Momentum(w[:], v[:], g[:], kernels.MomentumParams{LR: 1, Mu: 1}) },
		"Nesterov":        func() { var w, v, g [64]T; kernels.Nesterov(w[:], v[:], g[:], kernels.MomentumParams{LR: 1, Mu: 1}) },
		"RMSProp": func() {
			var w, s, g [64]T
			kernels.RMSProp(w[:], s[:], g[:], kernels.RMSPropParams{LR: 1, Rho: 1, Epsilon: 1})
		},
		"Adam": func() {
			var w, m, v, g [64]T
			kernels.Adam(w[:], m[:], v[:], g[:], 1, kernels.AdamParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1})
		},
		"AdamW": func() {
			var w, m, v, g [64]T
			kernels.AdamW(w[:], m[:], v[:], g[:], 1, kernels.AdamWParams{LR: 1, Beta1: 0.5, Beta2: 0.5, Epsilon: 1, Decay: 1})
		},
		"Softmax": func() {
			var y, z [64]T
			kernels.Softmax(kernels.Matrix[T]{Rows: 4, Cols: 16, Stride: 16, Data: y[:]}, kernels.Matrix[T]{Rows: 4, Cols: 16, Stride: 16, Data: z[:]})
		},
	}
	for name, call := range calls {
		assert.Zero(t, testing.AllocsPerRun(10, call), name)
	}
	sink = sum
	for _, f := range functions(t, ".") {
		if takesSlices(f) {
			assert.Contains(t, calls, f.Name.Name, "not tested for allocations")
		}
	}
}

// takesSlices reports whether f is one of the generic functions on vectors and matrices.
func takesSlices(f *ast.FuncDecl) bool {
	return f.Type.TypeParams != nil && f.Name.Name != "NewMatrix"
}
