package arm64

func init() { file("gemm", gemm) }

func gemm(t *target) {
	t.fn("GemmDot", "Tiles of rows of A by rows of B with four registers of lanes for each element of C, up to 24 accumulators, and no packing. k > 0.", func() {
		m, a, lda, c, ldc := t.int("m"), t.ptr("a"), t.bytes("lda"), t.ptr("c"), t.bytes("ldc")
		b, ldb, n, k := t.ptr("b"), t.bytes("ldb"), t.int("n"), t.int("k")
		t.bands(m, []int{2, 1}, []reg{a, c}, []reg{lda, ldc}, func(rows int) {
			cols := map[int][]int{2: {3, 1}, 1: {6, 3, 1}}[rows]
			t.dotBand(cols, t.rows(a, rows, lda), b, ldb, n, k, t.rows(c, rows, ldc))
		})
	})
	t.fn("GemmOuter", "Tiles of rows of A by vectors of B's columns, up to 24 accumulators: an outer product for each step of k, and no packing. k > 0.", func() {
		m, a, rsA, c, ldc := t.int("m"), t.ptr("a"), t.bytes("rsA"), t.ptr("c"), t.bytes("ldc")
		b, ldb, n, k, csA := t.ptr("b"), t.bytes("ldb"), t.int("n"), t.int("k"), t.bytes("csA")
		t.bands(m, []int{6, 4, 2, 1}, []reg{a, c}, []reg{rsA, ldc}, func(rows int) {
			vecs := map[int][]int{6: {4, 2, 1}, 4: {4, 2, 1}, 2: {8, 4, 2, 1}, 1: {16, 8, 4, 2, 1}}[rows]
			t.outerBand(vecs, t.rows(a, rows, rsA), csA, b, ldb, n, k, t.rows(c, rows, ldc), true)
		})
	})
}

// bands cuts m rows into bands of the given heights, tallest first, and moves
// ptrs, whose rows are strides apart, from band to band.
func (t *target) bands(m reg, heights []int, ptrs, strides []reg, band func(rows int)) {
	for i, rows := range heights {
		t.repeat(m, heights, i, 1, func() {
			t.section("Bands of %d rows.", rows)
			band(rows)
			for j, p := range ptrs {
				for range rows {
					t.mod("ADD R@1, R@0", p, strides[j])
				}
			}
		})
	}
}

// repeat emits body for sizes[i]·unit of n as long as there is so much, once if
// the size before leaves no more than one.
func (t *target) repeat(n reg, sizes []int, i, unit int, body func()) {
	if i > 0 && sizes[i-1] <= 2*sizes[i] {
		t.once(n, sizes[i]*unit, body)
	} else {
		t.rounds(n, sizes[i]*unit, body)
	}
}

// rows returns pointers to n rows from p on.
func (t *target) rows(p reg, n int, stride reg) []reg {
	rows := []reg{p}
	for i := 1; i < n; i++ {
		rows = append(rows, t.plus("", rows[i-1], stride))
	}
	return rows
}
