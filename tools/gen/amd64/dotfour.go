package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dotFour emits the products of four rows of A with nr rows of B in 64-byte registers,
// four vectors of every row in a round. The lanes of one column's four sums are added up
// together, so that each operation works for as many lanes as a register has.
func (t *target) dotFour(nr int, aRow, bRow, cPtr gp) {
	const mr, unroll = 4, 4
	acc := make([][]reg.VecVirtual, mr*nr) // of row i and column j at i*nr+j
	for i := range acc {
		acc[i] = t.vecs(1)
		t.callVec("lanes", acc[i]...)
		t.zero(acc[i]...)
	}
	a, aMem := t.strided(aRow, mr, "lda")
	b, bMem := t.strided(bRow, nr, "ldb")
	k := t.int("k")
	part := t.dotPart(acc, mr, nr, aMem, bMem)
	rest, tail, fold := t.label("rest"), t.label("tail"), t.label("fold")
	// rounds emits a loop over n vectors a round, while k, which is less by them, isn't
	// negative.
	rounds := func(n int, end string) {
		loop := t.label("k")
		t.JL(operand.LabelRef(end))
		t.Label(loop)
		for p := range n {
			part(p, nil)
		}
		for _, p := range append(a, b...) {
			t.ADDQ(imm(64*n), p)
		}
		t.SUBQ(imm(n*t.lanes), k)
		t.JGE(operand.LabelRef(loop))
		t.Label(end)
	}
	t.SUBQ(imm(unroll*t.lanes), k)
	rounds(unroll, rest)
	t.ADDQ(imm((unroll-1)*t.lanes), k)
	rounds(1, tail)
	t.ADDQ(imm(t.lanes), k)
	t.JZ(operand.LabelRef(fold))
	m := t.mask(k)
	part(0, &m)
	t.Label(fold)
	if nr == 1 {
		t.epilogue(t.reduceTile(acc, mr, nr), func(i int) operand.Mem { return t.cRow(cPtr, i) })
		return
	}
	t.epilogueFour(t.reduceFour(acc, nr), cPtr)
}

// quad is a register with sums of four rows of C, from column col on. In a ZMM register,
// each 16 bytes are of one row. A YMM register has two float32 of each: of rows 0, 2, 1
// and 3.
type quad struct {
	v   reg.VecVirtual
	col int
}

// reduceFour adds up the lanes of the accumulators of four rows and nr columns by halves.
func (t *target) reduceFour(acc [][]reg.VecVirtual, nr int) []quad {
	upper := t.constantMask(0xF0) // of 8 lanes of float64
	// columns[j] has 16 bytes of lanes for each row.
	columns := make([]reg.VecVirtual, nr)
	for j := range columns {
		sum := func(i int) reg.VecVirtual { return acc[i*nr+j][0] }
		for i := 0; i < 4; i += 2 {
			// Lanes of a: own lower half + upper half; of b: upper half + lower half.
			a, b, other := sum(i), sum(i+1), t.ZMM()
			t.VSHUFF64X2(operand.Imm(0x4E), b, a, other)
			t.VMOVAPD(b, upper, a)
			t.add(a, other, a)
		}
		lo, hi := t.ZMM(), t.ZMM()
		t.VSHUFF64X2(operand.Imm(0x88), sum(2), sum(0), lo)
		t.VSHUFF64X2(operand.Imm(0xDD), sum(2), sum(0), hi)
		t.add(lo, hi, lo)
		columns[j] = lo
	}
	var out []quad
	if t.f64 {
		for j := 0; j < nr; j += 2 {
			lo, hi := t.ZMM(), t.ZMM()
			t.VUNPCKLPD(columns[j+1], columns[j], lo)
			t.VUNPCKHPD(columns[j+1], columns[j], hi)
			t.add(lo, hi, lo)
			out = append(out, quad{lo, j})
		}
		return out
	}
	upper = t.constantMask(0xCCCC) // of 16 lanes of float32
	for j := 0; j < nr; j += 2 {
		a, b, other := columns[j], columns[j+1], t.ZMM()
		t.VSHUFPS(operand.Imm(0x4E), b, a, other)
		t.VMOVAPS(b, upper, a)
		t.add(a, other, a)
	}
	for j := 0; j < nr; j += 4 {
		a, lo, hi := columns[j], t.ZMM(), t.ZMM()
		if j+2 < nr {
			t.VSHUFPS(operand.Imm(0x88), columns[j+2], a, lo)
			t.VSHUFPS(operand.Imm(0xDD), columns[j+2], a, hi)
			t.add(lo, hi, lo)
			out = append(out, quad{lo, j})
			continue
		}
		b, lower, upper := t.YMM(), lo.AsY(), hi.AsY()
		t.VEXTRACTF64X4(operand.Imm(1), a, b)
		t.VSHUFPS(operand.Imm(0x88), b, a.AsY(), lower)
		t.VSHUFPS(operand.Imm(0xDD), b, a.AsY(), upper)
		sums := t.YMM()
		t.add(lower, upper, sums)
		out = append(out, quad{sums, j})
	}
	return out
}

// constantMask returns a mask of these bits.
func (t *target) constantMask(bits int) reg.Register {
	r, k := t.GP32(), t.K()
	t.MOVL(imm(bits), r)
	t.KMOVW(r, k)
	return k
}

// epilogueFour stores alpha·sum, or fma(alpha, sum, beta·c) unless beta = 0, with the
// elements of C in registers like those of the sums.
func (t *target) epilogueFour(out []quad, cPtr gp) {
	_, at := t.strided(cPtr, 4, "ldc")
	alpha := t.ZMM()
	t.broadcast(t.param("alpha"), alpha)
	zero, done := t.label("beta0_"), t.label("done")
	t.jumpIfZero("beta", zero)
	beta := t.ZMM()
	t.broadcast(t.param("beta"), beta)
	for _, q := range out {
		c := t.loadQuad(q, at)
		t.mul(c, wide(beta, c), c)
		t.fma(q.v, wide(alpha, c), c)
		t.storeQuad(quad{c, q.col}, at)
	}
	t.JMP(operand.LabelRef(done))
	t.Label(zero)
	for _, q := range out {
		t.mul(q.v, wide(alpha, q.v), q.v)
		t.storeQuad(q, at)
	}
	t.Label(done)
}

// wide returns v, a ZMM register, or its part as wide as w.
func wide(v, w reg.VecVirtual) reg.VecVirtual {
	if w.Size() == 32 {
		return v.AsY().(reg.VecVirtual)
	}
	return v
}

// loadQuad loads the elements of C that belong to the sums in q; at returns the address of
// a row.
func (t *target) loadQuad(q quad, at func(row, disp int) operand.Mem) reg.VecVirtual {
	disp := q.col * t.size
	if q.v.Size() == 32 {
		c, odd := t.YMM(), t.XMM()
		t.VBROADCASTSD(at(0, disp), c)
		t.VMOVSD(at(1, disp), odd)
		t.VMOVHPS(at(2, disp), c.AsX(), c.AsX())
		t.VMOVHPS(at(3, disp), odd, odd)
		t.VINSERTF64X2(operand.Imm(1), odd, c, c)
		return c
	}
	c := t.ZMM()
	t.VBROADCASTF64X2(at(0, disp), c)
	for i := 1; i < 4; i++ {
		t.VINSERTF64X2(operand.Imm(uint64(i)), at(i, disp), c, c)
	}
	return c
}

// storeQuad stores what loadQuad loads.
func (t *target) storeQuad(q quad, at func(row, disp int) operand.Mem) {
	disp := q.col * t.size
	if q.v.Size() == 32 {
		odd := t.XMM()
		t.extract128(q.v, odd)
		t.VMOVLPS(q.v.AsX(), at(0, disp))
		t.VMOVHPS(q.v.AsX(), at(2, disp))
		t.VMOVLPS(odd, at(1, disp))
		t.VMOVHPS(odd, at(3, disp))
		return
	}
	t.store(q.v.AsX(), at(0, disp))
	for i := 1; i < 4; i++ {
		t.VEXTRACTF64X2(operand.Imm(uint64(i)), q.v, at(i, disp))
	}
}
