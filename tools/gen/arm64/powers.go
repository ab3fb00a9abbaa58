package arm64

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
