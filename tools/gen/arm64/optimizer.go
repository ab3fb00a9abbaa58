package arm64

func init() { file("optimizer", optimizer) }

// optimizer emits the optimizer steps: one sweep over parameters, state and
// gradient, with the expression of the generic function for each vector.
func optimizer(t *target) {
	t.step("Momentum", func(v map[string]reg) {
		t.fma(v["g"], v["v"], v["mu"])
		v["v"] = v["g"]
		t.fnma(v["w"], v["v"], v["lr"])
	})
	t.step("Nesterov", func(v map[string]reg) {
		d := t.duplicate(v["g"])
		t.fma(d, v["v"], v["mu"])
		v["v"] = d
		t.fma(v["g"], v["v"], v["mu"])
		t.fnma(v["w"], v["g"], v["lr"])
	})
	t.step("RMSProp", func(v map[string]reg) {
		v["s"] = t.prod(v["s"], v["rho"])
		t.fma(v["s"], t.prod(v["oneMinusRho"], v["g"]), v["g"])
		d := t.quot(v["g"], t.sum(t.sqrt(v["s"]), v["eps"]))
		t.fnma(v["w"], d, v["lr"])
	})
	t.step("Adam", func(v map[string]reg) {
		v["m"] = t.prod(v["m"], v["beta1"])
		t.fma(v["m"], v["g"], v["oneMinusBeta1"])
		v["v"] = t.prod(v["v"], v["beta2"])
		t.fma(v["v"], t.prod(v["oneMinusBeta2"], v["g"]), v["g"])
		d := t.duplicate(v["eps"])
		t.fma(d, t.sqrt(v["v"]), v["scale"])
		d = t.quot(v["m"], d)
		v["w"] = t.prod(v["w"], v["keep"])
		t.fnma(v["w"], d, v["lr"])
	})
}

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
