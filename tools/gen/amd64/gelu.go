package amd64

func init() { file("gelu", gelu) }

func gelu(t *target) {
	hoist := append([]string{"half", "four"}, t.expConstants()[:6]...) // there are no registers for more
	t.elementary("GELU", function{rare: beyondTailSafe, body: geluBody}, hoist,
		"max(z, 0) − a·Φ(−a) with a = |z|; Φ(−a) as e^(−a²/2) in two words times a polynomial in a/(a + 4), one division.")
	prime := function{rare: beyondTailSafe, body: geluPrimeBody, signed: true}
	for _, mul := range []string{"", "Mul"} {
		t.elementary(mul+"GELUPrime", prime, hoist,
			"e^(−a²/2) in two words with a = |z|, times the distance from the root, times a polynomial in a/(a + 4); one division.")
	}
	t.elementary("Erf", function{body: erfBody}, append(t.expConstants(), "sign", "magnitude", "erfLarge"),
		"z + z·p(z²) or 1 − e^(−q(|z|)), whichever is right.")
}

// beyondTailSafe tells arguments beyond ±TailSafe, and NaN.
func beyondTailSafe(m *maths, z vector) condition {
	return m.compare(m.or(z, "sign"), notGreaterEqual, "minusTailSafe")
}

// tailArgument returns a = min(|z|, TailFar), of the arguments loaded once more.
func (m *maths) tailArgument() vector { return m.min("tailFar", m.and(m.arguments(), "magnitude")) }

// gaussian is scalar's. It overwrites a.
func (m *maths) gaussian(a vector, far condition) (e, el vector) {
	a = m.max("tailLeast", a)
	s := m.mul(a, a)
	sl := m.copy(s)
	m.fmsTo(sl, a, a)
	kr, r, l := m.reduce(m.mul(s, "minusHalf"), false)
	m.fmaTo(l, sl, "minusHalf")
	e, el = m.fast2Sum(m.sumWords(r, l))
	if far != nil {
		kr = m.choose(far, m.add(kr, "upLog"), kr)
	}
	p := m.pow2(kr)
	return m.mul(e, p), m.mul(el, p)
}

// twoWordHorner is scalar's, of the coefficients of that name.
func (m *maths) twoWordHorner(x vector, name string) (s, sl vector) {
	p := m.horner(x, name)
	s = m.copy(name + "Hi")
	m.fmaTo(s, p, x)
	sl = m.sub(name+"Hi", s)
	m.fmaTo(sl, p, x)
	return s, m.add(sl, name+"Lo")
}

// twoWordMul is scalar's.
func (m *maths) twoWordMul(h, l, x vector) (y, yl vector) {
	y = m.mul(h, x)
	yl = m.copy(y)
	m.fmsTo(yl, h, x)
	m.fmaTo(yl, l, x)
	return y, yl
}

// minusProduct is scalar's.
func (m *maths) minusProduct(x, y, t, l vector) vector {
	s := m.copy(x)
	m.fnmaTo(s, y, t)
	r := m.sub(x, s)
	m.fnmaTo(r, y, t)
	return m.add(s, m.sub(r, l))
}

func geluBody(m *maths, _ vector, careful bool) vector {
	var far condition
	if careful {
		far = m.compare(m.tailArgument(), greaterThan, "tailSafe")
	}
	e, el := m.gaussian(m.tailArgument(), far)
	r := m.tailArgument()
	d := m.add(r, "four")
	dl := m.sub(r, m.sub(d, "four"))
	q := m.div("one", d)
	u := m.mul(r, q)
	m.fnmaTo(r, u, d)
	m.fnmaTo(r, u, dl)
	u, ul := m.fast2Sum(u, m.mul(r, q))
	y, yl := m.twoWordMul(e, el, u)
	m.fmaTo(yl, e, ul)
	t, tl := m.twoWordHorner(m.sub(u, "half"), "tail")
	l := m.mul(y, tl)
	m.fmaTo(l, yl, t)
	z := m.arguments()
	s := m.or(m.minusProduct(m.max("zero", z), y, t, l), m.and(z, "sign"))
	if careful {
		m.fmaTo(l, y, t)
		low := m.or(m.lower(l), "sign")
		s = m.choose(far, m.choose(m.compare(z, greaterThan, "zero"), z, low), s)
	}
	return s
}

func geluPrimeBody(m *maths, _ vector, careful bool) vector {
	var far condition
	if careful {
		far = m.compare(m.tailArgument(), greaterThan, "tailSafe")
	}
	e, el := m.gaussian(m.tailArgument(), far)
	a := m.tailArgument()
	f, fl := m.fast2Sum("minusTailRoot", a)
	y, yl := m.twoWordMul(e, el, m.add(f, m.sub(fl, "tailRootLo")))
	u := m.div(a, m.add(a, "four"))
	t, tl := m.twoWordHorner(m.sub(u, "half"), "tailPrime")
	l := m.mul(y, tl)
	m.fmaTo(l, yl, t)
	positive := m.compare(m.arguments(), greaterThan, "zero")
	flip := m.choose(positive, "sign", "zero")
	s := m.minusProduct(m.choose(positive, "one", "zero"), m.xor(y, flip), t, m.xor(l, flip))
	if careful {
		m.fmaTo(l, y, t)
		low := m.or(m.lower(l), "sign")
		s = m.choose(far, m.choose(positive, "one", low), s)
	}
	return s
}

func erfBody(m *maths, z vector, _ bool) vector {
	a := m.min("erfLarge", m.and(z, "magnitude"))
	small := m.compare("one", greaterEqual, a)
	q := m.horner(m.sub(a, "one"), "erfFar")
	kr, h, t := m.expWords(q, true)
	far := m.sub("one", m.mul(m.add(h, t), m.pow2(kr)))
	z = m.arguments()
	far = m.or(far, m.and(z, "sign"))
	b := m.max("tailLeast", m.and(z, "magnitude"))
	near := m.horner(m.mul(b, b), "erfNear")
	m.mulAddTo(near, z, z)
	return m.choose(small, near, far)
}
