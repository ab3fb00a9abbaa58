package main

func gemm(t *target) {
	t.fn("GemmDot", "func(m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)",
		"sets C = alpha·A·Bᵀ + beta·C, row · row; %s defines it.",
		"Tiles of rows of A by rows of B with 64 bytes of lanes per element and no packing.")
	t.dotForm(t.shapes().dot)

	t.fn("GemmOuter", "func(m, n, k int, alpha T, a []T, rsA, csA int, b []T, ldb int, beta T, c []T, ldc int, resume bool)",
		"sets C = alpha·A·B + beta·C, row × matrix; %s defines it.",
		"Tiles of rows of A by vectors of B's columns: an outer product per step of k, no packing.")
	t.resumes, t.rowStride = true, "rsA"
	t.chain(t.shapes().chain)
	t.resumes, t.rowStride = false, ""
}

// shapes are the tiles of the products.
type shapes struct {
	gemv  []int // rows of A
	gemvT []int // vectors of columns
	dot   []dotShape
	chain []outerShape
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
		}
	}
	return shapes{
		gemv:  []int{6, 2, 1},
		gemvT: []int{8, 2, 1},
		dot:   []dotShape{{2, []int{3, 1}}, {1, []int{6, 2, 1}}},
		chain: []outerShape{{6, []int{2, 1}}, {4, []int{3, 1}}, {2, []int{6, 2, 1}}, {1, []int{8, 2, 1}}},
	}
}
