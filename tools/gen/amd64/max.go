package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("max", extremes) }

// extremum is a maximum or a minimum: what it is called, that of nothing, and two ways to
// set d to the better of two. fast is for numbers that are neither NaN nor zeros.
type extremum struct {
	result, none  string
	fast, careful func(m *maths, d, x vector)
	ofMagnitudes  bool
}

var (
	maximum = extremum{"maximum", "minusInf",
		func(m *maths, d, x vector) { m.eachTo(m.VMAXPS, m.VMAXPD, d, x, d) },
		func(m *maths, d, x vector) { m.set(d, m.greater(d, x)) }, false}
	minimum = extremum{"minimum", "inf",
		func(m *maths, d, x vector) { m.eachTo(m.VMINPS, m.VMINPD, d, x, d) },
		func(m *maths, d, x vector) { m.set(d, m.lesser(d, x)) }, false}
	largest = extremum{"maximum", "minusInf", maximum.fast, maximum.careful, true}
)

func extremes(t *target) {
	t.extreme("Max", maximum)
	t.extreme("Min", minimum)
	t.place("ArgMax", maximum)
	t.place("ArgMin", minimum)
	t.place("Iamax", largest)
}

const lookOut = "multiplies pairs of vectors and adds up the products: if the sum isn't NaN, there is none. "

// extreme emits a kernel that returns the most extreme element of x.
func (t *target) extreme(name string, e extremum) {
	t.fn(name, "Eight vectors a round, four pairs with a "+e.result+" of their own, masked tail; then the "+e.result+" of the four and of their lanes. "+
		"The first pass "+lookOut+"Otherwise, or if the result is a zero, a second pass takes more care.")
	m := t.maths()
	m.hoist(e.none)
	again := t.label("careful")
	top, nan := m.quickExtreme(e)
	m.jumpIfAny(nan, again)
	if t.f64 {
		r := t.GP64()
		t.VMOVQ(top.AsX(), r)
		t.ADDQ(r, r)
	} else {
		r := t.GP32()
		t.VMOVD(top.AsX(), r)
		t.ADDL(r, r)
	}
	t.JZ(operand.LabelRef(again))
	t.returnLane(top)

	t.Label(again)
	t.returnLane(m.carefulExtreme(e))
}

// place emits a kernel that returns the index of the first element that is as extreme as can
// be, or of the first NaN.
func (t *target) place(name string, e extremum) {
	if t.avx512 {
		return
	}
	t.fn(name, "The "+e.result+" as in "+map[string]string{"maximum": "Max", "minimum": "Min"}[e.result]+", whose pass "+lookOut+
		"Then four vectors a round until one has it, then one at a time, masked tail.")
	m := t.maths()
	top, nan := m.quickExtreme(e)
	i, lanes := t.GP64(), t.GP32()
	t.call("i", i)
	value, found, check := t.label("value"), t.label("found"), t.label("nan")
	m.jumpIfAny(nan, check)
	t.Label(value)
	v := t.vec()
	t.broadcast(top.AsX(), v)
	t.callVec(e.result, v)
	if e.ofMagnitudes {
		m.keep("magnitude")
	}
	t.search(i, lanes, found, func(x operand.Op, c reg.VecVirtual) {
		if e.ofMagnitudes {
			t.VANDPS(x, m.hoisted["magnitude"], c)
			x = c
		}
		t.op(t.VCMPPS, t.VCMPPD, operand.Imm(equal), x, v, c)
	})
	t.Label(found)
	t.BSFL(lanes, lanes)
	t.ADDQ(lanes.As64(), i)
	ret := t.addr(t.ReturnIndex(0))
	t.MOVQ(i, ret)
	t.ret()
	t.Label(check)
	t.search(i, lanes, found, func(x operand.Op, c reg.VecVirtual) {
		if _, ok := x.(operand.Mem); ok {
			t.load(x.(operand.Mem), c)
			x = c
		}
		t.op(t.VCMPPS, t.VCMPPD, operand.Imm(unordered), x, x, c)
	})
	t.JMP(operand.LabelRef(value))
}

// search goes through x until test, which sets a mask of lanes, finds one; then it jumps to
// found with the index of the vector and the bits of its lanes. Otherwise it goes on, with
// i = 0 if x is empty.
func (t *target) search(i, lanes gp, found string, test func(x operand.Op, c reg.VecVirtual)) {
	x, n := t.ptr("x"), t.len("x")
	t.XORQ(i, i)
	hits := func(c reg.VecVirtual, label string) {
		if t.f64 {
			t.VMOVMSKPD(c, lanes)
		} else {
			t.VMOVMSKPS(c, lanes)
		}
		t.TESTL(lanes, lanes)
		t.JNZ(operand.LabelRef(label))
	}
	at := func(k int) operand.Mem {
		return operand.Mem{Base: x, Index: i, Scale: uint8(t.size), Disp: k * t.lanes * t.size}
	}
	left := func(vectors int, label string) {
		end := t.GP64()
		t.LEAQ(operand.Mem{Base: i, Disp: vectors * t.lanes}, end)
		t.CMPQ(end, n)
		t.JG(operand.LabelRef(label))
	}
	rounds, single, last, none := t.label("rounds"), t.label("single"), t.label("last"), t.label("none")
	t.Label(rounds)
	left(4, single)
	c := t.vecs(4)
	for k := range c {
		test(at(k), c[k])
	}
	t.VORPS(c[0], c[1], c[0])
	t.VORPS(c[2], c[3], c[2])
	t.VORPS(c[0], c[2], c[0])
	hits(c[0], single)
	t.ADDQ(imm(4*t.lanes), i)
	t.JMP(operand.LabelRef(rounds))
	t.Label(single)
	left(1, last)
	one := t.vec()
	test(at(0), one)
	hits(one, found)
	t.ADDQ(imm(t.lanes), i)
	t.JMP(operand.LabelRef(single))
	t.Label(last)
	rest := t.GP64()
	t.MOVQ(n, rest)
	t.SUBQ(i, rest)
	t.JZ(operand.LabelRef(none))
	m := t.mask(rest)
	t.loadMasked(at(0), m, one)
	test(one, one)
	hits(one, found)
	t.Label(none)
	t.MOVL(operand.U32(1), lanes) // of nothing, the index is 0
}

// quickExtreme returns a register whose lane 0 has the most extreme element of argument x,
// but perhaps not the right one of two zeros, and a condition that holds if there is a NaN.
// It also holds for some x without one, such as 0 and Inf next to each other. The sums begin
// at 1, so that products of small numbers make no subnormal ones, which are slow on Intel.
func (m *maths) quickExtreme(e extremum) (top reg.VecVirtual, nan condition) {
	tops, sums := make([]vector, 4), make([]vector, 4)
	for i := range tops {
		tops[i], sums[i] = m.copy(e.none), m.copy("one")
		m.callVec(e.result, tops[i]...)
		m.callVec("sum", sums[i]...)
	}
	x, n := m.ptr("x"), m.target.len("x")
	load := func(i int, k *mask) vector {
		v := m.new()
		m.loadMaybe(mem(x, i*m.lanes*m.size), k, v[0])
		if e.ofMagnitudes {
			v = m.and(v, "magnitude")
		}
		return v
	}
	m.sweepRounds([]int{8, 4, 2, 1}, n, []reg.GPVirtual{x}, func(count int, k *mask) {
		if count == 1 {
			v := load(0, k)
			m.fmaTo(sums[0], v, v)
			if k != nil {
				m.fillIn(v[0], *k, e.none)
			}
			e.fast(m, tops[0], v)
			return
		}
		for i := range count / 2 {
			v, w := load(2*i, nil), load(2*i+1, nil)
			m.fmaTo(sums[i], v, w)
			e.fast(m, v, w)
			e.fast(m, tops[i], v)
		}
	})
	top = m.meet(tops, e.fast)
	m.Comment("NaN goes through products and sums.")
	m.addTo(sums[0], sums[2])
	m.addTo(sums[1], sums[3])
	m.addTo(sums[0], sums[1])
	return top, m.compare(sums[0], unordered, sums[0])
}

// fillIn sets the lanes of x outside a mask to a constant.
func (m *maths) fillIn(x reg.VecVirtual, k mask, constant string) {
	c := m.register(constant)[0]
	switch {
	case m.avx512:
		m.op(m.VBLENDMPS, m.VBLENDMPD, x, c, k.Register, x)
	case m.f64:
		m.VBLENDVPD(k.Register, x, c, x)
	default:
		m.VBLENDVPS(k.Register, x, c, x)
	}
}

func (m *maths) addTo(d, x vector) { m.eachTo(m.VADDPS, m.VADDPD, d, d, x) }

// carefulExtreme returns a register whose lane 0 has the most extreme element of argument x.
func (m *maths) carefulExtreme(e extremum) reg.VecVirtual {
	tops := make([]vector, 4)
	for i := range tops {
		tops[i] = m.copy(e.none)
		m.callVec(e.result, tops[i]...)
	}
	x, n := m.ptr("x"), m.target.len("x")
	m.sweepRounds([]int{8, 1}, n, []reg.GPVirtual{x}, func(count int, k *mask) {
		for i := range count {
			v := m.new()
			m.loadMaybe(mem(x, i*m.lanes*m.size), k, v[0])
			if k != nil {
				m.fillIn(v[0], *k, e.none)
			}
			e.careful(m, tops[i%len(tops)], v)
		}
	})
	return m.meet(tops, e.careful)
}

// meet returns a register whose lane 0 has the most extreme of all lanes of four vectors, by
// way of to.
func (m *maths) meet(tops []vector, to func(m *maths, d, x vector)) reg.VecVirtual {
	m.Comment("The four, then lanes that lie ever closer.")
	for _, pair := range [][2]int{{0, 2}, {1, 3}, {0, 1}} {
		to(m, tops[pair[0]], tops[pair[1]])
	}
	meet := func(shuffle func(x, d reg.VecVirtual)) {
		d := m.new()
		shuffle(tops[0][0], d[0])
		to(m, tops[0], d)
	}
	if m.avx512 {
		meet(func(x, d reg.VecVirtual) { m.VSHUFF64X2(operand.Imm(0x4E), x, x, d) })
		meet(func(x, d reg.VecVirtual) { m.VSHUFF64X2(operand.Imm(0xB1), x, x, d) })
	} else {
		meet(func(x, d reg.VecVirtual) { m.VPERM2F128(operand.Imm(1), x, x, d) })
	}
	meet(func(x, d reg.VecVirtual) { m.VPERMILPD(operand.Imm(0x55), x, d) })
	if !m.f64 {
		meet(func(x, d reg.VecVirtual) { m.VPERMILPS(operand.Imm(0xB1), x, d) })
	}
	return tops[0][0]
}

// set copies x to d.
func (m *maths) set(d, x vector) {
	for i := range d {
		m.op(m.VMOVUPS, m.VMOVUPD, x[i], d[i])
	}
}
