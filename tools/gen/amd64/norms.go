package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("norms", norms) }

func norms(t *target) {
	t.sum("Asum", t.asumLoop)
	t.sum("SquaredDistance", t.distanceLoop)

	t.fn("DeviationWide", "Four times 64 bytes of lanes.")
	m := t.vec()
	t.callVec("m", m)
	t.broadcast(t.param("m"), m)
	t.continueLanes(4*t.parts, func(acc []reg.VecVirtual) { t.deviationLoop(acc, m) })
}

// sum emits two kernels: one that returns a sum in the lanes of Dot, and name + "Wide",
// which continues one.
func (t *target) sum(name string, loop func(acc []reg.VecVirtual)) {
	t.fn(name, "Four times 64 bytes of lanes, then a tree reduction.")
	acc := t.vecs(4 * t.parts)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	loop(acc)
	t.reduceReturn(acc)

	t.fn(name+"Wide", "Like "+name+" without the tree reduction.")
	t.continueLanes(4*t.parts, loop)
}

// asumLoop adds the magnitudes of argument x to the lanes in acc.
func (t *target) asumLoop(acc []reg.VecVirtual) {
	m := t.maths()
	m.keep("magnitude")
	x := t.ptr("x")
	t.lanesLoop(acc, t.len("x"), []gp{x}, func(i, disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		t.add(acc[i], m.and(vector{v}, "magnitude")[0], acc[i])
	})
}

// deviationLoop adds the squares of x − m to the lanes in acc.
func (t *target) deviationLoop(acc []reg.VecVirtual, m reg.VecVirtual) {
	x := t.ptr("x")
	t.lanesLoop(acc, t.len("x"), []gp{x}, func(i, disp int, k *mask) {
		v := t.vec()
		if k == nil {
			t.load(mem(x, disp), v)
			t.sub(v, m, v)
		} else {
			t.loadMasked(mem(x, disp), *k, v)
			t.sub(v, m, v)
			t.keepLanes(v, *k)
		}
		t.fma(v, v, acc[i])
	})
}

// keepLanes sets the lanes of v outside k to +0.
func (t *target) keepLanes(v reg.VecVirtual, k mask) {
	if t.avx512 {
		t.op(func(o ...operand.Op) { t.VMOVAPS_Z(o[0], o[1], o[2]) }, func(o ...operand.Op) { t.VMOVAPD_Z(o[0], o[1], o[2]) }, v, k.Register, v)
		return
	}
	t.VANDPS(k.Register, v, v)
}

// distanceLoop adds the squares of x − y to the lanes in acc.
func (t *target) distanceLoop(acc []reg.VecVirtual) {
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(acc, t.len("x"), []gp{x, y}, func(i, disp int, k *mask) {
		v, w := t.vec(), t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		t.loadMaybe(mem(y, disp), k, w)
		t.sub(v, w, v)
		t.fma(v, v, acc[i])
	})
}
