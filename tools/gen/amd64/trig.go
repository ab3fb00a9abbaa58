package amd64

import "github.com/mmcloughlin/avo/operand"

func init() { file("trig", trig) }

func trig(t *target) {
	for _, cos := range []bool{false, true} {
		name := map[bool]string{false: "SinNear", true: "CosNear"}[cos]
		body := func(m *maths, z vector, _ bool) vector { return trigBody(m, z, cos) }
		t.elementary(name, function{body: body}, []string{"magnitude", "sign", "one", "half", "integer", "twoOverPi", "pio2Hi", "pio2Mid", "pio2Lo", "intOne", "near"},
			"n·π/2 is subtracted in three words; sine and cosine of the rest, and the bits of n choose.")
	}
}

// trigBody is sin z or cos z, or z itself where that is far.
func trigBody(m *maths, z vector, cosine bool) vector {
	nr, r, rl := m.nearestQuarter(m.and(z, "magnitude"))
	r2 := m.mul(r, r)
	sin, cos := m.sinKernel(r, rl, r2), m.cosKernel(r, rl, r2)
	if cosine { // cos x = sin(x + π/2)
		nr = m.addInt(nr, "intOne")
	}
	odd := m.greaterInt(m.and(nr, "intOne"), "zero")
	y := m.choose(odd, cos, sin)
	sign := m.shiftToSign(nr)
	z = m.arguments()
	if !cosine {
		sign = m.xor(sign, z)
	}
	y = m.xor(y, m.and(sign, "sign"))
	return m.choose(m.compare(m.and(z, "magnitude"), notLessEqual, "near"), z, y)
}

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
	m.fmsTo(p, n, "pio2Mid")
	m.fmaTo(p, n, "pio2Lo")
	return nr, r, m.sub(rl, p)
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
	t := m.mul(r, rl)
	p := m.horner(r2, "cos")
	m.fmsTo(t, m.mul(r2, r2), p)
	h := m.mul(r2, "half")
	w := m.sub("one", h)
	return m.add(w, m.add(m.sub(m.sub("one", w), h), t))
}

// shiftToSign moves bit 1 of every lane to the sign's place.
func (m *maths) shiftToSign(x vector) vector {
	d := m.new()
	for i := range d {
		m.op(m.VPSLLD, m.VPSLLQ, operand.Imm(uint64(8*m.size-2)), x[i], d[i])
	}
	return d
}
