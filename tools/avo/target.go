package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// target is an instruction set and an element type, with the instructions that
// kernels are written in. Method names are those of the operation; the last
// argument is the destination, as in Go assembly.
type target struct {
	*build.Context
	*tables
	avx512 bool
	f64    bool
	size   int // bytes of an element
	lanes  int // elements of a vector
	parts  int // vectors that make up 64 bytes

	labels int
}

func newTarget(ctx *build.Context, tb *tables, avx512, f64 bool) *target {
	t := &target{Context: ctx, tables: tb, avx512: avx512, f64: f64, size: 4, parts: 2}
	if f64 {
		t.size = 8
	}
	if avx512 {
		t.parts = 1
	}
	t.lanes = 64 / t.parts / t.size
	return t
}

// fn starts function name+F32AVX2 (or …) of the given signature, in which T
// stands for the element type. The comment's %s is the generic function.
func (t *target) fn(name, signature string, doc ...string) {
	elem, isa := "F32", "AVX2"
	if t.f64 {
		elem = "F64"
	}
	if t.avx512 {
		isa = "AVX512"
	}
	t.labels = 0
	t.Function(name + elem + isa)
	t.Pragma("noescape")
	t.Attributes(attr.NOSPLIT)
	float := map[bool]string{false: "float32", true: "float64"}[t.f64]
	t.SignatureExpr(strings.ReplaceAll(signature, "T", float))
	for i, line := range doc {
		doc[i] = strings.ReplaceAll(line, "%s", "generic."+name+elem)
	}
	doc[0] = name + elem + isa + " " + doc[0]
	t.Doc(doc...)
}

// ret leaves the function with clean upper halves of the vector registers.
func (t *target) ret() {
	t.VZEROUPPER()
	t.RET()
}

// label returns a new label name that begins with name.
func (t *target) label(name string) string {
	t.labels++
	return fmt.Sprintf("%s%d", name, t.labels)
}

// op appends the instruction that pd is for float64 and ps for float32.
func (t *target) op(ps, pd func(...operand.Op), ops ...operand.Op) {
	if t.f64 {
		pd(ops...)
	} else {
		ps(ops...)
	}
}

// vec returns a new vector register of full width.
func (t *target) vec() reg.VecVirtual {
	if t.avx512 {
		return t.ZMM()
	}
	return t.YMM()
}

// vecs returns n new vector registers of full width.
func (t *target) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = t.vec()
	}
	return v
}

// zero sets registers to +0. With AVX-512 the shorter encoding clears the rest.
func (t *target) zero(v ...reg.VecVirtual) {
	for _, r := range v {
		t.VXORPS(r.AsX(), r.AsX(), r.AsX())
	}
}

// broadcast sets all lanes of v to the float at m (a memory operand or an XMM register).
func (t *target) broadcast(m operand.Op, v operand.Op) { t.op(t.VBROADCASTSS, t.VBROADCASTSD, m, v) }

// param returns the memory operand of an argument.
func (t *target) param(name string) operand.Mem {
	c, err := t.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return c.Addr
}

// int loads an integer argument.
func (t *target) int(name string) reg.GPVirtual {
	r := t.GP64()
	t.MOVQ(t.param(name), r)
	return r
}

// bytes loads an integer argument that counts elements and converts it to bytes.
func (t *target) bytes(name string) reg.GPVirtual {
	r := t.int(name)
	t.SHLQ(operand.Imm(uint64(t.shift())), r)
	return r
}

// shift is log₂ of an element's bytes.
func (t *target) shift() int { return t.size/8 + 2 }

// ptr loads the base of a slice argument.
func (t *target) ptr(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name).Base(), r)
	return r
}

// len loads the length of a slice argument.
func (t *target) len(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name).Len(), r)
	return r
}

func mem(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

func (t *target) load(m operand.Mem, v operand.Op)  { t.op(t.VMOVUPS, t.VMOVUPD, m, v) }
func (t *target) store(v operand.Op, m operand.Mem) { t.op(t.VMOVUPS, t.VMOVUPD, v, m) }
func (t *target) add(x, y, d operand.Op)            { t.op(t.VADDPS, t.VADDPD, y, x, d) }
func (t *target) sub(x, y, d operand.Op)            { t.op(t.VSUBPS, t.VSUBPD, y, x, d) }
func (t *target) mul(x, y, d operand.Op)            { t.op(t.VMULPS, t.VMULPD, y, x, d) }

// fma sets acc = x·y + acc; x may be memory.
func (t *target) fma(x, y, acc operand.Op) { t.op(t.VFMADD231PS, t.VFMADD231PD, x, y, acc) }

// mask is the set of a vector's first n lanes: a K register or, with AVX2, a
// vector of sign bits.
type mask struct{ reg.Register }

// mask returns the set of the first n lanes of v's width, 0 ≤ n ≤ lanes.
func (t *target) mask(n reg.GPVirtual) mask {
	if t.avx512 {
		bits, k := t.GP64(), t.K()
		t.MOVQ(n, reg.RCX)
		t.MOVQ(operand.U32(1), bits)
		t.SHLQ(reg.CL, bits)
		t.DECQ(bits)
		t.KMOVW(bits.As32(), k)
		return mask{k}
	}
	m, p, off := t.YMM(), t.GP64(), t.GP64()
	t.LEAQ(t.laneMasks(), p)
	t.MOVQ(n, off)
	t.SHLQ(operand.Imm(uint64(t.shift())), off)
	t.SUBQ(off, p)
	t.VMOVDQU(mem(p, 32), m)
	return mask{m}
}

// maskConst is mask for a number known now, for registers of 128 or 256 bits.
func (t *target) maskConst(n int) mask {
	if t.avx512 {
		bits, k := t.GP32(), t.K()
		t.MOVL(operand.U32(1<<n-1), bits)
		t.KMOVW(bits, k)
		return mask{k}
	}
	m := t.YMM()
	t.VMOVDQU(t.laneMasks().Offset(32-n*t.size), m)
	return mask{m}
}

// of returns the mask register for operands of v's width.
func (m mask) of(v reg.Register) reg.Register {
	if y, ok := m.Register.(reg.VecVirtual); ok && v.Size() == 16 {
		return y.AsX()
	}
	return m.Register
}

// loadMasked loads the lanes in m and sets the others to +0.
func (t *target) loadMasked(p operand.Mem, m mask, v reg.VecVirtual) {
	if t.avx512 {
		if t.f64 {
			t.VMOVUPD_Z(p, m.Register, v)
		} else {
			t.VMOVUPS_Z(p, m.Register, v)
		}
		return
	}
	t.op(func(o ...operand.Op) { t.VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...operand.Op) { t.VMASKMOVPD(o[0], o[1], o[2]) }, p, m.of(v), v)
}

// storeMasked stores the lanes in m.
func (t *target) storeMasked(v reg.VecVirtual, m mask, p operand.Mem) {
	if t.avx512 {
		t.op(t.VMOVUPS, t.VMOVUPD, v, m.Register, p)
		return
	}
	t.op(func(o ...operand.Op) { t.VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...operand.Op) { t.VMASKMOVPD(o[0], o[1], o[2]) }, v, m.of(v), p)
}

// loadPadded loads the lanes in m and sets the others to −0. An FMA of such a
// vector with one from loadMasked, and an addition of it, leave the other lanes
// of the accumulator as they were, even if they hold −0.
func (t *target) loadPadded(p operand.Mem, m mask, v reg.VecVirtual) {
	if t.avx512 {
		t.broadcast(t.negZero(), v)
		t.op(t.VMOVUPS, t.VMOVUPD, p, m.Register, v)
		return
	}
	t.loadMasked(p, m, v)
	pad := t.YMM()
	t.broadcast(t.negZero(), pad)
	t.VANDNPS(pad, m.Register, pad)
	t.VORPS(pad, v, v)
}

// negZero is the memory operand of one −0.
func (t *target) negZero() operand.Mem {
	t.usesNegZero = true
	m := t.NewStatic("negZero")
	if !t.f64 {
		m.Disp += 4
	}
	return m
}

// laneMasks is the memory operand of 32 bytes of ones and 32 bytes of zeros.
func (t *target) laneMasks() operand.Mem {
	t.usesLaneMasks = true
	return t.NewStatic("laneMasks")
}

// tables notes which constant tables a file needs.
type tables struct {
	usesNegZero, usesLaneMasks bool
}

// NewStatic returns the address of a table of this file.
func (tb *tables) NewStatic(name string) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
}

// emit writes the tables that were used.
func (tb *tables) emit(ctx *build.Context) {
	if tb.usesNegZero {
		ctx.StaticGlobal("negZero")
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		ctx.AppendDatum(operand.U64(1 << 63)) // as float32: +0, −0
	}
	if tb.usesLaneMasks {
		ctx.StaticGlobal("laneMasks")
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			ctx.AppendDatum(operand.U64([]uint64{1<<64 - 1, 0}[i/4]))
		}
	}
}
