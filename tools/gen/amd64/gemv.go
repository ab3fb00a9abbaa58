package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("gemv", gemv) }

func gemv(t *target) {
	t.fn("Gemv", "Several rows of A at once, an FMA with memory for each vector; their tree reductions share shuffles. n > 0.")
	// As a product of matrices this is C = x·Aᵀ with one row.
	t.rename(map[string]string{"m": "", "n": "m", "k": "n", "a": "x", "lda": "", "b": "a", "ldb": "lda", "c": "y", "ldc": ""})
	t.dotBand(1, t.shapes().gemv, t.ptr("a"), t.ptr("c"))
	t.ret()

	t.fn("GemvT", "Several vectors of columns at once, an FMA with memory for each vector. m > 0.")
	// As a product of matrices this is C = x·A with one row.
	t.rename(map[string]string{"m": "", "k": "m", "a": "x", "lda": "", "b": "a", "ldb": "lda", "c": "y", "ldc": ""})
	t.outerBand(1, t.shapes().gemvT, t.ptr("a"), t.ptr("c"))
	t.ret()

	t.fn("GemvTResume", "Eight rows at a time along their whole length, with y in L1. This is the order of memory, for matrices larger than L2.")
	t.sweepRows([]int{8, 4, 2, 1}, false)

	sweep := "One sweep over A does both: four rows at a time along their whole length, with y and z in L1."
	n := t.narrow()
	n.fn("GemvTGer", sweep)
	n.sweepRows([]int{4, 2, 1}, true)
	n.fn("Ger", gerMethod)
	n.ger()
	if t.avx512 {
		t.variant("GemvTGer", "Full", sweep)
		t.sweepRows([]int{4, 2, 1}, true)
		t.variant("Ger", "Full", gerMethod)
		t.ger()
	}
}

const gerMethod = "x[i]·y[j] + 0, then alpha times it + A. Long rows go one by one with aligned stores, short ones in blocks of a few vectors by four rows."

// ger emits the body of Ger.
func (t *target) ger() {
	alpha, zero := t.vec(), t.vec()
	t.callVec("alpha", alpha)
	t.callVec("zero", zero)
	t.broadcast(t.param("alpha"), alpha)
	t.zero(zero)
	// update sets c to alpha·xi·y + c; y is used up.
	update := func(xi, y, c reg.VecVirtual) {
		t.fma213(xi, zero, y)
		t.fma(y, alpha, c)
	}
	bytes, short, end := t.lanes*t.size, t.label("short"), t.label("end")
	t.CMPQ(t.param("m"), imm(0))
	t.JE(operand.LabelRef(end))
	t.CMPQ(t.param("n"), imm(16*t.lanes))
	t.JL(operand.LabelRef(short))

	t.gerRows(alpha, zero, update)
	t.JMP(operand.LabelRef(end))

	t.Label(short)
	n, y := t.int("n"), t.ptr("y")
	widths := []int{2, 1}
	if t.avx512 {
		widths = []int{4, 2, 1}
	}
	for _, nv := range widths {
		loop, next := t.label("columns"), t.label("next")
		t.Label(loop)
		t.CMPQ(n, imm(nv*t.lanes))
		t.JL(operand.LabelRef(next))
		yv := t.vecs(nv)
		for v := range yv {
			t.load(mem(y, v*bytes), yv[v])
		}
		t.gerColumn(yv, nil, update)
		t.columns(nv*bytes, y, n)
		t.JMP(operand.LabelRef(loop))
		t.Label(next)
	}
	t.TESTQ(n, n)
	t.JZ(operand.LabelRef(end))
	k, yv := t.mask(n), t.vec()
	t.loadMasked(mem(y, 0), k, yv)
	t.gerColumn([]reg.VecVirtual{yv}, &k, update)
	t.Label(end)
	t.ret()
}

// gerColumn emits Ger for all rows of the columns whose elements of y are in registers;
// update is that of one vector. The masked vector at the end of a row reaches into the
// next row. Loads of four rows go before their stores, because a load that meets such a
// store waits for it.
func (t *target) gerColumn(y []reg.VecVirtual, k *mask, update func(xi, y, c reg.VecVirtual)) {
	bytes := t.lanes * t.size
	m, x, row := t.int("m"), t.ptr("x"), t.ptr("a")
	for _, rows := range []int{4, 1} {
		loop, next := t.label("rows"), t.label("next")
		t.Label(loop)
		t.CMPQ(m, imm(rows))
		t.JL(operand.LabelRef(next))
		_, at := t.strided(row, rows, "lda")
		c := make([][]reg.VecVirtual, rows)
		for r := range c {
			c[r] = t.vecs(len(y))
			for v := range y {
				t.loadMaybe(at(r, v*bytes), k, c[r][v])
			}
		}
		for r := range c {
			xi := t.vec()
			t.broadcast(mem(x, r*t.size), xi)
			for v := range y {
				p := t.vec()
				t.op(t.VMOVAPS, t.VMOVAPD, y[v], p)
				update(xi, p, c[r][v])
			}
		}
		for r := range c {
			for v := range y {
				t.storeMaybe(c[r][v], k, at(r, v*bytes))
			}
		}
		t.advance(row, rows, "lda")
		t.ADDQ(imm(rows*t.size), x)
		t.SUBQ(imm(rows), m)
		t.JMP(operand.LabelRef(loop))
		t.Label(next)
	}
}

// gerRows emits Ger row by row; update is that of one vector. Vectors of 64 bytes are for
// cores with two units for FMAs of that width.
func (t *target) gerRows(alpha, zero reg.VecVirtual, update func(xi, y, c reg.VecVirtual)) {
	full := t.avx512 && !t.ymm
	t.pieces = !full // the next row may begin within the last vector
	m, x, row := t.int("m"), t.ptr("x"), t.ptr("a")
	loop := t.label("row")
	t.Label(loop)
	xi := t.vec()
	t.broadcast(mem(x, 0), xi)
	y, a, n := t.ptr("y"), t.GP64(), t.int("n")
	t.MOVQ(row, a)
	vector := func(disp int, k *mask) {
		yv, c := t.vec(), t.vec()
		t.loadMaybe(mem(y, disp), k, yv)
		t.loadMaybe(mem(a, disp), k, c)
		update(xi, yv, c)
		t.storeMaybe(c, k, mem(a, disp))
	}
	t.alignStores(a, n, []gp{y, a}, vector)
	if !full {
		t.gerFast(n, x, y, a, xi, alpha, zero)
	}
	t.sweep(n, []gp{y, a}, vector)
	t.ADDQ(imm(t.size), x)
	t.ADDQ(t.bytes("lda"), row)
	t.DECQ(m)
	t.JNZ(operand.LabelRef(loop))
	t.pieces = false
}

// alignStores emits body for the elements before the first whole vector's boundary
// at or after p, if there are any, and moves on past them. There must be at least
// a vector.
func (t *target) alignStores(p, n gp, ptrs []gp, body func(disp int, m *mask)) {
	aligned, head := t.label("aligned"), t.GP64()
	t.MOVQ(p, head)
	t.NEGQ(head)
	t.ANDQ(imm(t.lanes*t.size-1), head)
	t.JZ(operand.LabelRef(aligned))
	t.SHRQ(operand.Imm(uint64(t.shift())), head)
	k := t.mask(head)
	body(0, &k)
	t.SUBQ(head, n)
	t.SHLQ(operand.Imm(uint64(t.shift())), head)
	for _, q := range ptrs {
		t.ADDQ(head, q)
	}
	t.Label(aligned)
}

// gerFast adds alpha·(xi·y + 0) to the row at a for four vectors at a time in the
// way that takes least of the units for FMAs: xi·y + 0, where xi is the element at
// x, is the product of |xi| and, by its sign, y + 0 or 0 − y, bit for bit, because
// these have no zero but +0, or of |xi| and |y| if it is zero.
func (t *target) gerFast(n, x, y, a gp, xi, alpha, zero reg.VecVirtual) {
	bytes, negative, null, rest := t.lanes*t.size, t.label("negative"), t.label("null"), t.label("rest")
	loop := func(factor func(y operand.Mem, d reg.VecVirtual)) {
		vectors := t.label("vectors")
		t.Label(vectors)
		t.CMPQ(n, imm(4*t.lanes))
		t.JL(operand.LabelRef(rest))
		for i := range 4 {
			p := t.vec()
			factor(mem(y, i*bytes), p)
			t.mul(p, xi, p)
			t.fma213(alpha, mem(a, i*bytes), p)
			t.store(p, mem(a, i*bytes))
		}
		t.ADDQ(imm(4*bytes), y)
		t.ADDQ(imm(4*bytes), a)
		t.SUBQ(imm(4*t.lanes), n)
		t.JMP(operand.LabelRef(vectors))
	}
	t.double(mem(x, 0))
	t.JZ(operand.LabelRef(null))
	t.JCS(operand.LabelRef(negative))
	loop(func(y operand.Mem, d reg.VecVirtual) { t.add(zero, y, d) })
	t.Label(negative)
	t.sub(zero, xi, xi)
	loop(func(y operand.Mem, d reg.VecVirtual) { t.sub(zero, y, d) })
	t.Label(null)
	sign := t.vec()
	t.broadcast(t.negZero(), sign)
	t.VANDNPS(xi, sign, xi)
	loop(func(y operand.Mem, d reg.VecVirtual) { t.VANDNPS(y, sign, d) })
	t.Label(rest)
	t.broadcast(mem(x, 0), xi)
}

// columns moves on by so many bytes of y and of every row of A, whose base stands
// in its argument's slot.
func (t *target) columns(bytes int, y, n gp) {
	t.ADDQ(imm(bytes), y)
	t.ADDQ(imm(bytes), t.addr(t.arg("a").Base()))
	t.SUBQ(imm(bytes/t.size), n)
}

// sweepRows emits the rest of a kernel that adds Aᵀ·x to y for arguments m, n, a,
// lda, x and y, and with update alpha·x·zᵀ to A, in bands of rows[i] rows.
func (t *target) sweepRows(rows []int, update bool) {
	var alpha, zero reg.VecVirtual
	if update {
		alpha, zero = t.vec(), t.vec()
		t.callVec("alpha", alpha)
		t.callVec("zero", zero)
		t.broadcast(t.param("alpha"), alpha)
		t.zero(zero)
	}
	m, x, aRow := t.param("m"), t.ptr("x"), t.ptr("a")
	for i, r := range rows {
		band, next := t.label("band"), t.label("next")
		t.Label(band)
		t.CMPQ(m, imm(r))
		t.JL(operand.LabelRef(next))
		xv := t.vecs(r)
		for i := range xv {
			t.broadcast(mem(x, i*t.size), xv[i])
		}
		a, aMem := t.strided(aRow, r, "lda")
		y := t.ptr("y")
		ptrs := append(a, y)
		var z gp
		if update {
			z = t.ptr("z")
			ptrs = append(ptrs, z)
		}
		t.sweepBy([]int{2, 1}, t.int("n"), ptrs, func(disp int, k *mask) {
			yv := t.vec()
			t.loadMaybe(mem(y, disp), k, yv)
			var zv reg.VecVirtual
			if update {
				zv = t.vec()
				t.loadMaybe(mem(z, disp), k, zv)
			}
			for i := range xv {
				if k == nil && !update {
					t.fma(aMem(i, disp), xv[i], yv)
					continue
				}
				av := t.vec()
				t.loadMaybe(aMem(i, disp), k, av)
				t.fma(av, xv[i], yv)
				if update {
					p := t.vec()
					t.op(t.VMOVAPS, t.VMOVAPD, zv, p)
					t.fma213(xv[i], zero, p)
					t.fma(p, alpha, av)
					t.storeMaybe(av, k, aMem(i, disp))
				}
			}
			t.storeMaybe(yv, k, mem(y, disp))
		})
		t.advance(aRow, r, "lda")
		t.ADDQ(imm(r*t.size), x)
		t.SUBQ(imm(r), m)
		if i == 0 {
			t.JMP(operand.LabelRef(band))
		}
		t.Label(next)
	}
	t.ret()
}
