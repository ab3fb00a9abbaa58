package arm64

import "fmt"

func init() { file("trig", trig) }

func trig(t *target) {
	for _, cosine := range []bool{false, true} {
		name := map[bool]string{false: "SinNear", true: "CosNear"}[cosine]
		t.elementary(name, "n·π/2 is subtracted in three words; sine and cosine of the rest, and the bits of n choose.",
			function{width: 3, body: func(m *maths, z vector, _ bool) vector { return trigBody(m, z, cosine) }})
	}
}

// trigBody is sin z or cos z, or z itself where that is far.
func trigBody(m *maths, z vector, cosine bool) vector {
	nr, r, rl := m.nearestQuarter(m.and(z, "magnitude"))
	r2 := m.mul(r, r)
	y, cos := m.sinKernel(r, rl, r2), m.cosKernel(r, rl, r2)
	if cosine { // cos x = sin(x + π/2)
		nr = m.addInt(nr, "intOne")
	}
	m.chooseTo(y, m.each("VCMHI_T(@2, @1, @0)", m.and(nr, "intOne"), "zero"), cos)
	sign := m.each(fmt.Sprintf("VSHL $%d, V@1.T, V@0.T", 8*m.size-2), nr)
	if !cosine {
		sign = m.xor(sign, z)
	}
	y = m.xor(y, m.and(sign, "sign"))
	m.chooseUnlessTo(y, m.magnitudeGreaterEqual("near", z), z)
	return y
}

func (m *maths) xor(x, y any) vector { return m.each("VEOR V@2.B16, V@1.B16, V@0.B16", x, y) }

// nearestQuarter is scalar's, with n + Integer in place of n mod 4. It overwrites a.
func (m *maths) nearestQuarter(a vector) (nr, r, rl vector) {
	nr = m.copy("integer")
	m.fmaTo(nr, a, "twoOverPi")
	n := m.sub(nr, "integer")
	m.fnmaTo(a, n, "pio2Hi")
	p := m.mul(n, "pio2Mid")
	r = m.sub(a, p)
	b := m.sub(r, a)
	rl = m.sub(m.sub(a, m.sub(r, b)), m.add(p, b))
	pl := m.neg(p)
	m.fmaTo(pl, n, "pio2Mid")
	m.fmaTo(pl, n, "pio2Lo")
	return nr, r, m.sub(rl, pl)
}

// sinKernel is scalar's.
func (m *maths) sinKernel(r, rl, r2 vector) vector {
	p := m.horner(r2, "sin")
	t := m.copy(rl)
	m.fnmaTo(t, rl, m.mul(r2, "half"))
	m.fmaTo(t, m.mul(r2, r), p)
	return m.add(r, t)
}

// cosKernel is scalar's.
func (m *maths) cosKernel(r, rl, r2 vector) vector {
	t := m.neg(m.mul(r, rl))
	p := m.horner(r2, "cos")
	m.fmaTo(t, m.mul(r2, r2), p)
	h := m.mul(r2, "half")
	w := m.sub("one", h)
	return m.add(w, m.add(m.sub(m.sub("one", w), h), t))
}
