package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("optimizer", optimizer) }

// optimizer emits the optimizer steps: one sweep over parameters, state and
// gradient, with the expression of the generic function per vector.
func optimizer(t *target) {
	t.step("Momentum", func(v map[string]reg.VecVirtual) {
		t.flush(v["g"], "LeastFactor")
		t.fma213(v["mu"], v["g"], v["v"])
		t.flush(v["v"], "LeastFactor")
		t.fnma(v["v"], v["lr"], v["w"])
	})
	t.step("Nesterov", func(v map[string]reg.VecVirtual) {
		t.flush(v["g"], "LeastFactor")
		t.fma213(v["mu"], v["g"], v["v"])
		t.flush(v["v"], "LeastFactor")
		t.fma(v["v"], v["mu"], v["g"])
		t.fnma(v["g"], v["lr"], v["w"])
	})
	t.step("RMSProp", func(v map[string]reg.VecVirtual) {
		d := t.vec()
		t.flush(v["g"], "LeastRoot")
		t.mul(v["oneMinusRho"], v["g"], d)
		t.mul(v["rho"], v["s"], v["s"])
		t.fma(d, v["g"], v["s"])
		c := t.square(v["s"])
		t.only(c, v["s"])
		t.op(t.VSQRTPS, t.VSQRTPD, v["s"], d)
		t.add(d, v["eps"], d)
		t.op(t.VDIVPS, t.VDIVPD, d, v["g"], d)
		t.only(c, d)
		t.fnma(d, v["lr"], v["w"])
	})
	t.step("Adam", func(v map[string]reg.VecVirtual) {
		c := t.moments(v)
		t.only(c, v["m"])
		t.flush(v["m"], "LeastFactor")
		d := t.vec()
		t.op(t.VSQRTPS, t.VSQRTPD, v["v"], d)
		t.fma213(v["scale"], v["eps"], d)
		t.op(t.VDIVPS, t.VDIVPD, d, v["m"], d)
		t.only(c, d)
		t.mul(v["keep"], v["w"], v["w"])
		t.fnma(d, v["lr"], v["w"])
		t.flush(v["w"], "LeastFactor")
	})
}

// moments sets the new m, not flushed, and v, and returns where v is not 0.
func (t *target) moments(v map[string]reg.VecVirtual) condition {
	d := t.vec()
	t.flush(v["g"], "LeastRoot")
	t.mul(v["beta1"], v["m"], v["m"])
	t.fma(v["oneMinusBeta1"], v["g"], v["m"])
	t.mul(v["oneMinusBeta2"], v["g"], d)
	t.mul(v["beta2"], v["v"], v["v"])
	t.fma(d, v["g"], v["v"])
	c := t.square(v["v"])
	t.only(c, v["v"])
	return c
}

// flush sets x to +0 below a constant. It compares integers, for which NaN is large
// and a subnormal number costs nothing.
func (t *target) flush(x reg.VecVirtual, least string) {
	m := t.maths()
	t.only(m.greaterInt(m.and(vector{x}, "magnitude"), "below"+least), x)
}

// square returns where x is at least LeastSquare, or NaN.
func (t *target) square(x reg.VecVirtual) condition {
	return t.maths().compare(vector{x}, notLess, "leastSquare")
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

// step emits an optimizer step. body gets a register for each slice, loaded, and
// each factor, in all lanes; what it leaves in the slices' registers is stored,
// except for the last slice, the gradient.
func (t *target) step(name string, body func(map[string]reg.VecVirtual)) {
	t.fn(name, "Four vectors a round, masked tail.")
	names := t.fun.Slices()
	v, ptr := map[string]reg.VecVirtual{}, map[string]gp{}
	for _, f := range t.fun.Scalars() {
		v[f] = t.vec()
		t.callVec(f, v[f])
		t.broadcast(t.param(f), v[f])
	}
	var ptrs []gp
	for _, s := range names {
		ptr[s] = t.ptr(s)
		ptrs = append(ptrs, ptr[s])
	}
	t.sweep(t.len(names[0]), ptrs, func(disp int, m *mask) {
		for _, s := range names {
			v[s] = t.vec()
			t.loadMaybe(mem(ptr[s], disp), m, v[s])
		}
		body(v)
		for _, s := range names[:len(names)-1] {
			t.storeMaybe(v[s], m, mem(ptr[s], disp))
		}
	})
	t.ret()
}

// fma213 sets d = x·d + y.
func (t *target) fma213(x, y, d operand.Op) { t.op(t.VFMADD213PS, t.VFMADD213PD, y, x, d) }

// fnma sets d = d − x·y.
func (t *target) fnma(x, y, d operand.Op) { t.op(t.VFNMADD231PS, t.VFNMADD231PD, x, y, d) }
