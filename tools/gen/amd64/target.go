package amd64

import (
	"fmt"
	"go/types"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// target is an instruction set and an element type, with the instructions that
// kernels are written in. Method names are those of the operation; the last
// argument is the destination, as in Go assembly.
type target struct {
	*build.Context
	*output
	numbers spec.Numbers
	avx512  bool
	f64     bool
	ymm     bool // vectors of 32 bytes with AVX-512
	pieces  bool // parts of 32-byte vectors are stored in pieces; see storeMasked
	size    int  // bytes of an element
	lanes   int  // elements of a vector
	parts   int  // vectors that make up 64 bytes

	fun       *written // under construction
	labels    int
	names     map[string]string // argument names of emitters to those of the function; see rename
	resumes   bool              // chains may go on from C
	copies    bool              // B is copied to panel
	rowPtr    gp                // of C, see cRow
	row       int
	rowStride string // argument that holds the stride of A's rows; "" if A is one row
}

type gp = reg.GPVirtual

func newTarget(ctx *build.Context, out *output, avx512, f64 bool) *target {
	t := &target{Context: ctx, output: out, numbers: spec.NumbersOf(f64), avx512: avx512, f64: f64, size: 4, parts: 2}
	if f64 {
		t.size = 8
	}
	if avx512 {
		t.parts = 1
	}
	t.lanes = 64 / t.parts / t.size
	return t
}

// narrow returns a target of the same instruction set whose vectors have at most
// 32 bytes. Stores of 64 bytes are slow on some CPUs with AVX-512.
func (t *target) narrow() *target {
	n := *t
	if n.avx512 {
		n.lanes, n.parts, n.ymm = t.lanes/2, 2, true
	}
	return &n
}

// fn starts the kernel name, for the target's level and element type, with the
// signature of package generic's function. method says how it works.
func (t *target) fn(name, method string) { t.variant(name, "", method) }

// variant is fn for an implementation of the kernel name that has a name of its own.
func (t *target) variant(name, variant, method string) {
	elem, level := "F32", "AVX2"
	if t.f64 {
		elem = "F64"
	}
	if t.avx512 {
		level = "AVX512"
	}
	f, err := t.kernels.Func(name + elem)
	if err != nil {
		panic(err)
	}
	t.labels, t.names = 0, nil
	t.fun = &written{Func: f, name: name + variant + elem + level, level: level, method: method}
	t.functions[t.fun.name] = t.fun
	t.Function(t.fun.name)
	t.Pragma("noescape")
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr(types.ExprString(f.Type))
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
	if t.avx512 && !t.ymm {
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

// zero sets registers to +0.
func (t *target) zero(v ...reg.VecVirtual) {
	for _, r := range v {
		t.VXORPS(r, r, r)
	}
}

// broadcast sets all lanes of v to the float at m (a memory operand or an XMM register).
func (t *target) broadcast(m operand.Op, v operand.Op) { t.op(t.VBROADCASTSS, t.VBROADCASTSD, m, v) }

// rename lets emitters written for a product of matrices serve a function whose
// arguments have other names.
func (t *target) rename(names map[string]string) { t.names = names }

// real returns the function's name of an argument, given the one that emitters use.
func (t *target) real(name string) string {
	if n, ok := t.names[name]; ok {
		return n
	}
	return name
}

// arg returns an argument by the name that emitters use.
func (t *target) arg(name string) gotypes.Component { return t.Param(t.real(name)) }

// addr returns the memory operand of an argument or of a part of one.
func (t *target) addr(c gotypes.Component) operand.Mem {
	b, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// param returns the memory operand of an argument.
func (t *target) param(name string) operand.Mem { return t.addr(t.arg(name)) }

// scratch stores the integer argument name in the stack slot that holds the
// capacity of slice, which nobody reads, and returns it.
func (t *target) scratch(name, slice string) operand.Mem {
	m := t.addr(t.arg(slice).Cap())
	t.MOVQ(t.int(name), m)
	return m
}

// int loads an integer argument.
func (t *target) int(name string) reg.GPVirtual {
	r := t.GP64()
	t.MOVQ(t.param(name), r)
	t.call(t.real(name), r)
	return r
}

// call gives registers a name for the reader.
func (t *target) call(name string, registers ...reg.Register) {
	for _, r := range registers {
		t.fun.names = append(t.fun.names, named{name, r})
	}
}

// has reports whether the function has a slice argument of that name.
func (t *target) has(slice string) bool { return slices.Contains(t.fun.Slices(), slice) }

// callVec is call for vectors.
func (t *target) callVec(name string, v ...reg.VecVirtual) {
	for _, r := range v {
		t.call(name, r)
	}
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
	t.MOVQ(t.addr(t.arg(name).Base()), r)
	t.call(t.real(name), r)
	return r
}

// len loads the length of a slice argument.
func (t *target) len(name string) reg.GPVirtual {
	r := t.GP64()
	t.MOVQ(t.addr(t.arg(name).Len()), r)
	t.call("len("+t.real(name)+")", r)
	return r
}

// advance adds n times the stride in argument name to p.
func (t *target) advance(p gp, n int, name string) {
	stride := t.bytes(name)
	if n > 1 {
		t.IMUL3Q(imm(n), stride, stride)
	}
	t.ADDQ(stride, p)
}

// strided returns pointers, copies of p and multiples of three rows on, and a
// function that addresses row i of n relative to them. stride names the argument
// with the distance of rows, "" or a renamed "" if there is one row.
func (t *target) strided(p gp, n int, stride string) ([]gp, func(row, disp int) operand.Mem) {
	first := t.GP64()
	t.MOVQ(p, first)
	ptrs := []gp{first}
	if n == 1 {
		return ptrs, func(_, disp int) operand.Mem { return mem(first, disp) }
	}
	ld := t.bytes(stride)
	if n > 3 {
		three := t.GP64()
		t.LEAQ(operand.Mem{Base: ld, Index: ld, Scale: 2}, three)
		for i := 3; i < n; i += 3 {
			q := t.GP64()
			t.LEAQ(operand.Mem{Base: ptrs[len(ptrs)-1], Index: three, Scale: 1}, q)
			ptrs = append(ptrs, q)
		}
	}
	return ptrs, func(row, disp int) operand.Mem {
		m := mem(ptrs[row/3], disp)
		if r := row % 3; r > 0 {
			m.Index, m.Scale = ld, uint8(r)
		}
		return m
	}
}

// cRow returns the address of row i of C from p, its first row. It is called for
// i = 0, 1, 2, … in turn, more than once for a row if need be.
func (t *target) cRow(p gp, i int) operand.Mem {
	if i == 0 {
		t.rowPtr, t.row = p, 0
	}
	if i > t.row {
		q := t.GP64()
		t.MOVQ(t.rowPtr, q)
		t.ADDQ(t.bytes("ldc"), q)
		t.rowPtr, t.row = q, i
	}
	return mem(t.rowPtr, 0)
}

// jumpIfZero jumps to label if the float argument name is ±0.
func (t *target) jumpIfZero(name, label string) {
	t.double(t.param(name))
	t.JZ(operand.LabelRef(label))
}

// jumpIfOne jumps to label if the float argument name is 1.
func (t *target) jumpIfOne(name, label string) {
	if t.f64 {
		r := t.GP64()
		t.MOVQ(operand.U64(math.Float64bits(1)), r)
		t.CMPQ(r, t.param(name))
	} else {
		t.CMPL(t.param(name), operand.U32(math.Float32bits(1)))
	}
	t.JE(operand.LabelRef(label))
}

// double adds the bits of the float at m to themselves, which sets the Z flag for
// ±0 and the C flag for a negative sign.
func (t *target) double(m operand.Mem) {
	if t.f64 {
		r := t.GP64()
		t.MOVQ(m, r)
		t.ADDQ(r, r)
	} else {
		r := t.GP32()
		t.MOVL(m, r)
		t.ADDL(r, r)
	}
}

func imm(n int) operand.Constant { return operand.U32(n) }

func mem(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

func (t *target) load(m operand.Mem, v operand.Op)  { t.op(t.VMOVUPS, t.VMOVUPD, m, v) }
func (t *target) store(v operand.Op, m operand.Mem) { t.op(t.VMOVUPS, t.VMOVUPD, v, m) }
func (t *target) add(x, y, d operand.Op)            { t.op(t.VADDPS, t.VADDPD, y, x, d) }
func (t *target) sub(x, y, d operand.Op)            { t.op(t.VSUBPS, t.VSUBPD, y, x, d) }
func (t *target) mul(x, y, d operand.Op)            { t.op(t.VMULPS, t.VMULPD, y, x, d) }

// fma sets acc = x·y + acc; x may be memory.
func (t *target) fma(x, y, acc operand.Op) { t.op(t.VFMADD231PS, t.VFMADD231PD, x, y, acc) }

// mask is the set of a vector's first lanes: a K register or, with AVX2, a vector
// of sign bits. count returns their number while it stands in a register, for
// stores in pieces.
type mask struct {
	reg.Register
	count func() gp
}

// mask returns the set of the first n lanes of v's width, 0 ≤ n ≤ lanes.
func (t *target) mask(n reg.GPVirtual) mask {
	count := func() gp { return n }
	if t.avx512 {
		p, k := t.GP64(), t.K()
		t.LEAQ(t.bitMasks(), p)
		t.KMOVW(operand.Mem{Base: p, Index: n, Scale: 2}, k)
		return mask{k, count}
	}
	m, p, off := t.YMM(), t.GP64(), t.GP64()
	t.LEAQ(t.laneMasks(), p)
	t.MOVQ(n, off)
	t.SHLQ(operand.Imm(uint64(t.shift())), off)
	t.SUBQ(off, p)
	t.VMOVDQU(mem(p, 32), m)
	return mask{m, count}
}

// maskConst is mask for a number known now; only AVX2 needs it.
func (t *target) maskConst(n int) mask {
	m := t.YMM()
	t.VMOVDQU(t.laneMasks().Offset(32-n*t.size), m)
	return mask{m, nil}
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

// storeMasked stores the lanes in m, in pieces with AVX2, whose own masked stores
// take dozens of cycles on some CPUs, and if t.pieces is set. A masked store, but
// not one of a piece, also keeps loads of the lanes that it leaves out waiting.
func (t *target) storeMasked(v reg.VecVirtual, m mask, p operand.Mem) {
	if t.avx512 && !t.pieces {
		t.op(t.VMOVUPS, t.VMOVUPD, v, m.Register, p)
		return
	}
	n, q, rest, end := m.count(), t.GP64(), t.YMM(), t.label("stored")
	// piece emits store if the bit of n that stands for so many bytes is set.
	piece := func(bytes int, store func()) {
		skip := t.label("skip")
		t.TESTQ(imm(bytes/t.size), n)
		t.JZ(operand.LabelRef(skip))
		store()
		t.Label(skip)
	}
	piece(32, func() {
		t.store(v, p)
		t.JMP(operand.LabelRef(end))
	})
	t.LEAQ(p, q)
	t.VMOVAPS(v, rest)
	piece(16, func() {
		t.store(rest.AsX(), mem(q, 0))
		t.ADDQ(imm(16), q)
		t.VEXTRACTF128(operand.Imm(1), rest, rest.AsX())
	})
	piece(8, func() {
		t.VMOVSD(rest.AsX(), mem(q, 0))
		if !t.f64 {
			t.ADDQ(imm(8), q)
			t.VPERMILPD(operand.Imm(1), rest.AsX(), rest.AsX())
		}
	})
	if !t.f64 {
		piece(4, func() { t.VMOVSS(rest.AsX(), mem(q, 0)) })
	}
	t.Label(end)
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

// bitMasks is the memory operand of 17 words, word n with the lowest n bits set.
func (t *target) bitMasks() operand.Mem {
	t.usesBitMasks = true
	return t.NewStatic("bitMasks")
}
