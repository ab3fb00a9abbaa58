package arm64

func init() { file("gelu", gelu) }

func gelu(t *target) {
	t.elementary("GELU", "max(z, 0) − a·Φ(−a) with a = |z|; Φ(−a) as e^(−a²/2) in two words times a polynomial in a/(a + 4), one division.",
		function{width: 3, usual: withinTailSafe, body: geluBody})
	for _, mul := range []string{"", "Mul"} {
		t.elementary(mul+"GELUPrime", "e^(−a²/2) in two words with a = |z|, times the distance from the root, times a polynomial in a/(a + 4); one division.",
			function{width: 3, usual: withinTailSafe, body: geluPrimeBody, signed: true})
	}
	t.elementary("Erf", "z + z·p(z²) or 1 − e^(−q(|z|)), whichever is right.", function{width: 3, body: erfBody})
}

// withinTailSafe tells arguments within ±TailSafe.
func withinTailSafe(m *maths, z vector) vector { return m.magnitudeGreaterEqual("tailSafe", z) }

// tailArgument returns a = min(|z|, TailFar).
func (m *maths) tailArgument(z vector) vector { return m.min(m.and(z, "magnitude"), "tailFar") }

// gaussian is scalar's.
func (m *maths) gaussian(a, far vector) (e, el vector) {
	a = m.max(a, "tailLeast")
	s := m.mul(a, a)
	sl := m.neg(s)
	m.fmaTo(sl, a, a)
	kr, r, l := m.reduce(m.mul(s, "minusHalf"))
	m.fmaTo(l, sl, "minusHalf")
	e, el = m.fast2Sum(m.sumWords(r, l))
	if far != nil {
		m.chooseTo(kr, far, m.add(kr, "upLog"))
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
	yl = m.neg(y)
	m.fmaTo(yl, h, x)
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

func geluBody(m *maths, z vector, careful bool) vector {
	a := m.tailArgument(z)
	var far vector
	if careful {
		far = m.greater(a, "tailSafe")
	}
	e, el := m.gaussian(a, far)
	d := m.add(a, "four")
	dl := m.sub(a, m.sub(d, "four"))
	q := m.div("one", d)
	u := m.mul(a, q)
	m.fnmaTo(a, u, d)
	m.fnmaTo(a, u, dl)
	u, ul := m.fast2Sum(u, m.mul(a, q))
	y, yl := m.twoWordMul(e, el, u)
	m.fmaTo(yl, e, ul)
	t, tl := m.twoWordHorner(m.sub(u, "half"), "tail")
	l := m.mul(y, tl)
	m.fmaTo(l, yl, t)
	s := m.minusProduct(m.max(z, "zero"), y, t, l)
	m.chooseTo(s, "sign", z)
	if careful {
		m.fmaTo(l, y, t)
		low := m.or(m.lower(l), "sign")
		m.chooseTo(low, m.greater(z, "zero"), z)
		m.chooseTo(s, far, low)
	}
	return s
}

func geluPrimeBody(m *maths, z vector, careful bool) vector {
	a := m.tailArgument(z)
	var far vector
	if careful {
		far = m.greater(a, "tailSafe")
	}
	e, el := m.gaussian(a, far)
	f, fl := m.fast2Sum("minusTailRoot", a)
	y, yl := m.twoWordMul(e, el, m.add(f, m.sub(fl, "tailRootLo")))
	u := m.div(a, m.add(a, "four"))
	t, tl := m.twoWordHorner(m.sub(u, "half"), "tailPrime")
	l := m.mul(y, tl)
	m.fmaTo(l, yl, t)
	positive := m.greater(z, "zero")
	flip := m.and(positive, "sign")
	s := m.minusProduct(m.and(positive, "one"), m.xor(y, flip), t, m.xor(l, flip))
	if careful {
		m.fmaTo(l, y, t)
		low := m.or(m.lower(l), "sign")
		m.chooseTo(low, positive, "one")
		m.chooseTo(s, far, low)
	}
	return s
}

func erfBody(m *maths, z vector, _ bool) vector {
	a := m.min(m.and(z, "magnitude"), "erfLarge")
	kr, h, t := m.expWords(m.neg(m.horner(m.sub(a, "one"), "erfFar")))
	s := m.sub("one", m.mul(m.add(h, t), m.pow2(kr)))
	m.chooseTo(s, "sign", z)
	b := m.max(a, "tailLeast")
	p := m.horner(m.mul(b, b), "erfNear")
	near := m.copy(z)
	m.fmaTo(near, p, z)
	m.chooseTo(s, m.greaterEqual("one", a), near)
	return s
}
