package kerneltest

import (
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/kernels/generic"
)

// Kernel is a row of the table: a public function of package kernels.
type Kernel[T Float] struct {
	Name   string   // of the function; for Gemm, with its form behind a blank
	Covers []string // the kernels of package generic that it leads to, without F32 and F64
	Family Family
	Shapes func(Size) []Shape // of the operands, an output first
	Long   []Size             // at which package kernels cuts the work in another way
	Work   Work               // of one element, for benchmarks of kernels on vectors

	// Suit makes a number between −1 and 1 one that benchmarks may pass as an element
	// of an operand. nil: any number suits.
	Suit func(operand int, x T) T

	// Call calls the function, Define computes what it should. A vector is the data
	// of a matrix with one row; a result is element 0 of the first operand.
	Call, Define func(alpha, beta T, o []kernels.Matrix[T])
}

// Work is what an element costs besides being loaded and stored, if it isn't nothing.
type Work struct {
	MulAdds int
	Divs    int
	Roots   int // each goes with a division
}

// taking returns k with the work of an element.
func (k Kernel[T]) taking(w Work) Kernel[T] {
	k.Work = w
	return k
}

// tanhWork is Tanh's: float32 needs no division.
func tanhWork[T Float]() Work {
	if is32[T]() {
		return Work{}
	}
	return Work{Divs: 1}
}

// ofRange returns k for arguments up to ±limit, the usual ones of the last operand.
func (k Kernel[T]) ofRange(limit T) Kernel[T] {
	last := len(k.Shapes(Size{})) - 1
	return k.suiting(func(operand int, x T) T {
		if operand == last {
			x *= limit
		}
		return x
	})
}

func (k Kernel[T]) suiting(suit func(operand int, x T) T) Kernel[T] {
	k.Suit = suit
	return k
}

// Public returns the name of the function.
func (k *Kernel[T]) Public() string {
	name, _, _ := strings.Cut(k.Name, " ")
	return name
}

// Size is the size of a call: the output has M rows and N columns (vectors: N
// elements), and sums have K terms.
type Size struct{ M, N, K int }

// Shape is the shape of an operand, and what it is for.
type Shape struct {
	Rows, Cols int
	Role       Role
}

// Role tells what a kernel does with an operand.
type Role int

const (
	In     Role = iota // reads it
	Out                // writes it
	InOut              // reads and writes it
	Scaled             // writes it, but reads it only if beta ≠ 0
	Length             // gets its length only, in other words
)

// Table returns all kernels for one type. Everything that tests kernels runs
// over it; a test sees to it that nothing is missing.
func Table[T Float]() []Kernel[T] {
	sweep := 1 << 17 // more elements than this are cut into several calls
	if !is32[T]() {
		sweep = 1 << 16
	}
	return append(slices.Concat(statistics[T](), movements[T](), conversions[T]()), []Kernel[T]{
		{
			Name: "Dot", Covers: []string{"Dot", "DotWide"}, Family: Reduction, Shapes: result(In, In), Work: Work{MulAdds: 1},
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Dot(o[1].Data, o[2].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneDot(o[1].Data, o[2].Data, 4*lanes[T]())
			},
		},
		{
			Name: "Sum", Covers: []string{"Sum", "SumWide"}, Family: Reduction, Shapes: result(In),
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Sum(o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneSum(len(o[1].Data), 4*lanes[T](), func(acc T, i int) T { return acc + o[1].Data[i] })
			},
		},
		{
			Name: "Max", Covers: []string{"Max"}, Family: Reduction,
			Shapes: func(s Size) []Shape { s.N = max(s.N, 1); return result(In)(s) },
			Call:   func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Max(o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				top := T(math.Inf(-1))
				for _, x := range o[1].Data {
					if x != x || x > top || x == top && !math.Signbit(float64(x)) {
						top = x
					}
					if x != x {
						break
					}
				}
				o[0].Data[0] = top
			},
		},
		{
			Name: "Min", Covers: []string{"Min"}, Family: Reduction,
			Shapes: func(s Size) []Shape { s.N = max(s.N, 1); return result(In)(s) },
			Call:   func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Min(o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				least := T(math.Inf(1))
				for _, x := range o[1].Data {
					if x != x || x < least || x == least && math.Signbit(float64(x)) {
						least = x
					}
					if x != x {
						break
					}
				}
				o[0].Data[0] = least
			},
		},
		{
			Name: "Asum", Covers: []string{"Asum", "AsumWide"}, Family: Reduction, Shapes: result(In),
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.Asum(o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneSum(len(o[1].Data), 4*lanes[T](), func(acc T, i int) T { return acc + T(math.Abs(float64(o[1].Data[i]))) })
			},
		},
		{
			Name: "SquaredDistance", Covers: []string{"SquaredDistance", "SquaredDistanceWide"}, Family: Reduction, Shapes: result(In, In), Work: Work{MulAdds: 1},
			Call: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = kernels.SquaredDistance(o[1].Data, o[2].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneSum(len(o[1].Data), 4*lanes[T](), func(acc T, i int) T {
					d := o[1].Data[i] - o[2].Data[i]
					return fma(d, d, acc)
				})
			},
		},
		{
			Name: "Axpy", Covers: []string{"Axpy"}, Family: Elementwise, Shapes: vectors(InOut, In), Work: Work{MulAdds: 1},
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.Axpy(alpha, o[1].Data, o[0].Data) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i, x := range o[1].Data {
					o[0].Data[i] = fma(alpha, x, o[0].Data[i])
				}
			},
		},
		{
			Name: "Scal", Covers: []string{"Scal"}, Family: Elementwise, Shapes: vectors(InOut),
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.Scal(alpha, o[0].Data) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Data {
					o[0].Data[i] *= alpha
				}
			},
		},

		{
			Name: "Flush", Covers: []string{"Flush"}, Family: Elementwise, Shapes: vectors(InOut),
			Call: func(_, _ T, o []kernels.Matrix[T]) { kernels.Flush(o[0].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				least := T(0x1p-511)
				if is32[T]() {
					least = T(0x1p-63)
				}
				for i, x := range o[0].Data {
					if -least < x && x < least {
						o[0].Data[i] = 0
					}
				}
			},
		},
		{
			Name: "Dropout", Covers: []string{"Dropout"}, Family: Elementwise, Shapes: vectors(Out, In), Work: Work{MulAdds: 1},
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.Dropout(o[0].Data, o[1].Data, probability(alpha), Bits(beta)*0x9E3779B97F4A7C15, 7)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				p, key := probability(alpha), Bits(beta)*0x9E3779B97F4A7C15
				for i, x := range o[1].Data {
					if o[0].Data[i] = 0; float64(dropoutBits(key, uint32(i+7))) >= math.Floor(p*0x1p32) {
						o[0].Data[i] = x * T(1/(1-p))
					}
				}
			},
		},
		{
			Name: "Clamp", Covers: []string{"Clamp"}, Family: Elementwise, Shapes: vectors(Out, In),
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				lo, hi := limits(alpha, beta)
				kernels.Clamp(o[0].Data, o[1].Data, lo, hi)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				lo, hi := limits(alpha, beta)
				for i, x := range o[1].Data {
					switch {
					case x < lo:
						x = lo
					case x > hi:
						x = hi
					}
					o[0].Data[i] = x
				}
			},
		},
		binary("Add", kernels.Add[T], generic.AddF32, generic.AddF64),
		binary("Sub", kernels.Sub[T], generic.SubF32, generic.SubF64),
		binary("Mul", kernels.Mul[T], generic.MulF32, generic.MulF64),
		binary("Div", kernels.Div[T], generic.DivF32, generic.DivF64).taking(Work{Divs: 1}),
		binary("Minimum", kernels.Minimum[T], generic.MinimumF32, generic.MinimumF64),
		binary("Maximum", kernels.Maximum[T], generic.MaximumF32, generic.MaximumF64),
		{
			Name: "FMA", Covers: []string{"FMA"}, Family: Elementwise, Shapes: vectors(Out, In, In, In), Work: Work{MulAdds: 1},
			Call: func(_, _ T, o []kernels.Matrix[T]) { kernels.FMA(o[0].Data, o[1].Data, o[2].Data, o[3].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i, x := range o[1].Data {
					o[0].Data[i] = fma(x, o[2].Data[i], o[3].Data[i])
				}
			},
		},
		{
			Name: "AddConst", Covers: []string{"AddConst"}, Family: Elementwise, Shapes: vectors(InOut),
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.AddConst(alpha, o[0].Data) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Data {
					o[0].Data[i] += alpha
				}
			},
		},
		unary("Sqrt", kernels.Sqrt[T], generic.SqrtF32, generic.SqrtF64).taking(Work{Roots: 1}).suiting(square),
		unary("Rsqrt", kernels.Rsqrt[T], generic.RsqrtF32, generic.RsqrtF64).taking(Work{Divs: 1, Roots: 1}).suiting(square),
		unary("Abs", kernels.Abs[T], generic.AbsF32, generic.AbsF64),
		unary("Neg", kernels.Neg[T], generic.NegF32, generic.NegF64),
		unary("Floor", kernels.Floor[T], generic.FloorF32, generic.FloorF64).ofRange(8),
		unary("Ceil", kernels.Ceil[T], generic.CeilF32, generic.CeilF64).ofRange(8),
		unary("Round", kernels.Round[T], generic.RoundF32, generic.RoundF64).ofRange(8),
		unary("Exp", kernels.Exp[T], generic.ExpF32, generic.ExpF64).ofRange(8),
		unary("Log", kernels.Log[T], generic.LogF32, generic.LogF64).suiting(func(_ int, x T) T { return 8 + T(7*x) }),
		unary("Exp2", kernels.Exp2[T], generic.Exp2F32, generic.Exp2F64).ofRange(8),
		unary("Expm1", kernels.Expm1[T], generic.Expm1F32, generic.Expm1F64).ofRange(8),
		unary("Log2", kernels.Log2[T], generic.Log2F32, generic.Log2F64).suiting(func(_ int, x T) T { return 8 + T(7*x) }),
		unary("Log1p", kernels.Log1p[T], generic.Log1pF32, generic.Log1pF64).suiting(func(_ int, x T) T { return 8 + T(7*x) }).taking(Work{Divs: 1}),
		periodic("Sin", kernels.Sin[T], scalar.Sin[float32], scalar.Sin[float64]),
		periodic("Cos", kernels.Cos[T], scalar.Cos[float32], scalar.Cos[float64]),
		binary("Pow", kernels.Pow[T], generic.PowF32, generic.PowF64).suiting(func(operand int, x T) T {
			if operand == 1 {
				return 8 + T(7*x)
			}
			return 4 * x
		}).covering("Pow", "PowEasy"),
		unary("Sigmoid", kernels.Sigmoid[T], generic.SigmoidF32, generic.SigmoidF64).ofRange(8).taking(Work{Divs: 1}),
		unary("SigmoidPrime", kernels.SigmoidPrime[T], generic.SigmoidPrimeF32, generic.SigmoidPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		unary("Tanh", kernels.Tanh[T], generic.TanhF32, generic.TanhF64).ofRange(8).taking(tanhWork[T]()),
		unary("TanhPrime", kernels.TanhPrime[T], generic.TanhPrimeF32, generic.TanhPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		unary("ReLU", kernels.ReLU[T], generic.ReLUF32, generic.ReLUF64),
		unary("ReLUPrime", kernels.ReLUPrime[T], generic.ReLUPrimeF32, generic.ReLUPrimeF64),
		unary("Softplus", kernels.Softplus[T], generic.SoftplusF32, generic.SoftplusF64).ofRange(8).taking(Work{Divs: 1}),
		binary("MulSoftplusPrime", kernels.MulSoftplusPrime[T], generic.MulSoftplusPrimeF32, generic.MulSoftplusPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		unary("GELU", kernels.GELU[T], generic.GELUF32, generic.GELUF64).ofRange(8).taking(Work{Divs: 1}),
		unary("GELUPrime", kernels.GELUPrime[T], generic.GELUPrimeF32, generic.GELUPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		binary("MulGELUPrime", kernels.MulGELUPrime[T], generic.MulGELUPrimeF32, generic.MulGELUPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		unary("Erf", kernels.Erf[T], generic.ErfF32, generic.ErfF64).ofRange(4),
		binary("MulSigmoidPrime", kernels.MulSigmoidPrime[T], generic.MulSigmoidPrimeF32, generic.MulSigmoidPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		binary("MulTanhPrime", kernels.MulTanhPrime[T], generic.MulTanhPrimeF32, generic.MulTanhPrimeF64).ofRange(8).taking(Work{Divs: 1}),
		binary("MulReLUPrime", kernels.MulReLUPrime[T], generic.MulReLUPrimeF32, generic.MulReLUPrimeF64),

		{
			Name: "Softmax", Covers: []string{"Softmax", "SoftmaxShort", "DivBy"}, Family: Rows,
			Shapes: func(s Size) []Shape { return []Shape{{s.M, s.N, Out}, {s.M, s.N, In}} },
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

		optimizer("Momentum", "Momentum", 1,
			func(w, v, _, g []T) { kernels.Momentum(w, v, g, kernels.MomentumParams{LR: 0.3, Mu: 0.9}) },
			func(w, v, _, g []float32) { generic.MomentumF32(w, v, g, 0.3, 0.9) },
			func(w, v, _, g []float64) { generic.MomentumF64(w, v, g, 0.3, 0.9) }),
		optimizer("Nesterov", "Nesterov", 1,
			func(w, v, _, g []T) { kernels.Nesterov(w, v, g, kernels.MomentumParams{LR: 0.3, Mu: 0.9}) },
			func(w, v, _, g []float32) { generic.NesterovF32(w, v, g, 0.3, 0.9) },
			func(w, v, _, g []float64) { generic.NesterovF64(w, v, g, 0.3, 0.9) }),
		optimizer("RMSProp", "RMSProp", 1,
			func(w, s, _, g []T) {
				kernels.RMSProp(w, s, g, kernels.RMSPropParams{LR: 0.01, Rho: 0.9, Epsilon: 1e-8})
			},
			func(w, s, _, g []float32) { generic.RMSPropF32(w, s, g, 0.01, 0.9, 1-0.9, 1e-8) },
			func(w, s, _, g []float64) { generic.RMSPropF64(w, s, g, 0.01, 0.9, oneMinus(0.9), 1e-8) }).taking(Work{Divs: 1, Roots: 1}).suiting(squares),
		optimizer("Adagrad", "Adagrad", 1,
			func(w, s, _, g []T) { kernels.Adagrad(w, s, g, kernels.AdagradParams{LR: 0.01, Epsilon: 1e-10}) },
			func(w, s, _, g []float32) { generic.AdagradF32(w, s, g, 0.01, 1e-10) },
			func(w, s, _, g []float64) { generic.AdagradF64(w, s, g, 0.01, 1e-10) }).taking(Work{Divs: 1, Roots: 1}).suiting(squares),
		amsGrad[T](),
		optimizer("Lion", "Lion", 1,
			func(w, m, _, g []T) {
				kernels.Lion(w, m, g, kernels.LionParams{LR: 0.01, Beta1: 0.9, Beta2: 0.99, Decay: 0.1})
			},
			func(w, m, _, g []float32) {
				generic.LionF32(w, m, g, 0.01, 0.9, 1-0.9, 0.99, 1-0.99, float32(1-0.01*0.1))
			},
			func(w, m, _, g []float64) {
				generic.LionF64(w, m, g, 0.01, 0.9, oneMinus(0.9), 0.99, oneMinus(0.99), 1-float64(float64(0.01)*0.1))
			}),
		adam("Adam", 0, func(w, m, v, g []T) {
			kernels.Adam(w, m, v, g, 3, kernels.AdamParams{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
		}),
		adam("AdamW", 0.1, func(w, m, v, g []T) {
			kernels.AdamW(w, m, v, g, 3, kernels.AdamWParams{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Decay: 0.1})
		}),

		{
			Name: "Gemv", Covers: []string{"Gemv", "DotLanes"}, Family: MatrixVector,
			Shapes: func(s Size) []Shape { return []Shape{{1, s.N, Scaled}, {s.N, s.K, In}, {1, s.K, In}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.Gemv(alpha, o[1], o[2].Data, beta, o[0].Data)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.Trans, alpha, o[2], o[1], beta, o[0])
			},
			Long: []Size{{1, 700, 300}, {1, 2, sweep + 37}, {1, 1, sweep + 43}, {1, 2, sweep}},
		},
		{
			Name: "GemvT", Covers: []string{"GemvT", "GemvTResume", "GemmOuter"}, Family: MatrixVector,
			Shapes: func(s Size) []Shape { return []Shape{{1, s.N, Scaled}, {s.K, s.N, In}, {1, s.K, In}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.GemvT(alpha, o[1], o[2].Data, beta, o[0].Data)
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.NoTrans, alpha, o[2], o[1], beta, o[0])
			},
			Long: []Size{{1, 300, 700}, {1, 25000, 9}, {1, 13, 5000}, {1, 5, 2049}, {1, 3, 2048}},
		},
		{
			Name: "Ger", Covers: []string{"Ger"}, Family: MatrixVector,
			Shapes: func(s Size) []Shape { return []Shape{{s.K, s.N, InOut}, {1, s.K, In}, {1, s.N, In}} },
			Call: func(alpha, _ T, o []kernels.Matrix[T]) {
				kernels.Ger(alpha, o[1].Data, o[2].Data, o[0])
			},
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				gemm(kernels.Trans, kernels.NoTrans, alpha, o[1], o[2], 1, o[0])
			},
			Long: []Size{{1, 300, 700}, {1, sweep + 37, 2}},
		},
		{
			Name: "GemmUpdate", Covers: []string{"GemmOuter", "GemvTGer"}, Family: MatrixMatrix,
			Shapes: func(s Size) []Shape {
				return []Shape{{s.K, s.N, InOut}, {s.M, s.N, Out}, {s.M, s.K, In}, {s.M, s.N, In}}
			},
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.GemmUpdate(alpha, o[2], o[3], o[0], o[1]) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.NoTrans, 1, o[2], o[0], 0, o[1])
				gemm(kernels.Trans, kernels.NoTrans, alpha, o[2], o[3], 1, o[0])
			},
			Long: []Size{{1, 300, 40}, {3, 700, 400}, {1, 5000, 5}, {1, 300, 700}, {2, 7, 3000}, {2050, 5, 7}},
		},
		matrixProduct[T]("Gemm A·Bᵀ", []string{"GemmDot"}, kernels.NoTrans, kernels.Trans,
			Size{30, 40, 900}, Size{300, 50, 300}, Size{1, 2, sweep + 37}),
		matrixProduct[T]("Gemm Aᵀ·Bᵀ", []string{"GemmDot"}, kernels.Trans, kernels.Trans,
			Size{20, 7, 700}, Size{3, 2, 8300}),
		matrixProduct[T]("Gemm A·B", []string{"GemmOuter", "GemmOuterPack"}, kernels.NoTrans, kernels.NoTrans,
			Size{30, 40, 900}, Size{5, 1100, 500}, Size{50, 1024, 300}, Size{7, 40, 5000}, Size{2, 3, 2049}),
		matrixProduct[T]("Gemm Aᵀ·B", []string{"GemmOuter", "GemmOuterPack"}, kernels.Trans, kernels.NoTrans,
			Size{30, 40, 900}, Size{7, 29, 5000}, Size{2, 3, 2049}),
		resumed[T]("GemmResume A·B", kernels.NoTrans, Size{30, 40, 900}, Size{7, 40, 5000}),
		resumed[T]("GemmResume Aᵀ·B", kernels.Trans, Size{30, 40, 900}, Size{7, 29, 5000}),
	}...)
}

// probability makes a number between 0 and 1 of any other, of one between them itself.
func probability[T Float](x T) float64 {
	switch {
	case x >= 0 && x < 1:
		return float64(x)
	case x > 1:
		return 1 - 0x1p-53
	}
	return 0.5
}

// limits returns the lesser and the larger of two numbers.
func limits[T Float](x, y T) (lo, hi T) {
	switch {
	case x <= y:
		return x, y
	case x > y:
		return y, x
	}
	return -0.5, 1
}

// dropoutBits is the hash of Dropout as the documentation of package kernels has it.
func dropoutBits(key uint64, i uint32) uint32 {
	x := i*0x9E3779B9 + uint32(key)
	for round := range 2 {
		x += uint32(round) * uint32(key>>32)
		x ^= x >> 16
		x *= 0x21F0AAAD
		x ^= x >> 15
		x *= 0x735A2D97
		x ^= x >> 15
	}
	return x
}

// oneMinus returns 1 − x as the program computes it, not as an exact constant.
func oneMinus(x float64) float64 { return 1 - x }

// adam is the third step of Adam with β₁ = 0.9, β₂ = 0.999 and lr = 0.01.
func adam[T Float](name string, decay float64, call func(w, m, v, g []T)) Kernel[T] {
	step := 0.01 / (1 - scalar.PowInt(0.9, 3))
	scale := 1 / math.Sqrt(1-scalar.PowInt(0.999, 3))
	keep := 1 - float64(decay*0.01)
	return optimizer(name, "Adam", 2, call,
		func(w, m, v, g []float32) {
			generic.AdamF32(w, m, v, g, float32(step), 0.9, 1-0.9, 0.999, 1-0.999, float32(scale), 1e-8, float32(keep))
		},
		func(w, m, v, g []float64) {
			generic.AdamF64(w, m, v, g, step, 0.9, oneMinus(0.9), 0.999, oneMinus(0.999), scale, 1e-8, keep)
		}).taking(Work{Divs: 1, Roots: 1}).suiting(squares)
}

// amsGrad is the third step of AMSGrad with β₁ = 0.9, β₂ = 0.999 and lr = 0.01.
func amsGrad[T Float]() Kernel[T] {
	step := 0.01 / (1 - scalar.PowInt(0.9, 3))
	scale := 1 / math.Sqrt(1-scalar.PowInt(0.999, 3))
	return Kernel[T]{
		Name: "AMSGrad", Covers: []string{"AMSGrad"}, Family: Update, Shapes: vectors(InOut, InOut, InOut, InOut, In),
		Call: func(_, _ T, o []kernels.Matrix[T]) {
			kernels.AMSGrad(o[0].Data, o[1].Data, o[2].Data, o[3].Data, o[4].Data, 3, kernels.AdamParams{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
		},
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			w, m, v, h, g := o[0].Data, o[1].Data, o[2].Data, o[3].Data, o[4].Data
			if is32[T]() {
				generic.AMSGradF32(as[float32](w), as[float32](m), as[float32](v), as[float32](h), as[float32](g),
					float32(step), 0.9, 1-0.9, 0.999, 1-0.999, float32(scale), 1e-8)
			} else {
				generic.AMSGradF64(as[float64](w), as[float64](m), as[float64](v), as[float64](h), as[float64](g),
					step, 0.9, oneMinus(0.9), 0.999, oneMinus(0.999), scale, 1e-8)
			}
		},
	}.taking(Work{Divs: 1, Roots: 1}).suiting(squares)
}

// squares suits optimizers whose state, operands 1 and on, has means of squares.
func squares[T Float](operand int, x T) T {
	if operand > 0 {
		x *= x
	}
	return x
}

// square suits functions of numbers that aren't negative.
func square[T Float](_ int, x T) T { return x * x }

// optimizer is a step of an optimizer with one or two vectors of state.
func optimizer[T Float](name, covers string, state int, call func(w, s1, s2, g []T), f32 func(w, s1, s2, g []float32), f64 func(w, s1, s2, g []float64)) Kernel[T] {
	shapes := vectors(InOut, InOut, In)
	if state == 2 {
		shapes = vectors(InOut, InOut, InOut, In)
	}
	return Kernel[T]{
		Name: name, Covers: []string{covers}, Family: Update, Shapes: shapes,
		Call: func(_, _ T, o []kernels.Matrix[T]) {
			call(o[0].Data, o[1].Data, o[state].Data, o[state+1].Data)
		},
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			w, s1, s2, g := o[0].Data, o[1].Data, o[state].Data, o[state+1].Data
			if is32[T]() {
				f32(as[float32](w), as[float32](s1), as[float32](s2), as[float32](g))
			} else {
				f64(as[float64](w), as[float64](s1), as[float64](s2), as[float64](g))
			}
		},
	}
}

// vectors returns the shapes of vectors of N elements.
func vectors(roles ...Role) func(Size) []Shape {
	return func(s Size) []Shape {
		shapes := make([]Shape, len(roles))
		for i, role := range roles {
			shapes[i] = Shape{1, s.N, role}
		}
		return shapes
	}
}

// result is vectors with one number in front, the result.
func result(roles ...Role) func(Size) []Shape {
	return func(s Size) []Shape { return append([]Shape{{1, 1, Out}}, vectors(roles...)(s)...) }
}

func unary[T Float](name string, call func(dst, z []T), f32 func(dst, z []float32), f64 func(dst, z []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Elementwise, Shapes: vectors(Out, In),
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

// periodic is sin or cos, whose kernel leaves large numbers to package kernels.
func periodic[T Float](name string, call func(dst, z []T), f32 func(float32) float32, f64 func(float64) float64) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name + "Near"}, Family: Elementwise, Shapes: vectors(Out, In),
		Call: func(_, _ T, o []kernels.Matrix[T]) { call(o[0].Data, o[1].Data) },
		Define: func(_, _ T, o []kernels.Matrix[T]) {
			for i, x := range o[1].Data {
				o[0].Data[i] = builtin(f32, f64, x)
			}
		},
	}.ofRange(8)
}

func binary[T Float](name string, call func(dst, x, y []T), f32 func(dst, x, y []float32), f64 func(dst, x, y []float64)) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: []string{name}, Family: Elementwise, Shapes: vectors(Out, In, In),
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
