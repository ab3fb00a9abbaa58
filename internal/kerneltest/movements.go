package kerneltest

import (
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// movements returns the functions that move vectors, rows and columns or go through them
// and are made of other kernels, and products of many matrices.
func movements[T Float]() []Kernel[T] {
	return slices.Concat(ofStrided[T](), ofRows[T](), batches[T]())
}

// ofStrided returns Copy and Swap and the functions of vectors with an increment.
func ofStrided[T Float]() []Kernel[T] {
	return []Kernel[T]{
		{
			Name: "Copy", Family: Elementwise, Shapes: vectors(Out, In),
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.Copy(o[0].Data, o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) { copy(o[0].Data, o[1].Data) },
		},
		{
			Name: "Swap", Covers: []string{"Swap"}, Family: Elementwise, Shapes: vectors(InOut, InOut),
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.Swap(o[0].Data, o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) { swap(o[0].Data, o[1].Data) },
		},
		{
			Name: "DotStrided", Family: Strided, Shapes: columns(Shape{1, 1, Out}, In, In),
			Call: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = kernels.DotStrided(strided(o[1]), strided(o[2]))
			},
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = laneDot(o[1].Data, o[2].Data, 4*lanes[T]())
			},
			Long: []Size{{1, 20000, 1}},
		},
		{
			Name: "AxpyStrided", Family: Strided, Shapes: columns(Shape{}, InOut, In),
			Call: func(alpha, _ T, o []kernels.Matrix[T]) {
				kernels.AxpyStrided(alpha, strided(o[1]), strided(o[0]))
			},
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i, x := range o[1].Data {
					o[0].Data[i] = fma(alpha, x, o[0].Data[i])
				}
			},
			Long: []Size{{1, 20000, 1}},
		},
		{
			Name: "ScalStrided", Family: Strided, Shapes: columns(Shape{}, InOut),
			Call: func(alpha, _ T, o []kernels.Matrix[T]) { kernels.ScalStrided(alpha, strided(o[0])) },
			Define: func(alpha, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Data {
					o[0].Data[i] *= alpha
				}
			},
		},
		{
			Name: "CopyStrided", Family: Strided, Shapes: columns(Shape{}, Out, In),
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.CopyStrided(strided(o[0]), strided(o[1])) },
			Define: func(_, _ T, o []kernels.Matrix[T]) { copy(o[0].Data, o[1].Data) },
			Long:   []Size{{1, 40000, 1}},
		},
		{
			Name: "SwapStrided", Family: Strided, Shapes: columns(Shape{}, InOut, InOut),
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.SwapStrided(strided(o[0]), strided(o[1])) },
			Define: func(_, _ T, o []kernels.Matrix[T]) { swap(o[0].Data, o[1].Data) },
			Long:   []Size{{1, 40000, 1}},
		},
	}
}

// ofRows returns the functions that move rows.
func ofRows[T Float]() []Kernel[T] {
	return []Kernel[T]{
		{
			Name: "GatherRows", Family: Strided,
			Shapes: func(s Size) []Shape { return []Shape{{s.M, s.N, Out}, {max(s.K, 1), s.N, In}, {1, s.M, Length}} },
			Call: func(_, _ T, o []kernels.Matrix[T]) {
				kernels.GatherRows(o[0], o[1], indexOf(len(o[2].Data), o[1].Rows))
			},
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i, k := range indexOf(o[0].Rows, o[1].Rows) {
					copy(o[0].Row(i), o[1].Row(k))
				}
			},
		},
		{
			Name: "ScatterAddRows", Family: Strided,
			Shapes: func(s Size) []Shape {
				return []Shape{{max(s.K, 1), s.N, InOut}, {s.M, s.N, In}, {1, s.M, Length}}
			},
			Call: func(_, _ T, o []kernels.Matrix[T]) {
				kernels.ScatterAddRows(o[0], o[1], indexOf(len(o[2].Data), o[0].Rows))
			},
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i, k := range indexOf(o[1].Rows, o[0].Rows) {
					for j, x := range o[1].Row(i) {
						o[0].Row(k)[j] += x
					}
				}
			},
		},
		{
			Name: "CopyTransposed", Family: Strided,
			Shapes: func(s Size) []Shape { return []Shape{{s.N, s.M, Out}, {s.M, s.N, In}} },
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.CopyTransposed(o[0], o[1]) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i := range o[1].Rows {
					for j, x := range o[1].Row(i) {
						o[0].Row(j)[i] = x
					}
				}
			},
			Long: []Size{{70, 50, 1}, {49, 100, 1}},
		},
		{
			Name: "LogSoftmax", Family: Rows,
			Shapes: func(s Size) []Shape { return []Shape{{s.M, s.N, Out}, {s.M, s.N, In}} },
			Call:   func(_, _ T, o []kernels.Matrix[T]) { kernels.LogSoftmax(o[0], o[1]) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				for i := range o[0].Rows {
					logSoftmax(o[0].Row(i), o[1].Row(i))
				}
			},
		},
	}
}

// batches returns the products of many matrices, with one of them.
func batches[T Float]() []Kernel[T] {
	return []Kernel[T]{
		{
			Name: "GemvBatch", Family: MatrixVector,
			Shapes: func(s Size) []Shape { return []Shape{{1, s.N, Scaled}, {s.N, s.K, In}, {1, s.K, In}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.GemvBatch(alpha, o[1:2], [][]T{o[2].Data}, beta, [][]T{o[0].Data})
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.Trans, alpha, o[2], o[1], beta, o[0])
			},
		},
		{
			Name: "GemmBatch", Family: MatrixMatrix,
			Shapes: func(s Size) []Shape { return []Shape{{s.M, s.N, Scaled}, {s.M, s.K, In}, {s.K, s.N, In}} },
			Call: func(alpha, beta T, o []kernels.Matrix[T]) {
				kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, alpha, o[1:2], o[2:3], beta, o[:1])
			},
			Define: func(alpha, beta T, o []kernels.Matrix[T]) {
				gemm(kernels.NoTrans, kernels.NoTrans, alpha, o[1], o[2], beta, o[0])
			},
		},
	}
}

// columns returns the shapes of vectors of N elements that lie apart, behind a result
// unless that is none.
func columns(result Shape, roles ...Role) func(Size) []Shape {
	return func(s Size) []Shape {
		var shapes []Shape
		if result != (Shape{}) {
			shapes = append(shapes, result)
		}
		for _, role := range roles {
			shapes = append(shapes, Shape{s.N, 1, role})
		}
		return shapes
	}
}

// strided returns a matrix with one column as a vector, a bad one if it has several.
func strided[T Float](m kernels.Matrix[T]) kernels.Vector[T] {
	v := kernels.Vector[T]{N: m.Rows, Inc: max(m.Stride, 0), Data: m.Data}
	if m.Cols != 1 {
		v.N = -1
	}
	return v
}

// indexOf returns n indices of rows, the last of them first, and all of them often.
func indexOf(n, rows int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = (rows - 1 + 7*i) % rows
	}
	return index
}

func swap[T any](x, y []T) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// logSoftmax is LogSoftmax of a row by its documentation.
func logSoftmax[T Float](dst, z []T) {
	top := T(math.Inf(-1))
	for _, x := range z {
		top = max(top, x)
	}
	s := laneSum(len(z), 4*lanes[T](), func(acc T, i int) T {
		return acc + builtin(scalar.Exp[float32], scalar.Exp[float64], z[i]-top)
	})
	for i, x := range z {
		dst[i] = (x - top) - builtin(scalar.Log[float32], scalar.Log[float64], s)
	}
}
