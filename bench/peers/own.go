package main

import (
	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
)

// A call is a kernel of ours as a function of its operands.
type call struct {
	kernel string
	f32    func(v *vectors[float32])
	f64    func(v *vectors[float64])
}

// own are the kernels that have counterparts, called as directly as their counterparts: kerneltest's
// rows take all operands as matrices, which adds a nanosecond or two.
var own = []call{
	{"Dot", func(v *vectors[float32]) { sink = float64(kernels.Dot(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.Dot(v[0], v[1])) }},
	{"SquaredDistance", func(v *vectors[float32]) { sink = float64(kernels.SquaredDistance(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.SquaredDistance(v[0], v[1])) }},
	{"CosineSimilarity", func(v *vectors[float32]) { sink = float64(kernels.CosineSimilarity(v[0], v[1])) },
		func(v *vectors[float64]) { sink = float64(kernels.CosineSimilarity(v[0], v[1])) }},
	{"Sum", func(v *vectors[float32]) { sink = float64(kernels.Sum(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Sum(v[0])) }},
	{"Asum", func(v *vectors[float32]) { sink = float64(kernels.Asum(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Asum(v[0])) }},
	{"Nrm2", func(v *vectors[float32]) { sink = float64(kernels.Nrm2(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Nrm2(v[0])) }},
	{"Mean", func(v *vectors[float32]) { sink = float64(kernels.Mean(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Mean(v[0])) }},
	{"Variance", func(v *vectors[float32]) { sink = float64(kernels.Variance(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Variance(v[0])) }},
	{"LogSumExp", func(v *vectors[float32]) { sink = float64(kernels.LogSumExp(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.LogSumExp(v[0])) }},
	{"Max", func(v *vectors[float32]) { sink = float64(kernels.Max(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Max(v[0])) }},
	{"Min", func(v *vectors[float32]) { sink = float64(kernels.Min(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Min(v[0])) }},
	{"ArgMax", func(v *vectors[float32]) { sink = float64(kernels.ArgMax(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.ArgMax(v[0])) }},
	{"ArgMin", func(v *vectors[float32]) { sink = float64(kernels.ArgMin(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.ArgMin(v[0])) }},
	{"Iamax", func(v *vectors[float32]) { sink = float64(kernels.Iamax(v[0])) },
		func(v *vectors[float64]) { sink = float64(kernels.Iamax(v[0])) }},
	{"Add", func(v *vectors[float32]) { kernels.Add(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Add(v[2], v[0], v[1]) }},
	{"Sub", func(v *vectors[float32]) { kernels.Sub(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Sub(v[2], v[0], v[1]) }},
	{"Mul", func(v *vectors[float32]) { kernels.Mul(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Mul(v[2], v[0], v[1]) }},
	{"Div", func(v *vectors[float32]) { kernels.Div(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Div(v[2], v[0], v[1]) }},
	{"Minimum", func(v *vectors[float32]) { kernels.Minimum(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Minimum(v[2], v[0], v[1]) }},
	{"Maximum", func(v *vectors[float32]) { kernels.Maximum(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Maximum(v[2], v[0], v[1]) }},
	{"Pow", func(v *vectors[float32]) { kernels.Pow(v[2], v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Pow(v[2], v[0], v[1]) }},
	{"Abs", func(v *vectors[float32]) { kernels.Abs(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Abs(v[1], v[0]) }},
	{"Neg", func(v *vectors[float32]) { kernels.Neg(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Neg(v[1], v[0]) }},
	{"Sqrt", func(v *vectors[float32]) { kernels.Sqrt(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sqrt(v[1], v[0]) }},
	{"Floor", func(v *vectors[float32]) { kernels.Floor(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Floor(v[1], v[0]) }},
	{"Ceil", func(v *vectors[float32]) { kernels.Ceil(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Ceil(v[1], v[0]) }},
	{"Round", func(v *vectors[float32]) { kernels.Round(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Round(v[1], v[0]) }},
	{"CumSum", func(v *vectors[float32]) { kernels.CumSum(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.CumSum(v[1], v[0]) }},
	{"Exp", func(v *vectors[float32]) { kernels.Exp(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Exp(v[1], v[0]) }},
	{"Log", func(v *vectors[float32]) { kernels.Log(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Log(v[1], v[0]) }},
	{"Log2", func(v *vectors[float32]) { kernels.Log2(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Log2(v[1], v[0]) }},
	{"Sin", func(v *vectors[float32]) { kernels.Sin(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sin(v[1], v[0]) }},
	{"Cos", func(v *vectors[float32]) { kernels.Cos(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Cos(v[1], v[0]) }},
	{"Sigmoid", func(v *vectors[float32]) { kernels.Sigmoid(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Sigmoid(v[1], v[0]) }},
	{"Tanh", func(v *vectors[float32]) { kernels.Tanh(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Tanh(v[1], v[0]) }},
	{"ReLU", func(v *vectors[float32]) { kernels.ReLU(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.ReLU(v[1], v[0]) }},
	{"Copy", func(v *vectors[float32]) { kernels.Copy(v[1], v[0]) },
		func(v *vectors[float64]) { kernels.Copy(v[1], v[0]) }},
	{"Swap", func(v *vectors[float32]) { kernels.Swap(v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Swap(v[0], v[1]) }},
	{"Axpy", func(v *vectors[float32]) { kernels.Axpy(bench.Tiny, v[0], v[1]) },
		func(v *vectors[float64]) { kernels.Axpy(bench.Tiny, v[0], v[1]) }},
	{"Scal", func(v *vectors[float32]) { kernels.Scal(-1, v[0]) },
		func(v *vectors[float64]) { kernels.Scal(-1, v[0]) }},
	{"AddConst", func(v *vectors[float32]) { kernels.AddConst(bench.Tiny, v[0]) },
		func(v *vectors[float64]) { kernels.AddConst(bench.Tiny, v[0]) }},
	{"Clamp", func(v *vectors[float32]) { kernels.Clamp(v[1], v[0], 0, 1) },
		func(v *vectors[float64]) { kernels.Clamp(v[1], v[0], 0, 1) }},
	{"FMA", func(v *vectors[float32]) { kernels.FMA(v[3], v[0], v[1], v[2]) },
		func(v *vectors[float64]) { kernels.FMA(v[3], v[0], v[1], v[2]) }},
	{"Convert", func(v *vectors[float32]) { kernels.Convert(v[1], view[float64](v[0])) },
		func(v *vectors[float64]) { kernels.Convert(v[1], view[float32](v[0])) }},
	{"ToFloat16", func(v *vectors[float32]) { kernels.ToFloat16(view[uint16](v[1]), v[0]) },
		func(v *vectors[float64]) { kernels.ToFloat16(view[uint16](v[1]), v[0]) }},
	{"FromFloat16", func(v *vectors[float32]) { kernels.FromFloat16(v[1], view[uint16](v[0])) },
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
