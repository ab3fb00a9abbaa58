package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("optimizer", optimizer) }

// optimizer emits the optimizer steps: one sweep over parameters, state and
// gradient, with the expression of the generic function per vector.
func optimizer(t *target) {
	t.step("Momentum", t.flushConstants(), func(m *maths, v map[string]reg.VecVirtual) {
		m.flush(v["g"])
		t.fma213(v["mu"], v["g"], v["v"])
		m.flush(v["v"])
		t.fnma(v["v"], v["lr"], v["w"])
	})
	t.step("Nesterov", t.flushConstants(), func(m *maths, v map[string]reg.VecVirtual) {
		m.flush(v["g"])
		t.fma213(v["mu"], v["g"], v["v"])
		m.flush(v["v"])
		t.fma(v["v"], v["mu"], v["g"])
		t.fnma(v["g"], v["lr"], v["w"])
	})
	t.step("RMSProp", []string{"magnitude", "belowLeastRoot", "leastSquare"}, func(m *maths, v map[string]reg.VecVirtual) {
		d := t.vec()
		m.flushRoot(v["g"])
		t.mul(v["oneMinusRho"], v["g"], d)
		t.mul(v["rho"], v["s"], v["s"])
		t.fma(d, v["g"], v["s"])
		c := m.square(v["s"])
		t.only(c, v["s"])
		t.op(t.VSQRTPS, t.VSQRTPD, v["s"], d)
		t.add(d, v["eps"], d)
		t.op(t.VDIVPS, t.VDIVPD, d, v["g"], d)
		t.only(c, d)
		t.fnma(d, v["lr"], v["w"])
	})
	t.step("Adagrad", []string{"magnitude", "belowLeastRoot"}, func(m *maths, v map[string]reg.VecVirtual) {
		d := t.vec()
		m.flushRoot(v["g"])
		t.fma(v["g"], v["g"], v["s"])
		t.op(t.VSQRTPS, t.VSQRTPD, v["s"], d)
		t.add(d, v["eps"], d)
		t.op(t.VDIVPS, t.VDIVPD, d, v["g"], d)
		t.fnma(d, v["lr"], v["w"])
	})
	means := append(t.flushConstants(), "magnitude", "belowLeastRoot", "leastSquare")
	t.step("Adam", means, func(m *maths, v map[string]reg.VecVirtual) {
		m.moments(v)
		t.mul(v["keep"], v["w"], v["w"])
		m.descend(v, v["v"])
	})
	t.step("AMSGrad", means, func(m *maths, v map[string]reg.VecVirtual) {
		m.moments(v)
		// MAX gives its second operand, v, where one is NaN or both are zeros.
		t.op(t.VMAXPS, t.VMAXPD, v["v"], v["h"], v["h"])
		m.descend(v, v["h"])
	})
	t.step("Lion", append(t.flushConstants(), "huge", "one", "minusOne"), func(m *maths, v map[string]reg.VecVirtual) {
		u := t.vec()
		m.flush(v["g"])
		t.mul(v["beta1"], v["m"], u)
		t.fma(v["oneMinusBeta1"], v["g"], u)
		u = m.min("one", m.max("minusOne", m.mul(vector{u}, "huge")))[0]
		t.mul(v["beta2"], v["m"], v["m"])
		t.fma(v["oneMinusBeta2"], v["g"], v["m"])
		m.flush(v["m"])
		t.mul(v["keep"], v["w"], v["w"])
		t.fnma(u, v["lr"], v["w"])
		m.flush(v["w"])
	})
}

// descend subtracts lr·m/(scale·√s + eps) from w.
func (m *maths) descend(v map[string]reg.VecVirtual, s reg.VecVirtual) {
	d := m.vec()
	m.op(m.VSQRTPS, m.VSQRTPD, s, d)
	m.fma213(v["scale"], v["eps"], d)
	m.op(m.VDIVPS, m.VDIVPD, d, v["m"], d)
	m.fnma(d, v["lr"], v["w"])
}

// moments sets the new m and v.
func (m *maths) moments(v map[string]reg.VecVirtual) {
	d := m.vec()
	m.flushRoot(v["g"])
	m.target.mul(v["beta1"], v["m"], v["m"])
	m.fma(v["oneMinusBeta1"], v["g"], v["m"])
	m.target.mul(v["oneMinusBeta2"], v["g"], d)
	m.target.mul(v["beta2"], v["v"], v["v"])
	m.fma(d, v["g"], v["v"])
	c := m.square(v["v"])
	m.only(c, v["v"])
	m.only(c, v["m"])
	m.flush(v["m"])
}

// flush sets x to +0 below LeastFactor. It looks at the exponent's two highest bits, for
// which NaN is large and a subnormal number costs nothing.
func (m *maths) flush(x reg.VecVirtual) {
	if m.avx512 {
		c := m.newCondition()
		m.op(m.VPTESTMD, m.VPTESTMQ, m.operand("fromLeastFactor", 0), x, c[0])
		m.only(c, x)
		return
	}
	if m.f64 {
		m.only(m.greaterInt(m.and(vector{x}, "magnitude"), "belowLeastFactor"), x)
		return
	}
	// VPSIGND gives 0 for x where its other operand is 0, and x where that is positive.
	m.VPSIGND(m.and(vector{x}, "fromLeastFactor")[0], x, x)
}

// flushRoot sets x to +0 below LeastRoot.
func (m *maths) flushRoot(x reg.VecVirtual) {
	m.only(m.greaterInt(m.and(vector{x}, "magnitude"), "belowLeastRoot"), x)
}

// square returns where x is at least LeastSquare, or NaN.
func (m *maths) square(x reg.VecVirtual) condition {
	return m.compare(vector{x}, notLess, "leastSquare")
}

// only sets x to +0 where c doesn't hold.
func (t *target) only(c condition, x reg.VecVirtual) {
	switch {
	case !t.avx512:
		t.op(t.VANDPS, t.VANDPD, c[0], x, x)
	case t.f64:
		t.VMOVAPD_Z(x, c[0], x)
	default:
		t.VMOVAPS_Z(x, c[0], x)
	}
}

// flushConstants names the constants of flush.
func (t *target) flushConstants() []string {
	if t.avx512 || !t.f64 {
		return []string{"fromLeastFactor"}
	}
	return []string{"magnitude", "belowLeastFactor"}
}

// step emits an optimizer step. body gets a register for each slice, loaded, and
// each factor, in all lanes; what it leaves in the slices' registers is stored,
// except for the last slice, the gradient. It has two registers more for itself. Others
// keep constants, most used first.
func (t *target) step(name string, constants []string, body func(*maths, map[string]reg.VecVirtual)) {
	t.fn(name, "Four vectors a round, masked tail.")
	names := t.fun.Slices()
	v, ptr := map[string]reg.VecVirtual{}, map[string]gp{}
	for _, f := range t.fun.Scalars() {
		v[f] = t.vec()
		t.callVec(f, v[f])
		t.broadcast(t.param(f), v[f])
	}
	m := t.maths()
	room := 16 - len(t.fun.Scalars()) - len(names) - 2
	if t.avx512 {
		room += 16
	}
	m.keep(constants[:min(room, len(constants))]...)
	var ptrs []gp
	for _, s := range names {
		ptr[s] = t.ptr(s)
		ptrs = append(ptrs, ptr[s])
	}
	t.sweep(t.len(names[0]), ptrs, func(disp int, k *mask) {
		for _, s := range names {
			v[s] = t.vec()
			t.loadMaybe(mem(ptr[s], disp), k, v[s])
		}
		body(m, v)
		for _, s := range names[:len(names)-1] {
			t.storeMaybe(v[s], k, mem(ptr[s], disp))
		}
	})
	t.ret()
}

// fma213 sets d = x·d + y.
func (t *target) fma213(x, y, d operand.Op) { t.op(t.VFMADD213PS, t.VFMADD213PD, y, x, d) }

// fnma sets d = d − x·y.
func (t *target) fnma(x, y, d operand.Op) { t.op(t.VFNMADD231PS, t.VFNMADD231PD, x, y, d) }
