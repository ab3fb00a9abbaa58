package main

import (
	"github.com/tphakala/simd/f16"
	"github.com/tphakala/simd/f32"
	"github.com/tphakala/simd/f64"

	"github.com/nabla-go/nabla/bench"
)

// This file stands apart because not every module proxy has github.com/tphakala/simd, and
// all others must build without it. With it:
//
//	cp _tphakala/tphakala.go . && go get github.com/tphakala/simd && go run . kernels

func init() { counterparts = append(counterparts, ofTphakala()...) }

func ofTphakala() []counterpart {
	const lib = "tphakala/simd"
	both := func(kernel, name string, f func(v *vectors[float32]), g func(v *vectors[float64])) counterpart {
		return counterpart{kernel, lib, name, f, g}
	}
	one := func(kernel, name string, f func(dst, x []float32), g func(dst, x []float64)) counterpart {
		return both(kernel, name, func(v *vectors[float32]) { f(v[1], v[0]) }, func(v *vectors[float64]) { g(v[1], v[0]) })
	}
	two := func(kernel, name string, f func(dst, x, y []float32), g func(dst, x, y []float64)) counterpart {
		return both(kernel, name, func(v *vectors[float32]) { f(v[2], v[0], v[1]) }, func(v *vectors[float64]) { g(v[2], v[0], v[1]) })
	}
	return []counterpart{
		numberOf2("Dot", lib, "DotProduct", f32.DotProduct, f64.DotProduct),
		numberOf2("SquaredDistance", lib, "EuclideanDistance", f32.EuclideanDistance, f64.EuclideanDistance),
		numberOf("Sum", lib, "Sum", f32.Sum, f64.Sum),
		numberOf("Mean", lib, "Mean", f32.Mean, f64.Mean),
		numberOf("Variance", lib, "Variance", f32.Variance, f64.Variance),
		numberOf("Max", lib, "Max", f32.Max, f64.Max),
		numberOf("Min", lib, "Min", f32.Min, f64.Min),
		numberOf("ArgMax", lib, "MaxIdx", f32.MaxIdx, f64.MaxIdx),
		numberOf("ArgMin", lib, "MinIdx", f32.MinIdx, f64.MinIdx),
		two("Add", "Add", f32.Add, f64.Add),
		two("Sub", "Sub", f32.Sub, f64.Sub),
		two("Mul", "Mul", f32.Mul, f64.Mul),
		two("Div", "Div", f32.Div, f64.Div),
		two("Pow", "PowElem", f32.PowElem, f64.PowElem),
		one("Abs", "Abs", f32.Abs, f64.Abs),
		one("Neg", "Neg", f32.Neg, f64.Neg),
		one("Sqrt", "Sqrt", f32.Sqrt, f64.Sqrt),
		one("Round", "Round", f32.Round, f64.Round),
		one("CumSum", "CumulativeSum", f32.CumulativeSum, f64.CumulativeSum),
		one("Exp", "Exp", f32.Exp, f64.Exp),
		one("Log", "Log", f32.Log, f64.Log),
		one("Log2", "Log2", f32.Log2, f64.Log2),
		one("Sigmoid", "Sigmoid", f32.Sigmoid, f64.Sigmoid),
		one("Tanh", "Tanh", f32.Tanh, f64.Tanh),
		one("ReLU", "ReLU", f32.ReLU, f64.ReLU),
		both("FMA", "FMA", func(v *vectors[float32]) { f32.FMA(v[3], v[0], v[1], v[2]) }, func(v *vectors[float64]) { f64.FMA(v[3], v[0], v[1], v[2]) }),
		both("Clamp", "Clamp", func(v *vectors[float32]) { f32.Clamp(v[1], v[0], 0, 1) }, func(v *vectors[float64]) { f64.Clamp(v[1], v[0], 0, 1) }),
		both("Axpy", "AddScaled", func(v *vectors[float32]) { f32.AddScaled(v[1], bench.Tiny, v[0]) }, func(v *vectors[float64]) { f64.AddScaled(v[1], bench.Tiny, v[0]) }),
		both("Scal", "Scale", func(v *vectors[float32]) { f32.Scale(v[0], v[0], -1) }, func(v *vectors[float64]) { f64.Scale(v[0], v[0], -1) }),
		both("AddConst", "AddScalar", func(v *vectors[float32]) { f32.AddScalar(v[0], v[0], bench.Tiny) }, func(v *vectors[float64]) { f64.AddScalar(v[0], v[0], bench.Tiny) }),
		both("ToFloat16", "FromFloat32Slice", func(v *vectors[float32]) { f16.FromFloat32Slice(view[f16.Float16](v[1]), v[0]) }, nil),
		both("FromFloat16", "ToFloat32Slice", func(v *vectors[float32]) { f16.ToFloat32Slice(v[1], view[f16.Float16](v[0])) }, nil),
	}
}
