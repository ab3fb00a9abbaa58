package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("max", extremes) }

func extremes(t *target) {
	t.extreme("Max", "maximum", "minusInf", (*maths).greater)
	t.extreme("Min", "minimum", "inf", (*maths).lesser)
}

// extreme emits a kernel that returns the most extreme element of x: that of none, or the
// one that better chooses of two.
func (t *target) extreme(name, result, none string, better func(m *maths, x, y vector) vector) {
	t.fn(name, "Four vectors a round, each with a "+result+" of its own, masked tail; then the "+result+" of the four and of their lanes.")
	m := t.maths()
	m.hoist(none)
	tops := make([]vector, 4)
	for i := range tops {
		tops[i] = m.copy(none)
		t.callVec(result, tops[i]...)
	}
	to := func(d, x vector) {
		top := better(m, d, x)
		for i := range d {
			t.op(t.VMOVUPS, t.VMOVUPD, top[i], d[i])
		}
	}
	x, n := t.ptr("x"), t.len("x")
	t.sweep(n, []reg.GPVirtual{x}, func(disp int, k *mask) {
		v := m.new()
		t.loadMaybe(mem(x, disp), k, v[0])
		m.fill(v, k, none)
		to(tops[disp/(t.lanes*t.size)], v)
	})
	t.Comment("The four, then lanes that lie ever closer.")
	to(tops[0], tops[2])
	to(tops[1], tops[3])
	to(tops[0], tops[1])
	meet := func(shuffle func(x, d reg.VecVirtual)) {
		d := m.new()
		shuffle(tops[0][0], d[0])
		to(tops[0], d)
	}
	if t.avx512 {
		meet(func(x, d reg.VecVirtual) { t.VSHUFF64X2(operand.Imm(0x4E), x, x, d) })
		meet(func(x, d reg.VecVirtual) { t.VSHUFF64X2(operand.Imm(0xB1), x, x, d) })
	} else {
		meet(func(x, d reg.VecVirtual) { t.VPERM2F128(operand.Imm(1), x, x, d) })
	}
	meet(func(x, d reg.VecVirtual) { t.VPERMILPD(operand.Imm(0x55), x, d) })
	if !t.f64 {
		meet(func(x, d reg.VecVirtual) { t.VPERMILPS(operand.Imm(0xB1), x, d) })
	}
	t.returnLane(tops[0][0])
}
