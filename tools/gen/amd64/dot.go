package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dotShape lists the tiles for one number of rows of A: how many rows of B
// each takes, most first. The last is 1.
type dotShape struct {
	rows int
	cols []int
}

// dotForm emits a whole product C = alpha·A·Bᵀ + beta·C in dot-product form for the arguments m, n, k, alpha, a, lda, b, ldb, beta, c, ldc. Tiles go along the
// rows of C, band by band of shapes[i].rows rows of A.
func (t *target) dotForm(shapes []dotShape) {
	m, aRow, cPtr := t.param("m"), t.ptr("a"), t.ptr("c")
	for i, s := range shapes {
		band, next := t.label("band"), t.label("next")
		t.Label(band)
		t.CMPQ(m, imm(s.rows))
		t.JL(operand.LabelRef(next))
		t.dotBand(s.rows, s.cols, aRow, cPtr)
		t.advance(aRow, s.rows, "lda")
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

// dotBand emits the tiles of one band of rows; cPtr ends up n elements on.
func (t *target) dotBand(rows int, cols []int, aRow, cPtr gp) {
	bRow, n := t.ptr("b"), t.scratch("n", "b")
	for i, nr := range cols {
		tile, next := t.label("tile"), t.label("next")
		t.Label(tile)
		t.CMPQ(n, imm(nr))
		t.JL(operand.LabelRef(next))
		if t.real("lda") == "" {
			t.Commentf("%s of A.", count(nr, "row"))
		} else {
			t.Commentf("%s of A, %s of B.", count(rows, "row"), count(nr, "row"))
		}
		if rows == 4 {
			t.dotFour(nr, aRow, bRow, cPtr)
		} else {
			t.dotTile(rows, nr, aRow, bRow, cPtr)
		}
		t.advance(bRow, nr, "ldb")
		t.ADDQ(imm(nr*t.size), cPtr)
		t.SUBQ(imm(nr), n)
		if i == 0 || cols[i-1] > 2*nr {
			t.JMP(operand.LabelRef(tile))
		}
		t.Label(next)
	}
}

// count writes a number of things, as in 1 row or 2 rows.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprint(n, " ", thing, "s")
}

// dotTile emits the products of mr rows of A with nr rows of B.
func (t *target) dotTile(mr, nr int, aRow, bRow, cPtr gp) {
	acc := make([][]reg.VecVirtual, mr*nr) // of row i and column j at i*nr+j
	for i := range acc {
		acc[i] = t.vecs(t.parts)
		t.callVec("lanes", acc[i]...)
		t.zero(acc[i]...)
	}
	a, aMem := t.strided(aRow, mr, "lda")
	b, bMem := t.strided(bRow, nr, "ldb")
	k := t.int("k")

	part := t.dotPart(acc, mr, nr, aMem, bMem)
	loop, tail, last, fold := t.label("k"), t.label("tail"), t.label("last"), t.label("fold")
	whole := t.parts * t.lanes
	t.Label(loop)
	t.CMPQ(k, imm(whole))
	t.JL(operand.LabelRef(tail))
	for p := range t.parts {
		part(p, nil)
	}
	for _, p := range append(a, b...) {
		t.ADDQ(imm(64), p)
	}
	t.SUBQ(imm(whole), k)
	t.JMP(operand.LabelRef(loop))
	t.Label(tail)
	t.TESTQ(k, k)
	t.JZ(operand.LabelRef(fold))
	if t.parts == 2 {
		t.CMPQ(k, imm(t.lanes))
		t.JL(operand.LabelRef(last))
		part(0, nil)
		t.SUBQ(imm(t.lanes), k)
		t.JZ(operand.LabelRef(fold))
		upper := t.mask(k)
		part(1, &upper)
		t.JMP(operand.LabelRef(fold))
	}
	t.Label(last)
	m := t.mask(k)
	part(0, &m)
	t.Label(fold)
	t.epilogue(t.reduceTile(acc, mr, nr), func(i int) operand.Mem { return t.cRow(cPtr, i) })
}

// dotPart returns what emits the products of one vector of every row, at an offset of
// p·(vector bytes).
func (t *target) dotPart(acc [][]reg.VecVirtual, mr, nr int, aMem, bMem func(row, disp int) operand.Mem) func(p int, m *mask) {
	return func(p int, m *mask) {
		disp := p * t.lanes * t.size
		sum := p % t.parts
		av := t.vecs(mr)
		for i := range av {
			if m == nil {
				t.load(aMem(i, disp), av[i])
			} else {
				t.loadPadded(aMem(i, disp), *m, av[i])
			}
		}
		for j := range nr {
			if m == nil && mr == 1 {
				t.fma(bMem(j, disp), av[0], acc[j][sum])
				continue
			}
			bv := t.vec()
			t.loadMaybe(bMem(j, disp), m, bv)
			for i := range mr {
				t.fma(bv, av[i], acc[i*nr+j][sum])
			}
		}
	}
}

// sums is a register with n sums that belong at column col of row row of C.
type sums struct {
	v           reg.Register // XMM or YMM
	n, row, col int
}

// reduceTile adds up the lanes of a tile's accumulators.
func (t *target) reduceTile(acc [][]reg.VecVirtual, mr, nr int) []sums {
	half := make([]reg.VecVirtual, len(acc))
	for i := range acc {
		half[i] = t.halve(acc[i])
	}
	slots := 32 / t.size
	var out []sums
	if !t.f64 && nr <= slots/2 {
		// Two rows share a tree reduction: one in the lower, one in the upper half.
		for i := 0; i < mr; i += 2 {
			group := make([]reg.VecVirtual, slots)
			copy(group, half[i*nr:][:nr])
			if i+1 < mr {
				copy(group[slots/2:], half[(i+1)*nr:][:nr])
			}
			v := t.reduce(group...)
			out = append(out, sums{v.AsX(), nr, i, 0})
			if i+1 < mr {
				hi := t.XMM()
				t.extract128(v, hi)
				out = append(out, sums{hi, nr, i + 1, 0})
			}
		}
		return out
	}
	for i := range mr {
		for j := 0; j < nr; j += slots {
			n := min(slots, nr-j)
			v := reg.Register(t.reduce(half[i*nr+j:][:n]...).AsY())
			if n <= slots/2 {
				v = v.(reg.VecVirtual).AsX()
			}
			out = append(out, sums{v, n, i, j})
		}
	}
	return out
}

// epilogue stores alpha·sum, or fma(alpha, sum, beta·c) unless beta = 0. row
// returns the address of row i of C at the tile's first column; it is called for
// rows in order.
func (t *target) epilogue(out []sums, row func(i int) operand.Mem) {
	alpha := t.YMM()
	t.broadcast(t.param("alpha"), alpha)
	zero, done := t.label("beta0_"), t.label("done")
	t.jumpIfZero("beta", zero)
	beta := t.YMM()
	t.broadcast(t.param("beta"), beta)
	for _, s := range out {
		p := row(s.row).Offset(s.col * t.size)
		c := t.like(s.v)
		t.loadN(p, s.n, c)
		t.mul(c, sameWidth(beta, c), c)
		t.fma(s.v, sameWidth(alpha, c), c)
		t.storeN(c, s.n, p)
	}
	t.JMP(operand.LabelRef(done))
	t.Label(zero)
	for _, s := range out {
		t.mul(s.v, sameWidth(alpha, s.v), s.v)
		t.storeN(s.v, s.n, row(s.row).Offset(s.col*t.size))
	}
	t.Label(done)
}

// like returns a new register of v's width.
func (t *target) like(v reg.Register) reg.VecVirtual {
	if v.Size() == 16 {
		return t.XMM()
	}
	return t.YMM()
}

// sameWidth returns v as a register of w's width.
func sameWidth(v reg.VecVirtual, w reg.Register) reg.Register {
	if w.Size() == 16 {
		return v.AsX()
	}
	return v.AsY()
}

// loadN loads n elements into v, an XMM or YMM register.
func (t *target) loadN(p operand.Mem, n int, v reg.VecVirtual) {
	switch n * t.size {
	case int(v.Size()):
		t.load(p, v)
	case 4:
		t.VMOVSS(p, v)
	case 8:
		t.VMOVSD(p, v)
	default:
		t.loadMasked(p, t.maskConst(n), v)
	}
}

// storeN stores the first n elements of v, an XMM or YMM register.
func (t *target) storeN(v reg.Register, n int, p operand.Mem) {
	x := v.(reg.VecVirtual).AsX()
	switch n * t.size {
	case int(v.Size()):
		t.store(v, p)
	case 4:
		t.VMOVSS(x, p)
	case 8:
		t.VMOVSD(x, p)
	case 12:
		t.VMOVSD(x, p)
		t.VEXTRACTPS(operand.Imm(2), x, p.Offset(8))
	case 16:
		t.store(x, p)
	case 24:
		hi := t.XMM()
		t.store(x, p)
		t.extract128(v.(reg.VecVirtual), hi)
		t.VMOVSD(hi, p.Offset(16))
	default:
		panic("storeN: no such number of elements")
	}
}
