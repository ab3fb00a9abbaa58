package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() { file("dropout", dropout) }

func dropout(t *target) {
	t.fn("Dropout", "Four vectors a round, masked tail. Hashes have lanes of 32 bits, so that one vector of them decides on 64 bits' worth of lanes twice.")
	scale := t.vec()
	t.callVec("scale", scale)
	t.broadcast(t.param("scale"), scale)
	h := t.hashes()
	dst, x, n := t.ptr("dst"), t.ptr("x"), t.len("x")
	t.sweepRounds([]int{4, 1}, n, []gp{dst, x}, func(count int, k *mask) {
		for i := 0; i < count; {
			for _, keep := range h.next(count - i) {
				at := i * t.lanes * t.size
				v := t.vec()
				t.loadMaybe(mem(x, at), k, v)
				t.mul(scale, v, v)
				t.only(keep, v)
				t.storeMaybe(v, k, mem(dst, at))
				i++
			}
		}
	})
	t.ret()
}

// hashes makes scalar.Hash of counts in lanes of 32 bits.
type hashes struct {
	*maths
	counts, word, threshold reg.VecVirtual
}

// hashes starts with arguments k0, k1 and threshold.
func (t *target) hashes() *hashes {
	h := &hashes{maths: t.maths()}
	argument := func(name, holds string) reg.VecVirtual {
		v, number := t.vec(), t.GP32()
		t.callVec(holds, v)
		t.MOVL(t.param(name), number) // vet takes a broadcast from memory for one of 8 bytes
		t.VMOVD(number, v.AsX())
		t.VPBROADCASTD(v.AsX(), v)
		return v
	}
	h.counts, h.word, h.threshold = argument("k0", "counts"), argument("k1", "k1"), argument("threshold", "threshold")
	t.VPADDD(t.constant("counts"), h.counts, h.counts)
	h.keep("factor1", "factor2", h.step(1))
	if t.f64 {
		h.keep(h.step(2))
	}
	return h
}

// step names the constant by which counts advance for n vectors.
func (h *hashes) step(n int) string { return fmt.Sprint("step", n*h.lanes) }

// next returns for the next vector of elements, or the next two if one vector of hashes
// has them and both are wanted, where hashes are at least threshold.
func (h *hashes) next(wanted int) []condition {
	x := h.mix(vector{h.counts})
	h.VPADDD(h.word, x[0], x[0])
	x = h.mix(x)
	vectors := min(wanted, h.size/4)
	h.VPADDD(h.operand(h.step(vectors), 0), h.counts, h.counts)

	c := h.newCondition()
	if h.avx512 {
		h.VPCMPUD(operand.Imm(5), h.threshold, x[0], c[0]) // not less
	} else {
		y := h.vec()
		h.VPMAXUD(h.threshold, x[0], y)
		h.VPCMPEQD(x[0], y, c[0].(reg.VecVirtual))
	}
	if !h.f64 {
		return []condition{c}
	}
	halves := []condition{h.half(c, 0), h.half(c, 1)}
	return halves[:vectors]
}

// half returns one half of c, whose lanes have 32 bits, for lanes of 64 bits.
func (h *hashes) half(c condition, i int) condition {
	d := h.newCondition()
	switch {
	case h.avx512 && i == 0:
		return c
	case h.avx512:
		h.KSHIFTRW(operand.Imm(8), c[0], d[0])
	case i == 0:
		h.VPMOVSXDQ(c[0].(reg.VecVirtual).AsX(), d[0])
	default:
		x := h.vec()
		h.VEXTRACTI128(operand.Imm(1), c[0], x.AsX())
		h.VPMOVSXDQ(x.AsX(), d[0])
	}
	return d
}

// mix is scalar's.
func (h *hashes) mix(x vector) vector {
	x = h.times(h.xorShifted(x, 16), "factor1")
	x = h.times(h.xorShifted(x, 15), "factor2")
	return h.xorShifted(x, 15)
}

// xorShifted returns x ^ x>>n.
func (h *hashes) xorShifted(x vector, n uint64) vector {
	d := h.new()
	h.VPSRLD(operand.Imm(n), x[0], d[0])
	if h.avx512 {
		h.VPXORD(x[0], d[0], d[0])
	} else {
		h.VPXOR(x[0], d[0], d[0])
	}
	return d
}

func (h *hashes) times(x vector, factor string) vector {
	h.VPMULLD(h.operand(factor, 0), x[0], x[0])
	return x
}
