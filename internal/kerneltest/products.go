package kerneltest

import "github.com/nabla-go/nabla/kernels"

// resumed is the row of a product whose chains go on.
func resumed[T Float](name string, transA kernels.Transpose, long ...Size) Kernel[T] {
	k := matrixProduct[T](name, []string{"GemmOuter"}, transA, kernels.NoTrans, long...)
	shapes := k.Shapes
	k.Shapes = func(s Size) []Shape {
		all := shapes(s)
		all[0].Role = InOut
		return all
	}
	k.Call = func(_, _ T, o []kernels.Matrix[T]) { kernels.GemmResume(transA, o[1], o[2], o[0]) }
	k.Define = func(_, _ T, o []kernels.Matrix[T]) {
		a, b, c := o[1], o[2], o[0]
		for i := range c.Rows {
			for j := range c.Cols {
				for l := range b.Rows {
					x := i*a.Stride + l
					if transA == kernels.Trans {
						x = l*a.Stride + i
					}
					c.Data[i*c.Stride+j] = fma(a.Data[x], b.Data[l*b.Stride+j], c.Data[i*c.Stride+j])
				}
			}
		}
	}
	return k
}

func matrixProduct[T Float](name string, covers []string, transA, transB kernels.Transpose, long ...Size) Kernel[T] {
	return Kernel[T]{
		Name: name, Covers: covers, Family: MatrixMatrix, Long: long,
		Shapes: func(s Size) []Shape {
			a, b := Shape{s.M, s.K, In}, Shape{s.K, s.N, In}
			if transA == kernels.Trans {
				a = Shape{s.K, s.M, In}
			}
			if transB == kernels.Trans {
				b = Shape{s.N, s.K, In}
			}
			return []Shape{{s.M, s.N, Scaled}, a, b}
		},
		Call: func(alpha, beta T, o []kernels.Matrix[T]) {
			kernels.Gemm(transA, transB, alpha, o[1], o[2], beta, o[0])
		},
		Define: func(alpha, beta T, o []kernels.Matrix[T]) {
			gemm(transA, transB, alpha, o[1], o[2], beta, o[0])
		},
	}
}
