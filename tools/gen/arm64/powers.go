package arm64

import "fmt"

func init() { file("powers", powers) }

func powers(t *target) {
	t.elementary("Exp2", "The nearest integer is subtracted, the rest times ln 2 in two words goes on as in Exp.",
		function{width: 5, usual: exp2Usual, body: exp2Body})
	t.elementary("Expm1", "2^k − 1 and 2^k times r + r²/2 in two words each, the rest of the series in one.",
		function{width: 3, usual: withinSafe, body: expm1Body})
	t.elementary("Log2", "k + ln(1 + f)/ln 2, f − f²/2 and its quotient in two words.",
		function{width: 4, usual: normal, body: log2Body})
	t.elementary("Log1p", "As Log, of 1 + z in two words: the second over the first is added.",
		function{width: 4, usual: log1pUsual, body: log1pBody})
	t.powEasy()
}

// exp2Usual tells arguments for which 2^x is normal.
func exp2Usual(m *maths, x vector) vector { return m.magnitudeGreaterEqual("exp2Safe", x) }

func exp2Body(m *maths, x vector, careful bool) vector {
	var up vector
	if careful {
		up = m.greater(x, "zero")
		x = m.min(m.max(x, "exp2Min"), "exp2Max")
	}
	kr := m.add(x, "round")
	f := m.sub(x, m.sub(kr, "round"))
	r := m.mul(f, "ln2Hi")
	l := m.neg(r)
	m.fmaTo(l, f, "ln2Hi")
	m.fmaTo(l, f, "ln2Lo")
	h, t := m.sumWords(r, l)
	e := m.add(h, t)
	if careful {
		return m.scaleExp(up, kr, e)
	}
	return m.mul(e, m.pow2(kr))
}

func expm1Body(m *maths, z vector, careful bool) vector {
	kr, r, l := m.reduce(m.max(z, "minusSoftplusFar"))
	s := m.mul(r, r)
	w, wl := m.fast2Sum(r, m.mul(s, "half"))
	sl := m.neg(s)
	m.fmaTo(sl, r, r)
	m.fmaTo(wl, sl, "half")
	q := m.copy("expRest")
	m.fmaTo(q, m.hornerFrom(1, r, "exp"), r)
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
	if careful {
		m.chooseTo(y, m.greater(z, "safe"), expBody(m, m.copy(z), true))
	}
	m.chooseUnlessTo(y, m.magnitudeGreaterEqual(z, "tiny"), z)
	return y
}

func log2Body(m *maths, z vector, careful bool) vector {
	x, bias := m.logArgument(z, careful)
	k, f := m.splitLog(x, bias)
	w, wl := m.logFraction(f)
	h := m.mul(w, "log2e")
	l := m.neg(h)
	m.fmaTo(l, w, "log2e")
	m.fmaTo(l, w, "log2ELo")
	m.fmaTo(l, wl, "log2e")
	hi, lo := m.fast2Sum(k, h)
	return m.logResult(z, m.add(hi, m.add(lo, l)), careful)
}

// logFraction is scalar's.
func (m *maths) logFraction(f vector) (w, wl vector) {
	s := m.mul(f, f)
	sl := m.neg(s)
	m.fmaTo(sl, f, f)
	t := m.mul(m.mul(s, f), m.hornerFrom(1, f, "log"))
	m.fnmaTo(t, sl, "half")
	h := m.mul(s, "half")
	w = m.sub(f, h)
	return w, m.add(m.sub(m.sub(f, w), h), t)
}

// log1pUsual tells arguments for which 1 + x is positive and finite.
func log1pUsual(m *maths, x vector) vector { return normal(m, m.add(x, "one")) }

func log1pBody(m *maths, z vector, careful bool) vector {
	u, e := m.fast2Sum(m.max(z, "one"), m.min(z, "one"))
	q := m.div(e, u)
	hi, lo := m.twoWordLog(u, "logBias")
	y := m.add(hi, m.add(lo, q))
	if careful {
		m.chooseTo(y, m.greater("minusOne", z), "nan")
		m.chooseTo(y, m.equal(z, "minusOne"), "minusInf")
		m.chooseTo(y, m.equal(z, "inf"), z)
	}
	m.chooseUnlessTo(y, m.magnitudeGreaterEqual(z, "tiny"), z)
	return y
}

// powEasy emits PowEasy, which computes in float64.
func (t *target) powEasy() {
	const group, half = 8, 4
	d := *t.double
	d.elem = t.elem
	method := "Eight elements a round, four at a time: a logarithm in two words, its product with y, and an exponential."
	if !t.f64 {
		method = "Eight elements a round, four at a time, in float64: 2 to the power of y times a logarithm."
	}
	d.fn("PowEasy", method, func() {
		m := d.maths(half / d.lanes)
		dst, x, y, n := d.ptr("dst"), d.ptr("x"), d.ptr("y"), d.len("x")
		left := d.move("left", n)
		loop, end := d.newLabel("loop"), d.newLabel("end")
		d.label(loop)
		d.jumpIfLess(left, group, end)
		var results []reg
		for done := 0; done < group; done += half {
			body := m.powBody
			if !t.f64 {
				body = m.powSingleBody
			}
			r := body(d.doubles(half, x, done, t.size), d.doubles(half, y, done, t.size), end)
			m.flush()
			if !t.f64 {
				r = d.narrow("VFCVTN", "_D2", r)
			}
			results = append(results, r...)
		}
		d.stores(results, dst, 0)
		d.advance(group*t.size, dst, x, y)
		d.advance(-group, left)
		d.jump("B", loop)
		d.label(end)
		d.mod("SUB R@1, R@0, R@0", n, left)
		d.do("MOVD R@1, "+d.frame.address("ret"), n)
	})
}

// doubles loads count elements of that size at p as float64.
func (t *target) doubles(count int, p reg, element, size int) vector {
	v := t.loads(count*size/16, p, element*size)
	if size == 4 {
		return t.long("VFCVTL", "_D2", v)
	}
	return v
}

// powSingleBody is scalar's power32. It jumps to hard if a pair isn't easy.
func (m *maths) powSingleBody(x, y vector, hard string) vector {
	usual := normal(m, x)
	l, f := m.splitLog(x, "logBias")
	s := m.div(f, m.add("two", f))
	m.fmaTo(l, s, m.horner(m.mul(s, s), "powLog2"))
	h := m.mul(y, l)
	m.jumpUnlessAll(m.and(usual, exp2Usual(m, h)), hard)
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
		nextOdd, nextEven := m.copy(fmt.Sprint(name, i)), m.copy(fmt.Sprint(name, i-1))
		m.fmaTo(nextOdd, odd, x2)
		m.fmaTo(nextEven, even, x2)
		odd, even = nextOdd, nextEven
	}
	m.fmaTo(even, odd, x)
	return even
}

// powBody is scalar's power64. It jumps to hard if a pair isn't easy.
func (m *maths) powBody(x, y vector, hard string) vector {
	usual := normal(m, x)
	l, ll := m.logTwoWords(x)
	h := m.mul(y, l)
	m.jumpUnlessAll(m.and(usual, withinSafe(m, h)), hard)
	e := m.neg(h)
	m.fmaTo(e, y, l)
	m.fmaTo(e, y, ll)
	kr, r, rl := m.reduce(h)
	w, t := m.sumWords(r, m.add(rl, e))
	return m.mul(m.add(w, t), m.pow2(kr))
}

// logTwoWords is scalar's.
func (m *maths) logTwoWords(x vector) (hi, lo vector) {
	k, f := m.splitLog(x, "logBias")
	d, dl := m.fast2Sum("two", f)
	q := m.div("one", d)
	f = m.add(f, f)
	s := m.mul(f, q)
	m.fnmaTo(f, s, d)
	m.fnmaTo(f, s, dl)
	sl := m.mul(f, q)
	s2 := m.mul(s, s)
	s2l := m.neg(s2)
	m.fmaTo(s2l, s, s)
	g, g2 := m.copy("quarter"), m.copy("one")
	m.fmaTo(g, s2, "sixteenth")
	m.fmaTo(g2, s2, g)
	sl = m.mul(sl, g2)
	s3 := m.mul(s, s2)
	s3l := m.neg(s3)
	m.fmaTo(s3l, s, s2)
	m.fmaTo(s3l, s, s2l)
	p := m.hornerFrom(1, s2, "powLog")
	t := m.copy("powLog0")
	m.fmaTo(t, s2, p)
	tl := m.sub("powLog0", t)
	m.fmaTo(tl, s2, p)
	r := m.mul(s3, t)
	lo = m.neg(r)
	m.fmaTo(lo, s3, t)
	m.fmaTo(lo, s3, tl)
	m.fmaTo(lo, s3l, t)
	lo = m.add(lo, sl)
	m.fmaTo(lo, k, "logLo")
	a, al := m.fast2Sum(m.mul(k, "logHi"), s)
	hi, hl := m.fast2Sum(a, r)
	return hi, m.add(lo, m.add(al, hl))
}
