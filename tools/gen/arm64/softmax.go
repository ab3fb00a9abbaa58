package arm64

import "slices"

func init() { file("softmax", softmax) }

func softmax(t *target) {
	t.fn("Softmax", "Four passes: the maximum, the exponentials of z − max as Exp computes them, their sum in the lanes of Sum, the divisions.", func() {
		t.section("Maximum; NaN if there is one, and then everything will be.")
		top := t.top(t.ptr("z"), t.len("z"))

		t.section("Exponentials.")
		minus := function{
			width:   5,
			prepare: func(m *maths, z vector) vector { return m.sub(z, vector(slices.Repeat([]reg{top}, m.width))) },
			usual:   aboveMinusSafe,
			body:    expBody,
		}
		t.functionLoop(minus, t.len("z"), []reg{t.ptr("dst"), t.ptr("z")})

		t.section("Sum.")
		acc := t.named("lanes", 16)
		t.zero(acc...)
		t.sumLoop(acc, t.ptr("dst"), t.len("dst"))
		sum := t.spread(t.reduce([][]reg{acc}))

		t.section("Divisions.")
		dst := t.ptr("dst")
		t.sweep(t.len("dst"), []reg{dst}, func(count, width int) {
			e := t.part(count, width, dst, 0)
			for i := range e {
				e[i] = t.quot(e[i], sum)
			}
			t.storePart(e, width, dst)
		})
	})
	t.fn("DivBy", "Four vectors a round.", func() {
		divisor := t.broadcast("divisor")
		x := t.ptr("x")
		t.sweep(t.len("x"), []reg{x}, func(count, width int) {
			xs := t.part(count, width, x, 0)
			for i := range xs {
				xs[i] = t.quot(xs[i], divisor)
			}
			t.storePart(xs, width, x)
		})
	})
}

// loadRepeated loads width elements at p, less than a vector, and fills it with
// copies of them.
func (t *target) loadRepeated(width int, p reg) reg {
	v := t.vec()
	t.set(map[int]string{8: "VLD1R (R@1), [V@0.D2]", 4: "VLD1R (R@1), [V@0.S4]"}[width*t.size], v, p)
	return v
}
