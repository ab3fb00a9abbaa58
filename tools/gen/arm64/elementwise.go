package arm64

import "fmt"

func init() { file("elementwise", elementwise) }

func elementwise(t *target) {
	t.binary("Add", t.sum)
	t.binary("Sub", t.diff)
	t.binary("Mul", t.prod)

	t.fn("Flush", "Four vectors a round.", func() {
		x := t.ptr("x")
		t.sweep(t.len("x"), []reg{x}, func(count, width int) {
			m := t.maths(count)
			y := m.flushed(t.part(count, width, x, 0))
			m.flush()
			t.storePart(y, width, x)
		})
	})
	t.fn("Clamp", "Four vectors a round.", func() {
		lo, hi := t.broadcast("lo"), t.broadcast("hi")
		dst, x := t.ptr("dst"), t.ptr("x")
		t.sweep(t.len("x"), []reg{dst, x}, func(count, width int) {
			y := t.part(count, width, x, 0)
			for i := range y {
				// FMAX and FMIN would have +0 above −0.
				low, high := t.op("VFCMGT_T(@2, @1, @0)", lo, y[i]), t.op("VFCMGT_T(@2, @1, @0)", y[i], hi)
				t.mod("VBIT V@1.B16, V@2.B16, V@0.B16", y[i], low, lo)
				t.mod("VBIT V@1.B16, V@2.B16, V@0.B16", y[i], high, hi)
			}
			t.storePart(y, width, dst)
		})
	})
	t.relu("ReLU", func(m *maths, z vector) vector {
		return m.andNot(z, m.greater("zero", z))
	})
	for _, mul := range []string{"", "Mul"} {
		t.relu(mul+"ReLUPrime", func(m *maths, z vector) vector {
			y := m.and(m.greater(z, "zero"), "one")
			m.spoil(y, z)
			return y
		})
	}

	t.elementary("Exp", "Cody–Waite reduction, a polynomial in two words, 2^k by an integer shift.",
		function{width: 5, usual: withinSafe, body: expBody})
	t.elementary("Log", "k·ln 2 + ln(1 + f) with a polynomial in f.",
		function{width: 6, usual: normal, body: logBody})
	t.elementary("Sigmoid", "Exponential and denominator in two words, one division and a Newton step.",
		function{width: 5, usual: withinSafe, body: sigmoidBody})
	if t.f64 {
		t.elementary("Tanh", "−expm1(−2|z|) in two words over 2 plus the same, one division and a Newton step.",
			function{width: 5, body: tanhBody})
	} else {
		t.elementary("Tanh", "A polynomial for each of eight intervals of |z|, its coefficients taken from tables.",
			function{width: 4, body: tanhPiecesBody})
	}
	for _, mul := range []string{"", "Mul"} {
		t.elementary(mul+"SigmoidPrime", "e/(1 + e)² with e = e^−|z|, all in two words, one division and a Newton step.", prime(false))
		t.elementary(mul+"TanhPrime", "4·σ'(2z) as SigmoidPrime computes it.", prime(true))
	}
}

// prime is the function σ' or tanh'.
func prime(tanh bool) function {
	return function{
		width: 4,
		prepare: func(m *maths, z vector) vector {
			x := m.or(z, "sign")
			if tanh {
				x = m.add(x, x)
			}
			return x
		},
		usual: aboveMinusSafe,
		body:  func(m *maths, x vector, careful bool) vector { return primeBody(m, x, careful, tanh) },
	}
}

// binary emits a kernel dst = op(x, y).
func (t *target) binary(name string, op func(x, y reg) reg) {
	t.fn(name, "Four vectors a round.", func() {
		dst, x, y := t.ptr("dst"), t.ptr("x"), t.ptr("y")
		t.sweep(t.len("x"), []reg{dst, x, y}, func(count, width int) {
			xs, ys := t.part(count, width, x, 0), t.part(count, width, y, 0)
			for i := range xs {
				xs[i] = op(xs[i], ys[i])
			}
			t.storePart(xs, width, dst)
		})
	})
}

// relu emits a kernel dst = f(z) or, if it has an argument d, dst = d ⊙ f(z).
func (t *target) relu(name string, f func(m *maths, z vector) vector) {
	t.fn(name, "Four vectors a round.", func() {
		dst, z := t.ptr("dst"), t.ptr("z")
		ptrs := []reg{dst, z}
		if t.has("d") {
			ptrs = append(ptrs, t.ptr("d"))
		}
		t.sweep(t.len("z"), ptrs, func(count, width int) {
			m := t.maths(count)
			y := f(m, t.part(count, width, z, 0))
			if len(ptrs) > 2 {
				y = m.mul(m.flushed(vector(t.part(count, width, ptrs[2], 0))), y)
			}
			m.flush()
			t.storePart(y, width, dst)
		})
	})
}

// elementary emits the kernel dst = f(z) or, if it has an argument d, dst = d ⊙ f(z).
func (t *target) elementary(name, method string, f function) {
	many := map[int]string{3: "Three", 4: "Four", 5: "Five", 6: "Six"}[f.width]
	t.fn(name, method+" "+many+" vectors side by side; then, and where arguments need more care, single ones.", func() {
		ptrs := []reg{t.ptr("dst"), t.ptr("z")}
		if t.has("d") {
			ptrs = append(ptrs, t.ptr("d"))
		}
		t.functionLoop(f, t.len("z"), ptrs)
	})
}

// functionLoop emits the loop dst = f(z) over n elements or, with three
// pointers, dst = d ⊙ f(z).
func (t *target) functionLoop(f function, n reg, ptrs []reg) {
	width := f.width
	many, one := t.maths(width), t.maths(1)
	dst, z, fused := ptrs[0], ptrs[1], len(ptrs) > 2
	next, loop, single, end := t.newLabel("next"), t.newLabel("loop"), t.newLabel("single"), t.newLabel("end")

	t.label(next)
	t.jumpIfLess(n, width*t.lanes, single)
	t.label(loop)
	x := many.prepare(f, t.loads(width, z, 0))
	if f.usual != nil {
		many.jumpUnlessAll(f.usual(many, x), single)
	}
	y := f.body(many, x, false)
	if fused {
		many.flush()
		y = many.mulFlush(vector(t.loads(width, ptrs[2], 0)), y, f.signed)
	}
	many.flush()
	t.stores(y, dst, 0)
	t.advance(16*width, ptrs...)
	t.advance(-width*t.lanes, n)
	t.do("CMP $"+fmt.Sprint(width*t.lanes)+", R@1", n)
	t.jump("BGE", loop)

	t.comment("A vector or the rest of one.")
	t.label(single)
	t.jump("CBZ R@1,", end, n)
	part, start, storePart := t.newLabel("part"), t.newLabel("start"), t.newLabel("storePart")
	in := t.vecs(len(ptrs) - 1)
	t.jumpIfLess(n, t.lanes, part)
	for i, v := range in {
		t.loadsTo([]reg{v}, ptrs[i+1], 0)
	}
	t.jump("B", start)
	t.label(part)
	t.zero(in...)
	t.loadRest(n, in, ptrs[1:])
	t.label(start)
	y = f.body(one, one.prepare(f, in[:1]), f.usual != nil)
	if fused {
		y = one.mulFlush(vector(in[1:]), y, f.signed)
	}
	one.flush()
	t.jumpIfLess(n, t.lanes, storePart)
	t.stores(y, dst, 0)
	t.advance(16, ptrs...)
	t.advance(-t.lanes, n)
	t.jump("B", next)
	t.label(storePart)
	t.storeRest(n, y[0], dst)
	t.label(end)
}

func (m *maths) prepare(f function, z vector) vector {
	if f.prepare == nil {
		return z
	}
	return f.prepare(m, z)
}
