package arm64

import (
	"fmt"

	"github.com/nabla-go/nabla/internal/scalar"
)

// vector is a value of an elementary function: one register for each of the
// vectors that are processed side by side.
type vector []reg

// maths writes elementary functions over vectors. Its methods repeat the
// functions of package scalar, operation by operation, and carry their names.
//
// Operands are vectors or names of constants, which are loaded at every use:
// loads are cheap where all the rest is arithmetic. Operations return new
// vectors, but for those whose name ends in To, which overwrite their first
// argument.
//
// Vectors go side by side so that a core finds enough independent work within
// its window; a chunk of operations on one vector, then the same on the next, so
// that fewer intermediate results are live than if every operation took turns.
type maths struct {
	*target
	width, chunk int
	pending      []func(i int) // operations on vector i, not written yet
}

// maths returns the writer for so many vectors side by side.
func (t *target) maths(width int) *maths { return &maths{target: t, width: width, chunk: 6} }

// step appends an operation; write writes it for vector i.
func (m *maths) step(write func(i int)) {
	if m.pending = append(m.pending, write); len(m.pending) == m.chunk {
		m.flush()
	}
}

// flush writes the pending operations.
func (m *maths) flush() {
	for i := range m.width {
		for _, write := range m.pending {
			write(i)
		}
	}
	m.pending = nil
}

// value returns the vector x or, in all places, the constant x.
func (m *maths) value(x any) vector {
	v, ok := x.(vector)
	if !ok {
		c := m.constant(x.(string))
		for range m.width {
			v = append(v, c)
		}
	}
	return v
}

// copy returns a vector that may be overwritten.
func (m *maths) copy(x any) vector {
	d := vector(m.vecs(m.width))
	m.step(func(i int) {
		if name, ok := x.(string); ok {
			m.constantTo(d[i], name)
		} else {
			m.set(moveVector, d[i], x.(vector)[i])
		}
	})
	return d
}

// each emits an instruction with the operands @1 and @2 for every vector.
func (m *maths) each(text string, operands ...any) vector {
	var values []vector
	for _, x := range operands {
		values = append(values, m.value(x))
	}
	d := vector(m.vecs(m.width))
	m.step(func(i int) {
		var src []reg
		for _, v := range values {
			src = append(src, v[i])
		}
		m.set(text, d[i], src...)
	})
	return d
}

// eachTo is each for instructions that overwrite d.
func (m *maths) eachTo(text string, d vector, x, y any) {
	xs, ys := m.value(x), m.value(y)
	m.step(func(i int) { m.mod(text, d[i], xs[i], ys[i]) })
}

func (m *maths) add(x, y any) vector { return m.each("VFADD_T(@2, @1, @0)", x, y) }
func (m *maths) sub(x, y any) vector { return m.each("VFSUB_T(@2, @1, @0)", x, y) }
func (m *maths) mul(x, y any) vector { return m.each("VFMUL_T(@2, @1, @0)", x, y) }
func (m *maths) div(x, y any) vector { return m.each("VFDIV_T(@2, @1, @0)", x, y) }
func (m *maths) neg(x any) vector    { return m.each("VFNEG_T(@1, @0)", x) }

// max and min are NaN if an operand is.
func (m *maths) max(x, y any) vector { return m.each("VFMAX_T(@2, @1, @0)", x, y) }
func (m *maths) min(x, y any) vector { return m.each("VFMIN_T(@2, @1, @0)", x, y) }

func (m *maths) and(x, y any) vector    { return m.each("VAND V@2.B16, V@1.B16, V@0.B16", x, y) }
func (m *maths) or(x, y any) vector     { return m.each("VORR V@2.B16, V@1.B16, V@0.B16", x, y) }
func (m *maths) andNot(x, y any) vector { return m.each("VBIC_B16(@2, @1, @0)", x, y) }
func (m *maths) addInt(x, y any) vector { return m.each("VADD V@2.T, V@1.T, V@0.T", x, y) }
func (m *maths) subInt(x, y any) vector { return m.each("VSUB V@2.T, V@1.T, V@0.T", x, y) }

// fmaTo sets d = x·y + d, fnmaTo d = d − x·y.
func (m *maths) fmaTo(d vector, x, y any)  { m.eachTo("VFMLA V@2.T, V@1.T, V@0.T", d, x, y) }
func (m *maths) fnmaTo(d vector, x, y any) { m.eachTo("VFMLS V@2.T, V@1.T, V@0.T", d, x, y) }

// Comparisons return all bits of a lane where they hold, which they do not for NaN.
func (m *maths) greater(x, y any) vector      { return m.each("VFCMGT_T(@2, @1, @0)", x, y) }
func (m *maths) greaterEqual(x, y any) vector { return m.each("VFCMGE_T(@2, @1, @0)", x, y) }
func (m *maths) equal(x, y any) vector        { return m.each("VFCMEQ_T(@2, @1, @0)", x, y) }

// magnitudeGreaterEqual compares |x| with |y|.
func (m *maths) magnitudeGreaterEqual(x, y any) vector {
	return m.each("VFACGE_T(@2, @1, @0)", x, y)
}

// chooseTo sets d = x where the bits of c are set.
func (m *maths) chooseTo(d vector, c, x any) { m.eachTo("VBIT V@1.B16, V@2.B16, V@0.B16", d, c, x) }

// chooseUnlessTo sets d = x where the bits of c are not set.
func (m *maths) chooseUnlessTo(d vector, c, x any) {
	m.eachTo("VBIF V@1.B16, V@2.B16, V@0.B16", d, c, x)
}

// flushed returns x, but +0 below LeastFactor.
func (m *maths) flushed(x vector) vector {
	return m.andNot(x, m.each("VFACGT_T(@2, @1, @0)", "leastFactor", x))
}

// mulFlush returns x·y, or 0 where the bits of |x| and |y|, as integers, sum up to less
// than those of LeastFactor and 1. y is negative nowhere unless signed.
func (m *maths) mulFlush(x, y vector, signed bool) vector {
	size := y
	if signed {
		size = m.and(y, "magnitude")
	}
	large := m.each("VCMHI_T(@2, @1, @0)", m.addInt(m.and(x, "magnitude"), size), "belowProduct")
	return m.mul(m.and(x, large), y)
}

// spoil makes y NaN where z is.
func (m *maths) spoil(y, z vector) { m.chooseUnlessTo(y, m.equal(z, z), z) }

// shiftBits emits a shift of every vector's integers by the bits of the significand.
func (m *maths) shiftBits(op string, x vector) vector {
	return m.each(fmt.Sprintf("%s $%d, V@1.T, V@0.T", op, m.numbers.MantBits), x)
}

// jumpUnlessAll jumps to label unless c holds in all lanes. It overwrites c.
func (m *maths) jumpUnlessAll(c vector, label string) {
	m.flush()
	for _, other := range c[1:] {
		m.mod("VAND V@1.B16, V@0.B16, V@0.B16", c[0], other)
	}
	all := m.gp("")
	m.set("FMOVS F@1, R@0", all, m.op("VUMINV_S4(@1, @0)", c[0]))
	m.jump("CBZW R@1,", label, all)
}

// horner returns the polynomial with the coefficients called name0, name1, ….
func (m *maths) horner(x vector, name string) vector { return m.hornerFrom(0, x, name) }

// hornerFrom is horner without the first coefficients: of name_first, name_first+1, ….
func (m *maths) hornerFrom(first int, x vector, name string) vector {
	degree := m.numbers.Degree(name)
	p := m.copy(fmt.Sprint(name, degree))
	for i := degree - 1; i >= first; i-- {
		q := m.copy(fmt.Sprint(name, i))
		m.fmaTo(q, p, x)
		p = q
	}
	return p
}

// fast2Sum returns s + e = a + b.
func (m *maths) fast2Sum(a, b any) (s, e vector) {
	s = m.add(a, b)
	return s, m.sub(b, m.sub(s, a))
}

// reduce is scalar's. It overwrites x with r.
func (m *maths) reduce(x vector) (kr, r, l vector) {
	kr = m.copy("round")
	m.fmaTo(kr, x, "log2e")
	k := m.sub(kr, "round")
	m.fnmaTo(x, k, "ln2Hi")
	return kr, x, m.mul(k, "minusLn2Lo")
}

func (m *maths) pow2(kr vector) vector { return m.shiftBits("VSHL", kr) }

// expWords returns kr = k + Round and h + t with e^x = (h + t)·2^k: the first
// part of scalar's twoWordExp. It overwrites x.
func (m *maths) expWords(x vector) (kr, h, t vector) {
	kr, r, l := m.reduce(x)
	h, t = m.sumWords(r, l)
	return kr, h, t
}

// sumWords returns h + t = e^(r+l).
func (m *maths) sumWords(r, l vector) (h, t vector) {
	rq := m.mul(m.horner(r, "exp"), r)
	h, t = m.fast2Sum("one", r)
	m.fmaTo(t, rq, r)
	m.fmaTo(t, l, m.add(h, t))
	return h, t
}

// twoWordExp is scalar's. It overwrites x.
func (m *maths) twoWordExp(x vector) (kr, e, el vector) {
	kr, h, t := m.expWords(x)
	e, el = m.fast2Sum(h, t)
	return kr, e, el
}

// lower is scalar's.
func (m *maths) lower(y vector) vector {
	d := m.mul(y, "down")
	m.chooseTo(d, m.greater("lowLimit", y), m.subInt(m.add(y, "lowLimit"), "lowLimit"))
	return d
}

// quotient is scalar's; minusNl, if not nil, is −nl. It overwrites n.
func (m *maths) quotient(n, nl, minusNl, d, dl vector) vector {
	q := m.div("one", d)
	s := m.mul(n, q)
	m.fnmaTo(n, s, d)
	var r vector
	if minusNl != nil {
		r = m.sub(n, minusNl)
	} else {
		r = m.add(n, nl)
	}
	m.fnmaTo(r, s, dl)
	m.fmaTo(s, r, q)
	return s
}

// function is an elementary function. Arguments that need more care leave the
// fast path; the careful body, which is right for all, gives the same bits as
// the fast one wherever both apply.
type function struct {
	width   int                                           // vectors side by side, as many as registers allow
	prepare func(m *maths, z vector) vector               // nil: x = z
	usual   func(m *maths, x vector) vector               // where the fast body is right; nil: everywhere
	body    func(m *maths, x vector, careful bool) vector // may overwrite x
	signed  bool                                          // results may be negative
}

// withinSafe tells arguments for which the exponential is normal.
func withinSafe(m *maths, x vector) vector { return m.magnitudeGreaterEqual("safe", x) }

// aboveMinusSafe is withinSafe for x ≤ 0.
func aboveMinusSafe(m *maths, x vector) vector { return m.greaterEqual(x, "minusSafe") }

func expBody(m *maths, x vector, careful bool) vector {
	if !careful {
		kr, h, t := m.expWords(x)
		return m.mul(m.add(h, t), m.pow2(kr))
	}
	up := m.greater(x, "zero")
	kr, h, t := m.expWords(m.min(m.max(x, "expMin"), "expMax"))
	return m.scaleExp(up, kr, m.add(h, t))
}

// scaleExp is scalar's.
func (m *maths) scaleExp(up, kr, e vector) vector {
	high := m.mul(m.mul(e, m.pow2(m.sub(kr, "upLog"))), "up")
	y := m.lower(m.mul(e, m.pow2(m.add(kr, "upLog"))))
	m.chooseTo(y, up, high)
	return y
}

func sigmoidBody(m *maths, z vector, careful bool) vector {
	one := any("one")
	var low vector
	if careful {
		low = m.greater("minusSafe", z)
		z = m.min(m.max(z, "expMin"), "safe")
	}
	kr, e, el := m.twoWordExp(m.neg(z))
	if careful {
		c := m.copy("one")
		m.chooseTo(c, low, "down")
		one = c
		m.chooseTo(kr, low, m.sub(kr, "upLog"))
	}
	p := m.pow2(kr)
	e = m.mul(e, p)
	d, dl := m.fast2Sum(m.max(e, one), m.min(e, one))
	m.fmaTo(dl, el, p)
	q := m.div("one", d)
	r := m.copy("one")
	m.fnmaTo(r, q, d)
	m.fnmaTo(r, q, dl)
	m.fmaTo(q, r, q)
	if careful {
		m.chooseTo(q, low, m.lower(q))
	}
	return q
}

// primeBody is σ'(z) from x = −|z| or, with tanh, tanh'(z) from x = −2|z|.
func primeBody(m *maths, x vector, careful, tanh bool) vector {
	var low vector
	if careful {
		low = m.greater("minusSafe", x)
		x = m.max(x, "expMin")
	}
	kr, e, el := m.twoWordExp(x)
	p := m.pow2(kr)
	if careful {
		p = m.pow2(m.max(kr, "safeRound"))
	}
	d, dl := m.fast2Sum("one", m.mul(e, p))
	m.fmaTo(dl, el, p)
	h, twice := d, d
	if tanh {
		h = m.mul(d, "half")
		twice = h
	} else {
		twice = m.add(d, d)
	}
	v := m.mul(h, h)
	vl := m.neg(v)
	m.fmaTo(vl, h, h)
	m.fmaTo(vl, twice, dl)
	y := m.quotient(e, el, nil, v, vl)
	s := m.mul(y, p)
	if careful {
		m.chooseTo(s, low, m.lower(m.mul(y, m.pow2(m.add(kr, "upLog")))))
	}
	return s
}

func tanhBody(m *maths, z vector, _ bool) vector {
	x := m.min(m.max(m.or(z, "sign"), "minusTanhLarge"), "minusTanhLeast")
	kr, r, l := m.reduce(m.add(x, x))
	rq := m.mul(m.horner(r, "exp"), r)
	t := l
	m.fmaTo(t, l, r)
	m.fmaTo(t, rq, r)
	p := m.pow2(kr)
	// The low words, except the last, have the opposite sign of scalar's.
	g := m.sub("one", p)
	gl := m.add(p, m.sub(g, "one"))
	b := m.mul(p, r)
	h := m.sub(g, b)
	hl := m.add(b, m.sub(h, g))
	w := m.add(hl, gl)
	m.fmaTo(w, p, t)
	n := m.sub(h, w)
	nl := m.add(w, m.sub(n, h))
	d := m.sub("two", n)
	dl := m.sub(nl, m.add(n, m.sub(d, "two")))
	y := m.quotient(n, nil, nl, d, dl)
	m.chooseTo(y, "sign", z)
	m.chooseUnlessTo(y, m.magnitudeGreaterEqual(z, "tanhTiny"), z)
	return y
}

// tanhPiecesBody is tanh of float32.
func tanhPiecesBody(m *maths, z vector, _ bool) vector {
	a := m.min(m.and(z, "magnitude"), "tanhLarge")
	t := m.copy("two")
	m.fmaTo(t, a, "three")
	first := m.greater("three", t)
	piece := m.place(t, m.numbers.MantBits-1)
	d := m.sub(a, m.pick("tanhCentre", piece))
	value := m.pick("tanhValue", piece)
	m.chooseTo(value, first, a)
	last := len(scalar.TanhPieces[0].P) - 1
	p := m.pick(fmt.Sprint("tanhP", last), piece)
	for k := last - 1; k >= 0; k-- {
		q := m.pick(fmt.Sprint("tanhP", k), piece)
		m.fmaTo(q, p, d)
		p = q
	}
	m.fmaTo(value, p, d)
	m.chooseTo(value, "sign", z)
	return value
}

// place returns what pick takes for the three bits of each lane from bit number low on: the
// numbers of the four bytes of an element of a table.
func (m *maths) place(x vector, low int) vector {
	shifted := m.each(fmt.Sprintf("VUSHR $%d, V@1.S4, V@0.S4", low-2), x)
	i := m.copy("byteNumbers")
	m.chooseTo(i, "tablePlace", m.each("VTBL V@1.B16, [V@2.B16], V@0.B16", "lowBytes", shifted))
	return i
}

// pick returns the numbers of a table at places.
func (m *maths) pick(table string, places vector) vector {
	low, high := m.pair()
	m.asm.add(inst{text: fmt.Sprintf("FLDPQ %d(R@2), (F@0, F@1) // %s", m.pool.offset(table), table),
		regs: []reg{low, high, m.constants}, defs: []reg{low, high}, uses: []reg{m.constants}})
	d := vector(m.vecs(m.width))
	m.step(func(i int) { m.set("VTBL V@1.B16, [V@2.B16, V@3.B16], V@0.B16", d[i], places[i], low, high) })
	return d
}

// normal tells positive, normal and finite numbers.
func normal(m *maths, x vector) vector {
	return m.and(m.greaterEqual(x, "minNormal"), m.greater("inf", x))
}

// twoWordLog is scalar's. bias is logBias, or where x is subnormal, logBiasSubnormal.
func (m *maths) twoWordLog(x vector, bias any) (hi, lo vector) {
	k, f := m.splitLog(x, bias)
	hi, lo = m.fast2Sum(m.mul(k, "logHi"), f)
	m.fmaTo(lo, k, "logLo")
	m.fmaTo(lo, m.mul(f, f), m.horner(f, "log"))
	return hi, lo
}

// splitLog is scalar's for normal x; for others see twoWordLog.
func (m *maths) splitLog(x vector, bias any) (k, f vector) {
	b := m.addInt(x, "oneLessSqrtHalf")
	k = m.sub(m.or(m.shiftBits("VUSHR", b), "pow2Mant"), bias)
	f = m.sub(m.addInt(m.and(b, "significand"), "sqrtHalf"), "one")
	return k, f
}

func logBody(m *maths, z vector, careful bool) vector {
	x, bias := m.logArgument(z, careful)
	hi, lo := m.twoWordLog(x, bias)
	return m.logResult(z, m.add(hi, lo), careful)
}

// logArgument returns z, or what splitLog takes in its place if z is subnormal, and bias.
func (m *maths) logArgument(z vector, careful bool) (x vector, bias any) {
	if !careful {
		return z, "logBias"
	}
	subnormal := m.greater("minNormal", z)
	x = m.copy(z)
	m.chooseTo(x, subnormal, m.sub(m.or(z, "pow2Mant"), "pow2Mant"))
	c := m.copy("logBias")
	m.chooseTo(c, subnormal, "logBiasSubnormal")
	return x, c
}

// logResult returns y, or if careful, what a logarithm of z is where that isn't positive
// and finite. It overwrites y.
func (m *maths) logResult(z, y vector, careful bool) vector {
	if careful {
		m.chooseTo(y, m.greater("zero", z), "nan")
		m.chooseTo(y, m.equal(z, "zero"), "minusInf")
		m.chooseTo(y, m.equal(z, "inf"), z)
		m.spoil(y, z)
	}
	return y
}
