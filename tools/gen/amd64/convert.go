package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("convert", conversions) }

// conversions are written for AVX2 only: they are bound by memory.
func conversions(t *target) {
	if t.avx512 {
		return
	}
	if t.f64 {
		t.conversion("Convert", func(x, dst operand.Mem) {
			v := t.YMM()
			t.VCVTPS2PD(x, v)
			t.VMOVUPD(v, dst)
		})
	} else {
		t.conversion("Convert", func(x, dst operand.Mem) {
			v, w := t.XMM(), t.XMM()
			t.VCVTPD2PSY(x, v)
			x.Disp += 32
			t.VCVTPD2PSY(x, w)
			t.VMOVUPS(v, dst)
			dst.Disp += 16
			t.VMOVUPS(w, dst)
		})
	}
	t.conversion("ToFloat16", func(x, dst operand.Mem) {
		const nearest = 0
		v := t.single(x)
		if t.f64 {
			t.VCVTPS2PH(operand.Imm(nearest), v, dst)
			return
		}
		h := t.XMM() // the form that stores is slower
		t.VCVTPS2PH(operand.Imm(nearest), v, h)
		t.VMOVDQU(h, dst)
	})
	t.conversion("FromFloat16", func(x, dst operand.Mem) {
		v := t.singles()
		t.VCVTPH2PS(x, v)
		t.storeSingle(v, dst)
	})
	t.conversion("ToBFloat16", func(x, dst operand.Mem) { t.toBFloat16(t.single(x), dst) })
	t.conversion("FromBFloat16", func(x, dst operand.Mem) {
		v := t.singles()
		t.VPMOVZXWD(x, v)
		t.VPSLLD(operand.Imm(16), v, v)
		t.storeSingle(v, dst)
	})
}

// conversion emits a kernel that converts a vector's worth of x at a time. There are at
// least as many elements; the last vector may overlap the one before it.
func (t *target) conversion(name string, body func(x, dst operand.Mem)) {
	t.fn(name, "Four vectors a round, then one at a time; the last one overlaps. It wants at least one whole vector.")
	x, dst, last, limit, i := t.ptr("x"), t.ptr("dst"), t.len("dst"), t.GP64(), t.GP64()
	t.call("i", i)
	scale := map[string]int{"[]float64": 8, "[]float32": 4, "[]uint16": 2}
	at := func(p gp, name string, vector int) operand.Mem {
		for _, param := range t.fun.Params {
			if param.Name == name {
				s := scale[param.Type]
				return operand.Mem{Base: p, Index: i, Scale: uint8(s), Disp: vector * t.lanes * s}
			}
		}
		panic(name)
	}
	vectors := func(n int) {
		for v := range n {
			body(at(x, "x", v), at(dst, "dst", v))
		}
	}
	t.XORQ(i, i)
	t.SUBQ(imm(t.lanes), last)
	t.MOVQ(last, limit)
	t.SUBQ(imm(3*t.lanes), limit)
	rounds, single, end := t.label("rounds"), t.label("single"), t.label("end")
	t.Label(rounds)
	t.CMPQ(i, limit)
	t.JG(operand.LabelRef(single))
	vectors(4)
	t.ADDQ(imm(4*t.lanes), i)
	t.JMP(operand.LabelRef(rounds))
	t.Label(single)
	t.CMPQ(i, last)
	t.JGE(operand.LabelRef(end))
	vectors(1)
	t.ADDQ(imm(t.lanes), i)
	t.JMP(operand.LabelRef(single))
	t.Label(end)
	t.MOVQ(last, i)
	vectors(1)
	t.ret()
}

// singles returns a register for as many float32 as a vector of the target has elements.
func (t *target) singles() reg.VecVirtual {
	if t.f64 {
		return t.XMM()
	}
	return t.YMM()
}

// single returns the elements at x as float32. float64 are rounded to odd, as scalar.Odd32
// does it: where the nearest one is larger in magnitude, the one before it is taken, and
// where they are not equal, the last bit is set.
func (t *target) single(x operand.Mem) reg.VecVirtual {
	v := t.singles()
	if !t.f64 {
		t.VMOVUPS(x, v)
		return v
	}
	m := t.maths()
	exact, back := t.YMM(), t.YMM()
	t.VMOVUPD(x, exact)
	t.VCVTPD2PSY(exact, v)
	t.VCVTPS2PD(v, back)
	larger := m.compare(m.and(vector{back}, "magnitude"), greaterThan, m.and(vector{exact}, "magnitude"))
	differs := m.compare(vector{back}, notEqual, vector{exact})
	t.VPADDD(t.halfOf(larger), v, v)
	one := t.halfOf(differs)
	t.VPSRLD(operand.Imm(31), one, one)
	t.VPOR(one, v, v)
	return v
}

// halfOf returns a condition of lanes of 64 bits in lanes of 32 bits.
func (t *target) halfOf(c condition) reg.VecVirtual {
	low, high := c.lanes()[0], t.XMM()
	t.VEXTRACTF128(operand.Imm(1), low, high)
	t.VSHUFPS(operand.Imm(0x88), high, low.AsX(), high)
	return high
}

// storeSingle stores float32 as elements of the target.
func (t *target) storeSingle(v reg.VecVirtual, dst operand.Mem) {
	if t.f64 {
		w := t.YMM()
		t.VCVTPS2PD(v, w)
		v = w
	}
	t.store(v, dst)
}

// toBFloat16 adds half of what is cut off, or one less if the result would be even, and
// stores the upper halves; those of NaN become quiet.
func (t *target) toBFloat16(v reg.VecVirtual, dst operand.Mem) {
	new := t.singles
	even, bits, quiet, nan := new(), new(), new(), new()
	t.VCMPPS(operand.Imm(unordered), v, v, nan)
	t.VPSRLD(operand.Imm(16), v, quiet)
	t.VPSLLD(operand.Imm(31), quiet, even)
	t.VPSRLD(operand.Imm(31), even, even)
	t.VPADDD(v, even, bits)
	t.VPADDD(t.constant("lessThanHalf16"), bits, bits)
	t.VPSRLD(operand.Imm(16), bits, bits)
	t.VPOR(t.constant("quiet16"), quiet, quiet)
	t.VPBLENDVB(nan, quiet, bits, bits)
	if t.f64 {
		t.VPACKUSDW(bits, bits, bits)
		t.VMOVQ(bits, dst)
		return
	}
	high := t.XMM()
	t.VEXTRACTI128(operand.Imm(1), bits, high)
	t.VPACKUSDW(high, bits.AsX(), high)
	t.VMOVDQU(high, dst)
}
