package arm64

import "fmt"

func init() { file("max", extremes) }

func extremes(t *target) {
	for _, e := range []struct{ name, op, none string }{{"Max", "VFMAX_T", "minusInf"}, {"Min", "VFMIN_T", "inf"}} {
		t.fn(e.name, e.op[1:5]+" is that of IEEE 754-2019. Four vectors a round, each with a result of its own; then that of the four and of their lanes.", func() {
			t.do("FMOVE F@1, "+t.frame.address("ret"), t.extreme(e.op, e.none, t.ptr("x"), t.len("x")))
		})
	}
	t.place("ArgMax", "VFMAX_T", "minusInf", false)
	t.place("ArgMin", "VFMIN_T", "inf", false)
	t.place("Iamax", "VFMAX_T", "minusInf", true)
}

// place emits a kernel that returns the index of the first element that is as extreme as can
// be, or of the first NaN.
func (t *target) place(name, op, none string, magnitudes bool) {
	t.fn(name, "The extreme as in Max and Min, of which NaN comes out. Then four vectors a round until one has it, then one element at a time.", func() {
		result := t.extremeOf(op, none, t.ptr("x"), t.len("x"), magnitudes)
		x, n, i := t.ptr("x"), t.len("x"), t.gp("i")
		nan, found := t.newLabel("nan"), t.newLabel("found")
		t.set("MOVD $0, R@0", i)
		t.do("FCOMPARE F@1, F@1", result)
		t.jump("BVS", nan)
		all, single := t.newLabel("rounds"), t.newLabel("single")
		t.label(all)
		t.jumpIfLess(n, 4*t.lanes, single)
		v := t.loads(4, x, 0)
		for k := range v {
			if magnitudes {
				v[k] = t.op("VFABS_T(@1, @0)", v[k])
			}
			v[k] = t.op("VFCMEQ_T(@2, @1, @0)", v[k], result)
		}
		for h := 2; h > 0; h /= 2 {
			for k := range h {
				v[k] = t.op("VORR V@2.B16, V@1.B16, V@0.B16", v[k], v[k+h])
			}
		}
		low, high := t.gp("low"), t.gp("high")
		t.set("VMOV V@1.D[0], R@0", low, v[0])
		t.set("VMOV V@1.D[1], R@0", high, v[0])
		t.set("ORR R@2, R@1, R@0", low, low, high)
		t.jump("CBNZ R@1,", single, low)
		t.advance(64, x)
		t.advance(4*t.lanes, i)
		t.mod(fmt.Sprintf("SUB $%d, R@0", 4*t.lanes), n)
		t.jump("B", all)
		one := func(begin string, test func(v reg)) {
			t.label(begin)
			t.jump("CBZ R@1,", found, n)
			e := t.load(1, x, 0)
			if magnitudes {
				e = t.op("VFABS_T(@1, @0)", e)
			}
			test(e)
			t.advance(t.size, x)
			t.advance(1, i)
			t.mod("SUB $1, R@0", n)
			t.jump("B", begin)
		}
		one(single, func(v reg) {
			t.do("FCOMPARE F@2, F@1", v, result)
			t.jump("BEQ", found)
		})
		one(nan, func(v reg) {
			t.do("FCOMPARE F@1, F@1", v)
			t.jump("BVS", found)
		})
		t.label(found)
		t.do("MOVD R@1, "+t.frame.address("ret"), i)
	})
}

// top returns the maximum of n elements at p in all lanes: NaN if one is NaN.
// Of nothing it is −Inf. p and n are used up.
func (t *target) top(p, n reg) reg { return t.extreme("VFMAX_T", "minusInf", p, n) }

// extreme returns what op, a minimum or a maximum, gives for n elements at p, in all
// lanes. none is the result for nothing. p and n are used up.
func (t *target) extreme(op, none string, p, n reg) reg { return t.extremeOf(op, none, p, n, false) }

// extremeOf is extreme, of magnitudes if they are asked for.
func (t *target) extremeOf(op, none string, p, n reg, magnitudes bool) reg {
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
			if magnitudes {
				x[i] = t.op("VFABS_T(@1, @0)", x[i])
			}
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
