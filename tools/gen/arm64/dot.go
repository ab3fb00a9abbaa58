package arm64

import "fmt"

// dotBand emits the products of some rows of A with all n rows of B, k
// elements long, in tiles of cols[0] rows of B, then of fewer. a and c point to
// the band's rows of A and C.
func (t *target) dotBand(cols []int, a []reg, b, ldb, n, k reg, c []reg) {
	row, left := t.move("bRow", b), t.move("rows of B", n)
	cols0 := make([]reg, len(c))
	for i, p := range c {
		cols0[i] = t.move("cRow", p)
	}
	for i, nr := range cols {
		t.repeat(left, cols, i, 1, func() {
			t.section("%d × %d elements of C.", len(a), nr)
			t.dotTile(nr, a, row, ldb, k, cols0)
			t.advance(nr*t.size, cols0...)
		})
	}
}

// dotTile emits the products of the rows a with nr rows from row on, which it
// moves behind them.
func (t *target) dotTile(nr int, a []reg, row, ldb, k reg, c []reg) {
	const parts = 4 // registers of lanes
	mr := len(a)
	acc := make([][][]reg, mr)
	for i := range acc {
		acc[i] = make([][]reg, nr)
		for j := range acc[i] {
			acc[i][j] = t.named("lanes of sums", parts)
			t.zero(acc[i][j]...)
		}
	}
	var ptrs []reg // rows of A, then rows of B
	for _, p := range a {
		ptrs = append(ptrs, t.move("", p))
	}
	for range nr {
		ptrs = append(ptrs, t.move("", row))
		t.mod("ADD R@1, R@0", row, ldb)
	}
	// step adds the products of count vectors at each pointer to parts p, p+1, ….
	step := func(p, count, disp int) {
		av := make([][]reg, mr)
		for i := range av {
			av[i] = t.loads(count, ptrs[i], disp)
		}
		for j := range nr {
			bv := t.loads(count, ptrs[mr+j], disp)
			for i := range mr {
				for q := range count {
					t.fma(acc[i][j][p+q], av[i][q], bv[q])
				}
			}
		}
	}
	left := t.move("left", k)
	t.rounds(left, parts*t.lanes, func() {
		step(0, 2, 0)
		step(2, 2, 32)
		t.advance(16*parts, ptrs...)
	})
	t.comment("Whole vectors, then a part of one: −0 times +0 where there is no element.")
	fold := t.newLabel("fold")
	t.jump("CBZ R@1,", fold, left)
	var last [parts]string
	for p := range parts {
		last[p] = t.newLabel("last")
		if p < parts-1 {
			t.jumpIfLess(left, t.lanes, last[p])
			step(p, 1, 0)
			t.advance(16, ptrs...)
			t.advance(-t.lanes, left)
		}
	}
	for p := parts - 1; p >= 0; p-- {
		t.label(last[p])
		t.jump("CBZ R@1,", fold, left)
		var v []reg
		for i := range ptrs {
			v = append(v, t.constant(map[bool]string{true: "sign", false: "zero"}[i < mr]))
		}
		t.loadRest(left, v, ptrs)
		for i := range mr {
			for j := range nr {
				t.fma(acc[i][j][p], v[i], v[mr+j])
			}
		}
		if p > 0 {
			t.jump("B", fold)
		}
	}
	t.label(fold)
	var out []result
	for i := range mr {
		for j := 0; j < nr; j += t.lanes {
			n := min(t.lanes, nr-j)
			out = append(out, result{[]reg{t.reduce(acc[i][j:][:n])}, n, c[i], j * t.size})
		}
	}
	t.epilogue(out)
}

// result is a part of a row of C: vectors of sums that belong at disp from p. A
// single vector may have less elements than lanes.
type result struct {
	sums []reg
	n    int
	p    reg
	disp int
}

// epilogue stores alpha·sum or, unless beta = 0, fma(alpha, sum, beta·c).
func (t *target) epilogue(out []result) {
	alpha, zero, done := t.scalar("alpha"), t.newLabel("beta0_"), t.newLabel("done")
	bits := t.gp("")
	t.set(map[bool]string{false: "MOVWU ", true: "MOVD "}[t.f64]+t.frame.address("beta")+", R@0", bits)
	t.mod(map[bool]string{false: "LSLW", true: "LSL"}[t.f64]+" $1, R@0, R@0", bits)
	t.jump("CBZ R@1,", zero, bits)
	beta := t.scalar("beta")
	for _, r := range out {
		c := t.loadN(r)
		for i := range c {
			c[i] = t.prod0(c[i], beta)
			t.fma0(c[i], r.sums[i], alpha)
		}
		t.storeN(r, c)
	}
	t.jump("B", done)
	t.label(zero)
	for _, r := range out {
		c := make([]reg, len(r.sums))
		for i, s := range r.sums {
			c[i] = t.prod0(s, alpha)
		}
		t.storeN(r, c)
	}
	t.label(done)
}

// loadN loads what stands in the place of a result.
func (t *target) loadN(r result) []reg {
	switch {
	case r.n >= t.lanes:
		return t.loads(len(r.sums), r.p, r.disp)
	case r.n == 3:
		v, third := t.load(2, r.p, r.disp), t.gp("")
		t.set(fmt.Sprintf("ADD $%d, R@1, R@0", r.disp+8), third, r.p)
		t.mod("VLD1 (R@1), V@0.S[2]", v, third)
		return []reg{v}
	}
	return []reg{t.load(r.n, r.p, r.disp)}
}

// storeN stores v in the place of a result.
func (t *target) storeN(r result, v []reg) {
	switch {
	case r.n >= t.lanes:
		t.stores(v, r.p, r.disp)
	case r.n == 3:
		t.store(v[0], 2, r.p, r.disp)
		third := t.gp("")
		t.set(fmt.Sprintf("ADD $%d, R@1, R@0", r.disp+8), third, r.p)
		t.do("VST1 V@1.S[2], (R@2)", v[0], third)
	default:
		t.store(v[0], r.n, r.p, r.disp)
	}
}
