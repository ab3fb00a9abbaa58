package arm64

import "fmt"

func init() { file("convert", conversions) }

func conversions(t *target) {
	t.conversion("Convert", func(in []reg) []reg {
		if !t.f64 {
			return t.narrow("VFCVTN", "_D2", in)
		}
		return t.long("VFCVTL", "_D2", in)
	})
	t.conversion("ToFloat16", func(in []reg) []reg { return t.narrow("VFCVTN", "_S4", t.singles(in)) })
	t.conversion("FromFloat16", func(in []reg) []reg { return t.elements(t.long("VFCVTL", "_S4", in)) })
	t.conversion("ToBFloat16", func(in []reg) []reg {
		s := t.singles(in)
		return []reg{t.op("VUZP2 V@2.H8, V@1.H8, V@0.H8", t.toBFloat16(s[0]), t.toBFloat16(s[1]))}
	})
	t.conversion("FromBFloat16", func(in []reg) []reg {
		zero := t.constant("zero")
		return t.elements([]reg{t.op("VZIP1 V@2.H8, V@1.H8, V@0.H8", zero, in[0]), t.op("VZIP2 V@2.H8, V@1.H8, V@0.H8", zero, in[0])})
	})
}

// conversion emits a kernel that converts eight elements at a time. There are at least as
// many; the last eight may overlap those before them.
func (t *target) conversion(name string, convert func(in []reg) []reg) {
	t.fn(name, "Eight elements a round; those of the last one may overlap others. It wants at least eight elements.", func() {
		const step = 8
		x, dst, n := t.ptr("x"), t.ptr("dst"), t.len("dst")
		shift := map[string]int{}
		for _, p := range t.fun.Params {
			shift[p.Name] = map[string]int{"[]float64": 3, "[]float32": 2, "[]uint16": 1}[p.Type]
		}
		round := func() { t.stores(convert(t.loads(step<<shift["x"]/16, x, 0)), dst, 0) }
		t.rounds(n, step, func() {
			round()
			t.advance(step<<shift["x"], x)
			t.advance(step<<shift["dst"], dst)
		})
		end := t.newLabel("end")
		t.jump("CBZ R@1,", end, n)
		t.comment("The last eight.")
		t.advance(-step, n)
		t.mod(fmt.Sprintf("ADD R@1<<%d, R@0, R@0", shift["x"]), x, n)
		t.mod(fmt.Sprintf("ADD R@1<<%d, R@0, R@0", shift["dst"]), dst, n)
		round()
		t.label(end)
	})
}

// narrow returns half as many registers, with elements of half the size; size is the one
// before.
func (t *target) narrow(op, size string, in []reg) []reg {
	var out []reg
	for ; len(in) > 0; in = in[2:] {
		d := t.op(op+size+"(@1, @0)", in[0])
		t.mod(op+"2"+size+"(@1, @0)", d, in[1])
		out = append(out, d)
	}
	return out
}

// long returns twice as many registers, with elements of twice the size, which size names.
func (t *target) long(op, size string, in []reg) []reg {
	var out []reg
	for _, v := range in {
		out = append(out, t.op(op+size+"(@1, @0)", v), t.op(op+"2"+size+"(@1, @0)", v))
	}
	return out
}

// singles returns elements of the target as float32: float64 are rounded to odd, as
// scalar.Odd32 does it.
func (t *target) singles(v []reg) []reg {
	if t.f64 {
		return t.narrow("VFCVTXN", "_D2", v)
	}
	return v
}

// elements returns float32 as elements of the target.
func (t *target) elements(v []reg) []reg {
	if t.f64 {
		return t.long("VFCVTL", "_D2", v)
	}
	return v
}

// toBFloat16 returns a register with bfloat16 in the upper halves of lanes: half of what is
// cut off, or one less if the result would be even, is added. NaN become quiet.
func (t *target) toBFloat16(v reg) reg {
	even := t.op("VUSHR $16, V@1.S4, V@0.S4", v)
	t.mod("VSHL $31, V@0.S4, V@0.S4", even)
	t.mod("VUSHR $31, V@0.S4, V@0.S4", even)
	t.mod("VADD V@1.S4, V@0.S4, V@0.S4", even, v)
	t.mod("VADD V@1.S4, V@0.S4, V@0.S4", even, t.constant("lessThanHalf16"))
	number := t.op("VFCMEQ_S4(@1, @1, @0)", v)
	quiet := t.op("VORR V@2.B16, V@1.B16, V@0.B16", v, t.constant("quiet32"))
	t.mod("VBSL V@2.B16, V@1.B16, V@0.B16", number, even, quiet)
	return number
}
