package main

import (
	"unsafe"

	"github.com/viterin/vek"
	"github.com/viterin/vek/vek32"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/nabla-go/nabla/bench"
)

// A counterpart is a function of another Go library that does to vectors what a kernel
// does. vectors are those of bench.Operands: what the kernel reads, then what it writes.
type counterpart struct {
	kernel, library, name string
	f32                   func(v *vectors[float32])
	f64                   func(v *vectors[float64])
}

type vectors[T float32 | float64] [4][]T

// counterparts are all that there are, but for products of matrices. A kernel that has
// none is one of alone; a function of these libraries that none of ours is like, one of
// others.
var counterparts = append(ofVek(), ofGonum()...)

func ofVek() []counterpart {
	const lib = "vek"
	return []counterpart{
		numberOf2("Dot", lib, "Dot", vek32.Dot, vek.Dot),
		numberOf2("SquaredDistance", lib, "Distance", vek32.Distance, vek.Distance),
		numberOf2("CosineSimilarity", lib, "CosineSimilarity", vek32.CosineSimilarity, vek.CosineSimilarity),
		numberOf("Sum", lib, "Sum", vek32.Sum, vek.Sum),
		numberOf("Asum", lib, "ManhattanNorm", vek32.ManhattanNorm, vek.ManhattanNorm),
		numberOf("Nrm2", lib, "Norm", vek32.Norm, vek.Norm),
		numberOf("Mean", lib, "Mean", vek32.Mean, vek.Mean),
		numberOf("Max", lib, "Max", vek32.Max, vek.Max),
		numberOf("Min", lib, "Min", vek32.Min, vek.Min),
		numberOf("ArgMax", lib, "ArgMax", vek32.ArgMax, vek.ArgMax),
		numberOf("ArgMin", lib, "ArgMin", vek32.ArgMin, vek.ArgMin),
		of2("Add", lib, "Add", vek32.Add_Into, vek.Add_Into),
		of2("Sub", lib, "Sub", vek32.Sub_Into, vek.Sub_Into),
		of2("Mul", lib, "Mul", vek32.Mul_Into, vek.Mul_Into),
		of2("Div", lib, "Div", vek32.Div_Into, vek.Div_Into),
		of2("Minimum", lib, "Minimum", vek32.Minimum_Into, vek.Minimum_Into),
		of2("Maximum", lib, "Maximum", vek32.Maximum_Into, vek.Maximum_Into),
		of2("Pow", lib, "Pow", vek32.Pow_Into, vek.Pow_Into),
		of1("Abs", lib, "Abs", vek32.Abs_Into, vek.Abs_Into),
		of1("Neg", lib, "Neg", vek32.Neg_Into, vek.Neg_Into),
		of1("Sqrt", lib, "Sqrt", vek32.Sqrt_Into, vek.Sqrt_Into),
		of1("Floor", lib, "Floor", vek32.Floor_Into, vek.Floor_Into),
		of1("Ceil", lib, "Ceil", vek32.Ceil_Into, vek.Ceil_Into),
		of1("Round", lib, "Round", vek32.Round_Into, vek.Round_Into),
		of1("CumSum", lib, "CumSum", vek32.CumSum_Into, vek.CumSum_Into),
		of1("Exp", lib, "Exp", vek32.Exp_Into, nil),
		of1("Log", lib, "Log", vek32.Log_Into, nil),
		of1("Log2", lib, "Log2", vek32.Log2_Into, nil),
		of1("Sin", lib, "Sin", vek32.Sin_Into, nil),
		of1("Cos", lib, "Cos", vek32.Cos_Into, nil),
		{"AddConst", lib, "AddNumber", func(v *vectors[float32]) { vek32.AddNumber_Inplace(v[0], bench.Tiny) },
			func(v *vectors[float64]) { vek.AddNumber_Inplace(v[0], bench.Tiny) }},
		{"Scal", lib, "MulNumber", func(v *vectors[float32]) { vek32.MulNumber_Inplace(v[0], -1) },
			func(v *vectors[float64]) { vek.MulNumber_Inplace(v[0], -1) }},
		{"Convert", lib, "FromFloat64", func(v *vectors[float32]) { vek32.FromFloat64_Into(v[1], view[float64](v[0])) },
			func(v *vectors[float64]) { vek.FromFloat32_Into(v[1], view[float32](v[0])) }},
	}
}

func ofGonum() []counterpart {
	const lib = "gonum"
	var g gonum.Implementation
	return []counterpart{
		{"Dot", lib, "Dot", func(v *vectors[float32]) { sink = float64(g.Sdot(len(v[0]), v[0], 1, v[1], 1)) },
			func(v *vectors[float64]) { sink = g.Ddot(len(v[0]), v[0], 1, v[1], 1) }},
		{"Axpy", lib, "Axpy", func(v *vectors[float32]) { g.Saxpy(len(v[0]), bench.Tiny, v[0], 1, v[1], 1) },
			func(v *vectors[float64]) { g.Daxpy(len(v[0]), bench.Tiny, v[0], 1, v[1], 1) }},
		{"Scal", lib, "Scal", func(v *vectors[float32]) { g.Sscal(len(v[0]), -1, v[0], 1) },
			func(v *vectors[float64]) { g.Dscal(len(v[0]), -1, v[0], 1) }},
		{"Asum", lib, "Asum", func(v *vectors[float32]) { sink = float64(g.Sasum(len(v[0]), v[0], 1)) },
			func(v *vectors[float64]) { sink = g.Dasum(len(v[0]), v[0], 1) }},
		{"Nrm2", lib, "Nrm2", func(v *vectors[float32]) { sink = float64(g.Snrm2(len(v[0]), v[0], 1)) },
			func(v *vectors[float64]) { sink = g.Dnrm2(len(v[0]), v[0], 1) }},
		{"Iamax", lib, "Iamax", func(v *vectors[float32]) { sink = float64(g.Isamax(len(v[0]), v[0], 1)) },
			func(v *vectors[float64]) { sink = float64(g.Idamax(len(v[0]), v[0], 1)) }},
		{"Copy", lib, "Copy", func(v *vectors[float32]) { g.Scopy(len(v[0]), v[0], 1, v[1], 1) },
			func(v *vectors[float64]) { g.Dcopy(len(v[0]), v[0], 1, v[1], 1) }},
		{"Swap", lib, "Swap", func(v *vectors[float32]) { g.Sswap(len(v[0]), v[0], 1, v[1], 1) },
			func(v *vectors[float64]) { g.Dswap(len(v[0]), v[0], 1, v[1], 1) }},
		numberOf[float32]("Sum", lib, "Sum", nil, floats.Sum),
		numberOf[float32]("Max", lib, "Max", nil, floats.Max),
		numberOf[float32]("Min", lib, "Min", nil, floats.Min),
		numberOf[float32]("ArgMax", lib, "MaxIdx", nil, floats.MaxIdx),
		numberOf[float32]("ArgMin", lib, "MinIdx", nil, floats.MinIdx),
		numberOf[float32]("LogSumExp", lib, "LogSumExp", nil, floats.LogSumExp),
		numberOf[float32]("Mean", lib, "stat.Mean", nil, func(x []float64) float64 { return stat.Mean(x, nil) }),
		numberOf[float32]("Variance", lib, "stat.PopVariance", nil, func(x []float64) float64 { return stat.PopVariance(x, nil) }),
		numberOf2("SquaredDistance", lib, "Distance", nil, func(x, y []float64) float64 { return floats.Distance(x, y, 2) }),
		of1("CumSum", lib, "CumSum", nil, floats.CumSum),
		of2("Add", lib, "AddTo", nil, floats.AddTo),
		of2("Sub", lib, "SubTo", nil, floats.SubTo),
		of2("Mul", lib, "MulTo", nil, floats.MulTo),
		of2("Div", lib, "DivTo", nil, floats.DivTo),
		{"AddConst", lib, "AddConst", nil, func(v *vectors[float64]) { floats.AddConst(bench.Tiny, v[0]) }},
	}
}

// alone are the kernels that no Go library among these has, as one function.
var alone = []string{
	"MinMax", "FMA", "Clamp", "Rsqrt", "Flush", "Dropout", "ToFloat16", "FromFloat16", "ToBFloat16", "FromBFloat16", // some of tphakala/simd
	"Exp2", "Expm1", "Log1p",
	"Sigmoid", "SigmoidPrime", "MulSigmoidPrime", "Tanh", "TanhPrime", "MulTanhPrime", "ReLU", "ReLUPrime", "MulReLUPrime",
	"Softplus", "MulSoftplusPrime", "Softmax", "LogSoftmax", "GELU", "GELUPrime", "MulGELUPrime", "Erf",
	"Momentum", "Nesterov", "Adagrad", "RMSProp", "Adam", "AdamW", "AMSGrad", "Lion",
	"GemmUpdate", "GemmResume A·B", "GemmResume Aᵀ·B", "Gemm Aᵀ·Bᵀ", "GemvBatch", "GemmBatch", "GatherRows", "ScatterAddRows", "CopyTransposed",
	"DotStrided", "AxpyStrided", "ScalStrided", "CopyStrided", "SwapStrided", // what is copied makes the time; see gonum's own benchmarks
}

// matrices are the rows that addPeers and its kin know themselves.
var matrices = []string{"Gemv", "GemvT", "Ger", "Gemm A·B", "Gemm A·Bᵀ", "Gemm Aᵀ·B"}

// others are the functions of these libraries for which there is no kernel, by library.
var others = map[string][]string{
	"vek": {
		// Booleans, comparisons, and integers.
		"All", "And", "Any", "Count", "Eq", "EqNumber", "FromBool", "Gt", "GtNumber", "Gte", "GteNumber", "Lt", "LtNumber", "Lte", "LteNumber",
		"Neq", "NeqNumber", "None", "Not", "Or", "Select", "ToBool", "Xor", "Find", "FromInt32", "FromInt64", "ToInt32", "ToInt64",
		// Two calls here, or a special case of one.
		"DivNumber", "SubNumber", "Inv", "ManhattanDistance", "MaximumNumber", "MinimumNumber", "Log10", "FromFloat32", "ToFloat32", "ToFloat64",
		// Sorting, products of elements, single elements by index, and making vectors.
		"CumProd", "Median", "Prod", "Quantile", "Gather", "Scatter", "Ones", "Range", "Repeat", "Zeros", "Mat4Mul", "SinCos", "Info", "SetAcceleration",
		"MatMul", // see matrices
	},
	"gonum": {
		"Add", "Sub", "Mul", "Div", "AddScaled", "AddScaledTo", "Dot", "Norm", "Scale", "ScaleTo", // like those with To, or those of BLAS
		"Argsort", "ArgsortStable", "Count", "CumProd", "Equal", "EqualApprox", "EqualFunc", "EqualLengths", "Find", "HasNaN", "LogSpan",
		"NearestIdx", "NearestIdxForSpan", "Prod", "Reverse", "Same", "Span", "SumCompensated", "Within",
	},
}

// of1 and of2 are functions of one vector and of two that write a third, numberOf and
// numberOf2 functions that return a number.
func of1(kernel, library, name string, f32 func(dst, x []float32) []float32, f64 func(dst, x []float64) []float64) counterpart {
	c := counterpart{kernel: kernel, library: library, name: name}
	if f32 != nil {
		c.f32 = func(v *vectors[float32]) { f32(v[1], v[0]) }
	}
	if f64 != nil {
		c.f64 = func(v *vectors[float64]) { f64(v[1], v[0]) }
	}
	return c
}

func of2(kernel, library, name string, f32 func(dst, x, y []float32) []float32, f64 func(dst, x, y []float64) []float64) counterpart {
	c := counterpart{kernel: kernel, library: library, name: name}
	if f32 != nil {
		c.f32 = func(v *vectors[float32]) { f32(v[2], v[0], v[1]) }
	}
	if f64 != nil {
		c.f64 = func(v *vectors[float64]) { f64(v[2], v[0], v[1]) }
	}
	return c
}

func numberOf[R32, R64 int | float32 | float64](kernel, library, name string, f32 func(x []float32) R32, f64 func(x []float64) R64) counterpart {
	c := counterpart{kernel: kernel, library: library, name: name}
	if f32 != nil {
		c.f32 = func(v *vectors[float32]) { sink = float64(f32(v[0])) }
	}
	if f64 != nil {
		c.f64 = func(v *vectors[float64]) { sink = float64(f64(v[0])) }
	}
	return c
}

func numberOf2(kernel, library, name string, f32 func(x, y []float32) float32, f64 func(x, y []float64) float64) counterpart {
	c := counterpart{kernel: kernel, library: library, name: name}
	if f32 != nil {
		c.f32 = func(v *vectors[float32]) { sink = float64(f32(v[0], v[1])) }
	}
	if f64 != nil {
		c.f64 = func(v *vectors[float64]) { sink = f64(v[0], v[1]) }
	}
	return c
}

// view returns the memory of x as a slice of another type, as kerneltest's conversions do.
func view[E, T any](x []T) []E {
	return unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T)))/int(unsafe.Sizeof(*new(E))))
}
