package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("softmax", softmax) }

func softmax(t *target) {
	t.fn("Softmax", "Four passes: the maximum, the exponentials of z − max as Exp computes them, their sum in the lanes of Sum, the divisions.")
	m := t.maths()
	m.hoist(append(t.expConstants(), "minusSafe")...)

	t.Comment("Maximum. A NaN may get lost here; the sum will be NaN anyway.")
	top := m.copy("minusInf")
	t.callVec("maximum", top...)
	z, n := t.ptr("z"), t.len("z")
	t.sweep(n, []reg.GPVirtual{z}, func(disp int, k *mask) {
		x := m.new()
		t.loadMaybe(mem(z, disp), k, x[0])
		m.fill(x, k, "minusInf")
		t.op(t.VMAXPS, t.VMAXPD, x[0], top[0], top[0])
	})
	t.spread(top[0], t.VMAXPS, t.VMAXPD)

	t.Comment("Exponentials.")
	minus := function{
		prepare: func(m *maths, z vector) vector { return m.sub(z, vector{top[0], top[0]}[:m.width]) },
		rare:    belowSafe,
		body:    expBody,
	}
	m.elementary(minus, t.len("z"), t.ptr("dst"), t.ptr("z"), nil)

	t.Comment("Sum.")
	acc := t.vecs(4 * t.parts)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	dst := t.ptr("dst")
	t.lanesLoop(acc, t.len("dst"), []reg.GPVirtual{dst}, func(i, disp int, k *mask) {
		if k == nil {
			t.add(acc[i], mem(dst, disp), acc[i])
			return
		}
		v := t.vec()
		t.loadMasked(mem(dst, disp), *k, v) // no sum of exponentials is −0
		t.add(acc[i], v, acc[i])
	})
	sum := t.vec()
	t.callVec("sum", sum)
	t.broadcast(t.reduceWide(acc).AsX(), sum)

	t.Comment("Divisions.")
	dst, n = t.ptr("dst"), t.len("dst")
	t.sweep(n, []reg.GPVirtual{dst}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(dst, disp), k, v)
		t.op(t.VDIVPS, t.VDIVPD, sum, v, v)
		t.storeMaybe(v, k, mem(dst, disp))
	})
	t.ret()

	t.softmaxShort()

	t.fn("DivBy", "Four vectors a round, masked tail.")
	divisor := t.vec()
	t.callVec("divisor", divisor)
	t.broadcast(t.param("divisor"), divisor)
	x, n := t.ptr("x"), t.len("x")
	t.sweep(n, []gp{x}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		t.op(t.VDIVPS, t.VDIVPD, divisor, v, v)
		t.storeMaybe(v, k, mem(x, disp))
	})
	t.ret()
}

// softmaxShort emits the softmax of rows of up to 16 elements. Nothing in a row depends on
// the row before and no jump on what it holds, so that a core works on several at a time:
// one alone is a long chain.
func (t *target) softmaxShort() {
	t.fn("SoftmaxShort", "Row by row, all of one in registers: maximum, exponentials of z − max as Exp computes them, sum in the lanes of Sum, divisions. 0 < n ≤ 16.")
	m := t.maths()
	m.hoist(append(t.expConstants(), "minusSafe")...)
	s := shortRows{m: m, rows: t.int("m"), dst: t.ptr("dst"), z: t.ptr("z"), ldd: t.bytes("ldd"), ldz: t.bytes("ldz")}
	end, n := t.label("end"), t.int("n")
	t.TESTQ(s.rows, s.rows)
	t.JZ(operand.LabelRef(end))
	most := 16 / t.lanes
	for count := 1; count <= most; count++ {
		more := t.label("more")
		if count < most {
			t.CMPQ(n, imm(count*t.lanes))
			t.JG(operand.LabelRef(more))
		}
		last := t.GP64()
		t.MOVQ(n, last)
		t.SUBQ(imm((count-1)*t.lanes), last)
		s.mask = t.mask(last)
		s.loop(count, end)
		t.Label(more)
	}
	t.Label(end)
	t.ret()
}

// shortRows is what softmaxShort keeps in registers.
type shortRows struct {
	m                      *maths
	rows, dst, z, ldd, ldz gp
	mask                   mask // elements of the last vector
}

// loop emits the softmax of all rows, which have so many vectors each, and a jump to end.
func (s *shortRows) loop(count int, end string) {
	m := s.m
	loop, careful, sum := m.label("row"), m.label("careful"), m.label("sum")
	m.Label(loop)
	x, e := make(vector, count), make(vector, count)
	for i := range x {
		x[i], e[i] = m.vec(), m.vec()
		m.loadMaybe(mem(s.z, s.at(i)), s.maskOf(i, x), x[i])
	}
	top := m.choose(condition{s.mask.Register}, x[count-1:], "minusInf")[0]
	for _, v := range x[:count-1] {
		m.op(m.VMAXPS, m.VMAXPD, v, top, top)
	}
	m.spread(top, m.VMAXPS, m.VMAXPD)
	for _, v := range x {
		m.target.sub(v, top, v)
	}
	m.only(condition{s.mask.Register}, x[count-1])
	m.jumpIfAny(belowSafe(m.wide(count), x), careful)
	s.exp(x, e, 2, false)
	m.Label(sum)
	m.only(condition{s.mask.Register}, e[count-1]) // no exponential is −0
	total := m.vec()
	m.broadcast(m.target.reduce(m.halve([]reg.VecVirtual{m.addHalves(e)})).AsX(), total)
	for i, v := range e {
		m.op(m.VDIVPS, m.VDIVPD, total, v, v)
		m.storeMaybe(v, s.maskOf(i, e), mem(s.dst, s.at(i)))
	}
	m.ADDQ(s.ldz, s.z)
	m.ADDQ(s.ldd, s.dst)
	m.DECQ(s.rows)
	m.JNZ(operand.LabelRef(loop))
	m.JMP(operand.LabelRef(end))
	m.Label(careful)
	s.exp(x, e, 1, true)
	m.JMP(operand.LabelRef(sum))
}

// at is the offset of vector i of a row.
func (s *shortRows) at(i int) int { return i * s.m.lanes * s.m.size }

// maskOf returns the mask of the last vector of v, nil for the others.
func (s *shortRows) maskOf(i int, v vector) *mask {
	if i < len(v)-1 {
		return nil
	}
	return &s.mask
}

// exp sets e to the exponentials of x, so many vectors side by side.
func (s *shortRows) exp(x, e vector, side int, careful bool) {
	for i := 0; i < len(x); i += side {
		w := s.m.wide(min(side, len(x)-i))
		for j, v := range expBody(w, x[i:i+w.width], careful) {
			w.op(w.VMOVAPS, w.VMOVAPD, v, e[i+j])
		}
	}
}

// addHalves returns the sum of up to four vectors in the order of a tree reduction.
func (t *target) addHalves(v vector) reg.VecVirtual {
	v, sum := slices.Clone(v), t.vec()
	for h := 2; h > 0; h /= 2 {
		for i := h; i < len(v); i++ {
			s := t.vec()
			t.add(v[i-h], v[i], s)
			v[i-h] = s
		}
		v = v[:min(h, len(v))]
	}
	t.op(t.VMOVAPS, t.VMOVAPD, v[0], sum)
	return sum
}

// spread sets all lanes of v to what op makes of them; op is associative and
// commutative.
func (t *target) spread(v reg.VecVirtual, ps, pd func(...operand.Op)) {
	y, x := t.YMM(), t.XMM()
	if t.avx512 {
		t.VEXTRACTF64X4(operand.Imm(1), v, y)
		t.op(ps, pd, y, v.AsY(), v.AsY())
	}
	t.extract128(v, x)
	t.op(ps, pd, x, v.AsX(), v.AsX())
	t.VPERMILPD(operand.Imm(1), v.AsX(), x)
	t.op(ps, pd, x, v.AsX(), v.AsX())
	if !t.f64 {
		t.VPERMILPS(operand.Imm(1), v.AsX(), x)
		t.op(ps, pd, x, v.AsX(), v.AsX())
	}
	t.broadcast(v.AsX(), v)
}
