package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outerShape lists the tiles for one number of rows of A: how many vectors of
// columns each takes, most first. The last is 1 and may be a part of a vector.
type outerShape struct {
	rows int
	vecs []int
}

// chain emits a whole product C = alpha·A·B + beta·C in outer-product form for the arguments m, n, k, alpha, a, rsA, csA, b, ldb, beta, c, ldc and resume.
func (t *target) chain(shapes []outerShape) {
	m, aRow, cPtr := t.param("m"), t.ptr("a"), t.ptr("c")
	if t.copies {
		t.keep("b", "a")
		t.keep("panel", "panel")
		t.SHLQ(operand.Imm(uint64(t.shift())), t.param("ldp"))
	}
	for i, s := range shapes {
		band, next := t.label("band"), t.label("next")
		t.Label(band)
		t.CMPQ(m, imm(s.rows))
		t.JL(operand.LabelRef(next))
		t.outerBand(s.rows, s.vecs, aRow, cPtr)
		t.advance(aRow, s.rows, "rsA")
		t.advance(cPtr, s.rows, "ldc")
		t.SUBQ(t.bytes("n"), cPtr)
		t.SUBQ(imm(s.rows), m)
		if i == 0 || shapes[i-1].rows > 2*s.rows {
			t.JMP(operand.LabelRef(band))
		}
		t.Label(next)
	}
	t.ret()
}

// keep stores the base of slice where the capacity of another is, which nobody reads.
func (t *target) keep(slice, other string) { t.MOVQ(t.ptr(slice), t.addr(t.arg(other).Cap())) }

// kept stores what keep has kept in the base of slice, which it returns.
func (t *target) kept(slice, other string) operand.Mem {
	first, base := t.GP64(), t.addr(t.arg(slice).Base())
	t.MOVQ(t.addr(t.arg(other).Cap()), first)
	t.MOVQ(first, base)
	return base
}

// outerBand emits the tiles of one band of rows; cPtr ends up n elements on. If t.copies,
// what points to a tile's columns of B and of the copy stands in memory: registers are few.
func (t *target) outerBand(rows int, vecs []int, aRow, cPtr gp) {
	var columns []operand.Op // what goes from tile to tile
	if t.copies {
		columns = []operand.Op{t.kept("b", "a"), cPtr, t.kept("panel", "panel")}
	} else {
		columns = []operand.Op{t.ptr("b"), cPtr}
	}
	bPtr, n := columns[0], t.scratch("n", "b")
	for i, nv := range vecs {
		tile, next := t.label("tile"), t.label("next")
		cols := nv * t.lanes
		if nv > 1 {
			t.Label(tile)
			t.CMPQ(n, imm(cols))
			t.JL(operand.LabelRef(next))
			t.commentTile(rows, count(nv, "vector"))
			t.outerTile(rows, nv, nil, aRow, bPtr, cPtr)
			for _, p := range columns {
				t.ADDQ(imm(cols*t.size), p)
			}
			t.SUBQ(imm(cols), n)
			if i == 0 || vecs[i-1] > 2*nv {
				t.JMP(operand.LabelRef(tile))
			}
			t.Label(next)
			continue
		}
		t.Label(tile)
		left := t.chainLeft(n, cols)
		t.JZ(operand.LabelRef(next))
		t.commentTile(rows, "one vector or a part of one")
		m := t.mask(left)
		m.count = func() gp { return t.chainLeft(n, cols) } // left is not kept
		t.outerTile(rows, 1, &m, aRow, bPtr, cPtr)
		left = t.chainLeft(n, cols)
		t.SUBQ(left, n)
		t.SHLQ(operand.Imm(uint64(t.shift())), left)
		for _, p := range columns {
			t.ADDQ(left, p)
		}
		t.JMP(operand.LabelRef(tile))
		t.Label(next)
	}
}

// commentTile says which rows and columns a tile has.
func (t *target) commentTile(rows int, cols string) {
	if t.rowStride == "" {
		t.Commentf("%s of the columns of A.", cols)
	} else {
		t.Commentf("%s of A, %s of the columns of B.", count(rows, "row"), cols)
	}
}

// chainLeft returns min(n, cols) and sets the zero flag by it.
func (t *target) chainLeft(n operand.Mem, cols int) gp {
	left, whole := t.GP64(), t.label("left")
	t.MOVQ(n, left)
	t.CMPQ(left, imm(cols))
	t.JLE(operand.LabelRef(whole))
	t.MOVQ(imm(cols), left)
	t.Label(whole)
	t.TESTQ(left, left)
	return left
}

// outerTile emits mr rows by nv vectors of C; m masks the only vector.
func (t *target) outerTile(mr, nv int, m *mask, aRow gp, bPtr operand.Op, cPtr gp) {
	acc := make([][]reg.VecVirtual, mr)
	for i := range acc {
		acc[i] = t.vecs(nv)
		t.callVec("sums", acc[i]...)
	}
	t.beginSums(acc, m, cPtr)

	a, aMem := t.strided(aRow, mr, t.rowStride)
	var step gp // bytes from A's element (i, l) to (i, l+1)
	if t.rowStride != "" {
		step = t.bytes("csA")
	}
	b, ldb, k := t.GP64(), t.bytes("ldb"), t.int("k")
	t.MOVQ(bPtr, b)
	var panel gp
	if t.copies {
		panel = t.ptr("panel")
	}
	loop := t.label("k")
	t.Label(loop)
	if t.copies { // rows are far apart in memory, so no hardware prefetcher foresees them
		for disp := 0; disp < nv*t.lanes*t.size; disp += 64 {
			t.PREFETCHT0(operand.Mem{Base: b, Disp: disp, Index: ldb, Scale: 8})
		}
	}
	t.outerProduct(acc, m, aMem, b, panel)
	t.ADDQ(ldb, b)
	if t.copies {
		t.ADDQ(t.param("ldp"), panel)
	}
	for _, p := range a {
		if step == nil {
			t.ADDQ(imm(t.size), p)
		} else {
			t.ADDQ(step, p)
		}
	}
	t.DECQ(k)
	t.JNZ(operand.LabelRef(loop))
	t.outerEpilogue(acc, m, cPtr)
}

// beginSums sets the sums of a tile to +0 or, if chains go on, to what C holds.
func (t *target) beginSums(acc [][]reg.VecVirtual, m *mask, cPtr gp) {
	fresh, start, fetch := t.label("fresh"), t.label("start"), ""
	if t.resumes {
		t.CMPB(t.param("resume"), operand.Imm(0))
		t.JE(operand.LabelRef(fresh))
		for i := range acc {
			row := t.cRow(cPtr, i)
			for v := range acc[i] {
				t.loadMaybe(row.Offset(v*t.lanes*t.size), m, acc[i][v])
			}
		}
		t.JMP(operand.LabelRef(start))
	}
	if t.resumes && m == nil {
		fetch = t.label("fetch")
		t.Label(fetch)
		for i := range acc {
			row := t.cRow(cPtr, i)
			for disp := 0; disp < len(acc[i])*t.lanes*t.size; disp += 64 {
				t.PREFETCHT0(row.Offset(disp))
			}
		}
		t.JMP(operand.LabelRef(start))
	}
	if t.resumes {
		t.Label(fresh)
	}
	for i := range acc {
		t.zero(acc[i]...)
	}
	if fetch != "" { // C is needed at the end, and comes meanwhile if there are many terms
		t.CMPQ(t.param("k"), imm(64))
		t.JGE(operand.LabelRef(fetch))
	}
	t.Label(start)
}

// outerProduct adds the product of a column of A and a row of B at b to the sums. If
// t.copies, it copies the row to panel.
func (t *target) outerProduct(acc [][]reg.VecVirtual, m *mask, aMem func(row, disp int) operand.Mem, b, panel gp) {
	mr, nv, bytes := len(acc), len(acc[0]), t.lanes*t.size
	load := func(v int, bv reg.VecVirtual) {
		t.loadMaybe(mem(b, v*bytes), m, bv)
		if t.copies {
			t.storeMaybe(bv, m, mem(panel, v*bytes))
		}
	}
	if mr <= nv {
		av := t.vecs(mr)
		for i := range av {
			t.broadcast(aMem(i, 0), av[i])
		}
		for v := range nv {
			if mr == 1 && m == nil && !t.copies {
				t.fma(mem(b, v*bytes), av[0], acc[0][v])
				continue
			}
			bv := t.vec()
			load(v, bv)
			for i := range mr {
				t.fma(bv, av[i], acc[i][v])
			}
		}
	} else {
		bv := t.vecs(nv)
		for v := range bv {
			load(v, bv[v])
		}
		for i := range mr {
			av := t.vec()
			t.broadcast(aMem(i, 0), av)
			for v := range bv {
				t.fma(bv[v], av, acc[i][v])
			}
		}
	}
}

// outerEpilogue stores alpha·sum if beta = 0, else fma(alpha, sum, beta·c). It doesn't
// multiply by beta = 1, as in an update.
func (t *target) outerEpilogue(acc [][]reg.VecVirtual, m *mask, cPtr gp) {
	nv, bytes := len(acc[0]), t.lanes*t.size
	alpha := t.vec()
	t.broadcast(t.param("alpha"), alpha)
	zero, one, done := t.label("beta0_"), t.label("beta1_"), t.label("done")
	t.jumpIfZero("beta", zero)
	t.jumpIfOne("beta", one)
	beta := t.vec()
	t.broadcast(t.param("beta"), beta)
	t.addToC(acc, m, alpha, beta, cPtr)
	t.JMP(operand.LabelRef(done))
	t.Label(one)
	t.addToC(acc, m, alpha, nil, cPtr)
	t.JMP(operand.LabelRef(done))
	t.Label(zero)
	for i := range acc {
		row := t.cRow(cPtr, i)
		for v := range nv {
			t.mul(acc[i][v], alpha, acc[i][v])
			t.storeMaybe(acc[i][v], m, row.Offset(v*bytes))
		}
	}
	t.Label(done)
}

// addToC sets C to fma(alpha, sum, beta·c), or fma(alpha, sum, c) if beta is nil.
func (t *target) addToC(acc [][]reg.VecVirtual, m *mask, alpha, beta reg.VecVirtual, cPtr gp) {
	mr, nv, bytes := len(acc), len(acc[0]), t.lanes*t.size
	// The masked vector at the end of a row reaches into the next row, and a load that
	// meets such a store waits for it: there all loads go first.
	group := 1
	if m != nil {
		group = mr
	}
	for i := 0; i < mr; i += group {
		c := make([][]reg.VecVirtual, group)
		for r := range c {
			row := t.cRow(cPtr, i+r)
			c[r] = t.vecs(nv)
			for v := range nv {
				t.loadMaybe(row.Offset(v*bytes), m, c[r][v])
				if beta != nil {
					t.mul(c[r][v], beta, c[r][v])
				}
				t.fma(acc[i+r][v], alpha, c[r][v])
			}
		}
		for r := range c {
			row := t.cRow(cPtr, i+r)
			for v := range nv {
				t.storeMaybe(c[r][v], m, row.Offset(v*bytes))
			}
		}
	}
}
