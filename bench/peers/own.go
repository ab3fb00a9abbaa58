package main

import (
	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
)

// own are the kernels of vectors, called as directly as their counterparts: kerneltest's
// rows take all operands as matrices, which adds a nanosecond or two.
var own = []counterpart{
	{"Dot", "nabla", "Dot", func(v *vectors[float32]) { sink = float64(kernels.Dot(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.Dot(v[0], v[1])) }},
	{"SquaredDistance", "nabla", "SquaredDistance", func(v *vectors[float32]) { sink = float64(kernels.SquaredDistance(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.SquaredDistance(v[0], v[1])) }},
	{"CosineSimilarity", "nabla", "CosineSimilarity", func(v *vectors[float32]) { sink = float64(kernels.CosineSimilarity(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.CosineSimilarity(v[0], v[1])) }},
	{"Sum", "nabla", "Sum", func(v *vectors[float32]) { sink = float64(kernels.Sum(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Sum(v[0])) }},
	{"Asum", "nabla", "Asum", func(v *vectors[float32]) { sink = float64(kernels.Asum(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Asum(v[0])) }},
	{"Nrm2", "nabla", "Nrm2", func(v *vectors[float32]) { sink = float64(kernels.Nrm2(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Nrm2(v[0])) }},
	{"Mean", "nabla", "Mean", func(v *vectors[float32]) { sink = float64(kernels.Mean(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Mean(v[0])) }},
	{"Variance", "nabla", "Variance", func(v *vectors[float32]) { sink = float64(kernels.Variance(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Variance(v[0])) }},
	{"LogSumExp", "nabla", "LogSumExp", func(v *vectors[float32]) { sink = float64(kernels.LogSumExp(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.LogSumExp(v[0])) }},
	{"Max", "nabla", "Max", func(v *vectors[float32]) { sink = float64(kernels.Max(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Max(v[0])) }},
	{"Min", "nabla", "Min", func(v *vectors[float32]) { sink = float64(kernels.Min(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Min(v[0])) }},
	{"ArgMax", "nabla", "ArgMax", func(v *vectors[float32]) { sink = float64(kernels.ArgMax(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.ArgMax(v[0])) }},
	{"ArgMin", "nabla", "ArgMin", func(v *vectors[float32]) { sink = float64(kernels.ArgMin(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.ArgMin(v[0])) }},
	{"Iamax", "nabla", "Iamax", func(v *vectors[float32]) { sink = float64(kernels.Iamax(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Iamax(v[0])) }},
	{"Add", "nabla", "Add", func(v *vectors[float32]) { kernels.Add(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Add(v[2], v[0], v[1]) }},
	{"Sub", "nabla", "Sub", func(v *vectors[float32]) { kernels.Sub(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Sub(v[2], v[0], v[1]) }},
	{"Mul", "nabla", "Mul", func(v *vectors[float32]) { kernels.Mul(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Mul(v[2], v[0], v[1]) }},
	{"Div", "nabla", "Div", func(v *vectors[float32]) { kernels.Div(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Div(v[2], v[0], v[1]) }},
	{"Minimum", "nabla", "Minimum", func(v *vectors[float32]) { kernels.Minimum(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Minimum(v[2], v[0], v[1]) }},
	{"Maximum", "nabla", "Maximum", func(v *vectors[float32]) { kernels.Maximum(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Maximum(v[2], v[0], v[1]) }},
	{"Pow", "nabla", "Pow", func(v *vectors[float32]) { kernels.Pow(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Pow(v[2], v[0], v[1]) }},
	{"Abs", "nabla", "Abs", func(v *vectors[float32]) { kernels.Abs(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Abs(v[1], v[0]) }},
	{"Neg", "nabla", "Neg", func(v *vectors[float32]) { kernels.Neg(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Neg(v[1], v[0]) }},
	{"Sqrt", "nabla", "Sqrt", func(v *vectors[float32]) { kernels.Sqrt(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sqrt(v[1], v[0]) }},
	{"Floor", "nabla", "Floor", func(v *vectors[float32]) { kernels.Floor(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Floor(v[1], v[0]) }},
	{"Ceil", "nabla", "Ceil", func(v *vectors[float32]) { kernels.Ceil(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Ceil(v[1], v[0]) }},
	{"Round", "nabla", "Round", func(v *vectors[float32]) { kernels.Round(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Round(v[1], v[0]) }},
	{"CumSum", "nabla", "CumSum", func(v *vectors[float32]) { kernels.CumSum(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.CumSum(v[1], v[0]) }},
	{"Exp", "nabla", "Exp", func(v *vectors[float32]) { kernels.Exp(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Exp(v[1], v[0]) }},
	{"Log", "nabla", "Log", func(v *vectors[float32]) { kernels.Log(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Log(v[1], v[0]) }},
	{"Log2", "nabla", "Log2", func(v *vectors[float32]) { kernels.Log2(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Log2(v[1], v[0]) }},
	{"Sin", "nabla", "Sin", func(v *vectors[float32]) { kernels.Sin(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sin(v[1], v[0]) }},
	{"Cos", "nabla", "Cos", func(v *vectors[float32]) { kernels.Cos(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Cos(v[1], v[0]) }},
	{"Sigmoid", "nabla", "Sigmoid", func(v *vectors[float32]) { kernels.Sigmoid(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sigmoid(v[1], v[0]) }},
	{"Tanh", "nabla", "Tanh", func(v *vectors[float32]) { kernels.Tanh(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Tanh(v[1], v[0]) }},
	{"ReLU", "nabla", "ReLU", func(v *vectors[float32]) { kernels.ReLU(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.ReLU(v[1], v[0]) }},
	{"Copy", "nabla", "Copy", func(v *vectors[float32]) { kernels.Copy(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Copy(v[1], v[0]) }},
	{"Swap", "nabla", "Swap", func(v *vectors[float32]) { kernels.Swap(v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Swap(v[0], v[1]) }},
	{"Axpy", "nabla", "Axpy", func(v *vectors[float32]) { kernels.Axpy(bench.Tiny, v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Axpy(bench.Tiny, v[0], v[1]) }},
	{"Scal", "nabla", "Scal", func(v *vectors[float32]) { kernels.Scal(-1, v[0]) },
		func(v *vectors[float64]) { kernels.Scal(-1, v[0]) }},
	{"AddConst", "nabla", "AddConst", func(v *vectors[float32]) { kernels.AddConst(bench.Tiny, v[0]) },
		func(v *vectors[float64]) { kernels.AddConst(bench.Tiny, v[0]) }},
	{"Clamp", "nabla", "Clamp", func(v *vectors[float32]) { kernels.Clamp(v[1], v[0], 0, 1) },
		func(v *vectors[float64]) { kernels.Clamp(v[1], v[0], 0, 1) }},
	{"FMA", "nabla", "FMA", func(v *vectors[float32]) { kernels.FMA(v[3], v[0], v[1], v[2]) },
		func(v *vectors[float64]) { kernels.FMA(v[3], v[0], v[1], v[2]) }},
	{"Convert", "nabla", "Convert", func(v *vectors[float32]) { kernels.Convert(v[1], view[float64](v[0])) },
		func(v *vectors[float64]) { kernels.Convert(v[1], view[float32](v[0])) }},
	{"ToFloat16", "nabla", "ToFloat16", func(v *vectors[float32]) { kernels.ToFloat16(view[uint16](v[1]), v[0]) },
		func(v *vectors[float64]) { kernels.ToFloat16(view[uint16](v[1]), v[0]) }},
	{"FromFloat16", "nabla", "FromFloat16", func(v *vectors[float32]) { kernels.FromFloat16(v[1], view[uint16](v[0])) },
		func(v *vectors[float64]) { kernels.FromFloat16(v[1], view[uint16](v[0])) }},
}

// ownOf returns the function that does a case n times.
func ownOf(c bench.Case) func(n int) {
	for _, o := range own {
		switch {
		case o.kernel != c.Kernel || c.Elements == 0 || len(c.Dims) != 1:
		case c.Type == "f32":
			v := bench.Operands[float32](c.Kernel, c.Dims[0])
			w := vectors[float32](v)
			return repeat(func() { o.f32(&w) })
		default:
			v := bench.Operands[float64](c.Kernel, c.Dims[0])
			w := vectors[float64](v)
			return repeat(func() { o.f64(&w) })
		}
	}
	return c.Setup()
}
