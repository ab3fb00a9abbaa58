package kernels

import (
	"sync"
	"unsafe"

	"github.com/nabla-go/nabla/internal/cores"
)

// Large products pack: they copy blocks of their operands, whose rows are far apart in
// memory and, above all a power of two apart, evict each other from the caches. Packed
// operands are in the same order, so the same kernels run over them.

// worthPacking reports whether a product gains from packing B, a p × q matrix in
// memory, each element of which it uses m times.
func worthPacking[T Float](m, p, q int) bool {
	return m >= cores.Active.PackUses && p*q > cores.Active.PackBytes/sizeOf[T]()
}

// worthPackingAliased reports whether an m × n product A·B with k terms gains from packing
// because the rows of B are a multiple of 4 KiB apart.
func worthPackingAliased[T Float](m, n, k, ldb int) bool {
	t := &cores.Active
	return m >= t.PackAliasUses && k > t.AliasRows && ldb*sizeOf[T]()%page == 0 && k*n > t.PackBytes/sizeOf[T]()
}

// page is the distance in bytes at which rows alias.
const page = 1 << 12

// worthPackingT reports whether an m × n product Aᵀ·B with k terms gains from packing
// where B is small.
func worthPackingT(m, n, k int) bool {
	return k >= cores.Active.PackTTerms && min(m, n) >= cores.Active.PackTUses
}

// aliases reports whether the rows of m are a multiple of 4 KiB apart, so that they evict
// each other from L1, and whether elements are used often enough for a copy to pay.
func aliases[T Float](m *Matrix[T], uses int) bool {
	t := &cores.Active
	return m.Stride*sizeOf[T]()%page == 0 && m.Rows > t.AliasRows && m.Cols*sizeOf[T]() <= t.AliasRowBytes && uses >= t.AliasUses
}

// gemmPadded is gemmForm with copies of operands that alias, to rows with padding: of A,
// some rows at a time; of A and B if A is transposed, where k is small, all at once.
func gemmPadded[T Float](transA, transB bool, m, n, k int, alpha T, a Matrix[T], padA bool, b Matrix[T], padB bool, beta T, c Matrix[T]) {
	pad, some := cores.Active.Pad, cores.Active.AliasCopy
	size := func(m *Matrix[T]) int { return m.Rows * (m.Cols + pad) }
	padded := func(m *Matrix[T], mem []T) Matrix[T] {
		stride := m.Cols + pad
		copyRows(m.Rows, m.Cols, mem, stride, m.Data, m.Stride)
		return Matrix[T]{Rows: m.Rows, Cols: m.Cols, Stride: stride, Data: mem}
	}
	if !transA {
		first := a.Slice(0, min(m, some))
		p, mem := getPack[T](size(&first))
		defer putPack(p)
		for i := 0; i < m; i += some {
			part := a.Slice(i, min(i+some, m))
			gemmForm(transA, transB, part.Rows, n, k, alpha, padded(&part, mem), b, beta, c.Slice(i, i+part.Rows))
		}
		return
	}
	p, mem := getPack[T](size(&a) + size(&b))
	defer putPack(p)
	memA, memB := mem[:size(&a)], mem[size(&a):]
	if padA {
		a = padded(&a, memA)
	}
	if padB {
		b = padded(&b, memB)
	}
	gemmForm(transA, transB, m, n, k, alpha, a, b, beta, c)
}

// packs holds memory for packing that is not in use.
var packs sync.Pool

// getPack returns memory for n elements, to be given back by putPack.
func getPack[T Float](n int) (*[]float64, []T) {
	size := n / (8 / sizeOf[T]())
	p, _ := packs.Get().(*[]float64)
	if p == nil || len(*p) <= size {
		s := make([]float64, size+1)
		p = &s
	}
	return p, unsafe.Slice((*T)(unsafe.Pointer(&(*p)[0])), n)
}

func putPack(p *[]float64) { packs.Put(p) }

// copyRows copies rows of cols elements from src with stride lds to dst with stride ldd.
//
//go:noinline
func copyRows[T Float](rows, cols int, dst []T, ldd int, src []T, lds int) {
	if cols == 12 { // a band of the micro-kernels: twelve elements need no call
		for r := range rows {
			*(*[12]T)(dst[r*ldd:]) = [12]T(src[r*lds:])
		}
		return
	}
	for ; cols > copyBlock; cols, dst, src = cols-copyBlock, dst[copyBlock:], src[copyBlock:] {
		copyRows(rows, copyBlock, dst, ldd, src, lds)
	}
	some := share(rows, cols, copyBlock)
	for ; rows > some; rows, dst, src = rows-some, dst[some*ldd:], src[some*lds:] {
		copyRows(some, cols, dst, ldd, src, lds)
	}
	for r := range rows {
		copy(dst[r*ldd:][:cols], src[r*lds:][:cols])
	}
}

// dotPacked is dotBlocks with panels of rows of B packed.
func dotPacked[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	t := &cores.Active
	ldp, band := k+t.Pad, t.Band
	nb := min(n, multiple(t.DotPanelBytes/sizeOf[T]()/ldp, t.DotPanelRows))
	p, panel := getPack[T](nb * ldp)
	defer putPack(p)
	for j := 0; j < n; j += nb {
		cols := min(nb, n-j)
		copyRows(cols, k, panel, ldp, b[j*ldb:], ldb)
		for i := 0; i < m; i += band {
			gemmDot(min(band, m-i), cols, k, alpha, a[i*lda:], lda, panel, ldp, beta, c[i*ldc+j:], ldc)
		}
	}
}

// outerPacked is outerChains with panels of B packed and, where that pays, blocks of A. A
// panel lies in strips of as many columns as a tile has, one after the other; the first
// rows of A fill it while they are multiplied with it. Where chains are cut and beta ≠ 0,
// the sums of a panel's columns stand in scratch until the end.
func outerPacked[T Float](m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool) {
	t := &cores.Active
	kb := k
	if k > t.DepthWhole {
		kb = t.DepthCut
	}
	strip := t.StripBytes / sizeOf[T]()
	nb := multiple(min(n+strip-1, t.OuterPanelBytes/sizeOf[T]()/kb), strip)
	cut := k > kb && beta != 0
	panelSize, blockSize := nb*kb, 0
	if csA != 1 {
		blockSize = t.PackRows * kb
	}
	size := panelSize + blockSize
	if cut {
		size += m * nb
	}
	p, mem := getPack[T](size)
	defer putPack(p)
	panel, block, sums := mem[:panelSize], mem[panelSize:][:blockSize], mem[panelSize+blockSize:]
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
			for i := 0; i < m; i += t.PackRows {
				rows := min(t.PackRows, m-i)
				part, rs, cs := packA(rows, depth, block, a[i*rsA+l*csA:], rsA, csA)
				for s := 0; s < cols; s += strip {
					outerStrip(i == 0, rows, min(strip, cols-s), depth, f, part, rs, cs, b[l*ldb+j+s:], ldb, panel[s*depth:], strip, g, out[i*ldo+s:], ldo, resume || l > 0)
				}
			}
		}
		if cut {
			addScaled(m, cols, alpha, sums, beta, c[j:], ldc)
		}
	}
}

// outerStrip is gemmOuter for a strip of B that is packed, or is to be packed by the way.
func outerStrip[T Float](pack bool, m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, strip []T, ldp int, beta T, c []T, ldc int, resume bool) {
	i := 0
	if pack {
		if first := cores.Active.FirstRows; first <= m {
			gemmOuterPack(first, n, k, alpha, a, rsA, csA, b, ldb, strip, ldp, beta, c, ldc, resume)
			i = first
		} else {
			copyRows(k, n, strip, ldp, b, ldb)
		}
	}
	for some := multiple(gemmWork/(n*k), cores.Active.Band); i < m; i += some {
		gemmOuter(min(some, m-i), n, k, alpha, a[i*rsA:], rsA, csA, strip, ldp, beta, c[i*ldc:], ldc, resume)
	}
}

// packA copies rows of A, of so many terms, to block where that pays, else returns A
// itself; in both cases with the distances of its rows and terms. It pays for Aᵀ only: the
// terms of a row of A lie side by side anyway.
func packA[T Float](rows, terms int, block, a []T, rsA, csA int) (part []T, rs, cs int) {
	t := &cores.Active
	if csA == 1 || terms < t.CopyTTerms {
		return a, rsA, csA
	}
	copyRows(terms, rows, block, t.PackRows, a, csA)
	return block, 1, t.PackRows
}
