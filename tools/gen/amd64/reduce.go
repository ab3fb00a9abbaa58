package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halve adds the upper to the lower 32 bytes of the 64 bytes of lanes in acc:
// one register with AVX-512, two with AVX2. The result is a YMM register.
func (t *target) halve(acc []reg.VecVirtual) reg.VecVirtual {
	if len(acc) == 2 {
		t.add(acc[0], acc[1], acc[0])
		return acc[0]
	}
	v := acc[0]
	if v.Size() == 64 {
		hi := t.YMM()
		t.VEXTRACTF64X4(operand.Imm(1), v, hi)
		t.add(v.AsY(), hi, v.AsY())
	}
	return v
}

// reduceWide adds all lanes of acc by halves: lane 0 of the result is the sum.
func (t *target) reduceWide(acc []reg.VecVirtual) reg.VecVirtual {
	t.Comment("Tree reduction: registers, then halves of one.")
	for h := len(acc) / 2; h > 0; h /= 2 {
		for i := range h {
			t.add(acc[i], acc[i+h], acc[i])
		}
	}
	return t.reduceOne(t.halve(acc[:1]))
}

// reduceOne is reduce for one row: lane 0 of the result, an XMM register, is its sum.
func (t *target) reduceOne(v reg.VecVirtual) reg.VecVirtual {
	sum, other := t.XMM(), t.XMM()
	t.extract128(v, other)
	t.add(v.AsX(), other, sum)
	other = t.XMM()
	if t.f64 {
		t.VPERMILPD(operand.Imm(1), sum, other)
		t.VADDSD(other, sum, sum)
		return sum
	}
	t.VPERMILPD(operand.Imm(1), sum, other)
	t.add(sum, other, sum)
	t.VMOVSHDUP(sum, other)
	t.VADDSS(other, sum, sum)
	return sum
}

// reduce adds the lanes of each row by halves; rows are YMM registers, up to 8 of
// float32 or 4 of float64, nil where there is none. Lane i of the result, a YMM
// register, is the sum of row i. Rows share their shuffles. rows are overwritten.
func (t *target) reduce(rows ...reg.VecVirtual) reg.VecVirtual {
	slots := 32 / t.size
	row := func(i int) reg.VecVirtual {
		if i < len(rows) {
			return rows[i]
		}
		return nil
	}
	// 32 → 16 bytes: row i stays in the lower, row i + slots/2 goes to the upper half.
	half := make([]reg.VecVirtual, slots/2)
	for i := range half {
		a, b := row(i), row(i+slots/2)
		switch {
		case a == nil && b == nil:
		case b == nil:
			hi := t.XMM()
			t.extract128(a, hi)
			t.add(a.AsX(), hi, a.AsX())
			half[i] = a
		default:
			if a == nil {
				a = b
			}
			lo, hi := t.YMM(), t.YMM()
			t.pair128(a, b, lo, hi)
			t.add(lo, hi, lo)
			half[i] = lo
		}
	}
	// Within 16 bytes: lanes 0, 1 (of a, then of b) plus lanes 2, 3.
	if !t.f64 {
		for i := range 2 {
			half[i] = t.addShuffled(half[2*i], half[2*i+1], 0x44, 0xEE)
		}
		return t.addShuffled(half[0], half[1], 0x88, 0xDD)
	}
	a, b := half[0], half[1]
	if b == nil {
		b = a
	}
	lo, hi := t.YMM(), t.YMM()
	t.VUNPCKLPD(b.AsY(), a.AsY(), lo)
	t.VUNPCKHPD(b.AsY(), a.AsY(), hi)
	t.add(lo, hi, lo)
	return lo
}

// addShuffled adds two shuffles of a and b; b may be nil.
func (t *target) addShuffled(a, b reg.VecVirtual, first, second uint64) reg.VecVirtual {
	if b == nil {
		b = a
	}
	if a == nil {
		return nil
	}
	lo, hi := t.YMM(), t.YMM()
	t.VSHUFPS(operand.Imm(first), b.AsY(), a.AsY(), lo)
	t.VSHUFPS(operand.Imm(second), b.AsY(), a.AsY(), hi)
	t.add(lo, hi, lo)
	return lo
}

// extract128 sets hi to the upper half of the YMM register v. AVX-512 has forms
// of its own that reach all 32 registers.
func (t *target) extract128(v, hi reg.VecVirtual) {
	if t.avx512 {
		t.VEXTRACTF64X2(operand.Imm(1), v.AsY(), hi)
	} else {
		t.VEXTRACTF128(operand.Imm(1), v.AsY(), hi)
	}
}

// pair128 sets lo to the lower halves of a and b, and hi to the upper halves.
func (t *target) pair128(a, b, lo, hi reg.VecVirtual) {
	if t.avx512 {
		t.VINSERTF64X2(operand.Imm(1), b.AsX(), a.AsY(), lo)
		t.VSHUFF64X2(operand.Imm(3), b.AsY(), a.AsY(), hi)
	} else {
		t.VINSERTF128(operand.Imm(1), b.AsX(), a.AsY(), lo)
		t.VPERM2F128(operand.Imm(0x31), b.AsY(), a.AsY(), hi)
	}
}
