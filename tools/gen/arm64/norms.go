package arm64

func init() { file("norms", norms) }

func norms(t *target) {
	t.sumOf("Asum", t.asumLoop)
	t.sumOf("SquaredDistance", t.distanceLoop)
	t.fn("DeviationWide", "16 registers of lanes; those without an element get m − m.", func() {
		m := t.broadcast("m")
		t.continueLanes(16, func(acc []reg) {
			x := t.ptr("x")
			pad := func(int) reg { return t.broadcast("m") }
			t.lanesLoopPadded(acc, t.len("x"), []reg{x}, pad, func(acc []reg, v [][]reg) {
				for i := range acc {
					d := t.diff(v[0][i], m)
					t.fma(acc[i], d, d)
				}
			})
		})
	})
}

// sumOf emits two kernels: one that returns a sum in the lanes of Dot, and name + "Wide",
// which continues one.
func (t *target) sumOf(name string, loop func(acc []reg)) {
	t.fn(name, "16 registers of lanes, then a tree reduction.", func() {
		acc := t.named("lanes", 16)
		t.zero(acc...)
		loop(acc)
		t.reduceReturn(acc)
	})
	t.fn(name+"Wide", "Like "+name+" without the tree reduction.", func() { t.continueLanes(16, loop) })
}

// asumLoop adds the magnitudes of argument x to lanes.
func (t *target) asumLoop(acc []reg) {
	x := t.ptr("x")
	t.lanesLoop(acc, t.len("x"), []reg{x}, func(acc []reg, v [][]reg) {
		for i := range acc {
			t.addTo(acc[i], t.op("VFABS_T(@1, @0)", v[0][i]))
		}
	})
}

// distanceLoop adds the squares of x − y to lanes.
func (t *target) distanceLoop(acc []reg) {
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(acc, t.len("x"), []reg{x, y}, func(acc []reg, v [][]reg) {
		for i := range acc {
			d := t.diff(v[0][i], v[1][i])
			t.fma(acc[i], d, d)
		}
	})
}
