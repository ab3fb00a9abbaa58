package kernels

import "github.com/nabla-go/nabla/internal/race"

// GatherRows sets row i of dst to row index[i] of A. It panics on bad matrices, if the
// columns of dst and A or the rows of dst and len(index) differ, if an index is not a row
// of A and if dst overlaps A.
func GatherRows[T Float](dst, a Matrix[T], index []int) {
	switch {
	case !valid(&dst) || !valid(&a):
		panic("kernels: GatherRows: bad matrix" + wantMatrix)
	case dst.Cols != a.Cols:
		panic("kernels: GatherRows: dst.Cols != a.Cols")
	case dst.Rows != len(index):
		panic("kernels: GatherRows: dst.Rows != len(index)")
	case !within(index, a.Rows):
		panic("kernels: GatherRows: want 0 <= index[i] < a.Rows")
	case overlapMatrix(&dst, &a):
		panic("kernels: GatherRows: dst overlaps A")
	}
	writeMatrix(&dst)
	for i, k := range index {
		from := row(&a, k)
		race.Read(from)
		copyRows(1, a.Cols, row(&dst, i), 0, from, 0)
	}
}

// ScatterAddRows adds row i of A to row index[i] of dst, in ascending order of i, each sum
// rounded: what is added to one row is added in the order in which its index occurs. It
// panics on bad matrices, if the columns of dst and A or the rows of A and len(index)
// differ, if an index is not a row of dst and if dst overlaps A.
func ScatterAddRows[T Float](dst, a Matrix[T], index []int) {
	switch {
	case !valid(&dst) || !valid(&a):
		panic("kernels: ScatterAddRows: bad matrix" + wantMatrix)
	case dst.Cols != a.Cols:
		panic("kernels: ScatterAddRows: dst.Cols != a.Cols")
	case a.Rows != len(index):
		panic("kernels: ScatterAddRows: a.Rows != len(index)")
	case !within(index, dst.Rows):
		panic("kernels: ScatterAddRows: want 0 <= index[i] < dst.Rows")
	case overlapMatrix(&dst, &a):
		panic("kernels: ScatterAddRows: dst overlaps A")
	}
	readMatrix(&a)
	for i, k := range index {
		to := row(&dst, k)
		race.Write(to)
		add(to, to, row(&a, i))
	}
}

// within reports whether all of index are rows of a matrix that has so many.
func within(index []int, rows int) bool {
	for _, k := range index {
		if uint(k) >= uint(rows) {
			return false
		}
	}
	return true
}

// CopyTransposed sets dst = Aᵀ: dst is n × m for an m × n matrix A. It panics on bad
// matrices, if the shapes don't fit and if dst overlaps A.
func CopyTransposed[T Float](dst, a Matrix[T]) {
	switch {
	case !valid(&dst) || !valid(&a):
		panic("kernels: CopyTransposed: bad matrix" + wantMatrix)
	case dst.Rows != a.Cols:
		panic("kernels: CopyTransposed: dst.Rows != a.Cols")
	case dst.Cols != a.Rows:
		panic("kernels: CopyTransposed: dst.Cols != a.Rows")
	case overlapMatrix(&dst, &a):
		panic("kernels: CopyTransposed: dst overlaps A")
	}
	readMatrix(&a)
	writeMatrix(&dst)
	for i := 0; i < a.Rows; i += transposeRows {
		rows := min(transposeRows, a.Rows-i)
		for j := 0; j < a.Cols; j += transposeCols {
			copyTransposed(rows, min(transposeCols, a.Cols-j), dst.Data[j*dst.Stride+i:], dst.Stride, a.Data[i*a.Stride+j:], a.Stride)
		}
	}
}

// CopyTransposed goes through blocks of A of this size: whole lines of the cache on both
// sides, and few enough of them for L1.
const (
	transposeRows = 16
	transposeCols = 16
)

// copyTransposed is CopyTransposed for an m × n block of A.
//
//go:noinline
func copyTransposed[T Float](m, n int, dst []T, ldd int, a []T, lda int) {
	for j := range n {
		k := j
		for i := range dst[j*ldd:][:m] {
			dst[j*ldd+i] = a[k]
			k += lda
		}
	}
}
