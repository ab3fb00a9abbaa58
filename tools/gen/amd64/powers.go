package amd64

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
