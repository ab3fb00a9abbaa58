package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

func init() { file("powers", powers) }

// Expm1 and Log1p need more registers than others, so that fewer hold constants.
func powers(t *target) {
	t.elementary("Exp2", function{rare: exp2Rare, body: exp2Body}, append(t.expConstants(), "ln2Lo", "sign", "minusExp2Safe"),
		"The nearest integer is subtracted, the rest times ln 2 in two words goes on as in Exp.")
	t.elementary("Expm1", function{rare: beyondSafe, body: expm1Body}, t.expConstants()[:8],
		"2^k − 1 and 2^k times r + r²/2 in two words each, the rest of the series in one.")
	t.elementary("Log2", function{filler: "one", rare: notNormal, body: log2Body}, append(t.logConstants(), "half", "log2e", "log2ELo"),
		"k + ln(1 + f)/ln 2, f − f²/2 and its quotient in two words.")
	t.elementary("Log1p", function{rare: log1pRare, body: log1pBody}, t.logConstants()[:13],
		"As Log, of 1 + z in two words: the second over the first is added.")
	t.powEasy()
}

// exp2Rare tells arguments for which 2^x may not be normal, and NaN.
func exp2Rare(m *maths, x vector) condition {
	return m.compare(m.or(x, "sign"), notGreaterEqual, "minusExp2Safe")
}

func exp2Body(m *maths, x vector, careful bool) vector {
	var up condition
	if careful {
		up = m.compare(x, greaterThan, "zero")
		x = m.min("exp2Max", m.max("exp2Min", x))
	}
	kr := m.add(x, "round")
	f := m.sub(x, m.sub(kr, "round"))
	r := m.mul(f, "ln2Hi")
	l := m.copy(r)
	m.fmsTo(l, f, "ln2Hi")
	m.fmaTo(l, f, "ln2Lo")
	h, t := m.sumWords(r, l)
	e := m.add(h, t)
	if careful {
		return m.scaleExp(up, kr, e)
	}
	return m.mul(e, m.pow2(kr))
}

func expm1Body(m *maths, z vector, careful bool) vector {
	kr, r, l := m.reduce(m.max("minusSoftplusFar", z), false)
	s := m.mul(r, r)
	w, wl := m.fast2Sum(r, m.mul(s, "half"))
	sl := m.copy(s)
	m.fmsTo(sl, r, r)
	m.fmaTo(wl, sl, "half")
	q := m.hornerFrom(1, r, "exp")
	m.mulAddTo(q, r, "expRest")
	t := wl
	m.fmaTo(t, s, q)
	u := m.copy(l)
	m.fmaTo(u, l, m.add(w, t))
	t = m.add(t, u)
	p := m.pow2(kr)
	// g + gl = p − 1 by Knuth's twoSum
	g := m.sub(p, "one")
	b := m.sub(g, p)
	gl := m.add(m.sub(p, m.sub(g, b)), m.sub("minusOne", b))
	h, hl := m.fast2Sum(g, m.mul(p, w))
	m.fmaTo(hl, p, t)
	y := m.add(h, m.add(hl, gl))
	z = m.arguments()
	if careful {
		y = m.choose(m.compare(z, greaterThan, "safe"), expBody(m, m.copy(z), true), y)
	}
	return m.choose(m.compare(m.and(z, "magnitude"), greaterEqual, "tiny"), y, z)
}

func log2Body(m *maths, z vector, careful bool) vector {
	x, bias := m.logArgument(z, careful)
	k, f := m.splitLog(x, bias)
	w, wl := m.logFraction(f)
	h := m.mul(w, "log2e")
	l := m.copy(h)
	m.fmsTo(l, w, "log2e")
	m.fmaTo(l, w, "log2ELo")
	m.fmaTo(l, wl, "log2e")
	hi, lo := m.fast2Sum(k, h)
	return m.logResult(z, m.add(hi, m.add(lo, l)), careful)
}

// logFraction is scalar's.
func (m *maths) logFraction(f vector) (w, wl vector) {
	s := m.mul(f, f)
	sl := m.copy(s)
	m.fmsTo(sl, f, f)
	t := m.mul(m.mul(s, f), m.hornerFrom(1, f, "log"))
	m.fnmaTo(t, sl, "half")
	h := m.mul(s, "half")
	w = m.sub(f, h)
	return w, m.add(m.sub(m.sub(f, w), h), t)
}

// log1pRare tells arguments for which 1 + x isn't positive and finite.
func log1pRare(m *maths, x vector) condition { return notNormal(m, m.add(x, "one")) }

func log1pBody(m *maths, z vector, careful bool) vector {
	u, e := m.fast2Sum(m.max(z, "one"), m.min(z, "one"))
	q := m.div(e, u)
	hi, lo := m.twoWordLog(u, "logBias")
	y := m.add(hi, m.add(lo, q))
	z = m.arguments()
	if careful {
		y = m.choose(m.compare(z, lessThan, "minusOne"), "nan", y)
		y = m.choose(m.compare(z, equal, "minusOne"), "minusInf", y)
		y = m.choose(m.compare(z, notLess, "inf"), z, y)
	}
	return m.choose(m.compare(m.and(z, "magnitude"), greaterEqual, "tiny"), y, z)
}

// powEasy emits PowEasy, which computes in float64. With AVX-512 two groups go side by side,
// until one of them isn't easy or only one is left.
func (t *target) powEasy() {
	const group = 8
	method := "Eight elements a round: a logarithm in two words, its product with y, and an exponential."
	if !t.f64 {
		method = "Eight elements a round, in float64: 2 to the power of y times a logarithm."
	}
	if t.avx512 {
		method = "Two rounds side by side, then one. " + method
	}
	t.fn("PowEasy", method)
	double := *t
	double.f64, double.size, double.numbers = true, 8, spec.NumbersOf(true)
	double.lanes = 64 / t.parts / 8
	m := double.maths()
	dst, x, y, n, i := t.ptr("dst"), t.ptr("x"), t.ptr("y"), t.len("x"), t.GP64()
	t.call("i", i)
	t.XORQ(i, i)
	// rounds handles elements i to i + size until less are left or a pair isn't easy.
	rounds := func(m *maths, size int) {
		loop, end := t.label("loop"), t.label("end")
		t.Label(loop)
		next := t.GP64()
		t.LEAQ(operand.Mem{Base: i, Disp: size}, next)
		t.CMPQ(next, n)
		t.JG(operand.LabelRef(end))
		at := func(p gp, element int) operand.Mem {
			return operand.Mem{Base: p, Index: i, Scale: uint8(t.size), Disp: element * t.size}
		}
		var results vector
		for done := 0; done < size; done += m.width * m.lanes {
			load := func(p gp) func() vector {
				return func() vector {
					return m.loadDoubles(t, func(v int) operand.Mem { return at(p, done+v*m.lanes) })
				}
			}
			body := m.powBody
			if !t.f64 {
				body = m.powSingleBody
			}
			results = append(results, m.fromDoubles(t, body(load(x), load(y), end))...)
		}
		for v, r := range results {
			t.VMOVUPS(r, at(dst, v*m.lanes))
		}
		t.MOVQ(next, i)
		t.JMP(operand.LabelRef(loop))
		t.Label(end)
	}
	if t.avx512 {
		rounds(m.wide(2), 2*group)
		rounds(m, group)
	} else {
		rounds(m.wide(2), group)
	}
	t.MOVQ(i, t.addr(t.ReturnIndex(0)))
	t.ret()
}

// loadDoubles loads vectors of t's elements as float64, from at(0), at(1), ….
func (m *maths) loadDoubles(t *target, at func(v int) operand.Mem) vector {
	d := m.new()
	for v := range d {
		if t.f64 {
			m.VMOVUPD(at(v), d[v])
		} else {
			m.VCVTPS2PD(at(v), d[v])
		}
	}
	return d
}

// fromDoubles returns float64 as t's elements.
func (m *maths) fromDoubles(t *target, x vector) vector {
	if t.f64 {
		return x
	}
	d := make(vector, len(x))
	for v := range d {
		if m.avx512 {
			d[v] = m.YMM()
			m.VCVTPD2PS(x[v], d[v])
		} else {
			d[v] = m.XMM()
			m.VCVTPD2PSY(x[v], d[v])
		}
	}
	return d
}

// powSingleBody is scalar's power32. It jumps to hard if a pair isn't easy.
func (m *maths) powSingleBody(x, y func() vector, hard string) vector {
	z := x()
	rare := notNormal(m, z)
	k, f := m.splitLog(z, "logBias")
	s := m.div(f, m.add(f, "two"))
	l := m.copy(k)
	m.fmaTo(l, s, m.horner(m.mul(s, s), "powLog2"))
	h := m.mul(l, y())
	m.jumpIfAny(m.either(rare, exp2Rare(m, h)), hard)
	kr := m.add(h, "round")
	r := m.sub(h, m.sub(kr, "round"))
	return m.mul(m.evenOdd(r, "powExp2"), m.pow2(kr))
}

// evenOdd is scalar's.
func (m *maths) evenOdd(x vector, name string) vector {
	degree := m.numbers.Degree(name)
	x2 := m.mul(x, x)
	odd, even := m.copy(fmt.Sprint(name, degree)), m.copy(fmt.Sprint(name, degree-1))
	for i := degree - 2; i > 0; i -= 2 {
		m.mulAddTo(odd, x2, fmt.Sprint(name, i))
		m.mulAddTo(even, x2, fmt.Sprint(name, i-1))
	}
	m.fmaTo(even, odd, x)
	return even
}

// powBody is scalar's power64. It jumps to hard if a pair isn't easy.
func (m *maths) powBody(x, y func() vector, hard string) vector {
	l, ll := m.logTwoWords(x)
	z := y()
	h := m.mul(z, l)
	m.jumpIfAny(m.either(notNormal(m, x()), beyondSafe(m, h)), hard)
	e := m.copy(h)
	m.fmsTo(e, z, l)
	m.fmaTo(e, z, ll)
	kr, r, rl := m.reduce(h, false)
	w, t := m.sumWords(r, m.add(rl, e))
	return m.mul(m.add(w, t), m.pow2(kr))
}

// logTwoWords is scalar's.
func (m *maths) logTwoWords(x func() vector) (hi, lo vector) {
	f := m.splitFraction(m.addInt(x(), "oneLessSqrtHalf"))
	d, dl := m.fast2Sum("two", f)
	q := m.div("one", d)
	f = m.add(f, f)
	s := m.mul(f, q)
	m.fnmaTo(f, s, d)
	m.fnmaTo(f, s, dl)
	sl := m.mul(f, q)
	s2 := m.mul(s, s)
	s2l := m.copy(s2)
	m.fmsTo(s2l, s, s)
	g := m.copy("quarter")
	m.fmaTo(g, s2, "sixteenth")
	m.mulAddTo(g, s2, "one")
	sl = m.mul(sl, g)
	s3 := m.mul(s, s2)
	s3l := m.copy(s3)
	m.fmsTo(s3l, s, s2)
	m.fmaTo(s3l, s, s2l)
	p := m.hornerFrom(1, s2, "powLog")
	t := m.copy("powLog0")
	m.fmaTo(t, s2, p)
	tl := m.sub("powLog0", t)
	m.fmaTo(tl, s2, p)
	r := m.mul(s3, t)
	lo = m.copy(r)
	m.fmsTo(lo, s3, t)
	m.fmaTo(lo, s3, tl)
	m.fmaTo(lo, s3l, t)
	lo = m.add(lo, sl)
	k := m.splitExponent(m.addInt(x(), "oneLessSqrtHalf"), "logBias") // of x once more: registers are short
	m.fmaTo(lo, k, "logLo")
	a, al := m.fast2Sum(m.mul(k, "logHi"), s)
	hi, hl := m.fast2Sum(a, r)
	return hi, m.add(lo, m.add(al, hl))
}
