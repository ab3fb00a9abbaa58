package main

func gemv(t *target) {
	t.fn("Gemv", "sets y = alpha·A·x + beta·y, row · row; % defines it.\n"+
		"Six rows of A at once with four registers of lanes each, which share the loads\n"+
		"of x; then fewer. n > 0.", func() {
		x, a, lda, y := t.ptr("x"), t.ptr("a"), t.bytes("lda"), t.ptr("y")
		t.rowRowBand([]int{6, 4, 2, 1}, []reg{x}, a, lda, t.int("m"), t.int("n"), []reg{y})
	})
	t.fn("GemvT", "sets y = alpha·Aᵀ·x + beta·y, row × matrix; % defines it.\n"+
		"Sixteen vectors of columns at once, then fewer; loads by pairs. m > 0.", func() {
		x, a, lda, y := t.ptr("x"), t.ptr("a"), t.bytes("lda"), t.ptr("y")
		step := t.gp("step")
		t.set("MOVD $"+map[bool]string{false: "4", true: "8"}[t.f64]+", R@0", step)
		t.chainBand([]int{16, 8, 4, 2, 1}, []reg{x}, step, a, lda, t.int("n"), t.int("m"), []reg{y}, false)
	})
	t.fn("Ger", "adds alpha·x·yᵀ to A; % defines it. Row by row, four vectors a round, two\n"+
		"FMAs each: x[i]·y[j] + 0, then alpha times it + A. m > 0.", func() {
		m, n, alpha := t.int("m"), t.int("n"), t.scalar("alpha")
		x, y, a, lda := t.ptr("x"), t.ptr("y"), t.ptr("a"), t.bytes("lda")
		row := t.newLabel("row")
		t.label(row)
		xi := t.load(1, x, 0)
		yj, aij := t.move("yj", y), t.move("aij", a)
		t.sweep(t.move("columns", n), []reg{yj, aij}, func(count, width int) {
			ys, as := t.part(count, width, yj, 0), t.part(count, width, aij, 0)
			for i := range ys {
				p := t.vec()
				t.zero(p)
				t.fma0(p, ys[i], xi)
				t.fma0(as[i], p, alpha)
			}
			t.storePart(as, width, aij)
		})
		t.mod("ADD R@1, R@0", a, lda)
		t.advance(t.size, x)
		t.mod("SUBS $1, R@0", m)
		t.jump("BNE", row)
	})
}
