package arm64

import "fmt"

func init() { file("dropout", dropout) }

func dropout(t *target) {
	t.fn("Dropout", "Four vectors a round. Hashes have lanes of 32 bits, so that one vector of them decides on two of float64.", func() {
		scale := t.broadcast("scale")
		h := t.hashes()
		dst, x := t.ptr("dst"), t.ptr("x")
		t.sweep(t.len("x"), []reg{dst, x}, func(count, width int) {
			y := t.part(count, width, x, 0)
			for i, keep := range h.next(count, width) {
				y[i] = t.op("VAND V@2.B16, V@1.B16, V@0.B16", t.prod(y[i], scale), keep)
			}
			t.storePart(y, width, dst)
		})
	})
}

// hashes makes scalar.Hash of counts in lanes of 32 bits.
type hashes struct {
	*target
	counts, word, threshold, factor1, factor2 reg
	steps                                     map[int]reg
}

// hashes starts with arguments k0, k1 and threshold.
func (t *target) hashes() *hashes {
	argument := func(name string) reg {
		v := t.named(name, 1)[0]
		r := t.gp(name)
		t.set("MOVWU "+t.frame.address(name)+", R@0", r)
		t.set("VDUP R@1, V@0.S4", v, r)
		return v
	}
	h := &hashes{target: t, counts: t.named("counts", 1)[0], word: argument("k1"), threshold: argument("threshold")}
	t.set("VADD V@2.S4, V@1.S4, V@0.S4", h.counts, argument("k0"), t.constant("counts"))
	h.factor1, h.factor2 = t.constant("factor1"), t.constant("factor2")
	h.steps = map[int]reg{2: t.constant("step2"), 4: t.constant("step4")}
	return h
}

// next returns for the next count vectors, or one of width elements, where hashes are at
// least threshold.
func (h *hashes) next(count, width int) []reg {
	elements := count * width
	m := h.maths((elements + 3) / 4)
	counts := vector(h.vecs(m.width))
	for i := range counts {
		h.set(moveVector, counts[i], h.counts)
		if step, ok := h.steps[min(4, elements-4*i)]; ok {
			h.mod("VADD V@1.S4, V@0.S4, V@0.S4", h.counts, step)
		} // else there is nothing behind
	}
	all := func(x reg) (v vector) {
		for range m.width {
			v = append(v, x)
		}
		return v
	}
	mix := func(x vector) vector {
		for i, factor := range []reg{h.factor1, h.factor2} {
			x = m.each("VMUL_S4(@2, @1, @0)", m.xorShifted(x, 16-i), all(factor))
		}
		return m.xorShifted(x, 15)
	}
	x := mix(m.each("VADD V@2.S4, V@1.S4, V@0.S4", mix(counts), all(h.word)))
	x = m.each("VCMHS_S4(@2, @1, @0)", x, all(h.threshold))
	m.flush()
	if !h.f64 {
		return x
	}
	var keep []reg
	for i := range count {
		keep = append(keep, h.op([]string{"VSXTL_D2(@1, @0)", "VSXTL2_D2(@1, @0)"}[i%2], x[i/2]))
	}
	return keep
}

// xorShifted returns x ^ x>>n in lanes of 32 bits.
func (m *maths) xorShifted(x vector, n int) vector {
	return m.each("VEOR V@2.B16, V@1.B16, V@0.B16", x, m.each(fmt.Sprintf("VUSHR $%d, V@1.S4, V@0.S4", n), x))
}
