package arm64

func init() { file("softplus", softplus) }

func softplus(t *target) {
	t.elementary("Softplus", "max(z, 0) + ln(1 + e) with e = e^−|z|; 1 + e in two words and a rest, its logarithm in two words, one division.",
		function{width: 3, usual: softplusUsual, body: softplusBody})
	t.elementary("MulSoftplusPrime", "As Sigmoid, then a product.",
		function{width: 5, usual: withinSafe, body: sigmoidBody})
}

// softplusUsual tells arguments within ±SoftplusFar.
func softplusUsual(m *maths, z vector) vector { return m.magnitudeGreaterEqual("softplusFar", z) }

func softplusBody(m *maths, z vector, careful bool) vector {
	x := m.or(z, "sign")
	var far vector
	if careful {
		far = m.greater("minusSoftplusFar", x)
		x = m.max(x, "expMin")
	}
	kr, e, el := m.twoWordExp(x)
	p := m.pow2(kr)
	d, dl := m.fast2Sum("one", m.mul(e, p))
	r := m.mul(el, p)
	q := m.div(m.add(dl, r), d)
	m.fnmaTo(r, q, m.sub(d, "one"))
	m.fnmaTo(r, m.mul(q, "half"), q)
	hi, lo := m.twoWordLog(d, "logBias")
	hi, t := m.fast2Sum(hi, dl)
	t = m.add(t, m.add(lo, r))
	positive := m.max(z, "zero")
	s, u := m.fast2Sum(m.max(positive, hi), m.min(positive, hi))
	y := m.add(s, m.add(u, t))
	if careful {
		small := m.lower(m.mul(e, m.pow2(m.add(kr, "upLog"))))
		m.chooseTo(small, m.greater(z, "zero"), z)
		m.chooseTo(y, far, small)
	}
	return y
}
