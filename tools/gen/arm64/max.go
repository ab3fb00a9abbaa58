package arm64

func init() { file("max", maximum) }

func maximum(t *target) {
	t.fn("Max", "FMAX is the maximum of IEEE 754-2019. Four vectors a round, each with a maximum of its own; then the maximum of the four and of their lanes.", func() {
		t.do("FMOVE F@1, "+t.frame.address("ret"), t.top(t.ptr("x"), t.len("x")))
	})
}

// top returns the maximum of n elements at p in all lanes: NaN if one is NaN.
// Of nothing it is −Inf. p and n are used up.
func (t *target) top(p, n reg) reg {
	tops := t.named("maximum", 4)
	for _, v := range tops {
		t.constantTo(v, "minusInf")
	}
	t.sweep(n, []reg{p}, func(count, width int) {
		var x []reg
		if width < t.lanes {
			x = []reg{t.loadRepeated(width, p)}
		} else {
			x = t.loads(count, p, 0)
		}
		for i := range x {
			t.mod("VFMAX_T(@1, @0, @0)", tops[i], x[i])
		}
	})
	return t.maximum(tops)
}
