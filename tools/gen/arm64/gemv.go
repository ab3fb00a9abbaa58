package arm64

func init() { file("gemv", gemv) }

func gemv(t *target) {
	t.fn("Gemv", "Six rows of A at once with four registers of lanes each, which share the loads of x; then fewer. n > 0.", func() {
		x, a, lda, y := t.ptr("x"), t.ptr("a"), t.bytes("lda"), t.ptr("y")
		t.dotBand([]int{6, 4, 2, 1}, []reg{x}, a, lda, t.int("m"), t.int("n"), []reg{y})
	})
	t.fn("GemvT", "Sixteen vectors of columns at once, then fewer; loads by pairs. m > 0.", func() {
		x, a, lda, y := t.ptr("x"), t.ptr("a"), t.bytes("lda"), t.ptr("y")
		step := t.gp("step")
		t.set("MOVD $"+map[bool]string{false: "4", true: "8"}[t.f64]+", R@0", step)
		t.outerBand([]int{16, 8, 4, 2, 1}, []reg{x}, step, a, lda, t.int("n"), t.int("m"), []reg{y}, false)
	})
	t.fn("GemvTResume", "Eight rows at a time along their whole length. This is the order of memory, for matrices larger than L2.", func() {
		t.sweepRows([]int{8, 4, 2, 1}, "y", "")
	})
	t.fn("GemvTGer", "One sweep over A does both: four rows at a time along their whole length.", func() {
		t.sweepRows([]int{4, 2, 1}, "y", "z")
	})
	t.fn("Ger", "Four rows at a time along their whole length, two FMAs for each vector: x[i]·y[j] + 0, then alpha times it + A.", func() {
		t.sweepRows([]int{4, 2, 1}, "", "y")
	})
}

// sweepRows emits a kernel that adds Aᵀ·x to the argument named by sums, and
// alpha·x times that named by outer to A, either being "" for neither. Rows go in
// bands of rows[0], then of fewer.
func (t *target) sweepRows(rows []int, sums, outer string) {
	m, n, x, a, lda := t.int("m"), t.int("n"), t.ptr("x"), t.ptr("a"), t.bytes("lda")
	var alpha reg
	if outer != "" {
		alpha = t.scalar("alpha")
	}
	for i, count := range rows {
		t.repeat(m, rows, i, 1, func() {
			xs := make([]reg, count)
			for i := range xs {
				xs[i] = t.load(1, x, i*t.size)
			}
			var ptrs, band []reg
			for range count {
				band = append(band, t.move("row", a))
				t.mod("ADD R@1, R@0", a, lda)
			}
			t.advance(count*t.size, x)
			ptrs = append(ptrs, band...)
			var y, z reg
			if sums != "" {
				y = t.ptr(sums)
				ptrs = append(ptrs, y)
			}
			if outer != "" {
				z = t.ptr(outer)
				ptrs = append(ptrs, z)
			}
			t.sweep(t.move("columns", n), ptrs, func(count, width int) {
				var ys, zs []reg
				if sums != "" {
					ys = t.part(count, width, y, 0)
				}
				if outer != "" {
					zs = t.part(count, width, z, 0)
				}
				for i, row := range band {
					as := t.part(count, width, row, 0)
					for v := range ys {
						t.fma0(ys[v], as[v], xs[i])
					}
					for v := range zs {
						p := t.vec()
						t.zero(p)
						t.fma0(p, zs[v], xs[i])
						t.fma0(as[v], p, alpha)
					}
					if outer != "" {
						t.storePart(as, width, row)
					}
				}
				if sums != "" {
					t.storePart(ys, width, y)
				}
			})
		})
	}
}
