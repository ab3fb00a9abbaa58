package arm64

func init() { file("optimizer", optimizer) }

// optimizer emits the optimizer steps: one sweep over parameters, state and
// gradient, with the expression of the generic function for each vector.
func optimizer(t *target) {
	t.step("Momentum", func(v map[string]reg) {
		g := t.flushed(v["g"], "leastFactor")
		t.fma(g, v["v"], v["mu"])
		v["v"] = t.flushed(g, "leastFactor")
		t.fnma(v["w"], v["v"], v["lr"])
	})
	t.step("Nesterov", func(v map[string]reg) {
		g := t.flushed(v["g"], "leastFactor")
		d := t.duplicate(g)
		t.fma(d, v["v"], v["mu"])
		v["v"] = t.flushed(d, "leastFactor")
		t.fma(g, v["v"], v["mu"])
		t.fnma(v["w"], g, v["lr"])
	})
	t.step("RMSProp", func(v map[string]reg) {
		g := t.flushed(v["g"], "leastRoot")
		v["s"] = t.prod(v["s"], v["rho"])
		t.fma(v["s"], t.prod(v["oneMinusRho"], g), g)
		zero := t.small(v["s"])
		v["s"] = t.unless(zero, v["s"])
		d := t.quot(g, t.sum(t.sqrt(v["s"]), v["eps"]))
		t.fnma(v["w"], t.unless(zero, d), v["lr"])
	})
	t.step("Adagrad", func(v map[string]reg) {
		g := t.flushed(v["g"], "leastRoot")
		t.fma(v["s"], g, g)
		t.fnma(v["w"], t.quot(g, t.sum(t.sqrt(v["s"]), v["eps"])), v["lr"])
	})
	t.step("Adam", func(v map[string]reg) {
		t.moments(v)
		v["w"] = t.prod(v["w"], v["keep"])
		t.descend(v, v["v"])
	})
	t.step("AMSGrad", func(v map[string]reg) {
		t.moments(v)
		greater := t.op("VFCMGT_T(@2, @1, @0)", v["h"], v["v"])
		h := t.duplicate(v["v"])
		t.mod("VBIT V@1.B16, V@2.B16, V@0.B16", h, greater, v["h"])
		v["h"] = h
		t.descend(v, h)
	})
	t.step("Lion", func(v map[string]reg) {
		g := t.flushed(v["g"], "leastFactor")
		u := t.prod(v["m"], v["beta1"])
		t.fma(u, g, v["oneMinusBeta1"])
		u = t.op("VFMAX_T(@2, @1, @0)", t.prod(u, t.constant("huge")), t.constant("minusOne"))
		u = t.op("VFMIN_T(@2, @1, @0)", u, t.constant("one"))
		d := t.prod(v["m"], v["beta2"])
		t.fma(d, g, v["oneMinusBeta2"])
		v["m"] = t.flushed(d, "leastFactor")
		w := t.prod(v["w"], v["keep"])
		t.fnma(w, u, v["lr"])
		v["w"] = t.flushed(w, "leastFactor")
	})
}

// moments sets the new m and v.
func (t *target) moments(v map[string]reg) {
	g := t.flushed(v["g"], "leastRoot")
	v["m"] = t.prod(v["m"], v["beta1"])
	t.fma(v["m"], g, v["oneMinusBeta1"])
	v["v"] = t.prod(v["v"], v["beta2"])
	t.fma(v["v"], t.prod(v["oneMinusBeta2"], g), g)
	zero := t.small(v["v"])
	v["v"] = t.unless(zero, v["v"])
	v["m"] = t.flushed(t.unless(zero, v["m"]), "leastFactor")
}

// descend subtracts lr·m/(scale·√s + eps) from w.
func (t *target) descend(v map[string]reg, s reg) {
	d := t.duplicate(v["eps"])
	t.fma(d, t.sqrt(s), v["scale"])
	t.fnma(v["w"], t.quot(v["m"], d), v["lr"])
}

// flushed returns x, but +0 below a constant.
func (t *target) flushed(x reg, least string) reg {
	return t.unless(t.op("VFACGT_T(@2, @1, @0)", t.constant(least), x), x)
}

// small returns where x is below LeastSquare.
func (t *target) small(x reg) reg {
	return t.op("VFCMGT_T(@2, @1, @0)", t.constant("leastSquare"), x)
}

// unless returns x, but +0 where c holds.
func (t *target) unless(c, x reg) reg { return t.op("VBIC_B16(@2, @1, @0)", x, c) }

// step emits an optimizer step. body gets a register for each slice, loaded, and
// each factor, in all lanes; what it leaves for the slices is stored, except for
// the last slice, the gradient.
func (t *target) step(name string, body func(v map[string]reg)) {
	t.fn(name, "Four vectors a round.", func() {
		names := t.fun.Slices()
		factor, ptr := map[string]reg{}, map[string]reg{}
		for _, f := range t.fun.Scalars() {
			factor[f] = t.broadcast(f)
		}
		var ptrs []reg
		for _, s := range names {
			ptr[s] = t.ptr(s)
			ptrs = append(ptrs, ptr[s])
		}
		t.sweep(t.len(names[0]), ptrs, func(count, width int) {
			in := map[string][]reg{}
			for _, s := range names {
				in[s] = t.part(count, width, ptr[s], 0)
			}
			for i := range count {
				v := map[string]reg{}
				for f, r := range factor {
					v[f] = r
				}
				for _, s := range names {
					v[s] = in[s][i]
				}
				body(v)
				for _, s := range names {
					in[s][i] = v[s]
				}
			}
			for _, s := range names[:len(names)-1] {
				t.storePart(in[s], width, ptr[s])
			}
		})
	})
}

// duplicate returns a copy of a vector register.
func (t *target) duplicate(x reg) reg { return t.op(moveVector, x) }

const moveVector = "VORR V@1.B16, V@1.B16, V@0.B16"
