package kerneltest

import (
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Kernel is a row of the table: a public function of package kernels.
type Kernel[T Float] struct {
	Name   string   // of the function; for Gemm, with its form behind a blank
	Covers []string // the kernels of package generic that it leads to, without F32 and F64
	Family Family
	Shapes func(Size) []Shape // of the operands; the first one is the output
	Reads  bool               // the output is an input as well
	Beta   bool               // but is not read if beta = 0
	Long   []Size             // at which package kernels cuts the work in another way

	// Call calls the function, Define computes what it should. A vector is the data
	// of a matrix with one row; a result is element 0 of the output.
	Call, Define func(alpha, beta T, o []kernels.Matrix[T])
}

// Size is the size of a call: the output has M rows and N columns (vectors: N
// elements), and sums have K terms.
type Size struct{ M, N, K int }

// Shape is the shape of an operand.
type Shape struct{ Rows, Cols int }

// Table returns all kernels for one type. Everything that tests kernels runs
// over it; a test sees to it that nothing is missing.
func Table[T Float]() []Kernel[T] {
	sweep := 1 << 17 // more elements than this are cut into several calls
	if !is32[T]() {
		sweep = 1 << 16
	}
	return []Kernel[T]{
		{
			Name: "Dot", Covers: []string{"Dot", "DotWide"}, Family: Reduction, Shapes: number(2),
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Dot(o[1].Data, o[2].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneDot(o[1].Data, o[2].Data, 4*lanes[T]())
			},
		},
		{
			Name: "Sum", Covers: []string{"Sum", "SumWide"}, Family: Reduction, Shapes: number(1),
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Sum(o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneSum(len(o[1].Data), 4*lanes[T](), func(acc T, i int) T { return acc + o[1].Data[i] })
			},
		},
		{
			Name: "Axpy", Covers: []string{"Axpy"}, Family: Elementwise, Shapes: vectors(2), Reads: true,
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.Axpy(alpha, o[1].Data, o[0].Data) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i, x := range o[1].Data {
					o[0].Data[i] = fma(alpha, x, o[0].Data[i])
				}
			},
		},
		{
			Name: "Scal", Covers: []string{"Scal"}, Family: Elementwise, Shapes: vectors(1), Reads: true,
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.Scal(alpha, o[0].Data) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Data {
					o[0].Data[i] *= alpha
				}
			},
		},

		binary("Add", kernels.Add[T], generic.AddF32, generic.AddF64),
		binary("Sub", kernels.Sub[T], generic.SubF32, generic.SubF64),
		binary("Mul", kernels.Mul[T], generic.MulF32, generic.MulF64),
		unary("Exp", kernels.Exp[T], generic.ExpF32, generic.ExpF64),
		unary("Log", kernels.Log[T], generic.LogF32, generic.LogF64),
		unary("Sigmoid", kernels.Sigmoid[T], generic.SigmoidF32, generic.SigmoidF64),
		unary("SigmoidPrime", kernels.SigmoidPrime[T], generic.SigmoidPrimeF32, generic.SigmoidPrimeF64),
		unary("Tanh", kernels.Tanh[T], generic.TanhF32, generic.TanhF64),
		unary("TanhPrime", kernels.TanhPrime[T], generic.TanhPrimeF32, generic.TanhPrimeF64),
		unary("ReLU", kernels.ReLU[T], generic.ReLUF32, generic.ReLUF64),
		unary("ReLUPrime", kernels.ReLUPrime[T], generic.ReLUPrimeF32, generic.ReLUPrimeF64),
		binary("MulSigmoidPrime", kernels.MulSigmoidPrime[T], generic.MulSigmoidPrimeF32, generic.MulSigmoidPrimeF64),
		binary("MulTanhPrime", kernels.MulTanhPrime[T], generic.MulTanhPrimeF32, generic.MulTanhPrimeF64),
		binary("MulReLUPrime", kernels.MulReLUPrime[T], generic.MulReLUPrimeF32, generic.MulReLUPrimeF64),

		{
			Name: "Softmax", Covers: []string{"Softmax"}, Family: Rows,
			Shapes: func(s Size) []Shape { return []Shape{{s.M, s.N}, {s.M, s.N}} },
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.Softmax(o[0], o[1]) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Rows {
					if is32[T]() {
						generic.SoftmaxF32(as[float32](o[0].Row(i)), as[float32](o[1].Row(i)))
					} else {
						generic.SoftmaxF64(as[float64](o[0].Row(i)), as[float64](o[1].Row(i)))
					}
				}
			},
		},

		{
			Name: "Gemv", Covers: []string{"Gemv", "DotLanes"}, Family: MatrixVector, Reads: true, Beta: true,
			Shapes: func(s Size) []Shape { return []Shape{{1, s.N}, {s.N, s.K}, {1, s.K}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.Gemv(alpha, o[1], o[2].Data, beta, o[0].Data)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.Trans, alpha, o[2], o[1], beta, o[0])
			},
			Long: []Size{{1, 700, 300}, {1, 3, sweep + 37}, {1, 2, sweep}},
		},
		{
			Name: "GemvT", Covers: []string{"GemvT", "GemmChain"}, Family: MatrixVector, Reads: true, Beta: true,
			Shapes: func(s Size) []Shape { return []Shape{{1, s.N}, {s.K, s.N}, {1, s.K}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.GemvT(alpha, o[1], o[2].Data, beta, o[0].Data)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.NoTrans, alpha, o[2], o[1], beta, o[0])
			},
			Long: []Size{{1, 300, 700}, {1, 25000, 9}, {1, 13, 5000}, {1, 5, 2049}, {1, 3, 2048}},
		},
		{
			Name: "Ger", Covers: []string{"Ger"}, Family: MatrixVector, Reads: true,
			Shapes: func(s Size) []Shape { return []Shape{{s.K, s.N}, {1, s.K}, {1, s.N}} },
			Call: func(alpha, _ T, o []kernels.Matrix[T]) {
				kernels.Ger(alpha, o[1].Data, o[2].Data, o[0])
			},
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				gemm(kernels.Trans, kernels.NoTrans, alpha, o[1], o[2], 1, o[0])
			},
			Long: []Size{{1, 300, 700}, {1, sweep + 37, 2}},
		},
		matrixProduct[T]("Gemm A·Bᵀ", "GemmRowRow", kernels.NoTrans, kernels.Trans,
			Size{30, 40, 900}, Size{2, 3, sweep + 37}),
		matrixProduct[T]("Gemm Aᵀ·Bᵀ", "GemmRowRow", kernels.Trans, kernels.Trans,
			Size{20, 7, 700}, Size{3, 2, 8300}),
		matrixProduct[T]("Gemm A·B", "GemmChain", kernels.NoTrans, kernels.NoTrans,
			Size{30, 40, 900}, Size{7, 29, 5000}, Size{2, 3, 2049}),
		matrixProduct[T]("Gemm Aᵀ·B", "GemmChain", kernels.Trans, kernels.NoTrans,
			Size{30, 40, 900}, Size{7, 29, 5000}, Size{2, 3, 2049}),
	}
}

// vectors returns the shapes of so many vectors of N elements.
func vectors(count int) func(Size) []Shape {
	return func(s Size) []Shape {
		shapes := make([]Shape, count)
		for i := range shapes {
			shapes[i] = Shape{1, s.N}
		}
		return shapes
	}
}

// number is vectors with one number in front for the result.
func number(count int) func(Size) []Shape {
	return func(s Size) []Shape { return append([]Shape{{1, 1}}, vectors(count)(s)...) }
}

func unary[T Float](name string, call func(dst, z []T), f32 func(dst, z []float32), f64 func(dst, z []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Elementwise, Shapes: vectors(2),
		Call: func(_, _ T, o []kernels.Matrix[T]) { call(o[0].Data, o[1].Data) },
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			if is32[T]() {
				f32(as[float32](o[0].Data), as[float32](o[1].Data))
			} else {
				f64(as[float64](o[0].Data), as[float64](o[1].Data))
			}
		},
	}
}

func binary[T Float](name string, call func(dst, x, y []T), f32 func(dst, x, y []float32), f64 func(dst, x, y []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Elementwise, Shapes: vectors(3),
		Call: func(_, _ T, o []kernels.Matrix[T]) { call(o[0].Data, o[1].Data, o[2].Data) },
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			if is32[T]() {
				f32(as[float32](o[0].Data), as[float32](o[1].Data), as[float32](o[2].Data))
			} else {
				f64(as[float64](o[0].Data), as[float64](o[1].Data), as[float64](o[2].Data))
			}
		},
	}
}

func matrixProduct[T Float](name, covers string, transA, transB kernels.Transpose, long ...Size) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{covers}, Family: MatrixMatrix, Reads: true, Beta: true, Long: long,
		Shapes: func(s Size) []Shape {
			a, b := Shape{s.M, s.K}, Shape{s.K, s.N}
			if transA {
				a = Shape{s.K, s.M}
			}
			if transB {
				b = Shape{s.N, s.K}
			}
			return []Shape{{s.M, s.N}, a, b}
		},
		Call: func(alpha, beta T, o []kernels.Matrix[T]) {
			kernels.Gemm(transA, transB, alpha, o[1], o[2], beta, o[0])
		},
		Define: func(alpha, beta T, o []kernels.Matrix[T]) {
			gemm(transA, transB, alpha, o[1], o[2], beta, o[0])
		},
	}
}
