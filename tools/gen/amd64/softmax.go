package amd64

import (
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
