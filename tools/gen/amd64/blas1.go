package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("blas1", blas1) }

func blas1(t *target) {
	t.fn("Dot", "Four times 64 bytes of lanes, a load and an FMA with memory for each vector; then a tree reduction.")
	acc := t.vecs(4 * t.parts)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	t.dotLoop(acc)
	t.reduceReturn(acc)

	t.fn("DotWide", "Like Dot without the tree reduction.")
	t.continueLanes(4*t.parts, t.dotLoop)

	t.fn("DotLanes", "64 bytes of lanes. It is for operands beyond L2, which come slower than one chain of FMAs.")
	t.continueLanes(t.parts, t.dotLoop)

	t.fn("Sum", "Four times 64 bytes of lanes, then a tree reduction.")
	acc = t.vecs(4 * t.parts)
	t.callVec("lanes", acc...)
	t.zero(acc...)
	t.sumLoop(acc)
	t.reduceReturn(acc)

	t.fn("SumWide", "Like Sum without the tree reduction.")
	t.continueLanes(4*t.parts, t.sumLoop)

	t.fn("Axpy", "Four vectors a round, masked tail.")
	alpha := t.vec()
	t.callVec("alpha", alpha)
	t.broadcast(t.param("alpha"), alpha)
	x, y, n := t.ptr("x"), t.ptr("y"), t.len("x")
	t.sweep(n, []gp{x, y}, func(disp int, m *mask) {
		xv, yv := t.vec(), t.vec()
		t.loadMaybe(mem(x, disp), m, xv)
		t.loadMaybe(mem(y, disp), m, yv)
		t.fma(xv, alpha, yv)
		t.storeMaybe(yv, m, mem(y, disp))
	})
	t.ret()

	t.fn("Scal", "Four vectors a round, masked tail.")
	alpha = t.vec()
	t.callVec("alpha", alpha)
	t.broadcast(t.param("alpha"), alpha)
	x, n = t.ptr("x"), t.len("x")
	t.sweep(n, []gp{x}, func(disp int, m *mask) {
		xv := t.vec()
		t.loadMaybe(mem(x, disp), m, xv)
		t.mul(xv, alpha, xv)
		t.storeMaybe(xv, m, mem(x, disp))
	})
	t.ret()

	t.fn("Swap", "Four vectors a round, masked tail.")
	x, y, n = t.ptr("x"), t.ptr("y"), t.len("x")
	t.sweep(n, []gp{x, y}, func(disp int, m *mask) {
		xv, yv := t.vec(), t.vec()
		t.loadMaybe(mem(x, disp), m, xv)
		t.loadMaybe(mem(y, disp), m, yv)
		t.storeMaybe(xv, m, mem(y, disp))
		t.storeMaybe(yv, m, mem(x, disp))
	})
	t.ret()
}

// sweep emits body for every vector of n elements, four at a time; see sweepBy.
func (t *target) sweep(n gp, ptrs []gp, body func(disp int, m *mask)) {
	t.sweepBy([]int{4, 2, 1}, n, ptrs, body)
}

// sweepBy emits body for every vector of n elements: as many at a time as unrolls
// say, most first, down to one, and the last partial one with a mask. ptrs are
// advanced; n is used up.
func (t *target) sweepBy(unrolls []int, n gp, ptrs []gp, body func(disp int, m *mask)) {
	t.sweepRounds(unrolls, n, ptrs, func(count int, m *mask) {
		for i := range count {
			body(i*t.lanes*t.size, m)
		}
	})
}

// sweepRounds is sweepBy with a body for count vectors. Between two of unrolls, n is less by
// the next one than what is left: an addition goes from one to the next and compares.
func (t *target) sweepRounds(unrolls []int, n gp, ptrs []gp, body func(count int, m *mask)) {
	end := t.label("end")
	ahead := 0
	for i, unroll := range unrolls {
		loop, done := t.label("vectors"), t.label("done")
		elements := unroll * t.lanes
		t.ADDQ(operand.I32(ahead-elements), n)
		ahead = elements
		t.JL(operand.LabelRef(done))
		loops := i == 0 || unrolls[i-1] > 2*unroll
		if loops {
			t.Label(loop)
		}
		body(unroll, nil)
		for _, p := range ptrs {
			t.ADDQ(imm(elements*t.size), p)
		}
		t.SUBQ(imm(elements), n)
		if loops {
			t.JGE(operand.LabelRef(loop))
		}
		if i == 0 {
			t.CMPQ(n, operand.I32(-elements))
			t.JEQ(operand.LabelRef(end))
		}
		t.Label(done)
	}
	t.ADDQ(imm(ahead), n)
	t.JZ(operand.LabelRef(end))
	m := t.mask(n)
	body(1, &m)
	t.Label(end)
}

// loadMaybe loads a whole vector or, with a mask, part of one.
func (t *target) loadMaybe(p operand.Mem, m *mask, v reg.VecVirtual) {
	if m == nil {
		t.load(p, v)
	} else {
		t.loadMasked(p, *m, v)
	}
}

// storeMaybe stores a whole vector or, with a mask, part of one.
func (t *target) storeMaybe(v reg.VecVirtual, m *mask, p operand.Mem) {
	if m == nil {
		t.store(v, p)
	} else {
		t.storeMasked(v, *m, p)
	}
}

// dotLoop adds the products of arguments x and y to the lanes in acc.
func (t *target) dotLoop(acc []reg.VecVirtual) {
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(acc, t.len("x"), []gp{x, y}, func(i, disp int, m *mask) {
		v := t.vec()
		if m == nil {
			t.load(mem(x, disp), v)
			t.fma(mem(y, disp), v, acc[i])
			return
		}
		w := t.vec()
		t.loadPadded(mem(x, disp), *m, v)
		t.loadMasked(mem(y, disp), *m, w)
		t.fma(w, v, acc[i])
	})
}

// sumLoop adds argument x to the lanes in acc.
func (t *target) sumLoop(acc []reg.VecVirtual) {
	x := t.ptr("x")
	t.lanesLoop(acc, t.len("x"), []gp{x}, func(i, disp int, m *mask) {
		if m == nil {
			t.add(acc[i], mem(x, disp), acc[i])
			return
		}
		v := t.vec()
		t.loadPadded(mem(x, disp), *m, v)
		t.add(acc[i], v, acc[i])
	})
}

// lanesLoop emits body(i, …) so that vector v of n elements meets accumulator
// v mod len(acc): whole rounds, then the rest, the last vector with a mask.
func (t *target) lanesLoop(acc []reg.VecVirtual, n gp, ptrs []gp, body func(i, disp int, m *mask)) {
	bytes, round := t.lanes*t.size, len(acc)*t.lanes
	loop, rest, partial, end := t.label("round"), t.label("rest"), t.label("partial"), t.label("end")
	t.SUBQ(imm(round), n)
	t.JL(operand.LabelRef(rest))
	t.Label(loop)
	for i := range acc {
		body(i, i*bytes, nil)
	}
	for _, p := range ptrs {
		t.ADDQ(imm(round*t.size), p)
	}
	t.SUBQ(imm(round), n)
	t.JGE(operand.LabelRef(loop))
	t.CMPQ(n, operand.I32(-round))
	t.JEQ(operand.LabelRef(end))
	t.Label(rest)
	if len(acc) > 1 {
		t.ADDQ(imm(round-t.lanes), n) // from here on it is less by a vector than what is left
	}
	for i := range len(acc) - 1 {
		t.JL(operand.LabelRef(partial + string(rune('a'+i))))
		body(i, i*bytes, nil)
		t.SUBQ(imm(t.lanes), n)
	}
	for i := len(acc) - 1; i >= 0; i-- {
		t.Label(partial + string(rune('a'+i)))
		t.ADDQ(imm(t.lanes), n)
		t.JZ(operand.LabelRef(end))
		m := t.mask(n)
		body(i, i*bytes, &m)
		t.JMP(operand.LabelRef(end))
	}
	t.Label(end)
}

// continueLanes emits a kernel that loads n vectors of lanes from argument acc,
// runs loop over them and stores them.
func (t *target) continueLanes(n int, loop func([]reg.VecVirtual)) {
	acc := t.vecs(n)
	t.callVec("lanes", acc...)
	p := t.GP64()
	t.call("acc", p)
	t.Load(t.Param("acc"), p)
	for i, v := range acc {
		t.load(mem(p, i*t.lanes*t.size), v)
	}
	loop(acc)
	p = t.GP64()
	t.Load(t.Param("acc"), p)
	for i, v := range acc {
		t.store(v, mem(p, i*t.lanes*t.size))
	}
	t.ret()
}

// reduceReturn adds all lanes by halves, returns the sum and leaves the function.
func (t *target) reduceReturn(acc []reg.VecVirtual) {
	t.returnLane(t.reduceWide(acc))
}

// returnLane returns lane 0 of v and leaves the function.
func (t *target) returnLane(v reg.VecVirtual) {
	ret := t.addr(t.ReturnIndex(0))
	if t.f64 {
		t.VMOVSD(v.AsX(), ret)
	} else {
		t.VMOVSS(v.AsX(), ret)
	}
	t.ret()
}
