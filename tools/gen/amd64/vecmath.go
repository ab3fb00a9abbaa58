package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("vecmath", vecmath) }

func vecmath(t *target) {
	t.vectors("Div", nil, func(m *maths, x, y, _ vector) vector { return m.div(x, y) })
	t.vectors("Minimum", nil, func(m *maths, x, y, _ vector) vector { return m.lesser(x, y) })
	t.vectors("Maximum", nil, func(m *maths, x, y, _ vector) vector { return m.greater(x, y) })
	t.vectors("FMA", nil, func(m *maths, x, y, z vector) vector {
		m.fmaTo(z, x, y)
		return z
	})
	t.vectors("Sqrt", nil, func(m *maths, x, _, _ vector) vector { return m.sqrt(x) })
	t.vectors("Rsqrt", []string{"one"}, func(m *maths, x, _, _ vector) vector { return m.div("one", m.sqrt(x)) })
	t.vectors("Abs", []string{"magnitude"}, func(m *maths, x, _, _ vector) vector { return m.and(x, "magnitude") })
	t.vectors("Neg", []string{"sign"}, func(m *maths, x, _, _ vector) vector { return m.xor(x, "sign") })
	for mode, name := range []string{"Round", "Floor", "Ceil"} {
		t.vectors(name, nil, func(m *maths, x, _, _ vector) vector { return m.round(mode, x) })
	}

	t.fn("AddConst", "Four vectors a round, masked tail.")
	alpha := t.vec()
	t.callVec("alpha", alpha)
	t.broadcast(t.param("alpha"), alpha)
	x, n := t.ptr("x"), t.len("x")
	t.sweep(n, []gp{x}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		t.add(v, alpha, v)
		t.storeMaybe(v, k, mem(x, disp))
	})
	t.ret()
}

// vectors emits a kernel dst = f(x), f(x, y) or f(x, y, z). keep names the constants that
// stay in registers; f may overwrite its arguments.
func (t *target) vectors(name string, keep []string, f func(m *maths, x, y, z vector) vector) {
	t.fn(name, "Four vectors a round, masked tail.")
	m := t.maths()
	m.keep(keep...)
	var ptrs []reg.GPVirtual
	for _, s := range []string{"dst", "x", "y", "z"} {
		if t.has(s) {
			ptrs = append(ptrs, t.ptr(s))
		}
	}
	t.sweep(t.len("x"), ptrs, func(disp int, k *mask) {
		var args [3]vector
		for i, p := range ptrs[1:] {
			args[i] = m.new()
			t.loadMaybe(mem(p, disp), k, args[i][0])
		}
		t.storeMaybe(f(m, args[0], args[1], args[2])[0], k, mem(ptrs[0], disp))
	})
	t.ret()
}

func (m *maths) xor(x, y any) vector { return m.each(m.VXORPS, m.VXORPD, x, y) }

func (m *maths) sqrt(x vector) vector {
	d := m.new()
	for i := range d {
		m.op(m.VSQRTPS, m.VSQRTPD, x[i], d[i])
	}
	return d
}

// round rounds to integers: to the nearest, even one (mode 0), down (1) or up (2).
func (m *maths) round(mode int, x vector) vector {
	const quiet = 8 // no exception for a result that isn't x
	d := m.new()
	for i := range d {
		if m.avx512 {
			m.op(m.VRNDSCALEPS, m.VRNDSCALEPD, operand.Imm(uint64(mode|quiet)), x[i], d[i])
		} else {
			m.op(func(o ...operand.Op) { m.VROUNDPS(o[0], o[1], o[2]) }, func(o ...operand.Op) { m.VROUNDPD(o[0], o[1], o[2]) }, operand.Imm(uint64(mode|quiet)), x[i], d[i])
		}
	}
	return d
}

// greater returns IEEE 754-2019's maximum of x and y. MAX gives its second operand if one
// is NaN or both are zeros, so that both orders are taken: their AND is +0 unless both
// zeros are −0. NaN comes from the sum.
func (m *maths) greater(x, y vector) vector {
	return m.choose(m.compare(x, unordered, y), m.add(x, y), m.and(m.max(x, y), m.max(y, x)))
}

// lesser returns the minimum in the same way: the OR of both orders is −0 if one zero is.
func (m *maths) lesser(x, y vector) vector {
	return m.choose(m.compare(x, unordered, y), m.add(x, y), m.or(m.min(x, y), m.min(y, x)))
}
