package kernels

// GemvBatch sets y[i] = alpha·a[i]·x[i] + beta·y[i] for i = 0, 1, …: it is [Gemv] for one
// matrix after the other, with Gemv's bits. Their shapes may differ.
//
// It panics before it writes anything if the numbers of matrices and vectors differ, and
// if one product is wrong as Gemv says.
func GemvBatch[T Float](alpha T, a []Matrix[T], x [][]T, beta T, y [][]T) {
	if len(a) != len(x) || len(a) != len(y) {
		panic("kernels: GemvBatch: lengths of a, x and y differ")
	}
	for i := range a {
		switch {
		case !valid(&a[i]):
			panic("kernels: GemvBatch: bad matrix" + wantMatrix)
		case len(x[i]) != a[i].Cols:
			panic("kernels: GemvBatch: len(x[i]) != a[i].Cols")
		case len(y[i]) != a[i].Rows:
			panic("kernels: GemvBatch: len(y[i]) != a[i].Rows")
		case overlap(y[i], x[i]) || overlap(y[i], extent(&a[i])):
			panic("kernels: GemvBatch: y[i] overlaps a[i] or x[i]")
		}
	}
	for i := range a {
		Gemv(alpha, a[i], x[i], beta, y[i])
	}
}

// GemmBatch sets c[i] = alpha·op(a[i])·op(b[i]) + beta·c[i] for i = 0, 1, …: it is [Gemm]
// for one product after the other, with Gemm's bits. Their shapes may differ, and an
// operand may stand for several products.
//
// It panics before it writes anything if the numbers of matrices differ, and if one
// product is wrong as Gemm says.
func GemmBatch[T Float](transA, transB Transpose, alpha T, a, b []Matrix[T], beta T, c []Matrix[T]) {
	if len(a) != len(b) || len(a) != len(c) {
		panic("kernels: GemmBatch: lengths of a, b and c differ")
	}
	ta, tb := transA == Trans, transB == Trans
	if !ta && transA != NoTrans || !tb && transB != NoTrans {
		panic("kernels: GemmBatch: want NoTrans or Trans")
	}
	for i := range a {
		a, b, c := &a[i], &b[i], &c[i]
		m, k := a.Rows, a.Cols
		if ta {
			m, k = k, m
		}
		kB, n := b.Rows, b.Cols
		if tb {
			kB, n = n, kB
		}
		switch {
		case !valid(a) || !valid(b) || !valid(c):
			panic("kernels: GemmBatch: bad matrix" + wantMatrix)
		case kB != k || m != c.Rows || n != c.Cols:
			panic("kernels: GemmBatch: shapes of op(a[i]), op(b[i]) and c[i] don't fit")
		case overlapMatrix(c, a) || overlapMatrix(c, b):
			panic("kernels: GemmBatch: c[i] overlaps a[i] or b[i]")
		}
	}
	for i := range a {
		Gemm(transA, transB, alpha, a[i], b[i], beta, c[i])
	}
}
