package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nabla-go/nabla/internal/scalar"
)

// vector is a value of an elementary function: one register for each of the
// vectors that are processed side by side.
type vector []reg.VecVirtual

// maths writes elementary functions over vectors. Its methods repeat the
// functions of package scalar, operation by operation, and carry their names.
//
// Operands are vectors or names of constants; a constant is a register where it
// was hoisted, else memory. Operations return new vectors, but for those whose
// name ends in To, which overwrite their first argument.
type maths struct {
	*target
	width   int // vectors side by side
	hoisted map[string]reg.VecVirtual

	// arguments loads the arguments of a body once more, where registers are short.
	arguments func() vector
}

func (t *target) maths() *maths {
	return &maths{target: t, width: 1, hoisted: map[string]reg.VecVirtual{}}
}

// hoist keeps the first 14 constants in registers, if there are 32 of them: two
// vectors of the functions at hand take up to 18.
func (m *maths) hoist(names ...string) {
	if m.avx512 {
		m.keep(names[:min(14, len(names))]...)
	}
}

// keep keeps constants in registers.
func (m *maths) keep(names ...string) {
	for _, name := range names {
		v := m.vec()
		m.load(m.constant(name), v)
		m.callVec(name, v)
		m.hoisted[name] = v
	}
}

// wide returns m for n vectors side by side.
func (m *maths) wide(n int) *maths { return &maths{target: m.target, width: n, hoisted: m.hoisted} }

func (m *maths) new() vector { return m.vecs(m.width) }

// operand returns vector i of x: a register, or memory if x is a constant that
// is not hoisted.
func (m *maths) operand(x any, i int) operand.Op {
	switch x := x.(type) {
	case vector:
		return x[i]
	case string:
		if v, ok := m.hoisted[x]; ok {
			return v
		}
		return m.constant(x)
	}
	panic(fmt.Sprintf("operand %T", x))
}

// register is operand for operations that cannot take memory here.
func (m *maths) register(x any) vector {
	switch x := x.(type) {
	case vector:
		return x
	case string:
		if v, ok := m.hoisted[x]; ok {
			return vector{v, v}[:m.width]
		}
		v := m.vec()
		m.load(m.constant(x), v)
		return vector{v, v}[:m.width]
	}
	panic(fmt.Sprintf("register %T", x))
}

// each emits an instruction of the form op(y, x, d), d new, for every vector.
func (m *maths) each(ps, pd func(...operand.Op), x, y any) vector {
	d, x := m.new(), m.register(x)
	for i := range d {
		m.op(ps, pd, m.operand(y, i), x.(vector)[i], d[i])
	}
	return d
}

// eachTo is each for instructions that overwrite d.
func (m *maths) eachTo(ps, pd func(...operand.Op), d vector, x, y any) {
	x = m.register(x)
	for i := range d {
		m.op(ps, pd, m.operand(y, i), x.(vector)[i], d[i])
	}
}

func (m *maths) copy(x any) vector {
	d := m.new()
	for i := range d {
		m.op(m.VMOVUPS, m.VMOVUPD, m.operand(x, i), d[i])
	}
	return d
}

func (m *maths) add(x, y any) vector { return m.each(m.VADDPS, m.VADDPD, x, y) }
func (m *maths) sub(x, y any) vector { return m.each(m.VSUBPS, m.VSUBPD, x, y) }
func (m *maths) mul(x, y any) vector { return m.each(m.VMULPS, m.VMULPD, x, y) }
func (m *maths) div(x, y any) vector { return m.each(m.VDIVPS, m.VDIVPD, x, y) }

// max and min return y if an operand is NaN.
func (m *maths) max(x, y any) vector { return m.each(m.VMAXPS, m.VMAXPD, x, y) }
func (m *maths) min(x, y any) vector { return m.each(m.VMINPS, m.VMINPD, x, y) }

func (m *maths) and(x, y any) vector    { return m.each(m.VANDPS, m.VANDPD, x, y) }
func (m *maths) or(x, y any) vector     { return m.each(m.VORPS, m.VORPD, x, y) }
func (m *maths) addInt(x, y any) vector { return m.each(m.VPADDD, m.VPADDQ, x, y) }
func (m *maths) subInt(x, y any) vector { return m.each(m.VPSUBD, m.VPSUBQ, x, y) }

// fmaTo sets d = x·y + d, fnmaTo d = d − x·y, fmsTo d = x·y − d, fnmsTo d = −x·y − d.
func (m *maths) fmaTo(d vector, x, y any)  { m.eachTo(m.VFMADD231PS, m.VFMADD231PD, d, x, y) }
func (m *maths) fnmaTo(d vector, x, y any) { m.eachTo(m.VFNMADD231PS, m.VFNMADD231PD, d, x, y) }
func (m *maths) fmsTo(d vector, x, y any)  { m.eachTo(m.VFMSUB231PS, m.VFMSUB231PD, d, x, y) }
func (m *maths) fnmsTo(d vector, x, y any) { m.eachTo(m.VFNMSUB231PS, m.VFNMSUB231PD, d, x, y) }

// mulAddTo sets d = d·x + y.
func (m *maths) mulAddTo(d vector, x, y any) { m.eachTo(m.VFMADD213PS, m.VFMADD213PD, d, x, y) }

// shiftBits emits a shift of every vector's integers by the bits of the significand.
func (m *maths) shiftBits(ps, pd func(...operand.Op), x vector) vector {
	bits := operand.Imm(uint64(m.numbers.MantBits))
	d := m.new()
	for i := range d {
		m.op(ps, pd, bits, x[i], d[i])
	}
	return d
}

// condition tells lanes apart: a K register or, with AVX2, all bits of a lane.
type condition []reg.Register

// Predicates of VCMPPS.
const (
	lessThan        = 0x11 // false for NaN
	notGreaterEqual = 0x19 // true for NaN
	greaterEqual    = 0x1d
	greaterThan     = 0x1e
	equal           = 0x00
	unordered       = 0x03
	notEqual        = 0x04 // true for NaN
	notLess         = 0x15 // true for NaN
	notLessEqual    = 0x16 // true for NaN
)

func (m *maths) newCondition() condition {
	c := make(condition, m.width)
	for i := range c {
		if m.avx512 {
			c[i] = m.K()
		} else {
			c[i] = m.YMM()
		}
	}
	return c
}

// compare returns the lanes in which x and y fulfil the predicate.
func (m *maths) compare(x any, predicate uint64, y any) condition {
	c := m.newCondition()
	for i, r := range m.register(x) {
		m.op(m.VCMPPS, m.VCMPPD, operand.Imm(predicate), m.operand(y, i), r, c[i])
	}
	return c
}

// greaterInt returns the lanes in which, as signed integers, x > y.
func (m *maths) greaterInt(x, y any) condition {
	c := m.newCondition()
	for i, r := range m.register(x) {
		m.op(m.VPCMPGTD, m.VPCMPGTQ, m.operand(y, i), r, c[i])
	}
	return c
}

// choose returns x in the lanes of c, y in the others.
func (m *maths) choose(c condition, x, y any) vector {
	d := m.new()
	for i, r := range m.register(y) {
		switch x := m.operand(x, i); {
		case m.avx512:
			m.op(m.VBLENDMPS, m.VBLENDMPD, x, r, c[i], d[i])
		case m.f64:
			m.VBLENDVPD(c[i], x, r, d[i])
		default:
			m.VBLENDVPS(c[i], x, r, d[i])
		}
	}
	return d
}

// lanes returns c, of vector registers, as the vectors of all or no bits that it is.
func (c condition) lanes() vector {
	v := make(vector, len(c))
	for i := range v {
		v[i] = c[i].(reg.VecVirtual)
	}
	return v
}

// bits returns the lanes of c, a condition of one vector, as bits.
func (m *maths) bits(c condition) gp {
	lanes := m.GP32()
	switch {
	case m.avx512:
		m.KMOVW(c[0], lanes)
	case m.f64:
		m.VMOVMSKPD(c[0], lanes)
	default:
		m.VMOVMSKPS(c[0], lanes)
	}
	return lanes
}

// either returns the lanes in which c or d holds.
func (m *maths) either(c, d condition) condition {
	e := m.newCondition()
	for i := range e {
		if m.avx512 {
			m.KORW(c[i], d[i], e[i])
		} else {
			m.op(m.VORPS, m.VORPD, c[i], d[i], e[i])
		}
	}
	return e
}

// jumpIfAny jumps to label if c holds in any lane.
func (m *maths) jumpIfAny(c condition, label string) {
	first := c[0]
	if m.avx512 { // up to two
		m.KORTESTW(first, c[len(c)-1])
	} else {
		for _, other := range c[1:] {
			any := m.YMM()
			m.op(m.VORPS, m.VORPD, first, other, any)
			first = any
		}
		lanes := m.bits(condition{first})
		m.TESTL(lanes, lanes)
	}
	m.JNZ(operand.LabelRef(label))
}

// horner returns the polynomial with the coefficients called name0, name1, ….
func (m *maths) horner(x vector, name string) vector { return m.hornerFrom(0, x, name) }

// hornerFrom is horner without the first coefficients: of name_first, name_first+1, ….
func (m *maths) hornerFrom(first int, x vector, name string) vector {
	degree := m.numbers.Degree(name)
	p := m.copy(fmt.Sprint(name, degree))
	for i := degree - 1; i >= first; i-- {
		m.mulAddTo(p, x, fmt.Sprint(name, i))
	}
	return p
}

// fast2Sum returns s + e = a + b.
func (m *maths) fast2Sum(a, b any) (s, e vector) {
	s = m.add(b, a)
	return s, m.sub(b, m.sub(s, a))
}

// reduce is scalar's, of x or, if negate, of −x. It overwrites x with r.
func (m *maths) reduce(x vector, negate bool) (kr, r, l vector) {
	kr = m.copy("round")
	if negate {
		m.fnmaTo(kr, x, "log2e")
	} else {
		m.fmaTo(kr, x, "log2e")
	}
	k := m.sub(kr, "round")
	if negate {
		m.fnmsTo(x, k, "ln2Hi")
	} else {
		m.fnmaTo(x, k, "ln2Hi")
	}
	return kr, x, m.mul(k, "minusLn2Lo")
}

func (m *maths) pow2(kr vector) vector { return m.shiftBits(m.VPSLLD, m.VPSLLQ, kr) }

// expWords returns kr = k + Round and h + t with e^±x = (h + t)·2^k: the first
// part of scalar's twoWordExp. It overwrites x.
func (m *maths) expWords(x vector, negate bool) (kr, h, t vector) {
	kr, r, l := m.reduce(x, negate)
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

// twoWordExp is scalar's, of x or, if negate, of −x. It overwrites x.
func (m *maths) twoWordExp(x vector, negate bool) (kr, e, el vector) {
	kr, h, t := m.expWords(x, negate)
	e, el = m.fast2Sum(h, t)
	return kr, e, el
}

// lower is scalar's, and keeps the multiplication away from results that
// would be subnormal.
func (m *maths) lower(y vector) vector {
	low := m.compare(y, lessThan, "lowLimit")
	subnormal := m.subInt(m.add(y, "lowLimit"), "lowLimit")
	return m.choose(low, subnormal, m.mul(m.max("lowLimit", y), "down"))
}

// quotient returns (n + nl)/(d + dl) or, if negate, (n + nl)/(d − dl). It overwrites n.
func (m *maths) quotient(n, nl, d, dl vector, negate bool) vector {
	q := m.div("one", d)
	s := m.mul(n, q)
	m.fnmaTo(n, s, d)
	r := m.add(n, nl)
	if negate {
		m.fmaTo(r, s, dl)
	} else {
		m.fnmaTo(r, s, dl)
	}
	m.mulAddTo(r, q, s)
	return r
}

// function is an elementary function. Rare arguments that need more care leave
// the fast path; there the careful body, which is right for all, gives the same
// bits as the fast one wherever both apply.
type function struct {
	filler  string                                        // what lanes without an element hold; "": 0
	prepare func(m *maths, z vector) vector               // nil: x = z
	rare    func(m *maths, x vector) condition            // nil: the fast body is right for all
	body    func(m *maths, x vector, careful bool) vector // may overwrite x
	signed  bool                                          // results may be negative
	pairs   bool                                          // 16 registers hold two vectors of the careful body
}

// beyondSafe tells arguments for which an exponential may not be normal, and NaN.
func beyondSafe(m *maths, x vector) condition {
	return belowSafe(m, m.or(x, "sign"))
}

// belowSafe is beyondSafe for x ≤ 0.
func belowSafe(m *maths, x vector) condition {
	return m.compare(x, notGreaterEqual, "minusSafe")
}

func expBody(m *maths, x vector, careful bool) vector {
	if !careful {
		kr, h, t := m.expWords(x, false)
		return m.mul(m.add(h, t), m.pow2(kr))
	}
	up := m.compare(x, greaterThan, "zero")
	x = m.min("expMax", m.max("expMin", x))
	kr, h, t := m.expWords(x, false)
	return m.scaleExp(up, kr, m.add(h, t))
}

// scaleExp is scalar's.
func (m *maths) scaleExp(up condition, kr, e vector) vector {
	high := m.mul(m.mul(e, m.pow2(m.sub(kr, "upLog"))), "up")
	low := m.lower(m.mul(e, m.pow2(m.add(kr, "upLog"))))
	return m.choose(up, high, low)
}

func sigmoidBody(m *maths, z vector, careful bool) vector {
	var one any = "one"
	var low condition
	if careful {
		low = m.compare(z, lessThan, "minusSafe")
		z = m.min("safe", m.max("expMin", z))
	}
	kr, e, el := m.twoWordExp(z, true)
	if careful {
		one = m.choose(low, "down", "one")
		kr = m.choose(low, m.sub(kr, "upLog"), kr)
	}
	p := m.pow2(kr)
	e = m.mul(e, p)
	a, b := m.max(one, e), m.min(one, e)
	d, dl := m.fast2Sum(a, b)
	m.fmaTo(dl, el, p)
	q := m.div("one", d)
	s := m.copy("one")
	m.fnmaTo(s, q, d)
	m.fnmaTo(s, q, dl)
	m.mulAddTo(s, q, q)
	if careful {
		s = m.choose(low, m.lower(s), s)
	}
	return s
}

// primeBody is σ'(z) from x = −|z| or, with tanh, tanh'(z) from x = −2|z|.
func primeBody(m *maths, x vector, careful, tanh bool) vector {
	if careful {
		x = m.max("expMin", x)
	}
	kr, e, el := m.twoWordExp(x, false)
	p := m.pow2(kr)
	if careful {
		p = m.pow2(m.max("safeRound", kr))
	}
	d, dl := m.fast2Sum("one", m.mul(e, p))
	m.fmaTo(dl, el, p)
	// v + vl = (d + dl)² or, for tanh', a quarter of it: h² + twice·dl with h = d or d/2.
	h := d
	var twice vector
	if tanh {
		h = m.mul(d, "half")
		twice = h
	} else {
		twice = m.add(d, d)
	}
	v := m.mul(h, h)
	vl := m.copy(v)
	m.fmsTo(vl, h, h)
	m.fmaTo(vl, twice, dl)
	y := m.quotient(e, el, v, vl, false)
	if careful { // registers are short: p and x once more
		low := m.compare(m.primeArgument(m.arguments(), tanh), lessThan, "minusSafe")
		s := m.mul(y, m.pow2(m.max("safeRound", kr)))
		return m.choose(low, m.lower(m.mul(y, m.pow2(m.add(kr, "upLog")))), s)
	}
	return m.mul(y, p)
}

func tanhBody(m *maths, z vector, _ bool) vector {
	a := m.and(z, "magnitude")
	large := m.compare(a, greaterEqual, "tanhTiny")
	a = m.max(m.min(a, "tanhLarge"), "tanhLeast")
	kr, r, l := m.reduce(m.add(a, a), true)
	rq := m.mul(m.horner(r, "exp"), r)
	t := m.copy(l)
	m.fmaTo(t, l, r)
	m.fmaTo(t, rq, r)
	p := m.pow2(kr)
	// The low words have the opposite sign of scalar's until the last step.
	g := m.sub("one", p)
	gl := m.add(p, m.sub(g, "one"))
	b := m.mul(p, r)
	h := m.sub(g, b)
	hl := m.add(b, m.sub(h, g))
	w := m.add(hl, gl)
	m.fnmsTo(w, p, t)
	n, nl := m.fast2Sum(h, w)
	d := m.sub("two", n)
	dl := m.add(m.add(n, m.sub(d, "two")), nl)
	y := m.quotient(n, nl, d, dl, true)
	return m.choose(large, m.or(y, m.and(z, "sign")), z)
}

// tanhConstants names the constants of tanhPiecesBody, most used first.
func tanhConstants() []string {
	names := []string{"three", "two", "tanhLarge", "magnitude", "sign", "tanhCentre", "tanhValue"}
	for k := range scalar.TanhPieces[0].P {
		names = append(names, fmt.Sprint("tanhP", k))
	}
	return names
}

// tanhPiecesBody is tanh of float32.
func tanhPiecesBody(m *maths, z vector, _ bool) vector {
	a := m.min("tanhLarge", m.and(z, "magnitude"))
	t := m.copy("two")
	m.fmaTo(t, a, "three")
	later := m.compare(t, notLess, "three")
	piece := m.shiftRight(t, m.numbers.MantBits-1)
	d := m.sub(a, m.pick("tanhCentre", piece))
	m.pickTo(a, later, "tanhValue", piece)
	last := len(scalar.TanhPieces[0].P) - 1
	p := m.pick(fmt.Sprint("tanhP", last), piece)
	for k := last - 1; k >= 0; k-- {
		m.mulAddTo(p, d, m.pick(fmt.Sprint("tanhP", k), piece))
	}
	m.mulAddTo(p, d, a)
	return m.withSign(p, z)
}

// withSign returns y with the sign of z, for y without one. It overwrites y.
func (m *maths) withSign(y, z vector) vector {
	if !m.avx512 {
		return m.or(y, m.and(z, "sign"))
	}
	for i := range y {
		m.VPTERNLOGD(operand.Imm(0xd8), m.operand("sign", i), z[i], y[i]) // sign ? z : y, bit by bit
	}
	return y
}

// pick returns the numbers of a table whose places are the three low bits of each lane of i.
func (m *maths) pick(table string, i vector) vector { return m.each(m.VPERMPS, nil, i, table) }

// pickTo is pick into the lanes of x in which c holds.
func (m *maths) pickTo(x vector, c condition, table string, i vector) {
	if m.avx512 {
		for k := range x {
			m.VPERMPS(m.operand(table, k), i[k], c[k], x[k])
		}
		return
	}
	for k, y := range m.pick(table, i) {
		m.VBLENDVPS(c[k], y, x[k], x[k])
	}
}

// shiftRight shifts the integers in the lanes of x.
func (m *maths) shiftRight(x vector, n int) vector {
	d := m.new()
	for i := range d {
		m.op(m.VPSRLD, m.VPSRLQ, operand.Imm(uint64(n)), x[i], d[i])
	}
	return d
}

// notNormal tells zero, subnormal, negative and infinite arguments, and NaN.
func notNormal(m *maths, x vector) condition {
	return m.greaterInt(m.addInt(x, "normalOffset"), "normalLimit")
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
	return m.splitExponent(b, bias), m.splitFraction(b)
}

// splitExponent and splitFraction are k and f of splitLog, which are made of the bits b.
func (m *maths) splitExponent(b vector, bias any) vector {
	return m.sub(m.or(m.shiftBits(m.VPSRLD, m.VPSRLQ, b), "pow2Mant"), bias)
}

func (m *maths) splitFraction(b vector) vector {
	return m.sub(m.addInt(m.and(b, "significand"), "sqrtHalf"), "one")
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
	subnormal := m.compare(z, lessThan, "minNormal")
	x = m.choose(subnormal, m.sub(m.or(z, "pow2Mant"), "pow2Mant"), z)
	return x, m.choose(subnormal, "logBiasSubnormal", "logBias")
}

// logResult returns s, or if careful, what a logarithm of z is where that isn't positive
// and finite.
func (m *maths) logResult(z, s vector, careful bool) vector {
	if careful {
		s = m.choose(m.compare(z, lessThan, "zero"), "nan", s)
		s = m.choose(m.compare(z, equal, "zero"), "minusInf", s)
		s = m.choose(m.compare(z, notLess, "inf"), z, s)
	}
	return s
}
