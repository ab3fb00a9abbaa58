package kernels

// GemmResume sets C = C + op(A)·B, where op(A) is A for NoTrans and Aᵀ for Trans, with the
// chain of every element going on from what C holds: each term is added by one FMA, in
// ascending order. So a product with many terms can be computed in parts, at other times or
// on other machines, and has the bits of one:
//
//	Gemm(transA, NoTrans, 1, a, b, 0, c)
//
// is a c of zeros (+0) and a GemmResume for each part of the terms, one after the other.
// Gemm with beta = 1 is something else: it computes the sum of its own terms first, and adds
// C to that. Products with B transposed aren't chains and can't go on.
//
// It panics on bad matrices, on shapes that don't fit and if C overlaps A or B.
func GemmResume[T Float](transA Transpose, a, b, c Matrix[T]) {
	m, k, rsA, csA := a.Rows, a.Cols, a.Stride, 1
	if transA == Trans {
		m, k, rsA, csA = k, m, csA, rsA
	}
	switch {
	case transA != NoTrans && transA != Trans:
		panic("kernels: GemmResume: want NoTrans or Trans")
	case !valid(&a):
		panic("kernels: GemmResume: bad matrix A" + wantMatrix)
	case !valid(&b):
		panic("kernels: GemmResume: bad matrix B" + wantMatrix)
	case !valid(&c):
		panic("kernels: GemmResume: bad matrix C" + wantMatrix)
	case b.Rows != k:
		panic("kernels: GemmResume: columns of op(A) != rows of B")
	case m != c.Rows:
		panic("kernels: GemmResume: rows of op(A) != c.Rows")
	case b.Cols != c.Cols:
		panic("kernels: GemmResume: b.Cols != c.Cols")
	case overlapMatrix(&c, &a) || overlapMatrix(&c, &b):
		panic("kernels: GemmResume: C overlaps A or B")
	}
	if m == 0 || k == 0 || c.Cols == 0 {
		return
	}
	readMatrix(&a)
	readMatrix(&b)
	writeMatrix(&c)
	outerChains(m, c.Cols, k, 1, a.Data, rsA, csA, b.Data, b.Stride, 0, c.Data, c.Stride, true)
}
