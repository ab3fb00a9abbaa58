package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("elementwise", elementwise) }

func elementwise(t *target) {
	t.binary("Add", t.add)
	t.binary("Sub", t.sub)
	t.binary("Mul", t.mul)

	t.flushAll()
	t.clamp()
	t.relu()
	t.reluPrime("ReLUPrime")
	t.reluPrime("MulReLUPrime")

	exp := function{rare: beyondSafe, body: expBody, pairs: true}
	t.elementary("Exp", exp, append(t.expConstants(), "sign", "minusSafe"),
		"Cody–Waite reduction, a polynomial in two words, 2^k by an integer shift.")

	log := function{filler: "one", rare: notNormal, body: logBody}
	t.elementary("Log", log, t.logConstants(), "k·ln 2 + ln(1 + f) with a polynomial in f.")

	sigmoid := function{rare: beyondSafe, body: sigmoidBody, pairs: true}
	t.elementary("Sigmoid", sigmoid, append(t.expConstants(), "sign", "minusSafe"),
		"Exponential and denominator in two words, one division and a Newton step.")

	if t.f64 {
		t.elementary("Tanh", function{body: tanhBody}, append(t.expConstants(), "two", "tanhTiny", "tanhLarge", "tanhLeast", "sign", "magnitude"),
			"−expm1(−2|z|) in two words over 2 plus the same, one division and a Newton step.")
	} else {
		t.elementary("Tanh", function{body: tanhPiecesBody}, tanhConstants(),
			"A polynomial for each of eight intervals of |z|, its coefficients permuted from tables.")
	}

	for _, mul := range []string{"", "Mul"} {
		t.elementary(mul+"SigmoidPrime", prime(false), append(t.expConstants(), "sign", "minusSafe"),
			"e/(1 + e)² with e = e^−|z|, all in two words, one division and a Newton step.")
		t.elementary(mul+"TanhPrime", prime(true), append(t.expConstants(), "half", "sign", "minusSafe"),
			"4·σ'(2z) as SigmoidPrime computes it.")
	}
}

// prime is the function σ' or tanh'.
func prime(tanh bool) function {
	return function{
		prepare: func(m *maths, z vector) vector { return m.primeArgument(z, tanh) },
		rare:    belowSafe,
		body:    func(m *maths, x vector, careful bool) vector { return primeBody(m, x, careful, tanh) },
		pairs:   true,
	}
}

// primeArgument returns −|z| or, with tanh, −2|z|.
func (m *maths) primeArgument(z vector, tanh bool) vector {
	x := m.or(z, "sign")
	if tanh {
		x = m.add(x, x)
	}
	return x
}

// expConstants names the constants of exponentials, most used first.
func (t *target) expConstants() []string {
	return append([]string{"one", "round", "log2e", "ln2Hi", "minusLn2Lo"}, t.numbers.Coefficients("exp")...)
}

// logConstants names the constants of logarithms, most used first.
func (t *target) logConstants() []string {
	names := []string{"one", "oneLessSqrtHalf", "sqrtHalf", "significand", "pow2Mant", "logBias", "logHi", "logLo"}
	return append(names, t.numbers.Coefficients("log")[:9]...)
}

// binary emits a kernel dst = op(x, y).
func (t *target) binary(name string, op func(x, y, d operand.Op)) {
	t.fn(name, "Four vectors a round, masked tail.")
	dst, x, y, n := t.ptr("dst"), t.ptr("x"), t.ptr("y"), t.len("x")
	t.sweep(n, []reg.GPVirtual{dst, x, y}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		if k == nil {
			op(v, mem(y, disp), v)
		} else {
			w := t.vec()
			t.loadMasked(mem(y, disp), *k, w)
			op(v, w, v)
		}
		t.storeMaybe(v, k, mem(dst, disp))
	})
	t.ret()
}

func (t *target) flushAll() {
	t.fn("Flush", "Four vectors a round, masked tail.")
	m := t.maths()
	m.keep(t.flushConstants()...)
	x, n := t.ptr("x"), t.len("x")
	t.sweep(n, []reg.GPVirtual{x}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		m.flush(v)
		t.storeMaybe(v, k, mem(x, disp))
	})
	t.ret()
}

func (t *target) clamp() {
	t.fn("Clamp", "Four vectors a round, masked tail.")
	lo, hi := t.vec(), t.vec()
	t.callVec("lo", lo)
	t.callVec("hi", hi)
	t.broadcast(t.param("lo"), lo)
	t.broadcast(t.param("hi"), hi)
	dst, x, n := t.ptr("dst"), t.ptr("x"), t.len("x")
	t.sweep(n, []reg.GPVirtual{dst, x}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(x, disp), k, v)
		// MAX and MIN give their second operand where that is NaN or both are zeros.
		t.op(t.VMAXPS, t.VMAXPD, v, lo, v)
		t.op(t.VMINPS, t.VMINPD, v, hi, v)
		t.storeMaybe(v, k, mem(dst, disp))
	})
	t.ret()
}

func (t *target) relu() {
	t.fn("ReLU", "Four vectors a round, masked tail.")
	zero := t.vec()
	t.callVec("zero", zero)
	t.zero(zero)
	dst, z, n := t.ptr("dst"), t.ptr("z"), t.len("z")
	t.sweep(n, []reg.GPVirtual{dst, z}, func(disp int, k *mask) {
		v := t.vec()
		t.loadMaybe(mem(z, disp), k, v)
		// MAX gives its second operand, z, where that is NaN or both are zeros.
		t.op(t.VMAXPS, t.VMAXPD, v, zero, v)
		t.storeMaybe(v, k, mem(dst, disp))
	})
	t.ret()
}

// reluPrime emits ReLU' or, if it has an argument d, d ⊙ ReLU'.
func (t *target) reluPrime(name string) {
	t.fn(name, "Four vectors a round, masked tail.")
	mul := t.has("d")
	m := t.maths()
	if t.avx512 {
		m.keep("stepTable")
	} else {
		m.keep("zero", "one")
	}
	if mul {
		m.keep(t.flushConstants()...)
	}
	dst, z, n := t.ptr("dst"), t.ptr("z"), t.len("z")
	ptrs := []reg.GPVirtual{dst, z}
	if mul {
		ptrs = append(ptrs, t.ptr("d"))
	}
	t.sweep(n, ptrs, func(disp int, k *mask) {
		v := m.new()
		t.loadMaybe(mem(z, disp), k, v[0])
		s := v
		if t.avx512 { // one operation: what a number becomes stands in a table of kinds of numbers
			t.op(t.VFIXUPIMMPS, t.VFIXUPIMMPD, operand.Imm(0), m.operand("stepTable", 0), v[0], v[0])
		} else {
			positive, nan := m.compare(v, greaterThan, "zero"), m.compare(v, unordered, v)
			s = m.or(m.and(positive.lanes(), "one"), nan.lanes()) // all bits set is a NaN
		}
		if mul {
			d := m.new()
			t.loadMaybe(mem(ptrs[2], disp), k, d[0])
			m.flush(d[0])
			s = m.mul(d, s)
		}
		t.storeMaybe(s[0], k, mem(dst, disp))
	})
	t.ret()
}

// elementary emits the kernel dst = f(z) or, if it has an argument d, dst = d ⊙ f(z).
// hoist names the constants to keep in registers, most used first.
func (t *target) elementary(name string, f function, hoist []string, method string) {
	t.fn(name, method+" Two vectors side by side, then one, the last masked.")
	dst, z, n := t.ptr("dst"), t.ptr("z"), t.len("z")
	var d reg.GPVirtual
	if t.has("d") {
		d = t.ptr("d")
	}
	if t.avx512 {
		t.Comment("One vector or less: constants are not worth a register.")
		more := t.label("more")
		t.CMPQ(n, operand.U32(t.lanes))
		t.JG(operand.LabelRef(more))
		one, k := t.maths(), t.mask(n)
		x := one.begin(f, z, &k, more)
		one.finish(f, f.body(one, x, false), dst, d, &k, false)
		t.ret()
		t.Label(more)
	}
	m := t.maths()
	m.hoist(hoist...)
	m.elementary(f, n, dst, z, d)
	t.ret()
}

// elementary emits the loop dst = f(z) or, if d isn't nil, dst = d ⊙ f(z) over
// n elements. All registers are used up.
func (m *maths) elementary(f function, n, dst, z, d reg.GPVirtual) {
	ptrs := []reg.GPVirtual{dst, z}
	if d != nil {
		ptrs = append(ptrs, d)
	}
	bytes := m.lanes * m.size
	pairs, single, careful, end := m.label("pairs"), m.label("single"), m.label("careful"), m.label("end")

	advancePair := func() {
		for _, p := range ptrs {
			m.ADDQ(operand.U32(2*bytes), p)
		}
		m.SUBQ(operand.U32(2*m.lanes), n)
		m.JMP(operand.LabelRef(pairs))
	}
	m.Label(pairs)
	m.CMPQ(n, operand.U32(2*m.lanes))
	m.JL(operand.LabelRef(single))
	two, rare := m.wide(2), single
	carefulPairs := f.pairs && !m.avx512 // with AVX-512, constants have taken the registers
	if carefulPairs {
		rare = m.label("carefulPair")
	}
	x := two.begin(f, z, nil, rare)
	two.finish(f, f.body(two, x, false), dst, d, nil, false)
	advancePair()

	if carefulPairs {
		m.Label(rare)
		x = two.begin(f.withoutRare(), z, nil, "")
		two.finish(f, f.body(two, x, true), dst, d, nil, true)
		advancePair()
	}

	m.Label(single)
	m.TESTQ(n, n)
	m.JLE(operand.LabelRef(end))
	count := m.GP64()
	m.MOVQ(operand.U32(m.lanes), count)
	m.CMPQ(n, count)
	m.CMOVQLT(n, count)
	k := m.mask(count)
	advance := func() {
		for _, p := range ptrs {
			m.ADDQ(operand.U32(bytes), p)
		}
		m.SUBQ(operand.U32(m.lanes), n)
		m.JMP(operand.LabelRef(pairs))
	}
	x = m.begin(f, z, &k, careful)
	m.finish(f, f.body(m, x, false), dst, d, &k, false)
	advance()

	if f.rare != nil {
		m.Label(careful)
		x = m.begin(f.withoutRare(), z, &k, "")
		m.finish(f, f.body(m, x, true), dst, d, &k, true)
		advance()
	}
	m.Label(end)
}

// withoutRare returns f for its careful body, which is right for all arguments.
func (f function) withoutRare() function {
	f.rare = nil
	return f
}

// begin loads and prepares arguments and leaves for label if there is a rare one.
func (m *maths) begin(f function, z reg.GPVirtual, k *mask, label string) vector {
	m.arguments = func() vector {
		x := m.new()
		for i := range x {
			m.loadMaybe(mem(z, i*m.lanes*m.size), k, x[i])
		}
		if f.filler != "" {
			m.fill(x, k, f.filler)
		}
		return x
	}
	x := m.arguments()
	if f.prepare != nil {
		x = f.prepare(m, x)
	}
	if f.rare != nil {
		m.jumpIfAny(f.rare(m, x), label)
	}
	return x
}

// finish multiplies results by d, if there is one, and stores them.
func (m *maths) finish(f function, y vector, dst, d reg.GPVirtual, k *mask, careful bool) {
	for i := range y {
		at := i * m.lanes * m.size
		if d != nil {
			v := m.vec()
			m.loadMaybe(mem(d, at), k, v)
			// A careful body's y may be subnormal, and 0·y would take its time. It may also be a
			// NaN, whose sign bit counts. A negative y stays, because of the sign of 0·y.
			c := m.wide(1).productAbove(v, y[i], f.signed || careful)
			m.only(c, v)
			if careful && !f.signed {
				m.only(c, y[i])
			}
			m.target.mul(v, y[i], y[i])
		}
		m.storeMaybe(y[i], k, mem(dst, at))
	}
}

// productAbove returns where scalar.MulFlush doesn't return 0: where |x| as an integer is
// above a constant less that of |y|. There is no overflow, since neither is negative.
func (m *maths) productAbove(x, y reg.VecVirtual, signed bool) condition {
	size := vector{y}
	if signed {
		size = m.and(size, "magnitude")
	}
	rest := m.subInt("belowProduct", size)
	return m.greaterInt(m.and(vector{x}, "magnitude"), rest)
}

// fill sets the lanes outside a mask to a constant.
func (m *maths) fill(x vector, k *mask, constant string) {
	if k != nil {
		x[0] = m.choose(condition{k.Register}, x, constant)[0]
	}
}
