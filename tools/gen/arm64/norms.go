package arm64

import "slices"

func init() { file("norms", norms) }

func norms(t *target) {
	t.sumOf("Asum", t.asumLoop)
	t.sumOf("SquaredDistance", t.distanceLoop)
	t.variance()
	t.fn("Nrm2", "The sum like Dot's, but each vector is loaded once.", func() {
		acc := t.named("lanes", 16)
		t.zero(acc...)
		t.lanesLoopPadded(acc, t.len("x"), []reg{t.ptr("x")}, func(int) reg { return t.constant("zero") }, func(acc []reg, v [][]reg) {
			for i := range acc {
				t.fma(acc[i], v[0][i], v[0][i])
			}
		})
		s := t.reduce([][]reg{acc})
		m := t.maths(1)
		root := vector{t.sqrt(s)}
		m.chooseUnlessTo(root, m.safeSquares(s), "nan")
		m.flush()
		t.do("FMOVE F@1, "+t.frame.address("ret"), root[0])
	})
	t.fn("CosineSimilarity", "8 registers of lanes for each of three sums, then tree reductions.", func() {
		acc := t.named("lanes", 24)
		t.zero(acc...)
		t.cosineLoop(acc)
		t.cosineOf(t.reduce([][]reg{acc[:8]}), t.reduce([][]reg{acc[8:16]}), t.reduce([][]reg{acc[16:]}))
	})
	t.fn("CosineWide", "Like CosineSimilarity without the tree reductions.", func() { t.continueLanes(24, t.cosineLoop) })
}

// cosineOf returns xy over the product of the roots of xx and yy, or NaN if one of these isn't
// between NormLeast and NormMost.
func (t *target) cosineOf(xy, xx, yy reg) {
	m := t.maths(1)
	safe := m.and(m.safeSquares(xx), m.safeSquares(yy))
	c := m.div(vector{xy}, m.mul(vector{t.sqrt(xx)}, vector{t.sqrt(yy)}))
	m.chooseUnlessTo(c, safe, "nan")
	m.flush()
	t.do("FMOVE F@1, "+t.frame.address("ret"), c[0])
}

// safeSquares holds where a sum of squares is between NormLeast and NormMost.
func (m *maths) safeSquares(s reg) vector {
	return m.and(m.greaterEqual(vector{s}, "normLeast"), m.greaterEqual("normMost", vector{s}))
}

// cosineLoop adds the products of arguments x and y, and their squares, to the lanes in the
// three parts of all.
func (t *target) cosineLoop(all []reg) {
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(all[:8], t.len("x"), []reg{x, y}, func(acc []reg, v [][]reg) {
		first := slices.Index(all, acc[0])
		for i := range acc {
			t.fma(acc[i], v[0][i], v[1][i])
			t.fma(all[8+first+i], v[0][i], v[0][i]) // never −0, so that the square of a padding −0 does no harm
			t.fma(all[16+first+i], v[1][i], v[1][i])
		}
	})
}

// variance emits Variance and DeviationWide.
func (t *target) variance() {
	t.fn("Variance", "Sum's lanes and tree reduction, then as many lanes of the squares of deviations, which begin with m − m.", func() {
		acc, n := t.named("lanes", 16), t.named("n", 1)[0]
		t.zero(acc...)
		t.sumLoop(acc, t.ptr("x"), t.len("x"))
		convert := map[bool]string{false: "SCVTFS R@1, F@0", true: "SCVTFD R@1, F@0"}[t.f64]
		t.set(convert, n, t.len("x"))
		m := t.spread(t.quot(t.reduce([][]reg{acc}), n))
		for _, a := range acc {
			t.set("VFSUB_T(@2, @1, @0)", a, m, m)
		}
		t.deviationLoop(acc, m)
		t.do("FMOVE F@1, "+t.frame.address("ret"), t.quot(t.reduce([][]reg{acc}), n))
	})
	t.fn("DeviationWide", "Like Variance without the mean and the tree reductions.", func() {
		t.continueLanes(16, func(acc []reg) { t.deviationLoop(acc, t.broadcast("m")) })
	})
}

// deviationLoop adds the squares of argument x − m to lanes; those without an element get
// m − m.
func (t *target) deviationLoop(acc []reg, m reg) {
	x := t.ptr("x")
	pad := func(int) reg { return t.duplicate(m) }
	t.lanesLoopPadded(acc, t.len("x"), []reg{x}, pad, func(acc []reg, v [][]reg) {
		for i := range acc {
			d := t.diff(v[0][i], m)
			t.fma(acc[i], d, d)
		}
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
