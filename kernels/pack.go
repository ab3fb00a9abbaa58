package kernels

import (
	"sync"
	"unsafe"

	"github.com/nabla-go/nabla/internal/isa"
)

// Large products copy blocks of their operands: rows that are far apart in
// memory, above all by a power of two, would push each other out of the caches.
// A copy is a copy: packed operands are in the same order, so that the same
// kernels run over them.

// worthPacking reports whether a product gains from packing B, a p × q matrix,
// each element of which it uses m times.
func worthPacking[T Float](m, p, q int) bool {
	return m >= 2*packRows && p > packMatrix/int(unsafe.Sizeof(T(0)))/q
}

// worthPackingT reports whether an m × n product Aᵀ·B with k terms gains from packing
// where B is small: without, each step along k goes to another row of A's and B's
// memory. The tiles of AVX-512 are so wide that it does not matter.
func worthPackingT(m, n, k int) bool {
	return isa.Active != isa.AVX512 && min(m, n) >= 2*packRows && k >= 64
}

// crowded reports whether the rows of m, samples of a product that uses each element
// so many times, are a multiple of 4096 bytes apart: then elements that are needed
// together share a few places in the nearest cache and push each other out. Very long
// rows do that anyway.
func crowded[T Float](m *Matrix[T], uses int) bool {
	const page = 1 << 12
	size := int(unsafe.Sizeof(T(0)))
	return m.Stride*size%page == 0 && m.Rows > 4 && m.Cols*size <= 16*page && uses >= spreadUses
}

// gemmSpread is gemmForm with copies of samples whose rows lie otherwise: of those in A,
// some at a time, or if A is transposed of all in A, in B or in both.
func gemmSpread[T Float](transA, transB bool, m, n, k int, alpha T, a Matrix[T], spreadA bool, b Matrix[T], spreadB bool, beta T, c Matrix[T]) {
	size := func(m Matrix[T]) int { return m.Rows * (m.Cols + packPad) }
	spread := func(m Matrix[T], mem []T) Matrix[T] {
		stride := m.Cols + packPad
		copyRows(m.Rows, m.Cols, mem, stride, m.Data, m.Stride)
		return Matrix[T]{Rows: m.Rows, Cols: m.Cols, Stride: stride, Data: mem}
	}
	if !transA {
		p, mem := getPack[T](size(a.Slice(0, min(m, spreadRows))))
		defer putPack(p)
		for i := 0; i < m; i += spreadRows {
			some := a.Slice(i, min(i+spreadRows, m))
			gemmForm(transA, transB, some.Rows, n, k, alpha, spread(some, mem), b, beta, c.Slice(i, i+some.Rows))
		}
		return
	}
	p, mem := getPack[T](size(a) + size(b))
	defer putPack(p)
	if spreadA {
		a = spread(a, mem[:size(a)])
	}
	if spreadB {
		b = spread(b, mem[len(mem)-size(b):])
	}
	gemmForm(transA, transB, m, n, k, alpha, a, b, beta, c)
}

// packs holds memory for packing; what is in use is not in it.
var packs sync.Pool

// getPack returns memory for n elements, to be given back by putPack.
func getPack[T Float](n int) (*[]float64, []T) {
	size := n * int(unsafe.Sizeof(T(0))) / 8
	p, _ := packs.Get().(*[]float64)
	if p == nil || len(*p) <= size {
		s := make([]float64, size+1)
		p = &s
	}
	return p, unsafe.Slice((*T)(unsafe.Pointer(&(*p)[0])), n)
}

func putPack(p *[]float64) { packs.Put(p) }

// copyRows copies rows of cols elements from src with stride lds to dst with stride ldd.
func copyRows[T Float](rows, cols int, dst []T, ldd int, src []T, lds int) {
	for r := range rows {
		copy(dst[r*ldd:][:cols], src[r*lds:][:cols])
	}
}

// dotPacked is dotBlocks with blocks of rows of B packed.
func dotPacked[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	ldp := k + packPad
	nb := min(n, max(packBlock/int(unsafe.Sizeof(T(0)))/ldp/24*24, 24))
	p, bp := getPack[T](nb * ldp)
	defer putPack(p)
	for j := 0; j < n; j += nb {
		cols := min(nb, n-j)
		copyRows(cols, k, bp, ldp, b[j*ldb:], ldb)
		for i := 0; i < m; i += packBand {
			gemmDot(min(packBand, m-i), cols, k, alpha, a[i*lda:], lda, bp, ldp, beta, c[i*ldc+j:], ldc)
		}
	}
}

// outerPacked is outerBlocks with blocks of A and B packed. Where chains are cut
// and beta ≠ 0, the sums of a block of columns stand in scratch until the end.
func outerPacked[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int) {
	kb := k
	if k > packDepth {
		kb = packDepth / 2
	}
	nb := min(n, max(packBlock/int(unsafe.Sizeof(T(0)))/kb/96*96, 96))
	lda := kb + packPad
	if csA != 1 {
		lda = packRows
	}
	cut := k > kb && beta != 0
	size := nb*kb + packRows*(kb+packPad)
	if cut {
		size += m * nb
	}
	p, mem := getPack[T](size)
	defer putPack(p)
	bp, ap, sums := mem[:nb*kb], mem[nb*kb:][:packRows*(kb+packPad)], mem[nb*kb+packRows*(kb+packPad):]
	for j := 0; j < n; j += nb {
		cols := min(nb, n-j)
		out, ldo := c[j:], ldc
		if cut {
			out, ldo = sums, cols
		}
		for l := 0; l < k; l += kb {
			depth, f, g := min(kb, k-l), T(1), T(0)
			if l+depth == k && !cut {
				f, g = alpha, beta
			}
			copyRows(depth, cols, bp, cols, b[l*ldb+j:], ldb)
			for i := 0; i < m; i += packRows {
				rows := min(packRows, m-i)
				rs, cs := lda, 1
				if csA == 1 {
					copyRows(rows, depth, ap, lda, a[i*rsA+l:], rsA)
				} else {
					copyRows(depth, rows, ap, lda, a[l*csA+i:], csA)
					rs, cs = 1, lda
				}
				for r := 0; r < rows; r += packBand {
					gemmOuter(min(packBand, rows-r), cols, depth, f, ap[r*rs:], rs, cs, bp, cols, g, out[(i+r)*ldo:], ldo, l > 0)
				}
			}
		}
		if cut {
			addScaled(m, cols, alpha, sums, beta, c[j:], ldc)
		}
	}
}
