package arm64

func init() { file("vecmath", vecmath) }

func vecmath(t *target) {
	t.vectors("Div", func(v []reg) reg { return t.quot(v[0], v[1]) })
	t.vectors("Minimum", func(v []reg) reg { return t.op("VFMIN_T(@2, @1, @0)", v[0], v[1]) })
	t.vectors("Maximum", func(v []reg) reg { return t.op("VFMAX_T(@2, @1, @0)", v[0], v[1]) })
	t.vectors("FMA", func(v []reg) reg {
		t.fma(v[2], v[0], v[1])
		return v[2]
	})
	t.vectors("Sqrt", func(v []reg) reg { return t.sqrt(v[0]) })
	t.vectors("Rsqrt", func(v []reg) reg { return t.quot(t.constant("one"), t.sqrt(v[0])) })
	t.vectors("Abs", func(v []reg) reg { return t.op("VFABS_T(@1, @0)", v[0]) })
	t.vectors("Neg", func(v []reg) reg { return t.op("VFNEG_T(@1, @0)", v[0]) })
	t.vectors("Round", func(v []reg) reg { return t.op("VFRINTN_T(@1, @0)", v[0]) })
	t.vectors("Floor", func(v []reg) reg { return t.op("VFRINTM_T(@1, @0)", v[0]) })
	t.vectors("Ceil", func(v []reg) reg { return t.op("VFRINTP_T(@1, @0)", v[0]) })

	t.fn("AddConst", "Four vectors a round.", func() {
		alpha, x := t.broadcast("alpha"), t.ptr("x")
		t.sweep(t.len("x"), []reg{x}, func(count, width int) {
			xs := t.part(count, width, x, 0)
			for i := range xs {
				xs[i] = t.sum(xs[i], alpha)
			}
			t.storePart(xs, width, x)
		})
	})
}

// vectors emits a kernel dst = f(x), f(x, y) or f(x, y, z), of one vector at a time.
func (t *target) vectors(name string, f func(v []reg) reg) {
	t.fn(name, "Four vectors a round.", func() {
		var ptrs []reg
		for _, s := range []string{"dst", "x", "y", "z"} {
			if t.has(s) {
				ptrs = append(ptrs, t.ptr(s))
			}
		}
		t.sweep(t.len("x"), ptrs, func(count, width int) {
			var in [][]reg
			for _, p := range ptrs[1:] {
				in = append(in, t.part(count, width, p, 0))
			}
			out := make([]reg, len(in[0]))
			for i := range out {
				var v []reg
				for _, x := range in {
					v = append(v, x[i])
				}
				out[i] = f(v)
			}
			t.storePart(out, width, ptrs[0])
		})
	})
}
