package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("max", maximum) }

func maximum(t *target) {
	t.fn("Max", "Four vectors a round, each with a maximum of its own, masked tail; then the maximum of the four and of their lanes.")
	m := t.maths()
	m.hoist("minusInf")
	tops := make([]vector, 4)
	for i := range tops {
		tops[i] = m.copy("minusInf")
		t.callVec("maximum", tops[i]...)
	}
	x, n := t.ptr("x"), t.len("x")
	t.sweep(n, []reg.GPVirtual{x}, func(disp int, k *mask) {
		v := m.new()
		t.loadMaybe(mem(x, disp), k, v[0])
		m.fill(v, k, "minusInf")
		m.maximumTo(tops[disp/(t.lanes*t.size)], v)
	})
	t.Comment("The four, then lanes that lie ever closer.")
	m.maximumTo(tops[0], tops[2])
	m.maximumTo(tops[1], tops[3])
	m.maximumTo(tops[0], tops[1])
	meet := func(shuffle func(x, d reg.VecVirtual)) {
		d := m.new()
		shuffle(tops[0][0], d[0])
		m.maximumTo(tops[0], d)
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

// maximumTo sets d to IEEE 754-2019's maximum of d and x. MAX gives its second
// operand if one is NaN or both are zeros, so that both orders are taken: their
// AND is +0 unless both zeros are −0. NaN comes from the sum.
func (m *maths) maximumTo(d, x vector) {
	top := m.choose(m.compare(d, unordered, x), m.add(d, x), m.and(m.max(d, x), m.max(x, d)))
	for i := range d {
		m.op(m.VMOVUPS, m.VMOVUPD, top[i], d[i])
	}
}
