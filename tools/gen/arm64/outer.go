package arm64

import "math/bits"

// outerBand emits the products of some rows of A with the n columns of B, which
// has k rows, in tiles of vecs[0] vectors of columns, then of fewer, at last of
// a part of a vector. a and c point to the band's rows of A and C; elements of a
// row of A are csA bytes apart. With resumes, chains may go on from C.
func (t *target) outerBand(vecs []int, a []reg, csA, b, ldb, n, k reg, c []reg, resumes bool) {
	col, left := t.move("bColumn", b), t.move("columns", n)
	cols := make([]reg, len(c))
	for i, p := range c {
		cols[i] = t.move("cColumn", p)
	}
	tile := func(nv, width int) {
		t.section("%d × %d elements of C.", len(a), nv*width)
		t.outerTile(nv, width, a, csA, col, ldb, k, cols, resumes)
		t.advance(nv*width*t.size, append([]reg{col}, cols...)...)
	}
	for i, nv := range vecs {
		t.repeat(left, vecs, i, t.lanes, func() { tile(nv, t.lanes) })
	}
	for width := t.lanes / 2; width > 0; width /= 2 {
		t.ifBit(bits.Len(uint(width))-1, left, func() { tile(1, width) })
	}
}

// outerTile emits the products of the rows a with nv vectors of width columns.
func (t *target) outerTile(nv, width int, a []reg, csA, col, ldb, k reg, c []reg, resumes bool) {
	acc := make([][]reg, len(a))
	for i := range acc {
		acc[i] = t.named("sums", nv)
	}
	fresh, start := t.newLabel("fresh"), t.newLabel("start")
	if resumes {
		resume := t.gp("")
		t.set("MOVBU "+t.frame.address("resume")+", R@0", resume)
		t.jump("CBZ R@1,", fresh, resume)
		for i := range acc {
			if width < t.lanes {
				t.set(t.moveOp(width)+" (R@1), F@0", acc[i][0], c[i])
			} else {
				t.loadsTo(acc[i], c[i], 0)
			}
		}
		t.jump("B", start)
		t.label(fresh)
	}
	for i := range acc {
		t.zero(acc[i]...)
	}
	t.label(start)

	bl, left, offset := t.move("bRow", col), t.move("left", k), t.gp("offset in A")
	t.set("MOVD $0, R@0", offset)
	element := func(i int) reg { return t.op("FMOVE (R@1)(R@2), F@0", a[i], offset) }
	loop := t.newLabel("loop")
	t.label(loop)
	if len(a) == 1 {
		x := element(0)
		for v := 0; v < nv; v += 2 {
			for i, y := range t.part(min(2, nv), width, bl, 16*v) {
				t.fma0(acc[0][v+i], y, x)
			}
		}
	} else {
		y := t.part(nv, width, bl, 0)
		for i := range a {
			x := element(i)
			for v := range y {
				t.fma0(acc[i][v], y[v], x)
			}
		}
	}
	t.mod("ADD R@1, R@0", bl, ldb)
	t.mod("ADD R@1, R@0", offset, csA)
	t.mod("SUBS $1, R@0", left)
	t.jump("BNE", loop)

	var out []result
	for i := range acc {
		for v := 0; v < nv; v += 4 {
			sums := acc[i][v:min(v+4, nv)]
			out = append(out, result{sums, len(sums) * width, c[i], 16 * v})
		}
	}
	t.epilogue(out)
}
