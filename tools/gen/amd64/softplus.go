package amd64

func init() { file("softplus", softplus) }

func softplus(t *target) {
	t.elementary("Softplus", function{rare: softplusRare, body: softplusBody}, append(t.expConstants(), "sign", "minusSoftplusFar"),
		"max(z, 0) + ln(1 + e) with e = e^−|z|; 1 + e in two words and a rest, its logarithm in two words, one division.")
	t.elementary("MulSoftplusPrime", function{rare: beyondSafe, body: sigmoidBody, pairs: true}, append(t.expConstants(), "sign", "minusSafe"),
		"As Sigmoid, then a product.")
}

// softplusRare tells arguments beyond ±SoftplusFar, and NaN.
func softplusRare(m *maths, z vector) condition {
	return m.compare(m.or(z, "sign"), notGreaterEqual, "minusSoftplusFar")
}

func softplusBody(m *maths, z vector, careful bool) vector {
	x := m.or(z, "sign")
	var far condition
	if careful {
		far = m.compare(x, lessThan, "minusSoftplusFar")
		x = m.max("expMin", x)
	}
	kr, e, el := m.twoWordExp(x, false)
	p := m.pow2(kr)
	d, dl := m.fast2Sum("one", m.mul(e, p))
	r := m.mul(el, p)
	q := m.div(m.add(dl, r), d)
	m.fnmaTo(r, q, m.sub(d, "one"))
	m.fnmaTo(r, m.mul(q, "half"), q)
	hi, lo := m.twoWordLog(d, "logBias")
	hi, t := m.fast2Sum(hi, dl)
	t = m.add(t, m.add(lo, r))
	z = m.arguments()
	positive := m.max("zero", z)
	s, u := m.fast2Sum(m.max(positive, hi), m.min(positive, hi))
	y := m.add(s, m.add(u, t))
	if careful {
		small := m.lower(m.mul(e, m.pow2(m.add(kr, "upLog"))))
		y = m.choose(far, m.choose(m.compare(z, greaterThan, "zero"), z, small), y)
	}
	return y
}
