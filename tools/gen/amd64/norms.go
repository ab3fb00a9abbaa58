package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("norms", norms) }

func norms(t *target) {
	t.sum("Asum", t.asumLoop)
	t.sum("SquaredDistance", t.distanceLoop)

	t.variance()
	t.fn("Nrm2", "The sum like Dot's, but each vector is loaded once.")
	acc := t.vecs(4 * t.parts)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	x := t.ptr("x")
	t.lanesLoop(acc, t.len("x"), []gp{x}, func(i, disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		t.fma(v, v, acc[i])
	})
	sum, hard := t.reduceWide(acc), t.label("hard")
	t.unsafeSquares(sum, 1, hard)
	t.op(t.VSQRTSS, t.VSQRTSD, sum.AsX(), sum.AsX(), sum.AsX())
	t.returnLane(sum)
	t.Label(hard)
	t.load(t.constant("nan"), sum.AsX())
	t.returnLane(sum)
	t.cosine()
	t.cumSum()
}

// cosine emits CosineSimilarity and CosineWide: three sums with twice 64 bytes of lanes each.
func (t *target) cosine() {
	n := 2 * t.parts
	t.fn("CosineSimilarity", "Twice 64 bytes of lanes for each of three sums, two loads and three FMAs for each vector; then tree reductions side by side.")
	acc := t.vecs(3 * n)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	t.cosineLoop(acc)
	t.Comment("Tree reductions: registers, then halves of one.")
	var rows []reg.VecVirtual
	for ; len(acc) > 0; acc = acc[n:] {
		for h := n / 2; h > 0; h /= 2 {
			for i := range h {
				t.add(acc[i], acc[i+h], acc[i])
			}
		}
		rows = append(rows, t.halve(acc[:1]))
	}
	t.cosineOf(t.reduce(rows[1], rows[2], rows[0]))

	t.fn("CosineWide", "Like CosineSimilarity without the tree reductions.")
	t.continueLanes(3*n, t.cosineLoop)
}

// cosineOf returns lane 2 of v over the product of the roots of lanes 0 and 1, or NaN if one
// of these isn't between NormLeast and NormMost.
func (t *target) cosineOf(v reg.VecVirtual) {
	hard, roots, product := t.label("hard"), t.XMM(), t.XMM()
	t.unsafeSquares(v, 3, hard)
	t.op(t.VSQRTPS, t.VSQRTPD, v.AsX(), roots)
	if t.f64 {
		t.VPERMILPD(operand.Imm(1), roots, product)
		xy := t.XMM()
		t.extract128(v, xy)
		v = xy
	} else {
		t.VPERMILPS(operand.Imm(1), roots, product)
		t.VPERMILPS(operand.Imm(2), v.AsX(), v.AsX())
	}
	t.op(t.VMULSS, t.VMULSD, roots, product, product)
	t.op(t.VDIVSS, t.VDIVSD, product, v.AsX(), v.AsX())
	t.returnLane(v)
	t.Label(hard)
	nan := t.XMM()
	t.load(t.constant("nan"), nan)
	t.returnLane(nan)
}

// unsafeSquares jumps to label if one of some lanes of v, given as bits, isn't between NormLeast
// and NormMost.
func (t *target) unsafeSquares(v reg.VecVirtual, lanes int, label string) {
	m := t.maths()
	y := vector{v.AsY().(reg.VecVirtual)}
	small, large := m.bits(m.compare(y, notGreaterEqual, "normLeast")), m.bits(m.compare(y, notLessEqual, "normMost"))
	t.ORL(small, large)
	t.TESTL(imm(lanes), large)
	t.JNZ(operand.LabelRef(label))
}

// cosineLoop adds the products of arguments x and y, and their squares, to the lanes in the
// three parts of acc.
func (t *target) cosineLoop(acc []reg.VecVirtual) {
	n := len(acc) / 3
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(acc[:n], t.len("x"), []gp{x, y}, func(i, disp int, k *mask) {
		v, w := t.vec(), t.vec()
		if k == nil {
			t.load(mem(x, disp), v)
			t.load(mem(y, disp), w)
		} else {
			t.loadPadded(mem(x, disp), *k, v)
			t.loadMasked(mem(y, disp), *k, w)
		}
		t.fma(v, w, acc[i])
		t.fma(v, v, acc[n+i]) // never −0, so that the square of a padding −0 does no harm
		t.fma(w, w, acc[2*n+i])
	})
}

// cumSum emits CumSum. Only the sum of all groups before goes from one group to the next.
func (t *target) cumSum() {
	if t.avx512 {
		return
	}
	t.fn("CumSum", "A group of four at a time: pairs, then pairs of pairs, and to them the sum of all before.")
	g := *t
	g.lanes = 4 // of a register of 16 or 32 bytes
	group := func() reg.VecVirtual {
		if g.f64 {
			return g.YMM()
		}
		return g.XMM()
	}
	s, zero := group(), group()
	g.callVec("sum before", s)
	g.broadcast(g.param("s"), s)
	g.zero(zero)
	dst, x, n := g.ptr("dst"), g.ptr("x"), g.len("x")
	g.sweepRounds([]int{4, 1}, n, []gp{dst, x}, func(count int, k *mask) {
		for i := range count {
			v, a, b, d := group(), group(), group(), group()
			g.loadMaybe(mem(x, 4*i*g.size), k, v)
			if g.f64 {
				g.VPSLLDQ(operand.Imm(8), v, a) // 0, x0, 0, x2
				g.add(v, a, a)
				g.VPERMILPD(operand.Imm(0x0F), a, b)
				g.VPERM2F128(operand.Imm(0x08), b, b, b) // 0, 0 and twice x0 + x1
			} else {
				g.VPSLLQ(operand.Imm(32), v, a)
				g.add(v, a, a)
				g.VSHUFPS(operand.Imm(0x50), a, zero, b)
			}
			g.add(a, b, a)
			g.add(s, a, d)
			if g.f64 {
				g.VPERMPD(operand.Imm(0xFF), a, a)
			} else {
				g.VPERMILPS(operand.Imm(0xFF), a, a)
			}
			g.add(s, a, s)
			if k == nil {
				g.store(d, mem(dst, 4*i*g.size))
			} else {
				g.storeMasked(d.AsY().(reg.VecVirtual), *k, mem(dst, 0))
			}
		}
	})
	g.ret()
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
	x, magnitude := t.ptr("x"), m.hoisted["magnitude"]
	t.lanesLoop(acc, t.len("x"), []gp{x}, func(i, disp int, k *mask) {
		v := t.vec()
		if k == nil {
			t.op(t.VANDPS, t.VANDPD, mem(x, disp), magnitude, v)
		} else {
			t.loadMasked(mem(x, disp), *k, v)
			t.op(t.VANDPS, t.VANDPD, v, magnitude, v)
		}
		t.add(acc[i], v, acc[i])
	})
}

// variance emits Variance and DeviationWide.
func (t *target) variance() {
	t.fn("Variance", "Sum's lanes and tree reduction, then as many lanes of the squares of deviations, which begin with m − m.")
	acc, n, m := t.vecs(4*t.parts), t.XMM(), t.vec()
	t.callVec("lanes", acc...)
	t.callVec("n", n)
	t.callVec("m", m)
	t.zero(acc...)
	t.sumLoop(acc)
	v := t.reduceWide(acc)
	t.zero(n)
	count := t.addr(t.arg("x").Len())
	if t.f64 {
		t.VCVTSI2SDQ(count, n, n)
	} else {
		t.VCVTSI2SSQ(count, n, n)
	}
	t.op(t.VDIVSS, t.VDIVSD, n, v.AsX(), v.AsX())
	t.broadcast(v.AsX(), m)
	for _, a := range acc {
		t.sub(m, m, a)
	}
	t.deviationLoop(acc, m)
	v = t.reduceWide(acc)
	t.op(t.VDIVSS, t.VDIVSD, n, v.AsX(), v.AsX())
	t.returnLane(v)

	t.fn("DeviationWide", "Like Variance without the mean and the tree reductions.")
	t.continueLanes(4*t.parts, func(acc []reg.VecVirtual) {
		m := t.vec()
		t.callVec("m", m)
		t.broadcast(t.param("m"), m)
		t.deviationLoop(acc, m)
	})
}

// deviationLoop adds the squares of argument x − m to the lanes in acc.
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
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		if k == nil {
			t.sub(v, mem(y, disp), v)
		} else {
			w := t.vec()
			t.loadMasked(mem(y, disp), *k, w)
			t.sub(v, w, v)
		}
		t.fma(v, v, acc[i])
	})
}
