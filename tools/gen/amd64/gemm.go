package amd64

func init() { file("gemm", gemm) }

func gemm(t *target) {
	t.fn("GemmDot", "Tiles of rows of A by rows of B with 64 bytes of lanes for each element of C, and no packing. k > 0.")
	t.dotForm(t.shapes().dot)
	if t.avx512 {
		t.variant("GemmDot", "Tall", "Tiles of four rows of A by six of B, and no packing. k > 0.")
		t.dotForm(append([]dotShape{{4, []int{6, 4, 2, 1}}}, t.shapes().dot...))
	}

	t.fn("GemmOuter", "Tiles of rows of A by vectors of B's columns: an outer product for each step of k, and no packing. k > 0.")
	t.resumes, t.rowStride = true, "rsA"
	t.chain(t.shapes().chain)

	t.fn("GemmOuterPack", "The tallest tiles of GemmOuter; what they load of B is stored, and prefetched eight rows ahead. k > 0.")
	t.copies = true
	t.chain(t.shapes().pack)
	t.copies, t.resumes, t.rowStride = false, false, ""
}

// shapes are the tiles of the products.
type shapes struct {
	gemv  []int // rows of A
	gemvT []int // vectors of columns
	dot   []dotShape
	chain []outerShape
	pack  []outerShape
}

// shapes returns the tiles that fill the target's registers: 32 with AVX-512,
// 16 with AVX2, less one or two for each operand.
func (t *target) shapes() shapes {
	if t.avx512 {
		return shapes{
			gemv:  []int{8, 4, 2, 1},
			gemvT: []int{8, 2, 1},
			dot:   []dotShape{{3, []int{8, 4, 2, 1}}, {2, []int{8, 4, 2, 1}}, {1, []int{8, 4, 2, 1}}},
			chain: []outerShape{{12, []int{2, 1}}, {8, []int{3, 1}}, {4, []int{6, 2, 1}}, {2, []int{8, 2, 1}}, {1, []int{8, 2, 1}}},
			pack:  []outerShape{{12, []int{2, 1}}, {1, []int{2, 1}}},
		}
	}
	return shapes{
		gemv:  []int{6, 2, 1},
		gemvT: []int{8, 2, 1},
		dot:   []dotShape{{2, []int{3, 1}}, {1, []int{6, 2, 1}}},
		chain: []outerShape{{6, []int{2, 1}}, {4, []int{3, 1}}, {2, []int{6, 2, 1}}, {1, []int{8, 2, 1}}},
		pack:  []outerShape{{6, []int{2, 1}}, {1, []int{2, 1}}},
	}
}
