package amd64

import "github.com/mmcloughlin/avo/reg"

func init() { file("norms", norms) }

func norms(t *target) {
	t.sum("Asum", t.asumLoop)
	t.sum("SquaredDistance", t.distanceLoop)
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
