package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("max", extremes) }

func extremes(t *target) {
	t.extreme("Max", "maximum", "minusInf",
		func(m *maths, d, x vector) { m.eachTo(m.VMAXPS, m.VMAXPD, d, x, d) },
		func(m *maths, d, x vector) { m.set(d, m.greater(d, x)) })
	t.extreme("Min", "minimum", "inf",
		func(m *maths, d, x vector) { m.eachTo(m.VMINPS, m.VMINPD, d, x, d) },
		func(m *maths, d, x vector) { m.set(d, m.lesser(d, x)) })
	t.index()
}

// index emits Index: rounds of four vectors until one has what is sought, then one at a
// time. What the masked lanes of the last one have lies beyond the end.
func (t *target) index() {
	if t.avx512 {
		return
	}
	t.fn("Index", "Four vectors a round until one has it, then one at a time, masked tail.")
	const equalOrUnordered = 0x08
	v := t.vec()
	t.callVec("v", v)
	t.broadcast(t.param("v"), v)
	x, n, i := t.ptr("x"), t.len("x"), t.GP64()
	t.call("i", i)
	t.XORQ(i, i)
	compare := func(from operand.Op, c reg.VecVirtual) {
		t.op(t.VCMPPS, t.VCMPPD, operand.Imm(equalOrUnordered), from, v, c)
	}
	lanes := t.GP32()
	hits := func(c reg.VecVirtual, label string) {
		if t.f64 {
			t.VMOVMSKPD(c, lanes)
		} else {
			t.VMOVMSKPS(c, lanes)
		}
		t.TESTL(lanes, lanes)
		t.JNZ(operand.LabelRef(label))
	}
	at := func(k int) operand.Mem {
		return operand.Mem{Base: x, Index: i, Scale: uint8(t.size), Disp: k * t.lanes * t.size}
	}
	left := func(vectors int, label string) {
		end := t.GP64()
		t.LEAQ(operand.Mem{Base: i, Disp: vectors * t.lanes}, end)
		t.CMPQ(end, n)
		t.JG(operand.LabelRef(label))
	}
	rounds, single, last, found, none := t.label("rounds"), t.label("single"), t.label("last"), t.label("found"), t.label("none")
	t.Label(rounds)
	left(4, single)
	c := t.vecs(4)
	for k := range c {
		compare(at(k), c[k])
	}
	t.VORPS(c[0], c[1], c[0])
	t.VORPS(c[2], c[3], c[2])
	t.VORPS(c[0], c[2], c[0])
	hits(c[0], single)
	t.ADDQ(imm(4*t.lanes), i)
	t.JMP(operand.LabelRef(rounds))
	t.Label(single)
	left(1, last)
	one := t.vec()
	compare(at(0), one)
	hits(one, found)
	t.ADDQ(imm(t.lanes), i)
	t.JMP(operand.LabelRef(single))
	t.Label(last)
	rest := t.GP64()
	t.MOVQ(n, rest)
	t.SUBQ(i, rest)
	t.JZ(operand.LabelRef(none))
	m := t.mask(rest)
	t.loadMasked(at(0), m, one)
	compare(one, one)
	hits(one, found)
	t.Label(none)
	ret := t.addr(t.ReturnIndex(0))
	t.MOVQ(n, ret)
	t.ret()
	t.Label(found)
	t.BSFL(lanes, lanes)
	t.ADDQ(lanes.As64(), i)
	t.CMPQ(i, n)
	t.CMOVQGT(n, i)
	t.MOVQ(i, ret)
	t.ret()
}

// extreme emits a kernel that returns the most extreme element of x: that of none, or the
// better of two, to which fast and careful set d; fast is for numbers that are neither NaN
// nor zeros.
func (t *target) extreme(name, result, none string, fast, careful func(m *maths, d, x vector)) {
	upper := map[string]string{"maximum": "MAX", "minimum": "MIN"}[result]
	t.fn(name, "Eight vectors a round, four with a "+result+" of their own, masked tail; then the "+result+" of the four and of their lanes. "+
		"The first pass has one "+upper+" for each vector and looks out for NaN; if there was one, or if the result is a zero, a second pass takes more care.")
	m := t.maths()
	m.hoist(none)
	nan := m.newCondition()
	t.call("NaN", nan[0])
	if t.avx512 {
		t.KXORW(nan[0], nan[0], nan[0])
	} else {
		t.zero(nan.lanes()...)
	}
	see := func(x, y vector) {
		c := m.compare(x, unordered, y)
		if t.avx512 {
			t.KORW(c[0], nan[0], nan[0])
		} else {
			t.VORPS(c[0], nan[0], nan[0])
		}
	}
	again := t.label("careful")
	top := m.extreme(result, none, fast, func(x []vector) {
		for i := range (len(x) + 1) / 2 {
			see(x[i], x[len(x)/2+i])
		}
	})
	m.jumpIfAny(nan, again)
	if t.f64 {
		r := t.GP64()
		t.VMOVQ(top.AsX(), r)
		t.ADDQ(r, r)
	} else {
		r := t.GP32()
		t.VMOVD(top.AsX(), r)
		t.ADDL(r, r)
	}
	t.JZ(operand.LabelRef(again))
	t.returnLane(top)

	t.Label(again)
	t.returnLane(m.extreme(result, none, careful, func([]vector) {}))
}

// extreme returns a register whose lane 0 has the most extreme element of argument x. to
// sets d to the better of two; see gets all vectors, four or one at a time.
func (m *maths) extreme(result, none string, to func(m *maths, d, x vector), see func(x []vector)) reg.VecVirtual {
	tops := make([]vector, 4)
	for i := range tops {
		tops[i] = m.copy(none)
		m.callVec(result, tops[i]...)
	}
	x, n := m.ptr("x"), m.target.len("x")
	m.sweepRounds([]int{8, 1}, n, []reg.GPVirtual{x}, func(count int, k *mask) {
		for first := 0; first < count; first += 4 {
			v := make([]vector, min(count, 4))
			for i := range v {
				v[i] = m.new()
				m.loadMaybe(mem(x, (first+i)*m.lanes*m.size), k, v[i][0])
				m.fill(v[i], k, none)
			}
			see(v)
			for i := range v {
				to(m, tops[i], v[i])
			}
		}
	})
	m.Comment("The four, then lanes that lie ever closer.")
	to(m, tops[0], tops[2])
	to(m, tops[1], tops[3])
	to(m, tops[0], tops[1])
	meet := func(shuffle func(x, d reg.VecVirtual)) {
		d := m.new()
		shuffle(tops[0][0], d[0])
		to(m, tops[0], d)
	}
	if m.avx512 {
		meet(func(x, d reg.VecVirtual) { m.VSHUFF64X2(operand.Imm(0x4E), x, x, d) })
		meet(func(x, d reg.VecVirtual) { m.VSHUFF64X2(operand.Imm(0xB1), x, x, d) })
	} else {
		meet(func(x, d reg.VecVirtual) { m.VPERM2F128(operand.Imm(1), x, x, d) })
	}
	meet(func(x, d reg.VecVirtual) { m.VPERMILPD(operand.Imm(0x55), x, d) })
	if !m.f64 {
		meet(func(x, d reg.VecVirtual) { m.VPERMILPS(operand.Imm(0xB1), x, d) })
	}
	return tops[0][0]
}

// set copies x to d.
func (m *maths) set(d, x vector) {
	for i := range d {
		m.op(m.VMOVUPS, m.VMOVUPD, x[i], d[i])
	}
}
