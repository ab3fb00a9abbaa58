package arm64

func init() { file("max", extremes) }

func extremes(t *target) {
	for _, e := range []struct{ name, op, none string }{{"Max", "VFMAX_T", "minusInf"}, {"Min", "VFMIN_T", "inf"}} {
		t.fn(e.name, e.op[1:5]+" is that of IEEE 754-2019. Four vectors a round, each with a result of its own; then that of the four and of their lanes.", func() {
			t.do("FMOVE F@1, "+t.frame.address("ret"), t.extreme(e.op, e.none, t.ptr("x"), t.len("x")))
		})
	}
}

// top returns the maximum of n elements at p in all lanes: NaN if one is NaN.
// Of nothing it is −Inf. p and n are used up.
func (t *target) top(p, n reg) reg { return t.extreme("VFMAX_T", "minusInf", p, n) }

// extreme returns what op, a minimum or a maximum, gives for n elements at p, in all
// lanes. none is the result for nothing. p and n are used up.
func (t *target) extreme(op, none string, p, n reg) reg {
	better := func(d, x reg) { t.mod(op+"(@1, @0, @0)", d, x) }
	tops := t.named("extreme", 4)
	for _, v := range tops {
		t.constantTo(v, none)
	}
	t.sweep(n, []reg{p}, func(count, width int) {
		var x []reg
		if width < t.lanes {
			x = []reg{t.loadRepeated(width, p)}
		} else {
			x = t.loads(count, p, 0)
		}
		for i := range x {
			better(tops[i], x[i])
		}
	})
	return t.meet(better, tops)
}

// meet returns what better, which sets its first argument to the better of two, gives for
// all lanes of v, in all lanes. It overwrites v.
func (t *target) meet(better func(d, x reg), v []reg) reg {
	for h := len(v) / 2; h > 0; h /= 2 {
		for i := range h {
			better(v[i], v[i+h])
		}
	}
	better(v[0], t.op("VEXT $8, V@1.B16, V@1.B16, V@0.B16", v[0]))
	if !t.f64 {
		better(v[0], t.op("VREV64 V@1.S4, V@0.S4", v[0]))
	}
	return v[0]
}
